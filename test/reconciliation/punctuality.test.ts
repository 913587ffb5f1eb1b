/** How punctual a partner is, by the files that really came into the inbox, and by when. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseDay } from '../../src/kernel/calendar-day.js';
import { startBench, type Bench } from './bench.js';

const day = (text: string): number => parseDay(text) ?? 0;

let bench: Bench;
beforeAll(async () => {
  bench = await startBench('2026-11-24T06:00:00Z');
});
afterAll(() => bench.close());

/** The statement of a business day comes at an instant. */
async function arrives(instant: string, businessDay: string): Promise<void> {
  bench.setTime(instant);
  await bench.put(`northpay_${businessDay}.csv`, {
    reference: `P${businessDay}`,
    amount: '10.00',
    day: businessDay,
  });
  await bench.settle();
}

it('counts what came by the cut-off, what came later, and what has not come', async () => {
  await arrives('2026-11-24T06:00:00Z', '2026-11-23');
  // 10:00 in Amsterdam, where 08:00 was the time.
  await arrives('2026-11-25T09:00:00Z', '2026-11-24');
  await arrives('2026-11-27T06:00:00Z', '2026-11-26');
  bench.setTime('2026-11-28T06:00:00Z');
  const found = await bench.desk.punctuality('northpay', day('2026-11-16'), day('2026-11-27'));
  // Friday’s is due at 08:00 today, in an hour; the week before the first file is owed nothing.
  expect(found).toEqual({
    due: 4,
    inTime: 2,
    late: 1,
    missing: 1,
    missingSince: day('2026-11-25'),
    measure: { kind: 'cut_off', time: '08:00', timeZone: 'Europe/Amsterdam', arrivals: 0 },
  });
});

it('has no measure for a partner with too few arrivals and no cut-off', async () => {
  expect(await bench.desk.punctuality('harbour', day('2026-11-16'), day('2026-11-27'))).toMatchObject({
    due: 0,
    measure: null,
  });
});
