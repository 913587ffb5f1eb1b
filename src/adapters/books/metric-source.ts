/**
 * Counts metrics in the company's books: the books' own engine aggregates, and only counts come back.
 *
 * Invariants: reading only; every count is checked, and a bad row makes the metric unreadable instead of wrong; the
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
        .map(([at, counts]): MetricBucket => ({ at: new Date(at), counts: together(metric, counts) }));
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
      const sql = `select coalesce(currency, 'none') as currency, cast(sum(amount) as bigint) as minor from (${metric.failedAmountsSql}) as failed
        where ${where.join(' and ')} group by 1 order by 2 desc limit ${currenciesMax}`;
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
    throw unreadable(metric, 'a row whose `bucket` is not a timestamptz');
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
  const values = metric.dimensions.map((name) => textIn(metric, row, name));
  switch (metric.kind) {
    case 'volume':
      return { values, attempts: wholeNumber(metric, row, 'attempts'), failures: 0 };
    case 'lateness':
      return { values, attempts: wholeNumber(metric, row, 'arrivals'), failures: 0 };
    case 'level':
    case 'amount':
      return { values, attempts: 1, failures: 0, value: valueIn(metric, row) };
    default: {
      const [attempts, failures] = [
        wholeNumber(metric, row, 'attempts'),
        wholeNumber(metric, row, 'failures'),
      ];
      if (failures > attempts) throw unreadable(metric, 'more failures than attempts');
      return { values, attempts, failures };
    }
  }
}

/** One row a slice: amounts add up, two levels of one moment contradict each other. */
function together(metric: Metric, counts: MetricCount[]): MetricCount[] {
  if (metric.kind !== 'level' && metric.kind !== 'amount') return counts;
  const bySlice = new Map<string, MetricCount>();
  for (const count of counts) {
    const slice = JSON.stringify(count.values);
    const known = bySlice.get(slice);
    if (known && metric.kind === 'level')
      throw unreadable(
        metric,
        'two values for one bucket and slice',
        'Return one row per bucket and slice, for instance the last value.',
      );
    bySlice.set(slice, known ? { ...known, value: (known.value ?? 0) + (count.value ?? 0) } : count);
  }
  return [...bySlice.values()];
}

function wholeNumber(metric: Metric, row: CountRow, name: string): number {
  requireColumn(metric, row, name);
  const count = numberIn(row[name]);
  if (!Number.isSafeInteger(count) || count < 0)
    throw unreadable(
      metric,
      `a row whose \`${name}\` is not a whole number`,
      `Cast it: cast(count(*) as bigint) as ${name}.`,
    );
  return count;
}

function valueIn(metric: Metric, row: CountRow): number {
  requireColumn(metric, row, 'value');
  const value = numberIn(row.value);
  if (metric.kind === 'amount' ? Number.isSafeInteger(value) : Number.isFinite(value)) return value;
  throw metric.kind === 'amount'
    ? unreadable(metric, 'a row whose `value` is not a whole number of minor units', 'Sum `amount_minor`.')
    : unreadable(metric, 'a row whose `value` is not a number', 'Leave out buckets without a value.');
}

/** What engines write as text is a number too; a missing value, a flag and an empty text are not. */
function numberIn(value: unknown): number {
  if (typeof value === 'string') return value.trim() === '' ? Number.NaN : Number(value);
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}

function requireColumn(metric: Metric, row: CountRow, name: string): void {
  if (row[name] === undefined)
    throw unreadable(metric, `no column \`${name}\``, `Metrics of kind ${metric.kind} need it.`);
}

/** Null is a value of its own: an attempt without a country is in no country. */
function textIn(metric: Metric, row: CountRow, name: string): string {
  const value = row[name];
  if (value === undefined)
    throw unreadable(metric, `no column \`${name}\``, 'Each dimension is a column, under its name.');
  if (value === null) return 'none';
  if (typeof value === 'string') return value.slice(0, valueMax);
  throw unreadable(metric, `a row whose \`${name}\` is not text`, `Cast it: cast(${name} as varchar).`);
}

const unreadable = (metric: Metric, what: string, hint?: string): OpsError =>
  new OpsError('misconfigured', `The SQL of the metric ${metric.id} returns ${what}.`, hint ? { hint } : {});
