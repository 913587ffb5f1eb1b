/**
 * `paydesk backtest --metric`: the alerts that a metric would have raised over a past span of the company's books, with pictures.
 *
 * Invariant: it asks the books as the running bot does and changes nothing; results alone go to the standard output.
 */
import { plural } from '../kernel/counts.js';
import { writeFile } from 'node:fs/promises';
import { createMetricSource } from '../adapters/books/metric-source.js';
import { bandText } from '../alerts/values.js';
import { filledBuckets, replayMetric, type ReplayedChange } from '../alerts/replay.js';
import { parseEnvironment, readDotEnv } from '../config/environment.js';
import { dayMs, hourMs, systemClock } from '../kernel/clock.js';
import { formatDuration } from '../kernel/duration.js';
import { OpsError } from '../kernel/errors.js';
import { utcText } from '../kernel/instants.js';
import { silentLog } from '../kernel/log.js';
import type { Metric, MetricBucket, MetricSource } from '../ports/metrics.js';
import { plainAlertTitle } from '../views/alerts/alert.js';
import { metricsOf } from '../wiring/alerts.js';
import { openBooksDatabase } from '../wiring/books.js';
import { detectorOf } from '../wiring/detectors/detectors.js';
import { rangeOf, sparkline, svgOf, type Picture, type Point } from './pictures.js';
import { configInUse } from './statement-files.js';
import type { Voices } from './voices.js';

export interface MetricBacktestOptions {
  metric: string;
  from?: string;
  to?: string;
  svg?: string;
  json?: boolean;
}

/** Without `--from`: so much before the end. */
const usualSpanMs = 7 * dayMs;
const longestMs = 366 * dayMs;
/** Around an alert. */
const beforeMs = 12 * hourMs;
const afterMs = 2 * hourMs;
const pointsMost = 60;
const picturesMost = 50;

export async function backtestMetric(options: MetricBacktestOptions, voices: Voices): Promise<void> {
  readDotEnv();
  const metric = metricNamed(options.metric, metricsOf(await configInUse()));
  const books = openBooksDatabase(parseEnvironment(process.env), systemClock, silentLog);
  if (!books)
    throw new OpsError('misconfigured', 'No books are connected.', { hint: 'Set BOOKS_DATABASE_URL.' });
  try {
    await backtestIn(metric, createMetricSource(books), options, voices);
  } finally {
    await books.close();
  }
}

export async function backtestIn(
  metric: Metric,
  source: MetricSource,
  options: Omit<MetricBacktestOptions, 'metric'>,
  { say, tell }: Voices,
): Promise<void> {
  const startedAt = performance.now();
  const span = spanOf(options, systemClock.now());
  const changes = await replayMetric({
    metric,
    source,
    detector: detectorOf(metric),
    ...span,
    onProgress: (at) => tell(`read up to ${utcText(at)}`),
  });
  const wantsPictures = options.svg !== undefined || options.json !== true;
  const shown = wantsPictures ? changes.slice(0, picturesMost) : [];
  const pictures = await Promise.all(shown.map((change) => pictureOf(metric, source, change, span.to)));
  const seconds = Math.round(performance.now() - startedAt) / 1000;
  if (options.json === true) {
    for (const change of changes) say(JSON.stringify(lineOf(change)));
    say(JSON.stringify({ type: 'summary', metric: metric.id, alerts: changes.length, seconds }));
  } else {
    for (const [at, change] of changes.entries())
      for (const line of wordsOf(metric, change, pictures[at])) say(line);
    say(
      `${plural(changes.length, 'alert')} of ${metric.id} from ${utcText(span.from)} to ${utcText(span.to)}, ${seconds} s`,
    );
  }
  if (changes.length > picturesMost && wantsPictures)
    tell(`Pictures of the first ${picturesMost} alerts only.`);
  if (options.svg !== undefined) await writePictures(options.svg, pictures);
}

function metricNamed(id: string, metrics: readonly Metric[]): Metric {
  const metric = metrics.find((one) => one.id === id);
  if (metric) return metric;
  throw new OpsError('invalid', 'There is no such metric.', {
    hint: `Metrics: ${metrics.map((one) => one.id).join(', ')}`,
  });
}

function spanOf({ from, to }: { from?: string; to?: string }, now: Date): { from: Date; to: Date } {
  const end = to === undefined ? now : instant(to, '--to');
  const begin = from === undefined ? new Date(end.getTime() - usualSpanMs) : instant(from, '--from');
  if (begin < end && end <= now && end.getTime() - begin.getTime() <= longestMs)
    return { from: begin, to: end };
  throw new OpsError('invalid', 'That is no span of the past.', {
    hint: 'Give --from and --to in this order, at most a year apart, such as 2026-11-01 and 2026-11-08.',
  });
}

/** A day, which begins at midnight UTC, or an instant. */
function instant(text: string, option: string): Date {
  const isWritten = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?Z)?$/.test(text);
  const at = new Date(text);
  if (isWritten && !Number.isNaN(at.getTime())) return at;
  throw new OpsError('invalid', `“${text.slice(0, 40)}” is not a valid value for ${option}.`, {
    hint: 'Write a day such as 2026-11-01, or an instant such as 2026-11-01T06:00Z.',
  });
}

/** Foreign text on a terminal: control characters would move its cursor. */
const titleOf = (metric: Metric, { kind, slice, facts, onsetAt }: ReplayedChange): string =>
  plainAlertTitle({ kind, slice, facts, onsetAt, state: 'open' }, metric).replace(/\p{Cc}/gu, ' ');

async function pictureOf(
  metric: Metric,
  source: MetricSource,
  change: ReplayedChange,
  end: Date,
): Promise<Picture> {
  const { bucketMs } = metric;
  const over = change.resolvedAt ?? end;
  const from = Math.floor((change.onsetAt.getTime() - beforeMs) / bucketMs) * bucketMs;
  const to = Math.floor(Math.min(end.getTime(), over.getTime() + afterMs) / bucketMs) * bucketMs;
  const now = end;
  const limits = await source.slowLimits(metric, {
    from: new Date(from - 14 * dayMs),
    to: new Date(from),
    now,
  });
  const read = await source.read(metric, { from: new Date(from), to: new Date(to), now, limits });
  const buckets = filledBuckets(read, from, to, bucketMs);
  const each = Math.ceil(buckets.length / pointsMost);
  const points = Array.from({ length: Math.ceil(buckets.length / each) }, (_, at) =>
    pointOf(metric, change, buckets.slice(at * each, (at + 1) * each)),
  );
  return {
    title: titleOf(metric, change),
    range: rangeText(change, points),
    points,
    from: change.onsetAt,
    to: over,
  };
}

function pointOf(
  { dimensions, kind: metricKind }: Metric,
  { kind, slice }: ReplayedChange,
  buckets: readonly MetricBucket[],
): Point {
  const wanted = dimensions.map((name) => slice[name]);
  const sums = { attempts: 0, failures: 0, values: 0 };
  for (const { counts } of buckets)
    for (const { values, attempts, failures, value = 0 } of counts)
      if (values.every((one, at) => wanted[at] === undefined || wanted[at] === one)) {
        sums.attempts += attempts;
        sums.failures += failures;
        sums.values += value;
      }
  const at = buckets[0]?.at ?? new Date(0);
  if (kind === 'volume' || kind === 'overdue')
    return { at, value: sums.attempts / Math.max(1, buckets.length) };
  // An amount is nothing where nothing was booked; a level is not known there.
  if (kind === 'level') {
    const known = metricKind === 'amount' ? buckets.length : sums.attempts;
    return { at, value: known === 0 ? null : sums.values / known };
  }
  return { at, value: sums.attempts === 0 ? null : 1 - sums.failures / sums.attempts };
}

function rangeText({ kind, facts }: ReplayedChange, points: readonly Point[]): string {
  const { low, high } = rangeOf(points);
  // A picture shows means, and those of amounts are no whole minor units.
  if (kind === 'level') return bandText({ low: Math.round(low), high: Math.round(high) }, facts.value ?? {});
  const written = (value: number): string =>
    kind === 'rate' ? `${Math.round(100 * value)} %` : value.toFixed(1);
  return `${written(low)} to ${written(high)}`;
}

function wordsOf(metric: Metric, change: ReplayedChange, picture: Picture | undefined): string[] {
  const { raisedAt, onsetAt, resolvedAt } = change;
  const lasted =
    resolvedAt === null
      ? 'still open at the end'
      : `over after ${formatDuration(resolvedAt.getTime() - onsetAt.getTime())}`;
  const line = `${utcText(raisedAt)}  ${titleOf(metric, change)}, ${lasted}`;
  const [first, last] = [picture?.points[0], picture?.points.at(-1)];
  if (!picture || !first || !last) return [line];
  return [
    line,
    `    ${sparkline(picture.points)}  ${picture.range}`,
    `    ${utcText(first.at)} to ${utcText(last.at)}`,
  ];
}

const lineOf = ({ raisedAt, resolvedAt, onsetAt, kind, slice, facts }: ReplayedChange): object => ({
  raisedAt,
  resolvedAt,
  onsetAt,
  kind,
  slice,
  attempts: facts.attempts,
  failures: facts.failures,
  expected: Number(facts.expected.toFixed(1)),
  shareExplained: facts.shareExplained,
  ...(facts.value && { value: facts.value }),
});

async function writePictures(path: string, pictures: readonly Picture[]): Promise<void> {
  await writeFile(path, svgOf(pictures)).catch((thrown: unknown) => {
    throw new OpsError('invalid', 'The pictures can’t be written.', {
      hint: 'Give --svg the name of a file in a folder that exists.',
      cause: thrown,
    });
  });
}
