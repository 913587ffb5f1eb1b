/**
 * The closing days of TARGET, the Eurosystem's payment system, since 2000: Saturdays, Sundays, 1 January, Good Friday,
 * Easter Monday, 1 May, 25 and 26 December; and once the last day before the euro's cash.
 *
 * Source: ECB, long-term calendar for TARGET closing days (decision of 14 December 2000). Deliberately absent: the
 * exceptions of 1999, which no open statement reaches back to.
 */
import { dayOf, isoDay, weekdayOf, type Day } from '../../kernel/calendar-day.js';
import type { BusinessCalendar } from '../../ports/calendars.js';

export const target: BusinessCalendar = { id: 'TARGET', closed: (day) => closingReason(day) };

const fixedClosings: Readonly<Record<string, string>> = {
  '01-01': "New Year's Day",
  '05-01': 'Labour Day',
  '12-25': 'Christmas Day',
  '12-26': 'Christmas holiday',
};

function closingReason(day: Day): string | null {
  const date = isoDay(day);
  if (date === '2001-12-31') return 'Euro cash changeover';
  const fixed = fixedClosings[date.slice(5)];
  if (fixed !== undefined) return fixed;
  const easter = easterSunday(Number(date.slice(0, 4)));
  if (day === easter - 2) return 'Good Friday';
  if (day === easter + 1) return 'Easter Monday';
  const weekday = weekdayOf(day);
  return weekday === 6 ? 'Saturday' : weekday === 7 ? 'Sunday' : null;
}

/** Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Meeus, Jones, Butcher). */
export function easterSunday(year: number): Day {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  return dayOf(year, month, ((h + l - 7 * m + 114) % 31) + 1) ?? 0;
}
