/**
 * Lateness: what arrives in each slice has usual times, and is overdue beyond them.
 *
 * Invariant: a bucket in which nothing arrived is news, so this detector needs every bucket. Slices that are overdue together are one
 * change: a source that is down holds up all of its files.
 */
import type { Detected, Detector, Sight } from '../../alerts/deps.js';
import { Arrivals, type Overdue } from '../../anomalies/arrivals/arrivals.js';
import { dayMs } from '../../kernel/clock.js';
import { utcText } from '../../kernel/instants.js';
import type { AlertSlice } from '../../ports/alerts.js';
import type { Metric } from '../../ports/metrics.js';
import { commonSlice, SeriesOfMetric, together, type Changed } from './together.js';

const mostSeries = 500;
const shownMost = 5;

export function arrivalDetector(metric: Metric): Detector {
  const known = new SeriesOfMetric(metric, mostSeries, () => new Arrivals(restsOf(metric)));
  let nowMs = 0;
  let occasions = 1;
  /** The budget, shared by the occasions of a week. */
  const wrong = (): number => metric.falseAlertsPerWeek / Math.max(1, occasions);
  return {
    observe: ({ at, counts }) => {
      nowMs = at.getTime() + metric.bucketMs;
      const arrived = new Map(counts.map(({ values, attempts }) => [known.of(values), attempts]));
      for (const { series } of known.all.values()) series.observe(nowMs, arrived.get(series) ?? 0, wrong());
      if (arrived.size === 0) return;
      occasions = [...known.all.values()].reduce((sum, { series }) => sum + series.expectedPerWeek(nowMs), 0);
    },
    // Arrivals are judged half an hour later, when late ones have come.
    correct: null,
    // What is overdue by an hour needs no look between two buckets.
    glance: () => null,
    detected: () => {
      const changed = [...known.all.values()].flatMap(({ values, series: { overdue } }) =>
        overdue ? [{ values, change: overdue }] : [],
      );
      return together(
        changed,
        ({ dueMs }) => dueMs,
        ({ usualMs }) => -usualMs,
      ).map((group) => detectedOf(metric, group));
    },
    sight: (slice) => sightOf(slice, known, { nowMs, wrong: wrong() }),
  };
}

/** What comes on a day may be about the day before, so both count. Days that are closed in most weeks are learned. */
function restsOf({ calendar }: Metric): (atMs: number) => boolean {
  if (!calendar) return () => false;
  const isHoliday = (day: number): boolean =>
    calendar.closed(day) !== null &&
    [7, 14, 21, 28].filter((back) => calendar.closed(day - back) === null).length >= 2;
  // Every slice asks in every bucket, and always about the same few days.
  const known = new Map<number, boolean>();
  return (atMs) => {
    const day = Math.floor(atMs / dayMs);
    const rests = known.get(day) ?? (isHoliday(day) || isHoliday(day - 1));
    known.set(day, rests);
    return rests;
  };
}

function detectedOf(metric: Metric, group: readonly Changed<Overdue>[]): Detected {
  const usualMs = Math.min(...group.map(({ change }) => change.usualMs));
  const dueMs = Math.min(...group.map(({ change }) => change.dueMs));
  const names = group.map(({ values }) => values.join(', '));
  const more = names.length > shownMost ? ` and ${names.length - shownMost} more` : '';
  return {
    kind: 'overdue',
    slice: commonSlice(metric, group),
    onsetAt: new Date(usualMs),
    raisedAt: new Date(Math.max(...group.map(({ change }) => change.raisedMs))),
    facts: {
      // Slices that are overdue: the card is rewritten when their number changes.
      attempts: group.length,
      failures: 0,
      expected: group.length,
      shareExplained: null,
      reason: [
        `by chance alone it is rarely later than ${utcText(new Date(dueMs))}`,
        ...(names.length > 1 ? [`missing: ${names.slice(0, shownMost).join('; ')}${more}`] : []),
      ].join('; '),
    },
  };
}

function sightOf(
  slice: AlertSlice,
  known: SeriesOfMetric<Arrivals>,
  now: { nowMs: number; wrong: number },
): Sight | null {
  const seen = known.in(slice).filter(({ series }) => series.lastMs !== null || series.overdue !== null);
  if (seen.length === 0) return null;
  return {
    slice,
    lines: [
      ...seen.slice(0, shownMost).map(({ values, series }) => lineOf(values, series, now)),
      ...(seen.length > shownMost ? [`${seen.length - shownMost} more slices; name one to see it.`] : []),
    ],
  };
}

function lineOf(
  values: readonly string[],
  series: Arrivals,
  { nowMs, wrong }: { nowMs: number; wrong: number },
): string {
  const [last, next] = [series.lastMs, series.next(nowMs, wrong)];
  const state = series.overdue
    ? `overdue, usually there by ${utcText(new Date(series.overdue.usualMs))}`
    : next
      ? `next usually at ${utcText(new Date(next.usualMs))}, overdue from ${utcText(new Date(next.dueMs))}`
      : 'nothing more is expected today';
  const before = last === null ? [] : [`last ${utcText(new Date(last))}`];
  return `${values.length === 0 ? 'Arrivals' : values.join(', ')}: ${[...before, state].join('; ')}`;
}
