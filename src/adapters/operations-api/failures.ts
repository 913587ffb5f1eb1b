/**
 * What went wrong with one request to the operations API, as an OpsError, and whether a read may be sent again or a write
 * was done.
 *
 * Invariant: only a problem of the platform's own with a 4xx says that nothing was done; whatever stands between us and
 * it (a proxy, a login page) can answer with any status. Messages are ours; the platform's words are the cause, for the
 * log, and of them people see the code alone.
 */
import { OpsError, type OpsErrorCode } from '../../kernel/errors.js';
import { problemSchema, type Problem } from './schemas.js';

export interface Failure {
  error: OpsError;
  /** The platform itself said no, so nothing was done. Otherwise a write may have taken effect. */
  refused: boolean;
  /** Whether a read may be sent again. */
  retryable: boolean;
  /** How long the platform asks us to wait; null where it does not. */
  retryAfterMs: number | null;
}

interface Meaning {
  code: OpsErrorCode;
  message: string;
  hint?: string;
}

const refusals: Readonly<Record<number, Meaning>> = {
  400: { code: 'invalid', message: 'The operations API refuses this request.' },
  401: {
    code: 'misconfigured',
    message: 'The operations API refuses our token.',
    hint: 'Check OPERATIONS_API_TOKEN: it may have been revoked or belong to another environment.',
  },
  403: {
    code: 'misconfigured',
    message: 'Our token may not do this at the operations API.',
    hint: 'Give the token of OPERATIONS_API_TOKEN the right to do this.',
  },
  404: {
    code: 'not_found',
    message: 'The operations API knows nothing of this name.',
    hint: 'Check the ID, and whether the platform supports this kind of object.',
  },
  409: { code: 'conflict', message: 'The operations API sees a conflict with how things are.' },
  422: { code: 'invalid', message: 'The operations API cannot do this.' },
  429: {
    code: 'rate_limited',
    message: 'The operations API asks us to slow down.',
    hint: 'Try again in a minute.',
  },
};
const troubled: Meaning = {
  code: 'unavailable',
  message: 'The operations API cannot answer right now.',
  hint: 'Try again in a few minutes.',
};
const notOurApi: Meaning = {
  code: 'unavailable',
  message: 'The operations API does not answer as it should.',
  hint: 'If this persists, check operationsApi.baseUrl and any proxy in front of the platform.',
};

/** An earlier request with the same key still runs: what will come of it is as unknown as after a timeout. */
const underWay = 'idempotency_key_in_use';

/** An answer with an error status. `body` is its text or, where it could be read, its JSON. */
export function failedAnswer(path: string, response: Response, body: unknown): Failure {
  const { status } = response;
  const problem = problemOf(response, body);
  const refusal = problem?.code === underWay ? undefined : problem && refusals[status];
  const isTroubled = status >= 500 || problem?.code === underWay;
  const { code, message, hint = reasonOf(problem) } = refusal ?? (isTroubled ? troubled : notOurApi);
  const error = new OpsError(code, message, {
    ...(hint && { hint }),
    ...(problem && { cause: new Error(`${problem.title} ${problem.detail ?? ''}`.trim()) }),
    details: { path, status, ...(problem && { problem: problem.code }) },
  });
  return {
    error,
    refused: refusal !== undefined,
    retryable: status === 429 || status >= 500,
    retryAfterMs: retryAfterMsOf(response),
  };
}

function problemOf(response: Response, body: unknown): Problem | undefined {
  const kind = response.headers.get('content-type') ?? '';
  return /^application\/problem\+json\b/i.test(kind) ? problemSchema.safeParse(body).data : undefined;
}

/** A word of a list, such as already_paused: unlike sentences, it quotes nothing. */
function reasonOf(problem: Problem | undefined): string | undefined {
  return problem && /^[a-z_]{1,80}$/.test(problem.code)
    ? `The platform’s reason: ${problem.code}.`
    : undefined;
}

function retryAfterMsOf(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/** A good status, but not what was asked for: HTML, cut-off JSON. */
export function unreadableAnswer(path: string, response: Response, fault: string, cause: Error): OpsError {
  const { code, message, hint } = notOurApi;
  return new OpsError(code, message, {
    ...(hint && { hint }),
    cause,
    details: { path, status: response.status, fault },
  });
}

/** It is the platform that answered, in a form that it does not promise. `fault` names the field. */
export function unreadableObject(path: string, response: Response, fault: string, cause: Error): OpsError {
  return new OpsError('unavailable', `The operations API’s answer cannot be read: ${fault}.`, {
    hint: 'Whoever runs the platform has to answer as the operations API is described.',
    cause,
    details: { path, status: response.status, fault },
  });
}

/** No answer at all: refused, reset, unresolvable; or late, and then there is no time left for another attempt. */
export function noAnswer(path: string, timeoutMs: number, isLate: boolean, cause: unknown): Failure {
  const error = new OpsError(
    'unavailable',
    isLate ? 'The operations API did not answer in time.' : 'The operations API cannot be reached.',
    {
      hint: 'Try again in a moment; if this persists, check the network and operationsApi.baseUrl.',
      cause,
      details: { path, ...(isLate && { timeoutMs }) },
    },
  );
  return { error, refused: false, retryable: !isLate, retryAfterMs: null };
}

/** A write after which nobody knows whether it took effect. `details` keeps the key, under which it may be settled. */
export function unknownOutcome({ details, cause }: OpsError, idempotencyKey: string): OpsError {
  return new OpsError(
    'unknown_outcome',
    'The operations API did not confirm this, so it may or may not have happened.',
    {
      hint: 'Check the state on the platform before you act.',
      cause,
      details: { ...details, idempotencyKey },
    },
  );
}
