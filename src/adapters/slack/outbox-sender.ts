/**
 * Sends what waits in the outbox, at Slack's pace.
 *
 * Invariants: nothing is dropped; a message whose fate is unknown is looked for in the channel before it is sent
 * again; a message that Slack refuses for its blocks goes out as plain text; a message that can go out later (bot not
 * yet invited, token revoked) waits; only a message that can never go out is refused, and then it is kept and logged.
 * Source of the pace: about one chat.postMessage a second and channel; chat.update 50 and more a minute.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { ClaimedMessage, OutboxQueue } from '../../ports/outbox.js';
import { callFault, type CallFault } from './client.js';
import { findPosted, outgoingMetadata } from './outbox-read-back.js';

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
/** Longer than any call of the client can take: whoever holds a message for longer is gone. */
const staleAfterMs = 30_000;
const longestWaitMs = 5 * 60_000;

export function startOutboxSender(facts: OutboxSenderFacts): OutboxSender {
  const { log, pollMs = defaultPollMs } = facts;
  const stopping = new AbortController();
  let awake = new AbortController();

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const sent = await sendNext(facts).catch((error: unknown) => {
        log.warn({ err: messageOf(error) }, 'the outbox cannot be read or written');
        return false;
      });
      if (sent) continue;
      await pause(pollMs, undefined, { signal: AbortSignal.any([awake.signal, stopping.signal]) }).catch(
        () => undefined,
      );
      awake = new AbortController();
    }
  };
  const running = loop();
  return {
    wake: () => awake.abort(),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** Sends one message. False when none may leave now. */
async function sendNext(facts: OutboxSenderFacts): Promise<boolean> {
  const { queue, clock } = facts;
  const now = clock.now();
  const message = await queue.claim(now, new Date(now.getTime() - staleAfterMs));
  if (!message) return false;
  const log = facts.log.child({ outbox: String(message.id), channel: message.channel });
  try {
    const ts =
      (message.outcomeUnknown ? await findPosted(facts.client, message, log) : null) ??
      (await send(facts.client, message, log));
    await queue.sent(message, ts, clock.now(), later(clock, facts.paceMs ?? defaultPaceMs));
  } catch (error) {
    await settle(error, message, facts, log);
  }
  return true;
}

const later = (clock: Clock, durationMs: number): Date => new Date(clock.now().getTime() + durationMs);

/** The message's ts. A card that was posted before is rewritten; one that is gone from Slack is posted again. */
async function send(client: WebClient, message: ClaimedMessage, log: Log): Promise<string> {
  try {
    return await put(client, message, true);
  } catch (error) {
    const fault = callFault(error);
    if (fault.kind !== 'refused' || fault.error !== 'invalid_blocks') throw error;
    log.error({ remarks: fault.messages }, 'Slack refused the blocks of a card; sending its text');
    return put(client, message, false);
  }
}

const goneErrors = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);

async function put(client: WebClient, message: ClaimedMessage, withBlocks: boolean): Promise<string> {
  const { channel, card, ts, threadTs } = message;
  const content = { channel, text: card.text, blocks: withBlocks ? [...card.blocks] : [] };
  if (ts !== null) {
    try {
      await client.chat.update({ ...content, ts });
      return ts;
    } catch (error) {
      const fault = callFault(error);
      if (fault.kind !== 'refused' || !goneErrors.has(fault.error)) throw error;
    }
  }
  const thread = threadTs === null ? {} : { thread_ts: threadTs };
  const post = { ...content, ...thread, metadata: outgoingMetadata(message), unfurl_links: false };
  const answer = await client.chat.postMessage(post);
  return answer.ts ?? '';
}

/** Refusals that somebody outside can lift: by inviting the bot, unarchiving, or renewing the token. */
const liftable = new Set([
  'not_in_channel', 'channel_not_found', 'is_archived', 'restricted_action', 'invalid_auth', 'not_authed',
  'account_inactive', 'token_revoked', 'token_expired', 'missing_scope', 'org_login_required', 'ekm_access_denied',
  'team_access_not_granted', 'access_denied', 'internal_error', 'fatal_error', 'service_unavailable',
  'request_timeout', 'team_added_to_org', 'accesslimited', 'ratelimited', 'message_limit_exceeded',
]); // prettier-ignore

async function settle(
  error: unknown,
  message: ClaimedMessage,
  facts: OutboxSenderFacts,
  log: Log,
): Promise<void> {
  const { queue, clock } = facts;
  const fault = callFault(error);
  if (fault.kind === 'refused' && !liftable.has(fault.error)) {
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
  return Math.min(longestWaitMs, 500 * 2 ** Math.min(attempts, 10));
}

function reasonOf(fault: CallFault): string {
  if (fault.kind === 'rate_limited') return 'rate_limited';
  return fault.kind === 'refused' ? fault.error : fault.why;
}
