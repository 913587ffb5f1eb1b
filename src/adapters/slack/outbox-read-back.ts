/**
 * Finds out whether a message that may have been posted is there.
 *
 * Invariant: every post carries its outbox id as metadata, which people do not see and nobody else writes.
 * When the channel cannot be read, the answer is "not found": a message twice is better than a message never.
 */
import type { WebClient } from '@slack/web-api';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { ClaimedMessage } from '../../ports/outbox.js';

const eventType = 'paydesk_outbox';
/** Clocks of two machines differ; Slack's is neither. */
const clockSkewMs = 60_000;

export const outgoingMetadata = ({ id }: ClaimedMessage): object => ({
  event_type: eventType,
  event_payload: { outbox_id: String(id) },
});

/** The ts of the message, or null when it is not in the channel (or thread). */
export async function findPosted(
  client: WebClient,
  message: ClaimedMessage,
  log: Log,
): Promise<string | null> {
  if (message.ts !== null) return null;
  const { channel, threadTs } = message;
  const oldest = String((message.enqueuedAt.getTime() - clockSkewMs) / 1000);
  const range = { channel, oldest, limit: 200, include_all_metadata: true };
  try {
    const answer =
      threadTs === null
        ? await client.conversations.history(range)
        : await client.conversations.replies({ ...range, ts: threadTs });
    return answer.messages?.find(({ metadata }) => isOurs(metadata, message))?.ts ?? null;
  } catch (error) {
    log.warn({ err: messageOf(error) }, 'the channel cannot be read back; the message is sent again');
    return null;
  }
}

function isOurs(
  metadata: { event_type?: string; event_payload?: object } | undefined,
  { id }: ClaimedMessage,
): boolean {
  const payload = metadata?.event_payload as { outbox_id?: string } | undefined;
  return metadata?.event_type === eventType && payload?.outbox_id === String(id);
}
