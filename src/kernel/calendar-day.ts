/**
 * A calendar day as a whole number: days since 1970-01-01 in the proleptic Gregorian calendar.
 *
 * Invariant: a day has no time zone and never passes through an instant, so it cannot shift by one.
 */
export type Day = number;

const msPerDay = 86_400_000;
const isoPattern = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The day that `YYYY-MM-DD` names; null for anything else, the 30th of February included. */
export function parseDay(text: string): Day | null {
  const [, year, month, day] = isoPattern.exec(text) ?? [];
  return year === undefined ? null : dayOf(Number(year), Number(month), Number(day));
}

/** The day of a year, a month (1–12) and a day of the month; null where the calendar has no such day. */
export function dayOf(year: number, month: number, day: number): Day | null {
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  const exists = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return exists ? at.getTime() / msPerDay : null;
}

/** The day as `YYYY-MM-DD`. */
export const isoDay = (day: Day): string => new Date(day * msPerDay).toISOString().slice(0, 10);

/** 1 is Monday, 7 is Sunday (ISO 8601). */
export const weekdayOf = (day: Day): number => ((((day + 3) % 7) + 7) % 7) + 1;
