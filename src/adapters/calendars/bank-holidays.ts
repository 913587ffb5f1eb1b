/**
 * The days on which the banks of a country are closed: its weekend, its public and bank holidays, and in the euro area the
 * closing days of TARGET, on which no bank there settles.
 *
 * Invariants: a holiday of several days closes each of them; one that begins in the afternoon closes none, because money
 * settles in the morning. Source: the `date-holidays` package, with `national-days.ts`. Deliberately absent: regions and
 * single banks; a company adds its extra days in paydesk.yaml.
 */
import Holidays, { type HolidaysTypes } from 'date-holidays';
import { isoDay, parseDay, weekdayOf, type Day } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import type { BusinessCalendar } from '../../ports/calendars.js';
import { nationalDays, nationalUncertainty } from './national-days.js';

/** Countries whose weekend is Friday and Saturday. The United Arab Emirates left this list on 1 January 2022. */
const fridayWeekends = new Set('BD BH DZ EG IL IQ JO KW LY MV OM QA SA SD SY YE'.split(' '));
const friday = 5;
const saturday = 6;
const sunday = 7;

/**
 * The calendar of a country by its ISO 3166 code, such as `DE`; `euro` are the days of the euro's payment system. Throws
 * `invalid` for a code without holidays.
 */
export function bankCalendar(country: string, euro: BusinessCalendar): BusinessCalendar {
  const code = country.toUpperCase();
  if (!(code in new Holidays().getCountries()))
    throw new OpsError('invalid', `“${country.slice(0, 20)}” is not a calendar.`, {
      hint: 'Use TARGET or a two-letter country code, such as DE or US.',
    });
  const region = leadingRegions[code];
  const holidays = region === undefined ? new Holidays(code) : new Holidays(code, region);
  const byYear = new Map<string, Map<string, string>>();
  const weekend = fridayWeekends.has(code) ? [friday, saturday] : [saturday, sunday];
  return {
    id: code,
    closed: (day) => {
      const date = isoDay(day);
      const year = date.slice(0, 4);
      const closings = byYear.get(year) ?? closingsOf(holidays, code, Number(year));
      byYear.set(year, closings);
      return (
        closings.get(date) ?? weekendName(day, weekend) ?? (isEuro(code, date) ? euro.closed(day) : null)
      );
    },
    uncertain: (year) => nationalUncertainty(code, year) ?? moonUncertainty(holidays, year),
  };
}

const islamicMonth = /\b(?:Muharram|Rabi|Rajab|Ramadan|Shawwal|Dhu al-Hijjah)\b/;

/** Months begin with the sight of the moon, which is proclaimed the evening before. */
function moonUncertainty(holidays: Holidays, year: number): string | null {
  const isSeen = holidays
    .getHolidays(year, 'en')
    .some(({ type, rule }) => type === 'public' && islamicMonth.test(rule));
  return isSeen
    ? 'Feasts of the Islamic calendar are calculated; the days that are proclaimed may be one earlier or later.'
    : null;
}

const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function weekendName(day: Day, weekend: readonly number[]): string | null {
  const weekday = weekdayOf(day);
  return weekend.includes(weekday) ? (weekdayNames[weekday - 1] ?? null) : null;
}

/** Where the payment systems of a country keep the holidays of one part of it. */
const leadingRegions: Readonly<Record<string, string>> = { GB: 'ENG' };

/** When each country came into the euro; before 2002 TARGET kept other days. */
const euroSince = new Map<string, string>([
  ...'AT BE DE ES FI FR GR IE IT LU NL PT'.split(' ').map((code) => [code, '2002'] as const),
  ['SI', '2007'],
  ['CY', '2008'],
  ['MT', '2008'],
  ['SK', '2009'],
  ['EE', '2011'],
  ['LV', '2014'],
  ['LT', '2015'],
  ['HR', '2023'],
  ['BG', '2026'],
]);

const isEuro = (country: string, date: string): boolean => date >= (euroSince.get(country) ?? '9999');

function closingsOf(holidays: Holidays, country: string, year: number): Map<string, string> {
  // A holiday at the end of a year may reach into the next one.
  const closings = [year - 1, year]
    .flatMap((each) => holidays.getHolidays(each, 'en'))
    .filter(({ type }) => type === 'public' || type === 'bank')
    .filter((holiday) => isObserved(country, holiday))
    .flatMap((holiday) => daysOf(country, holiday).map((date) => [date, holiday.name] as const));
  const known = new Map(closings);
  for (const [date, name] of Object.entries(nationalDays(country, year, known)))
    if (name === null) known.delete(date);
    else known.set(date, name);
  return known;
}

type Holiday = HolidaysTypes.Holiday;

const msPerDay = 86_400_000;
const msPerHour = 3_600_000;

/** Its days. It may begin at the sunset before (`-0600`: six hours), end at noon, and cross a change of the clock. */
function daysOf(country: string, { date, start, end, name }: Holiday): string[] {
  if (date.slice(11, 13) !== '00') return [];
  const stated = parseDay(date.slice(0, 10));
  if (stated === null) return [];
  // The package begins Korea's three days with the new year, which is the second of them.
  const first = country === 'KR' && name === 'Korean New Year' ? stated - 1 : stated;
  const hoursBefore = Number(/ -(\d\d)\d\d$/.exec(date)?.[1] ?? 0);
  const length = (end.getTime() - start.getTime() - hoursBefore * msPerHour) / msPerDay;
  const days = Math.max(1, Math.ceil(length - 0.5));
  return Array.from({ length: days }, (_, at) => isoDay(first + at));
}

/** The Federal Reserve keeps the Friday before a holiday on a Saturday open, although offices close. */
const isObserved = (country: string, { date, substitute }: Holiday): boolean =>
  !(
    country === 'US' &&
    substitute === true &&
    new Date(`${date.slice(0, 10)}T00:00:00Z`).getUTCDay() === friday
  );
