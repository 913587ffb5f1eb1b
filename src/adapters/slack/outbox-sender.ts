/**
 * Sends what waits in the outbox, at Slack's pace.
 *
 * Invariants: nothing is dropped; a message whose fate is unknown is looked for in the channel before it is sent
 * again; a message that Slack refuses for its blocks goes out as plain text; a message that can go out later (bot not
 * yet invited, token revoked) waits, and its channel with it; only a message that can never go out is refused, and then
 * it is kept and logged.
 * Source of the pace: about one chat.postMessage a second and channel; chat.update 50 and more a minute.
 */
import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { ClaimedMessage, OutboxQueue } from '../../ports/outbox.js';
import { blockRefusals, callFault, callTimeoutMs, isRefused, type CallFault } from './client.js';
import { createNap } from './nap.js';
import { findPosted, mostPages, outgoingMetadata } from './outbox-read-back.js';

export interface OutboxSender {
  /** There may be something to send now. */
  wake(): void;
  /** Lets the message in hand end, then stops. */
  stop(): Promise<void>;
}

export interface OutboxSenderFacts {
  queue: OutboxQueue;
  client: WebClient;
  clock: Clock;
  log: Log;
  /** Defaults are Slack's. */
  paceMs?: number;
  pollMs?: number;
}

const defaultPaceMs = 1000;
/** Other replicas enqueue as well, and nobody tells us. */
const defaultPollMs = 500;
/** A database that is away is asked again at least so often. */
const longestPollMs = 5000;
/** Reading back in thread and channel; then rewriting, posting in the thread and in the channel, with blocks and without. */
const mostCalls = 2 * mostPages + 2 * 3;
/** Whoever holds a message for longer is gone. */
export const leaseMs = mostCalls * callTimeoutMs;
/** After this Slack has taken a message that it was slow to take, or never will. */
const settlingMs = 15_000;
const longestWaitMs = 5 * 60_000;

export function startOutboxSender(facts: OutboxSenderFacts): OutboxSender {
  const { log, pollMs = defaultPollMs } = facts;
  const nap = createNap();
  let stopping = false;
  let failures = 0;

  const next = async (): Promise<boolean> => {
    try {
      const sent = await sendNext(facts);
      failures = 0;
      return sent;
    } catch (error) {
      failures++;
      log.warn({ err: messageOf(error) }, 'the outbox cannot be read or written');
      return false;
    }
  };
  const loop = async (): Promise<void> => {
    while (!stopping) {
      if (!(await next())) await nap.sleep(Math.min(longestPollMs, pollMs * 2 ** failures));
    }
  };
  const running = loop();
  return {
    wake: () => nap.wake(),
    stop: async () => {
      stopping = true;
      nap.wake();
      await running;
    },
  };
}

/** Sends one message. False when none may leave now. */
async function sendNext(facts: OutboxSenderFacts): Promise<boolean> {
  const { queue, clock, paceMs = defaultPaceMs } = facts;
  const message = await queue.claim(clock.now(), later(clock, leaseMs));
  if (!message) return false;
  const log = facts.log.child({ outbox: String(message.id), channel: message.channel });
  try {
    const ts = await deliver(facts.client, message, log);
    await queue.sent(message, ts, clock.now(), later(clock, paceMs));
  } catch (error) {
    await settle(error, message, facts, log);
  }
  return true;
}

const later = (clock: Clock, durationMs: number): Date => new Date(clock.now().getTime() + durationMs);

/** The message's ts. What was posted already is not posted again; a live card is brought to its newest state. */
async function deliver(client: WebClient, message: ClaimedMessage, log: Log): Promise<string> {
  const found = message.outcomeUnknown ? await findPosted(client, message, log) : null;
  if (found !== null && message.liveCard === null) return found;
  const placed = found === null ? message : { ...message, ts: found };
  try {
    return await put(client, placed, placed.card.blocks);
  } catch (error) {
    const fault = callFault(error);
    if (!isRefused(fault, blockRefusals)) throw error;
    log.error(
      { refusal: fault.error, remarks: fault.messages },
      'Slack refused the blocks of a card; sending its text',
    );
    return put(client, placed, []);
  }
}

/** The card is not there any more, or cannot be rewritten any more. */
const cardRefusals = ['message_not_found', 'cant_update_message', 'edit_window_closed'];
const threadRefusals = ['thread_not_found', 'cannot_reply_to_message'];

/** Rewrites a card that was posted before; posts one that was not, or that is gone from Slack. */
async function put(
  client: WebClient,
  { ts, ...message }: ClaimedMessage,
  blocks: ClaimedMessage['card']['blocks'],
): Promise<string> {
  // Blocks are always sent: without them an update keeps the old ones, live buttons and all.
  const content = { channel: message.channel, text: message.card.text, blocks: [...blocks] };
  if (ts !== null) {
    try {
      await client.chat.update({ ...content, ts });
      return ts;
    } catch (error) {
      if (!isRefused(callFault(error), cardRefusals)) throw error;
    }
  }
  const post = { ...content, metadata: outgoingMetadata({ ts, ...message }), unfurl_links: false };
  if (message.threadTs !== null) {
    try {
      return tsOf(await client.chat.postMessage({ ...post, thread_ts: message.threadTs }));
    } catch (error) {
      if (!isRefused(callFault(error), threadRefusals)) throw error;
    }
  }
  return tsOf(await client.chat.postMessage(post));
}

function tsOf({ ts }: { ts?: string }): string {
  if (ts === undefined) throw new Error('Slack took the message and did not say where it is');
  return ts;
}

/**
 * Refusals that somebody outside can lift: by inviting the bot (Slack says `channel_not_found` of a private channel that
 * the bot is not in), unarchiving, or renewing the token.
 */
const liftable = [
  'not_in_channel', 'channel_not_found', 'is_archived', 'is_inactive', 'restricted_action', 'invalid_auth', 'not_authed',
  'account_inactive', 'token_revoked', 'token_expired', 'missing_scope', 'org_login_required', 'ekm_access_denied',
  'team_access_not_granted', 'access_denied', 'team_added_to_org', 'accesslimited', 'ratelimited', 'rate_limited',
  'message_limit_exceeded',
]; // prettier-ignore

async function settle(
  error: unknown,
  message: ClaimedMessage,
  { queue, clock }: OutboxSenderFacts,
  log: Log,
): Promise<void> {
  const fault = callFault(error);
  if (fault.kind === 'refused' && !liftable.includes(fault.error)) {
    log.error(
      { refusal: fault.error, remarks: fault.messages },
      'Slack will never take this message; it is kept as refused',
    );
    await queue.refuse(message, fault.error, clock.now());
    return;
  }
  const waitMs = waitAfter(fault, message.attempts);
  const why = reasonOf(fault);
  log.warn({ why, waitMs, attempts: message.attempts }, 'a message waits');
  const outcomeUnknown = message.outcomeUnknown || fault.kind === 'unknown';
  await queue.postpone({ ...message, outcomeUnknown }, later(clock, waitMs), why);
}

function waitAfter(fault: CallFault, attempts: number): number {
  if (fault.kind === 'rate_limited') return fault.retryAfterMs;
  const backoffMs = Math.min(longestWaitMs, 500 * 2 ** Math.min(attempts, 10));
  return fault.kind === 'unknown' ? Math.max(settlingMs, backoffMs) : backoffMs;
}

function reasonOf(fault: CallFault): string {
  if (fault.kind === 'rate_limited') return 'rate_limited';
  return fault.kind === 'refused' ? fault.error : fault.why;
}
