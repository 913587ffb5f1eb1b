/**
 * One statement over Trino's client protocol: `POST /v1/statement`, then the pages behind `nextUri`.
 *
 * Invariants: it ends by its time limit, or when it is aborted, and the cluster is then told to stop; the secret goes to the
 * address that was configured and to no other; how much is read is bounded.
 * Source: trino.io, “Trino client REST API”.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { OpsError } from '../../kernel/errors.js';
import { endingBy } from '../../kernel/signals.js';
import type { TrinoAddress } from './address.js';
import { queryFailed, refusedWith, tooLate, unreachable } from './failures.js';
import { exactJson, readerOf } from './values.js';

interface Outcome {
  queryId: string;
  rows: Record<string, unknown>[];
}

interface Ask {
  address: TrinoAddress;
  /** The variable with the address, named in hints. */
  setting: string;
  text: string;
  timeoutMs: number;
  /** Ends it earlier. */
  stop: AbortSignal;
}

const answerSchema = z.object({
  id: z.string(),
  nextUri: z.string().optional(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).nullish(),
  data: z.array(z.array(z.unknown())).nullish(),
  error: z.object({ message: z.string(), errorName: z.string(), errorType: z.string() }).nullish(),
});
type Answer = z.infer<typeof answerSchema>;

/** Gateways say so while a coordinator restarts; the protocol asks for another try soon. */
const passing: readonly number[] = [429, 502, 503, 504];
const againMs = 75;
const mostLost = 3;
const mostBytes = 64 * 1024 * 1024;
const cancelMs = 2000;

export async function runStatement(ask: Ask): Promise<Outcome> {
  const ending = endingBy(ask.timeoutMs, ask.stop);
  // Not cut off by `ending`: only its answer says which query has to be stopped.
  const begun = send(ask, 'POST', '/v1/statement', endingBy(2 * ask.timeoutMs));
  const first = await Promise.race([begun, aborted(ending)]);
  if (first === null) {
    void begun.then((answer) => cancel(ask, answer)).catch(() => undefined);
    throw tooLate();
  }
  let answer = first;
  try {
    const pages = createPages(ask);
    for (;;) {
      pages.add(answer);
      if (answer.nextUri === undefined) return { queryId: answer.id, rows: pages.rows };
      answer = await send(ask, 'GET', pathOf(answer.nextUri), ending);
    }
  } catch (error) {
    await cancel(ask, answer);
    throw ending.aborted ? tooLate() : error;
  }
}

const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });

/** A gateway may write another host into it. The secret goes only to the one that was configured. */
function pathOf(nextUri: string): string {
  const { pathname, search } = new URL(nextUri);
  return `${pathname}${search}`;
}

function createPages({ setting }: Ask): { rows: Record<string, unknown>[]; add(answer: Answer): void } {
  const rows: Record<string, unknown>[] = [];
  return {
    rows,
    add: ({ id, columns, data, error }) => {
      if (error) throw queryFailed(error, id, setting);
      const readers = (columns ?? []).map(({ name, type }) => ({ name, read: readerOf(type) }));
      for (const values of data ?? [])
        rows.push(Object.fromEntries(readers.map(({ name, read }, at) => [name, read(values[at] ?? null)])));
    },
  };
}

/** Asks until there is an answer, or `signal` ends it. A lost connection loses nothing: a page may be fetched again. */
async function send(ask: Ask, method: 'POST' | 'GET', path: string, signal: AbortSignal): Promise<Answer> {
  for (let lost = 0; ;) {
    const response = await request(ask, method, path, signal).catch((cause: unknown) => {
      lost += 1;
      if (signal.aborted || method === 'POST' || lost >= mostLost) throw unreachable(ask.setting, cause);
      return null;
    });
    if (response && !passing.includes(response.status)) return answerOf(response, ask.setting);
    await response?.body?.cancel();
    await pause(againMs, undefined, { signal });
  }
}

const request = (
  { address, text, timeoutMs }: Ask,
  method: 'POST' | 'GET' | 'DELETE',
  path: string,
  signal: AbortSignal,
): Promise<Response> =>
  fetch(`${address.origin}${path}`, {
    method,
    signal,
    redirect: 'error',
    headers: {
      ...address.headers,
      'X-Trino-Source': 'paydesk',
      'X-Trino-Time-Zone': 'UTC',
      'X-Trino-Session': `query_max_execution_time=${encodeURIComponent(`${timeoutMs}ms`)}`,
    },
    ...(method === 'POST' && { body: text }),
  });

async function answerOf(response: Response, setting: string): Promise<Answer> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw refusedWith(response.status, setting);
  }
  const body = await bounded(response);
  try {
    return answerSchema.parse(exactJson(body));
  } catch {
    throw refusedWith(response.status, setting);
  }
}

async function bounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    const bytes = part as Uint8Array;
    size += bytes.byteLength;
    if (size > mostBytes)
      throw new OpsError('unavailable', 'The books answered with more than Paydesk reads.');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Best effort: a query that is not cancelled ends by its time limit. */
async function cancel(ask: Ask, { nextUri }: Answer): Promise<void> {
  if (nextUri === undefined) return;
  const response = await request(ask, 'DELETE', pathOf(nextUri), endingBy(cancelMs)).catch(() => null);
  await response?.body?.cancel();
}
