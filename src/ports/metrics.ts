/**
 * Metrics over the company's books: what is counted, bucket by bucket, and what was counted so far.
 *
 * Invariants: counts are kept per bucket and slice, and a rate is never kept without its denominator; a bucket is a
 * half-open span of time that begins at a multiple of its width; reading a bucket again replaces it.
 * Errors: `unavailable` (books down or slow), `misconfigured` (the metric's SQL is refused, or gives other columns).
 */

import type { Money } from '../kernel/money.js';
import type { BusinessCalendar } from './calendars.js';

/**
 * `rate`: failures out of attempts. `volume`: attempts alone. `latency`: answers slower than usual out of all, judged as a rate.
 * `level`: a value at a time, such as a queue's length. `amount`: money that was moved in a bucket. `lateness`: arrivals, which are
 * overdue when they come later than usual.
 */
export type MetricKind = 'rate' | 'volume' | 'latency' | 'level' | 'amount' | 'lateness';

export interface Metric {
  /** Permanent, for instance `authorisation-success`. */
  id: string;
  /** As people say it at the start of a title: “Success rate”. */
  name: string;
  kind: MetricKind;
  /** In order of the hierarchy, for instance partner, method, country. Columns of the SQL. */
  dimensions: readonly string[];
  bucketMs: number;
  /** How long a bucket may still change after its end. */
  lagMs: number;
  /** How many false alerts people accept in a week. */
  falseAlertsPerWeek: number;
  /** What a level counts: “payments”. */
  unit?: string | undefined;
  /** Of a level or an amount: which side of what is usual is a change. Left out: both. */
  direction?: 'up' | 'down' | 'both' | undefined;
  /** A smaller change is no news: unusual failures, missing attempts, or the distance of a value from what is usual. */
  floor?: number | undefined;
  /** Of lateness: on its bank holidays, and on the day after them, nothing is overdue. */
  calendar?: BusinessCalendar | undefined;
  /**
   * A question to the books with $1 and $2, the span as instants, and $3, the moment of the question, where it is used; gives `bucket`
   * (timestamptz), a text column for each dimension, and by kind: `attempts` and `failures` (whole numbers); `attempts` alone for a
   * volume; `arrivals` for lateness; `value` for a level (a number) and an amount (whole minor units of the dimension `currency`).
   * For `latency` it gives a row per answer, with `value` (how long it took); what comes back to Paydesk are counts all the same.
   */
  sql: string;
  /** The same with `currency` (text) and `amount` (whole minor units) of what failed instead of counts, without buckets. */
  failedAmountsSql?: string;
}

/** Counts of one slice: a value for each dimension, in their order. */
export interface MetricCount {
  values: readonly string[];
  /** Arrivals, for lateness; 1 for a value. */
  attempts: number;
  failures: number;
  /** Of a level or an amount. */
  value?: number;
}

export interface MetricBucket {
  at: Date;
  counts: readonly MetricCount[];
}

/** Counts of one slice in one hour. */
export interface MetricHour {
  at: Date;
  attempts: number;
  failures: number;
}

/** Slower than this is slow, for answers with this value of the metric's first dimension; '' where it has no dimension. */
export interface SlowLimit {
  of: string;
  above: number;
}

interface MetricSpan {
  from: Date;
  to: Date;
  /** What is asked now about a past span may know more than it did then. */
  now: Date;
  /** Of a metric of kind `latency`; answers without a limit are not counted. */
  limits?: readonly SlowLimit[];
}

export interface MetricSource {
  /** Buckets with anything in [from, to), oldest first; a span that begins within a bucket counts only its own part of it. */
  read(metric: Metric, span: MetricSpan): Promise<MetricBucket[]>;
  /** The 95th percentile of the answers of a span, where there are enough of them to know it. */
  slowLimits(metric: Metric, span: MetricSpan): Promise<SlowLimit[]>;
  /** What failed in a slice, by currency, largest first. None where the metric has no amounts. */
  failedAmounts(
    metric: Metric,
    slice: Readonly<Record<string, string>>,
    from: Date,
    to: Date,
  ): Promise<Money[]>;
}

/** What slow means, for all replicas: learned once for each value, because a new limit would make old counts mean something else. */
export interface SlowLimits {
  of(metric: string): Promise<SlowLimit[]>;
  /** Adds those that are new; known ones stay. */
  add(metric: string, limits: readonly SlowLimit[]): Promise<void>;
}

/** What was counted, for all replicas. */
export interface MetricBuckets {
  /** The begin of the newest bucket that is kept; null before the first. */
  newest(metric: string): Promise<Date | null>;
  /** From `after` on, without it, oldest first, at most `limit`; null reads from the beginning. */
  after(metric: string, after: Date | null, limit: number): Promise<MetricBucket[]>;
  /** One slice by the hour, over several spans; `wanted` has a value for each dimension, null for any. */
  hours(
    metric: string,
    wanted: readonly (string | null)[],
    spans: readonly { from: Date; to: Date }[],
  ): Promise<MetricHour[]>;
  /** Adds and replaces. A bucket without counts is kept too: nothing happened then. */
  put(metric: string, buckets: readonly MetricBucket[]): Promise<void>;
  /** Forgets buckets that begin before an instant. */
  forget(metric: string, before: Date): Promise<void>;
}
