/**
 * Metrics over the company's books: what is counted, bucket by bucket, and what was counted so far.
 *
 * Invariants: counts are kept per bucket and slice, and a rate is never kept without its denominator; a bucket is a
 * half-open span of time that begins at a multiple of its width; reading a bucket again replaces it.
 * Errors: `unavailable` (books down or slow), `misconfigured` (the metric's SQL is refused, or gives other columns).
 */

import type { Money } from '../kernel/money.js';

/** `rate`: failures out of attempts. `volume`: attempts alone. */
type MetricKind = 'rate' | 'volume';

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
  /**
   * A question to the books with $1 and $2, the span as instants, and $3, the moment of the question, where it is used; gives `bucket` (timestamptz), a text column for each
   * dimension, `attempts` and `failures` (whole numbers).
   */
  sql: string;
  /** The same with `currency` (text) and `amount` (whole minor units) of what failed instead of counts, without buckets. */
  failedAmountsSql?: string;
}

/** Counts of one slice: a value for each dimension, in their order. */
export interface MetricCount {
  values: readonly string[];
  attempts: number;
  failures: number;
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

interface MetricSpan {
  from: Date;
  to: Date;
  /** What is asked now about a past span may know more than it did then. */
  now: Date;
}

export interface MetricSource {
  /** Buckets with anything in [from, to), oldest first; a span that begins within a bucket counts only its own part of it. */
  read(metric: Metric, span: MetricSpan): Promise<MetricBucket[]>;
  /** What failed in a slice, by currency, largest first. None where the metric has no amounts. */
  failedAmounts(
    metric: Metric,
    slice: Readonly<Record<string, string>>,
    from: Date,
    to: Date,
  ): Promise<Money[]>;
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
