/**
 * Weeks and months of business days. A week begins on Monday.
 */
import { dayOf, isoDay, weekdayOf, type Day } from '../../kernel/calendar-day.js';

export interface Period {
  kind: 'week' | 'month';
  from: Day;
  /** The first day that is not part of it. */
  to: Day;
}

const weekOf = (day: Day): Period => {
  const from = day - weekdayOf(day) + 1;
  return { kind: 'week', from, to: from + 7 };
};

function monthOf(day: Day): Period {
  const [year = 0, month = 0] = isoDay(day).split('-').map(Number);
  return monthNamed(year, month) ?? { kind: 'month', from: day, to: day + 1 };
}

/** Null for a month that no calendar has. */
export function monthNamed(year: number, month: number): Period | null {
  const from = dayOf(year, month, 1);
  const to = month === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, month + 1, 1);
  return from === null || to === null ? null : { kind: 'month', from, to };
}

/** The newest one that is over on a day. */
export function lastComplete(kind: Period['kind'], today: Day): Period {
  const periodOf = kind === 'week' ? weekOf : monthOf;
  return periodOf(periodOf(today).from - 1);
}
