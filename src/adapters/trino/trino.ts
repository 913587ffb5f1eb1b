/**
 * The company's books in Trino, as an engine that answers questions in SQL.
 *
 * Invariants: only queries are sent (Trino has no read-only session; the rights of our user are the cluster's); each ends within
 * its time limit, and what still runs at the end is cancelled; each has one line in the log, without SQL and values.
 * Deliberately absent: sessions, transactions and prepared statements, because every statement is independent.
 */
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import type { BooksEngine, OpenBooks } from '../books/engine.js';
import { trinoAddress } from './address.js';
import { trinoDialect } from './books-dialect.js';
import { runStatement } from './statement.js';
import { boundStatement } from './values.js';

interface TrinoOptions {
  url: Secret;
  log: Log;
  statementTimeoutMs: number;
  /** The variable that the address came from, named in hints. */
  setting: string;
}

/** Nothing is asked before the first question. Throws `misconfigured` for an invalid address. */
export function openTrino({ url, log, statementTimeoutMs, setting }: TrinoOptions): OpenBooks {
  const address = trinoAddress(url, setting);
  const running = new Map<AbortController, Promise<unknown>>();
  const run = async <Row extends object>(
    stop: AbortSignal,
    timeoutMs: number,
    sql: string,
    values: readonly unknown[],
  ): Promise<Row[]> => {
    requireQuery(sql);
    const startedAt = performance.now();
    const facts = (): { ms: number } => ({ ms: Math.round(performance.now() - startedAt) });
    try {
      const text = boundStatement(sql, values);
      const { queryId, rows } = await runStatement({ address, setting, text, timeoutMs, stop });
      log.info({ queryId, rows: rows.length, ...facts() }, 'the books answered a query');
      return rows as Row[];
    } catch (thrown) {
      const { code, errorId, details } = toOpsError(thrown);
      log.info({ code, errorId, ...details, ...facts() }, 'the books did not answer a query');
      throw thrown;
    }
  };
  const queryWithin: BooksEngine['queryWithin'] = <Row extends object>(
    timeoutMs: number,
    sql: string,
    values: readonly unknown[],
  ): Promise<Row[]> => {
    const stopping = new AbortController();
    const answer = run<Row>(stopping.signal, Math.min(timeoutMs, statementTimeoutMs), sql, values).finally(
      () => running.delete(stopping),
    );
    running.set(stopping, answer);
    return answer;
  };
  const query: BooksEngine['query'] = (sql, values = []) => queryWithin(statementTimeoutMs, sql, values);
  return {
    dialect: trinoDialect,
    query,
    queryWithin,
    prepared: query,
    close: async () => {
      for (const stopping of running.keys()) stopping.abort();
      await Promise.allSettled(running.values());
    },
  };
}

/** A statement that begins like this can only read in Trino's grammar. */
function requireQuery(sql: string): void {
  if (/^\s*(?:select|with|values|table)\b/i.test(sql)) return;
  throw new OpsError('internal', 'Only queries are sent to the books.');
}
