/**
 * Reads Stripe's API: objects, and lists page after page.
 *
 * Invariants: everything done under one deadline ends with it, attempts, waits and pages included; a read may always be
 * sent again; no object is handed on before its schema accepted it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { secondMs } from '../../kernel/clock.js';
import type { paths } from './openapi.gen.js';
import type { Reader } from './readers.js';
import { balanceSchema, pageSchema } from './schemas.js';
import {
  createTransport,
  read,
  readNoun,
  requireId,
  type Answer,
  type Deadline,
  type StripeDeps,
} from './transport.js';

/** People wait for a read. */
const readTimeoutMs = 5 * secondMs;
const attemptsMax = 3;
const backoffBaseMs = 200;
/** Stripe's own limit of objects in a page. */
const pageSize = 100;

type ReadPath = { [Path in keyof paths]: paths[Path] extends { get: object } ? Path : never }[keyof paths];
type Params<Path extends ReadPath> = Pick<paths[Path]['get']['parameters'], 'path' | 'query'>;
export type ObjectPath = Extract<ReadPath, `${string}/{id}`>;
export type ListPath = Exclude<ReadPath, ObjectPath | '/v1/balance'>;
export type Filter<Path extends ListPath> = Omit<
  NonNullable<paths[Path]['get']['parameters']['query']>,
  'limit' | 'starting_after'
>;

export interface StripeClient {
  /** Starts the time that one question may take, however many requests it needs; `until` ends it earlier. */
  deadline(until?: AbortSignal): Deadline;
  /**
   * One object. Throws `not_found`, `unavailable` (down, late, unreadable), `rate_limited`, `misconfigured` (key
   * refused) or `invalid`.
   */
  get<Path extends ObjectPath, Wire, Noun>(
    path: Path,
    params: Params<Path>,
    reader: Reader<Wire, Noun>,
    deadline: Deadline,
  ): Promise<Noun>;
  /** The objects of a list in Stripe's order (newest first), unread, page after page, at most `limit`. Throws as `get`. */
  list<Path extends ListPath>(
    path: Path,
    filter: Filter<Path>,
    options: { limit: number; deadline: Deadline },
  ): AsyncGenerator<unknown, void>;
  /** Succeeds when the key is accepted. Throws as `get`. */
  check(): Promise<void>;
}

export function createStripeClient(deps: StripeDeps): StripeClient {
  const { log, sleep = wait, random = Math.random } = deps;
  const { deadline, attempt } = createTransport({ timeoutMs: readTimeoutMs, ...deps });

  async function answerTo(path: string, params: object, { signal, remainingMs }: Deadline): Promise<Answer> {
    for (let attempts = 1; ; attempts++) {
      const result = await attempt('get', path, { params, signal });
      if (result.ok) return result.value;
      const { error, retryable, retryAfterMs } = result.fault;
      const waitMs = retryAfterMs ?? backoffMs(attempts, random());
      if (!retryable || attempts === attemptsMax || waitMs >= remainingMs()) throw error;
      log.warn({ ...error.details, attempts, waitMs }, 'stripe: the request is sent again');
      await sleep(waitMs);
    }
  }

  const get: StripeClient['get'] = async (path, params, reader, deadline) => {
    requireId(params.path);
    return readNoun(path, await answerTo(path, params, deadline), reader);
  };

  async function* list<Path extends ListPath>(
    path: Path,
    filter: Filter<Path>,
    options: { limit: number; deadline: Deadline },
  ): AsyncGenerator<unknown, void> {
    let left = options.limit;
    let cursor: { starting_after?: string } = {};
    while (left > 0) {
      const params = { query: { ...filter, ...cursor, limit: Math.min(left, pageSize) } };
      const page = read(path, await answerTo(path, params, options.deadline), pageSchema);
      yield* page.data.slice(0, left);
      if (!page.has_more || page.last === null) return;
      left -= page.data.length;
      cursor = { starting_after: page.last };
    }
  }

  const check = async (): Promise<void> =>
    void read('/v1/balance', await answerTo('/v1/balance', {}, deadline()), balanceSchema);

  return { deadline, get, list, check };
}

/** Doubles with every attempt; the upper half is random, so that callers who failed together do not return together. */
function backoffMs(attempts: number, random: number): number {
  return Math.round(backoffBaseMs * 2 ** (attempts - 1) * (0.5 + random / 2));
}
