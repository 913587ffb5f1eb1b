/**
 * What went wrong with one request to Stripe, as an OpsError, and whether a read may be sent again or a write was done.
 *
 * Invariant: messages and hints are ours, never Stripe's, because Stripe quotes parts of keys; its own words are the
 * cause, for the log. `details` has Stripe's request id wherever an answer arrived.
 * Source: docs.stripe.com/error-handling and /rate-limits, docs.stripe.com/api/errors.
 */
import type { z } from 'zod';
import { OpsError, type OpsErrorCode } from '../../kernel/errors.js';
import { refusalSchema, type Refusal } from './schemas.js';
import type { Reply } from './wire.js';

export type Method = 'get' | 'post';

export interface Failure {
  error: OpsError;
  /** Stripe itself said no, so nothing was done. Otherwise a write may have taken effect. */
  refused: boolean;
  /** Whether a read may be sent again. */
  retryable: boolean;
  /** How long Stripe asks us to wait; null where it does not. */
  retryAfterMs: number | null;
}

interface Meaning {
  code: OpsErrorCode;
  message: string;
  hint?: string;
}

const keyRefused: Meaning = {
  code: 'misconfigured',
  message: 'Stripe refuses our API key.',
  hint: 'Check the key of the payments API: it must belong to this account and must not be revoked.',
};
const keyTooNarrow: Meaning = {
  code: 'misconfigured',
  message: 'Our Stripe API key may not do this.',
  hint: 'Give the restricted key the permission for this resource in the Stripe Dashboard.',
};
const overLimit: Meaning = {
  code: 'rate_limited',
  message: 'Stripe asks us to slow down.',
  hint: 'Try again in a minute.',
};
const troubled: Meaning = {
  code: 'unavailable',
  message: 'Stripe cannot answer right now.',
  hint: 'Try again in a few minutes; status.stripe.com says more.',
};
const notStripe: Meaning = {
  code: 'unavailable',
  message: 'The payments API does not answer as Stripe does.',
  hint: 'If this stays, check the base address of the payments API, and any proxy in front of it.',
};
const unknownObject: Meaning = {
  code: 'not_found',
  message: 'Stripe has no object with this id.',
  hint: 'Check the id, and that it belongs to the account and the mode (live or test) that Paydesk reads.',
};
const refused: Meaning = { code: 'invalid', message: 'Stripe refuses this request.' };
const inConflict: Meaning = {
  code: 'conflict',
  message: 'Stripe sees a conflict with something else that is done to this object.',
  hint: 'Look at the object again before trying once more.',
};
const keyReused: Meaning = {
  code: 'conflict',
  message: 'Something else was done under this idempotency key before.',
  hint: 'Look at the object: an earlier request with this key decided what was done.',
};

function meaningOf(method: Method, status: number, refusal: Refusal | undefined): Meaning {
  if (status === 401) return keyRefused;
  if (status === 403) return keyTooNarrow;
  if (status === 429) return overLimit;
  if (status === 409 && method === 'post' && !isUnderWay(refusal)) return inConflict;
  if (status === 409 || status >= 500) return troubled;
  if (status === 404 && refusal?.code === 'resource_missing') return unknownObject;
  if (refusal?.type === 'idempotency_error') return keyReused;
  if ((status === 400 || status === 402) && refusal) return refused;
  return notStripe;
}

/** An earlier request with the same key still runs: what will come of it is as unknown as after a timeout. */
const isUnderWay = (refusal: Refusal | undefined): boolean =>
  refusal?.code === 'idempotency_key_in_use' || refusal?.type === 'idempotency_error';

/** Stripe's own libraries send again what is in conflict or broken on Stripe's side, unless a header decides. */
function isRetryable(response: Reply): boolean {
  const verdict = response.headers.get('stripe-should-retry');
  if (verdict !== null) return verdict === 'true';
  return response.status === 409 || response.status === 429 || response.status >= 500;
}

function retryAfterMsOf(response: Reply): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/** An answer with an error status. `body` is its text or, where it could be read, its JSON. */
export function failedAnswer(method: Method, path: string, response: Reply, body: unknown): Failure {
  const refusal = refusalSchema.safeParse(body).data?.error;
  const { code, message, hint = reasonOf(refusal) } = meaningOf(method, response.status, refusal);
  const error = new OpsError(code, message, {
    ...(hint && { hint }),
    ...(refusal?.message && { cause: new Error(refusal.message) }),
    details: {
      ...placeOf(path, response),
      ...(refusal && {
        errorType: refusal.type,
        errorCode: refusal.code ?? null,
        param: refusal.param ?? null,
      }),
    },
  });
  return {
    error,
    refused: refusal !== undefined && code !== 'unavailable',
    retryable: isRetryable(response),
    retryAfterMs: retryAfterMsOf(response),
  };
}

/** Stripe's codes are words of a list, such as charge_already_refunded: unlike its sentences, they quote nothing. */
function reasonOf(refusal: Refusal | undefined): string | undefined {
  return refusal?.code && /^[a-z_]{1,80}$/.test(refusal.code)
    ? `Stripe’s reason: ${refusal.code}.`
    : undefined;
}

/** A write after which nobody knows whether it took effect. `details` keeps the key, under which it may be settled. */
export function unknownOutcome({ details, cause }: OpsError, idempotencyKey: string): OpsError {
  return new OpsError('unknown_outcome', 'Stripe did not confirm this, so it may or may not have happened.', {
    hint: 'Look at the object at Stripe before anything is done about it.',
    cause,
    details: { ...details, idempotencyKey },
  });
}

/** A good status, but not the object that was asked for: HTML, cut-off JSON, a field of a wrong type. */
export function unreadableAnswer(path: string, response: Reply, fault: string, cause: Error): OpsError {
  return new OpsError('unavailable', notStripe.message, {
    ...(notStripe.hint && { hint: notStripe.hint }),
    cause,
    details: { ...placeOf(path, response), fault },
  });
}

/** It is Stripe that answered, and the object is one that nobody here can read. Asking again changes nothing. */
export function unreadableObject(path: string, response: Reply, fault: string): OpsError {
  return new OpsError('unavailable', `Stripe’s ${fault}.`, {
    hint: 'Look at it in the Stripe Dashboard. Everything else at Stripe is read as usual.',
    details: { ...placeOf(path, response), fault },
  });
}

/** The first thing that zod found wrong, with its place: `data.3.amount: Invalid input: …`. */
export function faultOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'unreadable';
  const ours = issue.code === 'custom' ? ' ' : ': ';
  return `${issue.path.join('.') || '(root)'}${ours}${issue.message}`;
}

/** No answer at all: refused, reset, unresolvable. Nothing was read, so a read may be sent again. */
export function lostConnection(path: string, cause: unknown): Failure {
  const error = new OpsError('unavailable', 'Stripe cannot be reached.', {
    hint: 'Try again in a moment; if this stays, check the network and the base address of the payments API.',
    cause,
    details: { path },
  });
  return { error, refused: false, retryable: true, retryAfterMs: null };
}

/** The time that the caller granted is used up, so there is none left for another attempt. */
export function lateAnswer(path: string, timeoutMs: number, cause: unknown): Failure {
  const error = new OpsError('unavailable', 'Stripe did not answer in time.', {
    hint: 'Try again in a moment.',
    cause,
    details: { path, timeoutMs },
  });
  return { error, refused: false, retryable: false, retryAfterMs: null };
}

function placeOf(path: string, response: Reply): Record<string, string | number | null> {
  return { path, status: response.status, requestId: response.headers.get('request-id') };
}
