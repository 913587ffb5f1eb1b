/**
 * Rows as CSV (RFC 4180), as spreadsheets open it.
 *
 * Invariants: every cell comes back as it went in, except that one which a spreadsheet would run as a formula is preceded by
 * an apostrophe (OWASP, CSV injection), and that card numbers are redacted. A negative number is no formula, and a number of ours is no card number.
 */
import { redactCardNumbers } from '../../kernel/sensitive.js';

/** A number of ours, such as an amount: it is written as it is. */
export interface ExactCell {
  exact: string;
}
export type CsvCell = string | ExactCell;

export const exact = (number: string): ExactCell => ({ exact: number });

export const csvOf = (rows: readonly (readonly CsvCell[])[]): string =>
  rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');

const number = /^-?\d+(?:\.\d+)?$/;

function cellOf(value: CsvCell): string {
  if (typeof value !== 'string') return number.test(value.exact) ? value.exact : cellOf(value.exact);
  const redacted = redactCardNumbers(value);
  const text = /^[=+\-@\t\r]/.test(redacted) && !number.test(redacted) ? `'${redacted}` : redacted;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
