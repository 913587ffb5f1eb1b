/**
 * What a dispute's code means, what it has moved, and what Visa's compelling evidence lacks.
 */
import { describe, expect, it } from 'vitest';
import { compellingEvidenceOf } from '../../src/disputes/compelling-evidence.js';
import { reasonCodeOf, type Category } from '../../src/disputes/reason-codes.js';
import { stakesOf } from '../../src/disputes/stakes.js';
import { money } from '../../src/kernel/money.js';
import { aBalanceTransaction, eur } from '../support/payment-objects.js';

describe('reason codes', () => {
  it.each<[string | null, string | null, Category | null, string]>([
    ['visa', '10.4', 'fraudulent', 'card not present'],
    ['visa', '12.6.1', 'duplicate', 'a code in three parts'],
    ['mastercard', '4853', 'product_unacceptable', 'the broad cardholder dispute'],
    ['mastercard', '4837', 'fraudulent', 'no authorisation by the cardholder'],
    ['amex', 'c08', 'product_not_received', 'small letters'],
    ['Discover', ' UA02 ', 'fraudulent', 'blanks, a capital brand'],
    ['diners', 'RG', 'product_not_received', 'Diners Club settles on Discover'],
    ['visa', '4853', null, 'another network’s code'],
    ['visa', '99.9', null, 'a code to come'],
    ['cartes_bancaires', '10.4', null, 'a network without a table'],
    [null, '10.4', null, 'no brand'],
    ['visa', null, null, 'no code'],
    ['constructor', 'toString', null, 'words of the language'],
  ])('%s %s → %s: %s', (brand, code, category) => {
    expect(reasonCodeOf(brand, code)?.category ?? null).toBe(category);
  });
});

describe('stakes', () => {
  const moved = (minor: number, fee: number, currency = 'EUR') =>
    aBalanceTransaction({ amount: money(minor, currency), fee: money(fee, currency) });

  it('counts what went out, what came back, and fees', () => {
    expect(stakesOf([moved(-2000, 1500), moved(2000, 0)])).toEqual([
      { withdrawn: eur(2000), returned: eur(2000), fees: eur(1500) },
    ]);
  });

  it('takes off a fee that was given back', () => {
    expect(stakesOf([moved(-2000, 1500), moved(2000, -1500)])[0]?.fees).toEqual(eur(0));
  });

  it('never adds currencies up', () => {
    expect(stakesOf([moved(-2000, 0), moved(-300, 0, 'USD')])).toHaveLength(2);
  });

  it('is empty when nothing moved', () => {
    expect(stakesOf([])).toEqual([]);
  });
});

describe('Visa Compelling Evidence 3.0', () => {
  it.each<
    [
      { status: string; requiredActions: string[] } | null,
      { qualifies: boolean; lacking: number } | null,
      string,
    ]
  >([
    [null, null, 'the rule does not apply'],
    [{ status: 'qualified', requiredActions: [] }, { qualifies: true, lacking: 0 }, 'nothing is lacking'],
    [
      {
        status: 'requires_action',
        requiredActions: ['missing_prior_undisputed_transactions', 'an_action_to_come'],
      },
      { qualifies: false, lacking: 2 },
      'one known gap, one to come',
    ],
  ])('%o → %o: %s', (compellingEvidence, expected) => {
    const found = compellingEvidenceOf({ compellingEvidence });
    expect(found && { qualifies: found.qualifies, lacking: found.lacking.length }).toEqual(expected);
    expect(found?.lacking.join() ?? '').not.toContain('_');
  });
});
