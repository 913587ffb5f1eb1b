/** Arrivals: usual times are learned, what is overdue is found soon, and weekends, many files a day and late ones raise nothing. */
import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../src/anomalies/arrivals/arrivals.js';
import { randomOf } from '../../bench/anomalies/random.js';

const minuteMs = 60_000;
const widthMs = 5 * minuteMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const startMs = Date.UTC(2026, 8, 7);
const wrong = 0.02;

interface Found {
  from: number;
  until: number | null;
  usual: number;
}

/** Arrivals as times after the start, in any order. */
function watch(
  arrivals: readonly number[],
  days: number,
  rests: (day: number) => boolean = () => false,
): Found[] {
  const counts = new Map<number, number>();
  for (const at of arrivals)
    counts.set(Math.floor(at / widthMs), (counts.get(Math.floor(at / widthMs)) ?? 0) + 1);
  const series = new Arrivals((atMs) => rests(Math.floor((atMs - startMs) / dayMs)));
  const found: Found[] = [];
  for (let bucket = 0; bucket < (days * dayMs) / widthMs; bucket++) {
    const nowMs = (bucket + 1) * widthMs;
    series.observe(startMs + nowMs, counts.get(bucket) ?? 0, wrong);
    const { overdue } = series;
    const last = found.at(-1);
    if (overdue && last?.until !== null)
      found.push({ from: nowMs, until: null, usual: overdue.usualMs - startMs });
    if (!overdue && last?.until === null) last.until = nowMs;
  }
  return found;
}

/** Every day at these hours, give or take a quarter of an hour. */
function daily(
  hours: readonly number[],
  days: number,
  {
    seed = 3,
    skips = () => false,
    lateBy = () => 0,
  }: { seed?: number; skips?: (day: number) => boolean; lateBy?: (day: number) => number } = {},
): number[] {
  const random = randomOf(seed);
  return Array.from({ length: days }, (_, day) =>
    hours.map((hour) => day * dayMs + hour * hourMs + random.between(-15, 15) * minuteMs + lateBy(day)),
  )
    .filter((_, day) => !skips(day))
    .flat();
}

const isWeekend = (day: number): boolean => day % 7 >= 5;

describe('at rest', () => {
  it.each<[string, (seed: number) => number[]]>([
    ['every day', (seed) => daily([6.5], 56, { seed })],
    ['on workdays', (seed) => daily([6.5], 56, { seed, skips: isWeekend })],
    ['around midnight UTC', (seed) => daily([0], 56, { seed })],
    ['three times a day', (seed) => daily([6, 12, 18], 56, { seed })],
    [
      'all day long',
      (seed) =>
        daily(
          Array.from({ length: 23 }, (_, hour) => hour + 0.5),
          56,
          { seed },
        ),
    ],
    ['once a week', (seed) => daily([9], 56, { seed, skips: (day) => day % 7 !== 2 })],
    [
      'by local time, which is an hour later from one day on',
      (seed) => daily([6], 56, { seed, lateBy: (day) => (day > 40 ? hourMs : 0) }),
    ],
    ['only for two weeks so far', (seed) => daily([6.5], 13, { seed })],
    ['never', () => []],
  ])('%s: nothing is overdue', (_reason, arrivalsOf) => {
    const found = [1, 2, 3, 4, 5].flatMap((seed) =>
      watch(
        arrivalsOf(seed).filter((at) => at >= 0),
        56,
      ),
    );
    expect(found).toEqual([]);
  });
});

describe('days on which banks rest', () => {
  const rests = (day: number): boolean => day === 44 || day === 51;
  const onWorkdays = (skips: (day: number) => boolean): number[] =>
    daily([6.5], 56, { skips: (day) => isWeekend(day) || skips(day) });

  it('nothing is overdue on them, and two of one weekday do not make it quiet', () => {
    expect(watch(onWorkdays(rests), 56, rests)).toEqual([]);
    expect(watch(onWorkdays(rests), 56).length).toBeGreaterThan(0);
    const late = onWorkdays(rests).map((at) => (Math.floor(at / dayMs) === 53 ? at + 5 * hourMs : at));
    expect(watch(late, 56, rests).map(({ usual }) => Math.floor(usual / dayMs))).toEqual([53]);
  });
});

describe('what does not come', () => {
  it('is overdue some two hours after its usual time, and over when it comes', () => {
    const arrivals = daily([6.5], 56, { lateBy: (day) => (day === 50 ? 5 * hourMs : 0) });
    const [found, ...others] = watch(arrivals, 56);
    expect(others).toEqual([]);
    expect((found!.usual - 50 * dayMs) / hourMs).toBeCloseTo(6.5, 0);
    expect(found!.from - 50 * dayMs).toBeLessThan(8.5 * hourMs);
    expect((found!.until! - 50 * dayMs) / hourMs).toBeCloseTo(11.5, 0);
  });

  it('comes a day late: the next one is on time, and nothing else is overdue', () => {
    const arrivals = [...daily([6.5], 56, { skips: (day) => day === 50 }), 51 * dayMs + 2 * hourMs];
    expect(watch(arrivals, 56)).toHaveLength(1);
  });

  it('the second of three', () => {
    const arrivals = daily([6, 12, 18], 50).concat([50 * dayMs + 6 * hourMs]);
    const [found] = watch(arrivals, 51);
    expect((found!.usual - 50 * dayMs) / hourMs).toBeCloseTo(12, 0);
  });

  it('ever again: overdue for a week, then forgotten', () => {
    const found = watch(daily([6.5], 40), 80);
    expect(found).toHaveLength(1);
    expect((found[0]!.until! - found[0]!.from) / dayMs).toBeCloseTo(7, 0);
  });
});
