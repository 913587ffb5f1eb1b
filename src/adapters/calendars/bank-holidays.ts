/**
 * The days on which the banks of a country are closed: its weekend and its public and bank holidays.
 *
 * Source: the `date-holidays` package. Deliberately absent: regions and single banks; a company adds its extra days
 * in paydesk.yaml.
 */
import Holidays from 'date-holidays';
import { isoDay, weekdayOf, type Day } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import type { BusinessCalendar } from '../../ports/calendars.js';

/** Countries whose weekend is Friday and Saturday. The United Arab Emirates left this list on 1 January 2022. */
const fridayWeekends = new Set('BD BH DZ EG IL IQ JO KW LY MV OM QA SA SD SY YE'.split(' '));
const friday = 5;
const saturday = 6;
const sunday = 7;

/** The calendar of a country by its ISO 3166 code, such as `DE`. Throws `invalid` for a code without holidays. */
export function bankCalendar(country: string): BusinessCalendar {
  const code = country.toUpperCase();
  if (!(code in new Holidays().getCountries()))
    throw new OpsError('invalid', `“${country.slice(0, 20)}” is not a calendar.`, {
      hint: 'Name TARGET, or the two letters of a country, such as DE or US.',
    });
  const holidays = new Holidays(code);
  const byYear = new Map<string, Map<string, string>>();
  const weekend = fridayWeekends.has(code) ? [friday, saturday] : [saturday, sunday];
  return {
    id: code,
    closed: (day) => {
      const date = isoDay(day);
      const year = date.slice(0, 4);
      const closings = byYear.get(year) ?? closingsOf(holidays, code, Number(year));
      byYear.set(year, closings);
      return closings.get(date) ?? weekendName(day, weekend);
    },
  };
}

const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function weekendName(day: Day, weekend: readonly number[]): string | null {
  const weekday = weekdayOf(day);
  return weekend.includes(weekday) ? (weekdayNames[weekday - 1] ?? null) : null;
}

function closingsOf(holidays: Holidays, country: string, year: number): Map<string, string> {
  const closings = holidays
    .getHolidays(year, 'en')
    .filter(({ type }) => type === 'public' || type === 'bank')
    .map(({ date, name, substitute }) => ({
      date: date.slice(0, 10),
      name,
      substitute: substitute === true,
    }));
  return new Map(closings.filter((each) => isObserved(country, each)).map(({ date, name }) => [date, name]));
}

/** The Federal Reserve keeps the Friday before a holiday on a Saturday open, although offices close. */
function isObserved(country: string, { date, substitute }: { date: string; substitute: boolean }): boolean {
  return !(country === 'US' && substitute && new Date(`${date}T00:00:00Z`).getUTCDay() === friday);
}
