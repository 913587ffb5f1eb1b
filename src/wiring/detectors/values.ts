/**
 * Levels and amounts: each slice is a series of its own, judged by what is new for it.
 *
 * Invariant: a bucket without a row is an amount of nothing and an unknown level. Levels have no sum, so slices are judged as the
 * SQL gives them, and those that change together are one change.
 */
import type { Detected, Detector, Sight } from '../../alerts/deps.js';
import { Series, type SeriesChange } from '../../anomalies/novelty/series.js';
import type { AlertSlice, AlertValue } from '../../ports/alerts.js';
import type { Metric } from '../../ports/metrics.js';
import { commonSlice, SeriesOfMetric, sliceOf, together, type Changed } from './together.js';
import { bandText, valueText } from '../../alerts/values.js';

/** More series than these leave so little of the budget to each that none could raise an alert. */
const mostSeries = 50;
const shownMost = 5;

export function valueDetector(metric: Metric): Detector {
  const { kind, bucketMs: widthMs, direction = 'both', floor = 0, falseAlertsPerWeek } = metric;
  const known = new SeriesOfMetric(
    metric,
    mostSeries,
    () => new Series({ widthMs, direction, floor, isSum: kind === 'amount' }),
  );
  return {
    observe: ({ at, counts }) => {
      const read = new Map(counts.map(({ values, value }) => [known.of(values), value]));
      const share = falseAlertsPerWeek / Math.max(1, known.all.size);
      for (const { series } of known.all.values()) {
        const value = read.get(series) ?? (kind === 'amount' ? 0 : undefined);
        if (value !== undefined) series.observe(at.getTime(), value, share);
      }
    },
    // A part of a bucket is no amount, and a level that has just been read is one reading.
    // A level was what it was when it was read.
    correct: null,
    glance: () => null,
    detected: () => {
      const changed = [...known.all.values()].flatMap(({ values, series: { change } }) =>
        change ? [{ values, change }] : [],
      );
      return together(changed, ({ sinceMs }) => sinceMs, strengthOf).map((group) =>
        detectedOf(metric, group),
      );
    },
    sight: (slice) => sightOf(metric, slice, known),
  };
}

/** How many times the width of what is usual it lies outside. */
const strengthOf = ({ low, high, farthest }: SeriesChange): number =>
  Math.max(farthest - high, low - farthest) / Math.max(Number.MIN_VALUE, high - low);

const describe = (metric: Metric, values: readonly string[]): Pick<AlertValue, 'unit' | 'currency'> =>
  metric.kind === 'amount'
    ? { currency: sliceOf(metric, values).currency ?? '' }
    : { ...(metric.unit !== undefined && { unit: metric.unit }) };

function detectedOf(metric: Metric, group: readonly Changed<SeriesChange>[]): Detected {
  const [lead] = group as [Changed<SeriesChange>];
  const { sinceMs, raisedMs, low, high, farthest } = lead.change;
  const value = { farthest, low, high, series: group.length, ...describe(metric, lead.values) };
  return {
    kind: 'level',
    slice: commonSlice(metric, group),
    onsetAt: new Date(Math.min(...group.map(({ change }) => change.sinceMs))),
    raisedAt: new Date(Math.max(raisedMs, sinceMs)),
    facts: {
      attempts: Math.max(...group.map(({ change }) => change.buckets)),
      failures: 0,
      expected: 0,
      shareExplained: null,
      value,
      reason: reasonOf(metric, group),
    },
  };
}

function reasonOf(metric: Metric, group: readonly Changed<SeriesChange>[]): string {
  const others = group.slice(1).map(({ values, change: { farthest } }) => {
    const name = metric.dimensions.map((dimension, at) => `${dimension} = ${values[at] ?? ''}`).join(', ');
    return `${name}: ${valueText(farthest, describe(metric, values))}`;
  });
  const why = 'the value is new for its series and outside of what is usual at this hour';
  if (others.length === 0) return why;
  const more = others.length > shownMost ? ` and ${others.length - shownMost} more` : '';
  return `${why}; at the same time ${others.slice(0, shownMost).join('; ')}${more}`;
}

function sightOf(metric: Metric, slice: AlertSlice, known: SeriesOfMetric<Series>): Sight | null {
  const seen = known.in(slice).filter(({ series }) => series.last !== null);
  if (seen.length === 0) return null;
  const lines = seen.slice(0, shownMost).map(({ values, series }) => lineOf(metric, values, series));
  return {
    slice,
    lines: [
      ...lines,
      ...(seen.length > shownMost ? [`${seen.length - shownMost} more slices; name one to see it.`] : []),
      seen.some(({ series }) => series.change)
        ? 'A change is open.'
        : `No alert: no value is both outside of what is usual at this hour and new enough for the budget of false alerts (${metric.falseAlertsPerWeek} a week).`,
    ],
  };
}

function lineOf(metric: Metric, values: readonly string[], series: Series): string {
  const { last } = series;
  const of = describe(metric, values);
  const usual = last && series.usualAt(last.atMs);
  return [
    values.length === 0 ? 'Last value' : values.join(', '),
    `: ${last ? valueText(last.value, of) : 'none yet'}`,
    usual
      ? `, usually ${bandText(usual, of)} at this hour`
      : ', and what is usual at this hour is not known yet',
  ].join('');
}
