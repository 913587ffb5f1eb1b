/**
 * The company's books in PostgreSQL, or in an engine that speaks its protocol.
 *
 * Invariant: what finds an attempt is written so that an index of docs/connect-your-books.md finds it.
 */
import {
  trafficCounts,
  type BooksDialect,
  type BooksEngine,
  type BooksFault,
  type OpenBooks,
  type Statement,
} from '../books/engine.js';
import { minorByCurrency } from '../books/minor-amounts.js';
import type { OpsError } from '../../kernel/errors.js';
import type { CardSighting, TrafficWindow } from '../../ports/books.js';
import type { Database } from './database.js';

/** $2 and $3 say the same: the index on amounts understands the first, the second knows currencies. */
const byCardSql = (columns: string): string => `
  select ${columns} from payment_attempts
  where ($1::text is null or card_last4 = $1)
    and ($2::bigint[] is null or amount_minor = any($2))
    and ($3::jsonb is null or amount_minor = ($3::jsonb ->> currency)::bigint)
    and ($4::text[] is null or currency = any($4))
    and ($5::timestamptz is null or (created_at >= $5 and created_at < $6))
  order by abs(extract(epoch from (created_at - $7::timestamptz))), created_at + interval '0 seconds' desc
  limit $8`;

/**
 * Each span is a question of its own: of a span that comes from a row the planner knows nothing, takes a ninth of the table for it,
 * and reads the whole of it.
 */
function traffic(windows: readonly TrafficWindow[], partner: string | null): Statement {
  const spans = windows.flatMap((window, part) => window.map((span) => ({ part, ...span })));
  if (spans.length === 0) return { sql: 'select 1 where false', values: [] };
  const asked = spans.map(
    ({ part }, at) => `
    select ${part} as part, partner, status, error_origin, latency_ms, created_at from payment_attempts
    where created_at >= $${2 * at + 2} and created_at < $${2 * at + 3} and ($1::text is null or partner = $1)`,
  );
  const sql = `
  select partner, part, ${trafficCounts},
    percentile_disc(0.5) within group (order by latency_ms) as p50,
    percentile_disc(0.95) within group (order by latency_ms) as p95,
    max(created_at) as last_attempt_at
  from (${asked.join(' union all')}) as counted
  group by partner, part`;
  return { sql, values: [partner, ...spans.flatMap(({ from, to }) => [from, to])] };
}

const visibleSql = `
  select table_name::text as view, column_name::text as name from information_schema.columns
  where table_name = any($1) and table_schema = any(current_schemas(false))`;

const postgresDialect: BooksDialect = {
  byCard: (columns, sighting, limit) => ({
    sql: byCardSql(columns),
    values: [...sightingValues(sighting), limit],
  }),
  traffic,
  visibleColumns: (views) => ({ sql: visibleSql, values: [views] }),
  faultOf,
  runsShippedSql: true,
};

type Questions = Pick<Database, 'query' | 'queryWithin' | 'prepared'>;

export function postgresBooks(database: Questions & Pick<Database, 'close'>): OpenBooks;
export function postgresBooks(database: Questions): BooksEngine;
export function postgresBooks(database: Questions): BooksEngine {
  return { ...database, dialect: postgresDialect };
}

/** SQLSTATEs as PostgreSQL's appendix A has them. 0A000: a statement that writes cannot stand in a `with` either. */
function faultOf({ details }: OpsError): BooksFault | null {
  const sqlstate = String(details.sqlstate ?? '');
  if (sqlstate === '42P01' || sqlstate === '42703') return 'absent';
  if (sqlstate === '42501') return 'right';
  if (sqlstate === '25006' || sqlstate === '0A000') return 'write';
  if (sqlstate.startsWith('22')) return 'value';
  return sqlstate.startsWith('42') ? 'sql' : null;
}

function sightingValues({ last4, amountMajor, currencies, during }: CardSighting): unknown[] {
  const minor = amountMajor === undefined ? null : minorByCurrency(amountMajor);
  return [
    last4 ?? null,
    minor && [...new Set(Object.values(minor))],
    minor && JSON.stringify(minor),
    currencies ?? null,
    during?.from ?? null,
    during?.to ?? null,
    during?.near ?? null,
  ];
}
