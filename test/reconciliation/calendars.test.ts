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

  it('closes on six holidays and the weekends, in every year from 2002 to 2028', () => {
    for (let year = 2002; year <= 2028; year++) {
      const easter = easterSunday(year);
      const holidays = [
        dayOf(year, 1, 1),
        easter - 2,
        easter + 1,
        dayOf(year, 5, 1),
        dayOf(year, 12, 25),
        dayOf(year, 12, 26),
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
