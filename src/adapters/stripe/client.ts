/**
 * Reads Stripe's API: one address, one key, one pinned version.
 *
 * Invariants: everything done under one deadline ends with it, attempts, waits and pages included; only reads are sent,
 * so an attempt may always be repeated; no answer is handed on before its schema accepted it.
 * Deliberately absent: writes, and with them form bodies and idempotency keys: nothing calls one yet.
 */
import { setTimeout as wait } from 'node:timers/promises';
import createClient from 'openapi-fetch';
import type { z } from 'zod';
import { secondMs, type Clock } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Secret } from '../../kernel/secret.js';
import {
  failedAnswer,
  faultOf,
  lateAnswer,
  lostConnection,
  unreadableAnswer,
  type Failure,
} from './failures.js';
import { formOf, type Form } from './forms.js';
import type { paths } from './openapi.gen.js';
import { pageSchema } from './schemas.js';

/** The version that openapi.yaml describes; Stripe answers in its shapes whatever the account's default is. */
export const stripeVersion = '2026-10-28.endive';

const attemptsMax = 3;
const backoffBaseMs = 200;
/** Stripe's own limit of objects in a page. */
const pageSize = 100;

export interface StripeDeps {
  /** Without a version in the path: `https://api.stripe.com`. */
  baseUrl: string;
  apiKey: Secret;
  clock: Clock;
  log: Log;
  fetch?: (request: Request) => Promise<Response>;
  /** For all that one question needs. */
  timeoutMs?: number;
  sleep?: (durationMs: number) => Promise<unknown>;
  /** 0 ≤ n < 1, spreads the attempts of many callers. */
  random?: () => number;
}

type ReadPath = { [Path in keyof paths]: paths[Path] extends { get: object } ? Path : never }[keyof paths];
type Params<Path extends ReadPath> = Pick<paths[Path]['get']['parameters'], 'path' | 'query'>;
export type ObjectPath = Extract<ReadPath, `${string}/{id}`>;
export type ListPath = Exclude<ReadPath, ObjectPath | '/v1/balance'>;
export type Filter<Path extends ListPath> = Omit<
  NonNullable<paths[Path]['get']['parameters']['query']>,
  'limit' | 'starting_after'
>;

export interface Deadline {
  readonly signal: AbortSignal;
  readonly remainingMs: () => number;
}

export interface StripeClient {
  /** Starts the time that one question may take, however many requests it needs. */
  deadline(): Deadline;
  /**
   * One object. Throws `not_found`, `unavailable` (down, late, unreadable), `rate_limited`, `misconfigured` (key
   * refused) or `invalid`.
   */
  get<Path extends ReadPath, Value>(
    path: Path,
    params: Params<Path>,
    schema: z.ZodType<Value>,
    deadline: Deadline,
  ): Promise<Value>;
  /** The objects of a list in Stripe's order (newest first), page after page, at most `limit`. Throws as `get`. */
  list<Path extends ListPath, Item extends { id: string }>(
    path: Path,
    filter: Filter<Path>,
    schema: z.ZodType<Item>,
    options: { limit: number; deadline: Deadline },
  ): AsyncGenerator<Item, void>;
}

type Send = (path: string, init: object) => Promise<{ data?: string; error?: unknown; response: Response }>;

/** `fetch`, with Stripe's headers. Text comes back as text, so that a body which is not JSON keeps its request id. */
function senderOf({ baseUrl, apiKey, fetch }: StripeDeps): Send {
  // The library cannot resolve its types for a path that is still a type parameter; `get` and `list` check them instead.
  const api = createClient<paths>({
    baseUrl,
    ...(fetch && { fetch }),
    // A redirect would carry the question, if not the key, to an address that nobody configured.
    redirect: 'manual',
    querySerializer: (query) => formOf(query as Form),
    headers: { Authorization: `Bearer ${keyOf(apiKey)}`, 'Stripe-Version': stripeVersion },
  }) as unknown as { GET: Send };
  return (path, init) => api.GET(path, { ...init, parseAs: 'text' });
}

/** A key with a stray line break would come back, readable, in the error of whoever refuses such a header. */
function keyOf(apiKey: Secret): string {
  const key = apiKey.reveal();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new OpsError('misconfigured', 'The Stripe API key is empty or has characters that no key has.', {
    hint: 'Copy the key again, without spaces, line breaks or quotes.',
  });
}

interface Answer {
  body: string;
  response: Response;
}

export function createStripeClient(deps: StripeDeps): StripeClient {
  const { clock, log, timeoutMs = 5 * secondMs, sleep = wait, random = Math.random } = deps;
  const send = senderOf(deps);

  const deadline = (): Deadline => {
    const endsAtMs = clock.now().getTime() + timeoutMs;
    return { signal: AbortSignal.timeout(timeoutMs), remainingMs: () => endsAtMs - clock.now().getTime() };
  };

  async function attempt(
    path: string,
    params: object,
    signal: AbortSignal,
  ): Promise<Result<Answer, Failure>> {
    try {
      const { data = '', error, response } = await send(path, { params, signal });
      return response.ok ? ok({ body: data, response }) : fail(failedAnswer(path, response, error));
    } catch (cause) {
      return fail(signal.aborted ? lateAnswer(path, timeoutMs, cause) : lostConnection(path, cause));
    }
  }

  async function answerTo(path: string, params: object, { signal, remainingMs }: Deadline): Promise<Answer> {
    for (let attempts = 1; ; attempts++) {
      const result = await attempt(path, params, signal);
      if (result.ok) return result.value;
      const { error, retryable, retryAfterMs } = result.fault;
      const waitMs = retryAfterMs ?? backoffMs(attempts, random());
      if (!retryable || attempts === attemptsMax || waitMs >= remainingMs()) throw error;
      log.warn({ ...error.details, attempts, waitMs }, 'stripe: the request is sent again');
      await sleep(waitMs);
    }
  }

  const get: StripeClient['get'] = async (path, params, schema, deadline) => {
    requireId(params.path);
    return read(path, await answerTo(path, params, deadline), schema);
  };

  async function* list<Path extends ListPath, Item extends { id: string }>(
    path: Path,
    filter: Filter<Path>,
    schema: z.ZodType<Item>,
    options: { limit: number; deadline: Deadline },
  ): AsyncGenerator<Item, void> {
    let left = options.limit;
    let cursor: { starting_after?: string } = {};
    while (left > 0) {
      const params = { query: { ...filter, ...cursor, limit: Math.min(left, pageSize) } };
      const page = read(path, await answerTo(path, params, options.deadline), pageSchema(schema));
      yield* page.data.slice(0, left);
      const last = page.data.at(-1);
      if (!page.has_more || !last) return;
      left -= page.data.length;
      cursor = { starting_after: last.id };
    }
  }

  return { deadline, get, list };
}

/** Doubles with every attempt; the upper half is random, so that callers who failed together do not return together. */
function backoffMs(attempts: number, random: number): number {
  return Math.round(backoffBaseMs * 2 ** (attempts - 1) * (0.5 + random / 2));
}

/** An id becomes part of the address; `..` or an empty one would address something else. */
function requireId(path: { id: string } | undefined): void {
  if (path && !/^\w{1,255}$/.test(path.id)) {
    throw new OpsError('invalid', 'This cannot be an id of Stripe’s.', {
      hint: 'Stripe’s ids look like pi_3MtwBwLkdIwHu7ix28a3tqPa.',
    });
  }
}

function read<Value>(path: string, { body, response }: Answer, schema: z.ZodType<Value>): Value {
  const parsed = schema.safeParse(jsonOf(path, body, response));
  if (parsed.success) return parsed.data;
  throw unreadableAnswer(path, response, faultOf(parsed.error), parsed.error);
}

function jsonOf(path: string, body: string, response: Response): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    const kind = response.headers.get('content-type') ?? 'without a content type';
    throw unreadableAnswer(path, response, `not JSON (${kind}, ${body.length} characters)`, cause as Error);
  }
}
