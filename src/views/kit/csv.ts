/**
 * Rows as CSV (RFC 4180), as spreadsheets open it.
 *
 * Invariants: every cell comes back as it went in, except that one which a spreadsheet would run as a formula is preceded by
 * an apostrophe (OWASP, CSV injection), and that card numbers are redacted. A negative number is no formula.
 */
import { redactCardNumbers } from '../../kernel/sensitive.js';

export const csvOf = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');

const number = /^-?\d+(?:\.\d+)?$/;

function cellOf(value: string): string {
  const redacted = redactCardNumbers(value);
  const text = /^[=+\-@\t\r]/.test(redacted) && !number.test(redacted) ? `'${redacted}` : redacted;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
