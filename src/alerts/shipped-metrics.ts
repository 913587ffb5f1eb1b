/**
 * Metrics that every company with books has: counted over `payment_attempts` (docs/books.md).
 *
 * Invariant: attempts that are still under way count as attempts, because some methods answer after days: left out, they
 * would look like missing traffic.
 */
import { minuteMs } from '../kernel/clock.js';
import type { Metric } from '../ports/metrics.js';

const counted = (failures: string, condition: string): string => `
  select date_bin('5 minutes', created_at, timestamptz 'epoch') as bucket, partner::text, method::text, country::text,
    count(*) as attempts, count(*) filter (where ${failures}) as failures
  from payment_attempts
  where created_at >= $1 and created_at < $2 and ${condition}
  group by 1, 2, 3, 4`;

const shared = {
  dimensions: ['partner', 'method', 'country'],
  bucketMs: 5 * minuteMs,
  lagMs: minuteMs,
  falseAlertsPerWeek: 1,
} as const;

export const shippedMetrics: readonly Metric[] = [
  {
    ...shared,
    id: 'authorisation-success',
    name: 'Success rate',
    kind: 'rate',
    sql: counted("status = 'failed'", 'true'),
  },
  {
    ...shared,
    id: 'slow-answers',
    name: 'Answers within 5 s',
    kind: 'rate',
    falseAlertsPerWeek: 0.2,
    sql: counted('latency_ms > 5000', 'latency_ms is not null'),
  },
];
