/**
 * One request to the operations API: one address, one token, one deadline.
 *
 * Invariant: whatever happens to a request, it ends before its deadline, as an answer or as a Failure.
 * Deliberately absent: deciding what a Failure means. A read may be sent again, a write must not be.
 */
import createClient from 'openapi-fetch';
import type { z } from 'zod';
import type { Clock } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Secret } from '../../kernel/secret.js';
import { failedAnswer, noAnswer, unreadableAnswer, unreadableObject, type Failure } from './failures.js';
import type { paths } from './openapi.gen.js';
import { faultOf } from './schemas.js';

export interface OperationsApiDeps {
  /** Without a version in the path: `https://operations.example.com`. */
  baseUrl: string;
  token: Secret;
  clock: Clock;
  log: Log;
  fetch?: (request: Request) => Promise<Response>;
  /** For all that one question or one write needs. */
  timeoutMs?: number;
  sleep?: (durationMs: number) => Promise<unknown>;
  /** 0 ≤ n < 1, spreads the attempts of many callers. */
  random?: () => number;
}

export interface Answer {
  body: string;
  response: Response;
}

interface Question {
  signal: AbortSignal;
  params: { path?: Readonly<Record<string, string>> | undefined; query?: object | undefined };
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

/** Sends once. Never throws once the path is sound. */
export type Attempt = (
  method: 'get' | 'post',
  path: string,
  question: Question,
  timeoutMs: number,
) => Promise<Result<Answer, Failure>>;

type Send = (
  method: string,
  path: string,
  init: object,
) => Promise<{ data?: string; error?: unknown; response: Response }>;

export function createAttempt({ baseUrl, token, fetch }: OperationsApiDeps): Attempt {
  // The library cannot resolve its types for a path that is still a type parameter; those of the callers check instead.
  const api = createClient<paths>({
    baseUrl,
    ...(fetch && { fetch }),
    // A redirect would carry the order to an address that nobody configured.
    redirect: 'manual',
    headers: { Authorization: `Bearer ${headerTextOf(token)}` },
  }) as unknown as { request: Send };
  return async (method, path, question, timeoutMs) => {
    Object.values(question.params.path ?? {}).forEach(requirePathPart);
    try {
      const {
        data = '',
        error,
        response,
      } = await api.request(method, path, { ...question, parseAs: 'text' });
      return response.ok ? ok({ body: data, response }) : fail(failedAnswer(path, response, error));
    } catch (cause) {
      return fail(noAnswer(path, timeoutMs, question.signal.aborted, cause));
    }
  };
}

/** A token with a stray line break would come back, readable, in the error of whoever refuses such a header. */
function headerTextOf(token: Secret): string {
  const text = token.reveal();
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new OpsError('misconfigured', 'OPERATIONS_API_TOKEN is empty or contains invalid characters.', {
    hint: 'Copy the token again, without spaces, line breaks or quotes.',
  });
}

/** An id becomes part of the address; `..` or an empty one would address something else. */
function requirePathPart(part: string): void {
  if (/^\w[\w.:-]{0,254}$/.test(part)) return;
  throw new OpsError('invalid', 'This is not a valid ID for the operations API.', {
    hint: 'IDs contain letters, digits, dots, colons, hyphens and underscores.',
  });
}

/** What an answer says. Throws `unavailable` where it is not what was asked for. */
export function read<Noun>(path: string, { body, response }: Answer, schema: z.ZodType<Noun>): Noun {
  const parsed = schema.safeParse(jsonOf(path, body, response));
  if (parsed.success) return parsed.data;
  throw unreadableObject(path, response, faultOf(parsed.error), parsed.error);
}

function jsonOf(path: string, body: string, response: Response): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    const kind = response.headers.get('content-type') ?? 'without a content type';
    throw unreadableAnswer(path, response, `not JSON (${kind}, ${body.length} characters)`, cause as Error);
  }
}
