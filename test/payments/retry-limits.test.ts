/**
 * How often a declined card was tried, against the networks' limits: what is counted, when nothing is asked, and that an
 * unknown count is said so.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { fixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { gather } from '../../src/payments/gather.js';
import { retryAdvice } from '../../src/payments/retry-advice.js';
import { shippedRetryLimits } from '../../src/payments/retry-limits.js';
import type { CardDetails, Charge } from '../../src/ports/payments-api.js';
import { triesLine } from '../../src/views/payments/retry.js';
import { aCharge, aPayment, at, eur, now } from '../support/payment-objects.js';
import { FakePaymentsApi } from '../support/payment-sources.js';

let api: FakePaymentsApi;
beforeEach(() => void (api = new FakePaymentsApi()));

const card = (changed: Partial<CardDetails> = {}): CardDetails => ({
  ...aCharge().card!,
  fingerprint: 'Fp1ana',
  ...changed,
});
const declined = (id: string, changed: Partial<Charge> = {}): Charge =>
  aCharge({
    id,
    paymentId: `pi_${id}`,
    status: 'failed',
    captured: false,
    amountCaptured: eur(0),
    card: card(),
    ...changed,
  });

async function gathered(charge: Charge) {
  const status = charge.status === 'failed' ? 'requires_payment_method' : 'succeeded';
  api.payments = [aPayment({ latestCharge: charge, status, amountReceived: charge.amountCaptured })];
  if (!api.charges.includes(charge)) api.charges.push(charge);
  const sources = { provider: { partner: 'northpay', name: 'Northpay', api }, books: null, statements: null };
  const deps = { log: silentLog, clock: fixedClock(now), retryLimits: shippedRetryLimits };
  return gather({ paymentId: 'pi_1paid', chargeId: null }, { ...sources, ...deps }).settled;
}

describe('what is counted', () => {
  const blocked = {
    type: 'blocked',
    networkStatus: 'not_sent_to_network',
    reason: null,
    sellerMessage: null,
    adviceCode: null,
    networkAdviceCode: null,
    networkDeclineCode: null,
  };
  it.each([
    ['this try alone', [], 1],
    ['other payments with the same card', [declined('ch_2'), declined('ch_3')], 3],
    ['not another card', [declined('ch_2', { card: card({ fingerprint: 'Fp2' }) })], 1],
    ['not what succeeded', [declined('ch_2', { status: 'succeeded' })], 1],
    ['not what is older than the span', [declined('ch_2', { createdAt: at('10-20T10:00') })], 1],
    ['not what the provider kept from the network', [declined('ch_2', { outcome: blocked })], 1],
  ])('%s', async (_what, others, tries) => {
    api.charges = others;
    const { cardTries } = await gathered(declined('ch_1paid'));
    expect(cardTries).toEqual({
      state: 'known',
      value: { network: 'visa', limit: { tries: 20, days: 30 }, tries, more: false },
    });
  });

  it('this try although the search does not list it yet', async () => {
    api.charges = [declined('ch_2')];
    const { cardTries } = await gathered(declined('ch_1paid', { card: card({ fingerprint: 'Fp1ana' }) }));
    expect(cardTries).toMatchObject({ value: { tries: 2 } });
  });

  it('a hundred and maybe more', async () => {
    api.charges = Array.from({ length: 120 }, (_, index) => declined(`ch_${index + 2}`));
    const { cardTries } = await gathered(declined('ch_1paid'));
    expect(cardTries).toMatchObject({ value: { more: true } });
  });
});

describe('nothing is asked', () => {
  it.each([
    ['of a payment that was paid', aCharge({ card: card() })],
    ['without a name for the card', declined('ch_1paid', { card: card({ fingerprint: null }) })],
    ['without a card', declined('ch_1paid', { card: null })],
    ['of a network without a limit', declined('ch_1paid', { card: card({ brand: 'amex' }) })],
  ])('%s', async (_what, charge) => {
    const { cardTries } = await gathered(charge);
    expect(cardTries).toBeUndefined();
    expect(api.asked).not.toContain('failedChargesOfCard');
  });
});

it('a search that fails is unknown, and spoils nothing else', async () => {
  api.failing = new Set(['failedChargesOfCard']);
  const { cardTries, charge } = await gathered(declined('ch_1paid'));
  expect(cardTries).toMatchObject({ state: 'failed', why: expect.stringContaining('down') as string });
  expect(charge.state).toBe('known');
});

describe('the line', () => {
  const limit = { tries: 20, days: 30 };
  const value = { network: 'visa', limit, tries: 4, more: false };
  it.each([
    [{ state: 'known', value } as const, ':repeat: 4 of 20 tries with this card in 30 days · visa'],
    [
      { state: 'known', value: { ...value, tries: 20 } } as const,
      ':no_entry: *20 of 20 tries with this card in 30 days: limit reached* · visa',
    ],
    [
      { state: 'known', value: { ...value, tries: 100, more: true } } as const,
      ':no_entry: *100+ of 20 tries with this card in 30 days: limit reached* · visa',
    ],
    [{ state: 'failed', why: 'down' } as const, ':grey_question: Tries with this card: unknown'],
    [{ state: 'waiting' } as const, null],
    [undefined, null],
  ])('%j', (found, line) => {
    expect(triesLine(found, null)).toBe(line);
  });

  it.each([
    [1, ':repeat: 1 try with this card in 30 days, no more allowed · visa'],
    [20, ':repeat: 20 tries with this card in 30 days, no more allowed · visa'],
  ])('of a card that must not be tried again leaves none: %i', (tries, line) => {
    const facts = { network: 'visa', declineCode: null, networkAdviceCode: null, adviceCode: null, at: now };
    const never = retryAdvice({ ...facts, networkDeclineCode: '43' });
    expect(triesLine({ state: 'known', value: { ...value, tries } }, never)).toBe(line);
  });
});
