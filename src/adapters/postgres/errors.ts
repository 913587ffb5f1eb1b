/**
 * What a database, or the way to it, answers, as the house's errors.
 *
 * Invariant: `publicMessage` and `hint` never hold SQL, values or addresses. The cause keeps what the operator needs
 * and nothing that a row could have put there: PostgreSQL quotes values in `detail`, and in the message of class 22.
 * Source: PostgreSQL, appendix A, "Error Codes"; Node's system and TLS error codes; texts of `pg` and `pg-pool`.
 */
import pg from 'pg';
import { messageOf, OpsError, type OpsErrorCode } from '../../kernel/errors.js';

interface Meaning {
  /** A SQLSTATE, the beginning of one, a Node error code, or a text of the client library. */
  sign: string;
  code: OpsErrorCode;
  message: string;
  /** `{setting}` stands for the variable that holds the connection address. */
  hint?: string;
  /** Of the company's books, which Paydesk does not migrate. */
  booksHint?: string;
}

const unreachable = {
  code: 'unavailable',
  message: 'The database cannot be reached.',
  hint: 'Check that the server in {setting} is running and accepts connections from this machine.',
} as const;
const certificate = {
  code: 'misconfigured',
  message: 'The database’s certificate is not accepted.',
  hint: 'Check the sslmode of {setting} and the certificate authorities of this machine.',
} as const;
const absent = {
  code: 'misconfigured',
  message: 'A table, view, column or function is missing in the database.',
  hint: 'Run `paydesk migrate`; for the books, compare the views with docs/connect-your-books.md.',
} as const;

/** The first row that fits decides, so the longer sign stands before the shorter. */
const meanings: readonly Meaning[] = [
  { sign: '08', ...unreachable },
  { sign: '57P', ...unreachable },
  {
    sign: '57014',
    code: 'unavailable',
    message: 'The database took too long to answer.',
    hint: 'Try again later.',
  },
  {
    sign: '55P03',
    code: 'unavailable',
    message: 'The database is busy with the same rows.',
    hint: 'Try again.',
  },
  {
    sign: '25P03',
    code: 'unavailable',
    message: 'The database took too long to answer.',
    hint: 'Try again.',
  },
  {
    sign: '53',
    code: 'unavailable',
    message: 'The database is out of connections, memory or disk.',
    hint: 'Check the server in {setting}.',
  },
  { sign: '58', code: 'unavailable', message: 'The database cannot read or write its files.' },
  // It is unknown whether it was committed: the port says that this is for the caller to read back.
  { sign: '40003', ...unreachable },
  {
    sign: '40',
    code: 'conflict',
    message: 'Someone else changed the same thing at the same time.',
    hint: 'Try again.',
  },
  { sign: '23505', code: 'conflict', message: 'It exists already.' },
  { sign: '23P01', code: 'conflict', message: 'It overlaps with something that exists already.' },
  {
    sign: '28',
    code: 'misconfigured',
    message: 'The database refuses our user or password.',
    hint: 'Check {setting}.',
  },
  {
    sign: '3D000',
    code: 'misconfigured',
    message: 'The database of that name does not exist.',
    hint: 'Create it, or correct the name in {setting}.',
  },
  {
    sign: 'P0002',
    code: 'misconfigured',
    message: 'The end of the audit log is gone.',
    hint: 'Run `paydesk audit verify`.',
  },
  { sign: '3F000', ...absent },
  { sign: '42P01', ...absent },
  { sign: '42703', ...absent },
  { sign: '42883', ...absent },
  {
    sign: '42501',
    code: 'misconfigured',
    message: 'The database user lacks a right that Paydesk needs.',
    hint: 'Run `paydesk migrate` with DATABASE_OWNER_URL: it makes the tables and grants the rights.',
    booksHint: 'Grant it to the user of {setting}.',
  },
  {
    sign: '25006',
    code: 'misconfigured',
    message: 'The database only allows reading.',
    hint: 'Point {setting} to the primary server.',
  },
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN'].map((sign) => ({
    sign,
    ...unreachable,
  })),
  ...['EHOSTUNREACH', 'ENETUNREACH', 'ENOENT'].map((sign) => ({ sign, ...unreachable })),
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_', 'CERT_', 'ERR_TLS_CERT_'].map(
    (sign) => ({ sign, ...certificate }),
  ),
  { sign: 'The server does not support SSL connections', ...certificate },
  {
    sign: 'SASL:',
    code: 'misconfigured',
    message: 'The database asks for a password.',
    hint: 'Check {setting}.',
  },
  { sign: 'Connection terminated', ...unreachable },
  {
    sign: 'timeout exceeded when trying to connect',
    code: 'unavailable',
    message: 'Paydesk is busy: all its database connections are in use.',
    hint: 'Try again in a minute.',
  },
  { sign: 'timeout e', ...unreachable },
  { sign: 'Client has encountered a connection error', ...unreachable },
  { sign: 'Client was closed', ...unreachable },
  { sign: 'Cannot use a pool after calling end', ...unreachable },
  {
    sign: 'Query read timeout',
    code: 'unavailable',
    message: 'The database took too long to answer.',
    hint: 'Try again later.',
  },
];

/** Anything that `pg` threw, as an OpsError. `setting` names the variable with the address, for the hint. */
export function databaseError(error: unknown, setting = 'DATABASE_URL'): OpsError {
  if (error instanceof OpsError) return error;
  const sign = codeOf(error) ?? messageOf(error);
  const meaning = meanings.find((row) => sign.startsWith(row.sign));
  const hint = setting === 'BOOKS_DATABASE_URL' ? (meaning?.booksHint ?? meaning?.hint) : meaning?.hint;
  return new OpsError(
    meaning?.code ?? 'internal',
    meaning?.message ?? 'The database could not complete this operation.',
    {
      ...(hint === undefined ? {} : { hint: hint.replace('{setting}', setting) }),
      cause: withoutValues(error),
      details: detailsOf(error),
    },
  );
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

function withoutValues(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  return new Error(error.code?.startsWith('22') ? 'a value does not fit its type' : error.message);
}

function detailsOf(error: unknown): Record<string, string> {
  if (!(error instanceof pg.DatabaseError)) return {};
  const { code, schema, table, column, constraint, routine } = error;
  const known = Object.entries({ sqlstate: code, schema, table, column, constraint, routine });
  return Object.fromEntries(known.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/**
 * Whether the session behind `error` may still be used: only the server's own refusals leave it whole. A server that
 * only allows reading was demoted by a failover: the next connection may reach the new primary.
 */
export function leavesSessionWhole(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !/^(08|57P|25006|25P0[34])/.test(error.code ?? '');
}

/** The server behind a connection only reads: so do those behind the other connections of its pool. */
export const wasDemoted = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '25006';
