/** What the detectors of rates and volumes promise, on small seeded metrics: found, silent, and why. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Monitor, type CountBucket, type Verdict } from '../../src/anomalies/monitor/monitor.js';
import { Pool } from '../../src/anomalies/slices/pool.js';
import { randomOf } from '../../bench/anomalies/random.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const width = 10 * minute;
const monday = Date.UTC(2026, 0, 5);
const warmupMs = 5 * day;
const dimensions = ['partner', 'country'];
const leaves = [
  ['northpay', 'BR'],
  ['northpay', 'DE'],
  ['halcyon', 'BR'],
  ['halcyon', 'DE'],
] as const;

interface Change {
  /** Hours after the warm-up. */
  from: number;
  until: number;
  applies: (values: readonly string[]) => boolean;
  rate?: number;
  volume?: number;
}

interface Story {
  days?: number;
  seed?: number;
  attempts?: number;
  changes?: Change[];
  /** Instead of drawn counts. */
  count?: (values: readonly string[], atMs: number) => { attempts: number; failures: number };
}

function bucketsOf({ days = 7, seed = 1, attempts = 60, changes = [], count }: Story): CountBucket[] {
  const random = randomOf(seed);
  return Array.from({ length: (days * day) / width }, (_, at) => {
    const atMs = monday + at * width;
    const rows = leaves.map((values) => {
      if (count) return { values, ...count(values, atMs) };
      const live = changes.filter(
        ({ from, until, applies }) =>
          applies(values) &&
          atMs >= monday + warmupMs + from * hour &&
          atMs < monday + warmupMs + until * hour,
      );
      const daily = 1 + 0.5 * Math.sin((2 * Math.PI * (atMs % day)) / day);
      const mean = live.reduce((sum, { volume = 1 }) => sum * volume, attempts * daily);
      const rate = live.reduce((p, change) => change.rate ?? p, 0.12);
      const n = random.poisson(mean);
      return { values, attempts: n, failures: random.binomial(n, rate) };
    });
    return { atMs, rows };
  });
}

const monitor = (warmup = warmupMs): Monitor =>
  new Monitor({ dimensions, widthMs: width, budgetPerWeek: 0.5, warmupMs: warmup });

function replay(buckets: readonly CountBucket[], warmup = warmupMs): Verdict[] {
  const watching = monitor(warmup);
  return buckets.flatMap((bucket) => watching.observe(bucket));
}

const raised = (verdicts: Verdict[]): Verdict[] => verdicts.filter(({ type }) => type === 'raised');
const ofNorthpay = ([partner]: readonly string[]): boolean => partner === 'northpay';

describe('faults', () => {
  it.each([
    ['a partner fails a third more', { partner: 'northpay' }, ofNorthpay, 0.4, 10],
    ['a country fails a little more', { country: 'DE' }, ([, c]: readonly string[]) => c === 'DE', 0.22, 60],
    [
      'one pair fails',
      { partner: 'halcyon', country: 'BR' },
      (v: readonly string[]) => v.join() === 'halcyon,BR',
      0.45,
      20,
    ],
    ['everything fails', {}, () => true, 0.4, 10],
  ])('%s: one alert that names the slice', (_, slice, applies, rate, withinMinutes) => {
    const verdicts = replay(bucketsOf({ changes: [{ from: 10, until: 14, applies, rate }] }));
    expect(raised(verdicts)).toHaveLength(1);
    const last = verdicts.findLast(({ alert }) => alert !== null)!;
    expect(last).toMatchObject({ type: 'resolved', reason: 'recovered', alert: { kind: 'rate', slice } });
    expect(last.alert!.raisedAtMs - (monday + warmupMs + 10 * hour)).toBeLessThanOrEqual(
      withinMinutes * minute,
    );
  });

  it.each([1, 10, 15, 16, 24, 30])(
    'an alert that is refined counts what its new slice lost since the fault began (seed %i)',
    (seed) => {
      const isFaulty = (v: readonly string[]): boolean => v.join() === 'halcyon,BR';
      const buckets = bucketsOf({ seed, changes: [{ from: 10, until: 13, applies: isFaulty, rate: 0.45 }] });
      const { alert, atMs: until } = replay(buckets).find(({ type }) => type === 'refined')!;
      expect(alert!.slice).toEqual({ partner: 'halcyon', country: 'BR' });
      const since = buckets.filter(({ atMs }) => atMs >= alert!.onsetMs && atMs < until);
      const excess = since
        .flatMap(({ rows }) => rows.filter(({ values }) => isFaulty(values)))
        .reduce((sum, { attempts, failures }) => sum + failures - 0.12 * attempts, 0);
      expect(Math.abs(alert!.excessFailures - excess)).toBeLessThan(0.15 * excess);
    },
  );

  it.each([2, 5, 6, 14])('the buckets after a short fault say nothing about its slice (seed %i)', (seed) => {
    const changes = [{ from: 10, until: 10.17, applies: ofNorthpay, rate: 0.3 }];
    const verdicts = replay(bucketsOf({ seed, attempts: 30, changes }));
    const [{ alert }] = raised(verdicts) as [Verdict];
    const last = verdicts.findLast((verdict) => verdict.alert?.id === alert!.id);
    expect([alert!.slice, last?.alert?.slice]).toEqual([{ partner: 'northpay' }, { partner: 'northpay' }]);
  });

  it('two partners fail at once: an alert for each cause', () => {
    const changes = [
      { from: 10, until: 13, applies: (v: readonly string[]) => v.join() === 'halcyon,BR', rate: 0.6 },
      { from: 10, until: 13, applies: (v: readonly string[]) => v.join() === 'northpay,DE', rate: 0.5 },
    ];
    const slices = new Map(
      replay(bucketsOf({ changes })).flatMap(({ alert }) => (alert ? [[alert.id, alert.slice]] : [])),
    );
    expect([...slices.values()]).toEqual(
      expect.arrayContaining([
        { partner: 'halcyon', country: 'BR' },
        { partner: 'northpay', country: 'DE' },
      ]),
    );
  });

  it('a slow loss of 1 % a day is found and does not become the baseline', () => {
    // Seven days of it, in steps of two hours, after two weeks of history; the rest of the traffic is as ever.
    const changes = Array.from({ length: 84 }, (_, at) => ({
      from: 9 * 24 + at * 2,
      until: 9 * 24 + at * 2 + 2,
      applies: (v: readonly string[]) => v.join() === 'northpay,BR',
      rate: 0.12 + (0.88 * 0.01 * at) / 12,
    }));
    const [first] = raised(replay(bucketsOf({ days: 21, attempts: 300, changes }), 14 * day));
    expect(first?.alert?.kind).toBe('rate');
    expect(first?.alert?.slice).toMatchObject({ partner: 'northpay' });
  });

  it('attempts that stay away are a fault once late data would have come', () => {
    const verdicts = replay(
      bucketsOf({ changes: [{ from: 10, until: 16, applies: ofNorthpay, volume: 0.1 }] }),
    );
    expect(verdicts.find(({ type }) => type === 'silent')).toMatchObject({ reason: 'may_be_late' });
    const [first, ...more] = raised(verdicts);
    expect(more).toEqual([]);
    expect(first?.alert).toMatchObject({ kind: 'volume', slice: { partner: 'northpay' } });
    expect(first!.atMs - (monday + warmupMs + 10 * hour)).toBeLessThanOrEqual(2 * hour);
  });
});

describe('falls of volume', () => {
  it('a partner loses half of its attempts while its countries go on: found', () => {
    const verdicts = replay(
      bucketsOf({ changes: [{ from: 10, until: 14, applies: ofNorthpay, volume: 0.5 }] }),
    );
    expect(raised(verdicts).map(({ alert }) => alert?.slice)).toEqual([{ partner: 'northpay' }]);
  });

  it.each<[string, Change[], number]>([
    [
      'the other partner rises by a third of what is missing: no place where it could have gone',
      [
        { from: 10, until: 14, applies: ofNorthpay, volume: 0.3 },
        { from: 10, until: 14, applies: ([partner]) => partner === 'halcyon', volume: 1.23 },
      ],
      1,
    ],
    [
      'days after a migration was taken back: its usual volume is known again',
      [
        { from: 4, until: 16, applies: ofNorthpay, volume: 0.2 },
        { from: 4, until: 16, applies: ([partner]) => partner === 'halcyon', volume: 1.8 },
        { from: 58, until: 62, applies: ofNorthpay, volume: 0.2 },
      ],
      1,
    ],
    [
      'the other partner takes over four fifths of what is missing: it moved',
      [
        { from: 10, until: 14, applies: ofNorthpay, volume: 0.3 },
        { from: 10, until: 14, applies: ([partner]) => partner === 'halcyon', volume: 1.56 },
      ],
      0,
    ],
  ])('%s', (_, changes, alerts) => {
    for (const seed of [1, 2, 3]) {
      const found = raised(replay(bucketsOf({ days: 8, seed, changes }))).map(({ alert }) => alert?.slice);
      expect(found).toEqual(Array.from({ length: alerts }, () => ({ partner: 'northpay' })));
    }
  });

  it('a partner falls after a small part of its traffic moved: the move hides nothing', () => {
    const moved = (v: readonly string[]): boolean => v.join() === 'northpay,DE';
    const changes = [
      { from: 4, until: 30, applies: moved, volume: 0.2 },
      { from: 4, until: 30, applies: (v: readonly string[]) => v.join() === 'halcyon,DE', volume: 1.8 },
      { from: 16, until: 20, applies: ofNorthpay, volume: 0.1 },
    ];
    const slices = raised(replay(bucketsOf({ changes }))).map(({ alert }) => alert?.slice);
    expect(slices).toHaveLength(1);
    expect(slices[0]).toMatchObject({ partner: 'northpay' });
  });
});

describe('changes that are no faults', () => {
  const isHalcyon = ([partner]: readonly string[]): boolean => partner === 'halcyon';
  it.each<[string, Change[]]>([
    ['nothing happens', []],
    ['failures fall', [{ from: 10, until: 14, applies: ofNorthpay, rate: 0.03 }]],
    ['traffic triples for an afternoon', [{ from: 10, until: 18, applies: () => true, volume: 3 }]],
    [
      'events of half an hour arrive late',
      [
        { from: 10, until: 10.5, applies: ofNorthpay, volume: 0.1 },
        { from: 10.5, until: 10.7, applies: ofNorthpay, volume: 2.5 },
      ],
    ],
    [
      'events of an hour arrive late, all of them at once',
      [
        { from: 10, until: 11, applies: ofNorthpay, volume: 0.1 },
        { from: 11, until: 11.3, applies: ofNorthpay, volume: 3.5 },
      ],
    ],
    [
      'traffic moves to another partner',
      [
        { from: 10, until: 40, applies: ofNorthpay, volume: 0.2 },
        { from: 10, until: 40, applies: isHalcyon, volume: 1.8 },
      ],
    ],
    ['a country is on holiday', [{ from: 0, until: 24, applies: ([, c]) => c === 'DE', volume: 0.7 }]],
    ['a country has a quiet holiday', [{ from: 0, until: 24, applies: ([, c]) => c === 'DE', volume: 0.58 }]],
  ])('%s: silence', (_, changes) => {
    expect(raised(replay(bucketsOf({ changes })))).toEqual([]);
  });

  it('a shift to a leaf that always failed more is no change of its partner', () => {
    const count = (values: readonly string[], atMs: number): { attempts: number; failures: number } => {
      const isLater = atMs >= monday + warmupMs + 10 * hour;
      const attempts = values[1] === 'BR' ? (isLater ? 150 : 50) : isLater ? 50 : 150;
      return { attempts, failures: Math.round(attempts * (values[1] === 'BR' ? 0.3 : 0.05)) };
    };
    expect(raised(replay(bucketsOf({ count })))).toEqual([]);
  });
});

describe('maintenance in the same hour of each week', () => {
  const weekly = (hours: number[], rates: number[], lasts = [1, 1, 1]): Change[] =>
    hours.map((from, week) => ({
      from: from + week * 168,
      until: from + week * 168 + lasts[week]!,
      applies: ofNorthpay,
      rate: rates[week]!,
    }));
  it.each<[string, Change[], number[]]>([
    ['the first week is reported, the others are known', weekly([10, 10, 10], [0.5, 0.5, 0.5]), [10]],
    ['a week without it does not end it', weekly([10, 10, 10], [0.5, 0.12, 0.5]), [10]],
    ['much worse than it was: reported', weekly([10, 10, 10], [0.4, 0.95, 0.4]), [10, 178]],
    [
      'it does not end: reported when it is late',
      weekly([10, 10, 10], [0.5, 0.5, 0.5], [1, 6, 1]),
      [10, 180],
    ],
    ['two hours later in the second week: reported', weekly([10, 12, 10], [0.5, 0.5, 0.5]), [10, 180]],
  ])('%s', (_, changes, hours) => {
    const found = raised(replay(bucketsOf({ days: 22, changes }))).map(({ atMs, alert }) => ({
      slice: alert?.slice,
      hour: Math.floor((atMs - monday - warmupMs) / hour),
    }));
    expect(found).toEqual(hours.map((at) => ({ slice: { partner: 'northpay' }, hour: at })));
  });

  it('another slice at the same time is reported', () => {
    const changes: Change[] = [
      { from: 10, until: 11, applies: ofNorthpay, rate: 0.5 },
      { from: 178, until: 179, applies: ([partner]) => partner === 'halcyon', rate: 0.5 },
    ];
    const slices = raised(replay(bucketsOf({ days: 15, changes }))).map(({ alert }) => alert?.slice);
    expect(slices).toEqual([{ partner: 'northpay' }, { partner: 'halcyon' }]);
  });

  it('is not seen in open buckets either', () => {
    const watching = monitor();
    const buckets = bucketsOf({ days: 14, changes: weekly([10, 10], [0.5, 0.5]) });
    const glances = buckets.map((bucket) => {
      const seen = watching.glance([bucket], 1);
      watching.observe(bucket);
      return seen === null ? [] : [Math.floor((bucket.atMs - monday - warmupMs) / hour)];
    });
    expect([...new Set(glances.flat())]).toEqual([10]);
  });
});

describe('unusual input', () => {
  const constant = { attempts: 50, failures: 5 };
  it.each<[string, CountBucket[]]>([
    ['no rows at all', bucketsOf({}).map(({ atMs }) => ({ atMs, rows: [] }))],
    ['constant counts', bucketsOf({ count: () => constant })],
    ['all zero', bucketsOf({ count: () => ({ attempts: 0, failures: 0 }) })],
    ['every attempt fails, always', bucketsOf({ count: () => ({ attempts: 20, failures: 20 }) })],
    ['no attempt ever fails', bucketsOf({ count: () => ({ attempts: 20, failures: 0 }) })],
    [
      'a gap of a week',
      bucketsOf({ days: 14 }).filter(({ atMs }) => atMs < monday + 6 * day || atMs >= monday + 13 * day),
    ],
    [
      'a clock that jumps ahead by a century',
      [...bucketsOf({ days: 6 }), { atMs: Date.UTC(2126, 0, 1), rows: [] }],
    ],
    ['a single bucket', bucketsOf({}).slice(0, 1)],
    [
      'a slice that always fails beside one that never does',
      bucketsOf({
        days: 14,
        count: ([partner]) => ({ attempts: 50, failures: partner === 'northpay' ? 50 : 0 }),
      }),
    ],
  ])('%s raises nothing and breaks nothing', (_, buckets) => {
    expect(raised(replay(buckets))).toEqual([]);
  });

  it('a bucket from before the buckets that are kept is ignored, with the reason', () => {
    const watching = monitor();
    for (const bucket of bucketsOf({ days: 6 })) watching.observe(bucket);
    expect(watching.observe({ atMs: monday, rows: [] })).toMatchObject([
      { type: 'ignored', reason: 'too_old' },
    ]);
  });

  it('a late bucket is judged again: what fills up is no fault', () => {
    const whole = bucketsOf({ days: 6 });
    const change = { from: 10, until: 12, applies: ofNorthpay, volume: 0.1 };
    const short = bucketsOf({ days: 6, changes: [change] });
    const watching = monitor();
    const verdicts: Verdict[] = [];
    short.forEach((bucket, at) => {
      verdicts.push(...watching.observe(bucket));
      // Half an hour later the missing events are there.
      if (at >= 3) verdicts.push(...watching.observe(whole[at - 3]!));
    });
    expect(raised(verdicts)).toEqual([]);
  });

  it('buckets that are counted again hour after hour take nothing from the evidence of a slow loss', () => {
    const changes = Array.from({ length: 84 }, (_, at) => ({
      from: 9 * 24 + at * 2,
      until: 9 * 24 + at * 2 + 2,
      applies: (v: readonly string[]) => v.join() === 'northpay,BR',
      rate: 0.12 + (0.88 * 0.01 * at) / 12,
    }));
    const buckets = bucketsOf({ days: 18, attempts: 300, changes });
    const watching = monitor(14 * day);
    const again = buckets.flatMap((bucket, at) => [
      ...watching.observe(bucket),
      ...(at >= 3 ? watching.observe(buckets[at - 3]!) : []),
    ]);
    const [once, twice] = [replay(buckets, 14 * day), again].map((verdicts) => raised(verdicts)[0]?.atMs);
    expect(once).toBeDefined();
    expect(Math.abs(twice! - once!)).toBeLessThanOrEqual(hour);
  });

  it('failures that become known a quarter of an hour late are judged where they happened', () => {
    const isFaulty = { from: 10, until: 12, applies: ofNorthpay, rate: 0.4 };
    const [ordinary, known] = [bucketsOf({ days: 6 }), bucketsOf({ days: 6, changes: [isFaulty] })];
    const watching = monitor();
    const verdicts = ordinary.flatMap((bucket, at) => [
      ...watching.observe(bucket),
      ...(at >= 1 ? watching.observe(known[at - 1]!) : []),
    ]);
    const [first] = raised(verdicts);
    expect(first?.alert?.slice).toEqual({ partner: 'northpay' });
    expect(first!.atMs - (monday + warmupMs + 10 * hour)).toBeLessThanOrEqual(30 * minute);
  });

  it('pools rare values of a dimension with a hundred thousand of them, and keeps the large ones', () => {
    const pool = new Pool(1);
    const places = Array.from({ length: 100 }, (_, at) =>
      pool.place([
        ...Array.from({ length: 1000 }, (_, i) => ({ values: [`v${at * 1000 + i}`], attempts: 1 })),
        { values: ['large'], attempts: 500 },
      ]),
    );
    expect(new Set(places.flat().map(([value]) => value)).size).toBeLessThan(1100);
    expect(places.at(-1)!.at(-1)).toEqual(['large']);
    expect(places.at(-1)![0]).toEqual(['other']);
  });
});

describe('properties', () => {
  const story = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    rate: fc.double({ min: 0.2, max: 0.9, noNaN: true }),
    from: fc.integer({ min: 2, max: 20 }),
  });
  const buckets = ({ seed, rate, from }: { seed: number; rate: number; from: number }): CountBucket[] =>
    bucketsOf({
      days: 6.5,
      seed,
      attempts: 30,
      changes: [{ from, until: from + 4, applies: ofNorthpay, rate }],
    });

  it('is causal: what comes later changes no earlier verdict', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: 1, max: 200 }), (given, cut) => {
        const all = buckets(given);
        const prefix = all.slice(0, -cut);
        const end = prefix.at(-1)!.atMs + width;
        expect(replay(prefix)).toEqual(replay(all).filter(({ atMs }) => atMs <= end));
      }),
      { numRuns: 8 },
    );
  });

  it('does not depend on the order of the rows of a bucket', () => {
    fc.assert(
      fc.property(story, (given) => {
        const all = buckets(given);
        const [first, ...rest] = all;
        const turned = [first!, ...rest.map(({ atMs, rows }) => ({ atMs, rows: [...rows].reverse() }))];
        expect(replay(turned)).toEqual(replay(all));
      }),
      { numRuns: 6 },
    );
  });
});
