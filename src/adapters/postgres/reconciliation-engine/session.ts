/**
 * One connection for a long read or write of reconciliation, with COPY.
 *
 * Invariants: the books' session is read-only and every statement has a time limit; when the process
 * goes, the server ends what it was doing; every error that leaves is an OpsError.
 */
import pg from 'pg';
import { OpsError } from '../../../kernel/errors.js';
import type { Secret } from '../../../kernel/secret.js';
import { endsWithUsSql } from '../database.js';
import { databaseError } from '../errors.js';
import { CopyIn, CopyOut, type TakeRows, type WriteRows } from './copy.js';

export interface SessionOptions {
  url: Secret;
  /** The variable that the address came from, named in hints. */
  setting: string;
  readOnly?: boolean;
  statementTimeoutMs: number;
}

export interface CopySession {
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Hands over the rows of `copy … to stdout`. When it throws, the session is of no more use. */
  copyOut(sql: string, take: TakeRows): Promise<void>;
  /** Runs `copy … from stdin` on what `work` writes. */
  copyIn(sql: string, work: (write: WriteRows) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

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
  const said = async <Value>(answer: Promise<Value>): Promise<Value> => {
    try {
      return await answer;
    } catch (error) {
      throw error instanceof OpsError ? error : fault(error);
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
    query: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      (await said(client.query<Row>(sql, [...values]))).rows,
    copyOut: (sql, take) => said(client.query(new CopyOut(sql, take)).over),
    copyIn: (sql, work) => said(client.query(new CopyIn(sql)).run(work)),
    close: () => client.end().catch(() => undefined),
  };
}
