/**
 * Amounts as partners write them, read exactly.
 *
 * Invariant: no rounding. An amount with more significant decimals than its currency has keeps them, with an exponent
 * of its own; zeros at the end that the currency does not have are dropped.
 */
import { currencyExponent } from '../../kernel/currency.js';

export interface ExactAmount {
  minor: bigint;
  exponent: number;
}

export interface NumberMarks {
  /** The decimal mark. */
  decimal?: '.' | ',';
  /** What groups thousands, such as `,`, `.`, a blank or an apostrophe. */
  thousands?: string;
}

/** The decimals that most currencies have, for a code outside ISO 4217. */
const usualExponent = 2;

/**
 * Reads a decimal such as `12.5`, `-3`, `+1,000.00`, `200.00-`, `(100.00)` or `100.00 DR`; null for anything else. A mark
 * for thousands is accepted only where three digits follow each time, or two before the last three as India writes them.
 */
export function readAmount(text: string, currency: string, marks: NumberMarks = {}): ExactAmount | null {
  const signed = signOf(text.trim());
  if (signed === null) return null;
  const digits = ungrouped(signed.digits, marks);
  const match = digits === null ? null : /^(\d{0,30})(?:\.(\d{0,12}))?$/.exec(digits);
  if (match === null || digits === '' || digits === '.') return null;
  const [, whole = '', fraction = ''] = match;
  const ofCurrency = currencyExponent(currency) ?? usualExponent;
  const significant = fraction.replace(/0+$/, '');
  const exponent = Math.max(ofCurrency, significant.length);
  const minor = BigInt(`0${whole}${significant.padEnd(exponent, '0')}`);
  return { minor: signed.isNegative ? -minor : minor, exponent };
}

/**
 * A decimal whose marks a spreadsheet may have changed: of two kinds of marks the last is the decimal one, and a comma
 * alone is decimal unless it could group thousands (`1,234`), which is null, because it is ambiguous, unless the file
 * `hasDecimalComma` elsewhere.
 */
export function readAmountOfAnyMarks(
  text: string,
  currency: string,
  hasDecimalComma = false,
): ExactAmount | null {
  const [point, comma] = [text.lastIndexOf('.'), text.lastIndexOf(',')];
  if (comma === -1) return readAmount(text, currency);
  if (point > comma) return readAmount(text, currency, { decimal: '.', thousands: ',' });
  if (point !== -1) return readAmount(text, currency, { decimal: ',', thousands: '.' });
  if (text.indexOf(',') !== comma) return readAmount(text, currency, { thousands: ',' });
  const isAmbiguous = /[1-9]\d*,\d{3}(?!\d)/.test(text) && !hasDecimalComma;
  return isAmbiguous ? null : readAmount(text, currency, { decimal: ',' });
}

/** Whether one of the amounts has a comma that can only be the decimal mark. */
export function usesDecimalComma(amounts: Iterable<string>): boolean {
  for (const text of amounts) if (/^[-+(]?(?:0,\d+|\d+,(?:\d{1,2}|\d{4,}))\)?$/.test(text)) return true;
  return false;
}

function signOf(text: string): { digits: string; isNegative: boolean } | null {
  const bracketed = /^\((.*)\)$/.exec(text)?.[1];
  if (bracketed !== undefined)
    return /[-+()\p{L}]/u.test(bracketed) ? null : { digits: bracketed.trim(), isNegative: true };
  const [, marked, mark = ''] = /^(\d[^-+\u2212()]*?)\s*(CR|DR)$/i.exec(text) ?? [];
  if (marked !== undefined) return { digits: marked, isNegative: mark.toUpperCase() === 'DR' };
  const match = /^([-+\u2212]?)\s*([^-+\u2212()]*?)\s*([-+\u2212]?)$/.exec(text);
  if (!match) return null;
  const [, before = '', digits = '', after = ''] = match;
  if (before !== '' && after !== '') return null;
  return { digits, isNegative: /[-\u2212]/.test(before + after) };
}

/** The digits with `.` as decimal mark and no grouping; null where the grouping is wrong. */
function ungrouped(digits: string, { decimal = '.', thousands }: NumberMarks): string | null {
  const [whole = '', ...fractions] = digits.split(decimal);
  if (fractions.length > 1) return null;
  const fraction = fractions[0] === undefined ? '' : `.${fractions[0]}`;
  if (thousands === undefined) return whole + fraction;
  const groups = whole.split(marksLike[thousands] ?? thousands);
  if (groups.length === 1) return whole + fraction;
  return grouped.test(groups.join(' ')) ? groups.join('') + fraction : null;
}

/** Blanks that do not break a line, and apostrophes as printers set them, stand for the plain ones. */
const marksLike: Readonly<Record<string, RegExp>> = { ' ': /[ \u00A0\u2009\u202F]/, "'": /['\u2019]/ };

const grouped = /^(?:\d{1,3}(?: \d{3})+|\d{1,2}(?: \d{2})+ \d{3})$/;

/** The amount in a larger exponent. */
export const withExponent = ({ minor, exponent }: ExactAmount, to: number): bigint =>
  minor * 10n ** BigInt(to - exponent);

/** The sum of many amounts, in the largest exponent among them. */
export function totalOf(amounts: Iterable<ExactAmount>): ExactAmount {
  let total: ExactAmount = { minor: 0n, exponent: 0 };
  for (const amount of amounts) {
    const exponent = Math.max(total.exponent, amount.exponent);
    total = { exponent, minor: withExponent(total, exponent) + withExponent(amount, exponent) };
  }
  return total;
}

/** Whether two amounts are the same money. */
export const isSameAmount = (one: ExactAmount, other: ExactAmount): boolean => {
  const exponent = Math.max(one.exponent, other.exponent);
  return withExponent(one, exponent) === withExponent(other, exponent);
};

/** Amounts of one row in the largest exponent among them. */
export function sameExponent<Name extends string>(
  amounts: Record<Name, ExactAmount>,
): { exponent: number; minor: Record<Name, bigint> } {
  const entries = Object.entries<ExactAmount>(amounts) as [Name, ExactAmount][];
  const exponent = Math.max(...entries.map(([, amount]) => amount.exponent));
  const minor = Object.fromEntries(entries.map(([name, amount]) => [name, withExponent(amount, exponent)]));
  return { exponent, minor: minor as Record<Name, bigint> };
}

interface RowAmounts {
  exponent: number;
  amountMinor: bigint;
  feeMinor?: bigint;
  netMinor?: bigint;
}

/** A fee may have more decimals than the amount: then all amounts of the row get them. */
export function raiseExponent(row: RowAmounts, to: number): void {
  if (to <= row.exponent) return;
  const factor = 10n ** BigInt(to - row.exponent);
  row.exponent = to;
  for (const name of ['amountMinor', 'feeMinor', 'netMinor'] as const) {
    const minor = row[name];
    if (minor !== undefined) row[name] = minor * factor;
  }
}

/** Minor units as people write them: `-12.50`. */
export function decimalText(minor: bigint, exponent: number): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0');
  const split = digits.length - exponent;
  return `${minor < 0n ? '-' : ''}${digits.slice(0, split)}${exponent === 0 ? '' : `.${digits.slice(split)}`}`;
}
