/**
 * One connection for a long read or write of reconciliation, with COPY.
 *
 * Invariants: the books' session is read-only and every statement has a time limit; when the process
 * goes, the server ends what it was doing; every error that leaves is an OpsError.
 */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { OpsError } from '../../../kernel/errors.js';
import type { Secret } from '../../../kernel/secret.js';
import { endsWithUsSql } from '../database.js';
import { databaseError } from '../errors.js';

export interface SessionOptions {
  url: Secret;
  /** The variable that the address came from, named in hints. */
  setting: string;
  readOnly?: boolean;
  statementTimeoutMs: number;
}

export interface CopySession {
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The rows of `copy … to stdout`. Read it to its end, or close the session. */
  copyOut(sql: string): Readable;
  /** Takes the rows of `copy … from stdin`. */
  copyIn(sql: string): Writable;
  /** What an error of a stream means. */
  fault(error: unknown): OpsError;
  close(): Promise<void>;
}

/** Large chunks: one call of the event loop per chunk is what a million rows cost most. */
const chunkBytes = 1 << 18;

/** Throws `unavailable` or `misconfigured`. */
export async function openSession(options: SessionOptions): Promise<CopySession> {
  const { url, setting, statementTimeoutMs } = options;
  const client = new pg.Client({
    connectionString: url.reveal(),
    connectionTimeoutMillis: 10_000,
    application_name: 'paydesk statements',
    keepAlive: true,
  });
  client.on('error', () => undefined);
  const fault = (error: unknown): OpsError => databaseError(error, setting);
  const query = async <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> => {
    try {
      // A COPY has given all its rows a moment before the server is ready for what comes next.
      if (!(client as Partial<{ readyForQuery: boolean }>).readyForQuery) await once(client, 'drain');
      return (await client.query<Row>(sql, [...values])).rows;
    } catch (error) {
      throw fault(error);
    }
  };
  try {
    await client.connect();
    await client.query(endsWithUsSql);
    await client.query(`set statement_timeout = ${statementTimeoutMs}`);
    if (options.readOnly === true) await client.query('set default_transaction_read_only = on');
  } catch (error) {
    await client.end().catch(() => undefined);
    throw fault(error);
  }
  return {
    query,
    copyOut: (sql) => client.query(copyTo(sql, { highWaterMark: chunkBytes })),
    copyIn: (sql) => client.query(copyFrom(sql, { highWaterMark: chunkBytes })),
    fault,
    close: () => client.end().catch(() => undefined),
  };
}
