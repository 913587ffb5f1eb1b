/**
 * A process may die between a run and the card that tells of it: the next one tells, once.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBench, type Bench } from './bench.js';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench('2026-11-27T06:00:00Z');
});
afterAll(() => bench.close());

it('a day whose process died before its card is posted by the next look, once and with its breaks', async () => {
  await bench.book({ id: 'L1', reference: 'P1', minor: 10_000, day: '2026-11-26' });
  await bench.put('northpay_26.csv', { reference: 'P2', amount: '100.00', day: '2026-11-26' });
  bench.dieBeforeTelling(true);
  await bench.settle().catch(() => undefined);
  expect(bench.posted()).toEqual([]);
  bench.dieBeforeTelling(false);
  await bench.desk.look();
  const told = bench.posted();
  expect(told.filter(({ liveCard }) => liveCard !== undefined)).toHaveLength(1);
  expect(told.filter(({ threadOf }) => threadOf !== undefined).length).toBeGreaterThanOrEqual(1);
  await bench.desk.look();
  expect(bench.posted()).toEqual([]);
});
