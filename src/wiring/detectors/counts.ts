/**
 * Rates, volumes and latencies: the monitor of `src/anomalies/` under the alerts. Verdicts become the changes that are open, with what was counted
 * since each began.
 *
 * Invariant: what was to be expected is fixed when a change is raised, as the baseline then was; later counts are measured
 * against that, so that a long fault does not become its own normal on the card.
 */
import type { Detected, Detector, Sight } from '../../alerts/deps.js';
import { Monitor, type AlertView, type Verdict } from '../../anomalies/monitor/monitor.js';
import { Pool } from '../../anomalies/slices/pool.js';
import { dayMs, hourMs, secondMs } from '../../kernel/clock.js';
import type { AlertFacts, AlertSlice } from '../../ports/alerts.js';
import type { Metric, MetricBucket, MetricCount } from '../../ports/metrics.js';

/** What a baseline needs before it can call anything unusual. */
const warmupMs = 14 * dayMs;
/** Looks share the budget by the time between them; a look after a long pause gets no more than this, one at once no less. */
const lookMs = { longest: 30 * secondMs, shortest: secondMs };
/** A change everywhere is looked at for so long before it is reported: a slice that explains it shows a little later. */
const patienceMs = 45 * secondMs;
/** Counted since its begin; what lasts longer is counted from here. */
const rememberedMs = 2 * dayMs;
/** Of many slices, fewer buckets are remembered. */
const rememberedRows = 200_000;
const fewestRemembered = 8;

interface OpenChange {
  view: AlertView;
  reason: Verdict['reason'];
  /** Expected failures per attempt, or expected attempts per bucket. */
  usual: number;
  /** What was counted when it was seen before its bucket had ended; null for what whole buckets showed. */
  early: Totals | null;
}

export function countDetector(metric: Metric): Detector {
  const monitor = new Monitor({
    dimensions: metric.dimensions,
    widthMs: metric.bucketMs,
    budgetPerWeek: metric.falseAlertsPerWeek,
    warmupMs,
  });
  const judged = metric.kind === 'volume' ? 'volume' : 'rate';
  const open = new Map<number, OpenChange>();
  const pool = new Pool(metric.dimensions.length);
  const recent = new Remembered();
  let unfinished: readonly MetricBucket[] = [];
  let glimpsed: OpenChange | null = null;
  let lookedAt = -Infinity;
  let everywhereSince: number | null = null;
  const soFar = ({ kind, slice, onsetMs }: AlertView): Totals =>
    totalsOf(metric, kind === 'volume' ? recent.buckets : [...recent.buckets, ...unfinished], slice, onsetMs);
  /** The largest change in buckets that have not ended. Looks share the budget by the time between them. */
  const look = (buckets: readonly MetricBucket[], sinceMs: number): AlertView | null =>
    monitor.glance(
      buckets.map(({ at, counts: rows }) => ({ atMs: at.getTime(), rows })),
      metric.bucketMs / sinceMs,
    );
  const keep = ({ type, alert, reason }: Verdict): void => {
    if (alert === null || type === 'silent' || type === 'ignored') return;
    if (type === 'resolved') return void open.delete(alert.id);
    const totals = totalsOf(metric, recent.buckets, alert.slice, alert.onsetMs);
    open.set(alert.id, { view: alert, reason, usual: usualOf(alert, totals), early: null });
  };
  const take = ({ at, counts: given }: MetricBucket): void => {
    const counts = together(given, pool.place(given));
    recent.add({ at, counts });
    for (const verdict of monitor.observe({ atMs: at.getTime(), rows: counts })) keep(verdict);
  };
  return {
    observe: take,
    correct: take,
    glance: (glance) => {
      const { now } = glance;
      const moments = { from: glance.recent.from, counts: placedIn(pool, glance.recent.counts) };
      unfinished = glance.unfinished.map(({ at, counts }) => ({ at, counts: placedIn(pool, counts) }));
      const sinceMs = Math.min(lookMs.longest, Math.max(lookMs.shortest, now.getTime() - lookedAt)) / 2;
      lookedAt = now.getTime();
      const last = unfinished.at(-1);
      const sudden = last ? look([{ at: last.at, counts: moments.counts }], sinceMs) : null;
      const seen = sudden ?? look(unfinished, sinceMs);
      everywhereSince = isEverywhere(seen) ? (everywhereSince ?? now.getTime()) : null;
      const isUnclear = everywhereSince !== null && now.getTime() - everywhereSince < patienceMs;
      glimpsed = null;
      if (!seen) return null;
      // What began just now is counted by itself, and what began before with its buckets.
      const isSudden = sudden !== null && seen.onsetMs >= (last?.at.getTime() ?? 0);
      const view = isSudden ? { ...seen, onsetMs: moments.from.getTime() } : seen;
      const early = isSudden
        ? totalsOf(metric, [{ at: now, counts: moments.counts }], view.slice, view.onsetMs)
        : soFar(view);
      if (!isUnclear) glimpsed = { view, reason: 'evidence', usual: usualOf(view, early), early };
      return isSudden ? moments.from : null;
    },
    detected: () =>
      // Missing attempts are for a metric of volume: two of rates would report the same loss twice.
      [...open.values(), ...(glimpsed ? [glimpsed] : [])]
        .filter(({ view }) => view.kind === judged)
        .map((change): Detected => ({
          kind: change.view.kind,
          slice: change.view.slice,
          onsetAt: new Date(change.view.onsetMs),
          raisedAt: new Date(change.view.raisedAtMs),
          facts: factsOf(change, change.early ?? soFar(change.view)),
        })),
    sight: (slice) => sightOf(metric, recent.buckets, slice, [...open.values()]),
  };
}

/** The newest buckets: two days of them, fewer of a metric with many slices. */
class Remembered {
  buckets: MetricBucket[] = [];
  private rows = 0;

  /** A bucket that is remembered is replaced. */
  add(bucket: MetricBucket): void {
    const known = this.buckets.findLastIndex(({ at }) => at.getTime() === bucket.at.getTime());
    if (known !== -1) {
      this.buckets[known] = bucket;
      return;
    }
    this.buckets.push(bucket);
    this.rows += bucket.counts.length;
    const oldest = bucket.at.getTime() - rememberedMs;
    const inMiddle = this.buckets[2 * fewestRemembered]?.at.getTime() ?? Infinity;
    const isFull = this.rows > rememberedRows && inMiddle < Infinity;
    if (!isFull && inMiddle >= oldest) return;
    this.buckets = this.buckets.slice(fewestRemembered);
    this.rows = this.buckets.reduce((sum, { counts }) => sum + counts.length, 0);
  }
}

/** Counts of rare values, which are pooled, are one. */
function together(counts: readonly MetricCount[], places: readonly (readonly string[])[]): MetricCount[] {
  const bySlice = new Map<string, MetricCount>();
  for (const [index, count] of counts.entries()) {
    const values = places[index] ?? count.values;
    const key = values.join('\0');
    const { attempts, failures } = bySlice.get(key) ?? { attempts: 0, failures: 0 };
    bySlice.set(key, { values, attempts: attempts + count.attempts, failures: failures + count.failures });
  }
  return [...bySlice.values()];
}

/** As the pool is so far: a look admits no values. */
const placedIn = (pool: Pool, counts: readonly MetricCount[]): MetricCount[] =>
  together(
    counts,
    counts.map(({ values }) => pool.placeOf(values)),
  );

const isEverywhere = (view: AlertView | null): boolean =>
  view !== null && Object.keys(view.slice).length === 0;

interface Totals {
  attempts: number;
  failures: number;
  buckets: number;
}

function totalsOf(
  { dimensions }: Metric,
  buckets: readonly MetricBucket[],
  slice: AlertSlice,
  from: number,
): Totals {
  const wanted = dimensions.map((name) => slice[name]);
  const isIn = ({ values }: MetricCount): boolean =>
    values.every((value, index) => wanted[index] === undefined || wanted[index] === value);
  const totals = { attempts: 0, failures: 0, buckets: 0 };
  for (const { at, counts } of buckets) {
    if (at.getTime() < from) continue;
    totals.buckets += 1;
    for (const count of counts) {
      if (!isIn(count)) continue;
      totals.attempts += count.attempts;
      totals.failures += count.failures;
    }
  }
  return totals;
}

function usualOf(view: AlertView, { attempts, failures, buckets }: Totals): number {
  if (view.kind === 'volume') return (attempts + view.missingAttempts) / Math.max(1, buckets);
  return Math.max(0, failures - view.excessFailures) / Math.max(1, attempts);
}

function factsOf({ view, reason, usual, early }: OpenChange, totals: Totals): AlertFacts {
  const { attempts, failures, buckets } = totals;
  return {
    attempts,
    failures,
    expected: view.kind === 'volume' ? usual * buckets : usual * attempts,
    shareExplained: Object.keys(view.slice).length === 0 ? null : view.shareExplained,
    reason: early ? earlyWords : (reasonWords[reason] ?? reason),
    ...(early && { early: true }),
  };
}

const reasonWords: Partial<Record<Verdict['reason'], string>> = {
  evidence: 'the evidence exceeds what the false-alert budget allows',
  explains_more: 'a smaller slice explains the change better',
};

const earlyWords =
  'seen early: the last minute alone is enough evidence; the next full count confirms it or not';

function sightOf(
  metric: Metric,
  recent: readonly MetricBucket[],
  slice: AlertSlice,
  open: readonly OpenChange[],
): Sight | null {
  const newest = recent.at(-1)?.at.getTime();
  if (newest === undefined) return null;
  const hour = totalsOf(metric, recent, slice, newest - hourMs + metric.bucketMs);
  const days = totalsOf(metric, recent, slice, newest - rememberedMs);
  if (days.attempts === 0) return null;
  const covering = open.filter(({ view }) =>
    Object.entries(view.slice).every(([name, value]) => (slice[name] ?? value) === value),
  );
  return {
    slice,
    lines: [
      `Last hour: ${countWords(metric, hour)}`,
      `Last 2 days: ${countWords(metric, days)}`,
      covering.length > 0
        ? `A change has been open since ${new Date(covering[0]?.view.onsetMs ?? newest).toISOString()}.`
        : `No alert: the evidence in the last buckets is too weak for the budget of false alerts (${metric.falseAlertsPerWeek} a week).`,
    ],
  };
}

function countWords({ kind }: Metric, { attempts, failures, buckets }: Totals): string {
  if (kind === 'volume') return `${attempts} in ${buckets} buckets`;
  if (attempts === 0) return 'no attempts';
  return `${(((attempts - failures) / attempts) * 100).toFixed(1)} % (n = ${attempts})`;
}
