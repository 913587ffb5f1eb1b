/** Exact fractions: the laws of arithmetic, and texts that come back as they were. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  compareRational,
  dividedBy,
  minus,
  parseRational,
  plus,
  rational,
  rationalText,
  times,
  zero,
  type Rational,
} from '../../src/kernel/rational.js';

const number = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.bigInt({ min: 1n, max: 10n ** 12n }))
  .map(([numerator, denominator]) => rational(numerator, denominator));
const same = (a: Rational, b: Rational): void => expect(a).toEqual(b);

it('keeps the laws of arithmetic, however large the numbers', () => {
  fc.assert(
    fc.property(number, number, number, (a, b, c) => {
      same(plus(a, b), plus(b, a));
      same(plus(plus(a, b), c), plus(a, plus(b, c)));
      same(times(a, plus(b, c)), plus(times(a, b), times(a, c)));
      same(minus(plus(a, b), b), a);
      if (b.numerator !== 0n) same(times(dividedBy(a, b), b), a);
      expect(Math.sign(compareRational(a, b))).toBe(-Math.sign(compareRational(b, a)));
      expect(compareRational(plus(a, rational(1n, 10n ** 20n)), a)).toBeGreaterThan(0);
    }),
  );
});

it('reads its own decimals back', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 35n), max: 10n ** 35n }),
      fc.integer({ min: 0, max: 20 }),
      (minor, places) => {
        const value = rational(minor, 10n ** BigInt(places));
        const read = parseRational(rationalText(value));
        expect(read).toEqual({ ok: true, value });
      },
    ),
  );
});

it.each([
  ['0', '0'],
  ['-0.00', '0'],
  ['0.10', '0.1'],
  ['-12.50', '-12.5'],
  ['+3', '3'],
  ['0.00000000000000000001', '0.00000000000000000001'],
])('%s is %s', (text, written) => {
  const read = parseRational(text);
  expect(read.ok && rationalText(read.value)).toBe(written);
});

it.each(['', '1e3', '1,5', '1.', '.5', 'NaN', 'Infinity', '0x1', '１', '1 000', '--1', '9'.repeat(41)])(
  '%j is no decimal number',
  (text) => {
    expect(parseRational(text).ok).toBe(false);
  },
);

it('a third has no decimal, and nothing has no fraction', () => {
  expect(rationalText(rational(-1n, 3n))).toBe('-1/3');
  expect(() => dividedBy(rational(1n), zero)).toThrow(RangeError);
});
