/**
 * Questions and orders to an API over HTTP: one address, one secret, one deadline for all that a question needs.
 *
 * Invariants: a request ends before its deadline, as an answer or as an OpsError; a read is sent
 * again while its deadline allows; a write is at most one request, and its failure says whether nothing was done or the outcome is unknown.
 * Deliberately absent: what the other side's answers mean. Its dialect and its schemas say that.
 */
import { setTimeout as wait } from 'node:timers/promises';
import createClient, { type ClientOptions } from 'openapi-fetch';
import { secondMs, type Clock } from '../../kernel/clock.js';
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Secret } from '../../kernel/secret.js';
import { endingBy } from '../../kernel/signals.js';
import {
  lateAnswer,
  lostConnection,
  unknownOutcome,
  unreadableAnswer,
  type Dialect,
  type Failure,
  type Method,
} from './failures.js';
import { createWire, WireRequest, type Reply } from './wire.js';

/** People wait for a read. */
const readTimeoutMs = 5 * secondMs;
/** Banks take their time with a write, and giving up too early costs certainty. */
const writeTimeoutMs = 30 * secondMs;
const attemptsMax = 3;
const backoffBaseMs = 200;

export interface HttpApiDeps {
  /** Without a version in the path: `https://api.stripe.com`. */
  baseUrl: string;
  clock: Clock;
  log: Log;
  /** For all that one question or one write needs. */
  timeoutMs?: number;
  sleep?: (durationMs: number) => Promise<unknown>;
  /** 0 ≤ n < 1, spreads the attempts of many callers. */
  random?: () => number;
}

/** What is particular to one API. */
export interface HttpApiFacts extends Pick<ClientOptions, 'headers' | 'querySerializer' | 'bodySerializer'> {
  dialect: Dialect;
  /** What its lines in the log begin with. */
  logName: string;
  /** Where a body is taken at another address. */
  baseUrlOf?: (body: unknown) => string;
  /** An id becomes part of the address; `..` or an empty one would address something else. Throws `invalid`. */
  requirePathPart: (part: string) => void;
}

export interface Deadline {
  readonly signal: AbortSignal;
  readonly remainingMs: () => number;
  readonly timeoutMs: number;
}

export interface Answer {
  body: string;
  reply: Reply;
}

interface Question {
  path?: Readonly<Record<string, string>> | undefined;
  query?: object | undefined;
}

interface Order extends Pick<Question, 'path'> {
  body: unknown;
  headers?: Readonly<Record<string, string>>;
  idempotencyKey: string;
}

export interface HttpApi {
  /** Starts the time that one question may take, however many requests it needs; `until` ends it earlier. */
  deadline(until?: AbortSignal): Deadline;
  /** Throws what the dialect makes of a refusal, or `unavailable`. */
  ask(path: string, question: Question, deadline: Deadline): Promise<Answer>;
  /**
   * Sends once, and hands on what `read` makes of the answer. Throws what the dialect makes of a refusal when nothing was
   * done, else `unknown_outcome` with `idempotencyKey` in its details.
   */
  order<Noun>(path: string, order: Order, read: (answer: Answer) => Noun): Promise<Noun>;
  /** Throws `unavailable` for what is not JSON. */
  jsonOf(path: string, answer: Answer): unknown;
}

export function createHttpApi(facts: HttpApiFacts, deps: HttpApiDeps): HttpApi {
  const { dialect } = facts;
  const attempt = attemptOf(facts, deps);
  const granted = (ms: number, until?: AbortSignal): Deadline => {
    const timeoutMs = deps.timeoutMs ?? ms;
    const endsAtMs = deps.clock.now().getTime() + timeoutMs;
    const remainingMs = (): number => endsAtMs - deps.clock.now().getTime();
    return { signal: endingBy(timeoutMs, until), remainingMs, timeoutMs };
  };
  return {
    deadline: (until) => granted(readTimeoutMs, until),
    ask: (path, question, deadline) =>
      sentAgain(() => attempt('get', path, { params: question }, deadline), deadline, facts, deps),
    order: async (path, { path: place, body, headers, idempotencyKey }, read) => {
      requireKey(idempotencyKey);
      const init = {
        params: { path: place },
        body,
        headers: { ...headers, 'Idempotency-Key': idempotencyKey },
      };
      const result = await attempt('post', path, init, granted(writeTimeoutMs));
      if (!result.ok) {
        const { error, refused } = result.fault;
        throw refused ? error : unknownOutcome(dialect, error, idempotencyKey);
      }
      try {
        return read(result.value);
      } catch (unreadable) {
        throw unknownOutcome(dialect, toOpsError(unreadable), idempotencyKey);
      }
    },
    jsonOf: (path, answer) => jsonOf(dialect, path, answer),
  };
}

interface Init {
  params: Question;
  body?: unknown;
  headers?: object;
}

/** Sends once. Throws only for a path that cannot be one. */
type Attempt = (
  method: Method,
  path: string,
  init: Init,
  deadline: Deadline,
) => Promise<Result<Answer, Failure>>;

function attemptOf({ dialect, requirePathPart, ...facts }: HttpApiFacts, deps: HttpApiDeps): Attempt {
  const send = senderOf(facts, deps);
  return async (method, path, init, { signal, timeoutMs }) => {
    Object.values(init.params.path ?? {}).forEach(requirePathPart);
    try {
      const { data = '', error, response } = await send(method, path, { ...init, signal });
      return response.ok
        ? ok({ body: data, reply: response })
        : fail(dialect.failureOf(method, path, response, error));
    } catch (cause) {
      return fail(
        signal.aborted ? lateAnswer(dialect, path, timeoutMs, cause) : lostConnection(dialect, path, cause),
      );
    }
  };
}

type Send = (
  method: Method,
  path: string,
  init: Init & { signal: AbortSignal },
) => Promise<{ data?: string; error?: unknown; response: Reply }>;

/** Text comes back as text, so that a body which is not JSON still says where it came from. */
function senderOf(
  { baseUrlOf, headers, querySerializer, bodySerializer }: Omit<HttpApiFacts, 'dialect' | 'requirePathPart'>,
  { baseUrl }: HttpApiDeps,
): Send {
  // Less than the whole of Request and Response, and all that the library touches.
  const reduced = { Request: WireRequest, fetch: createWire() } as object;
  // The library cannot resolve its types for a path that is still a type parameter; those of the callers check instead.
  const api = createClient<Record<string, never>>({
    baseUrl,
    ...reduced,
    ...(headers && { headers }),
    ...(querySerializer && { querySerializer }),
    ...(bodySerializer && { bodySerializer }),
  }) as unknown as { request(method: Method, path: string, init: object): ReturnType<Send> };
  return (method, path, init) => {
    const place = baseUrlOf ? { baseUrl: baseUrlOf(init.body) } : {};
    return api.request(method, path, { ...init, ...place, parseAs: 'text' });
  };
}

/** A read, until it is answered, refused, or out of time. */
async function sentAgain(
  send: () => Promise<Result<Answer, Failure>>,
  { remainingMs }: Deadline,
  { logName }: HttpApiFacts,
  { log, sleep = wait, random = Math.random }: HttpApiDeps,
): Promise<Answer> {
  for (let attempts = 1; ; attempts++) {
    const result = await send();
    if (result.ok) return result.value;
    const { error, retryable, retryAfterMs } = result.fault;
    const waitMs = retryAfterMs ?? backoffMs(attempts, random());
    if (!retryable || attempts === attemptsMax || waitMs >= remainingMs()) throw error;
    log.warn({ ...error.details, attempts, waitMs }, `${logName}: the request is sent again`);
    await sleep(waitMs);
  }
}

/** Doubles with every attempt; the upper half is random, so that callers who failed together do not return together. */
const backoffMs = (attempts: number, random: number): number =>
  Math.round(backoffBaseMs * 2 ** (attempts - 1) * (0.5 + random / 2));

function jsonOf(dialect: Dialect, path: string, { body, reply }: Answer): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    const kind = reply.headers.get('content-type') ?? 'without a content type';
    const fault = `not JSON (${kind}, ${body.length} characters)`;
    throw unreadableAnswer(dialect, path, reply, fault, cause);
  }
}

/** Both APIs take 255 characters; a header takes printable ones only. */
function requireKey(idempotencyKey: string): void {
  if (/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) return;
  throw new OpsError(
    'invalid',
    'This cannot be an idempotency key: 1 to 255 printable characters, no spaces.',
  );
}

/**
 * The header that carries a secret. `name` begins a sentence.
 *
 * A secret with a stray line break would be readable in the error that refuses such a header.
 */
export function bearerOf(secret: Secret, name: string): { Authorization: string } {
  const text = secret.reveal();
  if (/^[\x21-\x7e]+$/.test(text)) return { Authorization: `Bearer ${text}` };
  throw new OpsError('misconfigured', `${name} is empty or contains invalid characters.`, {
    hint: 'Copy it again, without spaces, line breaks or quotes.',
  });
}
