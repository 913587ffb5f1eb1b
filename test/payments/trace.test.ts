/**
 * Where the money is: every state of a payment, what the seven hops then say, and the first line.
 */
import { describe, expect, it } from 'vitest';
import type { Findings } from '../../src/payments/findings.js';
import {
  aBalanceTransaction,
  aCharge,
  aDispute,
  aWarning,
  anAttempt,
  anEntry,
  aPayment,
  aPayout,
  aRefund,
  at,
  eur,
} from '../support/payment-objects.js';

import {
  known,
  none,
  down,
  noCharge,
  apiDown,
  booksDown,
  uncaptured,
  elsewhere,
  onStatement,
  aBreak,
  trace,
  shape,
  line,
} from './traces.js';

describe('every state of a payment', () => {
  it.each<[string, Partial<Findings>, string, string]>([
    ['paid out and booked', {}, '+++++?+', 'Paid out 13 Nov 2026; booked in ledger'],
    [
      'an issuer reported fraud, and a refund still avoids the dispute',
      { warnings: known([aWarning()]) },
      '+++++?+',
      'Issuer reported fraud: a refund now avoids a dispute; paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'an issuer reported fraud that a refund no longer helps against',
      { warnings: known([aWarning({ actionable: false })]) },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'a statement names a day, which no time zone moves',
      onStatement,
      '+++++++',
      'Paid out 13 Nov 2026; on the statement of 17 Nov 2026; booked in ledger',
    ],
    [
      'books and statements do not agree, which is said with what is open',
      {
        ...onStatement,
        breaks: known([aBreak, { ...aBreak, id: 'BRK-3', kind: 'amount', differenceMinor: -12n }]),
      },
      '+++++++',
      'Paid out 13 Nov 2026; on the statement of 17 Nov 2026; booked in ledger; 5.00 EUR missing at partner (BRK-2); 0.12 EUR short (amount differs) (BRK-3)',
    ],
    [
      'whether there are breaks is not known, which says nothing of the payment',
      { breaks: down },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'declined',
      {
        ...noCharge,
        payment: known(aPayment({ status: 'requires_payment_method' })),
        charge: known(
          aCharge({
            status: 'failed',
            captured: false,
            failure: { code: 'card_declined', declineCode: 'insufficient_funds', message: null },
          }),
        ),
      },
      '+x---?-',
      'Authorisation failed: insufficient funds',
    ],
    [
      'declined, and the customer is at it again',
      {
        ...noCharge,
        payment: known(aPayment({ status: 'requires_action' })),
        charge: known(aCharge({ status: 'failed', captured: false })),
      },
      '+eeee?e',
      'Attempted 2026-11-10 10:00 UTC; awaiting customer authentication',
    ],
    [
      'refused before there was a charge',
      {
        ...noCharge,
        payment: known(
          aPayment({
            status: 'requires_payment_method',
            lastError: { code: 'authentication_failed', declineCode: null, message: null },
          }),
        ),
      },
      '+x---?-',
      'Authorisation failed: authentication failed',
    ],
    [
      'requires_payment_method: nobody tried yet, which is no success',
      { ...noCharge, payment: known(aPayment({ status: 'requires_payment_method' })) },
      '+eeee?e',
      'Attempted 2026-11-10 10:00 UTC; awaiting a payment method',
    ],
    [
      'processing',
      { ...noCharge, payment: known(aPayment({ status: 'processing' })) },
      '+eeee?e',
      'Attempted 2026-11-10 10:00 UTC; awaiting authorisation: being processed',
    ],
    [
      'a status to come',
      { ...noCharge, payment: known(aPayment({ status: 'requires_blessing' })) },
      '+?????e',
      'Attempted 2026-11-10 10:00 UTC; authorisation unknown: the payment is “requires blessing”',
    ],
    [
      'a pending bank debit counts as captured at the provider, but no money is confirmed',
      {
        payment: known(aPayment({ status: 'processing' })),
        charge: known(aCharge({ status: 'pending', balanceTransaction: null })),
        balanceTransaction: none,
        payout: none,
        ledger: known([]),
      },
      '+eeee?e',
      'Attempted 2026-11-10 10:00 UTC; awaiting authorisation: submitted, not confirmed yet',
    ],
    [
      'cancelled without a charge',
      { ...noCharge, payment: known(aPayment({ status: 'canceled', cancellationReason: 'abandoned' })) },
      '+----?-',
      'Attempted 2026-11-10 10:00 UTC; cancelled; nothing further expected',
    ],
    [
      'authorised and cancelled',
      { ...uncaptured(), payment: known(aPayment({ status: 'canceled', canceledAt: at('11-11T08:00') })) },
      '++---?-',
      'Authorised 2026-11-10 10:01 UTC; cancelled; nothing further expected',
    ],
    [
      'an authorisation given back, while the payment is unknown',
      { ...uncaptured({ amountRefunded: eur(2000) }), payment: down },
      '++---?-',
      'Authorised 2026-11-10 10:01 UTC; cancelled; nothing further expected',
    ],
    [
      'authorised, to be captured in a day',
      uncaptured({ captureBefore: at('11-21T12:00') }),
      '++eee?e',
      'Authorised 2026-11-10 10:01 UTC; awaiting manual capture; authorisation expires 2026-11-21 12:00 UTC',
    ],
    [
      'authorised, and the provider names no limit: ours',
      uncaptured({ createdAt: at('11-19T00:00') }),
      '++eee?e',
      'Authorised 2026-11-19 00:00 UTC; awaiting manual capture; expected by 2026-11-26 00:00 UTC',
    ],
    [
      'a lapsed authorisation',
      uncaptured({ captureBefore: at('11-20T09:00') }),
      '++!ee?e',
      'Authorised 2026-11-10 10:01 UTC; capture overdue since 2026-11-20 09:00 UTC (3 h)',
    ],
    [
      'captured, balance pending',
      {
        balanceTransaction: known(aBalanceTransaction({ status: 'pending', availableOn: at('11-22T00:00') })),
        payout: known(null),
      },
      '+++ee?+',
      'Captured 2026-11-10 10:02 UTC; booked in ledger; funds available 22 Nov 2026',
    ],
    [
      'captured, the balance does not know it yet',
      { balanceTransaction: none, payout: none },
      '+++ee?+',
      'Captured 2026-11-10 10:01 UTC; booked in ledger; awaiting balance: no balance transaction yet',
    ],
    [
      'pending longer than promised',
      {
        balanceTransaction: known(aBalanceTransaction({ status: 'pending', availableOn: at('11-19T11:00') })),
        payout: known(null),
      },
      '+++!e?+',
      'Captured 2026-11-10 10:02 UTC; booked in ledger; balance overdue since 19 Nov 2026',
    ],
    [
      'pending on the promised day: it is not over',
      {
        balanceTransaction: known(aBalanceTransaction({ status: 'pending', availableOn: at('11-20T00:00') })),
        payout: known(null),
      },
      '+++ee?+',
      'Captured 2026-11-10 10:02 UTC; booked in ledger; funds available 20 Nov 2026',
    ],
    [
      'available, no payout yet',
      {
        balanceTransaction: known(aBalanceTransaction({ availableOn: at('11-19T00:00') })),
        payout: known(null),
      },
      '++++e?+',
      'Funds available 19 Nov 2026; booked in ledger; payout expected by 23 Nov 2026',
    ],
    [
      'available and not paid out in time',
      { payout: known(null) },
      '++++!?+',
      'Funds available 12 Nov 2026; booked in ledger; payout overdue since 16 Nov 2026',
    ],
    [
      'payout pending',
      { payout: known(aPayout({ status: 'pending', arrivalDate: at('11-23T00:00') })) },
      '++++e?+',
      'Funds available 12 Nov 2026; booked in ledger; payout expected by 23 Nov 2026',
    ],
    [
      'payout in transit longer than promised',
      { payout: known(aPayout({ status: 'in_transit', arrivalDate: at('11-19T00:00') })) },
      '++++!?+',
      'Funds available 12 Nov 2026; booked in ledger; payout overdue since 19 Nov 2026',
    ],
    [
      'payout in transit on its day',
      { payout: known(aPayout({ status: 'in_transit', arrivalDate: at('11-20T00:00') })) },
      '++++e?+',
      'Funds available 12 Nov 2026; booked in ledger; payout expected by 20 Nov 2026',
    ],
    [
      'a payout that another one took back from the bank account',
      { payout: known(aPayout({ reversedBy: 'po_2' })) },
      '++++x?+',
      'Funds available 12 Nov 2026; booked in ledger; payout failed: reversed by po_2, in a payout of 9,000.00 EUR',
    ],
    [
      'a payout that failed, maybe after it was paid: the money is not lost',
      { payout: known(aPayout({ status: 'failed', failure: { code: 'account_closed', message: null } })) },
      '++++x?+',
      'Funds available 12 Nov 2026; booked in ledger; payout failed: account closed, the money is back on the balance, in a payout of 9,000.00 EUR',
    ],
    [
      'a cancelled payout',
      { payout: known(aPayout({ status: 'canceled' })) },
      '++++x?+',
      'Funds available 12 Nov 2026; booked in ledger; payout failed: cancelled, the money is back on the balance, in a payout of 9,000.00 EUR',
    ],
    [
      'not booked in time, though everything else is fine',
      { ledger: known([]) },
      '+++++?!',
      'Paid out 13 Nov 2026; ledger entry overdue since 2026-11-11 10:02 UTC (9 d 1 h)',
    ],
    [
      'an overdue booking counts more than a payout that is still in time',
      { ledger: known([]), payout: known(aPayout({ status: 'in_transit', arrivalDate: at('11-23T00:00') })) },
      '++++e?!',
      'Funds available 12 Nov 2026; ledger entry overdue since 2026-11-11 10:02 UTC (9 d 1 h)',
    ],
    [
      'only the fee is booked, not the capture',
      { ledger: known([anEntry({ kind: 'fee' })]) },
      '+++++?!',
      'Paid out 13 Nov 2026; ledger entry overdue since 2026-11-11 10:02 UTC (9 d 1 h)',
    ],
    [
      'not in the books at all',
      {
        attempts: known([]),
        ledger: known([]),
        balanceTransaction: known(aBalanceTransaction({ createdAt: at('11-20T11:00') })),
      },
      '+++++?e',
      'Paid out 13 Nov 2026; ledger entry expected by 2026-11-21 11:00 UTC',
    ],
    [
      'older than the books: nothing is overdue there',
      { attempts: known([]), ledger: known([]), booksBegin: at('11-15T00:00') },
      '+++++?-',
      'Paid out 13 Nov 2026',
    ],
    [
      'younger than the books, and not in them',
      { attempts: known([]), ledger: known([]), booksBegin: at('11-01T00:00') },
      '+++++?!',
      'Paid out 13 Nov 2026; ledger entry overdue since 2026-11-11 10:02 UTC (9 d 1 h)',
    ],
    [
      'fully refunded',
      { charge: known(aCharge({ amountRefunded: eur(2000) })), refunds: known([aRefund()]) },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger; refunded in full (20.00 EUR)',
    ],
    [
      'refunded in two parts, one of which failed',
      { refunds: known([aRefund({ amount: eur(500) }), aRefund({ amount: eur(700), status: 'failed' })]) },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger; refunded in part (5.00 EUR); a refund failed (7.00 EUR)',
    ],
    [
      'a part was captured, and what it released is listed like a refund',
      {
        charge: known(aCharge({ amountCaptured: eur(600), amountRefunded: eur(1400) })),
        refunds: known([aRefund({ amount: eur(1400), balanceTransactionId: null })]),
      },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'a part was captured, released and partly refunded',
      {
        charge: known(aCharge({ amountCaptured: eur(600), amountRefunded: eur(1500) })),
        refunds: known([
          aRefund({ amount: eur(100) }),
          aRefund({ amount: eur(1400), balanceTransactionId: null }),
        ]),
      },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger; refunded in part (1.00 EUR)',
    ],
    [
      'a part was captured, and the refunds are unknown: the charge tells',
      { charge: known(aCharge({ amountCaptured: eur(600), amountRefunded: eur(1400) })), refunds: down },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'refunded, and the refunds are unknown: the charge tells',
      { charge: known(aCharge({ amountRefunded: eur(500) })), refunds: down },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger; refunded in part (5.00 EUR)',
    ],
    [
      'a cancelled authorisation with its reversal',
      {
        ...uncaptured({ amountRefunded: eur(2000) }),
        payment: known(aPayment({ status: 'canceled', amountReceived: eur(0) })),
        refunds: known([aRefund({ balanceTransactionId: null })]),
      },
      '++---?-',
      'Authorised 2026-11-10 10:01 UTC; cancelled; nothing further expected',
    ],
    [
      'captured in parts: no capture is the last, and the totals are said',
      {
        ...uncaptured({ amountCaptured: eur(800), captureBefore: at('11-21T12:00') }),
        payment: known(
          aPayment({ status: 'requires_capture', amountReceived: eur(800), amountCapturable: eur(1200) }),
        ),
      },
      '++eee?e',
      'Authorised 2026-11-10 10:01 UTC; captured 8.00 EUR of 20.00 EUR, 12.00 EUR still authorised; authorisation expires 2026-11-21 12:00 UTC',
    ],
    [
      'captured in parts, and nobody knows when the authorisation expires',
      {
        ...uncaptured({ amountCaptured: eur(800) }),
        payment: known(
          aPayment({ status: 'requires_capture', amountReceived: eur(800), amountCapturable: eur(1200) }),
        ),
      },
      '++eee?e',
      'Authorised 2026-11-10 10:01 UTC; captured 8.00 EUR of 20.00 EUR, 12.00 EUR still authorised',
    ],
    ...(
      [
        ['pending', 'a refund is pending'],
        ['a_word_to_come', 'a refund of unknown state'],
      ] as const
    ).map(([status, words]): [string, Partial<Findings>, string, string] => [
      `a refund that is ${status}`,
      {
        refunds: known([aRefund({ status, balanceTransactionId: null })]),
        charge: known(aCharge({ amountRefunded: eur(2000) })),
      },
      '+++++?+',
      `Paid out 13 Nov 2026; booked in ledger; ${words} (20.00 EUR)`,
    ]),
    [
      'a movement in a state to come, whose payout stands',
      { balanceTransaction: known(aBalanceTransaction({ status: 'hovering' })) },
      '+++?+?+',
      'Paid out 13 Nov 2026; booked in ledger; balance unknown: the balance transaction is “hovering”, net of 0.60 EUR fees',
    ],
    [
      'a payout in a state to come is neither on its way nor late',
      { payout: known(aPayout({ status: 'under_review' })) },
      '++++??+',
      'Funds available 12 Nov 2026; booked in ledger; payout unknown: the payout is “under review”, in a payout of 9,000.00 EUR',
    ],
    [
      'a refund that the customer has to act for',
      { refunds: known([aRefund({ status: 'requires_action' })]) },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger; a refund awaits customer action (20.00 EUR)',
    ],
    [
      'a refund that failed, and one that was cancelled',
      { refunds: known([aRefund({ status: 'failed' }), aRefund({ status: 'canceled' })]) },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger; a refund failed (20.00 EUR)',
    ],
    [
      'an inquiry withdraws nothing',
      { disputes: known([aDispute({ status: 'warning_needs_response', isChargeRefundable: true })]) },
      '+++++?+',
      'Inquiry, nothing withdrawn (20.00 EUR), response due by 2026-11-22 12:00 UTC; paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'an inquiry that is closed',
      { disputes: known([aDispute({ status: 'warning_closed' })]) },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'a dispute without a date, and one that hears no answer',
      {
        disputes: known([aDispute({ respondBy: null }), aDispute({ respondBy: null, answerAllowed: false })]),
      },
      '+++++?+',
      'Disputed (20.00 EUR), response due, no date given; paid out 13 Nov 2026; booked in ledger; disputed (20.00 EUR), no response allowed',
    ],
    [
      'a dispute that is answered',
      { disputes: known([aDispute({ status: 'under_review' })]) },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger; disputed (20.00 EUR)',
    ],
    [
      'a dispute that was lost',
      { disputes: known([aDispute({ status: 'lost' })]) },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger; dispute lost (20.00 EUR)',
    ],
    [
      'a dispute that is open',
      {
        disputes: known([aDispute()]),
        payout: known(null),
        balanceTransaction: known(aBalanceTransaction({ availableOn: at('11-19T00:00') })),
      },
      '++++e?+',
      'Disputed (20.00 EUR), response due by 2026-11-22 12:00 UTC; funds available 19 Nov 2026; booked in ledger; payout expected by 23 Nov 2026',
    ],
    [
      'a dispute that was won changes nothing',
      { disputes: known([aDispute({ status: 'won' })]) },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'a part was captured: refunding that part is refunding all',
      {
        charge: known(aCharge({ amountCaptured: eur(1500) })),
        refunds: known([aRefund({ amount: eur(1500) })]),
      },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger; refunded in full (15.00 EUR)',
    ],
    [
      'an old charge without a payment, booked',
      { id: 'ch_1paid', payment: none },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'an old charge that the books do not know',
      { id: 'ch_1paid', payment: none, attempts: known([]) },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger',
    ],
    ['books down', booksDown, '+++++??', 'Paid out 13 Nov 2026; ledger entry unknown: is down'],
    [
      'API down: the ledger still confirms',
      apiDown,
      '+?????+',
      'Booked in ledger; authorisation unknown: is down',
    ],
    [
      'API down and nothing booked yet',
      { ...apiDown, ledger: known([]) },
      '+?????e',
      'Attempted 2026-11-10 10:00 UTC; authorisation unknown: is down',
    ],
    [
      'both down',
      { ...apiDown, ...booksDown },
      '???????',
      'Not confirmed anywhere; attempt unknown: is down',
    ],
    [
      'charges down: the payment alone proves no authorisation',
      { ...apiDown, payment: known(aPayment()) },
      '+?????+',
      'Booked in ledger; authorisation unknown: is down',
    ],
    [
      'the payment down: its charge is enough',
      { payment: down },
      '+++++?+',
      'Paid out 13 Nov 2026; booked in ledger',
    ],
    [
      'the payout list down',
      { payout: down },
      '++++??+',
      'Funds available 12 Nov 2026; booked in ledger; payout unknown: is down',
    ],
    [
      'succeeded without a charge makes no sense, and is not called an absence',
      { ...noCharge },
      '+?????e',
      'Attempted 2026-11-10 10:00 UTC; authorisation unknown: the payment is “succeeded”, but no charge is listed',
    ],
    [
      'another partner: only the books know',
      { ...elsewhere, attempts: known([anAttempt({ partner: 'rheinbank' })]) },
      '+++-!?+',
      'Captured 2026-11-10 11:00 UTC; booked in ledger; payout overdue since 13 Nov 2026',
    ],
    [
      'another partner, not booked yet',
      { ...elsewhere, attempts: known([anAttempt({ partner: 'rheinbank' })]), ledger: known([]) },
      '++!-e?e',
      'Authorised 2026-11-10 10:01 UTC; capture overdue since 2026-11-11 10:01 UTC (9 d 1 h)',
    ],
    [
      'another partner, declined',
      {
        ...elsewhere,
        attempts: known([anAttempt({ partner: 'rheinbank', status: 'failed', declineCode: 'AM04' })]),
        ledger: known([]),
      },
      'xx---?-',
      'Authorisation failed: AM04',
    ],
    [
      'another partner, pending',
      {
        ...elsewhere,
        attempts: known([anAttempt({ partner: 'rheinbank', status: 'pending', completedAt: null })]),
        ledger: known([]),
      },
      '+ee-e?e',
      'Attempted 2026-11-10 10:00 UTC; awaiting authorisation: pending (per our books)',
    ],
    [
      'another account of the same provider: its API does not know it',
      {
        partner: 'southpay',
        payment: known(null),
        ...noCharge,
        attempts: known([anAttempt({ partner: 'southpay' })]),
      },
      '++!-e?e',
      'Authorised 2026-11-10 10:01 UTC; capture overdue since 2026-11-11 10:01 UTC (9 d 1 h)',
    ],
    [
      'the books say it succeeded, and the partner knows nothing of it',
      { payment: known(null), ...noCharge },
      '+x---?-',
      'Authorisation failed: northpay has no record of this payment',
    ],
  ])('%s', (_reason, changed, expectedShape, expectedLine) => {
    expect(shape(trace(changed))).toBe(expectedShape);
    expect(line(trace(changed))).toBe(expectedLine);
  });
});
