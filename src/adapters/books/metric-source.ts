/**
 * Counts metrics in the company's books: the books' own engine aggregates, and only counts come back.
 *
 * Invariants: reading only; every count is checked, and a row that is none makes the metric unreadable instead of wrong; the
 * number of slices is bounded.
 */
import { OpsError } from '../../kernel/errors.js';
import type { Money } from '../../kernel/money.js';
import type { Metric, MetricBucket, MetricCount, MetricSource, SlowLimit } from '../../ports/metrics.js';
import type { BooksEngine } from './engine.js';

/** More amounts than people read. */
const currenciesMax = 10;

type CountRow = Readonly<Record<string, unknown>>;

/** Of one question. A dimension with a value per payment is a mistake, and would fill memory. */
const rowsMax = 500_000;
const valueMax = 100;
/** Fewer do not show where the slowest twentieth begins. */
const fewestAnswers = 200;

export function createMetricSource(engine: Pick<BooksEngine, 'query'>): MetricSource {
  return {
    read: async (metric, { from, to, now, limits = [] }) => {
      const { sql, values } = questionOf(metric, { from, to, now, limits });
      const rows = await engine.query<CountRow>(`${sql} limit ${rowsMax + 1}`, values);
      if (rows.length > rowsMax)
        throw unreadable(metric, `more than ${rowsMax} rows`, 'Remove a dimension that has too many values.');
      const buckets = new Map<number, MetricCount[]>();
      for (const row of rows) {
        const at = beginOf(metric, row, from, to);
        const counts = buckets.get(at) ?? [];
        counts.push(countOf(metric, row));
        buckets.set(at, counts);
      }
      return [...buckets]
        .sort(([a], [b]) => a - b)
        .map(([at, counts]): MetricBucket => ({ at: new Date(at), counts }));
    },
    slowLimits: async (metric, { from, to, now }) => {
      if (metric.kind !== 'latency') return [];
      const sql = `select ${firstOf(metric)} as of, percentile_disc(0.95) within group (order by value)::float8 as above
        from (${metric.sql}) as answered where value is not null group by 1 having count(*) >= ${fewestAnswers}`;
      return engine.query<SlowLimit>(sql, spanValues(metric, { from, to, now }));
    },
    failedAmounts: async (metric, slice, from, to) => {
      if (metric.failedAmountsSql === undefined) return [];
      const named = metric.dimensions.filter((name) => slice[name] !== undefined);
      const where = ['amount > 0', ...named.map((name, at) => `coalesce(${name}, 'none') = $${at + 3}`)];
      const sql = `select currency, cast(sum(amount) as bigint) as minor from (${metric.failedAmountsSql}) as failed
        where ${where.join(' and ')} group by currency order by 2 desc limit ${currenciesMax}`;
      return engine.query<Money>(sql, [from, to, ...named.map((name) => slice[name])]);
    },
  };
}

interface Span {
  from: Date;
  to: Date;
  now: Date;
}

const spanValues = ({ sql }: Metric, { from, to, now }: Span): unknown[] =>
  sql.includes('$3') ? [from, to, now] : [from, to];

/** The first dimension: what is slow for one partner is usual for another. */
const firstOf = ({ dimensions: [first] }: Metric): string =>
  first === undefined ? `''` : `left(coalesce(${first}, 'none'), ${valueMax})`;

function questionOf(
  metric: Metric,
  { limits, ...span }: Span & { limits: readonly SlowLimit[] },
): { sql: string; values: unknown[] } {
  const values = spanValues(metric, span);
  if (metric.kind !== 'latency') return { sql: `select * from (${metric.sql}) as counted`, values };
  const columns = ['bucket', ...metric.dimensions].join(', ');
  const sql = `select ${columns}, count(*) as attempts, count(*) filter (where value > above) as failures
    from (${metric.sql}) as answered
    join unnest($${values.length + 1}::text[], $${values.length + 2}::float8[]) as slow (of, above) on slow.of = ${firstOf(metric)}
    where value is not null group by ${columns}`;
  return { sql, values: [...values, limits.map(({ of }) => of), limits.map(({ above }) => above)] };
}

/** The begin of the bucket that a row is of. */
function beginOf(metric: Metric, { bucket }: CountRow, from: Date, to: Date): number {
  if (!(bucket instanceof Date) || Number.isNaN(bucket.getTime()))
    throw unreadable(metric, 'a row whose `bucket` is no timestamptz');
  const begin = Math.floor(bucket.getTime() / metric.bucketMs) * metric.bucketMs;
  if (begin + metric.bucketMs <= from.getTime() || bucket >= to)
    throw unreadable(
      metric,
      'a row outside the span',
      'Use $1 and $2: created_at >= $1 and created_at < $2.',
    );
  return begin;
}

function countOf(metric: Metric, row: CountRow): MetricCount {
  const attempts = wholeNumber(metric, row, 'attempts');
  const failures = metric.kind === 'volume' ? 0 : wholeNumber(metric, row, 'failures');
  if (failures > attempts) throw unreadable(metric, 'more failures than attempts');
  return { values: metric.dimensions.map((name) => valueOf(metric, row, name)), attempts, failures };
}

function wholeNumber(metric: Metric, row: CountRow, name: string): number {
  const count = Number(row[name] ?? Number.NaN);
  if (!Number.isSafeInteger(count) || count < 0)
    throw unreadable(
      metric,
      `a row whose \`${name}\` is no whole number`,
      `Cast it: cast(count(*) as bigint) as ${name}.`,
    );
  return count;
}

/** Null is a value of its own: an attempt without a country is in no country. */
function valueOf(metric: Metric, row: CountRow, name: string): string {
  const value = row[name];
  if (value === undefined) throw unreadable(metric, `no column \`${name}\``);
  if (value === null) return 'none';
  if (typeof value === 'string') return value.slice(0, valueMax);
  throw unreadable(metric, `a row whose \`${name}\` is no text`, `Cast it: cast(${name} as varchar).`);
}

const unreadable = (metric: Metric, what: string, hint?: string): OpsError =>
  new OpsError('misconfigured', `The SQL of the metric ${metric.id} returns ${what}.`, hint ? { hint } : {});
