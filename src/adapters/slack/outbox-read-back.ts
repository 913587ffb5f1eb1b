/**
 * Finds out whether a message that may have been posted is there.
 *
 * Invariants: every post carries a key as metadata, which people do not see and no one else writes, and a file, which
 * can carry none, is known by its name; when Slack does not answer, or refuses for a reason that is not known to last,
 * the question stays open and the message waits. Only when the channel cannot be read at all is the answer "not found":
 * a message twice is better than a message never.
 */
import type { WebClient } from '@slack/web-api';
import type { Log } from '../../kernel/log.js';
import type { ClaimedMessage } from '../../ports/outbox.js';
import { callFault, isRefused } from './client.js';
import { isPerson, readingRefusals } from './refusals.js';

const eventType = 'paydesk_outbox';
/** Clocks of two machines differ; Slack's is neither. */
const clockSkewMs = 60_000;
const pageSize = 200;
/** The search goes back no further than 600 messages. */
export const mostPages = 3;

/** Ids begin at 1 in every database; together with the instant they are not met twice. */
const keyOf = ({ id, enqueuedAt }: ClaimedMessage): string => `${id}@${enqueuedAt.toISOString()}`;

export const outgoingMetadata = (message: ClaimedMessage) => ({
  event_type: eventType,
  event_payload: { key: keyOf(message) },
});

/** The ts of the message, or null when it is not there. Throws what the client throws when Slack cannot say now. */
export async function findPosted(
  client: WebClient,
  message: ClaimedMessage,
  log: Log,
): Promise<string | null> {
  const { threadTs } = message;
  const channel = await unlessUnreadable(() => conversationOf(client, message.channel), log);
  if (channel === null) return null;
  const oldest = String((message.enqueuedAt.getTime() - clockSkewMs) / 1000);
  const range = { channel, oldest, limit: pageSize, include_all_metadata: true };
  const find = (read: (cursor: { cursor?: string }) => Promise<Page>): Promise<string | null> =>
    unlessUnreadable(() => findIn(read, message), log);
  const inThread =
    threadTs === null
      ? null
      : await find((cursor) => client.conversations.replies({ ...range, ...cursor, ts: threadTs }));
  // A reply whose parent is gone was posted into the channel.
  return inThread ?? find((cursor) => client.conversations.history({ ...range, ...cursor }));
}

/** A message to a person is addressed to the person, and read in the conversation with them. */
async function conversationOf(client: WebClient, place: string): Promise<string> {
  if (!isPerson(place)) return place;
  const { channel } = await client.conversations.open({ users: place });
  if (channel?.id === undefined) throw new Error('Slack did not say which conversation this is');
  return channel.id;
}

interface Posted {
  ts?: string;
  metadata?: { event_type?: string; event_payload?: { key?: unknown } };
  files?: { name?: string }[];
}

interface Page {
  messages?: Posted[];
  response_metadata?: { next_cursor?: string };
}

async function findIn(
  read: (cursor: { cursor?: string }) => Promise<Page>,
  message: ClaimedMessage,
): Promise<string | null> {
  let cursor = {};
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await read(cursor);
    if (!Array.isArray(page.messages)) throw new Error('Slack answered without the channel’s messages');
    const found = page.messages.find((posted) => isOurs(posted, message))?.ts;
    if (found !== undefined) return found;
    const next = page.response_metadata?.next_cursor;
    if (!next) return null;
    cursor = { cursor: next };
  }
  return null;
}

async function unlessUnreadable(read: () => Promise<string | null>, log: Log): Promise<string | null> {
  try {
    return await read();
  } catch (error) {
    const fault = callFault(error);
    if (!isRefused(fault, readingRefusals)) throw error;
    log.warn({ refusal: fault.error }, 'the channel cannot be read to check whether this message was posted');
    return null;
  }
}

function isOurs({ metadata, files }: Posted, message: ClaimedMessage): boolean {
  const { file } = message;
  if (file !== null && files?.some(({ name }) => name === file.name) === true) return true;
  return metadata?.event_type === eventType && metadata.event_payload?.key === keyOf(message);
}
