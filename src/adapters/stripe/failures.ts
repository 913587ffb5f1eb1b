/**
 * What Stripe's errors mean, and how Stripe is spoken of.
 *
 * Invariant: `details` has Stripe's request id wherever an answer arrived.
 * Source: docs.stripe.com/error-handling and /rate-limits, docs.stripe.com/api/errors.
 */
import { OpsError } from '../../kernel/errors.js';
import {
  codeWord,
  retryAfterMsOf,
  type Dialect,
  type Failure,
  type Meaning,
  type Method,
} from '../http-api/failures.js';
import type { Reply } from '../http-api/wire.js';
import { refusalSchema, type Refusal } from './schemas.js';

const keyRefused: Meaning = {
  code: 'misconfigured',
  message: 'Stripe refuses our API key.',
  hint: 'Check the key of the payments API: it must belong to this account and must not be revoked.',
};
const keyTooNarrow: Meaning = {
  code: 'misconfigured',
  message: 'Our Stripe API key does not have permission for this.',
  hint: 'Give the restricted key the permission for this resource in the Stripe Dashboard.',
};
const overLimit: Meaning = {
  code: 'rate_limited',
  message: 'Stripe limits our rate.',
  hint: 'Try again in a minute.',
};
const troubled: Meaning = {
  code: 'unavailable',
  message: 'Stripe cannot answer right now.',
  hint: 'Try again in a few minutes; status.stripe.com says more.',
};
const notStripe: Meaning = {
  code: 'unavailable',
  message: 'The payments API’s answer is not in Stripe’s format.',
  hint: 'If this persists, check the base address of the payments API, and any proxy in front of it.',
};
const unknownObject: Meaning = {
  code: 'not_found',
  message: 'Stripe has no object with this ID.',
  hint: 'Check the ID, and that it belongs to the account and the mode (live or test) that Paydesk reads.',
};
const refused: Meaning = { code: 'invalid', message: 'Stripe refuses this request.' };
const inConflict: Meaning = {
  code: 'conflict',
  message: 'Stripe reports a conflict with another operation on this object.',
  hint: 'Check the object before you try again.',
};
function meaningOf(method: Method, status: number, refusal: Refusal | undefined): Meaning {
  if (status === 401) return keyRefused;
  if (status === 403) return keyTooNarrow;
  if (status === 429) return overLimit;
  if (status === 409 && method === 'post' && !isUnderKey(refusal)) return inConflict;
  if (status === 409 || status >= 500 || isUnderKey(refusal)) return troubled;
  if (status === 404 && refusal?.code === 'resource_missing') return unknownObject;
  if ((status === 400 || status === 402) && refusal) return refused;
  return notStripe;
}

/** Stripe has an earlier request under the key, with other parameters where it is over: what it did must be looked for. */
const isUnderKey = (refusal: Refusal | undefined): boolean =>
  refusal?.code === 'idempotency_key_in_use' || refusal?.type === 'idempotency_error';

/** Stripe's own libraries send again what is in conflict or broken on Stripe's side, unless a header decides. */
function isRetryable(response: Reply): boolean {
  const verdict = response.headers.get('stripe-should-retry');
  if (verdict !== null) return verdict === 'true';
  return response.status === 409 || response.status === 429 || response.status >= 500;
}

/** An answer with an error status. `body` is its text or, where it could be read, its JSON. */
function failureOf(method: Method, path: string, response: Reply, body: unknown): Failure {
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

/** What to do next, where the code alone does not say it. */
const remedies: Readonly<Record<string, string>> = {
  dispute_evidence_page_limit_exceeded:
    'The texts and files have more pages in total than the card network accepts: shorten them.',
};

function reasonOf(refusal: Refusal | undefined): string | undefined {
  const code = codeWord(refusal?.code);
  if (code === null) return undefined;
  return [`Stripe’s reason: ${code}.`, remedies[code]].filter((part) => part !== undefined).join(' ');
}

/** It is Stripe that answered, and the object cannot be read here. Asking again changes nothing. */
export function unreadableObject(path: string, response: Reply, fault: string): OpsError {
  return new OpsError('unavailable', `Stripe’s ${fault}.`, {
    hint: 'Look at it in the Stripe Dashboard. Paydesk reads everything else at Stripe as usual.',
    details: { ...placeOf(path, response), fault, isUnreadable: true },
  });
}

const placeOf = (path: string, reply: Reply): Record<string, string | number | null> => ({
  path,
  status: reply.status,
  requestId: reply.headers.get('request-id'),
});

export const stripeDialect: Dialect = {
  name: 'Stripe',
  hints: {
    lost: 'Try again in a moment; if this persists, check the network and the base address of the payments API.',
    late: 'Try again in a moment.',
    unconfirmed: 'Check the object at Stripe before you act.',
  },
  stranger: notStripe,
  failureOf,
  placeOf,
};
