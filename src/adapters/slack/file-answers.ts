/**
 * Sends files: to one person as a direct message, because Slack has no ephemeral files, and to a thread.
 *
 * Invariant: a file goes to the person who asked, or to the conversation that it was made for, and nowhere else.
 * Source: docs.slack.dev/messaging/working-with-files: an address for the upload, the bytes, then the message.
 */
import type { WebClient } from '@slack/web-api';
import type { AnswerFile } from '../../ports/command.js';
import { writeError } from './client.js';

/** Throws what `writeError` makes of a refusal. */
export const fileAnswer =
  (client: WebClient, userId: string) =>
  async (file: AnswerFile): Promise<void> => {
    try {
      const { channel } = await client.conversations.open({ users: userId });
      await uploadFile(client, { channel_id: channel?.id ?? '' }, file);
    } catch (error) {
      throw writeError(error, 'the file');
    }
  };

export async function uploadFile(
  client: WebClient,
  place: { channel_id: string; thread_ts?: string },
  { name, comment, text }: AnswerFile,
): Promise<void> {
  const file = {
    filename: name,
    title: name,
    initial_comment: comment,
    // With a mark of its encoding, without which spreadsheets read accents as Latin-1.
    file: Buffer.from(`\uFEFF${text}`, 'utf8'),
  };
  const { thread_ts: thread, ...channel } = place;
  await client.filesUploadV2(
    thread === undefined ? { ...channel, ...file } : { ...channel, thread_ts: thread, ...file },
  );
}
