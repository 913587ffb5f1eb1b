/**
 * The detector for any metric: causal, repeatable, without a unit, bounded, and right about series whose truth is known.
 */
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ordinaryKinds, ordinarySeries, rowsPerWeek, type Row } from '../../../bench/detect/ordinary.js';
import { NoveltyDetector } from '../../../src/anomalies/novelty/detector.js';
import { alertScore } from '../../../src/anomalies/novelty/score.js';

const minute = 60_000;
const start = Date.UTC(2026, 0, 5);

function scoresOf(rows: readonly { wallTimeMs: number | null; value: number }[], budget?: number): number[] {
  const detector = new NoveltyDetector(budget);
  return rows.map((row) => detector.score(row));
}

/** Rows five minutes apart. */
const rowsOf = (values: readonly number[]): Row[] =>
  values.map((value, at) => ({ wallTimeMs: start + at * 5 * minute, value }));

const alertsIn = (scores: readonly number[]): number[] =>
  scores.flatMap((score, at) => (score >= alertScore ? [at] : []));

const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });
const anyTime = fc.option(fc.integer({ min: -1e15, max: 4e15 }));
const anyRow = fc.record({ wallTimeMs: anyTime, value: anyNumber });
const history = fc
  .tuple(fc.constantFrom(...Object.keys(ordinaryKinds)), fc.integer({ min: 1, max: 99 }))
  .map(([kind, seed]) => ordinarySeries(kind, seed, 1).slice(0, 600));

describe('for any rows', () => {
  it('scores a row without knowing what follows it', () => {
    fc.assert(
      fc.property(history, fc.array(anyRow), fc.array(anyRow), (rows, one, other) => {
        const [first, second] = [scoresOf([...rows, ...one]), scoresOf([...rows, ...other])];
        expect(first.slice(0, rows.length)).toEqual(second.slice(0, rows.length));
      }),
    );
  });

  it('gives numbers from 0 to 1, the same each time', () => {
    fc.assert(
      fc.property(history, fc.array(anyRow, { maxLength: 400 }), (rows, wild) => {
        const all = [...wild, ...rows, ...wild];
        const scores = scoresOf(all);
        expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
        expect(scoresOf(all)).toEqual(scores);
      }),
    );
  });

  it('does not depend on the unit or on the zero of the scale', () => {
    fc.assert(
      fc.property(history, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (rows, factor) => {
        const scores = scoresOf([...rows, ...rowsOf([500])]);
        const change = (by: (value: number) => number): number[] =>
          scoresOf([...rows, ...rowsOf([500])].map((row) => ({ ...row, value: by(row.value) })));
        for (const changed of [change((value) => value * factor), change((value) => 4_096 - value)])
          changed.forEach((score, at) => expect(score).toBeCloseTo(scores[at]!, 6));
      }),
      { numRuns: 30 },
    );
  });

  it('raises more alerts for a larger budget, and keeps it on ordinary series', () => {
    const weekly = [0.25, 1, 4].map((budget) => {
      const counts = Object.keys(ordinaryKinds).map(
        (kind) => alertsIn(scoresOf(ordinarySeries(kind, 7, 5), budget).slice(rowsPerWeek)).length / 4,
      );
      return counts.reduce((sum, count) => sum + count, 0) / counts.length;
    });
    expect(weekly[0]).toBeLessThan(0.5);
    expect(weekly[1]).toBeGreaterThan(0.5);
    expect(weekly[1]).toBeLessThan(1.5);
    expect(weekly[2]).toBeGreaterThan(weekly[1]!);
    expect(weekly[2]).toBeLessThan(6);
  });
});

describe('faults whose truth is known', () => {
  type Fault = (value: number, since: number, before: { last: number; mean: number }) => number;
  const faultAt = 3 * rowsPerWeek;

  function alertsAfter(kind: string, seed: number, fault: Fault): number {
    const rows = ordinarySeries(kind, seed, 4);
    const earlier = rows.slice(0, faultAt);
    const mean = earlier.reduce((sum, { value }) => sum + value, 0) / faultAt;
    const before = { last: earlier.at(-1)!.value, mean };
    const scores = scoresOf(
      rows.map((row, at) => (at < faultAt ? row : { ...row, value: fault(row.value, at - faultAt, before) })),
    );
    return alertsIn(scores.slice(faultAt, faultAt + 36)).length;
  }

  it.each<[kind: string, why: string, fault: Fault]>([
    ['noise around a level', 'a level that shifts by three standard deviations', (value) => value + 15],
    ['daily wave', 'a level that shifts by six standard deviations', (value) => value + 30],
    ['slowly returning level', 'a level that shifts by five standard deviations', (value) => value + 25],
    ['noise around a level', 'one spike', (value, since) => (since === 0 ? value + 60 : value)],
    ['counts with a daily wave', 'an hour of nothing', (value, since) => (since < 12 ? 0 : value)],
    ['noise around a level', 'a sensor that died', (_, __, { last }) => last],
    ['daily wave', 'a sensor that died', (_, __, { last }) => last],
    ['noise around a level', 'unrest times four', (value, _, { mean }) => mean + 4 * (value - mean)],
    ['amounts with a heavy tail', 'amounts a hundred times too large', (value) => 100 * value],
  ])('%s: alerts within three hours on %s', (kind, _why, fault) => {
    const found = [11, 12, 13, 14].map((seed) => Math.min(1, alertsAfter(kind, seed, fault)));
    // One of four may start in the quiet hours of a false alert.
    expect(found.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(3);
  });

  it('raises few alerts for one event, however long it lasts', () => {
    const shifted = (value: number): number => value + 40;
    for (const seed of [11, 12, 13]) {
      const count = alertsAfter('noise around a level', seed, shifted);
      expect(count).toBeGreaterThanOrEqual(1);
      expect(count).toBeLessThanOrEqual(2);
    }
  });

  it('hears a shift of the level the day after one absurd row', () => {
    const rows = ordinarySeries('noise around a level', 5, 4).map((row, at) => {
      const absurd = at === faultAt - 288 ? 1e12 : 0;
      return { ...row, value: row.value + absurd + (at >= faultAt ? 60 : 0) };
    });
    const alerts = alertsIn(scoresOf(rows));
    expect(alerts).toContain(faultAt - 288);
    expect(alerts.some((at) => at >= faultAt && at < faultAt + 36)).toBe(true);
  });
});

describe('rows that are no ordinary series', () => {
  const calm = ordinarySeries('daily wave', 3, 3);
  const from = (rows: Row[], at: number, shiftMs: number): Row[] =>
    rows.map((row, index) => (index < at ? row : { ...row, wallTimeMs: row.wallTimeMs + shiftMs }));
  const day = 288;
  /** What the three weeks raise anyway. */
  const usual = alertsIn(scoresOf(calm)).length;

  it.each<[what: string, rows: { wallTimeMs: number | null; value: number }[], most: number]>([
    ['no rows', [], 0],
    ['one row', rowsOf([5]), 0],
    ['a constant', rowsOf(Array<number>(5_000).fill(0.1)), 0],
    ['zeros', rowsOf(Array<number>(5_000).fill(0)), 0],
    ['a ramp of hundred rows', rowsOf(Array.from({ length: 100 }, (_, at) => at)), 0],
    ['a square wave', rowsOf(Array.from({ length: 5_000 }, (_, at) => (at % day < day / 2 ? 20 : 80))), 1],
    ['very small numbers', calm.map((row) => ({ ...row, value: row.value * 1e-250 })), usual],
    ['a gap of a week', from(calm, 14 * day, 7 * day * 5 * minute), usual + 1],
    ['one time for all rows', calm.map((row) => ({ ...row, wallTimeMs: start })), usual + 4],
    ['no times', calm.map((row) => ({ ...row, wallTimeMs: null })), usual + 4],
    ['clocks go forward', from(calm, 14 * day, 60 * minute), usual + 1],
    ['clocks go back', from(calm, 14 * day, -60 * minute), usual + 1],
  ])('%s: at most the alerts that are expected', (_what, rows, most) => {
    expect(alertsIn(scoresOf(rows)).length).toBeLessThanOrEqual(most);
  });

  it('alerts on the first change after a constant', () => {
    const rows = rowsOf([...Array<number>(500).fill(7), 8, ...Array<number>(50).fill(7)]);
    expect(alertsIn(scoresOf(rows))).toEqual([500]);
  });

  it('stays in a fixed amount of memory over two million rows', () => {
    const detector = new NoveltyDetector();
    const sizeAfter = (rows: number, offset: number): number => {
      for (let at = offset; at < offset + rows; at++)
        detector.score({ wallTimeMs: start + at * minute, value: Math.sin(at * at) * (1 + (at % 97)) });
      return serialize(detector).byteLength;
    };
    const early = sizeAfter(200_000, 0);
    expect(sizeAfter(1_800_000, 200_000)).toBeLessThan(early * 1.1);
    expect(early).toBeLessThan(200_000);
  }, 60_000);

  it('remembers a value for four weeks and forgets it after eight', () => {
    const weeks = 14;
    const spikeAfter = (gapWeeks: number): number => {
      const rows = ordinarySeries('noise around a level', 9, weeks);
      const [first, second] = [2 * rowsPerWeek, (2 + gapWeeks) * rowsPerWeek];
      const spiked = rows.map((row, at) => (at === first || at === second ? { ...row, value: 400 } : row));
      return scoresOf(spiked)[second]!;
    };
    expect(spikeAfter(3)).toBeLessThan(alertScore);
    expect(spikeAfter(9)).toBeGreaterThanOrEqual(alertScore);
  });
});
