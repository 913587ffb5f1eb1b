/**
 * From how long on an answer is slow: the 95th percentile of two ordinary weeks, by the value of the metric's first dimension.
 *
 * Invariant: a limit that is known stays, so that counts of one slice always mean the same; a value that appears has its limit a
 * day later at the latest, and its answers are not counted before.
 */
import { dayMs } from '../kernel/clock.js';
import type { Metric, SlowLimit } from '../ports/metrics.js';
import type { AlertDeps } from './deps.js';

const learnedOverMs = 14 * dayMs;
const learnsEveryMs = dayMs;

/** Reads limits, and learns those that are missing once a day. */
export function createLimits({
  source,
  limits,
}: Pick<AlertDeps, 'source' | 'limits'>): (metric: Metric, now: Date) => Promise<SlowLimit[]> {
  const learnedAt = new Map<string, number>();
  return async (metric, now) => {
    if (metric.kind !== 'latency') return [];
    const learned = learnedAt.get(metric.id) ?? -Infinity;
    if (now.getTime() - learned >= learnsEveryMs) {
      const from = new Date(now.getTime() - learnedOverMs);
      await limits.add(metric.id, await source.slowLimits(metric, { from, to: now, now }));
      learnedAt.set(metric.id, now.getTime());
    }
    return limits.of(metric.id);
  };
}
