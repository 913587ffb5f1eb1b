/**
 * The life of alerts and the watch over metrics, on the real database with a detector that does as it is told.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetricBuckets } from '../../src/adapters/postgres/metric-buckets.js';
import type { AlertService } from '../../src/alerts/alerts.js';
import { dayMs, hourMs, minuteMs } from '../../src/kernel/clock.js';
import { livingAlerts } from '../../src/wiring/alerts.js';
import { moveOn } from '../engine/move-on.js';
import { startOutboxBench, type OutboxBench } from '../outbox/support.js';
import { change, metric, replica, stageOn, type Stage } from './support.js';

let bench: OutboxBench;
let stage: Stage;

beforeEach(async () => {
  bench = await startOutboxBench({ rateLimits: false });
  stage = stageOn(bench);
});
afterEach(() => bench.close());

const states = async (desk: AlertService): Promise<string[]> =>
  [...(await desk.active()), ...(await desk.recent(new Date(0)))]
    .sort((a, b) => a.id.localeCompare(b.id))
    .map(({ id, kind, state }) => `${id} ${kind} ${state}`);

const pass = (durationMs: number): void => bench.clock.advance(durationMs);

describe('the watch', () => {
  it('opens one alert for a change, updates it, and resolves it when it is over', async () => {
    const desk = replica(stage);
    await desk.tick();
    stage.seen = [change(stage)];
    await desk.tick();
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate open']);
    stage.seen = [
      change(stage, {
        slice: { partner: 'northpay', method: 'card' },
        facts: { ...stage.seen[0]!.facts, attempts: 200 },
      }),
    ];
    await desk.tick();
    expect((await desk.read('ALR-1')).slice).toEqual({ partner: 'northpay', method: 'card' });
    stage.seen = [];
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate resolved']);
    expect(stage.told.at(-1)?.news?.text).toMatch(/^Recovered/);
  });

  it('feeds every bucket once and in order, and none again after a restart of the watch', async () => {
    const desk = replica(stage);
    await desk.tick();
    pass(hourMs);
    await desk.tick();
    const begins = stage.observed.map(({ at }) => at.getTime());
    expect(begins).toEqual([...new Set(begins)].sort((a, b) => a - b));
    expect(begins.length).toBeGreaterThan((50 * dayMs) / metric.bucketMs);
    stage.observed = [];
    await replica(stage).tick();
    expect(stage.observed.map(({ at }) => at.getTime())).toEqual(begins.slice(-stage.observed.length));
    expect(stage.observed.length).toBeGreaterThan((50 * dayMs) / metric.bucketMs);
  });

  it('looks at the bucket that has not ended, and neither keeps it nor gives it to the detector', async () => {
    await replica(stage).tick();
    const newest = stage.observed.at(-1)?.at.getTime() ?? 0;
    expect(stage.glanced.map(({ at }) => at.getTime())).toEqual([newest + metric.bucketMs]);
    expect(await createMetricBuckets(bench.db).newest(metric.id)).toEqual(new Date(newest));
  });

  it('what was seen early stays open until its bucket has ended, and is then confirmed or over', async () => {
    const desk = replica(stage);
    await desk.tick();
    stage.seen = [change(stage, { facts: { ...change(stage).facts, early: true } })];
    await desk.tick();
    stage.seen = [];
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate open']);
    pass(10 * minuteMs);
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate resolved']);
  });

  it('feeds every bucket once, also while people ask what the detector sees', async () => {
    await replica(stage).tick();
    stage.observed = [];
    const desk = replica(stage);
    await Promise.all([desk.tick(), desk.sight('success', {}), desk.sight('success', {})]);
    const begins = stage.observed.map(({ at }) => at.getTime());
    expect(begins.length).toBeGreaterThan((50 * dayMs) / metric.bucketMs);
    expect(begins).toEqual([...new Set(begins)]);
  });

  it('opens nothing for a change that was raised before this process began', async () => {
    const desk = replica(stage);
    stage.seen = [change(stage, { raisedAt: new Date(bench.clock.now().getTime() - dayMs) })];
    await desk.tick();
    expect(await states(desk)).toEqual([]);
  });

  it('goes on with an open alert after a restart', async () => {
    const first = replica(stage);
    await first.tick();
    stage.seen = [change(stage)];
    await first.tick();
    pass(10 * minuteMs);
    const second = replica(stage);
    await second.tick();
    expect(await states(second)).toEqual(['ALR-1 rate open']);
  });

  it('a cause that flaps is one alert', async () => {
    const desk = replica(stage);
    for (let round = 0; round < 3; round++) {
      stage.seen = [change(stage)];
      await desk.tick();
      pass(5 * minuteMs);
      stage.seen = [];
      await desk.tick();
      pass(5 * minuteMs);
    }
    expect(await states(desk)).toEqual(['ALR-1 rate resolved']);
  });

  it('late data is late data: what is open stays, nothing else opens', async () => {
    const desk = replica(stage);
    stage.seen = [change(stage)];
    await desk.tick();
    stage.dataUntil = bench.clock.now();
    pass(40 * minuteMs);
    stage.seen = [];
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate open', 'ALR-2 late open']);
    stage.dataUntil = new Date('2100-01-01T00:00:00Z');
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate resolved', 'ALR-2 late resolved']);
  });

  it('a metric that cannot be read has an alert of its own, and the others go on', async () => {
    stage.dataUntil = null;
    const desk = replica(stage);
    await desk.tick();
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 unreadable open']);
    stage.dataUntil = bench.clock.now();
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 unreadable resolved']);
  });
});

describe('people', () => {
  let desk: AlertService;
  beforeEach(async () => {
    desk = replica(stage);
    stage.seen = [change(stage)];
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
    expect(stage.told.filter(({ news }) => news?.calls === true)).toHaveLength(3);
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
    stage.seen = [];
    await desk.tick();
    await desk.quiet('success', new Date(bench.clock.now().getTime() + hourMs), 'U1ANA');
    pass(40 * minuteMs);
    stage.seen = [change(stage)];
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
