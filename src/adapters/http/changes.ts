/**
 * `POST /changes`: a pipeline reports a deploy or a changed route, so that an alert can show it.
 *
 * Invariants: nothing is read before the token is right, and it is compared in constant time; a body has a limit; what is
 * wrong is answered by field.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Clock } from '../../kernel/clock.js';
import { hourMs, minuteMs } from '../../kernel/clock.js';
import { toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import type { Changes } from '../../ports/changes.js';
import type { Handler } from './server.js';

interface ChangesDeps {
  changes: Changes;
  token: Secret;
  clock: Clock;
  log: Log;
}

const largestBytes = 16_384;
/** A clock may be a little ahead; a change of the future explains nothing. */
const aheadMs = 5 * minuteMs;
const longestAgoMs = 31 * 24 * hourMs;

const change = z.strictObject({
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, { message: 'must be a word such as deploy, route or config' }),
  title: z.string().trim().min(1).max(200),
  by: z.string().trim().min(1).max(100).nullish(),
  partner: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,60}$/, { message: 'must be the id of a partner' })
    .nullish(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .nullish(),
  at: z.iso.datetime({ offset: true, message: 'must be a time such as 2026-11-29T20:00:00Z' }).nullish(),
});

export const createChangesHandler =
  (deps: ChangesDeps): Handler =>
  async (request, response) => {
    const { status, body } = await answerTo(deps, request).catch((thrown: unknown) => {
      const error = toOpsError(thrown);
      deps.log.error({ err: error, code: error.code, errorId: error.errorId }, 'a change could not be taken');
      return said(503, error.publicMessage);
    });
    send(response, status, body);
  };

interface Answer {
  status: number;
  body: object;
}

const said = (status: number, error: string, more: object = {}): Answer => ({
  status,
  body: { error, ...more },
});

async function answerTo({ changes, token, clock }: ChangesDeps, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'POST') return said(405, 'Use POST.');
  if (!isToken(request.headers.authorization, token))
    return said(401, 'The token is missing or wrong.', { hint: 'Authorization: Bearer <CHANGES_TOKEN>' });
  const text = await bodyOf(request);
  if (text === null) return said(413, `The body must not be larger than ${largestBytes} bytes.`);
  const json = jsonOf(text);
  if (json === undefined) return said(400, 'The body must be JSON.');
  const read = change.safeParse(json);
  if (!read.success)
    return said(400, 'The change cannot be read.', {
      fields: read.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })),
    });
  const { kind, title, by = null, partner = null, url = null, at } = read.data;
  const now = clock.now();
  const happened = at === undefined || at === null ? now : new Date(at);
  const ageMs = now.getTime() - happened.getTime();
  if (ageMs < -aheadMs || ageMs > longestAgoMs)
    return said(400, 'The change cannot be read.', {
      fields: [{ field: 'at', message: 'must be within the last 31 days, and not in the future' }],
    });
  await changes.put({ kind, title, by, partner, url, at: happened });
  return { status: 202, body: { taken: true } };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const isToken = (header: string | undefined, token: Secret): boolean =>
  timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token.reveal()}`));

/** Null for one that is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > largestBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
