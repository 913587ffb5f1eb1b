/**
 * What the company would write down about a change made through the payments API: rows for its books.
 * Invariant: the same change always gives rows with the same keys, so recording twice changes nothing.
 */
import type { Change } from '../books/books.js';
import type { AttemptRow, BookingRow } from '../books/rows.js';
import type { EvidenceRows, OrderRow } from '../books/evidence.js';
import { dayOf, isoDay, isoTime } from '../world/calendar.js';
import { paymentsApiPartner } from '../world/partners.js';
import { hashText } from '../world/random.js';
import type { PaymentsEvent } from './api.js';
import { isRecord, numberOf, textOf, type ApiObject } from './objects/api-object.js';
import { transactionOf } from './written-movement.js';

/** An event together with its rows, ready for the books. */
export type PaymentsChange = PaymentsEvent & Required<Change>;

export function companyRecord({ type, object, atMs }: PaymentsEvent): Required<Change> {
  const attempts = ['charge.succeeded', 'charge.failed', 'charge.captured'].includes(type)
    ? [attemptRow(object, atMs)]
    : [];
  return { attempts, bookings: bookingRows(type, object, atMs), evidence: evidenceRows(type, object, atMs) };
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

/** The shop has the order at once; a dispute that nothing came finds a parcel that is on its way. */
function evidenceRows(type: string, object: ApiObject, atMs: number): Partial<EvidenceRows> {
  if (type === 'charge.succeeded') return { orders: [orderRow(object)] };
  if (type !== 'charge.dispute.created') return {};
  const orderId = textOf(object, 'charge') ?? object.id;
  const customerId = accountOf(orderId);
  return {
    deliveries: [
      {
        delivery_id: `DLV-${orderId}`,
        order_id: orderId,
        carrier: 'Parcelhound',
        tracking_number: `PH${hashText(orderId) % 1_000_000_000}`,
        shipped_at: isoTime(atMs),
        delivered_at: null,
        address: '12 Mill Lane, 10115 DE',
        proof: `deliveries/${orderId}-handed-over.pdf`,
      },
    ],
    logins: [
      {
        login_id: `LGN-${orderId}`,
        customer_id: customerId,
        logged_in_at: isoTime(atMs),
        ip_address: '198.18.7.21',
        device_id: deviceId,
        activity: 'placed the order',
      },
    ],
  };
}

const deviceId = 'dev-5f1c09a2b7d34e68';
const accountOf = (orderId: string): string => `ACC-${hashText(orderId) % 1_000_000}`;

function orderRow(charge: ApiObject): OrderRow {
  const details = isRecord(charge.payment_method_details) ? charge.payment_method_details.card : null;
  const placedAt = isoTime(numberOf(charge, 'created') * 1_000);
  return {
    order_id: charge.id,
    payment_id: textOf(charge, 'payment_intent') ?? charge.id,
    charge_id: charge.id,
    placed_at: placedAt,
    customer_id: accountOf(charge.id),
    customer_name: 'Noor Example',
    customer_email: textOf(charge, 'receipt_email'),
    ip_address: '198.18.7.21',
    device_id: deviceId,
    device_fingerprint: 'fp-20c4e1b7a95d3f6812e0',
    billing_address: '12 Mill Lane, 10115 DE',
    shipping_address: '12 Mill Lane, 10115 DE',
    card_fingerprint: isRecord(details) ? textFrom(details.fingerprint) : null,
    description: 'Desk lamp with dimmer, oak',
    receipt: `receipts/${charge.id}.pdf`,
    refund_policy: 'policies/refunds-2026-03.pdf',
    cancellation_policy: null,
    policies_accepted_at: placedAt,
    cancelled_at: null,
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
