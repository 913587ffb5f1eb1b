/**
 * Sends what waits in the outbox, at Slack's pace.
 *
 * Invariants: nothing is dropped; a message whose fate is unknown is looked for in the channel before it is sent
 * again; a message that Slack refuses is held and tried again, and its channel waits with it where the channel is the
 * reason; only a message that can never go out is given up, and then it is kept; an operator learns of both, and of a
 * message that fails again and again without an outcome.
 * Source of the pace: about one chat.postMessage a second and channel; chat.update 50 and more a minute.
 */
import type { Clock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { ClaimedMessage, OutboxQueue } from '../../ports/outbox.js';
import { callFault, callTimeoutMs, type CallFault } from './client.js';
import { createNap } from '../../kernel/nap.js';
import { deliver, LeaseLost, type DeliveryFacts } from './outbox-delivery.js';
import { mostPages } from './outbox-read-back.js';
import { meaningOf, type Meaning } from './refusals.js';

export interface OutboxSender {
  /** There may be something to send now. */
  wake(): void;
  /** Finishes the current message, then stops. */
  stop(): Promise<void>;
}

export interface OutboxSenderFacts extends DeliveryFacts {
  queue: OutboxQueue;
  log: Log;
  /** Defaults are Slack's. */
  paceMs?: number;
  pollMs?: number;
}

const defaultPaceMs = 1000;
/** Other replicas enqueue as well, without a signal to this one. */
const defaultPollMs = 500;
/** A database that is away is asked again at least so often. */
const longestPollMs = 5000;
/**
 * Opening the conversation, reading back in thread and channel; then rewriting, posting in the thread and in the channel,
 * with blocks, without charts, and without blocks; taking the old card away.
 */
const mostCalls = 1 + 2 * mostPages + 3 * 3 + 1;
/** Past this lease the sender of a message is presumed dead. */
export const leaseMs = mostCalls * callTimeoutMs;
/** After this Slack has taken a message that it was slow to take, or never will. */
const settlingMs = 30_000;
/** After so many tries without an outcome the message itself may be the reason, and its channel goes on without it. */
const triesInPlace = 6;
const longestWaitMs = 5 * 60_000;
/** Slack may say 0, which would ask without end, or days, which no message for people can wait. */
const [shortestRateWaitMs, longestRateWaitMs] = [1000, 60 * 60_000];

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
    const ts = await deliver(facts, message, log);
    await queue.sent(message, ts, clock.now(), later(clock, paceMs));
  } catch (error) {
    await settle(error, message, facts, log);
  }
  return true;
}

const later = (clock: Clock, durationMs: number): Date => new Date(clock.now().getTime() + durationMs);

async function settle(
  error: unknown,
  message: ClaimedMessage,
  { queue, clock }: Pick<OutboxSenderFacts, 'queue' | 'clock'>,
  log: Log,
): Promise<void> {
  if (error instanceof LeaseLost) {
    log.warn({}, 'a message was left to the replica that now holds it: the lease ended before sending');
    return;
  }
  const fault = callFault(error);
  const waitMs = waitAfter(fault, message.attempts);
  const meaning = fault.kind === 'refused' ? meaningOf(fault.error, message.channel) : 'limit';
  const outcomeUnknown = message.outcomeUnknown || fault.kind === 'unknown';
  const placed = { ...message, outcomeUnknown };
  if (fault.kind === 'unknown' && message.attempts >= triesInPlace) {
    const refusal = { error: fault.why, messages: [] };
    await withhold(refusal, 'unknown', placed, { queue, clock }, log);
  } else if (fault.kind !== 'refused' || meaning === 'limit' || meaning === 'credential') {
    const why = reasonOf(fault);
    log.warn({ why, waitMs, attempts: message.attempts }, 'a message waits');
    await queue.postpone(placed, later(clock, waitMs), why);
  } else {
    await withhold(fault, meaning, placed, { queue, clock }, log);
  }
}

async function withhold(
  { error: refusal, messages: remarks }: { error: string; messages: string[] },
  meaning: Meaning,
  message: ClaimedMessage,
  { queue, clock }: Pick<OutboxSenderFacts, 'queue' | 'clock'>,
  log: Log,
): Promise<void> {
  const { attempts, heldSince } = message;
  if (meaning === 'message') {
    log.error({ refusal, remarks }, 'Slack will never accept this message; it is stored as refused');
    await queue.refuse(message, refusal, clock.now());
    return;
  }
  const waitMs = backoffMs(attempts);
  const line = { why: refusal, remarks, waitMs, attempts };
  if (heldSince === null) log.error(line, 'Slack refuses a message; it is held and will be retried');
  else log.warn(line, 'Slack still refuses a message');
  const until = later(clock, waitMs);
  await queue.hold(message, { refusal, until, aside: meaning === 'unknown' }, clock.now());
}

const backoffMs = (attempts: number): number => Math.min(longestWaitMs, 500 * 2 ** Math.min(attempts, 10));

function waitAfter(fault: CallFault, attempts: number): number {
  if (fault.kind === 'rate_limited')
    return Math.min(longestRateWaitMs, Math.max(shortestRateWaitMs, fault.retryAfterMs));
  const waitMs = backoffMs(attempts);
  return fault.kind === 'unknown' ? Math.max(settlingMs, waitMs) : waitMs;
}

function reasonOf(fault: CallFault): string {
  if (fault.kind === 'rate_limited') return 'rate_limited';
  return fault.kind === 'refused' ? fault.error : fault.why;
}
