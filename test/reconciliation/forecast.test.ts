/** The settlement forecast: what it expects, when it says nothing, and whether its interval covers what it says. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../../bench/reconciliation/generate.js';
import { parseDay, type Day } from '../../src/kernel/calendar-day.js';
import { target } from '../../src/reconciliation/calendars/target.js';
import {
  forecast,
  learnDelay,
  pastErrors,
  type ForecastErrors,
  type SettledMoney,
} from '../../src/reconciliation/forecast.js';
import { dueDay } from '../../src/reconciliation/settlement.js';

const dayOf = (text: string): Day => parseDay(text) ?? 0;
const noErrors: ForecastErrors = { today: [], tomorrow: [], week: [] };

/** A partner that pays after two business days, a tenth of it a day later, over so many days from a Monday. */
function history(seed: number, days: number): SettledMoney[] {
  const random = seeded(seed);
  const firstDay = dayOf('2026-01-05');
  return Array.from({ length: days }, (_, at) => firstDay + at).flatMap((day) =>
    Array.from({ length: 12 }, () => {
      const businessDays = random() < 0.85 ? 2 : 3;
      const amountMinor = BigInt(Math.round(5000 * Math.exp(2 * random())));
      return { day, amountMinor, settledOn: dueDay(day, { businessDays }, target) };
    }),
  );
}

describe('what is expected', () => {
  const settled = history(1, 40);
  const delay = learnDelay(settled, target);

  it('learns delays in business days, so that a weekend is none', () => {
    expect([...(delay?.shares.keys() ?? [])]).toEqual([2, 3]);
    expect(delay?.lateAfter).toBe(3);
  });

  it('says nothing after a few days', () => {
    expect(learnDelay(history(1, 9), target)).toBeNull();
  });

  it('expects money of Wednesday on Friday for the most part, and the rest on Monday', () => {
    if (delay === null) throw new Error('no delay was learned');
    const open = [{ day: dayOf('2026-03-04'), amountMinor: 100_000n }];
    const friday = forecast(open, dayOf('2026-03-06'), delay, noErrors, target);
    expect(Number(friday.today.minor)).toBeGreaterThan(75_000);
    expect(friday.tomorrow.minor).toBe(0n);
    const monday = forecast(open, dayOf('2026-03-09'), delay, noErrors, target);
    expect(monday).toMatchObject({ today: { minor: 100_000n, interval: null }, overdueMinor: 0n });
    expect(forecast(open, dayOf('2026-03-10'), delay, noErrors, target).overdueMinor).toBe(100_000n);
  });
});

it('covers with its 80 % interval 75 to 85 % of days on seeds that it was not made with', () => {
  let [inside, all] = [0, 0];
  const held = dayOf('2026-05-04');
  const days = Array.from({ length: 60 }, (_, at) => held - 60 + at);
  for (let seed = 1001; seed <= 1024; seed++) {
    const settled = history(seed, 140);
    const known = settled.filter(({ settledOn }) => settledOn < held);
    const delay = learnDelay(known, target);
    if (delay === null) throw new Error('no delay was learned');
    const errors = pastErrors(known, days, target);
    for (let today = held; today < held + 12; today++) {
      if (target.closed(today) !== null) continue;
      const open = settled.filter(({ day, settledOn }) => day < today && settledOn >= today);
      const { interval } = forecast(open, today, delay, errors, target).today;
      if (interval === null) continue;
      const came = open.reduce((sum, each) => sum + (each.settledOn === today ? each.amountMinor : 0n), 0n);
      all += 1;
      if (interval.lowMinor <= came && came <= interval.highMinor) inside += 1;
    }
  }
  expect(all).toBeGreaterThan(150);
  expect(inside / all).toBeGreaterThanOrEqual(0.75);
  expect(inside / all).toBeLessThanOrEqual(0.85);
});
