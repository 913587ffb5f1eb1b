/**
 * The statements of the books that Trino writes otherwise than PostgreSQL.
 *
 * Invariant: they find the same attempts. p50 and p95 are `approx_percentile`, because Trino has no exact one.
 */
import { trafficCounts, type BooksDialect, type Statement } from '../books/engine.js';
import { minorByCurrency } from '../books/minor-amounts.js';
import type { CardSighting, TrafficWindow } from '../../ports/books.js';
import { faultOf } from './failures.js';

export const trinoDialect: BooksDialect = {
  byCard,
  traffic,
  visibleColumns: (views) => {
    const { put, values } = placeholders();
    const names = views.map((view) => put(view)).join(', ');
    return {
      sql: `select table_name as view, column_name as name from information_schema.columns
        where table_schema = current_schema and table_name in (${names})`,
      values,
    };
  },
  faultOf,
  runsShippedSql: false,
};

/** Values in the order in which they are put into the text. */
function placeholders(): { put: (value: unknown) => string; values: unknown[] } {
  const values: unknown[] = [];
  return { values, put: (value) => `$${values.push(value)}` };
}

function byCard(columns: string, sighting: CardSighting, limit: number): Statement {
  const { put, values } = placeholders();
  const { last4, amountMajor, currencies, during } = sighting;
  const where = [
    ...(last4 === undefined ? [] : [`card_last4 = ${put(last4)}`]),
    ...(amountMajor === undefined ? [] : [ofAmount(amountMajor, put)]),
    ...(currencies === undefined ? [] : [`currency in (${currencies.map(put).join(', ')})`]),
    ...(during === undefined ? [] : [`created_at >= ${put(during.from)} and created_at < ${put(during.to)}`]),
  ];
  const nearest = during?.near ? `abs(to_unixtime(created_at) - to_unixtime(${put(during.near)})), ` : '';
  const sql = `
  select ${columns} from payment_attempts
  where ${where.length === 0 ? 'true' : where.join(' and ')}
  order by ${nearest}created_at desc limit ${put(limit)}`;
  return { sql, values };
}

/** One alternative per number of minor units: three at most. */
function ofAmount(amountMajor: string, put: (value: unknown) => string): string {
  const byMinor = new Map<string, string[]>();
  for (const [currency, minor] of Object.entries(minorByCurrency(amountMajor)))
    byMinor.set(minor, [...(byMinor.get(minor) ?? []), currency]);
  const alternatives = [...byMinor].map(
    ([minor, codes]) =>
      `(amount_minor = ${put(BigInt(minor))} and currency in (${codes.map(put).join(', ')}))`,
  );
  return alternatives.length === 0 ? 'false' : `(${alternatives.join(' or ')})`;
}

function traffic(windows: readonly TrafficWindow[], partner: string | null): Statement {
  const { put, values } = placeholders();
  const spans = windows.flatMap((window, part) =>
    window.map(({ from, to }) => `(${put(part)}, ${put(from)}, ${put(to)})`),
  );
  const sql = `
  select partner, asked.part, ${trafficCounts},
    approx_percentile(latency_ms, 0.5) as p50, approx_percentile(latency_ms, 0.95) as p95,
    max(created_at) as last_attempt_at
  from (values ${spans.join(', ')}) as asked (part, since, ends)
    join payment_attempts on created_at >= asked.since and created_at < asked.ends
  ${partner === null ? '' : `where partner = ${put(partner)}`}
  group by partner, asked.part`;
  return { sql, values };
}
