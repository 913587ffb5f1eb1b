/** What a charge took, what of it was given back, and what is left: the states that providers list, one row each. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { committedOf, decidingAmong, givenBackOf, leftOf, lostOf } from '../../src/nouns/charge.js';
import type { Charge, Dispute, Refund } from '../../src/ports/payments-api.js';
import { aCharge, aDispute, aRefund, eur } from '../support/payment-objects.js';

const usd = { minor: 2000n, currency: 'USD' };
const unmoved = (amount: number, changed: Partial<Refund> = {}): Refund =>
  aRefund({ amount: eur(amount), balanceTransactionId: null, ...changed });
const partly = (taken: number, refunded: number): Partial<Charge> => ({
  amountCaptured: eur(taken),
  amountRefunded: eur(refunded),
});
const uncaptured = { captured: false, amountCaptured: eur(0), amountRefunded: eur(2000) };

describe('what is left of a charge of 20.00 EUR', () => {
  it.each<[why: string, charge: Partial<Charge>, refunds: Refund[], disputes: Dispute[], left: number]>([
    ['nothing was given back', {}, [], [], 2000],
    ['a part went through', {}, [aRefund({ amount: eur(500) })], [], 1500],
    ['a part is on its way', {}, [unmoved(500, { status: 'pending' })], [], 1500],
    ['a part waits for the customer', {}, [unmoved(500, { status: 'requires_action' })], [], 1500],
    ['a word to come counts as on its way', {}, [unmoved(500, { status: 'brand_new' })], [], 1500],
    ['a refund failed', {}, [aRefund({ status: 'failed' })], [], 2000],
    ['a refund was cancelled', {}, [aRefund({ status: 'canceled' })], [], 2000],
    [
      'the charge knows of more than is listed',
      { amountRefunded: eur(700) },
      [aRefund({ amount: eur(500) })],
      [],
      1300,
    ],
    ['a partial capture, whose release is listed', partly(600, 1400), [unmoved(1400)], [], 600],
    ['a partial capture, whose release only the charge knows', partly(600, 1400), [], [], 600],
    ['a partial capture, whose release nobody lists', partly(600, 0), [], [], 600],
    ['a release beside a refund', partly(600, 1500), [aRefund({ amount: eur(100) }), unmoved(1400)], [], 500],
    [
      'a release, and a refund of the same amount',
      partly(1000, 2000),
      [aRefund({ amount: eur(1000) }), unmoved(1000)],
      [],
      0,
    ],
    [
      'a release, and one of the same amount on its way',
      partly(1000, 1000),
      [unmoved(1000, { status: 'pending' }), unmoved(1000)],
      [],
      0,
    ],
    ['more was taken than first authorised', partly(2400, 0), [], [], 2400],
    ['of that, a part went through', partly(2400, 500), [aRefund({ amount: eur(500) })], [], 1900],
    ['of that, only the charge knows of a refund', partly(2400, 500), [], [], 1900],
    ['an authorisation that was reversed took nothing', uncaptured, [unmoved(2000)], [], 0],
    ['a lost dispute gave all of it back', {}, [], [aDispute({ status: 'lost' })], 0],
    ['a lost dispute gave a part back', {}, [], [aDispute({ status: 'lost', amount: eur(500) })], 1500],
    [
      'a lost dispute, and a refund before',
      {},
      [aRefund({ amount: eur(1500) })],
      [aDispute({ status: 'lost' })],
      0,
    ],
    ['a dispute that is open', {}, [], [aDispute()], 2000],
    ['an inquiry that is closed', {}, [], [aDispute({ status: 'warning_closed' })], 2000],
    ['a dispute that was won', {}, [], [aDispute({ status: 'won' })], 2000],
    [
      'what is in another currency is not added',
      {},
      [aRefund({ amount: usd })],
      [aDispute({ status: 'lost', amount: usd })],
      2000,
    ],
  ])('%s', (_why, changed, refunds, disputes, left) => {
    expect(leftOf(aCharge(changed), refunds, disputes)).toEqual(eur(left));
  });

  it('is never below nothing, nor more than was taken; every refund has one meaning', () => {
    const cents = fc.integer({ min: 0, max: 2000 }).map((minor) => eur(minor));
    const refunds = fc.array(
      fc
        .record({
          amount: cents,
          status: fc.constantFrom('succeeded', 'pending', 'failed', 'canceled', 'odd'),
          balanceTransactionId: fc.constantFrom(null, 'txn_1'),
        })
        .map(aRefund),
      { maxLength: 4 },
    );
    const disputes = fc.array(
      fc.record({ amount: cents, status: fc.constantFrom('lost', 'won', 'needs_response') }).map(aDispute),
      { maxLength: 2 },
    );
    const charges = fc
      .record({ amountCaptured: cents, amountRefunded: cents, captured: fc.boolean() })
      .map(aCharge);
    fc.assert(
      fc.property(charges, refunds, disputes, (charge, given, disputed) => {
        const left = leftOf(charge, given, disputed);
        expect(left.minor).toBeGreaterThanOrEqual(0n);
        expect(left.minor).toBeLessThanOrEqual(charge.amountCaptured.minor);
        const meanings = givenBackOf(charge, given);
        expect(Object.values(meanings).flat()).toHaveLength(given.length);
        expect(committedOf(charge, meanings).minor).toBeGreaterThanOrEqual(0n);
        expect(lostOf(charge, disputed).minor).toBeGreaterThanOrEqual(0n);
      }),
      { seed: 7, numRuns: 1000 },
    );
  });
});

describe('of several charges, newest first, the one that decides', () => {
  const failed = aCharge({ id: 'ch_failed', status: 'failed', captured: false });
  const held = aCharge({ id: 'ch_held', captured: false });
  const taken = aCharge({ id: 'ch_taken' });
  it.each<[string, Charge[], string | undefined]>([
    ['took the money', [failed, held, taken], 'ch_taken'],
    ['holds it, where none took it', [failed, held], 'ch_held'],
    ['tried last, where none succeeded', [failed, { ...failed, id: 'ch_older' }], 'ch_failed'],
    ['is none of none', [], undefined],
  ])('%s', (_why, charges, id) => {
    expect(decidingAmong(charges)?.id).toBe(id);
  });
});
