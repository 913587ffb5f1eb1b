/**
 * Hours by the clock on the wall, freezes, and the day of a rate.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../src/kernel/clock.js';
import { currencyCodes, currencyExponent } from '../../src/kernel/currency.js';
import { OpsError } from '../../src/kernel/errors.js';
import { money } from '../../src/kernel/money.js';
import { weekdays, type Hours } from '../../src/remediation/kit/hours.js';
import { freezeOn, instantText, isOpen } from '../../src/remediation/policy/calendar.js';
import { policyAmount, reportingOf, staleRates } from '../../src/remediation/policy/rates.js';
import { noon, policy } from './policies.js';

const hours = (changes: Partial<Hours> = {}): Hours => ({
  days: weekdays,
  from: '09:00',
  to: '18:00',
  timeZone: 'Europe/Amsterdam',
  ...changes,
});

describe('hours', () => {
  const night = hours({ days: ['fri'], from: '22:00', to: '06:00' });
  it.each<[string, Hours, string, boolean]>([
    ['the first minute', hours(), '2026-11-20T08:00:00Z', true],
    ['a second before', hours(), '2026-11-20T07:59:59Z', false],
    ['the last second', hours(), '2026-11-20T16:59:59Z', true],
    ['the end is out', hours(), '2026-11-20T17:00:00Z', false],
    ['another day', hours({ days: ['mon'] }), '2026-11-20T11:00:00Z', false],
    [
      'the day is the zone’s, not UTC’s',
      hours({ days: ['sat'], from: '00:00', timeZone: 'Asia/Tokyo' }),
      '2026-11-20T15:00:00Z',
      true,
    ],
    [
      'a whole day, its last minute',
      hours({ from: '00:00', to: '24:00', timeZone: 'UTC' }),
      '2026-11-20T23:59:59Z',
      true,
    ],
    [
      'a whole day is not the next',
      hours({ days: ['thu'], from: '00:00', to: '24:00', timeZone: 'UTC' }),
      '2026-11-20T00:00:00Z',
      false,
    ],
    ['over midnight: the evening', night, '2026-11-20T21:00:00Z', true],
    ['over midnight: the small hours belong to the day before', night, '2026-11-21T04:59:00Z', true],
    ['over midnight: its end is out', night, '2026-11-21T05:00:00Z', false],
    ['over midnight: not the small hours of the day itself', night, '2026-11-20T04:00:00Z', false],
    ['over midnight: not the next evening', night, '2026-11-21T21:00:00Z', false],
    [
      'over midnight from Sunday into Monday',
      hours({ days: ['sun'], from: '22:00', to: '06:00' }),
      '2026-11-23T01:00:00Z',
      true,
    ],
    ['before the clocks go forward', hours(), '2026-03-28T08:00:00Z', true],
    ['after it nine comes an hour earlier', hours(), '2026-03-29T07:00:00Z', true],
    ['and so does six', hours(), '2026-03-29T16:00:00Z', false],
    ['before the clocks go back', hours(), '2026-10-24T07:00:00Z', true],
    ['after it nine comes an hour later', hours(), '2026-10-25T07:00:00Z', false],
    ['the hour that comes twice, first', hours({ from: '02:00', to: '03:00' }), '2026-10-25T00:30:00Z', true],
    ['the hour that comes twice, again', hours({ from: '02:00', to: '03:00' }), '2026-10-25T01:30:00Z', true],
    [
      'a night over the change ends by the wall clock',
      hours({ days: ['sat'], from: '22:00', to: '06:00' }),
      '2026-10-25T04:59:00Z',
      true,
    ],
    [
      'and not an hour later',
      hours({ days: ['sat'], from: '22:00', to: '06:00' }),
      '2026-10-25T05:00:00Z',
      false,
    ],
  ])('%s', (_why, window, at, open) => {
    expect(isOpen(window, new Date(at))).toBe(open);
  });

  it.each([
    ['an ordinary day', '2026-11-20T00:00:00Z', 60],
    ['the hour that is left out', '2026-03-29T00:00:00Z', 0],
    ['the hour that comes twice', '2026-10-25T00:00:00Z', 120],
  ])('from two to three is as long as the wall clock shows it: %s', (_why, day, minutes) => {
    const window = hours({ from: '02:00', to: '03:00' });
    const start = Date.parse(day) - 2 * 60 * minuteMs;
    const open = Array.from({ length: 12 * 60 }, (_, minute) => new Date(start + minute * minuteMs));
    expect(open.filter((at) => isOpen(window, at))).toHaveLength(minutes);
  });

  it('a window and the rest of the week are never open together, and one of them always is', () => {
    const time = fc
      .integer({ min: 0, max: 24 * 60 - 1 })
      .map((minute) => new Date(minute * minuteMs).toISOString().slice(11, 16));
    const zone = fc.constantFrom('Europe/Amsterdam', 'America/New_York', 'Asia/Kolkata', 'Pacific/Chatham');
    const at = fc.date({ min: new Date('2026-01-01'), max: new Date('2028-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(time, time, zone, at, (from, to, timeZone, instant) => {
        fc.pre(from !== to);
        const inside = isOpen(hours({ from, to, timeZone }), instant);
        const outside = isOpen(hours({ from: to, to: from, timeZone }), instant);
        expect(inside).not.toBe(outside);
      }),
    );
  });
});

describe('freezes', () => {
  const sale = { id: 'sale', from: noon, to: new Date(noon.getTime() + dayMs), why: 'the sale is on' };
  const longer = {
    ...sale,
    id: 'longer',
    to: new Date(noon.getTime() + 2 * dayMs),
    actions: ['pause-route'],
  };
  const given = policy({ freezes: [sale, longer] });
  it.each([
    ['at its first instant', 'refund-payment', 0, 'sale'],
    ['just before', 'refund-payment', -1, null],
    ['just before its end', 'refund-payment', dayMs - 1, 'sale'],
    ['at its end', 'refund-payment', dayMs, null],
    ['of two the one that ends last', 'pause-route', 0, 'longer'],
    ['for some actions only', 'refund-payment', dayMs + 1, null],
  ])('%s', (_why, action, afterMs, expected) => {
    const ruling = freezeOn(given, action, new Date(noon.getTime() + afterMs));
    expect(ruling.frozen ? ruling.freeze.id : null).toBe(expected);
  });

  it('say why and until when', () => {
    expect(freezeOn(given, 'refund-payment', noon)).toMatchObject({
      message:
        'Freeze “sale” is active: the sale is on. It ends on 2026-11-21 11:30 UTC; request it again then.',
    });
    expect(instantText(new Date('2026-11-20T23:59:00.001Z'))).toBe('2026-11-21 00:00 UTC');
  });
});

describe('rates that are too old are reported beforehand', () => {
  const rates = [
    { date: '2026-11-01', currency: 'USD', rate: '0.5' },
    { date: '2026-10-01', currency: 'USD', rate: '0.5' },
    { date: '2026-10-15', currency: 'GBP', rate: '1.1' },
    { date: '2027-01-01', currency: 'JPY', rate: '0.006' },
  ];
  it.each<[string, string, readonly string[]]>([
    ['while both count', '2026-11-15T00:00:00Z', ['JPY']],
    ['once the older one is over', '2026-11-16T00:00:00Z', ['GBP', 'JPY']],
    ['once both are', '2026-12-02T00:00:01Z', ['USD', 'GBP', 'JPY']],
    ['when the one to come has come', '2027-01-01T00:00:00Z', ['USD', 'GBP']],
  ])('%s', (_when, at, currencies) => {
    const told = staleRates(policy({ rates }), new Date(at));
    expect(told.map((line) => /from (\w+) to EUR .* refused\.$/.exec(line)?.[1])).toEqual(currencies);
  });
});

describe('rates', () => {
  const dated = policy({
    rates: [
      { date: '2026-11-10', currency: 'USD', rate: '0.5' },
      { date: '2026-11-20', currency: 'USD', rate: '2' },
      { date: '2026-11-01', currency: 'USD', rate: '0.25' },
    ],
  });
  it.each<[string, string, bigint | null]>([
    ['the newest not after the day', '2026-11-19T23:59:59.999Z', 50n],
    ['from its first instant in UTC', '2026-11-20T00:00:00Z', 200n],
    ['as long as allowed', '2026-12-21T00:00:00Z', 200n],
    ['and no longer', '2026-12-21T00:00:00.001Z', null],
    ['before the first there is none', '2026-10-31T23:59:59Z', null],
  ])('%s', (_why, at, minor) => {
    const converted = reportingOf(dated, money(100, 'USD'), new Date(at));
    expect(converted.ok ? converted.value.reporting.minor : null).toBe(minor);
  });

  it.each([
    ['rounded up', 1n, 'JPY', 1n],
    ['an exact amount stays', 10_000n, 'JPY', 5600n],
    ['three decimals to two', 1000n, 'KWD', 282n],
    ['nothing is nothing', 0n, 'USD', 0n],
    ['the currency itself needs no rate', 7n, 'EUR', 7n],
    ['the size, whichever way it goes', -10_000n, 'JPY', 5600n],
  ])('%s: %s %s', (_why, minor, currency, expected) => {
    expect(reportingOf(policy(), money(minor, currency), noon)).toMatchObject({
      value: { reporting: { minor: expected, currency: 'EUR' } },
    });
  });

  it('are exact, less than a minor unit above the true value and never below', () => {
    const currency = fc.constantFrom(...currencyCodes.filter((code) => code !== 'EUR'));
    const rate = fc.tuple(fc.nat(100_000), fc.nat(999_999));
    fc.assert(
      fc.property(currency, rate, fc.bigInt({ min: 0n, max: 10n ** 24n }), (code, [whole, micro], minor) => {
        const text = `${whole}.${String(micro).padStart(6, '0')}`;
        const given = policy({ rates: [{ date: '2026-11-20', currency: code, rate: text }] });
        const converted = reportingOf(given, money(minor, code), noon);
        if (!converted.ok) throw new Error(converted.fault);
        const scale = 10n ** BigInt(6 + (currencyExponent(code) ?? 0));
        const excess =
          converted.value.reporting.minor * scale -
          minor * (BigInt(whole) * 1_000_000n + BigInt(micro)) * 100n;
        expect(excess >= 0n && excess < scale).toBe(true);
      }),
    );
  });

  it('an unreadable amount in the policy is reported', () => {
    expect(() => policyAmount(policy(), '1e3')).toThrow(OpsError);
  });
});
