/**
 * Months, win rates, and how far the networks' thresholds are.
 */
import { describe, expect, it } from 'vitest';
import { networkMonthBefore, networkMonthOf, requireMonth } from '../../src/disputes/month.js';
import { alarmOf, ratioOf, shippedProgrammes, standingOf } from '../../src/disputes/programmes.js';
import { statsOf, wilson } from '../../src/disputes/stats.js';
import type { OpenedCount } from '../../src/ports/dispute-register.js';

const now = new Date('2026-11-20T12:00:00Z');

describe('a month', () => {
  it.each([
    ['2026-13', /13 isn’t between 01 and 12/, 'no such month'],
    ['2026-00', /00 isn’t between 01 and 12/, 'months begin with one'],
    ['2026-1', /is not a month/, 'one digit'],
    ['26-11', /is not a month/, 'a short year'],
    ['11-2026', /is not a month/, 'turned round'],
    ['2026/11', /is not a month/, 'another sign'],
    ['2026-12', /no disputes of 2026-12/, 'to come'],
    ['0001-01', /no disputes of 0001-01/, 'before cards'],
  ])('%s is refused: %s', (word, said) => {
    expect(() => requireMonth(word, now)).toThrow(said);
  });

  it('begins and ends at midnight in UTC, also around the turn of a year', () => {
    expect(requireMonth('2026-11', now)).toEqual(networkMonthOf(now));
    expect(networkMonthBefore(requireMonth('2026-01', now))).toEqual({
      text: '2025-12',
      from: new Date('2025-12-01T00:00:00Z'),
      to: new Date('2026-01-01T00:00:00Z'),
    });
  });
});

const counted = (status: string, count: number, changed: Partial<OpenedCount> = {}): OpenedCount => ({
  status,
  reason: 'fraudulent',
  network: 'visa',
  answered: true,
  count,
  ...changed,
});

describe('stats', () => {
  it('count disputes, with n and interval, and inquiries apart', () => {
    const stats = statsOf([
      counted('won', 6),
      counted('lost', 4),
      counted('lost', 5, { answered: false, reason: 'duplicate' }),
      counted('needs_response', 3),
      counted('warning_closed', 2),
    ]);
    expect(stats).toMatchObject({
      opened: 18,
      inquiries: 2,
      undecided: 3,
      all: { won: 6, n: 15, rate: 0.4 },
      answered: { won: 6, n: 10, rate: 0.6 },
      lostWithoutAnswer: 5,
      reasons: [
        { reason: 'fraudulent', opened: 13 },
        { reason: 'duplicate', opened: 5, winRate: { rate: 0, n: 5 } },
      ],
    });
  });

  it('have no rate where nothing is decided', () => {
    expect(statsOf([counted('needs_response', 3)]).all).toEqual({
      won: 0,
      n: 0,
      rate: null,
      low: 0,
      high: 1,
    });
  });

  it.each([
    // Wilson's interval as R's binom::binom.confint(method = "wilson") gives it.
    [12, 21, 0.3655, 0.7554],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
  ])('%i of %i lies between %f and %f', (won, n, low, high) => {
    const found = wilson(won, n);
    expect(found.low).toBeCloseTo(low, 3);
    expect(found.high).toBeCloseTo(high, 3);
  });
});

describe('a programme', () => {
  const [vamp, ecm] = [shippedProgrammes[0]!, shippedProgrammes[1]!];
  const inMonth = (text: string) => requireMonth(text, now);

  it.each<[string, Parameters<typeof standingOf>[2], number | null, string]>([
    [
      '2026-11',
      { disputes: 900, warnings: 400, warningsWhole: true, settled: 60_000 },
      200,
      'the count alone is missing',
    ],
    [
      '2026-11',
      { disputes: 900, warnings: 700, warningsWhole: true, settled: 200_000 },
      1400,
      'the ratio is missing',
    ],
    [
      '2026-11',
      { disputes: 2000, warnings: 1000, warningsWhole: true, settled: 200_000 },
      0,
      'both are there',
    ],
    [
      '2026-03',
      { disputes: 2000, warnings: 1000, warningsWhole: true, settled: 200_000 },
      1400,
      'the threshold before April',
    ],
    [
      '2026-11',
      { disputes: 10, warnings: 0, warningsWhole: true, settled: null },
      null,
      'no denominator, no distance',
    ],
  ])('VAMP in %s with %o is %s away: %s', (month, facts, away) => {
    expect(standingOf(vamp, inMonth(month), facts).thresholds.map((one) => one.away)).toEqual([away]);
  });

  it('does not exist before its first day', () => {
    expect(
      standingOf(vamp, inMonth('2025-05'), { disputes: 1, warnings: 0, warningsWhole: true, settled: 1 })
        .thresholds,
    ).toEqual([]);
  });

  it('is whole where all warnings were counted, or none count', () => {
    const facts = { disputes: 30, warnings: 50, warningsWhole: false, settled: 2000 };
    expect(standingOf(vamp, inMonth('2026-11'), facts).isWhole).toBe(false);
    expect(standingOf(ecm, inMonth('2026-11'), facts).isWhole).toBe(true);
  });

  it('counts warnings only where its rules do', () => {
    const facts = { disputes: 30, warnings: 50, warningsWhole: true, settled: 2000 };
    expect(ratioOf(standingOf(ecm, inMonth('2026-11'), facts))).toBeCloseTo(1.5);
    expect(ratioOf(standingOf(vamp, inMonth('2026-11'), facts))).toBeCloseTo(4);
  });

  it.each<[number, number, string | null, string]>([
    [79, 4000, null, 'under 80 % of a hundred'],
    [80, 4000, 'near ECM', '80 % of a hundred'],
    [100, 4000, 'reached ECM', 'a hundred, and 2.5 %'],
    [100, 10_000, null, 'a hundred, and 1 % of many sales'],
    [240, 4000, 'near HECM', '80 % of three hundred'],
    [300, 4000, 'reached HECM', 'three hundred, and 7.5 %'],
  ])('%i chargebacks on %i sales raise %s: %s', (disputes, settled, raised) => {
    const alarm = alarmOf(
      standingOf(ecm, inMonth('2026-11'), { disputes, warnings: 0, warningsWhole: true, settled }),
    );
    const said = alarm && `${alarm.isReached ? 'reached' : 'near'} ${alarm.threshold.name}`;
    expect(said).toBe(raised);
  });
});
