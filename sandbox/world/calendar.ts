/**
 * Business days. A day is a number: days since 1970 in the partner's zone; day 0 was a Thursday.
 * Invariant: weekends are Saturday and Sunday. Deliberately absent: bank holidays and summer time.
 */
import { dayMs, hourMs } from './clock.js';

/** The business day in which a time (ms) lies, in a zone so many hours east of UTC. */
export const dayOf = (timeMs: number, utcOffsetHours: number): number =>
  Math.floor((timeMs + utcOffsetHours * hourMs) / dayMs);

/** Start of a day (ms) in a zone so many hours east of UTC. */
export const startOfDay = (day: number, utcOffsetHours: number): number =>
  day * dayMs - utcOffsetHours * hourMs;

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

/**
 * A day as `YYYY-MM-DD`, by the usual civil-calendar arithmetic (years that begin in March, cycles of 400 years).
 * A history is written with a million of these, and Date would take half of the time.
 */
export function isoDay(day: number): string {
  const shifted = day + 719_468;
  const dayOfCycle = shifted % 146_097;
  const yearOfCycle = Math.floor(
    (dayOfCycle -
      Math.floor(dayOfCycle / 1_460) +
      Math.floor(dayOfCycle / 36_524) -
      Math.floor(dayOfCycle / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const year = yearOfCycle + 400 * Math.floor(shifted / 146_097) + (month >= 10 ? 1 : 0);
  return `${year}-${two(month < 10 ? month + 3 : month - 9)}-${two(dayOfMonth)}`;
}

/** A time (ms) in ISO 8601, UTC, with milliseconds. */
export function isoTime(timeMs: number): string {
  const day = Math.floor(timeMs / dayMs);
  const ms = Math.floor(timeMs - day * dayMs);
  const clock = `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1_000) % 60)}`;
  return `${isoDay(day)}T${clock}.${String(ms % 1_000).padStart(3, '0')}Z`;
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
