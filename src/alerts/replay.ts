/**
 * What a metric's watch would have raised over a past span: the buckets of the books through the same detector, oldest first.
 *
 * Invariant: causal; a change is known at the end of the bucket that raised it, as on a day without looks at open buckets.
 */
import { dayMs } from '../kernel/clock.js';
import type { Metric, MetricBucket, MetricSource } from '../ports/metrics.js';
import { isSameChange } from './causes.js';
import type { Detected, Detector } from './deps.js';

/** What a baseline by hour of week needs. */
export const historyMs = 56 * dayMs;
/** Of one question to the books. */
export const chunkMs = 7 * dayMs;

export interface ReplayedChange extends Detected {
  /** Null while it goes on at the end. */
  resolvedAt: Date | null;
}

interface ReplayOptions {
  metric: Metric;
  source: MetricSource;
  detector: Detector;
  from: Date;
  to: Date;
  /** After each part that was read: how far it is. */
  onProgress?: (at: Date) => void;
}

/** In the order in which they were raised. What was raised before `from` is history and left out. */
export async function replayMetric(options: ReplayOptions): Promise<ReplayedChange[]> {
  const { metric, source, detector, from, to } = options;
  const { bucketMs } = metric;
  const begin = Math.floor((from.getTime() - historyMs) / bucketMs) * bucketMs;
  const end = Math.floor(to.getTime() / bucketMs) * bucketMs;
  const limits = await source.slowLimits(metric, {
    from: new Date(from.getTime() - 14 * dayMs),
    to: from,
    now: to,
  });
  const changes: ReplayedChange[] = [];
  for (let at = begin; at < end; at += chunkMs) {
    const until = Math.min(at + chunkMs, end);
    const read = await source.read(metric, { from: new Date(at), to: new Date(until), now: to, limits });
    for (const bucket of filledBuckets(read, at, until, bucketMs)) {
      detector.observe(bucket);
      follow(changes, detector.detected(), new Date(bucket.at.getTime() + bucketMs));
    }
    options.onProgress?.(new Date(until));
  }
  return changes.filter(({ raisedAt }) => raisedAt > from);
}

function follow(changes: ReplayedChange[], detected: readonly Detected[], now: Date): void {
  const open = changes.filter(({ resolvedAt }) => resolvedAt === null);
  const taken = new Set<ReplayedChange>();
  for (const change of detected) {
    const known = open.find((one) => !taken.has(one) && isSameChange(one, change));
    if (known) taken.add(Object.assign(known, change));
    else changes.push({ ...change, resolvedAt: null });
  }
  for (const ended of open.filter((one) => !taken.has(one))) ended.resolvedAt = now;
}

/** Every bucket of the span: one without data says that nothing happened then. */
export function filledBuckets(
  read: readonly MetricBucket[],
  from: number,
  to: number,
  widthMs: number,
): MetricBucket[] {
  const byBegin = new Map(read.map((bucket) => [bucket.at.getTime(), bucket]));
  const buckets = [];
  for (let at = from; at < to; at += widthMs)
    buckets.push(byBegin.get(at) ?? { at: new Date(at), counts: [] });
  return buckets;
}
