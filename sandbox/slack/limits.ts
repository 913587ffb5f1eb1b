/**
 * The times and counts that Slack lives by, in one place, and the few of our own: when an interaction is over, and how
 * much is kept. Invariant: the defaults are Slack's where Slack has one; tests shorten them, nothing else does.
 */
export interface Limits {
  /** Slack waits three seconds for an acknowledgement. */
  ackMs: number;
  /** A trigger id lives three seconds. */
  triggerMs: number;
  /** A response_url lives thirty minutes… */
  responseUrlMs: number;
  /** …and serves five times. */
  responseUrlUses: number;
  /** How long after the acknowledgement we wait for something visible: as long as Slack's own patience. */
  effectMs: number;
  /**
   * After something visible, how long nothing more must come before we say that this is what the person sees.
   * Two calls that a bot makes one after the other are a few milliseconds apart on loopback; 60 ms is ten times that.
   */
  quietMs: number;
  /** Interval of the server's WebSocket pings; the client gives up after 30 s without one. */
  pingMs: number;
  /** An event that was not acknowledged is sent again: at once, after a minute, after five. */
  eventRetryMs: readonly number[];
  /** An app may hold ten Socket Mode connections. */
  connections: number;
  /** How long a connection that was told to disconnect may still acknowledge. */
  disconnectGraceMs: number;
  /** How often the clock is looked at for messages that are due. */
  scheduleTickMs: number;
  /** Of each channel, so many of the newest messages are kept: weeks of a busy channel in a few megabytes. */
  messagesKept: number;
  /** Of all files, so many of the newest bytes are kept. */
  fileBytesKept: number;
}

export const slackLimits: Limits = {
  ackMs: 3_000,
  triggerMs: 3_000,
  responseUrlMs: 30 * 60_000,
  responseUrlUses: 5,
  effectMs: 3_000,
  quietMs: 60,
  pingMs: 10_000,
  eventRetryMs: [0, 60_000, 300_000],
  connections: 10,
  disconnectGraceMs: 10_000,
  scheduleTickMs: 1_000,
  messagesKept: 2_000,
  fileBytesKept: 200_000_000,
};
