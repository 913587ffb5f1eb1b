/**
 * What a Trino cluster, or the way to it, answers, as the house's errors.
 *
 * Invariant: sentences hold no SQL, values or addresses. The cause has the cluster's message, except where that quotes values.
 * Source: Trino's client protocol (`QueryError`) and its standard error codes.
 */
import { OpsError, type OpsErrorCode } from '../../kernel/errors.js';
import type { BooksFault } from '../books/engine.js';

interface QueryError {
  message: string;
  errorName: string;
  errorType: string;
}

const absent = ['TABLE_NOT_FOUND', 'COLUMN_NOT_FOUND', 'SCHEMA_NOT_FOUND', 'CATALOG_NOT_FOUND'];
const values = [
  'INVALID_CAST_ARGUMENT',
  'INVALID_FUNCTION_ARGUMENT',
  'NUMERIC_VALUE_OUT_OF_RANGE',
  'DIVISION_BY_ZERO',
  'INVALID_LITERAL',
];
const late = ['EXCEEDED_TIME_LIMIT', 'USER_CANCELED', 'ABANDONED_QUERY', 'ADMINISTRATIVELY_KILLED'];

interface Meaning {
  code: OpsErrorCode;
  message: string;
  hint?: string;
}

function meaningOf({ errorName, errorType }: QueryError, setting: string): Meaning {
  if (absent.includes(errorName))
    return {
      code: 'misconfigured',
      message: 'A view or column is missing in the books.',
      hint: 'Compare the views with docs/connect-your-books.md.',
    };
  if (errorName === 'PERMISSION_DENIED')
    return {
      code: 'misconfigured',
      message: 'The user of the books lacks a right that Paydesk needs.',
      hint: `Grant it to the user of ${setting}.`,
    };
  if (late.includes(errorName)) return tookTooLong;
  if (errorType === 'INSUFFICIENT_RESOURCES')
    return {
      code: 'unavailable',
      message: 'The cluster of the books is busy or out of memory.',
      hint: 'Try again in a minute.',
    };
  if (errorType === 'EXTERNAL')
    return {
      code: 'unavailable',
      message: 'The cluster cannot reach what keeps the books.',
      hint: 'Check the catalog of the cluster.',
    };
  return { code: 'internal', message: 'The cluster could not answer this query.' };
}

const tookTooLong: Meaning = {
  code: 'unavailable',
  message: 'The books took too long to answer.',
  hint: 'Try again later.',
};

/** A query that the cluster began and gave up. */
export function queryFailed(error: QueryError, queryId: string, setting: string): OpsError {
  const { code, message, hint } = meaningOf(error, setting);
  const quotesValues = values.includes(error.errorName);
  return new OpsError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    cause: new Error(quotesValues ? 'a value does not fit its type' : error.message),
    details: { trinoError: error.errorName, trinoType: error.errorType, queryId },
  });
}

export const tooLate = (): OpsError =>
  new OpsError(tookTooLong.code, tookTooLong.message, { hint: 'Try again later.' });

export const unreachable = (setting: string, cause: unknown): OpsError =>
  new OpsError('unavailable', 'The cluster of the books cannot be reached.', {
    hint: `Check that the coordinator in ${setting} is running and accepts connections from this machine.`,
    cause,
  });

/** An answer without a query in it. */
export function refusedWith(status: number, setting: string): OpsError {
  const details = { status };
  if (status === 401 || status === 403)
    return new OpsError('misconfigured', 'The cluster of the books refuses our user or password.', {
      hint: `Check ${setting}.`,
      details,
    });
  return new OpsError('unavailable', 'The cluster of the books gave no answer that can be read.', {
    hint: `Check that ${setting} names a Trino coordinator.`,
    details,
  });
}

/** What the person who wrote the SQL, or granted the rights, can correct. */
export function faultOf({ details }: OpsError): BooksFault | null {
  const name = String(details.trinoError ?? '');
  if (absent.includes(name)) return 'absent';
  if (name === 'PERMISSION_DENIED') return 'right';
  if (values.includes(name)) return 'value';
  return details.trinoType === 'USER_ERROR' && !late.includes(name) ? 'sql' : null;
}
