/**
 * Where the money is: every state of a payment, what the seven hops then say, and the first line.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../src/kernel/clock.js';
import { money } from '../../src/kernel/money.js';
import type { Finding, Findings } from '../../src/payments/findings.js';
import { traceOf, type Trace } from '../../src/payments/trace.js';
import { sentence } from '../../src/views/payment-trace.js';
import { utc } from '../../src/views/blocks.js';
import {
  aBalanceTransaction, aCharge, aDispute, anAttempt, anEntry, aPayment, aPayout, aRefund, at, aWarning, eur, now,
} from '../support/payment-objects.js'; // prettier-ignore

const expectations = { captureMs: 7 * dayMs, payoutMs: 3 * dayMs, ledgerMs: 24 * hourMs };
const known = <Value>(value: Value): Finding<Value> => ({ state: 'known', value });
const none = { state: 'not_applicable' } as const;
const down = { state: 'failed', why: 'is down' } as const;

const complete: Findings = {
  id: 'pi_1paid',
  partner: 'northpay',
  connectedPartner: 'northpay',
  attempts: known([anAttempt()]),
  payment: known(aPayment()),
  charge: known(aCharge()),
  balanceTransaction: known(aBalanceTransaction()),
  payout: known(aPayout()),
  ledger: known([anEntry()]),
  refunds: known([]),
  disputes: known([]),
  warnings: known([]),
};

const noCharge: Partial<Findings> = {
  charge: known(null),
  balanceTransaction: none,
  payout: none,
  ledger: known([]),
};
const apiDown: Partial<Findings> = {
  payment: down, charge: down, balanceTransaction: down, payout: down, refunds: down, disputes: down, warnings: down,
}; // prettier-ignore
const booksDown: Partial<Findings> = { attempts: down, ledger: down };
const uncaptured = (changed: Parameters<typeof aCharge>[0] = {}): Partial<Findings> => ({
  payment: known(aPayment({ status: 'requires_capture', captureMethod: 'manual' })),
  charge: known(aCharge({ captured: false, amountCaptured: eur(0), balanceTransaction: null, ...changed })),
  balanceTransaction: none,
  payout: none,
  ledger: known([]),
});
const elsewhere: Partial<Findings> = {
  id: 'RB-1', partner: 'rheinbank', payment: none, charge: none, balanceTransaction: none, payout: none, refunds: none,
  disputes: none, warnings: none,
}; // prettier-ignore

const trace = (changed: Partial<Findings> = {}): Trace =>
  traceOf({ ...complete, ...changed }, expectations, now);
const signs = {
  present: '+',
  expected: 'e',
  overdue: '!',
  failed: 'x',
  not_expected: '-',
  unknown_source: '?',
};
/** One sign per hop, in order: attempt, authorisation, capture, balance, payout, statement, ledger. */
const shape = ({ hops }: Trace): string => hops.map(({ state }) => signs[state]).join('');
const line = ({ headline, asOf }: Trace): string => sentence(headline, asOf, utc);

describe('every state of a payment', () => {
  it.each<[string, Partial<Findings>, string, string]>([
    ['paid out and booked', {}, '+++++?+', 'Last confirmed at ledger, nothing further expected'],
    [
      'declined',
      { ...noCharge, payment: known(aPayment({ status: 'requires_payment_method' })), charge: known(aCharge({ status: 'failed', captured: false, failure: { code: 'card_declined', declineCode: 'insufficient_funds', message: null } })) },
      '+x---?-', 'Last confirmed at attempt, failed at authorisation: insufficient_funds',
    ],
    [
      'declined, and the customer is at it again',
      { ...noCharge, payment: known(aPayment({ status: 'requires_action' })), charge: known(aCharge({ status: 'failed', captured: false })) },
      '+eeee?e', 'Last confirmed at attempt, next expected at authorisation: waits for the customer to authenticate',
    ],
    [
      'refused before there was a charge',
      { ...noCharge, payment: known(aPayment({ status: 'requires_payment_method', lastError: { code: 'authentication_failed', declineCode: null, message: null } })) },
      '+x---?-', 'Last confirmed at attempt, failed at authorisation: authentication_failed',
    ],
    [
      'requires_payment_method: nobody tried yet, which is no success',
      { ...noCharge, payment: known(aPayment({ status: 'requires_payment_method' })) },
      '+eeee?e', 'Last confirmed at attempt, next expected at authorisation: waits for a payment method',
    ],
    [
      'processing', { ...noCharge, payment: known(aPayment({ status: 'processing' })) },
      '+eeee?e', 'Last confirmed at attempt, next expected at authorisation: being processed',
    ],
    [
      'a status to come', { ...noCharge, payment: known(aPayment({ status: 'requires_blessing' })) },
      '+eeee?e', 'Last confirmed at attempt, next expected at authorisation: requires blessing',
    ],
    [
      'a pending bank debit counts as captured at the provider, but no money is confirmed',
      { payment: known(aPayment({ status: 'processing' })), charge: known(aCharge({ status: 'pending', balanceTransaction: null })), balanceTransaction: none, payout: none, ledger: known([]) },
      '+eeee?e', 'Last confirmed at attempt, next expected at authorisation: submitted, not confirmed yet',
    ],
    [
      'cancelled without a charge', { ...noCharge, payment: known(aPayment({ status: 'canceled', cancellationReason: 'abandoned' })) },
      '+----?-', 'Last confirmed at attempt, cancelled, nothing further expected',
    ],
    [
      'authorised and cancelled', { ...uncaptured(), payment: known(aPayment({ status: 'canceled', canceledAt: at('11-11T08:00') })) },
      '++---?-', 'Last confirmed at authorisation, cancelled, nothing further expected',
    ],
    [
      'an authorisation given back, while the payment is unknown', { ...uncaptured({ amountRefunded: eur(2000) }), payment: down },
      '++---?-', 'Last confirmed at authorisation, cancelled, nothing further expected',
    ],
    [
      'authorised, to be captured in a day', uncaptured({ captureBefore: at('11-21T12:00') }),
      '++eee?e', 'Last confirmed at authorisation, next expected at capture by 2026-11-21 12:00 UTC',
    ],
    [
      'authorised, and the provider names no limit: ours', uncaptured({ createdAt: at('11-19T00:00') }),
      '++eee?e', 'Last confirmed at authorisation, next expected at capture by 2026-11-26 00:00 UTC',
    ],
    [
      'a lapsed authorisation', uncaptured({ captureBefore: at('11-20T09:00') }),
      '++!ee?e', 'Last confirmed at authorisation, next expected at capture by 2026-11-20 09:00 UTC (overdue by 3 h)',
    ],
    [
      'captured, balance pending',
      { balanceTransaction: known(aBalanceTransaction({ status: 'pending', availableOn: at('11-22T00:00') })), payout: known(null) },
      '+++ee?+', 'Last confirmed at capture, next expected at balance by 2026-11-22 00:00 UTC',
    ],
    [
      'captured, the balance does not know it yet', { balanceTransaction: none, payout: none },
      '+++ee?+', 'Last confirmed at capture, next expected at balance: no balance transaction yet',
    ],
    [
      'pending longer than promised', { balanceTransaction: known(aBalanceTransaction({ status: 'pending', availableOn: at('11-20T11:00') })), payout: known(null) },
      '+++!e?+', 'Last confirmed at capture, next expected at balance by 2026-11-20 11:00 UTC (overdue by 1 h)',
    ],
    [
      'available, no payout yet', { balanceTransaction: known(aBalanceTransaction({ availableOn: at('11-19T00:00') })), payout: known(null) },
      '++++e?+', 'Last confirmed at balance, next expected at payout by 2026-11-22 00:00 UTC',
    ],
    [
      'available and not paid out in time', { payout: known(null) },
      '++++!?+', 'Last confirmed at balance, next expected at payout by 2026-11-15 00:00 UTC (overdue by 5 d 12 h)',
    ],
    [
      'payout pending', { payout: known(aPayout({ status: 'pending', arrivalDate: at('11-23T00:00') })) },
      '++++e?+', 'Last confirmed at balance, next expected at payout by 2026-11-23 00:00 UTC',
    ],
    [
      'payout in transit longer than promised', { payout: known(aPayout({ status: 'in_transit', arrivalDate: at('11-20T00:00') })) },
      '++++!?+', 'Last confirmed at balance, next expected at payout by 2026-11-20 00:00 UTC (overdue by 12 h)',
    ],
    [
      'a payout that failed, maybe after it was paid: the money is not lost',
      { payout: known(aPayout({ status: 'failed', failure: { code: 'account_closed', message: null } })) },
      '++++x?+', 'Last confirmed at balance, failed at payout: account_closed, the money is back on the balance, in a payout of 9,000.00 EUR',
    ],
    [
      'a cancelled payout', { payout: known(aPayout({ status: 'canceled' })) },
      '++++x?+', 'Last confirmed at balance, failed at payout: canceled, the money is back on the balance, in a payout of 9,000.00 EUR',
    ],
    [
      'not booked in time, though everything else is fine', { ledger: known([]) },
      '+++++?!', 'Last confirmed at payout, next expected at ledger by 2026-11-11 10:02 UTC (overdue by 9 d 1 h)',
    ],
    [
      'an overdue booking counts more than a payout that is still in time', { ledger: known([]), payout: known(aPayout({ status: 'in_transit', arrivalDate: at('11-23T00:00') })) },
      '++++e?!', 'Last confirmed at balance, next expected at ledger by 2026-11-11 10:02 UTC (overdue by 9 d 1 h)',
    ],
    [
      'only the fee is booked, not the capture', { ledger: known([anEntry({ kind: 'fee' })]) },
      '+++++?!', 'Last confirmed at payout, next expected at ledger by 2026-11-11 10:02 UTC (overdue by 9 d 1 h)',
    ],
    [
      'not in the books at all', { attempts: known([]), ledger: known([]), balanceTransaction: known(aBalanceTransaction({ createdAt: at('11-20T11:00') })) },
      '+++++?e', 'Last confirmed at payout, next expected at ledger by 2026-11-21 11:00 UTC',
    ],
    [
      'older than the books: nothing is overdue there', { attempts: known([]), ledger: known([]), booksBegin: at('11-15T00:00') },
      '+++++?-', 'Last confirmed at payout, nothing further expected',
    ],
    [
      'younger than the books, and not in them', { attempts: known([]), ledger: known([]), booksBegin: at('11-01T00:00') },
      '+++++?!', 'Last confirmed at payout, next expected at ledger by 2026-11-11 10:02 UTC (overdue by 9 d 1 h)',
    ],
    [
      'fully refunded', { charge: known(aCharge({ amountRefunded: eur(2000) })), refunds: known([aRefund()]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; refunded in full (20.00 EUR)',
    ],
    [
      'refunded in two parts, one of which failed',
      { refunds: known([aRefund({ amount: eur(500) }), aRefund({ amount: eur(700), status: 'failed' })]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; refunded in part (5.00 EUR); a refund failed (7.00 EUR)',
    ],
    [
      'a part was captured, and what it released is listed like a refund',
      { charge: known(aCharge({ amountCaptured: eur(600), amountRefunded: eur(1400) })), refunds: known([aRefund({ amount: eur(1400), balanceTransactionId: null })]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected',
    ],
    [
      'a part was captured, released and partly refunded',
      {
        charge: known(aCharge({ amountCaptured: eur(600), amountRefunded: eur(1500) })),
        refunds: known([aRefund({ amount: eur(100) }), aRefund({ amount: eur(1400), balanceTransactionId: null })]),
      },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; refunded in part (1.00 EUR)',
    ],
    [
      'a part was captured, and the refunds are unknown: the charge tells', { charge: known(aCharge({ amountCaptured: eur(600), amountRefunded: eur(1400) })), refunds: down },
      '+++++?+', 'Last confirmed at ledger, nothing further expected',
    ],
    [
      'refunded, and the refunds are unknown: the charge tells', { charge: known(aCharge({ amountRefunded: eur(500) })), refunds: down },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; refunded in part (5.00 EUR)',
    ],
    [
      'a cancelled authorisation with its reversal',
      {
        ...uncaptured({ amountRefunded: eur(2000) }), payment: known(aPayment({ status: 'canceled', amountReceived: eur(0) })),
        refunds: known([aRefund({ balanceTransactionId: null })]),
      },
      '++---?-', 'Last confirmed at authorisation, cancelled, nothing further expected',
    ],
    [
      'captured in parts: no capture is the last, and the totals are said',
      {
        ...uncaptured({ amountCaptured: eur(800), captureBefore: at('11-21T12:00') }),
        payment: known(aPayment({ status: 'requires_capture', amountReceived: eur(800), amountCapturable: eur(1200) })),
      },
      '++eee?e', 'Last confirmed at authorisation, next expected at capture by 2026-11-21 12:00 UTC',
    ],
    ...(['pending', 'a_word_to_come'] as const).map((status): [string, Partial<Findings>, string, string] => [
      `a refund that is ${status}`, { refunds: known([aRefund({ status, balanceTransactionId: null })]), charge: known(aCharge({ amountRefunded: eur(2000) })) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; a refund is in progress (20.00 EUR)',
    ]),
    [
      'a refund that the customer has to act for', { refunds: known([aRefund({ status: 'requires_action' })]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; a refund needs action by the customer (20.00 EUR)',
    ],
    [
      'a refund that failed, and one that was cancelled', { refunds: known([aRefund({ status: 'failed' }), aRefund({ status: 'canceled' })]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; a refund failed (20.00 EUR)',
    ],
    [
      'an inquiry withdraws nothing', { disputes: known([aDispute({ status: 'warning_needs_response', isChargeRefundable: true })]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; inquiry, nothing withdrawn (20.00 EUR), response due by 2026-11-22 12:00 UTC',
    ],
    [
      'an inquiry that is closed', { disputes: known([aDispute({ status: 'warning_closed' })]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected',
    ],
    [
      'a dispute without a date, and one that hears no answer',
      { disputes: known([aDispute({ respondBy: null }), aDispute({ respondBy: null, answerAllowed: false })]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; disputed (20.00 EUR), response due, no date given; disputed (20.00 EUR), no response allowed',
    ],
    [
      'a dispute that is answered', { disputes: known([aDispute({ status: 'under_review' })]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; disputed (20.00 EUR)',
    ],
    [
      'a dispute that was lost', { disputes: known([aDispute({ status: 'lost' })]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; dispute lost (20.00 EUR)',
    ],
    [
      'a dispute that is open', { disputes: known([aDispute()]), payout: known(null), balanceTransaction: known(aBalanceTransaction({ availableOn: at('11-19T00:00') })) },
      '++++e?+', 'Last confirmed at balance, next expected at payout by 2026-11-22 00:00 UTC; disputed (20.00 EUR), response due by 2026-11-22 12:00 UTC',
    ],
    [
      'a dispute that was won changes nothing', { disputes: known([aDispute({ status: 'won' })]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected',
    ],
    [
      'a part was captured: refunding that part is refunding all', { charge: known(aCharge({ amountCaptured: eur(1500) })), refunds: known([aRefund({ amount: eur(1500) })]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected; refunded in full (15.00 EUR)',
    ],
    [
      'an old charge without a payment, booked', { id: 'ch_1paid', payment: none },
      '+++++?+', 'Last confirmed at ledger, nothing further expected',
    ],
    [
      'an old charge that the books do not know', { id: 'ch_1paid', payment: none, attempts: known([]) },
      '+++++?+', 'Last confirmed at ledger, nothing further expected',
    ],
    ['books down', booksDown, '+++++??', 'Last confirmed at payout, ledger unknown: is down'],
    ['API down: the ledger still confirms', apiDown, '+?????+', 'Last confirmed at ledger, authorisation unknown: is down'],
    ['API down and nothing booked yet', { ...apiDown, ledger: known([]) }, '+?????e', 'Last confirmed at attempt, authorisation unknown: is down'],
    ['both down', { ...apiDown, ...booksDown }, '???????', 'Not confirmed anywhere, attempt unknown: is down'],
    ['charges down: the payment alone proves no authorisation', { ...apiDown, payment: known(aPayment()) }, '+?????+', 'Last confirmed at ledger, authorisation unknown: is down'],
    ['the payment down: its charge is enough', { payment: down }, '+++++?+', 'Last confirmed at ledger, nothing further expected'],
    ['the payout list down', { payout: down }, '++++??+', 'Last confirmed at ledger, payout unknown: is down'],
    [
      'succeeded without a charge makes no sense, and is not called an absence', { ...noCharge },
      '+?????e', 'Last confirmed at attempt, authorisation unknown: the payment is “succeeded”, but no charge is listed',
    ],
    [
      'another partner: only the books know', { ...elsewhere, attempts: known([anAttempt({ partner: 'rheinbank' })]) },
      '++????+', 'Last confirmed at ledger, capture unknown: no API of rheinbank is connected',
    ],
    [
      'another partner, not booked yet', { ...elsewhere, attempts: known([anAttempt({ partner: 'rheinbank' })]), ledger: known([]) },
      '++????e', 'Last confirmed at authorisation, capture unknown: no API of rheinbank is connected',
    ],
    [
      'another partner, declined', { ...elsewhere, attempts: known([anAttempt({ partner: 'rheinbank', status: 'failed', declineCode: 'AM04' })]), ledger: known([]) },
      '+x---?-', 'Last confirmed at attempt, failed at authorisation: AM04',
    ],
    [
      'another partner, pending', { ...elsewhere, attempts: known([anAttempt({ partner: 'rheinbank', status: 'pending', completedAt: null })]), ledger: known([]) },
      '+eeee?e', 'Last confirmed at attempt, next expected at authorisation: pending, as the books say',
    ],
    [
      'another account of the same provider: its API does not know it',
      { partner: 'southpay', payment: known(null), ...noCharge, attempts: known([anAttempt({ partner: 'southpay' })]) },
      '++????e', 'Last confirmed at authorisation, capture unknown: no API of southpay is connected',
    ],
    [
      'the books say it succeeded, and the partner knows nothing of it', { payment: known(null), ...noCharge },
      '+x---?-', 'Last confirmed at attempt, failed at authorisation: northpay knows no such payment',
    ],
  ])('%s', (_reason, changed, expectedShape, expectedLine) => {
    expect(shape(trace(changed))).toBe(expectedShape);
    expect(line(trace(changed))).toBe(expectedLine);
  }); // prettier-ignore
});

describe('what a hop carries', () => {
  const hopOf = (changed: Partial<Findings>, kind: string): unknown =>
    trace(changed).hops.find((hop) => hop.kind === kind);

  it.each<[string, Partial<Findings>, string, object]>([
    [
      'a capture is dated with the movement it began, not with the authorisation',
      { charge: known(aCharge({ createdAt: at('11-05T00:00') })), balanceTransaction: known(aBalanceTransaction({ createdAt: at('11-10T10:02') })) },
      'capture', { at: at('11-10T10:02') },
    ],
    ['an automatic capture happens with its authorisation', { balanceTransaction: down }, 'capture', { at: aCharge().createdAt }],
    [
      'a manual capture without its movement has no date, rather than a wrong one',
      { payment: known(aPayment({ captureMethod: 'manual' })), balanceTransaction: down }, 'capture', { at: null, state: 'present' },
    ],
    ['a capture without a date makes the ledger expected, not absent', { payment: down, balanceTransaction: down, ledger: known([]) }, 'ledger', { state: 'expected', expectedBy: null }],
    ['a partial capture says so', { charge: known(aCharge({ amountCaptured: eur(1500) })) }, 'capture', { amount: eur(1500), note: 'a part of 20.00 EUR, the rest is released' }],
    ['a capture in parts says how much of what, and what may still come', { ...uncaptured({ amountCaptured: eur(800) }), payment: known(aPayment({ status: 'requires_capture', amountReceived: eur(800), amountCapturable: eur(1200) })) }, 'capture', { amount: eur(800), note: 'captured in parts, 8.00 EUR of 20.00 EUR so far, 12.00 EUR still authorised' }],
    ['a movement of one of several captures says so', { balanceTransaction: known(aBalanceTransaction({ amount: eur(800), net: eur(776), fee: eur(24) })) }, 'balance', { note: 'net of 0.24 EUR fees, one of several movements, 8.00 EUR of the 20.00 EUR captured' }],
    ['a payout to come says what refunds take off it', { payout: known(null), refunds: known([aRefund({ amount: eur(500) })]), balanceTransaction: known(aBalanceTransaction({ availableOn: at('11-19T00:00') })) }, 'payout', { amount: eur(1940), note: 'before refunds of 5.00 EUR' }],
    ['what is older than the books says so', { attempts: known([]), ledger: known([]), booksBegin: at('11-15T00:00') }, 'ledger', { note: 'older than the books, which begin on 2026-11-15' }],
    ['a manual capture says what it waits for', uncaptured({ captureBefore: at('11-21T12:00') }), 'capture', { note: 'waits for a manual capture, the authorisation lapses then' }],
    ['after the deadline too', uncaptured({ captureBefore: at('11-20T09:00') }), 'capture', { note: 'waits for a manual capture, the authorisation has lapsed' }],
    ['fees can exceed the amount', { balanceTransaction: known(aBalanceTransaction({ net: eur(-15) })) }, 'balance', { amount: eur(-15), state: 'present' }],
    ['a payout carries the share of this payment, and the bank’s trace', { payout: known(aPayout({ traceId: 'FT123' })) }, 'payout', { amount: eur(1940), note: 'in a payout of 9,000.00 EUR, bank trace FT123' }],
    ['a missing payout may be one made by hand', { payout: known(null) }, 'payout', { note: 'no automatic payout holds it; one made by hand would not be seen' }],
    ['several tries are counted', { attempts: known([anAttempt(), anAttempt({ status: 'failed' })]) }, 'attempt', { note: '2 attempts, latest succeeded' }],
    ['a capture booked though nothing was captured', { ...uncaptured(), payment: known(aPayment({ status: 'canceled' })), ledger: known([anEntry()]) }, 'ledger', { state: 'present', note: '1 entry: capture, though nothing was captured' }],
  ])('%s', (_reason, changed, kind, expected) => {
    expect(hopOf(changed, kind)).toMatchObject(expected);
  }); // prettier-ignore

  it('rows that cannot be read are told beside those that can', () => {
    const { headline } = trace({
      ledger: { state: 'known', value: [anEntry()], problems: ['row bk_2-d cannot be read'] },
    });
    expect(headline.unknown).toEqual([{ source: 'books', why: 'row bk_2-d cannot be read' }]);
  });
});

describe('any combination of findings', () => {
  const status = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words, 'a_word_to_come');
  const date = fc.integer({ min: -40, max: 40 }).map((days) => new Date(now.getTime() + days * dayMs));
  const cents = fc.integer({ min: -5000, max: 5000 }).map((minor) => money(minor, 'EUR'));
  const finding = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Finding<Value>> =>
    fc.oneof(
      { weight: 4, arbitrary: value.map((given): Finding<Value> => ({ state: 'known', value: given })) },
      fc.constantFrom<Finding<Value>>(none, down, { state: 'waiting' }),
    );
  const orNull = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
    fc.option(value, { freq: 4 });
  const findings: fc.Arbitrary<Findings> = fc.record({
    id: fc.constantFrom('pi_1paid', 'ORD-1', ''),
    partner: fc.constantFrom('northpay', 'rheinbank', null),
    connectedPartner: fc.constantFrom('northpay', null),
    attempts: finding(fc.array(fc.record({ status: status('succeeded', 'failed', 'pending'), completedAt: orNull(date) }).map(anAttempt), { maxLength: 3 })),
    payment: finding(orNull(fc.record({ status: status('succeeded', 'requires_capture', 'requires_payment_method', 'requires_action', 'processing', 'canceled'), captureMethod: status('manual', 'automatic'), lastError: orNull(fc.constant({ code: null, declineCode: null, message: null })) }).map(aPayment))),
    charge: finding(orNull(fc.record({ status: status('succeeded', 'pending', 'failed'), captured: fc.boolean(), amountCaptured: cents, amountRefunded: cents, captureBefore: orNull(date), createdAt: date }).map(aCharge))),
    balanceTransaction: finding(orNull(fc.record({ status: status('pending', 'available'), net: cents, availableOn: date }).map(aBalanceTransaction))),
    payout: finding(orNull(fc.record({ status: status('pending', 'in_transit', 'paid', 'failed', 'canceled'), arrivalDate: date }).map(aPayout))),
    ledger: finding(fc.array(fc.record({ kind: status('capture', 'fee', 'refund') }).map(anEntry), { maxLength: 3 })),
    refunds: finding(fc.array(fc.record({ status: status('succeeded', 'failed'), amount: cents }).map(aRefund), { maxLength: 3 })),
    disputes: finding(fc.array(fc.record({ status: status('won', 'lost', 'needs_response') }).map(aDispute), { maxLength: 2 })),
    warnings: finding(fc.array(fc.constant(aWarning()), { maxLength: 2 })),
  }); // prettier-ignore
  const order = ['attempt', 'authorization', 'capture', 'balance', 'payout', 'statement', 'ledger'];
  const isLost = ({ state }: Finding<unknown>): boolean => state === 'failed' || state === 'waiting';

  it('gives seven hops in order, and a first line that agrees with them', () => {
    fc.assert(
      fc.property(findings, (given) => {
        const { hops, headline } = traceOf(given, expectations, now);
        expect(hops.map(({ kind }) => kind)).toEqual(order);
        for (const hop of hops) if (hop.state === 'overdue') expect(hop.expectedBy!.getTime()).toBeLessThan(now.getTime());
        const open = hops.filter(({ kind, state }) => kind !== 'statement' && !['present', 'not_expected'].includes(state));
        expect(headline.next === null).toBe(open.length === 0);
        expect(headline.ended === null).toBe(open.length > 0);
        if (headline.next) expect(open).toContain(headline.next);
        if (hops.some(({ state }) => state === 'failed')) expect(headline.next?.state).toBe('failed');
        if (headline.lastConfirmed) expect(headline.lastConfirmed.state).toBe('present');
        else if (!headline.next || headline.next.state === 'unknown_source') expect(hops.every(({ state }) => state !== 'present')).toBe(true);
        expect(sentence(headline, now, utc)).not.toMatch(/undefined|null|NaN/);
      }),
      { seed: 7, numRuns: 2000 },
    );
  }); // prettier-ignore

  it('never takes a source’s silence for an absence', () => {
    fc.assert(
      fc.property(findings, (given) => {
        const { hops, headline } = traceOf(given, expectations, now);
        const state = (kind: string): string => hops.find((hop) => hop.kind === kind)?.state ?? '';
        if (isLost(given.ledger)) expect(state('ledger')).toBe('unknown_source');
        if (isLost(given.charge) && isLost(given.payment)) expect(state('authorization')).toBe('unknown_source');
        if (state('capture') === 'present' && isLost(given.balanceTransaction)) expect(state('balance')).toBe('unknown_source');
        if (state('balance') === 'present' && isLost(given.payout)) expect(state('payout')).toBe('unknown_source');
        const sources = headline.unknown.map(({ source }) => source);
        expect(sources.includes('books')).toBe(isLost(given.attempts) || isLost(given.ledger));
        for (const branch of [given.refunds, given.disputes, given.warnings]) if (isLost(branch)) expect(sources).toContain('payments_api');
      }),
      { seed: 8, numRuns: 2000 },
    );
  }); // prettier-ignore
});
