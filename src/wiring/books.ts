/**
 * Opens the company's books, in PostgreSQL or in Trino, as the address says.
 */
import type { OpenBooks } from '../adapters/books/engine.js';
import { postgresBooks } from '../adapters/postgres/books-dialect.js';
import { openDatabase } from '../adapters/postgres/database.js';
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
export function openBooksDatabase(environment: Environment, clock: Clock, log: Log): OpenBooks | null {
  const url = environment.BOOKS_DATABASE_URL;
  if (!url) return null;
  if (isTrino(url)) return openTrino({ url, log, statementTimeoutMs: lookupMs, setting });
  const database = openDatabase({
    url,
    clock,
    log,
    applicationName: 'paydesk books',
    readOnly: true,
    statementTimeoutMs: lookupMs,
    connectTimeoutMs: 3000,
    queueTimeoutMs: 3000,
    hasOwnSessions: () => hasOwnSessions(url, setting),
    setting,
  });
  return postgresBooks(database);
}

const queriesAtOnce = 3;

/** For the company's own queries, on connections of their own, so that a slow one never takes the place of a lookup. */
export function openQueriesDatabase(
  { environment, timeoutMs }: { environment: Environment; timeoutMs: number },
  clock: Clock,
  log: Log,
): OpenBooks | null {
  const url = environment.BOOKS_DATABASE_URL;
  if (!url) return null;
  if (isTrino(url)) return openTrino({ url, log, statementTimeoutMs: timeoutMs, setting });
  const database = openDatabase({
    url,
    clock,
    log,
    applicationName: 'paydesk queries',
    readOnly: true,
    statementTimeoutMs: timeoutMs,
    connectTimeoutMs: 3000,
    queueTimeoutMs: 3000,
    maxConnections: queriesAtOnce,
    setting,
  });
  return postgresBooks(database);
}

/** Statements are compared with a stream out of PostgreSQL, which Trino's protocol does not have. */
export function streamedBooksUrl({ BOOKS_DATABASE_URL: url }: Environment): Secret | null {
  return url && !isTrino(url) ? url : null;
}
