/**
 * Metrics that every company with books has: counted over `payment_attempts` and `ledger_entries` (docs/connect-your-books.md).
 *
 * Invariant: attempts that are still under way count as attempts, because some methods answer after days: left out, they
 * would look like missing traffic.
 */
import { hourMs, minuteMs } from '../kernel/clock.js';
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

/**
 * Answers that are not known ten minutes after the attempt: events come late, and nothing else can be said of these attempts.
 * Younger ones without an answer count on neither side. $3 is the moment of the question.
 */
const unanswered = `
  select date_bin('5 minutes', created_at, timestamptz 'epoch') as bucket, partner::text, method::text, country::text,
    count(*) as attempts, count(*) filter (where status = 'pending' or late) as failures
  from (select *, coalesce(completed_at > created_at + interval '10 minutes', false) as late from payment_attempts
    where created_at >= $1 and created_at < $2 and method in ('card', 'wallet')) as attempt
  where status <> 'pending' or created_at < $3::timestamptz - interval '10 minutes'
  group by 1, 2, 3, 4`;

/** One booking has one debit. Both kinds count as attempts, so that a day of disputes alone is no division by nothing. */
const disputed = `
  select date_bin('1 hour', booked_at, timestamptz 'epoch') as bucket, partner::text, currency::text,
    count(*) as attempts, count(*) filter (where kind = 'dispute') as failures
  from ledger_entries
  where booked_at >= $1 and booked_at < $2 and direction = 'debit' and kind in ('capture', 'dispute')
  group by 1, 2, 3`;

/**
 * Refunds of an hour against the captures of the day before it: refunds come at other hours than captures, so the captures of
 * the same hour would make every night look bad.
 */
const refunded = `
  with booked as (
    select date_bin('1 hour', booked_at, timestamptz 'epoch') as bucket, partner::text, currency::text,
      count(*) filter (where kind = 'capture') as captures,
      count(*) filter (where kind = 'refund' and booked_at >= $1) as refunds
    from ledger_entries
    where booked_at >= $1::timestamptz - interval '25 hours' and booked_at < $2 and direction = 'debit'
      and kind in ('capture', 'refund')
    group by 1, 2, 3),
  hours as (
    select bucket from generate_series(date_bin('1 hour', $1::timestamptz - interval '25 hours', timestamptz 'epoch'),
      $2::timestamptz - interval '1 microsecond', interval '1 hour') as hour (bucket)),
  followed as (
    select bucket, partner, currency, coalesce(refunds, 0) as refunds,
      coalesce(sum(captures) over (
        partition by partner, currency order by bucket rows between 24 preceding and 1 preceding), 0) as captures
    from hours cross join (select distinct partner, currency from booked) as slice
      left join booked using (bucket, partner, currency))
  select bucket, partner, currency, (captures + refunds)::bigint as attempts, refunds as failures
  from followed
  where bucket >= date_bin('1 hour', $1::timestamptz, timestamptz 'epoch') and captures + refunds > 0`;

export const shippedMetrics: readonly Metric[] = [
  {
    ...shared,
    id: 'authorisation-success',
    name: 'Success rate',
    kind: 'rate',
    sql: counted("status = 'failed'", 'true'),
    failedAmountsSql: `
      select partner::text, method::text, country::text, currency::text, amount_minor as amount
      from payment_attempts where created_at >= $1 and created_at < $2 and status = 'failed'`,
  },
  {
    ...shared,
    id: 'latency',
    name: 'Answers in usual time',
    kind: 'latency',
    falseAlertsPerWeek: 0.2,
    sql: `
      select date_bin('5 minutes', created_at, timestamptz 'epoch') as bucket, partner::text, method::text, country::text,
        latency_ms as value
      from payment_attempts where created_at >= $1 and created_at < $2 and latency_ms is not null`,
  },
  {
    ...shared,
    id: 'attempts',
    name: 'Attempts',
    kind: 'volume',
    falseAlertsPerWeek: 0.2,
    sql: counted('false', 'true'),
  },
  {
    ...shared,
    id: 'webhook-lag',
    name: 'Data on time',
    kind: 'rate',
    lagMs: 10 * minuteMs,
    falseAlertsPerWeek: 0.2,
    sql: unanswered,
  },
  {
    id: 'refund-rate',
    name: 'Captures without refunds',
    kind: 'rate',
    dimensions: ['partner', 'currency'],
    bucketMs: hourMs,
    lagMs: 5 * minuteMs,
    falseAlertsPerWeek: 0.1,
    sql: refunded,
  },
  {
    id: 'dispute-rate',
    name: 'Captures without disputes',
    kind: 'rate',
    dimensions: ['partner', 'currency'],
    bucketMs: hourMs,
    lagMs: 5 * minuteMs,
    falseAlertsPerWeek: 0.1,
    sql: disputed,
  },
];
