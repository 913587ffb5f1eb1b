/**
 * Card numbers are found however they are written, and references that only look like one are left alone.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsWithCardNumber } from '../../src/kernel/card-number-refusal.js';
import { cardNetworkOf, hasLuhnDigit } from '../../src/kernel/card-networks.js';
import { plainDigits } from '../../src/kernel/digit-runs.js';
import {
  containsCardNumber,
  maskEmail,
  redactCardNumbers,
  redactWithin,
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
    ['$4242424242424242.00', 'written as an amount'],
    ['4242424242424242,00 €', 'written as an amount, the sign behind it'],
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
    ['_4242424242424242_', 'italic'],
    ['*4242424242424242*', 'bold'],
    ['~4242424242424242~', 'struck through'],
    ['`4242424242424242`', 'as code'],
    ['Karte4242424242424242', 'behind a word'],
    ['4242424242424242gültig', 'before a word'],
    ['卡号4242424242424242有效', 'between words of another script'],
    ['карта4242424242424242', 'behind a Cyrillic word'],
    ['بطاقة٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢صالحة', 'Arabic digits in an Arabic word'],
    ['freeze4242424242424242', 'glued to a word of a command'],
    ['dp_4242424242424242', 'behind the prefix of an identifier'],
    ['pi_3Q4242424242424242', 'in what looks like an identifier: a real one never has 13 digits in a row'],
    ['4242424242424242.pdf', 'the name of a file'],
    ['https://example.com/?q=4242424242424242&x=1', 'in an address'],
    ['4242,4242,4242,4242', 'commas'],
    ['4242/4242/4242/4242', 'slashes'],
    ['4242|4242|4242|4242', 'bars'],
    ['4242+4242+4242+4242', 'plus signs'],
    ['4242.4242.4242.4242', 'dots'],
    ['4242:4242:4242:4242', 'colons'],
    ['4242$4242$4242$4242', 'currency signs'],
    ['4242#4242@4242!4242', 'any signs'],
    ['4242 / 4242 _ 4242 | 4242', 'several signs, of several kinds'],
    ['4242      4242          4242  4242', 'many blanks'],
    ['4242\t4242\r\n4242\n\n4242', 'tabs and line breaks'],
    ['4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2', 'digit by digit'],
    ['4242\u20284242\u00854242\u30004242', 'blanks of Unicode'],
    ['4242\u2022\u20224242–4242—4242', 'bullets and dashes'],
    ['4242\u20604242\u202e4242\u2066424\ufeff2', 'joiners, and marks that turn the text around'],
    ['4242\u3164424242\uffa0424242', 'letters that nobody sees'],
    ['4\u03322\u03324\u0332242424242424242', 'underlined by combining marks'],
    ['\u{1d7d2}\u{1d7d0}\u{1d7d2}\u{1d7d0}424242424242', 'mathematical digits'],
    ['④②④②424242424242', 'circled digits'],
    ['⁴²⁴²424242424242', 'raised digits'],
    ['❹❷➍➋⓸⓶❹❷4242❹❷➃➁', 'digits in black and double circles'],
    [':four::two:'.repeat(8), 'digits as Slack writes emoji'],
    [':four: :TWO: 42 :four: :two: 42 4242 4242', 'emoji among digits'],
    ['४२४२४२४२४२४२४२४२', 'Devanagari digits'],
    ['&#52;&#50;&#52;&#50;424242424242', 'HTML entities'],
    ['&amp;#52;&amp;#50;&#x34;&#x32;424242424242', 'HTML entities, escaped again by Slack'],
    ['4242&nbsp;4242&#8203;4242&ensp;4242', 'HTML blanks'],
    ['%34%32%34%32424242424242', 'percent-encoding'],
    ['4242%204242%2D4242%C2%A04242', 'percent-encoded blanks'],
    ['%2534%2532%2534%2532424242424242', 'percent-encoding, encoded again'],
    ['%EF%BC%94%EF%BC%92%EF%BC%94%EF%BC%92424242424242', 'full-width digits, percent-encoded'],
    ['%378282246310005', 'a percent sign before a number that it could be the escape of'],
    [String.raw`\u0034\u0032\u0034\u0032424242424242`, 'escapes of JSON'],
    [String.raw`4242\n4242\t4242\\n4242`, 'line breaks in JSON, and in JSON within JSON'],
    ['%B4242424242424242^DOE/ANA^2812', 'the first track'],
    [';4242424242424242=2812101?', 'the second track'],
    ['4242424242424242123', 'with its security code'],
    ['0004242424242424242', 'behind zeros'],
    ['94242424242424242', 'behind another digit'],
    ['4242 4242 4242 4242 12/28 123', 'with expiry and security code'],
    ['378282246310005', 'American Express'],
    ['3782 822463 10005', 'American Express, as it is embossed'],
    ['3782,822463/10005', 'American Express, other signs'],
    ['4917610000000000003', 'Visa, 19 digits'],
    ['6304000000000000', 'Maestro'],
    ['6771798021000008', 'Maestro'],
    ['5019717010103742', 'Dankort'],
    ['2200000000000053', 'Mir'],
    ['6521000000000007', 'RuPay on Discover’s range'],
    ['5105105105105100', 'Mastercard'],
    ['6011000990139424', 'Discover'],
    ['38520000023237', 'Diners Club'],
    ['3530111333300000', 'JCB'],
    ['6205500000000000004', 'UnionPay, 19 digits'],
    ['9792030394440796', 'Troy'],
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
    ['97d3c8f2-4242-4242-8242-424242424242', 'part of a UUID'],
    ['pi_3QabcDEF1234567890abcdef', 'a Stripe id'],
    ['74532806304000012345678', 'an ARN'],
    ['7453 2806 3040 0001 2345 678 on 2026-11-03', 'an ARN in groups, and a day'],
    ['ARN74532806304000012345678', 'an ARN behind its name'],
    ['EGFZTD0X90DOM19C', 'a PSP reference'],
    ['483015000012345', 'a network transaction id of Visa: 15 digits'],
    ['MCC1234561123', 'a network transaction id of Mastercard'],
    ['#1001', 'an order'],
    ['ORD-2026-11-000123', 'an order'],
    ['4242 19.99 2026-11-03', 'how a card’s payment is searched for'],
    ['4242 1999.99 27.11.2026', 'the same, another date'],
    ['4000 0.01 2026-01-01', 'the same, where the digits would make a card number'],
    ['$45.00, $23.10, $17.50, $99.99, $45.00, $23.10', 'amounts'],
    ['45,00€ 23,10€ 17,50€ 99,99€', 'amounts'],
    ['$4,242,424,242,424,242.00', 'an amount with marks between its thousands'],
    ['€ 424242424242,42', 'an amount of twelve digits'],
    ['45.00, 23.10, 17.50, 99.99', 'amounts without a currency'],
    ['2026-11-03T14:22:10.123Z 2026-11-03 14:22:10', 'instants'],
    ['1764376800.123456', 'a message of Slack'],
    ['DE89370400440532013000', 'an IBAN'],
    ['DE12 5001 0517 0648 4898 90', 'an IBAN that holds the range of a network'],
    ['9400111899223197428490', 'a parcel'],
    ['1Z999AA10123456784', 'a parcel'],
    ['5f3c1a90b2d4e6f8a1c3e5f7092b4d6f8a1c3e5f7092b4d6f8a1c3e5f7092b4d', 'a hash'],
    ['+49 30 901820 or +1 202 555 0143', 'telephone numbers'],
    ['192.168.100.200', 'an address of the network'],
    ['4242', 'last four digits'],
    ['[card number ending 4242] 424242424242', 'what was redacted, and other digits'],
    ['4242 or maybe 4242 or maybe 4242 or maybe 4242', 'words between the groups'],
  ])('%s is none: %s', (text) => {
    expect(containsCardNumber(text)).toBe(false);
    expect(redactCardNumbers(text)).toBe(text);
  });

  it('keeps the last four digits and everything around', () => {
    expect(redactCardNumbers('a 4242 4242 4242 4242 b')).toBe('a [card number ending 4242] b');
  });

  it.each([
    [
      '４２４２４２４２４２４２４２４２ ½',
      '[card number ending 4242] ½',
      'the rest is left as it is written',
    ],
    ['a%34%32%34%32424242424242b', 'a[card number ending 4242]b', 'an escape goes as a whole'],
    ['4242 4242 4242 4242, 5555555555554444', '[card number ending 4242], [card number ending 4444]', 'two'],
  ])('%s becomes %s: %s', (text, redacted) => {
    expect(redactCardNumbers(text)).toBe(redacted);
  });

  it('redacts every text of a value', () => {
    const value = {
      why: 'x4242424242424242',
      list: ['4242 4242 4242 4242', 3, null, true],
      n: 4242424242424242,
    };
    expect(redactWithin({ ...value, '5555555555554444': 1 })).toEqual({
      why: 'x[card number ending 4242]',
      list: ['[card number ending 4242]', 3, null, true],
      n: '[card number ending 4242]',
      '[card number ending 4444]': 1,
    });
  });

  it('finds a number split anywhere, by any signs, within any words', () => {
    const sign = fc.constantFrom(...Array.from(' \t\n,/|+.-_:;*#~=()[]<>"\'\u00a0\u200b\u2013'));
    const gap = fc.array(sign, { maxLength: 4 }).map((signs) => signs.join(''));
    const word = fc.constantFrom('', 'x', 'card ', '卡号', 'dp_', '(', '№ ', 'why: ');
    const numbers = fc.constantFrom(
      '4242424242424242',
      '378282246310005',
      '5555555555554444',
      '4917610000000000003',
    );
    fc.assert(
      fc.property(
        numbers,
        fc.array(gap, { minLength: 19, maxLength: 19 }),
        word,
        word,
        (digits, gaps, a, b) => {
          const text = Array.from(
            digits,
            (digit, place) => digit + (place % 3 === 0 ? (gaps[place] ?? '') : ''),
          ).join('');
          expect(containsCardNumber(`${a}${text}${b}`)).toBe(true);
        },
      ),
    );
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

describe('a card number in a form', () => {
  it.each<[Record<string, string>, string, string]>([
    [{ reason: '4242424242424242', why: 'late' }, 'reason', 'in one field'],
    [{ reason: 'card 42424242', why: '42424242 thanks' }, 'reason why', 'in two halves'],
    [
      { reason: 'card 42424242', note: ' ', why: '42424242' },
      'reason why',
      'with an empty field between them',
    ],
    [{ a: '4242', b: '4242', c: '4242', d: '4242' }, 'a b c d', 'in four groups'],
    [{ reason: '42424242', amount: '12.50', why: '42424242' }, 'reason why', 'another answer in between'],
    [{ reason: '42424242', why: 'ends in 42424242' }, '', 'with words between its halves'],
    [{ tracking: '794644790132', date: '2026-11-15', amount: '12.50' }, '', 'only digits of other things'],
    [{ a: '3782', b: '822463', c: '10005' }, 'a b c', 'in the three groups of American Express'],
    [{ amount: '4242.00', why: '2 of 3 items came back' }, '', 'an amount before a count'],
    [{ most: '5000', until: '1796066703' }, '', 'an amount before a time in seconds'],
    [
      { drop: '40', attempts: '1000', minutes: '120', probe: '10', most: '50001' },
      '',
      'the numbers of a form',
    ],
  ])('%j: %s, %s', (values, expected) => {
    expect(fieldsWithCardNumber(values).join(' ')).toBe(expected);
  });

  it('is not made of the numbers of a form, whatever they are', () => {
    const digits = (least: number, most: number) => fc.integer({ min: least, max: most }).map(String);
    const form = fc.record({
      drop: digits(1, 100),
      attempts: digits(1, 9999),
      minutes: digits(5, 1440),
      probe: digits(1, 50),
      most: digits(100, 99_999),
      uses: digits(1, 9),
      until: digits(1_790_000_000, 1_890_000_000),
    });
    fc.assert(
      fc.property(form, (values) => fieldsWithCardNumber(values).length === 0),
      { seed: 5, numRuns: 20_000 },
    );
  });
});
