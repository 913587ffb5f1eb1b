/**
 * Where the money is: every state of a payment, what the seven hops then say, and the first line.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../src/kernel/clock.js';
import { money } from '../../src/kernel/money.js';
import type { Finding, Findings } from '../../src/payments/findings.js';
import { traceOf, type Trace } from '../../src/payments/trace.js';
import { isOfBooksAlone } from '../../src/payments/hops-in-books.js';
import { sentence } from '../../src/views/payment-headline.js';
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
  lookedUp: null,
  partner: 'northpay',
  connectedPartner: 'northpay',
  attempts: known([anAttempt()]),
  siblings: known([]),
  batch: none,
  payment: known(aPayment()),
  charge: known(aCharge()),
  charges: known([aCharge()]),
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
  payment: down, charge: down, charges: down, balanceTransaction: down, payout: down, refunds: down, disputes: down, warnings: down,
}; // prettier-ignore
const booksDown: Partial<Findings> = { attempts: down, siblings: down, ledger: down, batch: down };
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
const line = (traced: Trace): string => sentence(traced, traced.asOf, utc);

describe('every state of a payment', () => {
  it.each<[string, Partial<Findings>, string, string]>([
    ['paid out and booked', {}, '+++++?+', 'Paid out 13 Nov 2026; booked in ledger'],
    [
      'declined',
      { ...noCharge, payment: known(aPayment({ status: 'requires_payment_method' })), charge: known(aCharge({ status: 'failed', captured: false, failure: { code: 'card_declined', declineCode: 'insufficient_funds', message: null } })) },
      '+x---?-', 'Authorisation failed: insufficient funds',
    ],
    [
      'declined, and the customer is at it again',
      { ...noCharge, payment: known(aPayment({ status: 'requires_action' })), charge: known(aCharge({ status: 'failed', captured: false })) },
      '+eeee?e', 'Attempted 2026-11-10 10:00 UTC; awaiting customer authentication',
    ],
    [
      'refused before there was a charge',
      { ...noCharge, payment: known(aPayment({ status: 'requires_payment_method', lastError: { code: 'authentication_failed', declineCode: null, message: null } })) },
      '+x---?-', 'Authorisation failed: authentication failed',
    ],
    [
      'requires_payment_method: nobody tried yet, which is no success',
      { ...noCharge, payment: known(aPayment({ status: 'requires_payment_method' })) },
      '+eeee?e', 'Attempted 2026-11-10 10:00 UTC; awaiting a payment method',
    ],
    [
      'processing', { ...noCharge, payment: known(aPayment({ status: 'processing' })) },
      '+eeee?e', 'Attempted 2026-11-10 10:00 UTC; awaiting authorisation: being processed',
    ],
    [
      'a status to come', { ...noCharge, payment: known(aPayment({ status: 'requires_blessing' })) },
      '+eeee?e', 'Attempted 2026-11-10 10:00 UTC; awaiting authorisation: requires blessing',
    ],
    [
      'a pending bank debit counts as captured at the provider, but no money is confirmed',
      { payment: known(aPayment({ status: 'processing' })), charge: known(aCharge({ status: 'pending', balanceTransaction: null })), balanceTransaction: none, payout: none, ledger: known([]) },
      '+eeee?e', 'Attempted 2026-11-10 10:00 UTC; awaiting authorisation: submitted, not confirmed yet',
    ],
    [
      'cancelled without a charge', { ...noCharge, payment: known(aPayment({ status: 'canceled', cancellationReason: 'abandoned' })) },
      '+----?-', 'Attempted 2026-11-10 10:00 UTC; cancelled; nothing further expected',
    ],
    [
      'authorised and cancelled', { ...uncaptured(), payment: known(aPayment({ status: 'canceled', canceledAt: at('11-11T08:00') })) },
      '++---?-', 'Authorised 2026-11-10 10:01 UTC; cancelled; nothing further expected',
    ],
    [
      'an authorisation given back, while the payment is unknown', { ...uncaptured({ amountRefunded: eur(2000) }), payment: down },
      '++---?-', 'Authorised 2026-11-10 10:01 UTC; cancelled; nothing further expected',
    ],
    [
      'authorised, to be captured in a day', uncaptured({ captureBefore: at('11-21T12:00') }),
      '++eee?e', 'Authorised 2026-11-10 10:01 UTC; awaiting manual capture; authorisation expires 2026-11-21 12:00 UTC',
    ],
    [
      'authorised, and the provider names no limit: ours', uncaptured({ createdAt: at('11-19T00:00') }),
      '++eee?e', 'Authorised 2026-11-19 00:00 UTC; awaiting manual capture; expected by 2026-11-26 00:00 UTC',
    ],
    [
      'a lapsed authorisation', uncaptured({ captureBefore: at('11-20T09:00') }),
      '++!ee?e', 'Authorised 2026-11-10 10:01 UTC; capture overdue since 2026-11-20 09:00 UTC (3 h)',
    ],
    [
      'captured, balance pending',
      { balanceTransaction: known(aBalanceTransaction({ status: 'pending', availableOn: at('11-22T00:00') })), payout: known(null) },
      '+++ee?+', 'Captured 2026-11-10 10:02 UTC; booked in ledger; funds available 22 Nov 2026',
    ],
    [
      'captured, the balance does not know it yet', { balanceTransaction: none, payout: none },
      '+++ee?+', 'Captured 2026-11-10 10:01 UTC; booked in ledger; awaiting balance: no balance transaction yet',
    ],
    [
      'pending longer than promised', { balanceTransaction: known(aBalanceTransaction({ status: 'pending', availableOn: at('11-19T11:00') })), payout: known(null) },
      '+++!e?+', 'Captured 2026-11-10 10:02 UTC; booked in ledger; balance overdue since 19 Nov 2026',
    ],
    [
      'pending on the promised day: it is not over', { balanceTransaction: known(aBalanceTransaction({ status: 'pending', availableOn: at('11-20T00:00') })), payout: known(null) },
      '+++ee?+', 'Captured 2026-11-10 10:02 UTC; booked in ledger; funds available 20 Nov 2026',
    ],
    [
      'available, no payout yet', { balanceTransaction: known(aBalanceTransaction({ availableOn: at('11-19T00:00') })), payout: known(null) },
      '++++e?+', 'Funds available 19 Nov 2026; booked in ledger; payout expected by 22 Nov 2026',
    ],
    [
      'available and not paid out in time', { payout: known(null) },
      '++++!?+', 'Funds available 12 Nov 2026; booked in ledger; payout overdue since 15 Nov 2026',
    ],
    [
      'payout pending', { payout: known(aPayout({ status: 'pending', arrivalDate: at('11-23T00:00') })) },
      '++++e?+', 'Funds available 12 Nov 2026; booked in ledger; payout expected by 23 Nov 2026',
    ],
    [
      'payout in transit longer than promised', { payout: known(aPayout({ status: 'in_transit', arrivalDate: at('11-19T00:00') })) },
      '++++!?+', 'Funds available 12 Nov 2026; booked in ledger; payout overdue since 19 Nov 2026',
    ],
    [
      'payout in transit on its day', { payout: known(aPayout({ status: 'in_transit', arrivalDate: at('11-20T00:00') })) },
      '++++e?+', 'Funds available 12 Nov 2026; booked in ledger; payout expected by 20 Nov 2026',
    ],
    [
      'a payout that failed, maybe after it was paid: the money is not lost',
      { payout: known(aPayout({ status: 'failed', failure: { code: 'account_closed', message: null } })) },
      '++++x?+', 'Funds available 12 Nov 2026; booked in ledger; payout failed: account closed, the money is back on the balance, in a payout of 9,000.00 EUR',
    ],
    [
      'a cancelled payout', { payout: known(aPayout({ status: 'canceled' })) },
      '++++x?+', 'Funds available 12 Nov 2026; booked in ledger; payout failed: canceled, the money is back on the balance, in a payout of 9,000.00 EUR',
    ],
    [
      'not booked in time, though everything else is fine', { ledger: known([]) },
      '+++++?!', 'Paid out 13 Nov 2026; ledger entry overdue since 2026-11-11 10:02 UTC (9 d 1 h)',
    ],
    [
      'an overdue booking counts more than a payout that is still in time', { ledger: known([]), payout: known(aPayout({ status: 'in_transit', arrivalDate: at('11-23T00:00') })) },
      '++++e?!', 'Funds available 12 Nov 2026; ledger entry overdue since 2026-11-11 10:02 UTC (9 d 1 h)',
    ],
    [
      'only the fee is booked, not the capture', { ledger: known([anEntry({ kind: 'fee' })]) },
      '+++++?!', 'Paid out 13 Nov 2026; ledger entry overdue since 2026-11-11 10:02 UTC (9 d 1 h)',
    ],
    [
      'not in the books at all', { attempts: known([]), ledger: known([]), balanceTransaction: known(aBalanceTransaction({ createdAt: at('11-20T11:00') })) },
      '+++++?e', 'Paid out 13 Nov 2026; ledger entry expected by 2026-11-21 11:00 UTC',
    ],
    [
      'older than the books: nothing is overdue there', { attempts: known([]), ledger: known([]), booksBegin: at('11-15T00:00') },
      '+++++?-', 'Paid out 13 Nov 2026',
    ],
    [
      'younger than the books, and not in them', { attempts: known([]), ledger: known([]), booksBegin: at('11-01T00:00') },
      '+++++?!', 'Paid out 13 Nov 2026; ledger entry overdue since 2026-11-11 10:02 UTC (9 d 1 h)',
    ],
    [
      'fully refunded', { charge: known(aCharge({ amountRefunded: eur(2000) })), refunds: known([aRefund()]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; refunded in full (20.00 EUR)',
    ],
    [
      'refunded in two parts, one of which failed',
      { refunds: known([aRefund({ amount: eur(500) }), aRefund({ amount: eur(700), status: 'failed' })]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; refunded in part (5.00 EUR); a refund failed (7.00 EUR)',
    ],
    [
      'a part was captured, and what it released is listed like a refund',
      { charge: known(aCharge({ amountCaptured: eur(600), amountRefunded: eur(1400) })), refunds: known([aRefund({ amount: eur(1400), balanceTransactionId: null })]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'a part was captured, released and partly refunded',
      {
        charge: known(aCharge({ amountCaptured: eur(600), amountRefunded: eur(1500) })),
        refunds: known([aRefund({ amount: eur(100) }), aRefund({ amount: eur(1400), balanceTransactionId: null })]),
      },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; refunded in part (1.00 EUR)',
    ],
    [
      'a part was captured, and the refunds are unknown: the charge tells', { charge: known(aCharge({ amountCaptured: eur(600), amountRefunded: eur(1400) })), refunds: down },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'refunded, and the refunds are unknown: the charge tells', { charge: known(aCharge({ amountRefunded: eur(500) })), refunds: down },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; refunded in part (5.00 EUR)',
    ],
    [
      'a cancelled authorisation with its reversal',
      {
        ...uncaptured({ amountRefunded: eur(2000) }), payment: known(aPayment({ status: 'canceled', amountReceived: eur(0) })),
        refunds: known([aRefund({ balanceTransactionId: null })]),
      },
      '++---?-', 'Authorised 2026-11-10 10:01 UTC; cancelled; nothing further expected',
    ],
    [
      'captured in parts: no capture is the last, and the totals are said',
      {
        ...uncaptured({ amountCaptured: eur(800), captureBefore: at('11-21T12:00') }),
        payment: known(aPayment({ status: 'requires_capture', amountReceived: eur(800), amountCapturable: eur(1200) })),
      },
      '++eee?e', 'Authorised 2026-11-10 10:01 UTC; captured 8.00 EUR of 20.00 EUR, 12.00 EUR still authorised; authorisation expires 2026-11-21 12:00 UTC',
    ],
    [
      'captured in parts, and nobody knows when the authorisation expires',
      {
        ...uncaptured({ amountCaptured: eur(800) }),
        payment: known(aPayment({ status: 'requires_capture', amountReceived: eur(800), amountCapturable: eur(1200) })),
      },
      '++eee?e', 'Authorised 2026-11-10 10:01 UTC; captured 8.00 EUR of 20.00 EUR, 12.00 EUR still authorised',
    ],
    ...(['pending', 'a_word_to_come'] as const).map((status): [string, Partial<Findings>, string, string] => [
      `a refund that is ${status}`, { refunds: known([aRefund({ status, balanceTransactionId: null })]), charge: known(aCharge({ amountRefunded: eur(2000) })) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; a refund is pending (20.00 EUR)',
    ]),
    [
      'a refund that the customer has to act for', { refunds: known([aRefund({ status: 'requires_action' })]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; a refund awaits customer action (20.00 EUR)',
    ],
    [
      'a refund that failed, and one that was cancelled', { refunds: known([aRefund({ status: 'failed' }), aRefund({ status: 'canceled' })]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; a refund failed (20.00 EUR)',
    ],
    [
      'an inquiry withdraws nothing', { disputes: known([aDispute({ status: 'warning_needs_response', isChargeRefundable: true })]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; inquiry, nothing withdrawn (20.00 EUR), response due by 2026-11-22 12:00 UTC',
    ],
    [
      'an inquiry that is closed', { disputes: known([aDispute({ status: 'warning_closed' })]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'a dispute without a date, and one that hears no answer',
      { disputes: known([aDispute({ respondBy: null }), aDispute({ respondBy: null, answerAllowed: false })]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; disputed (20.00 EUR), response due, no date given; disputed (20.00 EUR), no response allowed',
    ],
    [
      'a dispute that is answered', { disputes: known([aDispute({ status: 'under_review' })]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; disputed (20.00 EUR)',
    ],
    [
      'a dispute that was lost', { disputes: known([aDispute({ status: 'lost' })]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; dispute lost (20.00 EUR)',
    ],
    [
      'a dispute that is open', { disputes: known([aDispute()]), payout: known(null), balanceTransaction: known(aBalanceTransaction({ availableOn: at('11-19T00:00') })) },
      '++++e?+', 'Funds available 19 Nov 2026; booked in ledger; payout expected by 22 Nov 2026; disputed (20.00 EUR), response due by 2026-11-22 12:00 UTC',
    ],
    [
      'a dispute that was won changes nothing', { disputes: known([aDispute({ status: 'won' })]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'a part was captured: refunding that part is refunding all', { charge: known(aCharge({ amountCaptured: eur(1500) })), refunds: known([aRefund({ amount: eur(1500) })]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger; refunded in full (15.00 EUR)',
    ],
    [
      'an old charge without a payment, booked', { id: 'ch_1paid', payment: none },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'an old charge that the books do not know', { id: 'ch_1paid', payment: none, attempts: known([]) },
      '+++++?+', 'Paid out 13 Nov 2026; booked in ledger',
    ],
    ['books down', booksDown, '+++++??', 'Paid out 13 Nov 2026; ledger entry unknown: is down'],
    ['API down: the ledger still confirms', apiDown, '+?????+', 'Booked in ledger; authorisation unknown: is down'],
    ['API down and nothing booked yet', { ...apiDown, ledger: known([]) }, '+?????e', 'Attempted 2026-11-10 10:00 UTC; authorisation unknown: is down'],
    ['both down', { ...apiDown, ...booksDown }, '???????', 'Not confirmed anywhere; attempt unknown: is down'],
    ['charges down: the payment alone proves no authorisation', { ...apiDown, payment: known(aPayment()) }, '+?????+', 'Booked in ledger; authorisation unknown: is down'],
    ['the payment down: its charge is enough', { payment: down }, '+++++?+', 'Paid out 13 Nov 2026; booked in ledger'],
    ['the payout list down', { payout: down }, '++++??+', 'Funds available 12 Nov 2026; booked in ledger; payout unknown: is down'],
    [
      'succeeded without a charge makes no sense, and is not called an absence', { ...noCharge },
      '+?????e', 'Attempted 2026-11-10 10:00 UTC; authorisation unknown: the payment is “succeeded”, but no charge is listed',
    ],
    [
      'another partner: only the books know', { ...elsewhere, attempts: known([anAttempt({ partner: 'rheinbank' })]) },
      '+++-!?+', 'Captured 2026-11-10 11:00 UTC; booked in ledger; payout overdue since 13 Nov 2026',
    ],
    [
      'another partner, not booked yet', { ...elsewhere, attempts: known([anAttempt({ partner: 'rheinbank' })]), ledger: known([]) },
      '++!-e?e', 'Authorised 2026-11-10 10:01 UTC; capture overdue since 2026-11-11 10:01 UTC (9 d 1 h)',
    ],
    [
      'another partner, declined', { ...elsewhere, attempts: known([anAttempt({ partner: 'rheinbank', status: 'failed', declineCode: 'AM04' })]), ledger: known([]) },
      'xx---?-', 'Authorisation failed: AM04',
    ],
    [
      'another partner, pending', { ...elsewhere, attempts: known([anAttempt({ partner: 'rheinbank', status: 'pending', completedAt: null })]), ledger: known([]) },
      '+ee-e?e', 'Attempted 2026-11-10 10:00 UTC; awaiting authorisation: pending (per our books)',
    ],
    [
      'another account of the same provider: its API does not know it',
      { partner: 'southpay', payment: known(null), ...noCharge, attempts: known([anAttempt({ partner: 'southpay' })]) },
      '++!-e?e', 'Authorised 2026-11-10 10:01 UTC; capture overdue since 2026-11-11 10:01 UTC (9 d 1 h)',
    ],
    [
      'the books say it succeeded, and the partner knows nothing of it', { payment: known(null), ...noCharge },
      '+x---?-', 'Authorisation failed: northpay knows no such payment',
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
    ['a capture in parts says how much of what, and what may still come', { ...uncaptured({ amountCaptured: eur(800) }), payment: known(aPayment({ status: 'requires_capture', amountReceived: eur(800), amountCapturable: eur(1200) })) }, 'capture', { amount: eur(800), note: 'captured 8.00 EUR of 20.00 EUR, 12.00 EUR still authorised' }],
    ['a movement of one of several captures says so', { balanceTransaction: known(aBalanceTransaction({ amount: eur(800), net: eur(776), fee: eur(24) })) }, 'balance', { note: 'net of 0.24 EUR fees, one of several movements, 8.00 EUR of the 20.00 EUR captured' }],
    ['a payout to come says what refunds take off it', { payout: known(null), refunds: known([aRefund({ amount: eur(500) })]), balanceTransaction: known(aBalanceTransaction({ availableOn: at('11-19T00:00') })) }, 'payout', { amount: eur(1940), note: 'before refunds of 5.00 EUR' }],
    ['what is older than the books says so', { attempts: known([]), ledger: known([]), booksBegin: at('11-15T00:00') }, 'ledger', { note: 'older than our books, which begin on 2026-11-15' }],
    ['a manual capture says what it waits for', uncaptured({ captureBefore: at('11-21T12:00') }), 'capture', { note: 'awaiting manual capture, the authorisation expires then' }],
    ['after the deadline too', uncaptured({ captureBefore: at('11-20T09:00') }), 'capture', { note: 'awaiting manual capture, the authorisation has expired' }],
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

describe('money taken more than once', () => {
  const second = aCharge({ id: 'ch_2paid', createdAt: at('11-10T10:05') });
  const doubled = (changed: Partial<Findings>): string[] => trace(changed).headline.doubled.map(({ id }) => id);

  it.each<[string, Partial<Findings>, string[]]>([
    ['one charge is no news', { charges: known([aCharge()]) }, []],
    ['two captured charges, oldest first', { charges: known([second, aCharge()]) }, ['ch_1paid', 'ch_2paid']],
    ['one that failed took nothing', { charges: known([aCharge({ id: 'ch_x', status: 'failed', captured: false }), aCharge()]) }, []],
    ['one that is not captured took nothing yet', { charges: known([aCharge({ id: 'ch_x', captured: false }), aCharge()]) }, []],
    ['one that was given back in full', { charges: known([aCharge({ ...second, amountRefunded: eur(2000) }), aCharge()]) }, []],
    ['one that was given back in part', { charges: known([aCharge({ ...second, amountRefunded: eur(500) }), aCharge()]) }, ['ch_1paid', 'ch_2paid']],
    ['one that a lost dispute gave back', { charges: known([second, aCharge()]), disputes: known([aDispute({ chargeId: 'ch_2paid', status: 'lost' })]) }, []],
    ['a part each, and what they released is no refund', { charges: known([aCharge({ ...second, amountCaptured: eur(600), amountRefunded: eur(1400) }), aCharge()]) }, ['ch_1paid', 'ch_2paid']],
    ['a refund of the first is none of the second', { charges: known([second, aCharge()]), refunds: known([aRefund({ chargeId: 'ch_1paid' })]) }, []],
    ['three', { charges: known([aCharge({ id: 'ch_3', createdAt: at('11-11T00:00') }), second, aCharge()]) }, ['ch_1paid', 'ch_2paid', 'ch_3']],
    ['the order was paid under another id', { siblings: known([anAttempt({ paymentId: 'RB-9', partner: 'rheinbank', createdAt: at('11-10T12:00') })]) }, ['pi_1paid', 'RB-9']],
    ['another part of the order', { siblings: known([anAttempt({ paymentId: 'RB-9', amount: eur(1000) })]) }, []],
    ['an attempt at another partner that failed', { siblings: known([anAttempt({ paymentId: 'RB-9', status: 'failed' })]) }, []],
    ['a source that does not say', { charges: down, siblings: down }, []],
  ])('%s', (_reason, changed, expected) => {
    expect(doubled(changed)).toEqual(expected);
  });

  it('says that one of two refunded is a refund in part', () => {
    const refunded = { charge: known(second), charges: known([second, aCharge()]), refunds: known([aRefund({ chargeId: 'ch_2paid' })]) };
    expect(line(trace(refunded))).toBe('Paid out 13 Nov 2026; booked in ledger; refunded in part (20.00 EUR)');
  });

  it('is said first, with both charges', () => {
    expect(line(trace({ charges: known([second, aCharge()]) }))).toBe(
      'Captured twice: `ch_1paid` 20.00 EUR 2026-11-10 10:01 UTC and `ch_2paid` 20.00 EUR 2026-11-10 10:05 UTC. Paid out 13 Nov 2026; booked in ledger',
    );
    expect(line(trace({ siblings: known([anAttempt({ paymentId: 'RB-9', createdAt: at('11-10T12:00') })]) }))).toContain('The order was paid twice: `pi_1paid` 20.00 EUR');
  });
}); // prettier-ignore

describe('what the books alone say', () => {
  const bookedAt = at('11-10T11:00');
  const elsewhere: Partial<Findings> = {
    id: 'RB-1', partner: 'rheinbank', payment: none, charge: none, charges: none, balanceTransaction: none, payout: none,
    refunds: none, disputes: none, warnings: none, attempts: known([anAttempt({ partner: 'rheinbank', paymentId: 'RB-1' })]),
  };
  const side = (direction: 'debit' | 'credit', changed: Parameters<typeof anEntry>[0]) =>
    anEntry({ id: `bk-${direction}`, direction, account: direction === 'debit' ? 'clearing:rheinbank' : 'revenue', batchId: 'RB-20261112', ...changed });
  const capture = [side('debit', { bookedAt }), side('credit', { bookedAt })];
  const refund = (minor: number, reference = 'RB-R1') =>
    [side('credit', { kind: 'refund', account: 'clearing:rheinbank', amount: eur(minor), reference, bookedAt: at('11-15T11:00') }), side('debit', { kind: 'refund', account: 'refunds', amount: eur(minor), reference, bookedAt: at('11-15T11:00') })];
  const payout = known([side('debit', { kind: 'payout', account: 'cash', paymentId: null, amount: eur(900_000), businessDay: '2026-11-12' })]);

  it.each<[string, Partial<Findings>, string, string]>([
    ['captured and paid out', { ledger: known(capture), batch: payout }, '+++-+?+', 'Paid out 12 Nov 2026; booked in ledger'],
    ['captured, the batch is not paid out yet', { ledger: known(capture), batch: known([]) }, '+++-!?+', 'Captured 2026-11-10 11:00 UTC; booked in ledger; payout overdue since 13 Nov 2026'],
    ['refunded in full: one booking has two sides and counts once', { ledger: known([...capture, ...refund(2000)]), batch: payout }, '+++-+?+', 'Paid out 12 Nov 2026; booked in ledger; refunded in full (20.00 EUR, per our books)'],
    ['refunded in two parts', { ledger: known([...capture, ...refund(500), ...refund(500, 'RB-R2')]), batch: payout }, '+++-+?+', 'Paid out 12 Nov 2026; booked in ledger; refunded in part (10.00 EUR, per our books)'],
    ['the ledger is down', { ledger: down, batch: down }, '++?-???', 'Authorised 2026-11-10 10:01 UTC; capture unknown: is down'],
    ['nothing booked in time', { ledger: known([]), batch: none }, '++!-e?e', 'Authorised 2026-11-10 10:01 UTC; capture overdue since 2026-11-11 10:01 UTC (9 d 1 h)'],
    ['the API of its own provider is down, and the books know the refund', { ...complete, ...apiDown, id: 'pi_1paid', partner: 'northpay', ledger: known([...capture, ...refund(2000)]) }, '+?????+', 'Booked in ledger; authorisation unknown: is down; refunded in full (20.00 EUR, per our books)'],
  ])('%s', (_reason, changed, expectedShape, expectedLine) => {
    const traced = trace({ ...elsewhere, ...changed });
    expect(line(traced)).toBe(expectedLine);
    expect(shape(traced)).toBe(expectedShape);
  });
}); // prettier-ignore

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
    lookedUp: fc.constant(null),
    connectedPartner: fc.constantFrom('northpay', null),
    siblings: finding(fc.array(fc.record({ status: status('succeeded', 'failed'), paymentId: fc.constantFrom('pi_2', 'RB-9') }).map(anAttempt), { maxLength: 2 })),
    charges: finding(fc.array(fc.record({ id: fc.constantFrom('ch_1', 'ch_2', 'ch_3'), status: status('succeeded', 'failed'), captured: fc.boolean(), amountRefunded: cents }).map(aCharge), { maxLength: 3 })),
    batch: finding(fc.array(fc.record({ kind: status('payout', 'fee'), paymentId: fc.constant(null) }).map(anEntry), { maxLength: 2 })),
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
        const open = hops.filter(({ kind, state }) => kind !== 'statement' && !(kind === 'attempt' && state === 'failed') && !['present', 'not_expected'].includes(state));
        expect(headline.next === null).toBe(open.length === 0);
        expect(headline.ended === null).toBe(open.length > 0);
        if (headline.next) expect(open).toContain(headline.next);
        if (hops.some(({ kind, state }) => state === 'failed' && kind !== 'attempt')) expect(headline.next?.state).toBe('failed');
        if (headline.lastConfirmed) expect(headline.lastConfirmed.state).toBe('present');
        else if (!headline.next || headline.next.state === 'unknown_source') expect(hops.every(({ state }) => state !== 'present')).toBe(true);
        expect(sentence({ headline, hops }, now, utc)).not.toMatch(/undefined|null|NaN/);
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
        if (state('capture') === 'present' && isLost(given.balanceTransaction) && !isOfBooksAlone(given)) expect(state('balance')).toBe('unknown_source');
        if (state('balance') === 'present' && isLost(given.payout) && !isOfBooksAlone(given)) expect(state('payout')).toBe('unknown_source');
        const sources = headline.unknown.map(({ source }) => source);
        expect(sources.includes('books')).toBe([given.attempts, given.siblings, given.ledger, given.batch].some(isLost));
        for (const branch of [given.refunds, given.disputes, given.warnings]) if (isLost(branch)) expect(sources).toContain('payments_api');
      }),
      { seed: 8, numRuns: 2000 },
    );
  }); // prettier-ignore
});
