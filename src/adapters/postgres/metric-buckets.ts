/**
 * Counted buckets in Postgres: one row a bucket, its slices as JSON, so that eight weeks of a metric are read in a second.
 */
import type {
  MetricBucket,
  MetricBuckets,
  MetricCount,
  MetricHour,
  SlowLimit,
  SlowLimits,
} from '../../ports/metrics.js';
import type { Clock } from '../../kernel/clock.js';
import type { Database } from './database.js';
import { jsonText } from './texts.js';

type StoredCount = [values: string[], attempts: number, failures: number, value?: number];

interface BucketRow {
  at: Date;
  counts: StoredCount[];
}

const newestSql = 'select max(at) as at from paydesk.metric_buckets where metric = $1';
const afterSql = `
  select at, counts from paydesk.metric_buckets
  where metric = $1 and ($2::timestamptz is null or at > $2) order by at limit $3`;
const hoursSql = `
  select date_trunc('hour', at, 'UTC') as at, sum((c ->> 1)::bigint)::integer as attempts,
    sum((c ->> 2)::bigint)::integer as failures
  from unnest($3::timestamptz[], $4::timestamptz[]) as span (since, until)
  join paydesk.metric_buckets b on b.metric = $1 and b.at >= since and b.at < until
  cross join jsonb_array_elements(b.counts) as c
  where not exists (
    select from unnest($2::text[]) with ordinality as wanted (value, place)
    where value is not null and value <> c -> 0 ->> (place - 1)::integer)
  group by 1`;
const putSql = `
  insert into paydesk.metric_buckets (metric, at, counts)
  select $1, at, counts from unnest($2::timestamptz[], $3::jsonb[]) as given (at, counts)
  on conflict (metric, at) do update set counts = excluded.counts`;
const forgetSql = 'delete from paydesk.metric_buckets where metric = $1 and at < $2';

export function createMetricBuckets(database: Database): MetricBuckets {
  return {
    newest: async (metric) => (await database.query<{ at: Date | null }>(newestSql, [metric]))[0]?.at ?? null,
    after: async (metric, after, limit) =>
      (await database.query<BucketRow>(afterSql, [metric, after, limit])).map(bucketOf),
    hours: (metric, wanted, spans) =>
      database.query<MetricHour>(hoursSql, [
        metric,
        wanted,
        spans.map(({ from }) => from),
        spans.map(({ to }) => to),
      ]),
    put: async (metric, buckets) => {
      const times = buckets.map(({ at }) => at);
      const counts = buckets.map((bucket) => jsonText(bucket.counts.map(storedCount)));
      await database.query(putSql, [metric, times, counts]);
    },
    forget: async (metric, before) => {
      await database.query(forgetSql, [metric, before]);
    },
  };
}

const limitsSql = 'select of, above from paydesk.slow_limits where metric = $1 order by of';
const addLimitsSql = `
  insert into paydesk.slow_limits (metric, of, above, learned_at)
  select $1, of, above, $4 from unnest($2::text[], $3::float8[]) as given (of, above)
  on conflict (metric, of) do nothing`;

export const createSlowLimits = (database: Database, clock: Clock): SlowLimits => ({
  of: (metric) => database.query<SlowLimit>(limitsSql, [metric]),
  add: async (metric, limits) => {
    const columns = [limits.map(({ of }) => of), limits.map(({ above }) => above)];
    await database.query(addLimitsSql, [metric, ...columns, clock.now()]);
  },
});

const storedCount = ({ values, attempts, failures, value }: MetricCount): StoredCount =>
  value === undefined ? [[...values], attempts, failures] : [[...values], attempts, failures, value];

const bucketOf = ({ at, counts }: BucketRow): MetricBucket => ({
  at,
  counts: counts.map(([values, attempts, failures, value]) => ({
    values,
    attempts,
    failures,
    ...(value !== undefined && { value }),
  })),
});
