/**
 * Runs a query of the company's own over its books.
 *
 * Invariants: reading only, on connections of its own that the server keeps read-only and that end its statement after a time
 * limit, or when we are gone; values are bound; no more rows are fetched than were asked for, and one that says there are more.
 */
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type { QueryResult, QueryRunner, QueryValue } from '../../ports/queries.js';
import type { BooksDialect, BooksEngine } from './engine.js';

export const queryRunner = (engine: Pick<BooksEngine, 'query' | 'dialect'>): QueryRunner => ({
  run: async (sql, values, limit) => {
    // A comment at its end must not swallow the bracket.
    const bounded = `select * from (\n${sql}\n) as answer limit ${Math.trunc(limit) + 1}`;
    const rows = await engine
      .query<Record<string, QueryValue>>(bounded, values)
      .catch((error: unknown) => explain(error, engine.dialect));
    return tableOf(rows, limit);
  },
});

function tableOf(rows: readonly Record<string, QueryValue>[], limit: number): QueryResult {
  const columns = Object.keys(rows[0] ?? {});
  const taken = rows.slice(0, limit).map((row) => columns.map((column) => row[column] ?? null));
  return { columns, rows: taken, isCut: rows.length > limit };
}

/** What the file's author can correct, apart from what the operator can. */
function explain(thrown: unknown, dialect: BooksDialect): never {
  const error = toOpsError(thrown);
  const { cause, details } = error;
  const refused = (message: string, hint: string): OpsError =>
    new OpsError('invalid', message, { hint, cause, details });
  const fault = dialect.faultOf(error);
  if (fault === 'write')
    throw refused('This query would change data, but queries may only read.', 'Remove the parts that write.');
  if (fault === 'value')
    throw refused('The books refuse a value of this query.', 'Check the values; the log has details.');
  if (fault === 'sql' || fault === 'absent')
    throw refused(
      'The books refuse the SQL of this query.',
      `Run it by hand with its values; the log has details under ${error.errorId}.`,
    );
  throw error;
}
