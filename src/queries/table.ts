/**
 * What a query gave, as text to be read, with personal data masked.
 *
 * Invariants: e-mail addresses are masked wherever they appear, and columns that the file calls personal as a whole; card
 * numbers are redacted, for everybody; what is revealed is what would have been masked, and nothing else.
 */
import { maskEmail, redactCardNumbers } from '../kernel/sensitive.js';
import type { QueryResult, QueryValue } from '../ports/queries.js';

export interface ReadCell {
  text: string;
  /** For sorting; null for what is no number. */
  number: number | null;
}

export interface ReadTable {
  columns: readonly string[];
  rows: readonly (readonly ReadCell[])[];
  isCut: boolean;
  /** How many cells are masked, or would be. */
  masked: number;
}

export function readTable(result: QueryResult, personal: readonly string[], isRevealed: boolean): ReadTable {
  let masked = 0;
  const columns = result.columns.map(redactCardNumbers);
  const rows = result.rows.map((row) =>
    row.map((value, index): ReadCell => {
      const text = redactCardNumbers(textOf(value));
      const shown = maskedText(text, personal.includes(result.columns[index] ?? ''));
      if (shown !== text) masked += 1;
      return shown === text || isRevealed ? { text, number: numberOf(value) } : { text: shown, number: null };
    }),
  );
  return { columns, rows, isCut: result.isCut, masked };
}

const address = /[^\s@<>()[\]\\,;:"']+@[^\s@<>()[\]\\,;:"']+\.[^\s@<>()[\]\\,;:"']+/g;

function maskedText(text: string, isPersonal: boolean): string {
  const masked = text.replace(address, maskEmail);
  return isPersonal && masked === text && text !== '' ? '•••' : masked;
}

function textOf(value: QueryValue): string {
  if (value === null) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function numberOf(value: QueryValue): number | null {
  if (typeof value !== 'number' && typeof value !== 'bigint') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
