/** Which days are closed, and when money is due. */
import { describe, expect, it } from 'vitest';
import { bankCalendar } from '../../src/adapters/calendars/bank-holidays.js';
import { dayOf, isoDay, parseDay, weekdayOf, type Day } from '../../src/kernel/calendar-day.js';
import { easterSunday, target } from '../../src/reconciliation/calendars/target.js';
import { dueDay, parseSettlementRule } from '../../src/reconciliation/settlement.js';

const day = (text: string): Day => parseDay(text) ?? Number.NaN;

describe('calendar days', () => {
  it.each(['2026-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '26-01-01', '2026-11-27T00:00', ''])(
    '%s is none',
    (text) => {
      expect(parseDay(text)).toBeNull();
    },
  );

  it('reads back what it prints, over the change of every year and of leap days', () => {
    for (let at = day('1999-12-25'); at < day('2101-01-05'); at++) expect(parseDay(isoDay(at))).toBe(at);
  });

  it('knows the weekday', () => {
    expect([day('2026-11-29'), day('2026-11-30'), -1].map(weekdayOf)).toEqual([7, 1, 3]);
  });
});

describe('TARGET', () => {
  it.each([
    [2002, '2002-03-31'],
    [2008, '2008-03-23'],
    [2011, '2011-04-24'],
    [2019, '2019-04-21'],
    [2024, '2024-03-31'],
    [2026, '2026-04-05'],
    [2038, '2038-04-25'],
  ])('Easter of %i is %s', (year, date) => {
    expect(isoDay(easterSunday(year))).toBe(date);
  });

  it('closes on six holidays and the weekends, in every year from 2000 to 2030', () => {
    for (let year = 2000; year <= 2030; year++) {
      const easter = easterSunday(year);
      const holidays = [
        dayOf(year, 1, 1),
        easter - 2,
        easter + 1,
        dayOf(year, 5, 1),
        dayOf(year, 12, 25),
        dayOf(year, 12, 26),
        day('2001-12-31'),
      ];
      for (let at = day(`${year}-01-01`); at <= day(`${year}-12-31`); at++) {
        expect([isoDay(at), target.closed(at) !== null]).toEqual([
          isoDay(at),
          holidays.includes(at) || weekdayOf(at) > 5,
        ]);
      }
    }
  });
});

describe('countries', () => {
  it.each([
    ['DE', '2026-10-03', 'National Holiday'],
    ['DE', '2026-10-05', null],
    ['GB', '2026-12-28', 'Boxing Day (substitute day)'],
    // The Bank of England keeps the holidays of England.
    ['GB', '2026-08-31', 'Summer bank holiday'],
    ['GB', '2012-05-28', null],
    ['GB', '2012-06-04', 'Spring bank holiday'],
    ['GB', '2011-04-29', 'Wedding of William and Catherine'],
    // Holidays of several days close each of them.
    ['KR', '2026-02-18', 'Korean New Year'],
    ['RO', '2026-01-02', "New Year's Day"],
    ['TR', '2026-05-29', 'Feast of the Sacrifice (Eid al-Adha)'],
    ['SA', '2026-03-22', 'End of Ramadan (Eid al-Fitr)'],
    ['SA', '2026-03-23', null],
    // From two o'clock on: until then money settles.
    ['DE', '2026-12-24', null],
    // No bank of the euro area settles on the closing days of TARGET, since its country has the euro.
    ['AT', '2026-04-03', 'Good Friday'],
    ['NL', '2026-05-01', 'Labour Day'],
    ['HR', '2022-04-15', null],
    ['HR', '2023-04-07', 'Good Friday'],
    // The Federal Reserve stays open on the Friday before a holiday on a Saturday.
    ['US', '2026-07-03', null],
    ['US', '2026-11-26', 'Thanksgiving Day'],
    ['SA', '2026-11-27', 'Friday'],
    ['SA', '2026-11-29', null],
  ])('%s on %s: %s', (country, date, reason) => {
    expect(bankCalendar(country, target).closed(day(date))).toBe(reason);
  });

  const closedWeekdays = (country: string, year: number): string => {
    const calendar = bankCalendar(country, target);
    return Array.from({ length: 366 }, (_, at) => day(`${year}-01-01`) + at)
      .filter((at) => isoDay(at).startsWith(String(year)) && weekdayOf(at) <= 5)
      .filter((at) => calendar.closed(at) !== null)
      .map((at) => isoDay(at).slice(5))
      .join(' ');
  };

  it.each([
    [
      'CA',
      2026,
      '01-01 04-03 05-18 07-01 09-07 09-30 10-12 11-11 12-25 12-28',
      'Lynx rests on federal days; Boxing Day is a Saturday',
    ],
    [
      'CA',
      2027,
      '01-01 03-26 05-24 07-01 09-06 09-30 10-11 11-11 12-27 12-28',
      'both days of Christmas are a weekend',
    ],
    ['CA', 2020, '01-01 04-10 05-18 07-01 09-07 10-12 11-11 12-25 12-28', 'before Truth and Reconciliation'],
    [
      'KR',
      2024,
      '01-01 02-09 02-12 03-01 04-10 05-01 05-06 05-15 06-06 08-15 09-16 09-17 09-18 10-01 10-03 10-09 12-25',
      'an election and a day that was proclaimed',
    ],
    [
      'KR',
      2025,
      '01-01 01-27 01-28 01-29 01-30 03-03 05-01 05-05 05-06 06-03 06-06 08-15 10-03 10-06 10-07 10-08 10-09 12-25',
      'the new year begins the day before',
    ],
    [
      'BG',
      2025,
      '01-01 03-03 04-18 04-21 05-01 05-06 05-26 09-08 09-22 12-24 12-25 12-26',
      'days in lieu of Saturdays, before the euro',
    ],
    [
      'BG',
      2026,
      '01-01 03-03 04-03 04-06 04-10 04-13 05-01 05-06 05-25 09-07 09-22 12-24 12-25 12-28',
      'with the euro, both Easters',
    ],
    [
      'BG',
      2027,
      '01-01 03-03 03-26 03-29 04-30 05-03 05-04 05-06 05-24 09-06 09-22 12-24 12-27 12-28',
      'Labour Day within Easter',
    ],
    [
      'CN',
      2026,
      '01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05 10-06 10-07',
      'with the bridges of the notice',
    ],
    [
      'CN',
      2025,
      '01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08',
      'autumn within the national days',
    ],
    ['CN', 2027, '01-01 02-05 04-05 06-09 09-15 10-01', 'the days of the law where no notice is known'],
    ['CH', 2026, '01-01 01-02 04-03 04-06 05-01 05-14 05-25 12-25', 'Berchtold Day and Labour Day'],
    ['CZ', 2015, '01-01 04-06 05-01 05-08 07-06 09-28 10-28 11-17 12-24 12-25', 'no Good Friday before 2016'],
    ['HU', 2026, '01-01 01-02 04-03 04-06 05-01 05-25 08-20 08-21 10-23 12-24 12-25', 'bridges of a decree'],
    ['MX', 2024, '01-01 02-05 03-18 03-28 03-29 05-01 09-16 10-01 11-18 12-12 12-25', 'a new president'],
    [
      'NZ',
      2010,
      '01-01 01-04 04-02 04-05 06-07 10-25 12-27 12-28',
      'no days in lieu of Waitangi and ANZAC Day',
    ],
    ['AU', 2026, '01-01 01-26 04-03 04-06 06-08 12-25 12-28', 'RITS rests where Sydney and Melbourne do'],
  ])('%s closes in %i on these weekdays: %s', (country, year, dates) => {
    expect(closedWeekdays(country, year)).toBe(dates);
  });

  it.each([
    ['CN', 2026, null],
    ['CN', 2027, /each November/],
    ['HU', 2026, null],
    ['HU', 2027, /each year/],
    ['IN', 2026, /each state/],
    ['SA', 2026, /one earlier or later/],
    ['DE', 2026, null],
  ] as [string, number, RegExp | null][])('what cannot be known of %s in %i: %s', (country, year, words) => {
    const uncertain = bankCalendar(country, target).uncertain?.(year) ?? null;
    if (words === null) expect(uncertain).toBeNull();
    else expect(uncertain).toMatch(words);
  });

  it('refuses a country that does not exist', () => {
    expect(() => bankCalendar('XX', target)).toThrow(/not a calendar/);
  });
});

describe('due days', () => {
  it.each([
    ['T+0 on a business day', 'T+0', '2026-11-27', '2026-11-27'],
    ['T+0 on a Saturday', 'T+0', '2026-11-28', '2026-11-30'],
    ['T+1 over a weekend', 'T+1', '2026-11-27', '2026-11-30'],
    ['T+2 from a Sunday', 't+2', '2026-11-29', '2026-12-01'],
    ['T+3 over Christmas', 'T+3', '2026-12-23', '2026-12-29'],
  ])('%s', (_why, rule, from, due) => {
    expect(isoDay(dueDay(day(from), parseSettlementRule(rule), target))).toBe(due);
  });

  it.each(['T', 'T+', 'T-1', 'T+1.5', '2', 'T+999', ''])('refuses the rule “%s”', (text) => {
    expect(() => parseSettlementRule(text)).toThrow(/not a settlement rule/);
  });
});
