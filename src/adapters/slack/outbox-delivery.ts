/**
 * One message of the outbox, on its way to Slack.
 *
 * Invariants: what was posted already is not posted again; blocks that Slack refuses go out as plain text; a reply whose
 * thread takes none goes into the channel and says so; a file that the channel takes none of leaves its card; nothing is
 * written that could arrive after the lease ended, when another sender may have the message: a process that was suspended
 * wakes up with an old one.
 */
import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Card } from '../../ports/card.js';
import type { ClaimedMessage } from '../../ports/outbox.js';
import { callFault, callTimeoutMs, isRefused } from './client.js';
import { uploadFile } from './file-answers.js';
import { findPosted, outgoingMetadata } from './outbox-read-back.js';
import { postPlainly } from './plainer.js';
import { cardRefusals, fileRefusals, threadRefusals } from './refusals.js';

export interface DeliveryFacts {
  client: WebClient;
  clock: Clock;
  /** The card of a reply that is in the channel because its thread refused it with `refusal`. */
  moved: (card: Card, refusal: string) => Card;
}

/** The lease is over, or too short for another call. Nothing was written since it was checked last. */
export class LeaseLost extends Error {}

/** The message's ts. A live card is brought to its newest state. Throws `LeaseLost`, and what the client throws. */
export async function deliver(facts: DeliveryFacts, message: ClaimedMessage, log: Log): Promise<string> {
  const found = message.outcomeUnknown ? await findPosted(facts.client, message, log) : null;
  if (found !== null && message.liveCard === null) return found;
  const uploaded = await upload(facts, message, log);
  if (uploaded !== null) return uploaded;
  const placed = found === null ? message : { ...message, ts: found };
  const ts = await postPlainly(placed.card, (card) => put(facts, { ...placed, card }), log);
  if (placed.ts !== null && placed.ts !== ts) await takeAway(facts, { ...message, ts: placed.ts }, log);
  return ts;
}

/** A card that could not be rewritten shows an old state, buttons and all, beside the new one. */
async function takeAway(
  { client }: DeliveryFacts,
  { channel, ts }: { channel: string; ts: string },
  log: Log,
): Promise<void> {
  await client.chat.delete({ channel, ts }).catch((error: unknown) => {
    const fault = callFault(error);
    const why = fault.kind === 'refused' ? fault.error : fault.kind;
    if (why !== 'message_not_found') log.warn({ ts, fault: why }, 'an old card stays beside its new one');
  });
}

/** An address, the bytes, the message: three calls. */
const uploadCalls = 3;

/** Where the file is; null where there is none to send, or where the channel takes none. */
async function upload(
  facts: DeliveryFacts,
  { channel, threadTs, file, card, leaseUntil }: ClaimedMessage,
  log: Log,
): Promise<string | null> {
  if (file === null) return null;
  requireLease(facts, { leaseUntil }, uploadCalls);
  const place = { channel_id: channel, ...(threadTs !== null && { thread_ts: threadTs }) };
  try {
    await uploadFile(facts.client, place, { ...file, comment: card.text });
    return threadTs ?? '';
  } catch (error) {
    const fault = callFault(error);
    if (!isRefused(fault, fileRefusals)) throw error;
    log.warn({ refusal: fault.error }, 'the channel takes no files of Paydesk; only its card is sent');
    return null;
  }
}

/** Rewrites a card that was posted before; posts one that was not, or that is gone from Slack. */
async function put(facts: DeliveryFacts, message: ClaimedMessage): Promise<string> {
  const { client } = facts;
  const { ts, channel, card, threadTs } = message;
  requireLease(facts, message);
  if (ts !== null) {
    try {
      await client.chat.update({ channel, ts, ...contentOf(shortened(card)) });
      return ts;
    } catch (error) {
      if (!isRefused(callFault(error), cardRefusals)) throw error;
    }
  }
  if (threadTs === null) return post(facts, message, card, {});
  try {
    return await post(facts, message, card, { thread_ts: threadTs });
  } catch (error) {
    const fault = callFault(error);
    if (!isRefused(fault, threadRefusals)) throw error;
    return post(facts, message, facts.moved(card, fault.error), {});
  }
}

async function post(
  facts: DeliveryFacts,
  message: ClaimedMessage,
  card: Card,
  thread: { thread_ts?: string },
): Promise<string> {
  requireLease(facts, message);
  const { channel } = message;
  const metadata = outgoingMetadata(message);
  const content = { channel, ...contentOf(card), metadata, unfurl_links: false, ...thread };
  const { ts } = await facts.client.chat.postMessage(content);
  if (ts === undefined) throw new Error('Slack took the message and did not say where it is');
  return ts;
}

/** An update takes less text than a post; refused for it, a card would keep the buttons of its old state. */
const updateTextMax = 4000;
const shortened = (card: Card): Card =>
  card.text.length <= updateTextMax ? card : { ...card, text: `${card.text.slice(0, updateTextMax - 1)}…` };

/** Blocks are always sent: without them an update keeps the old ones, live buttons and all. */
const contentOf = ({ text, blocks }: Card): { text: string; blocks: Card['blocks'][number][] } => ({
  text,
  blocks: [...blocks],
});

function requireLease(
  { clock }: DeliveryFacts,
  { leaseUntil }: Pick<ClaimedMessage, 'leaseUntil'>,
  calls = 1,
): void {
  if (clock.now().getTime() + calls * callTimeoutMs > leaseUntil.getTime())
    throw new LeaseLost('the lease is over');
}
