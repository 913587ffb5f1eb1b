/**
 * The detector of each kind of metric. A kind is one entry here and one in the source that reads it.
 */
import type { Detected, Detector } from '../../alerts/deps.js';
import type { Metric, MetricKind } from '../../ports/metrics.js';
import { arrivalDetector } from './arrivals.js';
import { countDetector } from './counts.js';
import { valueDetector } from './values.js';

const detectors: Readonly<Record<MetricKind, (metric: Metric) => Detector>> = {
  rate: countDetector,
  volume: countDetector,
  // Slow answers are failures to answer in time.
  latency: countDetector,
  level: valueDetector,
  amount: valueDetector,
  lateness: arrivalDetector,
};

export function detectorOf(metric: Metric): Detector {
  const detector = detectors[metric.kind](metric);
  const { floor = 0 } = metric;
  if (floor === 0) return detector;
  return { ...detector, detected: () => detector.detected().filter((change) => sizeOf(change) >= floor) };
}

/** Values are held against the floor where they are judged, because it also says when they are usual again. */
function sizeOf({ kind, facts: { attempts, failures, expected } }: Detected): number {
  if (kind === 'rate') return failures - expected;
  return kind === 'volume' ? expected - attempts : Infinity;
}
