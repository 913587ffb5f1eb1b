/**
 * Opens the company's books, in PostgreSQL or in Trino, as the address says.
 */
import type { OpenBooks } from '../adapters/books/engine.js';
import { postgresBooks } from '../adapters/postgres/books-dialect.js';
import { openDatabase, type DatabaseOptions } from '../adapters/postgres/database.js';
import { hasOwnSessions } from '../adapters/postgres/sessions.js';
import { openTrino } from '../adapters/trino/trino.js';
import type { Environment } from '../config/environment.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Secret } from '../kernel/secret.js';

const setting = 'BOOKS_DATABASE_URL';
const lookupMs = 8000;

const isTrino = (url: Secret): boolean => url.reveal().startsWith('trino');

/** A lookup must not wait for a stuck query: the card then says that the books did not answer. */
export const openBooksDatabase = (environment: Environment, clock: Clock, log: Log): OpenBooks | null =>
  openBooks(environment, { clock, log, statementTimeoutMs: lookupMs }, (url) => ({
    applicationName: 'paydesk books',
    connectTimeoutMs: 3000,
    queueTimeoutMs: 3000,
    hasOwnSessions: () => hasOwnSessions(url, setting),
  }));

const queriesAtOnce = 3;

/** For the company's own queries, on connections of their own, so that a slow one never takes the place of a lookup. */
export const openQueriesDatabase = (
  { environment, timeoutMs }: { environment: Environment; timeoutMs: number },
  clock: Clock,
  log: Log,
): OpenBooks | null =>
  openBooks(environment, { clock, log, statementTimeoutMs: timeoutMs }, () => ({
    applicationName: 'paydesk queries',
    maxConnections: queriesAtOnce,
  }));

/** `inPostgres`: what connections need that Trino does not have. */
function openBooks(
  { BOOKS_DATABASE_URL: url }: Environment,
  shared: Pick<DatabaseOptions, 'clock' | 'log'> & { statementTimeoutMs: number },
  inPostgres: (url: Secret) => Partial<DatabaseOptions>,
): OpenBooks | null {
  if (!url) return null;
  const { log, statementTimeoutMs } = shared;
  if (isTrino(url)) return openTrino({ url, log, statementTimeoutMs, setting });
  return postgresBooks(openDatabase({ url, ...shared, readOnly: true, setting, ...inPostgres(url) }));
}

/** Statements are compared with a stream out of PostgreSQL, which Trino's protocol does not have. */
export function streamedBooksUrl({ BOOKS_DATABASE_URL: url }: Environment): Secret | null {
  return url && !isTrino(url) ? url : null;
}
