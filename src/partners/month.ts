/**
 * Months as a scorecard counts them: by the partner's own calendar.
 */
import { startOfDay } from '../kernel/time-zone.js';

export interface Month {
  /** `YYYY-MM`. */
  id: string;
  from: Date;
  /** The first instant of the next month. */
  to: Date;
}

const written = /^(\d{4})-(\d{2})$/;

/** Null for what names no month, such as `2026-13`. */
export function parseMonth(text: string, timeZone: string): Month | null {
  const [, year, month] = written.exec(text) ?? [];
  const number = Number(month);
  if (year === undefined || number < 1 || number > 12 || Number(year) < 1970) return null;
  return monthAt(Number(year) * 12 + number - 1, timeZone);
}

/** A month and so many before it, oldest first. */
export function monthsUpTo({ id }: Month, count: number, timeZone: string): Month[] {
  const last = indexOf(id);
  return Array.from({ length: count }, (_, back) => monthAt(last - count + 1 + back, timeZone));
}

/** The one before the month of a day (`YYYY-MM-DD`): the newest that is complete. */
export const monthBefore = (day: string, timeZone: string): Month =>
  monthAt(indexOf(day.slice(0, 7)) - 1, timeZone);

/** Months since the year 0. */
const indexOf = (id: string): number => Number(id.slice(0, 4)) * 12 + Number(id.slice(5, 7)) - 1;

const monthAt = (index: number, timeZone: string): Month => ({
  id: idOf(index),
  from: startOfDay(`${idOf(index)}-01`, timeZone),
  to: startOfDay(`${idOf(index + 1)}-01`, timeZone),
});

const idOf = (index: number): string =>
  `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
