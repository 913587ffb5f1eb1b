/**
 * What the company would write down about a change made through the payments API: rows for its books.
 * Invariant: the same change always gives rows with the same keys, so recording twice changes nothing.
 */
import type { Change } from '../books/books.js';
import type { AttemptRow, BookingRow } from '../books/rows.js';
import { dayOf, isoDay, isoTime } from '../world/calendar.js';
import { paymentsApiPartner } from '../world/partners.js';
import type { PaymentsEvent } from './api.js';
import { isRecord, numberOf, textOf, type ApiObject } from './objects/api-object.js';
import { transactionOf } from './written-movement.js';

/** An event together with its rows, ready for the books. */
export type PaymentsChange = PaymentsEvent & Required<Change>;

export function companyRecord({ type, object, atMs }: PaymentsEvent): Required<Change> {
  const attempts = ['charge.succeeded', 'charge.failed', 'charge.captured'].includes(type)
    ? [attemptRow(object, atMs)]
    : [];
  return { attempts, bookings: bookingRows(type, object, atMs) };
}

function attemptRow(charge: ApiObject, atMs: number): AttemptRow {
  const details = isRecord(charge.payment_method_details) ? charge.payment_method_details.card : null;
  const card = isRecord(details) ? details : {};
  const metadata = isRecord(charge.metadata) ? charge.metadata : {};
  const failed = charge.status === 'failed';
  const outcome = isRecord(charge.outcome) ? charge.outcome : {};
  return {
    attempt_id: `att_${charge.id}`,
    order_id: textFrom(metadata.order_id) ?? charge.id,
    payment_id: textOf(charge, 'payment_intent') ?? charge.id,
    charge_id: charge.id,
    partner: paymentsApiPartner,
    method: 'card',
    country: textFrom(card.country) ?? 'US',
    currency: (textOf(charge, 'currency') ?? 'usd').toUpperCase(),
    amount_minor: numberOf(charge, 'amount'),
    status: failed ? 'failed' : 'succeeded',
    decline_code: failed ? (textFrom(outcome.reason) ?? textOf(charge, 'failure_code')) : null,
    error_origin: failed ? 'institution' : null,
    customer_email: textOf(charge, 'receipt_email'),
    card_last4: textFrom(card.last4),
    arn: null,
    rrn: null,
    network_transaction_id: textFrom(card.network_transaction_id),
    latency_ms: 400,
    created_at: isoTime(numberOf(charge, 'created') * 1_000),
    completed_at: isoTime(atMs),
    card_network: textFrom(card.brand),
  };
}

const textFrom = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Where money goes for each event: the account beside the partner's clearing account, and whether it comes in. */
const moves: Record<string, { kind: string; account: string; comesIn: boolean }> = {
  'charge.captured': { kind: 'capture', account: 'revenue', comesIn: true },
  'refund.created': { kind: 'refund', account: 'refunds', comesIn: false },
  'charge.dispute.created': { kind: 'dispute', account: 'disputes', comesIn: false },
};

function bookingRows(type: string, object: ApiObject, atMs: number): BookingRow[] {
  const move = moves[type];
  if (!move) return [];
  const clearing = `clearing:${paymentsApiPartner}`;
  const reference = transactionOf(object) ?? object.id;
  return [
    {
      booking_id: `${paymentsApiPartner}:${move.kind}:${reference}`,
      debit: move.comesIn ? clearing : move.account,
      credit: move.comesIn ? move.account : clearing,
      amount_minor:
        type === 'charge.captured' ? numberOf(object, 'amount_captured') : numberOf(object, 'amount'),
      currency: (textOf(object, 'currency') ?? 'usd').toUpperCase(),
      kind: move.kind,
      partner: paymentsApiPartner,
      payment_id: textOf(object, 'payment_intent'),
      reference,
      batch_id: null,
      business_day: isoDay(dayOf(atMs, 0)),
      booked_at: isoTime(atMs),
    },
  ];
}
