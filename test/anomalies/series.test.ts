/** Levels and amounts: a series at rest is silent, what is planted is found, ends, and becomes usual where it stays. */
import { describe, expect, it } from 'vitest';
import { Series, type SeriesChange, type SeriesOptions } from '../../src/anomalies/novelty/series.js';
import { randomOf } from '../../bench/anomalies/random.js';

const minuteMs = 60_000;
const widthMs = 15 * minuteMs;
const rowsOfDay = 96;
const startMs = Date.UTC(2026, 8, 7);

/** A queue with a daily wave: some 20 at night, some 100 at noon. */
function queue(
  seed: number,
  days: number,
  at: (row: number, usual: number) => number = (_, usual) => usual,
): number[] {
  const random = randomOf(seed);
  return Array.from({ length: days * rowsOfDay }, (_, row) =>
    at(row, random.poisson(60 - 40 * Math.cos((2 * Math.PI * row) / rowsOfDay))),
  );
}

interface Seen {
  changes: { row: number; until: number | null; change: SeriesChange }[];
}

function watch(values: readonly number[], over: Partial<SeriesOptions> = {}): Seen['changes'] {
  const series = new Series({ widthMs, direction: 'both', floor: 0, isSum: false, ...over });
  const changes: Seen['changes'] = [];
  values.forEach((value, row) => {
    const before = series.change;
    series.observe(startMs + row * widthMs, value, 1);
    if (series.change && series.change !== before) changes.push({ row, until: null, change: series.change });
    const last = changes.at(-1);
    if (!series.change && last?.until === null) last.until = row;
  });
  return changes;
}

const faultAt = 30 * rowsOfDay + 40;
const isIn = (row: number, rows: number): boolean => row >= faultAt && row < faultAt + rows;

it('at rest it raises no more than its budget', () => {
  const weeks = 6;
  const raised = [1, 2, 3, 4, 5].flatMap((seed) => watch(queue(seed, 14 + 7 * weeks)));
  expect(raised.length / (5 * weeks)).toBeLessThanOrEqual(1);
});

describe('a planted change', () => {
  it('is found at once, says what is usual, and is over half an hour after its end', () => {
    const values = queue(7, 40, (row, usual) => (isIn(row, 20) ? 6 * usual : usual));
    const found = watch(values).find(({ row }) => row >= faultAt)!;
    expect(found.row - faultAt).toBeLessThanOrEqual(1);
    expect(found.until).toBe(faultAt + 21);
    expect(found.change.low).toBeGreaterThan(40);
    expect(found.change.high).toBeLessThan(130);
    expect(found.change.farthest).toBe(Math.max(...values.slice(faultAt, faultAt + 20)));
  });

  it('that stays becomes usual after a day, and is no news again', () => {
    const changes = watch(queue(7, 50, (row, usual) => (row >= faultAt ? 400 + usual : usual)));
    const after = changes.filter(({ row }) => row >= faultAt);
    expect(after[0]).toMatchObject({ row: faultAt, until: faultAt + rowsOfDay });
    expect(after.length).toBeLessThanOrEqual(2);
  });

  it.each<[string, Partial<SeriesOptions>, number, boolean]>([
    ['a rise, where only falls count', { direction: 'down' }, 500, false],
    ['a rise, where rises count', { direction: 'up' }, 500, true],
    ['a fall below all that was seen, where only rises count', { direction: 'up' }, -500, false],
    ['a fall, where falls count', { direction: 'down' }, -500, true],
    ['a rise below the floor', { floor: 1000 }, 500, false],
    ['a rise above the floor', { floor: 300 }, 500, true],
  ])('%s', (_reason, over, by, isFound) => {
    const changes = watch(
      queue(9, 40, (row, usual) => (isIn(row, 20) ? usual + by : usual)),
      over,
    );
    expect(changes.some(({ row }) => isIn(row, 20))).toBe(isFound);
  });
});

it.each<[string, (row: number) => number]>([
  ['constant', () => 5],
  ['all zero', () => 0],
  ['without an end', (row) => row],
  ['beyond any number', (row) => (row === faultAt ? 1e300 : 7)],
])('a series that is %s breaks nothing', (_reason, at) => {
  const changes = watch(queue(1, 40, (row) => at(row)));
  expect(changes.length).toBeLessThan(40);
  for (const { change } of changes) expect(Number.isFinite(change.low + change.high)).toBe(true);
});
