/**
 * What `/payment` says of a card that was declined: whether to try again, and that “never” cannot be missed.
 */
import { describe, expect, it } from 'vitest';
import { hourMs } from '../../src/kernel/clock.js';
import type { Findings } from '../../src/payments/findings.js';
import { traceOf } from '../../src/payments/trace.js';
import type { Card } from '../../src/ports/card.js';
import type { CardDetails, Charge } from '../../src/ports/payments-api.js';
import { paymentTraceCard } from '../../src/views/payments/trace.js';
import { faultsOf, linesOf } from '../support/cards.js';
import { aCharge, anAttempt, aPayment, at, now } from '../support/payment-objects.js';

const known = <Value>(value: Value) => ({ state: 'known', value }) as const;
const none = { state: 'not_applicable' } as const;
const empty = known([]);

const card = (changed: Partial<CardDetails> = {}): CardDetails => ({ ...aCharge().card!, ...changed });

interface Codes {
  brand?: string;
  decline?: string | null;
  network?: string | null;
  networkAdvice?: string | null;
  advice?: string | null;
  networkStatus?: string;
}

const declined = (codes: Codes, changed: Partial<Charge> = {}): Charge =>
  aCharge({
    status: 'failed',
    captured: false,
    balanceTransaction: null,
    createdAt: at('11-20T11:30'),
    failure: { code: 'card_declined', declineCode: codes.decline ?? null, message: null },
    outcome: {
      type: 'issuer_declined',
      networkStatus: codes.networkStatus ?? 'declined_by_network',
      reason: codes.decline ?? null,
      sellerMessage: null,
      adviceCode: codes.advice ?? null,
      networkAdviceCode: codes.networkAdvice ?? null,
      networkDeclineCode: codes.network ?? null,
    },
    card: card({ brand: codes.brand ?? 'visa', authorizationCode: null }),
    ...changed,
  });

const findingsOf = (charge: Charge, changed: Partial<Findings> = {}): Findings => ({
  id: 'pi_1paid',
  lookedUp: null,
  partner: 'northpay',
  connectedPartner: 'northpay',
  attempts: known([anAttempt({ status: 'failed', declineCode: charge.failure?.declineCode ?? null })]),
  siblings: empty,
  charges: known([charge]),
  batch: none,
  payment: known(aPayment({ status: 'requires_payment_method' })),
  charge: known(charge),
  balanceTransaction: none,
  payout: none,
  ledger: empty,
  refunds: empty,
  disputes: empty,
  warnings: empty,
  ...changed,
});

const expectations = { captureMs: hourMs, payoutMs: hourMs, ledgerMs: hourMs, openDay: (day: Date) => day };

function cardOf(findings: Findings): Card {
  return paymentTraceCard({
    trace: traceOf(findings, expectations, now),
    complete: true,
    links: () => null,
    sharedBy: null,
    startable: [],
    revealable: false,
  });
}

function read(findings: Findings): string[] {
  const shown = cardOf(findings);
  expect(faultsOf(shown)).toEqual([]);
  return linesOf(shown).map((line) => line.replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1'));
}

const authorisation = (findings: Findings): string | undefined =>
  read(findings).find((line) => line.includes('*Authorisation*'));
const headline = (findings: Findings): string | undefined => read(findings)[1];

describe('the first line and the line of the decline', () => {
  it.each([
    [
      'never, by the network',
      { decline: 'stolen_card', network: '43' },
      ':x: *Authorisation failed: stolen card; do not try this card again (Visa rule)*',
      'the card is stolen (43) · :no_entry: *do not try this card again (Visa rule)*',
    ],
    [
      'never, by Mastercard’s advice',
      { brand: 'mastercard', decline: 'do_not_honor', network: '05', networkAdvice: '03' },
      ':x: *Authorisation failed: do not honor; do not try this card again (Mastercard rule)*',
      'declined without a reason (05) · :no_entry: *do not try this card again (Mastercard rule)*',
    ],
    [
      'never, by the provider alone',
      { brand: 'amex', decline: 'generic_decline', advice: 'do_not_try_again' },
      ':x: *Authorisation failed: generic decline; do not try this card again (the provider’s advice)*',
      'declined without a reason · :no_entry: *do not try this card again (the provider’s advice)*',
    ],
    [
      'after a span',
      { brand: 'mastercard', decline: 'insufficient_funds', network: '51', networkAdvice: '26' },
      ':x: *Authorisation failed: insufficient funds; try again at 2026-11-22 11:30 UTC or later*',
      'insufficient funds (51) · try again at 2026-11-22 11:30 UTC or later',
    ],
    [
      'later, at no known time',
      { decline: 'insufficient_funds', network: '51' },
      ':x: *Authorisation failed: insufficient funds*',
      'insufficient funds (51) · try again later',
    ],
    [
      'authentication',
      { decline: 'authentication_required', network: '1A' },
      ':x: *Authorisation failed: authentication required; the customer must authenticate*',
      'authentication required (1A) · the customer must authenticate',
    ],
    [
      'new details',
      { decline: 'expired_card', network: '54' },
      ':x: *Authorisation failed: expired card; ask for new card details*',
      'the card has expired (54) · ask for new card details',
    ],
    [
      'corrected details',
      { decline: 'incorrect_cvc', network: 'N7' },
      ':x: *Authorisation failed: incorrect cvc; try again with corrected details*',
      'the security code (CVV2) is wrong (N7) · try again with corrected details',
    ],
    [
      'nothing known, and the codes as they came',
      { decline: 'new_word', network: 'Z9', networkAdvice: '77' },
      ':x: *Authorisation failed: new word*',
      'new_word (Z9) · no retry advice for this decline · network advice code 77',
    ],
    [
      'blocked before the network',
      { decline: 'fraudulent', networkStatus: 'not_sent_to_network' },
      ':x: *Authorisation failed: fraudulent*',
      'fraudulent',
    ],
  ] satisfies [string, Codes, string, string][])('%s', (_what, codes, first, line) => {
    const findings = findingsOf(declined(codes));
    expect(headline(findings)).toBe(first);
    expect(authorisation(findings)).toBe(
      `:x: *Authorisation* failed · 20.00 EUR · 2026-11-20 11:30 UTC (30 min ago) · \`ch_1paid\` · ${line}`,
    );
  });

  it('a span that is over says since when', () => {
    const codes = { brand: 'mastercard', decline: 'insufficient_funds', network: '51', networkAdvice: '25' };
    expect(headline(findingsOf(declined(codes, { createdAt: at('11-18T09:00') })))).toBe(
      ':x: *Authorisation failed: insufficient funds; can be tried again (since 2026-11-19 09:00 UTC)*',
    );
  });
});

describe('earlier attempts', () => {
  const paid = aCharge();
  const stolen = declined({ decline: 'stolen_card', network: '43' }, { id: 'ch_0stolen' });

  it('are advised on where the books have them, by the provider’s charge', () => {
    const booked = anAttempt({
      id: 'att_0',
      chargeId: 'ch_0stolen',
      status: 'failed',
      declineCode: 'stolen_card',
    });
    const lines = read(
      findingsOf(paid, {
        payment: known(aPayment()),
        attempts: known([anAttempt(), booked]),
        charges: known([paid, stolen]),
      }),
    );
    expect(lines.filter((line) => line.startsWith(':x: *Attempt*'))).toEqual([
      ':x: *Attempt* failed · the card is stolen (43) · :no_entry: *do not try this card again (Visa rule)* · 20.00 EUR · 2026-11-10 10:00 UTC · `ch_0stolen` · at northpay',
    ]);
  });

  it('are advised on where only the provider has them', () => {
    const lines = read(findingsOf(paid, { payment: known(aPayment()), charges: known([paid, stolen]) }));
    expect(lines.filter((line) => line.startsWith(':x: *Attempt* failed · the'))).toEqual([
      ':x: *Attempt* failed · the card is stolen (43) · :no_entry: *do not try this card again (Visa rule)* · 20.00 EUR · 2026-11-20 11:30 UTC · `ch_0stolen`',
    ]);
  });

  it('of a payment that was paid after all need no other advice', () => {
    const earlier = declined({ decline: 'insufficient_funds', network: '51' }, { id: 'ch_0' });
    const lines = read(findingsOf(paid, { payment: known(aPayment()), charges: known([paid, earlier]) }));
    expect(lines.filter((line) => line.includes('ch_0'))).toEqual([
      ':x: *Attempt* failed · insufficient funds (51) · 20.00 EUR · 2026-11-20 11:30 UTC · `ch_0`',
    ]);
  });

  it('of a payment that is still unpaid each have theirs', () => {
    const last = declined({ decline: 'expired_card', network: '54' });
    const earlier = declined({ decline: 'insufficient_funds', network: '51' }, { id: 'ch_0' });
    const lines = read(findingsOf(last, { charges: known([last, earlier]) }));
    expect(lines.find((line) => line.includes('ch_0'))).toContain(
      'insufficient funds (51) · try again later',
    );
  });

  it.each([
    [
      'lost_card',
      'the card is reported lost · :no_entry: *do not try this card again',
      'the code is the provider’s own',
    ],
    ['AM04', 'AM04 · 20.00 EUR', 'another partner’s code says nothing here'],
  ])('of the books alone: %s', (declineCode, part, _why) => {
    const booked = anAttempt({ id: 'att_0', chargeId: null, status: 'failed', declineCode });
    const lines = read(
      findingsOf(paid, {
        payment: known(aPayment()),
        attempts: known([anAttempt(), booked]),
        charges: known([paid]),
      }),
    );
    expect(lines.find((line) => line.startsWith(':x: *Attempt*'))).toContain(part);
  });
});

it('the whole card of a declined payment', () => {
  const codes = { brand: 'mastercard', decline: 'insufficient_funds', network: '51', networkAdvice: '26' };
  const tries = { network: 'mastercard', limit: { tries: 35, days: 30 }, tries: 4, more: false };
  expect(read(findingsOf(declined(codes), { cardTries: known(tries) })).join('\n')).toMatchInlineSnapshot(`
    "Authorisation failed: insufficient funds; try again at 2026-11-22 11:30 UTC or later · pi_1paid · 20.00 EUR
    :x: *Authorisation failed: insufficient funds; try again at 2026-11-22 11:30 UTC or later*
    \`pi_1paid\` · *20.00 EUR* · requires payment method · at northpay · mastercard ••4242 · order \`ORD-1\` · a•••@example.com
    :x: *Attempt* failed · 20.00 EUR · 2026-11-10 10:00 UTC (10 d 2 h ago) · \`ORD-1\` · failed, insufficient_funds
    :x: *Authorisation* failed · 20.00 EUR · 2026-11-20 11:30 UTC (30 min ago) · \`ch_1paid\` · insufficient funds (51) · try again at 2026-11-22 11:30 UTC or later
    :heavy_minus_sign: *Capture* not expected
    :heavy_minus_sign: *Balance* not expected
    :heavy_minus_sign: *Payout* not expected
    :heavy_minus_sign: *Ledger* not expected
    :repeat: 4 of 35 tries with this card in 30 days · mastercard
    As of 2026-11-20 12:00 UTC
    [Share → pi_1paid]
    [Partner → northpay]"
  `);
});

it('a count that is unknown is said, with its source', () => {
  const lines = read(
    findingsOf(declined({ decline: 'insufficient_funds', network: '51' }), {
      cardTries: { state: 'failed', why: 'the provider is down (E-1)' },
    }),
  );
  expect(lines).toContain(':grey_question: Tries with this card: unknown');
  expect(lines).toContain(':grey_question: payments API: the provider is down (E-1)');
});
