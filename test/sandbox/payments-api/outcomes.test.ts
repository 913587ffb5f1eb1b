/**
 * What the payments API says of a decline and of 3-D Secure: the network's own codes, as that network has them.
 */
import { describe, expect, it } from 'vitest';
import { drawAuthentication } from '../../../sandbox/payments-api/objects/authentication.js';
import { declinedOutcome, wordsOf } from '../../../sandbox/payments-api/objects/declines.js';

describe('a decline carries the codes of its network', () => {
  it.each([
    ['insufficient_funds', 'visa', '51', null, 'try_again_later', 'Visa has no merchant advice code'],
    [
      'insufficient_funds',
      'mastercard',
      '51',
      expect.stringMatching(/^(2[4-9]|30)$/),
      'try_again_later',
      'when',
    ],
    ['stolen_card', 'visa', '43', null, 'do_not_try_again', 'never approved'],
    ['stolen_card', 'mastercard', '43', '03', 'do_not_try_again', 'never approved'],
    ['authentication_required', 'visa', '1A', null, null, 'the soft decline of Visa'],
    ['authentication_required', 'mastercard', '65', '01', null, 'the soft decline of Mastercard'],
    ['do_not_honor', 'amex', '05', null, null, 'no reason given'],
    ['fraudulent', 'visa', null, null, null, 'the network never saw it'],
  ] as const)('%s with %s', (declineCode, brand, code, networkAdvice, advice, why) => {
    expect(declinedOutcome(wordsOf(declineCode), brand, 17), why).toMatchObject({
      network_decline_code: code,
      network_advice_code: networkAdvice,
      advice_code: advice,
    });
  });
});

describe('3-D Secure', () => {
  const drawn = (brand: 'visa' | 'mastercard') =>
    Array.from({ length: 500 }, (_, key) => drawAuthentication(key, brand));

  it.each([
    ['visa', ['05', '06', '07']],
    ['mastercard', ['01', '02', '06']],
  ] as const)('has the indicators of %s, every outcome, and none for many', (brand, indicators) => {
    const outcomes = drawn(brand);
    const seen = (field: string) => [...new Set(outcomes.map((outcome) => outcome?.[field]))].sort();
    expect(seen('electronic_commerce_indicator')).toEqual([...indicators, undefined]);
    expect(seen('result')).toEqual(['attempt_acknowledged', 'authenticated', 'exempted', undefined]);
    expect(outcomes).toEqual(drawn(brand));
  });
});
