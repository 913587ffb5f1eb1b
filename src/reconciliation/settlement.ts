/**
 * When the money of an entry is due: a number of business days after its value date, or the next of a weekday, on a
 * calendar. What is learned from history comes as a number of business days.
 *
 * Deliberately absent: which calendar a country keeps; a calendar is handed in.
 */
import { weekdayOf, type Day } from '../kernel/calendar-day.js';
import { OpsError } from '../kernel/errors.js';
import type { BusinessCalendar } from '../ports/calendars.js';
import type { LedgerEntry } from './findings.js';
import type { MatchSettings } from './matching/settings.js';

/** 1 is Monday. */
export type SettlementRule = { businessDays: number } | { weekday: number };

/** Above this a calendar that is closed for ever would never end; no scheme settles later. */
const mostBusinessDays = 365;

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Reads `T+2` and `weekly friday`. Throws `invalid`. */
export function parseSettlementRule(text: string): SettlementRule {
  const days = /^T\+(\d{1,3})$/i.exec(text.trim())?.[1];
  const weekday = weekdays.indexOf(/^weekly ([a-z]+)$/i.exec(text.trim())?.[1]?.toLowerCase() ?? '') + 1;
  if (weekday > 0) return { weekday };
  if (days === undefined || Number(days) > mostBusinessDays)
    throw new OpsError('invalid', `“${text.slice(0, 40)}” is not a settlement rule.`, {
      hint: `Write T+ and the number of business days (0 to ${mostBusinessDays}), for instance T+2, or a weekday, for instance weekly friday.`,
    });
  return { businessDays: Number(days) };
}

/** The day on which money of `day` is due, never a closing day: so many business days later, or on the next weekday. */
export function dueDay(day: Day, rule: SettlementRule, calendar: BusinessCalendar): Day {
  if ('weekday' in rule) {
    const ahead = (rule.weekday - weekdayOf(day) + 7) % 7;
    return nextBusinessDay(day + (ahead === 0 ? 7 : ahead), calendar);
  }
  let due = day;
  for (let left = rule.businessDays; left > 0; left--) due = nextBusinessDay(due + 1, calendar);
  return nextBusinessDay(due, calendar);
}

/** That day, or the first day after it that is not a closing day. */
export function nextBusinessDay(from: Day, calendar: BusinessCalendar): Day {
  let day = from;
  while (calendar.closed(day) !== null) day++;
  return day;
}

export interface SettlementTerms {
  rule: SettlementRule;
  /** By type of the ledger entry; money that the partner books at once, such as its fees, is due the same day. */
  byType: ReadonlyMap<string, SettlementRule>;
  /** So many business days an entry may be late before it breaks. */
  graceDays: number;
  calendar: BusinessCalendar;
}

/** Remembers days, of which there are few. */
export function dueDays({
  rule,
  byType,
  calendar,
}: SettlementTerms): (entry: Pick<LedgerEntry, 'day' | 'type'>) => Day | null {
  const known = new Map<string, Day>();
  return ({ day, type }) => {
    if (day === null) return null;
    const terms = byType.get(type) ?? rule;
    const key = `${day} ${JSON.stringify(terms)}`;
    const due = known.get(key) ?? dueDay(day, terms, calendar);
    known.set(key, due);
    return due;
  };
}

/** When an entry is due, and whether its money may still come: not due yet, or late within the grace. */
export function dueAsOf(asOf: Day, terms: SettlementTerms): Pick<MatchSettings, 'dueOn' | 'dueLater'> {
  const dueOn = dueDays(terms);
  const lastOf = new Map<Day, Day>();
  const dueLater: MatchSettings['dueLater'] = (entry) => {
    const due = dueOn(entry);
    if (due === null) return null;
    const last = lastOf.get(due) ?? dueDay(due, { businessDays: terms.graceDays }, terms.calendar);
    lastOf.set(due, last);
    return due > asOf || (terms.graceDays > 0 && last > asOf) ? due : null;
  };
  return { dueOn, dueLater };
}
