/**
 * Exact fractions of whole numbers, for what must agree to the last unit: ratios, rates and sums of balances.
 *
 * Invariants: the denominator is positive and the fraction is in lowest terms; nothing is rounded, ever.
 */
import { fail, ok, type Result } from './result.js';

export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Digits before and after the point: longer than any amount, too short to fill memory. */
const written = /^([+-]?)(\d{1,40})(?:\.(\d{1,20}))?$/;

/** `-12.50` or `3`: a decimal, without exponent or grouping. The fault is a clause: “is no decimal number”. */
export function parseRational(text: string): Result<Rational, string> {
  const [, sign, whole, fraction = ''] = written.exec(text.trim()) ?? [];
  if (whole === undefined) return fail('is no decimal number');
  const size = BigInt(whole + fraction);
  return ok(rational(sign === '-' ? -size : size, 10n ** BigInt(fraction.length)));
}

/** Throws RangeError for a denominator of zero. */
export function rational(numerator: bigint, denominator = 1n): Rational {
  if (denominator === 0n) throw new RangeError('a fraction of nothing');
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = gcd(numerator, denominator);
  return { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor };
}

const size = (value: bigint): bigint => (value < 0n ? -value : value);

function gcd(a: bigint, b: bigint): bigint {
  let [left, right] = [size(a), size(b)];
  while (right !== 0n) [left, right] = [right, left % right];
  return left;
}

export const zero = rational(0n);

export const plus = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);

const negated = ({ numerator, denominator }: Rational): Rational => ({ numerator: -numerator, denominator });

export const minus = (a: Rational, b: Rational): Rational => plus(a, negated(b));

export const times = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.numerator, a.denominator * b.denominator);

/** Throws RangeError for a divisor of zero. */
export const dividedBy = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator, a.denominator * b.numerator);

export const magnitude = ({ numerator, denominator }: Rational): Rational => ({
  numerator: size(numerator),
  denominator,
});

/** Below zero when a < b. */
export function compareRational(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

export const isNothing = ({ numerator }: Rational): boolean => numerator === 0n;

/** Exact where a decimal of up to 20 places is; otherwise as a fraction: `1/3`. */
export function rationalText({ numerator, denominator }: Rational): string {
  const places = placesOf(denominator);
  if (places === null) return `${numerator}/${denominator}`;
  if (places === 0) return numerator.toString();
  const digits = ((size(numerator) * 10n ** BigInt(places)) / denominator)
    .toString()
    .padStart(places + 1, '0');
  return `${numerator < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** How many places a decimal needs; null where none is exact. */
function placesOf(denominator: bigint): number | null {
  for (let places = 0; places <= 20; places++) if (10n ** BigInt(places) % denominator === 0n) return places;
  return null;
}
