/**
 * What the problems of the operations API mean, and how it is spoken of.
 *
 * Invariant: only a problem of the platform's own with a 4xx says that nothing was done; a failure between us and
 * it (a proxy, a login page) can answer with any status.
 */
import { OpsError } from '../../kernel/errors.js';
import { codeWord, retryAfterMsOf, type Dialect, type Failure, type Meaning } from '../http-api/failures.js';
import type { Reply } from '../http-api/wire.js';
import { problemSchema, type Problem } from './schemas.js';

const refusals: Readonly<Record<number, Meaning>> = {
  400: { code: 'invalid', message: 'The operations API refuses this request.' },
  401: {
    code: 'misconfigured',
    message: 'The operations API refuses our token.',
    hint: 'Check OPERATIONS_API_TOKEN: it may have been revoked or belong to another environment.',
  },
  403: {
    code: 'misconfigured',
    message: 'Our token has no right to do this in the operations API.',
    hint: 'Give the token of OPERATIONS_API_TOKEN the right to do this.',
  },
  404: {
    code: 'not_found',
    message: 'The operations API has no object with this ID.',
    hint: 'Check the ID, and whether the platform supports this kind of object.',
  },
  409: { code: 'conflict', message: 'The operations API reports a conflict with the current state.' },
  422: { code: 'invalid', message: 'The operations API cannot do this.' },
  429: {
    code: 'rate_limited',
    message: 'The operations API limits our rate.',
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
  message: 'The operations API gave an unexpected answer.',
  hint: 'If this persists, check operationsApi.baseUrl and any proxy in front of the platform.',
};

/** An earlier request with the same key still runs: what will come of it is as unknown as after a timeout. */
const underWay = 'idempotency_key_in_use';

/** An answer with an error status. `body` is its text or, where it could be read, its JSON. */
function failureOf(path: string, response: Reply, body: unknown): Failure {
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

function problemOf(response: Reply, body: unknown): Problem | undefined {
  const kind = response.headers.get('content-type') ?? '';
  return /^application\/problem\+json\b/i.test(kind) ? problemSchema.safeParse(body).data : undefined;
}

function reasonOf(problem: Problem | undefined): string | undefined {
  const code = codeWord(problem?.code);
  return code === null ? undefined : `The platform’s reason: ${code}.`;
}

/** It is the platform that answered, in a form that it does not promise. `fault` names the field. */
export function unreadableObject(path: string, response: Reply, fault: string, cause: Error): OpsError {
  return new OpsError('unavailable', `The operations API’s answer cannot be read: ${fault}.`, {
    hint: 'Ask the platform team to follow the specification of the operations API.',
    cause,
    details: { path, status: response.status, fault },
  });
}

const outOfReach = 'Try again in a moment; if this persists, check the network and operationsApi.baseUrl.';

export const operationsDialect: Dialect = {
  name: 'The operations API',
  hints: {
    lost: outOfReach,
    late: outOfReach,
    unconfirmed: 'Check the state on the platform before you act.',
  },
  stranger: notOurApi,
  failureOf: (_method, path, reply, body) => failureOf(path, reply, body),
  placeOf: (path, { status }) => ({ path, status }),
};
