/**
 * Watches metrics: counts new buckets, keeps them, feeds them to the detector, and opens, updates and closes alerts.
 *
 * Invariants: a replica's detector sees every kept bucket in order, and again when late events change one of the newest, so it
 * says the same wherever and whenever it is fed; only a change that a detector raised after the newest bucket that was kept before the start opens an alert, so a
 * restart opens none again; buckets without data at the end are late data and no outage; a metric that cannot be read has an alert
 * of its own and does not stop the others.
 */
import { dayMs, hourMs, minuteMs } from '../kernel/clock.js';
import { toOpsError } from '../kernel/errors.js';
import { isJudged, type Alert, type AlertSlice } from '../ports/alerts.js';
import type { Metric, MetricBucket, SlowLimit } from '../ports/metrics.js';
import { holds, isSameChange } from './causes.js';
import { withContext } from './context.js';
import type { AlertDeps, Detected, Detector, Glance, Sight } from './deps.js';
import { createLimits } from './limits.js';
import { chunkMs, filledBuckets, historyMs } from './replay.js';
import { openAlert, reopenAlert, resolveAlert, updateAlert } from './life.js';

/** Buckets that are counted again each time, because late attempts may still have come into them. */
const recounted = 3;
const pageOfBuckets = 500;
/** At the very first start: what began within this time and still goes on is news. */
const firstLookMs = dayMs;
const recentMost = 1000;
/** A cause that returns within this time is the same one. */
const flappingMs = 30 * minuteMs;
/** Of a bucket: so much of the last moments is looked at alone. */
export const recentShare = 0.2;
/** Without any data for this long, data is late. Longer than a quiet night minute, shorter than patience. */
const lateMs = 15 * minuteMs;
/** That nothing arrived counts when other metrics would have shown by now that the books are behind. */
const heldBackMs = 2 * lateMs;

interface Watched {
  detector: Detector;
  /** When a sudden change began that the last look showed: from there on it is counted while its bucket lasts. */
  suddenFrom: Date | null;
  /** The begin of the newest bucket that the detector has seen. */
  fedTo: Date | null;
  /** The newest buckets as the detector saw them, by their begin. */
  fed: Map<number, string>;
  /** Changes raised in buckets up to here belong to the past: they were judged before this process. Null until known. */
  openFrom: Date | null;
  evaluatedAt: Date | null;
  failingSince: Date | null;
  /** Ends when the detector has been fed: who asks meanwhile waits, so that it sees no bucket twice. */
  feeding: Promise<void>;
}

export interface Watch {
  /** Counts and judges what is new, metric by metric. Never throws for a metric. */
  tick(): Promise<void>;
  /** What the detector of a metric sees in a slice; null where it has not seen the slice. */
  sight(metric: string, slice: AlertSlice): Promise<Sight | null>;
}

export function createWatch(deps: AlertDeps): Watch {
  const watched = new Map<string, Watched>();
  const limitsOf = createLimits(deps);
  const watchedOf = (metric: Metric): Watched => {
    const known = watched.get(metric.id);
    if (known) return known;
    const made = {
      detector: deps.detectorOf(metric),
      suddenFrom: null,
      fedTo: null,
      fed: new Map<number, string>(),
      openFrom: null,
      evaluatedAt: null,
      failingSince: null,
      feeding: Promise.resolve(),
    };
    watched.set(metric.id, made);
    return made;
  };
  return {
    tick: async () => {
      await endUnwatched(deps);
      for (const metric of deps.metrics) await evaluate(deps, metric, watchedOf(metric), limitsOf);
    },
    sight: async (id, slice) => {
      const metric = deps.metrics.find((candidate) => candidate.id === id);
      if (!metric) return null;
      const own = watchedOf(metric);
      await feed(deps, metric, own);
      return own.detector.sight(slice);
    },
  };
}

/** A metric that is no longer configured can no longer be seen to recover. */
async function endUnwatched(deps: AlertDeps): Promise<void> {
  const known = new Set([...deps.metrics, ...deps.invariants].map(({ id }) => id));
  try {
    for (const alert of await deps.alerts.active(null))
      if (!known.has(alert.metric)) await resolveAlert(deps, alert, 'this is no longer watched');
  } catch (thrown) {
    deps.log.warn({ err: toOpsError(thrown) }, 'alerts of what is no longer watched stay open');
  }
}

async function evaluate(
  deps: AlertDeps,
  metric: Metric,
  own: Watched,
  limitsOf: (metric: Metric, now: Date) => Promise<SlowLimit[]>,
): Promise<void> {
  const now = deps.clock.now();
  try {
    // Books that are behind would make everything overdue.
    if (metric.kind === 'lateness' && (await someAreLate(deps))) return;
    const limits = await limitsOf(metric, now);
    own.openFrom ??= (await deps.buckets.newest(metric.id)) ?? new Date(now.getTime() - firstLookMs);
    const { newestData, unfinished } = await count(deps, metric, { now, limits });
    await feed(deps, metric, own);
    own.suddenFrom = own.detector.glance({
      unfinished,
      recent: await countRecent(deps, metric, own, { now, limits }),
      now,
    });
    own.evaluatedAt = now;
    own.failingSince = null;
    await settle(deps, metric, own, lateSince(metric, newestData, now));
  } catch (thrown) {
    const error = toOpsError(thrown);
    own.failingSince ??= now;
    deps.log.warn(
      { metric: metric.id, code: error.code, errorId: error.errorId, err: error },
      'a metric cannot be evaluated',
    );
    const why = [error.publicMessage, error.hint].filter(Boolean).join(' ');
    await tellUnreadable(deps, metric, own.failingSince, why).catch((fault: unknown) =>
      deps.log.error({ metric: metric.id, err: toOpsError(fault) }, 'an alert cannot be opened'),
    );
  }
}

const floorTo = (at: number, widthMs: number): number => Math.floor(at / widthMs) * widthMs;

interface Counted {
  /** The begin of the newest bucket with data. */
  newestData: Date | null;
  /** Buckets that have not ended, or may still change: they are looked at and not kept. */
  unfinished: MetricBucket[];
}

interface Question {
  now: Date;
  limits: readonly SlowLimit[];
}

/** Counts what is not kept yet, and the newest buckets again. */
async function count(deps: AlertDeps, metric: Metric, question: Question): Promise<Counted> {
  const { now } = question;
  const { bucketMs, lagMs, id, kind } = metric;
  const end = floorTo(now.getTime() - lagMs - (kind === 'lateness' ? heldBackMs : 0), bucketMs);
  const newest = await deps.buckets.newest(id);
  const begin =
    newest === null
      ? floorTo(now.getTime() - historyMs, bucketMs)
      : Math.max(newest.getTime() - recounted * bucketMs, end - historyMs);
  let last: Date | null = newest;
  for (let from = begin; from < end; from += chunkMs) {
    const to = Math.min(from + chunkMs, end);
    const read = await deps.source.read(metric, { from: new Date(from), to: new Date(to), ...question });
    const reached = read.at(-1)?.at ?? null;
    last = reached ?? last;
    // Buckets without data after the newest one with data may still come; that nothing arrived is what lateness is about.
    const until = kind === 'lateness' ? to : (reached?.getTime() ?? from - bucketMs) + bucketMs;
    if (until > from) await deps.buckets.put(id, filledBuckets(read, from, until, bucketMs));
  }
  await deps.buckets.forget(id, new Date(end - historyMs));
  const unfinished = await deps.source.read(metric, { from: new Date(end), to: now, ...question });
  return { newestData: unfinished.at(-1)?.at ?? last, unfinished };
}

async function countRecent(
  { source }: AlertDeps,
  metric: Metric,
  { suddenFrom }: Watched,
  question: Question,
): Promise<Glance['recent']> {
  const { now } = question;
  const { bucketMs, kind } = metric;
  const latest = now.getTime() - recentShare * bucketMs;
  const begun = suddenFrom?.getTime() ?? latest;
  const from = new Date(begun > now.getTime() - 2 * bucketMs ? Math.min(begun, latest) : latest);
  const buckets =
    kind !== 'rate' && kind !== 'latency' ? [] : await source.read(metric, { from, to: now, ...question });
  return { from, counts: buckets.flatMap(({ counts }) => counts) };
}

/** Gives the detector what it has not seen, a page at a time, so that the event loop breathes. */
function feed(deps: AlertDeps, metric: Metric, own: Watched): Promise<void> {
  const feeding = own.feeding.then(() => feedNew(deps, metric, own));
  own.feeding = feeding.catch(() => undefined);
  return feeding;
}

async function feedNew(deps: AlertDeps, metric: Metric, own: Watched): Promise<void> {
  await feedChanged(deps, metric, own);
  for (;;) {
    const page = await deps.buckets.after(metric.id, own.fedTo, pageOfBuckets);
    for (const [index, bucket] of page.entries()) {
      own.detector.observe(bucket);
      own.fedTo = bucket.at;
      if (index >= page.length - recounted - 1) remember(own, metric, bucket);
      if (index % 20 === 19) await breathe();
    }
    if (page.length < pageOfBuckets) return;
  }
}

/** Buckets that were counted again since the detector saw them. */
async function feedChanged({ buckets }: AlertDeps, metric: Metric, own: Watched): Promise<void> {
  const { fed, fedTo, detector } = own;
  if (fedTo === null || !detector.correct) return;
  const before = new Date(Math.min(...fed.keys()) - metric.bucketMs);
  for (const bucket of await buckets.after(metric.id, before, fed.size)) {
    const seen = fed.get(bucket.at.getTime());
    if (seen === undefined || seen === countsText(bucket)) continue;
    detector.correct(bucket);
    remember(own, metric, bucket);
  }
}

function remember({ fed }: Watched, { bucketMs }: Metric, bucket: MetricBucket): void {
  fed.set(bucket.at.getTime(), countsText(bucket));
  const newest = Math.max(...fed.keys());
  for (const at of fed.keys()) if (newest - at > recounted * bucketMs) fed.delete(at);
}

const countsText = ({ counts }: MetricBucket): string =>
  JSON.stringify(
    counts.map(({ values, attempts, failures }) => [...values, attempts, failures].join('\0')).sort(),
  );

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function lateSince({ kind, lagMs, bucketMs }: Metric, newestData: Date | null, now: Date): Date | null {
  if (newestData === null || kind === 'lateness') return null;
  const end = newestData.getTime() + bucketMs;
  // The bucket that is filling, and one more, are no delay.
  return now.getTime() - end > lagMs + Math.max(lateMs, 2 * bucketMs) ? new Date(end) : null;
}

/** Brings the alerts of a metric in line with what the detector sees now. */
async function settle(deps: AlertDeps, metric: Metric, own: Watched, late: Date | null): Promise<void> {
  const active = await deps.alerts.active(metric.id);
  const detected = own.detector.detected();
  await settleLate(deps, metric, active, late);
  for (const alert of active.filter(({ kind }) => kind === 'unreadable'))
    await resolveAlert(deps, alert, 'the metric is evaluated again');
  // While data is late, nothing new is known: what is open stays open.
  if (late !== null) return;
  const open = active.filter(isJudged);
  const taken = new Set<string>();
  for (const change of detected) {
    const alert = open.find((candidate) => !taken.has(candidate.id) && isSameChange(candidate, change));
    if (alert) {
      taken.add(alert.id);
      if (differs(alert, change)) await updateAlert(deps, alert, await withContext(deps, metric, change));
    } else if (own.openFrom !== null && change.raisedAt > own.openFrom)
      await openOrReopen(deps, metric, change);
  }
  for (const alert of open.filter((each) => !taken.has(each.id) && isDecided(each, metric, own)))
    await resolveAlert(deps, alert, 'back to what is usual');
}

/** What was seen in a bucket that had not ended is for that whole bucket to confirm. */
const isDecided = ({ facts, openedAt }: Alert, { bucketMs }: Metric, { fedTo }: Watched): boolean =>
  facts.early !== true || (fedTo !== null && openedAt.getTime() < fedTo.getTime() + bucketMs);

async function openOrReopen(deps: AlertDeps, metric: Metric, change: Detected): Promise<void> {
  const now = deps.clock.now();
  // A change that a person dismissed may go on for days.
  const since = Math.min(now.getTime() - hourMs, change.onsetAt.getTime());
  const recent = await deps.alerts.resolvedSince(new Date(since), recentMost);
  const same = recent.filter((alert) => alert.metric === metric.id && isSameChange(alert, change));
  // A person marked this as not an anomaly: the same change is not raised again while it lasts.
  if (same.some(({ dismissedBy, onsetAt }) => dismissedBy !== null && onsetAt >= change.onsetAt)) return;
  const flapped = same.find(
    ({ resolvedAt, dismissedBy }) =>
      dismissedBy === null && resolvedAt !== null && now.getTime() - resolvedAt.getTime() < flappingMs,
  );
  const seen = await withContext(deps, metric, change);
  if (flapped) {
    await reopenAlert(deps, flapped, seen);
    return;
  }
  const { kind, slice, facts, onsetAt } = seen;
  await openAlert(deps, { metric: metric.id, kind, slice, facts, onsetAt, openedAt: now });
}

const someAreLate = async ({ alerts }: AlertDeps): Promise<boolean> =>
  (await alerts.active(null)).some(({ kind }) => kind === 'late');

async function settleLate(
  deps: AlertDeps,
  metric: Metric,
  active: readonly Alert[],
  late: Date | null,
): Promise<void> {
  const alert = active.find(({ kind }) => kind === 'late');
  if (late === null && alert) await resolveAlert(deps, alert, 'data arrives again');
  if (late === null || alert) return;
  // Metrics of one source are late together: the first says it for all.
  if (await someAreLate(deps)) return;
  const facts = { attempts: 0, failures: 0, expected: 0, shareExplained: null, reason: 'no data arrives' };
  const openedAt = deps.clock.now();
  await openAlert(deps, { metric: metric.id, kind: 'late', slice: {}, facts, onsetAt: late, openedAt });
}

async function tellUnreadable(deps: AlertDeps, metric: Metric, since: Date, why: string): Promise<void> {
  const active = await deps.alerts.active(metric.id);
  if (active.some(({ kind }) => kind === 'unreadable')) return;
  const facts = { attempts: 0, failures: 0, expected: 0, shareExplained: null, reason: why };
  const openedAt = deps.clock.now();
  await openAlert(deps, {
    metric: metric.id,
    kind: 'unreadable',
    slice: {},
    facts,
    onsetAt: since,
    openedAt,
  });
}

/** Whether people would read something else. */
const differs = (alert: Alert, { slice, facts }: Detected): boolean =>
  facts.attempts !== alert.facts.attempts || !(holds(alert.slice, slice) && holds(slice, alert.slice));
