/**
 * Two crude detectors for comparison, both per slice with a rate per hour of the week from the warm-up:
 * - 3σ: an alert when the rate of a slice in a bucket is three standard deviations above it
 * - plain CUSUM: binomial evidence for a loss of 15 % of the success, without overdispersion, drift or mix; the best slice of a
 *   tick is the alert, and slices that share traffic with an open one are quiet
 */
import { dimensions, startMs, bucketMinutes, warmupDays, bucketsPerDay } from './company.js';
import type { RaisedAlert } from './score.js';
import type { World } from './world.js';

interface PeerSlice {
  slice: Record<string, string>;
  members: number[];
  attempts: Float64Array;
  failures: Float64Array;
  evidence: number;
}

function slicesOf({ leaves }: World): PeerSlice[] {
  const slices = new Map<string, PeerSlice>();
  leaves.forEach(({ values }, leaf) => {
    for (let mask = 0; mask < 2 ** dimensions.length; mask++) {
      const slice = Object.fromEntries(
        dimensions.flatMap((name, d) => ((mask >> d) & 1 ? [[name, values[d]!]] : [])),
      ) as Record<string, string>;
      const key = JSON.stringify(slice);
      const known = slices.get(key);
      if (known) known.members.push(leaf);
      else
        slices.set(key, {
          slice,
          members: [leaf],
          attempts: new Float64Array(168),
          failures: new Float64Array(168),
          evidence: 0,
        });
    }
  });
  return [...slices.values()];
}

type Rule = (slice: PeerSlice, n: number, k: number, p: number) => number;

const threeSigma: Rule = (_, n, k, p) => (n < 1 ? 0 : (k - n * p) / Math.sqrt(n * p * (1 - p)) / 3);

/** Raises at a score of 1: ln(buckets in a week × slices) of evidence, as ours before any budget. */
const cusumThreshold = Math.log(2016 * 320);
const plainCusum: Rule = (slice, n, k, p) => {
  const q = p + 0.15 * (1 - p);
  const gain = k * Math.log(q / p) + (n - k) * Math.log((1 - q) / (1 - p));
  slice.evidence = Math.max(0, slice.evidence + gain);
  return slice.evidence / cusumThreshold;
};

export const peers: Record<string, { rule: Rule; merges: boolean }> = {
  '3σ per slice': { rule: threeSigma, merges: false },
  'plain CUSUM': { rule: plainCusum, merges: true },
};

/** An alert of a peer is over when its slice was calm for half an hour. */
const calmBuckets = 6;

export function runPeer(world: World, { rule, merges }: { rule: Rule; merges: boolean }): RaisedAlert[] {
  const slices = slicesOf(world);
  const alerts: RaisedAlert[] = [];
  const open = new Map<PeerSlice, { alert: RaisedAlert; lastHot: number }>();
  for (const { index, attempts, failures } of world.buckets()) {
    const hour = Math.floor((startMs / 60_000 + index * bucketMinutes) / 60) % 168;
    const hot: { slice: PeerSlice; score: number }[] = [];
    for (const slice of slices) {
      let [n, k] = [0, 0];
      for (const leaf of slice.members) [n, k] = [n + attempts[leaf]!, k + failures[leaf]!];
      if (index < warmupDays * bucketsPerDay) {
        slice.attempts[hour] = slice.attempts[hour]! + n;
        slice.failures[hour] = slice.failures[hour]! + k;
        continue;
      }
      const p = Math.min(0.99, (slice.failures[hour]! + 1) / (slice.attempts[hour]! + 8));
      const score = rule(slice, n, k, p);
      if (score >= 1) hot.push({ slice, score });
    }
    hot.sort((a, b) => b.score - a.score);
    for (const { slice } of hot) {
      const known = open.get(slice);
      if (known) known.lastHot = index;
      else if (
        !merges ||
        ![...open.keys()].some((other) => slice.members.some((leaf) => other.members.includes(leaf)))
      ) {
        const alert: RaisedAlert = { kind: 'rate', slice: slice.slice, raised: index, resolved: null };
        alerts.push(alert);
        open.set(slice, { alert, lastHot: index });
      }
    }
    for (const [slice, { alert, lastHot }] of open)
      if (index - lastHot >= calmBuckets) {
        alert.resolved = index;
        slice.evidence = 0;
        open.delete(slice);
      }
  }
  return alerts;
}
