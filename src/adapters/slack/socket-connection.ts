/**
 * How Slack reaches the desk over a WebSocket that we open: it is opened, kept, and opened again.
 *
 * Invariants: at most one attempt or socket exists at any time; an attempt that is given up is cancelled, request and
 * socket, before the next one starts; the wait between attempts grows until a connection has lasted, or is what Slack's
 * `Retry-After` says; a token that Slack refuses before the first connection ends the start, and
 * nothing else that Slack or the network does ends the process; `close` leaves nothing that keeps the process alive.
 * Why the reconnecting is ours: docs/decisions/003-own-reconnecting.md.
 */
import { SocketModeReceiver } from '@slack/bolt';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import { appTokenError, callFault } from './client.js';
import { slackLogger } from './logger.js';
import type { Connection } from './receivers.js';

export interface Patience {
  /** From asking for an address to Slack's hello; both follow at once when they follow at all. */
  helloMs: number;
  firstWaitMs: number;
  longestWaitMs: number;
  /** Longer than the longest wait; Slack's own connections last for hours. */
  lastingMs: number;
  /** For the closing handshake, when we stop. */
  closingMs: number;
}

export const defaultPatience: Patience = {
  helloMs: 15_000,
  firstWaitMs: 250,
  longestWaitMs: 15_000,
  lastingMs: 30_000,
  closingMs: 2000,
};

export interface ReconnectWaits {
  afterFailure(error: unknown): number;
  afterConnection(lastedMs: number): number;
}

/** `random` spreads the replicas of one app, which share Slack's limit; it never undoes the growth. */
export function createReconnectWaits(
  { firstWaitMs, longestWaitMs, lastingMs }: Omit<Patience, 'helloMs' | 'closingMs'>,
  random: () => number = Math.random,
): ReconnectWaits {
  let troubles = 0;
  const grown = (): number => {
    const wholeMs = Math.min(longestWaitMs, firstWaitMs * 2 ** troubles++);
    return Math.round(wholeMs * (0.75 + random() / 4));
  };
  return {
    afterFailure: (error) => {
      const fault = callFault(error);
      // Slack says how long: this is not a fault of the connection.
      return fault.kind === 'rate_limited' ? Math.max(firstWaitMs, fault.retryAfterMs) : grown();
    },
    afterConnection: (lastedMs) => {
      if (lastedMs < lastingMs) return grown();
      troubles = 0;
      return 0;
    },
  };
}

export function socketConnection(
  appToken: Secret,
  apiUrl: string,
  log: Log,
  patience: Patience = defaultPatience,
): Connection {
  const socket = createSocket(appToken, apiUrl, log, patience);
  const waits = createReconnectWaits(patience);
  const closing = new AbortController();
  const { signal } = closing;
  let connected = false;
  const isClosing = (): boolean => signal.aborted;
  const wait = (durationMs: number): Promise<void> =>
    pause(durationMs, undefined, { signal }).catch(() => undefined);

  /** Null when we were closed meanwhile. */
  const connect = async (isRefusal: (error: unknown) => Error | null): Promise<Standing | null> => {
    while (!isClosing()) {
      try {
        const standing = await socket.open(signal);
        connected = true;
        log.info({}, 'connected to Slack');
        return standing;
      } catch (error) {
        if (isClosing()) break;
        const refusal = isRefusal(error);
        if (refusal) throw refusal;
        const waitMs = waits.afterFailure(error);
        log.warn({ err: messageOf(error), waitMs }, 'no connection to Slack, trying again');
        await wait(waitMs);
      }
    }
    return null;
  };
  const keep = async (first: Standing | null): Promise<void> => {
    for (let standing = first; standing; standing = await connect(() => null)) {
      const lastedMs = await standing.lost;
      connected = false;
      if (isClosing()) return;
      const waitMs = waits.afterConnection(lastedMs);
      log.info({ lastedMs: Math.round(lastedMs), waitMs }, 'the connection to Slack ended, opening another');
      await wait(waitMs);
    }
  };
  let running: Promise<void> = Promise.resolve();
  return {
    receiver: socket.receiver,
    connected: () => connected && !isClosing(),
    open: async () => {
      const opening = connect(appTokenError);
      // The caller learns of a refusal; closing only waits for the end.
      running = opening.then(keep, () => undefined);
      await opening;
    },
    close: async () => {
      closing.abort();
      connected = false;
      await socket.close();
      await running;
    },
    handle: null,
  };
}

/** A connection on which Slack said hello. */
interface Standing {
  /** Resolves when it is gone, with how long it lasted, in milliseconds. */
  lost: Promise<number>;
}

interface Socket {
  receiver: SocketModeReceiver;
  /** When it rejects, nothing of the attempt is left. */
  open(signal: AbortSignal): Promise<Standing>;
  close(): Promise<void>;
}

/** The client of `@slack/socket-mode` for one attempt after another; by itself it neither waits nor tries again. */
function createSocket(
  appToken: Secret,
  apiUrl: string,
  log: Log,
  { helloMs, closingMs }: Pick<Patience, 'helloMs' | 'closingMs'>,
): Socket {
  let attempt = new AbortController();
  const receiver = new SocketModeReceiver({
    appToken: appToken.reveal(),
    autoReconnectEnabled: false,
    logger: slackLogger(log),
    installerOptions: {
      clientOptions: {
        slackApiUrl: apiUrl,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        fetch: (url, init) => fetch(url, { ...init, signal: attempt.signal }),
      },
    },
  });
  const { client } = receiver;
  // An address that arrives after the attempt was given up must not become a socket.
  client.on('connecting', () => attempt.signal.throwIfAborted());
  /** The first call asks the other side to close, the second one goes without its answer. */
  const drop = (): void => {
    void client.disconnect();
    void client.disconnect();
  };
  return {
    receiver,
    open: async (signal) => {
      attempt = new AbortController();
      const { signal: given } = attempt;
      const giveUp = (why: Error): void => {
        attempt.abort(why);
        drop();
      };
      const stop = (): void => giveUp(new Error('stopped'));
      const silence = setTimeout(() => giveUp(new Error('Slack did not say hello')), helloMs);
      signal.addEventListener('abort', stop, { once: true });
      // Listened for before the hello: Slack may take its leave in the same breath.
      let startedAt = 0;
      const lost = new Promise<number>((resolve) =>
        client.once('disconnected', () => resolve(performance.now() - startedAt)),
      );
      try {
        await client.start();
        startedAt = performance.now();
        return { lost };
      } catch (error) {
        drop();
        if (given.aborted) throw given.reason;
        // The client rejects with nothing at all when the socket closes before hello.
        throw error instanceof Error ? error : new Error('the socket closed before Slack said hello');
      } finally {
        clearTimeout(silence);
        signal.removeEventListener('abort', stop);
      }
    },
    close: async () => {
      const late = new AbortController();
      await Promise.race([
        client.disconnect(),
        pause(closingMs, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      drop();
    },
  };
}
