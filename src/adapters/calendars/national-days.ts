/**
 * What the package of holidays lacks of the days on which a country's payment systems rest: days of its banks alone, days
 * in lieu of a weekend, days that were proclaimed, and days that were moved away.
 *
 * Sources: Payments Canada, Lynx holiday schedules; the Bulgarian Labour Code, article 154; the Korean Act on Public
 * Holidays and its proclamations; the Reserve Bank of Australia, RITS; the Bank of England. Deliberately absent: days that
 * are proclaimed year by year in other countries, for which paydesk.yaml has `closingDays`.
 */
import { dayOf, isoDay, parseDay, weekdayOf, type Day } from '../../kernel/calendar-day.js';

/** By date: the name of a closing day, or null for a day that is open. */
type Days = Readonly<Record<string, string | null>>;

/** `known`: the closing days of the year without these. */
export const nationalDays = (country: string, year: number, known: ReadonlyMap<string, string>): Days => ({
  ...rules[country]?.(year, known),
  ...proclaimed[country],
});

const monday = 1;
const friday = 5;

const onDate = (year: number, monthDay: string): Day => parseDay(`${year}-${monthDay}`) ?? 0;

/** The first such weekday on a day or behind it. */
const firstFrom = (day: Day, weekday: number): Day => day + ((weekday - weekdayOf(day) + 7) % 7);

const secondMonday = (year: number, month: number): Day => firstFrom(dayOf(year, month, 8) ?? 0, monday);

type Rule = (year: number, known: ReadonlyMap<string, string>) => Days;

const canada: Rule = (year, known) => {
  const fixed = {
    '01-01': "New Year's Day",
    '07-01': 'Canada Day',
    ...(year >= 2021 && { '09-30': 'National Day for Truth and Reconciliation' }),
    '11-11': 'Remembrance Day',
    '12-25': 'Christmas Day',
    '12-26': 'Boxing Day',
  };
  return {
    [isoDay(firstFrom(onDate(year, '05-18'), monday))]: 'Victoria Day',
    [isoDay(secondMonday(year, 10))]: 'Thanksgiving',
    ...withDaysInLieu(year, fixed, known),
  };
};

/** Days in lieu came with 2017; days of Easter get none. */
const bulgaria: Rule = (year, known) => {
  const fixed = {
    '01-01': "New Year's Day",
    '03-03': 'Liberation Day',
    '05-01': 'Labour Day',
    '05-06': "St. George's Day",
    '05-24': 'Education and Culture Day',
    '09-06': 'Unification Day',
    '09-22': 'Independence Day',
    '12-24': 'Christmas Eve',
    '12-25': 'Christmas Day',
    '12-26': 'Second Day of Christmas',
  };
  return year < 2017 ? { [`${year}-12-26`]: fixed['12-26'] } : withDaysInLieu(year, fixed, known);
};

const australia: Rule = (year) => ({ [isoDay(secondMonday(year, 6))]: "King's Birthday" });

/** Banks rest on Labour Day, which was no public holiday for long. */
const korea: Rule = (year) => ({ [`${year}-05-01`]: 'Labour Day' });

const rules: Readonly<Record<string, Rule>> = { AU: australia, BG: bulgaria, CA: canada, KR: korea };

/** Fixed days, and for each on a weekend the next weekday on which nothing else is kept. */
function withDaysInLieu(
  year: number,
  fixed: Readonly<Record<string, string>>,
  known: ReadonlyMap<string, string>,
): Days {
  const days = Object.fromEntries(Object.entries(fixed).map(([at, name]) => [`${year}-${at}`, name]));
  for (const [date, name] of Object.entries(days)) {
    const day = parseDay(date) ?? 0;
    if (weekdayOf(day) <= friday) continue;
    let free = firstFrom(day, monday);
    while (known.has(isoDay(free)) || isoDay(free) in days) free++;
    days[isoDay(free)] = `${name} (in lieu)`;
  }
  return days;
}

const election = 'Election Day';
const temporary = 'Temporary holiday';

const proclaimed: Readonly<Record<string, Days>> = {
  GB: {
    '2002-05-27': null,
    '2002-06-03': 'Golden Jubilee of Elizabeth II',
    '2002-06-04': 'Spring bank holiday',
    '2011-04-29': 'Wedding of William and Catherine',
    '2012-05-28': null,
    '2012-06-04': 'Spring bank holiday',
  },
  KR: {
    '2020-04-15': election,
    '2020-08-17': temporary,
    '2022-03-09': election,
    '2022-06-01': election,
    '2023-10-02': temporary,
    '2024-04-10': election,
    '2024-10-01': temporary,
    '2025-01-27': temporary,
    '2025-06-03': election,
    '2026-06-03': election,
  },
};
