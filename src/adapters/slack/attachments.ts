/**
 * Files that people handed in: what Slack says of one, and its bytes.
 *
 * Invariants: the bot token goes to Slack alone, whatever address a file names, so redirects are never followed; no more
 * than the limit is ever held, whatever size a file claims; a file whose name or text holds a card number is refused, and
 * not named.
 * Source: docs.slack.dev/reference/objects/file-object. Without a token that may read the file, Slack sends to its login.
 */
import type { FilesInfoResponse, WebClient } from '@slack/web-api';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import type { Attachments } from '../../ports/attachments.js';
import { containsCardNumber } from '../../kernel/sensitive.js';
import { callError, callFault, callTimeoutMs, isRefused } from './client.js';

export interface AttachmentsFacts {
  client: WebClient;
  token: Secret;
  log: Log;
}

/** What providers take as evidence: Stripe at most 5 MB a file. */
const largestBytes = 5_000_000;

export function createAttachments({ client, token, log }: AttachmentsFacts): Attachments {
  return {
    read: async (id) => {
      const file = await infoOf(client, id);
      if ((file.size ?? 0) > largestBytes) throw tooLarge();
      const url = file.url_private ?? '';
      if (!isOfSlack(url, client.slackApiUrl)) {
        log.warn({ file: id }, 'a file is stored outside Slack and is not fetched');
        throw new OpsError('invalid', 'This file is stored outside Slack.', {
          hint: 'Upload the file itself.',
        });
      }
      const name = file.name ?? id;
      if (containsCardNumber(name)) throw cardNumberIn('name');
      const content = await download(url, token);
      if (containsCardNumber(textOf(content))) throw cardNumberIn('text');
      return { id, name, mimeType: file.mimetype ?? 'application/octet-stream', content };
    },
  };
}

type SlackFile = NonNullable<FilesInfoResponse['file']>;

async function infoOf(client: WebClient, id: string): Promise<SlackFile> {
  const answer = await client.files.info({ file: id }).catch((error: unknown) => {
    if (isRefused(callFault(error), ['file_not_found', 'file_deleted', 'access_denied'])) throw gone(error);
    throw callError(error, 'Slack did not say what this file is.');
  });
  const { file } = answer;
  // `tombstone`: deleted; `hidden_by_limit`: too old for the workspace's plan.
  if (!file || file.mode === 'tombstone' || file.mode === 'hidden_by_limit') throw gone(null);
  return file;
}

/** Files lie on files.slack.com; with another SLACK_API_URL on its host, or below it. */
function isOfSlack(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  const api = new URL(apiUrl);
  const isBelow = (domain: string): boolean => host === domain || host.endsWith(`.${domain}`);
  return (protocol === api.protocol && isBelow(api.host)) || (protocol === 'https:' && isBelow('slack.com'));
}

async function download(url: string, token: Secret): Promise<Uint8Array> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token.reveal()}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(callTimeoutMs),
    });
    if (response.ok) return await bounded(response);
    await response.body?.cancel();
    throw response.status < 500 && response.status !== 429 ? gone(null) : away(response.status);
  } catch (error) {
    throw error instanceof OpsError ? error : away(error);
  }
}

async function bounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body = response.body as AsyncIterable<Uint8Array> | null;
  // Leaving the loop lets go of the connection.
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > largestBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** What a text file says; nothing of anything else, such as an image, a compressed document or an archive. */
function textOf(content: Uint8Array): string {
  const encoding =
    marks.find(([mark]) => mark.every((byte, place) => content[place] === byte))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch {
    return content.every(isText) ? Buffer.from(content).toString('latin1') : '';
  }
}

/** Byte order marks. */
const marks: readonly (readonly [mark: readonly number[], encoding: string])[] = [
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** No control character but tabs and line breaks. */
const isText = (byte: number): boolean => byte >= 32 || (byte >= 9 && byte <= 13);

const cardNumberIn = (where: 'name' | 'text'): OpsError =>
  new OpsError('invalid', `The ${where} of this file holds a card number, so it was not kept.`, {
    hint: 'Delete the file, remove the number and attach it again.',
  });

const tooLarge = (): OpsError =>
  new OpsError('invalid', 'This file is larger than 5 MB.', { hint: 'Attach a smaller file.' });

const gone = (cause: unknown): OpsError =>
  new OpsError('not_found', 'This file no longer exists, or is not shared with Paydesk.', {
    hint: 'Attach it again.',
    cause,
  });

const away = (cause: unknown): OpsError =>
  new OpsError('unavailable', 'Paydesk could not download the file from Slack.', {
    hint: 'Try again in a moment.',
    cause,
  });
