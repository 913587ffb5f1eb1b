/**
 * Counted buckets in Postgres: one row a bucket, its slices as JSON, so that eight weeks of a metric are read in a second.
 */
import type { MetricBucket, MetricBuckets, MetricCount } from '../../ports/metrics.js';
import type { Database } from './database.js';

type StoredCount = [values: string[], attempts: number, failures: number];

interface BucketRow {
  at: Date;
  counts: StoredCount[];
}

const newestSql = 'select max(at) as at from paydesk.metric_buckets where metric = $1';
const afterSql = `
  select at, counts from paydesk.metric_buckets
  where metric = $1 and ($2::timestamptz is null or at > $2) order by at limit $3`;
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
    put: async (metric, buckets) => {
      const times = buckets.map(({ at }) => at);
      const counts = buckets.map((bucket) => JSON.stringify(bucket.counts.map(storedCount)));
      await database.query(putSql, [metric, times, counts]);
    },
    forget: async (metric, before) => {
      await database.query(forgetSql, [metric, before]);
    },
  };
}

const storedCount = ({ values, attempts, failures }: MetricCount): StoredCount => [
  [...values],
  attempts,
  failures,
];

const bucketOf = ({ at, counts }: BucketRow): MetricBucket => ({
  at,
  counts: counts.map(([values, attempts, failures]) => ({ values, attempts, failures })),
});
