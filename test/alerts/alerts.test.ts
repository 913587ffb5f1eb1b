/**
 * The life of alerts and the watch over metrics, on the real database with a detector that does as it is told.
 */
import type { Announced } from '../../src/alerts/announced.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetricBuckets } from '../../src/adapters/postgres/metric-buckets.js';
import type { AlertService } from '../../src/alerts/alerts.js';
import { dayMs, hourMs, minuteMs } from '../../src/kernel/clock.js';
import { livingAlerts } from '../../src/wiring/alerts.js';
import { deadlinesFrom } from '../../src/wiring/deadlines.js';
import { moveOn } from '../engine/move-on.js';
import { startOutboxBench, type OutboxBench } from '../outbox/support.js';
import type { Detected } from '../../src/alerts/deps.js';
import { OpsError } from '../../src/kernel/errors.js';
import { change, depsOn, metric, replica, stageOn, type Stage } from './support.js';

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
    stage.dataFrom = new Date(0);
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
    stage.dataFrom = new Date(0);
    await replica(stage).tick();
    stage.observed = [];
    const desk = replica(stage);
    await Promise.all([desk.tick(), desk.sight('success', {}), desk.sight('success', {})]);
    const begins = stage.observed.map(({ at }) => at.getTime());
    expect(begins.length).toBeGreaterThan((50 * dayMs) / metric.bucketMs);
    expect(begins).toEqual([...new Set(begins)]);
  });

  it('a bucket that late events change is judged again, once, also by a replica that did not count it', async () => {
    const [first, second] = [replica(stage), replica(stage)];
    await first.tick();
    await second.tick();
    const newest = stage.observed.at(-1)!.at;
    stage.failures = (at) => (at.getTime() === newest.getTime() ? 7 : 1);
    await first.tick();
    await second.tick();
    await first.tick();
    expect(stage.corrected.map(({ at, counts }) => [at, counts[0]?.failures])).toEqual([
      [newest, 7],
      [newest, 7],
    ]);
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
    // It says when people first read of it, and when it came back last.
    const { openedAt, reopenedAt } = await desk.read('ALR-1');
    expect(reopenedAt!.getTime() - openedAt.getTime()).toBe(20 * minuteMs);
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

  it('an alert of what is no longer watched ends, because nothing could show that it is over', async () => {
    const desk = replica(stage);
    stage.seen = [change(stage)];
    await desk.tick();
    await replica(stage, { metrics: [] }).tick();
    expect(await states(desk)).toEqual(['ALR-1 rate resolved']);
  });

  it('a metric whose SQL is wrong says so on a card of its own, with what to do', async () => {
    const desk = replica(stage, {
      source: {
        ...depsOn(stage).source,
        read: () =>
          Promise.reject(new OpsError('misconfigured', 'The SQL is wrong.', { hint: 'Cast the column.' })),
      },
    });
    await desk.tick();
    expect((await desk.read('ALR-1')).facts.reason).toBe('The SQL is wrong. Cast the column.');
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

describe('two metrics of one cause', () => {
  const slow = { ...metric, id: 'slow', name: 'Answers in usual time' };
  let seen: Record<string, Detected[]>;
  let desk: AlertService;
  const due = (): Promise<void> => moveOn(bench.db, bench.clock, livingAlerts(desk));
  const threadOf = (id: string): string[] =>
    stage.told.flatMap(({ alert, news }) => (alert.id === id && news ? [news.text] : []));

  beforeEach(async () => {
    seen = { success: [], slow: [] };
    desk = replica(stage, {
      metrics: [metric, slow],
      detectorOf: ({ id }) => ({
        observe: () => undefined,
        correct: null,
        glance: () => null,
        detected: () => seen[id] ?? [],
        sight: () => null,
      }),
    });
    await desk.tick();
    seen.slow = [change(stage)];
    await desk.tick();
    pass(5 * minuteMs);
  });
  const join = async (): Promise<void> => {
    seen.success = [change(stage, { slice: { partner: 'northpay', method: 'card' } })];
    await desk.tick();
  };

  it('share a card: the second joins the first, whose card is rewritten, and calls nobody of its own', async () => {
    await join();
    expect(await desk.read('ALR-2')).toMatchObject({
      metric: 'success',
      joined: 'ALR-1',
      ruling: expect.stringContaining('not notified: ALR-1 is open for the same cause'),
    });
    expect(threadOf('ALR-2')).toEqual(['ALR-2 joined: ALR-2 is bad']);
    expect(stage.told.at(-1)?.alert.id).toBe('ALR-1');
    for (let round = 0; round < 6; round++) {
      pass(20 * minuteMs);
      await due();
    }
    expect(threadOf('ALR-1')).toHaveLength(3);
    expect(threadOf('ALR-2')).toHaveLength(1);
  });

  it('are acknowledged together, whichever the card names', async () => {
    await join();
    await desk.acknowledge('ALR-2', 'U1ANA');
    expect(await states(desk)).toEqual(['ALR-1 rate acknowledged', 'ALR-2 rate acknowledged']);
    expect(threadOf('ALR-1')).toEqual([]);
    expect(threadOf('ALR-2').at(-1)).toBe('acknowledged it.');
  });

  it('end apart: what goes on alone calls people again', async () => {
    await join();
    seen.slow = [];
    await desk.tick();
    expect(await states(desk)).toEqual(['ALR-1 rate resolved', 'ALR-2 rate open']);
    pass(20 * minuteMs);
    await due();
    expect(threadOf('ALR-2').at(-1)).toBe('This alert is not acknowledged yet.');
  });

  it.each<[string, Partial<Detected>, number]>([
    ['of another partner', { slice: { partner: 'halcyon' } }, 0],
    ['that no slice explains', { slice: {} }, 0],
    ['that began an hour later', {}, 60],
  ])('one %s has a card of its own', async (_reason, changed, laterMinutes) => {
    pass(laterMinutes * minuteMs);
    seen.success = [change(stage, { slice: { partner: 'northpay' }, ...changed })];
    await desk.tick();
    expect((await desk.active()).find((alert) => alert.metric === 'success')?.joined).toBeNull();
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

  it('acknowledge while the watch writes new counts: both are kept', async () => {
    const buckets = {
      ...createMetricBuckets(bench.db),
      hours: async () => {
        await desk.acknowledge('ALR-1', 'U1ANA');
        return [];
      },
    };
    const watching = replica(stage, { buckets });
    await watching.tick();
    stage.seen = [{ ...stage.seen[0]!, facts: { ...stage.seen[0]!.facts, attempts: 777 } }];
    await watching.tick();
    expect(await desk.read('ALR-1')).toMatchObject({ state: 'acknowledged', facts: { attempts: 777 } });
    expect(stage.told.at(-1)?.alert).toMatchObject({ state: 'acknowledged', facts: { attempts: 777 } });
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

  it('a snooze ends when a dispute of its partner, or a statement of it, is due', async () => {
    const from = bench.clock.now().getTime();
    const at = (minutes: number): Date => new Date(from + minutes * minuteMs);
    const cutOff = at(40).toISOString().slice(11, 16);
    const northpay = { id: 'northpay', name: 'Northpay', timeZone: 'UTC', statements: { cutOff } };
    const { db: database, clock } = bench;
    const deadlineBefore = deadlinesFrom({ partners: [northpay], database, clock });
    const careful = replica(stage, { deadlineBefore });
    const until = async (): Promise<Date | null> => (await careful.snooze('ALR-1', 'U1ANA', at(60))).dueAt;
    expect(await until()).toEqual(at(40));
    expect(stage.told.at(-1)?.news?.text).toContain('the statement of Northpay is due then');
    await bench.db.query(
      `insert into paydesk.disputes (id, partner, amount_minor, currency, status, reason, opened_at, answer_allowed, respond_by,
        past_due, submission_count, awaits, seen_at)
      select id, partner, 100, 'EUR', 'needs_response', 'fraudulent', $1, true, due, false, 0, true, $1
      from (values ('dp_other', 'halcyon', $2::timestamptz), ('dp_1', 'northpay', $3)) as given (id, partner, due)`,
      [at(0), at(10), at(25)],
    );
    expect(await until()).toEqual(at(25));
    expect(stage.told.at(-1)?.news?.text).toContain('dispute dp_1 is due then');
    // One of no partner sleeps past no partner's deadline.
    await desk.dismiss('ALR-1', 'U1ANA');
    pass(minuteMs);
    stage.seen = [change(stage, { slice: {} })];
    await careful.quiet('success', at(60), 'U1ANA');
    await careful.tick();
    expect(await careful.read('ALR-2')).toMatchObject({
      state: 'snoozed',
      dueAt: at(10),
      ruling: expect.stringContaining('dispute dp_other is due then'),
    });
  });

  it('not an anomaly: over for people, counted, and not raised again while it goes on', async () => {
    await desk.dismiss('ALR-1', 'U1ANA');
    for (let hours = 0; hours < 4; hours++) {
      await desk.tick();
      pass(hourMs);
    }
    expect(await states(desk)).toEqual(['ALR-1 rate resolved']);
    expect(await desk.precision(new Date(0))).toEqual([{ metric: 'success', alerts: 1, dismissed: 1 }]);
  });

  it('decides nothing about what is resolved', async () => {
    await desk.dismiss('ALR-1', 'U1ANA');
    await expect(desk.acknowledge('ALR-1', 'U2LARS')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('finds no alert under what is no id of one', async () => {
    for (const id of ['ALR-99', 'ALR-0', 'REM-1', 'ALR-99999999999999999999', ''])
      await expect(desk.read(id), id).rejects.toMatchObject({
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

  it.each<[string, Partial<Detected>, Partial<Announced>, string]>([
    [
      'a fall of volume sleeps until the day is over',
      { kind: 'volume' },
      {},
      'not notified: Black Friday was announced until ',
    ],
    ['success is nothing that a day explains', { kind: 'rate' }, {}, 'notified: '],
    ['another metric is not announced', { kind: 'volume' }, { metrics: ['attempts'] }, 'notified: '],
    ['another slice is not announced', { kind: 'volume' }, { where: { partner: 'adria' } }, 'notified: '],
    [
      'the slice that is',
      { kind: 'volume' },
      { where: { partner: 'northpay' } },
      'not notified: Black Friday',
    ],
    ['a day to come', { kind: 'volume' }, { from: new Date('2100-01-01') }, 'notified: '],
    ['a day that is over', { kind: 'volume' }, { until: new Date('2020-01-01') }, 'notified: '],
  ])('an announced day: %s', async (_what, found, changed, ruling) => {
    const day: Announced = {
      name: 'Black Friday',
      from: new Date('2000-01-01'),
      until: new Date(bench.clock.now().getTime() + 90 * minuteMs),
      metrics: [],
      where: {},
      ...changed,
    };
    const careful = replica(stage, { announced: [day] });
    stage.seen = [];
    await careful.tick();
    pass(40 * minuteMs);
    stage.seen = [change(stage, found)];
    await careful.tick();
    const alert = await careful.read('ALR-2');
    expect(alert.ruling).toContain(ruling);
    expect(alert.state).toBe(ruling.startsWith('not notified') ? 'snoozed' : 'open');
    if (alert.state === 'snoozed') expect(alert.dueAt).toEqual(day.until);
    stage.seen = [];
    pass(5 * minuteMs);
    await careful.tick();
    stage.seen = [change(stage, found)];
    pass(5 * minuteMs);
    await careful.tick();
    const again = await careful.read('ALR-2');
    expect([again.state, again.reopenedAt === null], 'when it comes back').toEqual([alert.state, false]);
  });
});
