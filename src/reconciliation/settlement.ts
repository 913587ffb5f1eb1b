/**
 * When the money of an entry is due: a number of business days after its value date, on a calendar.
 *
 * Deliberately absent: which calendar a country keeps; a calendar is handed in.
 */
import type { Day } from '../kernel/calendar-day.js';
import { OpsError } from '../kernel/errors.js';
import type { BusinessCalendar } from '../ports/calendars.js';

export interface SettlementRule {
  businessDays: number;
}

/** Above this a calendar that is closed for ever would never end; no scheme settles later. */
const mostBusinessDays = 365;

/** Reads `T+2`. Throws `invalid`. */
export function parseSettlementRule(text: string): SettlementRule {
  const days = /^T\+(\d{1,3})$/i.exec(text.trim())?.[1];
  if (days === undefined || Number(days) > mostBusinessDays)
    throw new OpsError('invalid', `“${text.slice(0, 40)}” is not a settlement rule.`, {
      hint: `Write T+ and the number of business days (0 to ${mostBusinessDays}), for instance T+2.`,
    });
  return { businessDays: Number(days) };
}

/** The day on which money of `day` is due: so many business days later, and never on a closing day. */
export function dueDay(day: Day, { businessDays }: SettlementRule, calendar: BusinessCalendar): Day {
  let due = day;
  for (let left = businessDays; left > 0; left--) due = nextBusinessDay(due + 1, calendar);
  return nextBusinessDay(due, calendar);
}

function nextBusinessDay(from: Day, calendar: BusinessCalendar): Day {
  let day = from;
  while (calendar.closed(day) !== null) day++;
  return day;
}
