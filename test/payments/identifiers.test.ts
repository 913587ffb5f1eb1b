/**
 * Whatever people paste: what it is read as, and why.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recognise, type Identifier } from '../../src/payments/identifiers.js';

/** A short form of an identifier, for tables. */
const brief = (identifier: Identifier): string => {
  switch (identifier.kind) {
    case 'object':
      return `${identifier.object} ${identifier.id}`;
    case 'reference':
      return `${identifier.label} ${identifier.value}`;
    case 'card':
      return `card ${JSON.stringify(identifier.sighting)}`;
  }
};

const readings = (text: string): string[] => {
  const result = recognise(text);
  return result.ok ? result.value.map(brief) : [`refused: ${result.fault.reason}`];
};

describe('provider ids', () => {
  it.each([
    ['pi_3QabcDEF1234', 'payment pi_3QabcDEF1234', 'a payment intent'],
    ['ch_3QabcDEF1234', 'charge ch_3QabcDEF1234', 'a charge'],
    ['py_1QabcDEF1234', 'charge py_1QabcDEF1234', 'a payment of another method is a charge object'],
    ['re_3QabcDEF1234', 'refund re_3QabcDEF1234', 'a refund'],
    ['pyr_1QabcDEF1234', 'refund pyr_1QabcDEF1234', 'a refund of another method'],
    ['dp_1QabcDEF1234', 'dispute dp_1QabcDEF1234', 'a dispute'],
    ['du_1QabcDEF1234', 'dispute du_1QabcDEF1234', 'a dispute, newer prefix'],
    ['po_1QabcDEF1234', 'payout po_1QabcDEF1234', 'a payout'],
    ['txn_1QabcDEF1234', 'balance_transaction txn_1QabcDEF1234', 'a balance transaction'],
    ['issfr_1QabcDEF1234', 'early_fraud_warning issfr_1QabcDEF1234', 'an early fraud warning'],
    ['evt_1QabcDEF1234', 'event evt_1QabcDEF1234', 'an event'],
    ['cus_QabcDEF1234', 'customer cus_QabcDEF1234', 'a customer'],
    ['  `pi_3QabcDEF1234`, ', 'payment pi_3QabcDEF1234', 'code marks, blanks and a comma around it'],
    [
      '<https://dashboard.stripe.com/payments/pi_3QabcDEF1234|link>',
      'payment pi_3QabcDEF1234',
      'a link as Slack sends it',
    ],
    ['pi_3QabcDEF1234_secret_xyz', 'payment pi_3QabcDEF1234', 'a client secret pasted by mistake'],
    ['where is pi_3QabcDEF1234 :money_with_wings: 💸?', 'payment pi_3QabcDEF1234', 'a sentence with emoji'],
    ['pi_3QabcDEF1234 pi_3QabcDEF1234', 'payment pi_3QabcDEF1234', 'the same twice is one'],
    [
      "pi_3QabcDEF1234'; drop table payments; --",
      'payment pi_3QabcDEF1234',
      'SQL behind it is not part of it',
    ],
  ])('%s → %s: %s', (text, expected) => {
    expect(readings(text)).toEqual([expected]);
  });

  it('two different ids are two readings', () => {
    expect(readings('pi_3Qaaaa ch_3Qbbbb')).toEqual(['payment pi_3Qaaaa', 'charge ch_3Qbbbb']);
  });

  it.each(['tr_1QabcDEF', 'in_1QabcDEF', 'acct_1QabcDEF'])('%s is named and not followed', (text) => {
    expect(readings(text)).toEqual(['refused: not_followed']);
  });
});

describe('references', () => {
  it.each([
    ['74208476043031234567890', 'ARN 74208476043031234567890', '23 digits'],
    ['7420 8476 0430 3123 4567 890', 'ARN 74208476043031234567890', '23 digits in groups'],
    ['123456789012', 'RRN 123456789012', '12 digits'],
    ['091000019876542', 'ACH trace number 091000019876542', '15 digits'],
    ['MCC1234567890', 'network transaction id MCC1234567890', '13 characters'],
    ['KQ9X2JMMVPNG7DZ3', 'PSP reference KQ9X2JMMVPNG7DZ3', '16 characters'],
    ['97ED4827-7b6f-4491-a06f-b548d5a7512d', 'UETR 97ed4827-7b6f-4491-a06f-b548d5a7512d', 'a version 4 UUID'],
    ['Ana.Silva+x@example.com', 'e-mail address ana.silva+x@example.com', 'an address'],
    [
      '<mailto:ana@example.com|ana@example.com>',
      'e-mail address ana@example.com',
      'an address as Slack sends it',
    ],
    ['ORD-10423', 'order or partner reference ORD-10423', 'an order'],
    ['#2026/11-0042', 'order or partner reference 2026/11-0042', 'an order with a number sign'],
  ])('%s may be %s: %s', (text, expected) => {
    expect(readings(text)).toContain(expected);
  });

  it('digits that fit several kinds give all of them, the most specific first', () => {
    expect(readings('091000019876542').map((reading) => reading.replace(/ \S+$/, ''))).toEqual([
      'network transaction id', 'ACH trace number', 'order or partner reference',
    ]); // prettier-ignore
  });
});

describe('what a person remembers of a card payment', () => {
  it.each([
    [
      '4242 19.99 2026-11-03',
      '{"last4":"4242","amountMajor":"19.99","day":"2026-11-03T00:00:00.000Z"}',
      'all three',
    ],
    [
      '2026-11-03 €19.99 4242',
      '{"last4":"4242","amountMajor":"19.99","day":"2026-11-03T00:00:00.000Z"}',
      'any order',
    ],
    ['visa ending in 4242 for 1250 JPY', '{"last4":"4242","amountMajor":"1250"}', 'words around it'],
    ['4242', '{"last4":"4242"}', 'four digits alone'],
  ])('%s → %s: %s', (text, sighting) => {
    expect(readings(text)).toContain(`card ${sighting}`);
  });

  it('an impossible day is not a sighting', () => {
    expect(readings('4242 19.99 2026-13-45').some((reading) => reading.startsWith('card'))).toBe(false);
  });
});

describe('refusals', () => {
  it.each([
    ['', 'empty', 'nothing'],
    ['  \u200b ', 'empty', 'blanks that nobody sees'],
    ['4242 4242 4242 4242', 'card_number', 'a card number'],
    ['pi_3QabcDEF1234 4242424242424242', 'card_number', 'a card number beside an id'],
    ['４２４２４２４２４２４２４２４２', 'card_number', 'a card number in full-width digits'],
    ['💸💸💸', 'unknown', 'emoji'],
    ['*bold* _text_ without digits', 'unknown', 'formatting'],
    ["' or 1=1 --", 'unknown', 'SQL'],
    ['x'.repeat(10_000), 'too_long', '10 kB of text'],
  ])('%s is refused as %s: %s', (text, reason) => {
    expect(readings(text)).toEqual([`refused: ${reason}`]);
  });
});

it('never throws, and never lets a card number through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const result = recognise(text);
      if (!result.ok) expect(result.fault.hint).not.toBe('');
      expect(readings(`${text} 4242424242424242`)).toEqual(['refused: card_number']);
    }),
  );
});

describe('as people write', () => {
  it.each([
    ['order ORD-10423', 'order or partner reference ORD-10423', 'a label'],
    ['ARN: 7420 8476 0430 3123 4567 890', 'ARN 74208476043031234567890', 'a label and groups'],
    ['ref #KQ9X2JMMVPNG7DZ3', 'PSP reference KQ9X2JMMVPNG7DZ3', 'a label and a number sign'],
    ['4242 19,99', 'card {"last4":"4242","amountMajor":"19.99"}', 'a decimal comma'],
    ['4242 1,250.00 EUR', 'card {"last4":"4242","amountMajor":"1250.00"}', 'grouped thousands'],
    ['4242 1.250,00', 'card {"last4":"4242","amountMajor":"1250.00"}', 'grouped the other way'],
    ['4242 1.250', 'card {"last4":"4242","amountMajor":"1.250"}', 'dinars have three decimals'],
    ['4242 4242', 'card {"last4":"4242","amountMajor":"4242"}', 'an amount of the same digits'],
    ['1250 JPY 4242', 'card {"last4":"4242","amountMajor":"1250"}', 'the amount first'],
    ['1250 JPY 4242', 'card {"last4":"1250","amountMajor":"4242"}', 'or the last four digits first'],
  ])('%s may be %s: %s', (text, expected) => {
    expect(readings(text)).toContain(expected);
  });

  it('a label is not cut off a reference that begins like one', () => {
    expect(readings('order-77')).toContain('order or partner reference order-77');
    expect(readings('ORDER_77')).toContain('order or partner reference ORDER_77');
  });

  it('31 February is no day', () => {
    expect(readings('4242 19.99 2026-02-31').some((reading) => reading.startsWith('card'))).toBe(false);
  });
});
