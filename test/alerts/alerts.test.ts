/**
 * The life of alerts and the watch over metrics, on the real database with a detector that does as it is told.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAlerts, createQuiets } from '../../src/adapters/postgres/alerts.js';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { createMetricBuckets } from '../../src/adapters/postgres/metric-buckets.js';
import { createAlertDesk, type AlertService } from '../../src/alerts/alerts.js';
import type { AlertDeps, AlertNews, Detected } from '../../src/alerts/deps.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { dayMs, hourMs, minuteMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import type { Alert } from '../../src/ports/alerts.js';
import type { Metric, MetricBucket } from '../../src/ports/metrics.js';
import { livingAlerts } from '../../src/wiring/alerts.js';
import { moveOn } from '../engine/move-on.js';
import { startOutboxBench, type OutboxBench } from '../outbox/support.js';

const metric: Metric = {
  id: 'success',
  name: 'Success rate',
  kind: 'rate',
  dimensions: ['partner'],
  bucketMs: 5 * minuteMs,
  lagMs: minuteMs,
  falseAlertsPerWeek: 0.5,
  sql: '',
};

let bench: OutboxBench;
let told: { alert: Alert; news: AlertNews | null }[];
/** What the detector sees after the newest bucket. */
let seen: Detected[];
let observed: MetricBucket[];
/** Begin of the newest bucket with data; null for a source that fails. */
let dataUntil: Date | null;

beforeEach(async () => {
  bench = await startOutboxBench({ rateLimits: false });
  told = [];
  seen = [];
  observed = [];
  dataUntil = new Date('2100-01-01T00:00:00Z');
});
afterEach(() => bench.close());

/** A replica: what it remembers is gone with it. */
function replica(over: Partial<AlertDeps> = {}): AlertService {
  return createAlertDesk({
    alerts: createAlerts(bench.db),
    quiets: createQuiets(bench.db),
    metrics: [metric],
    invariants: [],
    sources: { read: () => Promise.resolve([]), moved: () => Promise.resolve([]) },
    source: {
      read: (_metric, from, to) => {
        if (dataUntil === null) throw new OpsError('unavailable', 'The books are down.');
        const buckets = [];
        for (let at = from.getTime(); at < to.getTime() && at <= dataUntil.getTime(); at += metric.bucketMs)
          buckets.push({ at: new Date(at), counts: [{ values: ['northpay'], attempts: 10, failures: 1 }] });
        return Promise.resolve(buckets);
      },
    },
    buckets: createMetricBuckets(bench.db),
    detectorOf: () => ({
      observe: (bucket) => void observed.push(bucket),
      detected: () => seen,
      sight: () => null,
    }),
    audit: createAuditTrail(createAuditStore(bench.db)),
    transactions: bench.db,
    tell: (_tx, alert, news) => {
      told.push({ alert, news });
      return Promise.resolve();
    },
    clock: bench.clock,
    log: silentLog,
    ...over,
  });
}

const change = (changed: Partial<Detected> = {}): Detected => ({
  kind: 'rate',
  slice: { partner: 'northpay' },
  onsetAt: bench.clock.now(),
  raisedAt: bench.clock.now(),
  facts: { attempts: 100, failures: 40, expected: 10, shareExplained: 0.9, reason: 'evidence' },
  ...changed,
});

const states = async (desk: AlertService): Promise<string[]> =>
  [...(await desk.active()), ...(await desk.recent(new Date(0)))]
    .sort((a, b) => a.id.localeCompare(b.id))
    .map(({ id, kind, state }) => `${id} ${kind} ${state}`);

const pass = (durationMs: number): void => bench.clock.advance(durationMs);

describe('the watch', () => {
  it('opens one alert for a change, updates it, and resolves it when it is over', async () => {
    const desk = replica();
    await desk.tick();
    seen = [change()];
    await desk.tick();
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate open']);
    seen = [
      change({ slice: { partner: 'northpay', method: 'card' }, facts: { ...seen[0]!.facts, attempts: 200 } }),
    ];
    await desk.tick();
    expect((await desk.read('ALR-1')).slice).toEqual({ partner: 'northpay', method: 'card' });
    seen = [];
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate resolved']);
    expect(told.at(-1)?.news?.text).toMatch(/^Recovered/);
  });

  it('feeds every bucket once and in order, and none again after a restart of the watch', async () => {
    const desk = replica();
    await desk.tick();
    pass(hourMs);
    await desk.tick();
    const begins = observed.map(({ at }) => at.getTime());
    expect(begins).toEqual([...new Set(begins)].sort((a, b) => a - b));
    expect(begins.length).toBeGreaterThan((50 * dayMs) / metric.bucketMs);
    observed = [];
    await replica().tick();
    expect(observed.map(({ at }) => at.getTime())).toEqual(begins.slice(-observed.length));
    expect(observed.length).toBeGreaterThan((50 * dayMs) / metric.bucketMs);
  });

  it('feeds every bucket once, also while people ask what the detector sees', async () => {
    await replica().tick();
    observed = [];
    const desk = replica();
    await Promise.all([desk.tick(), desk.sight('success', {}), desk.sight('success', {})]);
    const begins = observed.map(({ at }) => at.getTime());
    expect(begins.length).toBeGreaterThan((50 * dayMs) / metric.bucketMs);
    expect(begins).toEqual([...new Set(begins)]);
  });

  it('opens nothing for a change that was raised before this process began', async () => {
    const desk = replica();
    seen = [change({ raisedAt: new Date(bench.clock.now().getTime() - dayMs) })];
    await desk.tick();
    expect(await states(desk)).toEqual([]);
  });

  it('goes on with an open alert after a restart', async () => {
    const first = replica();
    await first.tick();
    seen = [change()];
    await first.tick();
    pass(10 * minuteMs);
    const second = replica();
    await second.tick();
    expect(await states(second)).toEqual(['ALR-1 rate open']);
  });

  it('a cause that flaps is one alert', async () => {
    const desk = replica();
    for (let round = 0; round < 3; round++) {
      seen = [change()];
      await desk.tick();
      pass(5 * minuteMs);
      seen = [];
      await desk.tick();
      pass(5 * minuteMs);
    }
    expect(await states(desk)).toEqual(['ALR-1 rate resolved']);
  });

  it('late data is late data: what is open stays, nothing else opens', async () => {
    const desk = replica();
    seen = [change()];
    await desk.tick();
    dataUntil = bench.clock.now();
    pass(40 * minuteMs);
    seen = [];
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate open', 'ALR-2 late open']);
    dataUntil = new Date('2100-01-01T00:00:00Z');
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate resolved', 'ALR-2 late resolved']);
  });

  it('a metric that cannot be read has an alert of its own, and the others go on', async () => {
    dataUntil = null;
    const desk = replica();
    await desk.tick();
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 unreadable open']);
    dataUntil = bench.clock.now();
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 unreadable resolved']);
  });
});

describe('people', () => {
  let desk: AlertService;
  beforeEach(async () => {
    desk = replica();
    seen = [change()];
    await desk.tick();
  });
  const due = (): Promise<void> => moveOn(bench.db, bench.clock, livingAlerts(desk));

  it('acknowledge: nobody else is called', async () => {
    await desk.acknowledge('ALR-1', 'U1ANA');
    pass(hourMs);
    await due();
    expect(await desk.read('ALR-1')).toMatchObject({
      state: 'acknowledged',
      ownerId: 'U1ANA',
      escalations: 0,
    });
  });

  it('nobody acknowledges: those on call are called, three times at most', async () => {
    for (let round = 0; round < 6; round++) {
      pass(3 * hourMs);
      await due();
    }
    expect(told.filter(({ news }) => news?.calls === true)).toHaveLength(3);
    expect(await desk.read('ALR-1')).toMatchObject({ state: 'open', escalations: 3 });
  });

  it('a snooze ends by itself', async () => {
    await desk.snooze('ALR-1', 'U1ANA', new Date(bench.clock.now().getTime() + hourMs));
    pass(30 * minuteMs);
    await due();
    expect((await desk.read('ALR-1')).state).toBe('snoozed');
    pass(31 * minuteMs);
    await due();
    expect((await desk.read('ALR-1')).state).toBe('open');
  });

  it('not an anomaly: over for people, counted, and not raised again while it goes on', async () => {
    await desk.dismiss('ALR-1', 'U1ANA');
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate resolved']);
    expect(await desk.precision(new Date(0))).toEqual([{ metric: 'success', alerts: 1, dismissed: 1 }]);
  });

  it('decides nothing about what is resolved', async () => {
    await desk.dismiss('ALR-1', 'U1ANA');
    await expect(desk.acknowledge('ALR-1', 'U2LARS')).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each(['ALR-99', 'ALR-0', 'REM-1', 'ALR-99999999999999999999', ''])('%s is no alert', async (id) => {
    await expect(desk.read(id)).rejects.toMatchObject({
      code: expect.stringMatching(/^(not_found|invalid)$/),
    });
  });

  it('a quiet metric notifies nobody until it is over, and says why', async () => {
    seen = [];
    await desk.tick();
    await desk.quiet('success', new Date(bench.clock.now().getTime() + hourMs), 'U1ANA');
    pass(40 * minuteMs);
    seen = [change()];
    await desk.tick();
    expect(await desk.read('ALR-2')).toMatchObject({
      state: 'snoozed',
      ruling: expect.stringContaining('not notified: success is quiet until'),
    });
    pass(21 * minuteMs);
    await due();
    expect((await desk.read('ALR-2')).state).toBe('open');
  });
});
