/**
 * Money: what goes in comes out, nothing is lost, currencies never mix.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencyCodes } from '../../src/kernel/currency.js';
import { OpsError } from '../../src/kernel/errors.js';
import {
  add,
  compare,
  formatMajor,
  formatMoney,
  money,
  negate,
  parseMajor,
  subtract,
} from '../../src/kernel/money.js';

const currency = fc.constantFrom(...currencyCodes);
const amount = fc.record({ minor: fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), currency });

describe('parsing', () => {
  it('reads back exactly what it formats', () => {
    fc.assert(
      fc.property(amount, (value) => {
        expect(parseMajor(formatMajor(value), value.currency)).toEqual({ ok: true, value });
      }),
    );
  });

  it.each([
    ['12.50', 'EUR', 1250n, 'two decimals'],
    ['12.5', 'eur', 1250n, 'a shorter fraction and a lower-case code'],
    ['1250', 'JPY', 1250n, 'no minor digits'],
    ['1.234', 'KWD', 1234n, 'three minor digits'],
    ['-0.01', 'USD', -1n, 'negative'],
    [' 7 ', 'USD', 700n, 'blanks around it'],
  ])('%s %s is %s: %s', (text, code, minor) => {
    expect(parseMajor(text, code)).toEqual({ ok: true, value: { minor, currency: code.toUpperCase() } });
  });

  it.each([
    ['1.234', 'USD', 'more decimals than the currency has'],
    ['12.5', 'JPY', 'a fraction of a currency without one'],
    ['1e3', 'USD', 'an exponent'],
    ['1,234.00', 'USD', 'a thousands mark'],
    ['１００', 'USD', 'full-width digits'],
    ['', 'USD', 'nothing'],
    ['.5', 'USD', 'no whole part'],
    ['0x10', 'USD', 'hexadecimal'],
    ['1', 'XXX', 'not a currency'],
    ['9999999999999999999', 'USD', 'more than eighteen digits'],
  ])('%s %s is refused: %s', (text, code) => {
    expect(parseMajor(text, code).ok).toBe(false);
  });
});

describe('formatting', () => {
  it.each([
    [123_456_789n, 'EUR', '1,234,567.89 EUR'],
    [-5n, 'USD', '-0.05 USD'],
    [1250n, 'JPY', '1,250 JPY'],
    [1n, 'KWD', '0.001 KWD'],
    [0n, 'GBP', '0.00 GBP'],
  ])('%s %s reads %s', (minor, code, text) => {
    expect(formatMoney(money(minor, code))).toBe(text);
  });
});

describe('arithmetic', () => {
  it('adds and subtracts back', () => {
    fc.assert(
      fc.property(amount, fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), (a, minor) => {
        const b = { minor, currency: a.currency };
        expect(subtract(add(a, b), b)).toEqual(a);
        expect(add(a, negate(a)).minor).toBe(0n);
        expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0);
        expect(compare(a, a)).toBe(0);
      }),
    );
  });

  it('refuses to mix currencies', () => {
    const euro = money(1, 'EUR');
    const yen = money(1, 'JPY');
    for (const mix of [add, subtract, compare]) expect(() => mix(euro, yen)).toThrow(OpsError);
  });

  it('refuses numbers that are not whole or not exact', () => {
    for (const number of [0.5, NaN, Infinity, 2 ** 53]) expect(() => money(number, 'EUR')).toThrow(OpsError);
  });
});
