/**
 * Calendar months of a time zone.
 */
import { startOfDay } from './time-zone.js';

export interface Month {
  /** `YYYY-MM`. */
  text: string;
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
export function monthsUpTo({ text }: Pick<Month, 'text'>, count: number, timeZone: string): Month[] {
  const last = indexOf(text);
  return Array.from({ length: count }, (_, back) => monthAt(last - count + 1 + back, timeZone));
}

/** The month of a day (`YYYY-MM-DD`). */
export const monthOfDay = (day: string, timeZone: string): Month =>
  monthAt(indexOf(day.slice(0, 7)), timeZone);

export const monthBefore = ({ text }: Pick<Month, 'text'>, timeZone: string): Month =>
  monthAt(indexOf(text) - 1, timeZone);

/** Months since the year 0. */
const indexOf = (text: string): number => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1;

const monthAt = (index: number, timeZone: string): Month => ({
  text: textOf(index),
  from: startOfDay(`${textOf(index)}-01`, timeZone),
  to: startOfDay(`${textOf(index + 1)}-01`, timeZone),
});

const textOf = (index: number): string =>
  `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
