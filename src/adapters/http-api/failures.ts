/**
 * What went wrong with one request to an API over HTTP, as an OpsError, and whether a read may be sent again or a write
 * was done.
 *
 * Invariant: messages and hints are ours, never the other side's, whose texts may quote parts of keys; its own words are
 * the cause, for the log, and of them people see a code alone.
 */
import type { z } from 'zod';
import { OpsError, type OpsErrorCode } from '../../kernel/errors.js';
import type { Reply } from './wire.js';

export type Method = 'get' | 'post';

export interface Failure {
  error: OpsError;
  /** The API itself said no, so nothing was done. Otherwise a write may have taken effect. */
  refused: boolean;
  /** Whether a read may be sent again. */
  retryable: boolean;
  /** How long the other side asks us to wait; null where it does not. */
  retryAfterMs: number | null;
}

/** What a status means to people. */
export interface Meaning {
  code: OpsErrorCode;
  message: string;
  hint?: string;
}

/** How an API speaks of its errors, and how it is spoken of. */
export interface Dialect {
  /** Begins a sentence: “Stripe”. */
  name: string;
  hints: { lost: string; late: string; unconfirmed: string };
  /** What answers is not the API that was asked, for instance a proxy or a login page. */
  stranger: Meaning;
  /** An answer with an error status. `body` is its text or, where it could be read, its JSON. */
  failureOf: (method: Method, path: string, reply: Reply, body: unknown) => Failure;
  /** Where an answer came from, for the log. */
  placeOf: (path: string, reply: Reply) => Readonly<Record<string, string | number | null>>;
}

export function retryAfterMsOf(reply: Reply): number | null {
  const seconds = Number(reply.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/** A word of a list, such as `already_paused`: unlike sentences, it quotes nothing. Null for anything else. */
export const codeWord = (code: string | null | undefined): string | null =>
  code !== null && code !== undefined && /^[a-z_]{1,80}$/.test(code) ? code : null;

/** A good status, but not what was asked for: HTML, cut-off JSON, a field of a wrong type. */
export function unreadableAnswer(
  { stranger, placeOf }: Dialect,
  path: string,
  reply: Reply,
  fault: string,
  cause: unknown,
): OpsError {
  const { code, message, hint } = stranger;
  return new OpsError(code, message, {
    ...(hint && { hint }),
    cause,
    details: { ...placeOf(path, reply), fault },
  });
}

/** The first thing that zod found wrong, with its place: `data.3.amount is missing`. */
export function faultOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'unreadable';
  const field = issue.path.join('.') || 'the answer';
  if (issue.code === 'custom') return `${field} ${issue.message}`;
  const [, expected = '', received = ''] = mistyped.exec(issue.message) ?? [];
  if (expected === '') return `${field}: ${issue.message}`;
  if (received === 'undefined') return `${field} is missing`;
  return `${field} is ${kinds[received] ?? received}, not ${kinds[expected] ?? expected}`;
}

/** As zod says it. */
const mistyped = /^Invalid input: expected (\w+), received (\w+)$/;
const kinds: Readonly<Partial<Record<string, string>>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

/** No answer at all: refused, reset, unresolvable. Nothing was read, so a read may be sent again. */
export function lostConnection({ name, hints }: Dialect, path: string, cause: unknown): Failure {
  const error = new OpsError('unavailable', `${name} cannot be reached.`, {
    hint: hints.lost,
    cause,
    details: { path },
  });
  return { error, refused: false, retryable: true, retryAfterMs: null };
}

/** The time that the caller granted is used up, so there is none left for another attempt. */
export function lateAnswer(
  { name, hints }: Dialect,
  path: string,
  timeoutMs: number,
  cause: unknown,
): Failure {
  const error = new OpsError('unavailable', `${name} did not answer in time.`, {
    hint: hints.late,
    cause,
    details: { path, timeoutMs },
  });
  return { error, refused: false, retryable: false, retryAfterMs: null };
}

/** A write after which it is unknown whether it took effect. `details` keeps the key, under which it may be settled. */
export function unknownOutcome(
  { name, hints }: Dialect,
  { details, cause }: OpsError,
  idempotencyKey: string,
): OpsError {
  return new OpsError(
    'unknown_outcome',
    `${name} did not confirm this, so it may or may not have happened.`,
    { hint: hints.unconfirmed, cause, details: { ...details, idempotencyKey } },
  );
}
