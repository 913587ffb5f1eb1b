/**
 * Money: a whole number of minor units in one currency.
 *
 * Invariants: no floating point anywhere; amounts of different currencies never add up or compare; parsing refuses
 * what it cannot represent exactly.
 * Deliberately absent: exchange. A conversion needs a dated rate, which money does not know.
 */
import { currencyExponent } from './currency.js';
import { OpsError } from './errors.js';
import { fail, ok, type Result } from './result.js';

export interface Money {
  readonly minor: bigint;
  /** ISO 4217, upper case. */
  readonly currency: string;
}

/** `minor` in minor units (cents, yen, fils). Throws `invalid` for an unknown currency. */
export function money(minor: bigint | number, currency: string): Money {
  const code = currency.toUpperCase();
  exponentOf(code);
  if (typeof minor === 'number' && !Number.isSafeInteger(minor)) {
    throw new OpsError('invalid', `${minor} is not a whole number of minor units.`);
  }
  return { minor: BigInt(minor), currency: code };
}

function exponentOf(currency: string): number {
  const exponent = currencyExponent(currency);
  if (exponent === undefined) throw new OpsError('invalid', `“${currency}” is not an ISO 4217 currency.`);
  return exponent;
}

const majorForm = /^(-?)(\d{1,18})(?:\.(\d+))?$/;

/** Reads a plain decimal such as `12.5` or `-3`. Refuses exponents, thousands marks and excess digits. */
export function parseMajor(text: string, currency: string): Result<Money, string> {
  const code = currency.toUpperCase();
  const exponent = currencyExponent(code);
  if (exponent === undefined) return fail(`“${currency}” is not an ISO 4217 currency`);
  const match = majorForm.exec(text.trim());
  if (!match) return fail(`“${text.slice(0, 40)}” is not a plain amount such as ${exampleOf(exponent)}`);
  const [, sign, whole = '', fraction = ''] = match;
  if (fraction.length > exponent) return fail(`${code} has ${exponent} decimals, “${text.trim()}” has more`);
  const minor = BigInt(whole + fraction.padEnd(exponent, '0'));
  return ok({ minor: sign === '-' ? -minor : minor, currency: code });
}

const exampleOf = (exponent: number): string => (exponent === 0 ? '1250' : `12.${'5'.padEnd(exponent, '0')}`);

/** The exact decimal without currency or grouping, for instance `1234.50`: what `parseMajor` reads back. */
export function formatMajor(amount: Money): string {
  const exponent = exponentOf(amount.currency);
  const { sign, whole, fraction } = digitsOf(amount, exponent);
  return exponent === 0 ? sign + whole : `${sign}${whole}.${fraction}`;
}

/** For people: `1,234.50 EUR`. Grouped, exact, currency last so that columns of amounts line up. */
export function formatMoney(amount: Money): string {
  const exponent = exponentOf(amount.currency);
  const { sign, whole, fraction } = digitsOf(amount, exponent);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}${grouped}${exponent === 0 ? '' : `.${fraction}`} ${amount.currency}`;
}

function digitsOf(amount: Money, exponent: number): { sign: string; whole: string; fraction: string } {
  const digits = (amount.minor < 0n ? -amount.minor : amount.minor).toString().padStart(exponent + 1, '0');
  const split = digits.length - exponent;
  return { sign: amount.minor < 0n ? '-' : '', whole: digits.slice(0, split), fraction: digits.slice(split) };
}

function requireSameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) {
    throw new OpsError('invalid', `${a.currency} and ${b.currency} do not add up or compare.`);
  }
}

export function add(a: Money, b: Money): Money {
  requireSameCurrency(a, b);
  return { minor: a.minor + b.minor, currency: a.currency };
}

export function subtract(a: Money, b: Money): Money {
  requireSameCurrency(a, b);
  return { minor: a.minor - b.minor, currency: a.currency };
}

export function negate(a: Money): Money {
  return { minor: -a.minor, currency: a.currency };
}

/** Negative, zero or positive, as for `Array.sort`. */
export function compare(a: Money, b: Money): number {
  requireSameCurrency(a, b);
  return a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0;
}

export const isZero = (a: Money): boolean => a.minor === 0n;
