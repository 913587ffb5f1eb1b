/**
 * One request to Stripe: one address, one key, one pinned version.
 *
 * Invariant: whatever happens to a request, it ends before its deadline, as an answer or as a Failure.
 * Deliberately absent: deciding what a Failure means. A read may be sent again, a write must not be.
 */
import createClient from 'openapi-fetch';
import { z } from 'zod';
import type { Clock } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Secret } from '../../kernel/secret.js';
import { endingBy } from '../../kernel/signals.js';
import {
  failedAnswer,
  faultOf,
  lateAnswer,
  lostConnection,
  unreadableAnswer,
  unreadableObject,
  type Failure,
  type Method,
} from './failures.js';
import { formOf, type Form } from './forms.js';
import type { paths } from './openapi.gen.js';
import { readObject, type Reader } from './readers.js';
import { createWire, WireRequest, type Reply } from './wire.js';

/** The version that openapi.yaml describes; Stripe answers in its shapes whatever the account's default is. */
export const stripeVersion = '2026-10-28.endive';

export interface StripeDeps {
  /** Without a version in the path: `https://api.stripe.com`. */
  baseUrl: string;
  apiKey: Secret;
  clock: Clock;
  log: Log;
  /** For all that one question needs. */
  timeoutMs?: number;
  sleep?: (durationMs: number) => Promise<unknown>;
  /** 0 ≤ n < 1, spreads the attempts of many callers. */
  random?: () => number;
}

export interface Deadline {
  readonly signal: AbortSignal;
  readonly remainingMs: () => number;
}

export interface Answer {
  body: string;
  response: Reply;
}

interface AttemptInit {
  signal: AbortSignal;
  params: object;
  /** A form; bytes go out as they are, to Stripe's address for files. */
  body?: unknown;
  headers?: object;
}

export interface Transport {
  /** Starts the time that one question may take, however many requests it needs. */
  deadline: (until?: AbortSignal) => Deadline;
  /** Sends once. Never throws. */
  attempt: (method: Method, path: string, init: AttemptInit) => Promise<Result<Answer, Failure>>;
}

type Send = (
  method: Method,
  path: string,
  init: AttemptInit,
) => Promise<{ data?: string; error?: unknown; response: Reply }>;

/** With Stripe's headers. Text comes back as text, so that a body which is not JSON keeps its request id. */
function senderOf({ baseUrl, apiKey }: StripeDeps): Send {
  // Less than the whole of Request and Response, and all that the library touches.
  const reduced = { Request: WireRequest, fetch: createWire() } as object;
  // The library cannot resolve its types for a path that is still a type parameter; those of the callers check instead.
  const api = createClient<paths>({
    baseUrl,
    ...reduced,
    querySerializer: (query) => formOf(query as Form),
    bodySerializer: (body: unknown) => (body instanceof Uint8Array ? body : formOf(body as Form)),
    headers: { Authorization: `Bearer ${keyOf(apiKey)}`, 'Stripe-Version': stripeVersion },
  }) as unknown as { request(method: Method, path: string, init: object): ReturnType<Send> };
  return (method, path, init) => {
    const isUpload = init.body instanceof Uint8Array;
    const place = isUpload ? { baseUrl: filesBaseUrlOf(baseUrl) } : {};
    return api.request(method, path, { ...init, ...place, parseAs: 'text' });
  };
}

/** Stripe takes files at an address of their own; a proxy or a stand-in takes them where it takes everything. */
export const filesBaseUrlOf = (baseUrl: string): string =>
  baseUrl.replace(/^https:\/\/api\.stripe\.com\/?$/, 'https://files.stripe.com');

/** A key with a stray line break would come back, readable, in the error of whoever refuses such a header. */
function keyOf(apiKey: Secret): string {
  const key = apiKey.reveal();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new OpsError('misconfigured', 'The Stripe API key is empty or has characters that no key has.', {
    hint: 'Copy the key again, without spaces, line breaks or quotes.',
  });
}

export function createTransport(deps: StripeDeps & { timeoutMs: number }): Transport {
  const { clock, timeoutMs } = deps;
  const send = senderOf(deps);
  return {
    deadline: (until) => {
      const endsAtMs = clock.now().getTime() + timeoutMs;
      return { signal: endingBy(timeoutMs, until), remainingMs: () => endsAtMs - clock.now().getTime() };
    },
    attempt: async (method, path, init) => {
      try {
        const { data = '', error, response } = await send(method, path, init);
        return response.ok ? ok({ body: data, response }) : fail(failedAnswer(method, path, response, error));
      } catch (cause) {
        return fail(init.signal.aborted ? lateAnswer(path, timeoutMs, cause) : lostConnection(path, cause));
      }
    },
  };
}

/** An id becomes part of the address; `..` or an empty one would address something else. */
export function requireId(path: { id: string } | undefined): void {
  if (path && !/^\w{1,255}$/.test(path.id)) {
    throw new OpsError('invalid', 'This cannot be an id of Stripe’s.', {
      hint: 'Stripe’s ids look like pi_3MtwBwLkdIwHu7ix28a3tqPa.',
    });
  }
}

/** What every answer of an API like Stripe's is. Throws `unavailable` for anything else. */
export function read<Value>(path: string, { body, response }: Answer, schema: z.ZodType<Value>): Value {
  const parsed = schema.safeParse(jsonOf(path, body, response));
  if (parsed.success) return parsed.data;
  throw unreadableAnswer(path, response, faultOf(parsed.error), parsed.error);
}

/** The noun in an answer. Throws `unavailable`, which names the object and the field where it is one of Stripe's. */
export function readNoun<Wire, Noun>(path: string, answer: Answer, reader: Reader<Wire, Noun>): Noun {
  const wire = read(path, answer, stripeObject);
  const noun = readObject(wire, reader);
  if (noun.ok) return noun.value;
  throw unreadableObject(path, answer.response, noun.fault);
}

const stripeObject = z.looseObject({ id: z.string() });

function jsonOf(path: string, body: string, response: Reply): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    const kind = response.headers.get('content-type') ?? 'without a content type';
    throw unreadableAnswer(path, response, `not JSON (${kind}, ${body.length} characters)`, cause as Error);
  }
}
