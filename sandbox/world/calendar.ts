/**
 * Business days. A day is a number: days since 1970 in the partner's zone; day 0 was a Thursday.
 * Invariant: weekends are Saturday and Sunday. Deliberately absent: bank holidays and summer time.
 */
import { DAY_MS, HOUR_MS } from './clock.js';

/** The business day in which a time (ms) lies, in a zone so many hours east of UTC. */
export const dayOf = (timeMs: number, utcOffsetHours: number): number =>
  Math.floor((timeMs + utcOffsetHours * HOUR_MS) / DAY_MS);

/** Start of a day (ms) in a zone so many hours east of UTC. */
export const startOfDay = (day: number, utcOffsetHours: number): number =>
  day * DAY_MS - utcOffsetHours * HOUR_MS;

/** 0 is Sunday. */
const weekdayOf = (day: number): number => (day + 4) % 7;

export const isWeekend = (day: number): boolean => weekdayOf(day) % 6 === 0;

/** The day that is so many weekdays later; from a weekend the count starts at Monday. */
export function addBusinessDays(day: number, count: number): number {
  let at = day;
  for (let left = count; left > 0;) {
    at += 1;
    if (!isWeekend(at)) left -= 1;
  }
  return at;
}

/** A day as `YYYY-MM-DD`. */
export const isoDay = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
