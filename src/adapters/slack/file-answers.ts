/**
 * Sends a file to one person, as a direct message: Slack has no ephemeral files.
 *
 * Invariant: a file goes to the person who asked and into no other conversation.
 * Source: docs.slack.dev/messaging/working-with-files: an address for the upload, the bytes, then the message.
 */
import type { WebClient } from '@slack/web-api';
import type { AnswerFile } from '../../ports/command.js';
import { callError } from './client.js';

/** Throws what `callError` makes of a refusal. */
export const fileAnswer =
  (client: WebClient, userId: string) =>
  async ({ name, comment, text }: AnswerFile): Promise<void> => {
    try {
      const { channel } = await client.conversations.open({ users: userId });
      await client.filesUploadV2({
        channel_id: channel?.id ?? '',
        filename: name,
        title: name,
        initial_comment: comment,
        // With a mark of its encoding, without which spreadsheets read accents as Latin-1.
        file: Buffer.from(`\uFEFF${text}`, 'utf8'),
      });
    } catch (error) {
      throw callError(error, 'Slack did not accept the file.');
    }
  };
