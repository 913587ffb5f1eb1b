/**
 * Whatever people paste: what it is read as, and why.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recognise, type Identifier } from '../../src/payments/identifiers.js';
import { otherPrefixes } from '../../src/payments/stripe-objects.js';

const asked = { at: new Date('2026-11-20T12:00:00Z'), timeZone: 'UTC' };

/** A short form of an identifier, for tables. */
const brief = (identifier: Identifier): string => {
  switch (identifier.kind) {
    case 'object':
      return `${identifier.object} ${identifier.id}`;
    case 'reference':
      return `${identifier.label} ${identifier.value}`;
    case 'card':
      return `card ${identifier.label}`;
  }
};

const readings = (text: string): string[] => {
  const result = recognise(text, asked);
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

  it.each(['tr_1QabcDEF', 'ii_1QabcDEF', 'acct_1QabcDEF'])('%s is named and not followed', (text) => {
    expect(readings(text)).toEqual(['refused: not_followed']);
  });
});

describe('what other ids are', () => {
  it.each([
    ['pm_1QabcDEF1234', 'payment_method pm_1QabcDEF1234', 'a payment method'],
    ['cs_test_a1QabcDEF1234', 'checkout_session cs_test_a1QabcDEF1234', 'a Checkout session, with its mode'],
    ['cs_live_a1QabcDEF1234', 'checkout_session cs_live_a1QabcDEF1234', 'one that is live'],
    ['sub_1QabcDEF1234', 'subscription sub_1QabcDEF1234', 'a subscription'],
    ['in_1QabcDEF1234', 'invoice in_1QabcDEF1234', 'an invoice'],
    [
      'seti_1QabcDEF1234_secret_x9',
      'setup_intent seti_1QabcDEF1234',
      'a setup intent with its client secret',
    ],
    [
      'https://dashboard.stripe.com/acct_1QabcDEF1234/payments/pi_3QabcDEF1234',
      'payment pi_3QabcDEF1234',
      'the payment in a link beside an account',
    ],
  ])('%s → %s: %s', (text, expected) => {
    expect(readings(text)).toEqual([expected]);
  });

  it.each(Object.keys(otherPrefixes))('%s_… says what it is and what to look up instead', (prefix) => {
    const id = `${prefix}_1QabcDEF1234`;
    const read = recognise(id, asked);
    if (read.ok) throw new Error(`${id} was read as ${JSON.stringify(read.value)}`);
    expect(read.fault.message).toMatch(new RegExp(`^\`${id}\` is an? .+; a trace starts from a payment\\.$`));
    expect(read.fault.hint).toMatch(/^Look up .*`(pi|ch|cus|in|sub|cs|evt|dp)_…`/);
  });

  it.each([
    'sk_live_51QabcDEF1234',
    'rk_test_51QabcDEF1234',
    'key sk_test_51QabcDEF1234 pi_3QabcDEF1234',
    'whsec_QabcDEF1234',
  ])('%s is a secret: refused and never shown back', (text) => {
    const read = recognise(text, asked);
    expect(read).toMatchObject({ ok: false, fault: { reason: 'secret' } });
    expect(JSON.stringify(read)).not.toContain('abcDEF');
  });
});

describe('the text as it was typed is tried too', () => {
  it.each([
    ['#1001', ['#1001', '1001'], 'a number sign may belong to the order id'],
    ['order #1001', ['#1001', '1001', 'order #1001'], 'behind a label'],
    ['`#1001`', ['`#1001`', '#1001', '1001'], 'in code marks'],
    ['#1001?', ['#1001?', '#1001', '1001'], 'a question mark'],
    ['42', ['42'], 'two digits are an order id'],
    ['7', ['7'], 'one digit too'],
    ['(2026)-77', ['(2026)-77', '2026)-77'], 'brackets'],
    ['*A-77*', ['*A-77*', 'A-77'], 'stars'],
    ['_77_', ['_77_', '77'], 'underscores'],
    ['~77', ['~77', '77'], 'a tilde'],
    ['No: 77', ['77', 'No: 77'], 'a label that may belong to it'],
    ['ID:77', ['ID:77', '77'], 'the same without a blank'],
    ['Nº77', ['Nº77', 'No77'], 'a sign that has another form'],
    ['WEBORDER', ['WEBORDER'], 'capitals without a digit'],
    ['A&amp;B-77', ['A&B-77'], 'an ampersand as Slack sends it'],
    ['where is ORD-10423?', ['ORD-10423'], 'a sentence around it'],
    ['WEB 10423', ['WEB 10423', '10423'], 'a blank inside'],
    ['WEB 12/2026', ['WEB 12/2026', '12/2026'], 'a blank and a slash'],
    ['ÄB 10 423X', ['ÄB 10 423X', '423X'], 'two blanks'],
    ['00042/A', ['00042/A'], 'leading zeros and a slash'],
    ['Ωmega-7', ['Ωmega-7'], 'letters of another script'],
    ['ord-10423', ['ord-10423'], 'small letters stay as they are typed'],
  ])('%s → %j: %s', (text, values) => {
    const read = recognise(text, asked);
    const tried = read.ok
      ? read.value.flatMap((each) => (each.kind === 'reference' ? [each.value] : []))
      : [];
    expect([...new Set(tried)]).toEqual(values);
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
      'network transaction id',
      'ACH trace number',
      'order or partner reference',
    ]);
  });
});

describe('what a person remembers of a card payment', () => {
  it.each([
    ['4242 19.99 2026-11-03', '•••• 4242, 19.99, 3 Nov 2026 (UTC)', 'all three'],
    ['2026-11-03 €19.99 4242', '•••• 4242, 19.99 EUR, 3 Nov 2026 (UTC)', 'any order'],
    ['visa ending in 4242 for 1250 JPY', '•••• 4242, 1250 JPY', 'words around it'],
    ['4242', '•••• 4242', 'four digits alone'],
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
      const result = recognise(text, asked);
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
    ['4242 19,99', 'card •••• 4242, 19.99', 'a decimal comma'],
    ['4242 1,250.00 EUR', 'card •••• 4242, 1250.00 EUR', 'grouped thousands'],
    ['4242 1.250,00', 'card •••• 4242, 1250.00', 'grouped the other way'],
    ['4242 1.250', 'card •••• 4242, 1.250', 'dinars have three decimals'],
    ['4242 4242', 'card •••• 4242, 4242', 'an amount of the same digits'],
    ['1250 JPY 4242', 'card •••• 4242, 1250 JPY', 'the amount first'],
    ['1250 JPY 4242', 'card •••• 1250, 4242 JPY', 'or the last four digits first'],
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
