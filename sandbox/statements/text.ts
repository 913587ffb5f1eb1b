/**
 * How amounts, days and fields are written in the files: shared by the formats.
 * Invariant: an amount has exactly the decimals of its currency; nothing is rounded, because everything is whole.
 */
import { isoDay, isoTime } from '../world/calendar.js';
import { moneyFacts, type Currency } from '../world/partners.js';

/** 123456 USD as `1234.56`, JPY as `123456`, KWD as `123.456`; the sign in front. */
export function major(minor: number, currency: Currency, mark = '.'): string {
  const { decimals } = moneyFacts[currency];
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const sign = minor < 0 ? '-' : '';
  return decimals === 0 ? sign + whole : `${sign}${whole}${mark}${digits.slice(-decimals)}`;
}

/** `1234567,89` as `1.234.567,89`. */
export function grouped(amount: string): string {
  const [whole = '', ...fraction] = amount.split(',');
  return [whole.replace(/\B(?=(\d{3})+$)/g, '.'), ...fraction].join(',');
}

/** One line, each field quoted where it must be. */
export const csvLine = (fields: readonly (string | number)[], delimiter = ','): string =>
  fields.map((field) => quoted(String(field), delimiter)).join(delimiter);

const quoted = (field: string, delimiter: string): string =>
  field.includes(delimiter) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

/** `2026-11-18 09:30:00`, UTC. */
export const plainTime = (timeMs: number): string => isoTime(timeMs).slice(0, 19).replace('T', ' ');

/** A day as `261118`. */
export const shortDay = (day: number): string => isoDay(day).slice(2).replaceAll('-', '');

export const sumOf = <Item>(items: readonly Item[], value: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + value(item), 0);
