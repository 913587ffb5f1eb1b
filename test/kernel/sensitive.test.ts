/**
 * Card numbers are found however they are written, and references that only look like one are left alone.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cardNetworkOf,
  containsCardNumber,
  hasLuhnDigit,
  maskEmail,
  plainDigits,
  redactCardNumbers,
} from '../../src/kernel/sensitive.js';

/** Completes digits to a number with a right Luhn digit. */
function withLuhnDigit(digits: string): string {
  const last = Array.from('0123456789').find((digit) => hasLuhnDigit(digits + digit));
  return digits + (last ?? '');
}

describe('card numbers', () => {
  it.each([
    ['4242424242424242', 'Visa'],
    ['4222222222222', 'Visa, 13 digits'],
    ['5555555555554444', 'Mastercard'],
    ['2223003122003222', 'Mastercard, 2-series'],
    ['378282246310005', 'American Express'],
    ['6011111111111117', 'Discover'],
    ['3566002020360505', 'JCB'],
    ['30569309025904', 'Diners Club'],
    ['6200000000000005', 'UnionPay'],
    ['4242 4242 4242 4242', 'blanks'],
    ['4242-4242-4242-4242', 'hyphens'],
    ['4242\u00a04242\u00a04242\u00a04242', 'no-break blanks'],
    ['４２４２４２４２４２４２４２４２', 'full-width digits'],
    ['٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢', 'Arabic-Indic digits'],
    ['card:4242424242424242.', 'punctuation around it'],
    ['refund 4242424242424242 please', 'in a sentence'],
    ['1 4242424242424242', 'a counter before it'],
    ['19.99 4242424242424242 2026-11-03', 'an amount before and a day after it'],
    ['4242 - 4242 - 4242 - 4242', 'hyphens between blanks'],
    ['4242_4242_4242_4242', 'underscores'],
    ['42424242\u200b42424242', 'a zero-width blank'],
    ['4242\u00ad4242\u00ad4242\u00ad4242', 'soft hyphens'],
    ['4\ufe0f\u20e3242424242424242', 'a digit as an emoji'],
    ['4242 \u200b- \u200b\u200b\u200b\u200b424242424242', 'invisible ones among visible ones'],
    ['x\u200b4242424242424242', 'set apart from a word by what nobody sees'],
  ])('%s is one (%s)', (text) => {
    expect(containsCardNumber(text)).toBe(true);
    expect(redactCardNumbers(text)).not.toMatch(/\d{13}/);
  });

  it.each([
    ['4242424242424241', 'a wrong Luhn digit'],
    ['8835511210681324', 'an old numeric PSP reference: no network issues 88'],
    ['74208476043031234567890', 'an ARN: 23 digits'],
    ['7420 8476 0430 3123 4567 890', 'an ARN in groups'],
    ['2026-11-03 4242 1999.99', 'a day, four digits and an amount'],
    ['123456789012', 'an RRN: 12 digits'],
    ['091000019876542', 'an ACH trace: no network issues 09'],
    ['1763630000000', 'a time in milliseconds'],
    ['pi_3Q4242424242424242', 'part of an identifier'],
    ['97d3c8f2-4242-4242-8242-424242424242', 'part of a UUID'],
  ])('%s is none: %s', (text) => {
    expect(containsCardNumber(text)).toBe(false);
    expect(redactCardNumbers(text)).toBe(text);
  });

  it('keeps the last four digits and everything around', () => {
    expect(redactCardNumbers('a 4242 4242 4242 4242 b')).toBe('a [card number ending 4242] b');
  });

  it('leaves no card number in any text', () => {
    const digits = fc
      .tuple(fc.constantFrom('4', '51', '37', '3528', '62'), fc.stringMatching(/^\d{15}$/))
      .map(([prefix, rest]) => {
        const length = prefix === '37' ? 15 : 16;
        return withLuhnDigit((prefix + rest).slice(0, length - 1));
      });
    fc.assert(
      fc.property(fc.string(), digits, fc.string(), (before, number, after) => {
        expect(cardNetworkOf(number)).not.toBeNull();
        expect(containsCardNumber(redactCardNumbers(`${before} ${number} ${after}`))).toBe(false);
      }),
    );
  });

  it('reads the digits of every script', () => {
    expect(plainDigits('０१२٣')).toBe('0123');
  });
});

it.each([
  ['ana@example.com', 'a•••@example.com'],
  ['@example.com', '•••'],
  ['nobody', '•••'],
])('%s is masked as %s', (address, masked) => {
  expect(maskEmail(address)).toBe(masked);
});
