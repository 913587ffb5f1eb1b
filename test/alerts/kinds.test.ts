/** Levels, amounts and lateness from the counted bucket to what people read: changes, `/alerts why`, backtests, and the watch. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Detected, Detector } from '../../src/alerts/deps.js';
import { backtestIn } from '../../src/cli/backtest-metric.js';
import { dayMs, hourMs, minuteMs } from '../../src/kernel/clock.js';
import type { Metric, MetricBucket, MetricCount } from '../../src/ports/metrics.js';
import { plainAlertTitle } from '../../src/views/alerts/alert.js';
import { detectorOf } from '../../src/wiring/detectors/detectors.js';
import { randomOf } from '../../bench/anomalies/random.js';
import { startOutboxBench, type OutboxBench } from '../outbox/support.js';
import { metric as success, replica, stageOn, type Stage } from './support.js';

const begin = Date.UTC(2026, 0, 5);
const own = { falseAlertsPerWeek: 1, lagMs: minuteMs, sql: '', bucketMs: 15 * minuteMs };
const queues: Metric = {
  ...own,
  id: 'queued',
  name: 'Queued',
  kind: 'level',
  unit: 'payments',
  dimensions: ['team', 'queue'],
};
const refunded: Metric = {
  ...own,
  id: 'refunded',
  name: 'Refunded',
  kind: 'amount',
  dimensions: ['currency'],
};
const files: Metric = { ...own, id: 'files', name: 'Files', kind: 'lateness', dimensions: ['partner'] };

const faultAt = 30 * dayMs + 10 * hourMs;
const isFault = (at: number, forMs = 3 * hourMs): boolean => at >= faultAt && at < faultAt + forMs;

type RowsAt = (at: number, random: ReturnType<typeof randomOf>) => MetricCount[];

function bucketsOf(rowsAt: RowsAt, days = 31): MetricBucket[] {
  const random = randomOf(5);
  return Array.from({ length: (days * dayMs) / own.bucketMs }, (_, index) => ({
    at: new Date(begin + index * own.bucketMs),
    counts: rowsAt(index * own.bucketMs, random),
  }));
}

const valued = (values: string[], value: number): MetricCount => ({
  values,
  attempts: 1,
  failures: 0,
  value,
});

const queueRows: RowsAt = (at, random) => [
  valued(['risk', 'kyc'], random.poisson(50) * (isFault(at) ? 8 : 1)),
  valued(['risk', 'fraud'], random.poisson(50) * (isFault(at) ? 9 : 1)),
  valued(['care', 'mail'], random.poisson(50)),
];
const refundRows: RowsAt = (at, random) => [
  valued(['EUR'], 100 * random.poisson(200) * (isFault(at) ? 10 : 1)),
  ...(random.uniform() < 0.5 ? [valued(['JPY'], random.poisson(900))] : []),
];
const fileRows: RowsAt = (at, random) => {
  const time = at % dayMs;
  const isNow = time === 6 * hourMs + (random.uniform() < 0.5 ? 0 : own.bucketMs);
  return [
    ...(time === 6 * hourMs && !isFault(at + 4 * hourMs)
      ? [{ values: ['northpay'], attempts: 1, failures: 0 }]
      : []),
    ...(isNow && time === 6 * hourMs ? [{ values: ['halcyon'], attempts: 1, failures: 0 }] : []),
  ];
};

interface Event extends Detected {
  endedAt: Date | null;
}

/** What began, as it was first seen, and when it ended. */
function watched(detector: Detector, buckets: readonly MetricBucket[]): Event[] {
  const events: Event[] = [];
  for (const bucket of buckets) {
    detector.observe(bucket);
    const seen = detector.detected();
    for (const change of seen)
      if (!events.some(({ endedAt, onsetAt }) => endedAt === null && onsetAt <= change.onsetAt))
        events.push({ ...change, endedAt: null });
    for (const event of events) if (event.endedAt === null && seen.length === 0) event.endedAt = bucket.at;
    const last = events.at(-1);
    if (last && seen[0] && last.endedAt === null) Object.assign(last, seen[0]);
  }
  return events;
}

const titleOf = (metric: Metric, { kind, slice, facts, onsetAt }: Detected): string =>
  plainAlertTitle({ kind, slice, facts, onsetAt, state: 'open' }, metric);

describe('what people read', () => {
  it('slices that change together are one change, named by what they have in common', () => {
    const detector = detectorOf(queues);
    const events = watched(detector, bucketsOf(queueRows)).filter(
      ({ onsetAt }) => onsetAt.getTime() - begin >= faultAt,
    );
    expect(events).toHaveLength(1);
    const [found] = events as [Event];
    expect(found.slice).toEqual({ team: 'risk' });
    expect(titleOf(queues, found)).toMatch(
      /^Queued \d{3} payments \(usually \d\d to \d\d payments\): team = risk, 2 slices$/,
    );
    expect(found.facts.reason).toMatch(/at the same time team = risk, queue = (kyc|fraud): \d{3} payments/);
    expect(found.raisedAt.getTime() - begin - faultAt).toBeLessThanOrEqual(30 * minuteMs);
    expect(found.endedAt!.getTime() - begin - faultAt).toBe(3 * hourMs + 15 * minuteMs);
    expect(detector.sight({ queue: 'mail' })?.lines).toEqual([
      expect.stringMatching(/^care, mail: \d\d payments, usually \d\d to \d\d payments at this hour$/),
      expect.stringContaining('No alert'),
    ]);
    expect(detector.sight({ queue: 'unknown' })).toBeNull();
  });

  it('amounts are money; a bucket without a row is nothing', () => {
    const detector = detectorOf(refunded);
    const events = watched(detector, bucketsOf(refundRows));
    const after = events.filter(({ onsetAt }) => onsetAt.getTime() - begin >= faultAt);
    expect(after).toHaveLength(1);
    expect(events.length - after.length).toBeLessThanOrEqual(2);
    expect(titleOf(refunded, after[0]!)).toMatch(
      /^Refunded 2,\d{3}\.00 EUR \(usually 1\d\d\.00 EUR to 2\d\d\.00 EUR\): currency = EUR$/,
    );
    expect(detector.sight({ currency: 'JPY' })?.lines[0]).toMatch(
      /^JPY: [\d,]+ JPY, usually 0 JPY to [\d,]+ JPY at/,
    );
  });

  it('a file that is late is named with its usual time', () => {
    const detector = detectorOf(files);
    const buckets = bucketsOf(fileRows, 31).filter(({ at }) => at.getTime() - begin < faultAt);
    const events = watched(detector, buckets).filter(({ slice }) => slice.partner === 'northpay');
    expect(events).toHaveLength(1);
    expect(titleOf(files, events[0]!)).toMatch(/^Files late, usually at .*06:15.*: partner = northpay$/);
    expect(detector.sight({ partner: 'northpay' })?.lines[0]).toMatch(
      /^northpay: last 2026-02-03 06:15 UTC; overdue, usually there by 2026-02-04 06:15 UTC$/,
    );
  });

  it('a file that does not come on a bank holiday, or the day after it, is not late', () => {
    const closedOn = (day: number): string | null =>
      day * dayMs - begin === 29 * dayMs ? 'Bank holiday' : null;
    const buckets = bucketsOf(fileRows, 31).filter(({ at }) => at.getTime() - begin < faultAt);
    const silent = { ...files, calendar: { id: 'XX', closed: closedOn } };
    const late = (metric: Metric): Event[] =>
      watched(detectorOf(metric), buckets).filter(({ slice }) => slice.partner === 'northpay');
    expect([late(files).length, late(silent).length]).toEqual([1, 0]);
  });

  it('a dimension with ever new values is pooled, and a large one in it is still found', () => {
    const merchants: Metric = {
      ...own,
      id: 'success',
      name: 'Success',
      kind: 'rate',
      dimensions: ['merchant'],
      bucketMs: hourMs,
    };
    const detector = detectorOf(merchants);
    const faultHour = 15 * 24 + 3;
    const started = performance.now();
    for (let hour = 0; hour <= faultHour + 2; hour++) {
      const rare = Array.from({ length: 400 }, (_, at) => ({
        values: [`m${hour}-${at}`],
        attempts: 1,
        failures: 0,
      }));
      const large = { values: ['large'], attempts: 500, failures: hour >= faultHour ? 200 : 25 };
      detector.observe({ at: new Date(begin + hour * hourMs), counts: [...rare, large] });
    }
    expect(detector.detected()).toMatchObject([{ slice: { merchant: 'large' } }]);
    expect(detector.sight({ merchant: 'other' })?.lines[0]).toMatch(/n = 4\d\d\)/);
    expect(detector.sight({ merchant: `m${faultHour}-1` })).toBeNull();
    // Without a pool there would be 150,000 slices, and each bucket would take a second.
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('too many slices are refused with what to do', () => {
    const rows = Array.from({ length: 51 }, (_, at) => valued(['team', `q${at}`], 1));
    expect(() => detectorOf(queues).observe({ at: new Date(begin), counts: rows })).toThrow(
      /more than 50 slices/,
    );
  });

  it.each<[Metric, RowsAt, RegExp]>([
    [queues, queueRows, /Queued \d{3} payments .*over after 3 h/],
    [refunded, refundRows, /Refunded 2,\d{3}\.00 EUR/],
    [files, fileRows, /Files late, usually at .*partner = northpay/],
  ])('a backtest shows it, with its picture: $id', async (metric, rowsAt, title) => {
    const buckets = bucketsOf(rowsAt, 32);
    const source = {
      read: (_metric: Metric, { from, to }: { from: Date; to: Date }) =>
        Promise.resolve(buckets.filter(({ at, counts }) => at >= from && at < to && counts.length > 0)),
      slowLimits: () => Promise.resolve([]),
      failedAmounts: () => Promise.resolve([]),
    };
    const out: string[] = [];
    const day = { from: new Date(begin + 30 * dayMs), to: new Date(begin + 31 * dayMs) };
    await backtestIn(
      metric,
      source,
      { from: `${day.from.toISOString().slice(0, 19)}Z`, to: `${day.to.toISOString().slice(0, 19)}Z` },
      { say: (line) => void out.push(line), tell: () => undefined },
    );
    const place = out.findIndex((line) => title.test(line));
    expect(place).toBeGreaterThanOrEqual(0);
    expect(out[place + 1]).toMatch(/^ {4}[▁▂▃▄▅▆▇█ ]+ {2}\S+/);
  });
});

describe('the watch over arrivals', () => {
  let bench: OutboxBench;
  let stage: Stage;
  let observed: MetricBucket[];
  beforeEach(async () => {
    bench = await startOutboxBench({ rateLimits: false });
    stage = stageOn(bench);
    observed = [];
  });
  afterEach(() => bench.close());

  const desk = () =>
    replica(stage, {
      metrics: [success, files],
      source: {
        read: ({ id }, { from, to }) => {
          const [until, width] = [Math.min(to.getTime(), stage.dataUntil!.getTime()), success.bucketMs];
          const length = id === 'files' ? 0 : Math.max(0, Math.ceil((until - from.getTime()) / width));
          return Promise.resolve(
            Array.from({ length }, (_, index) => ({
              at: new Date(from.getTime() + index * width),
              counts: [{ values: ['northpay'], attempts: 10, failures: 1 }],
            })),
          );
        },
        slowLimits: () => Promise.resolve([]),
        failedAmounts: () => Promise.resolve([]),
      },
      detectorOf: ({ id }) => ({
        observe: (bucket) => {
          if (id === 'files') observed.push(bucket);
        },
        correct: null,
        glance: () => null,
        detected: () => [],
        sight: () => null,
      }),
    });
  const newest = (): number => observed.at(-1)!.at.getTime();

  it('is given buckets in which nothing arrived, half an hour later, and none twice', async () => {
    const watching = desk();
    await watching.tick();
    const first = newest();
    expect(bench.clock.now().getTime() - first).toBeGreaterThanOrEqual(30 * minuteMs);
    bench.clock.advance(hourMs);
    await watching.tick();
    expect(newest() - first).toBe(hourMs);
    expect(new Set(observed.map(({ at }) => at.getTime())).size).toBe(observed.length);
    expect(await watching.active()).toEqual([]);
  });

  it('learns nothing while the books are behind, and has no alert about late data of its own', async () => {
    const watching = desk();
    await watching.tick();
    const first = newest();
    stage.dataUntil = bench.clock.now();
    for (let minutes = 0; minutes < 120; minutes += 5) {
      bench.clock.advance(5 * minuteMs);
      await watching.tick();
    }
    expect((await watching.active()).map(({ kind, metric }) => `${kind} ${metric}`)).toEqual([
      'late success',
    ]);
    // Up to then the books were not behind.
    expect(newest() - first).toBeLessThanOrEqual(30 * minuteMs);
  });
});
