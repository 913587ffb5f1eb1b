/**
 * The operations port over a company's operations API (openapi.yaml).
 *
 * Invariants: one write is at most one request, and it says whether nothing was done or nobody knows; a read is sent
 * again while its deadline allows; no answer is handed on before its schema accepted it.
 * Deliberately absent: preconditions, which whoever plans a write reads before and the platform checks again; and
 * settling an unknown outcome, which is for whoever kept the key.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { secondMs } from '../../kernel/clock.js';
import { OpsError, toOpsError } from '../../kernel/errors.js';
import { endingBy } from '../../kernel/signals.js';
import type { Operations } from '../../ports/operations.js';
import { unknownOutcome } from './failures.js';
import type { paths } from './openapi.gen.js';
import { eventSchema, eventsSchema, routeSchema, routesSchema, statementSchema } from './schemas.js';
import { createAttempt, read, type Answer, type Attempt, type OperationsApiDeps } from './transport.js';

/** People wait for a read. */
const readTimeoutMs = 5 * secondMs;
/** Giving up on a write too early costs certainty. */
const writeTimeoutMs = 30 * secondMs;
const attemptsMax = 3;
const backoffBaseMs = 200;

type ReadPath = { [Path in keyof paths]: paths[Path] extends { get: object } ? Path : never }[keyof paths];
type WritePath = { [Path in keyof paths]: paths[Path] extends { post: object } ? Path : never }[keyof paths];
type Question<Path extends ReadPath> = Pick<paths[Path]['get']['parameters'], 'path' | 'query'>;
interface Order<Path extends WritePath> extends Pick<paths[Path]['post']['parameters'], 'path'> {
  body: paths[Path]['post']['requestBody']['content']['application/json'];
  idempotencyKey: string;
}

type Read = <Path extends ReadPath, Noun>(
  path: Path,
  question: Question<Path>,
  schema: z.ZodType<Noun>,
  signal?: AbortSignal,
) => Promise<Noun>;
type Write = <Path extends WritePath, Noun>(
  path: Path,
  order: Order<Path>,
  schema: z.ZodType<Noun>,
) => Promise<Noun>;

/** Nothing is sent before the first question. Throws `misconfigured` for a token that cannot be one. */
export function createOperationsApi(deps: OperationsApiDeps): Operations {
  const attempt = createAttempt(deps);
  return { ...readsOf(readerOf(attempt, deps)), ...writesOf(writerOf(attempt, deps)) };
}

type Reads = Pick<Operations, 'check' | 'route' | 'routes' | 'event' | 'recentEvents' | 'statement'>;

function readsOf(ask: Read): Reads {
  return {
    check: async () => {
      await ask('/v1/routes', {}, routesSchema);
    },
    route: (id) => ask('/v1/routes/{id}', { path: { id } }, routeSchema),
    routes: (partner, signal) => {
      const query = partner === undefined ? {} : { partner };
      return ask('/v1/routes', { query }, routesSchema, signal);
    },
    event: (id, signal) => ask('/v1/events/{id}', { path: { id } }, eventSchema, signal),
    recentEvents: (limit, signal) => ask('/v1/events', { query: { limit } }, eventsSchema, signal),
    statement: (partner, businessDay) =>
      ask('/v1/statements/{partner}/{businessDay}', { path: { partner, businessDay } }, statementSchema),
  };
}

function writesOf(write: Write): Omit<Operations, keyof Reads> {
  return {
    pauseRoute: async ({ routeId, until, reason, idempotencyKey }) => {
      const body = { until: until.toISOString(), reason };
      return write('/v1/routes/{id}/pause', { path: { id: routeId }, body, idempotencyKey }, routeSchema);
    },
    resumeRoute: ({ routeId, reason, idempotencyKey }) => {
      const order = { path: { id: routeId }, body: { reason }, idempotencyKey };
      return write('/v1/routes/{id}/resume', order, routeSchema);
    },
    replayEvent: ({ eventId, target, idempotencyKey }) => {
      const order = { path: { id: eventId }, body: { target }, idempotencyKey };
      return write('/v1/events/{id}/replays', order, eventSchema);
    },
    requestStatement: ({ partner, businessDay, reason, idempotencyKey }) => {
      const order = { path: { partner, businessDay }, body: { reason }, idempotencyKey };
      return write('/v1/statements/{partner}/{businessDay}/requests', order, statementSchema);
    },
  };
}

function readerOf(attempt: Attempt, deps: OperationsApiDeps): Read {
  const { clock, log, timeoutMs = readTimeoutMs, sleep = wait, random = Math.random } = deps;
  const answerTo = async (path: string, params: object, until?: AbortSignal): Promise<Answer> => {
    const endsAtMs = clock.now().getTime() + timeoutMs;
    const signal = endingBy(timeoutMs, until);
    for (let attempts = 1; ; attempts++) {
      const result = await attempt('get', path, { params, signal }, timeoutMs);
      if (result.ok) return result.value;
      const { error, retryable, retryAfterMs } = result.fault;
      const waitMs = retryAfterMs ?? backoffMs(attempts, random());
      const leftMs = endsAtMs - clock.now().getTime();
      if (!retryable || attempts === attemptsMax || waitMs >= leftMs) throw error;
      log.warn({ ...error.details, attempts, waitMs }, 'operations API: the request is sent again');
      await sleep(waitMs);
    }
  };
  return async (path, question, schema, signal) => read(path, await answerTo(path, question, signal), schema);
}

/** Doubles with every attempt; the upper half is random, so that callers who failed together do not return together. */
const backoffMs = (attempts: number, random: number): number =>
  Math.round(backoffBaseMs * 2 ** (attempts - 1) * (0.5 + random / 2));

/**
 * Sends an order once. Throws `invalid`, `not_found`, `conflict`, `misconfigured` or `rate_limited` when the platform
 * refused and nothing was done, else `unknown_outcome` with `idempotencyKey` in its details.
 */
function writerOf(attempt: Attempt, { timeoutMs = writeTimeoutMs }: OperationsApiDeps): Write {
  return async (path, { path: place, body, idempotencyKey }, schema) => {
    requireKey(idempotencyKey);
    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { 'Idempotency-Key': idempotencyKey };
    const result = await attempt('post', path, { signal, params: { path: place }, body, headers }, timeoutMs);
    if (!result.ok) {
      const { error, refused } = result.fault;
      throw refused ? error : unknownOutcome(error, idempotencyKey);
    }
    try {
      return read(path, result.value, schema);
    } catch (unreadable) {
      throw unknownOutcome(toOpsError(unreadable), idempotencyKey);
    }
  };
}

/** The protocol's limit; a header takes printable characters only. */
function requireKey(idempotencyKey: string): void {
  if (/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) return;
  throw new OpsError(
    'invalid',
    'This cannot be an idempotency key: 1 to 255 printable characters, no spaces.',
  );
}
