/**
 * World facts as rows of the company's tables, in PostgreSQL's COPY text format.
 * Invariant: a row tells what the company knew at `nowMs`: an attempt that has not completed by then is `pending`.
 */
import type { CardCheck } from '../world/card-checks.js';
import { isoDay, isoTime } from '../world/calendar.js';
import type { Booking } from '../world/bookings.js';
import type { IdCodec } from '../world/ids.js';
import { referencesOf } from '../world/references.js';
import type { OrderAttempt } from '../world/world.js';

/** Columns of `books.attempts` in order; times are ISO 8601 in UTC. */
export interface AttemptRow {
  attempt_id: string;
  order_id: string;
  payment_id: string;
  charge_id: string | null;
  partner: string;
  method: string;
  country: string;
  currency: string;
  amount_minor: number;
  status: 'succeeded' | 'failed' | 'pending';
  decline_code: string | null;
  error_origin: string | null;
  customer_email: string | null;
  card_last4: string | null;
  arn: string | null;
  rrn: string | null;
  network_transaction_id: string | null;
  latency_ms: number;
  created_at: string;
  completed_at: string | null;
  card_network: string | null;
}

/** One side of a booking is one ledger entry; see `books.bookings`. */
export interface BookingRow {
  booking_id: string;
  debit: string;
  credit: string;
  amount_minor: number;
  currency: string;
  kind: string;
  partner: string;
  payment_id: string | null;
  reference: string;
  batch_id: string | null;
  business_day: string;
  booked_at: string;
}

export function attemptRow(ids: IdCodec, { order, attempt }: OrderAttempt, nowMs: number): AttemptRow {
  const { route, hour, index, customer } = order;
  const place = { hour, index, sub: attempt.no };
  const cardLike = route.method === 'card' || route.method === 'wallet';
  const done = attempt.learntMs <= nowMs;
  const known = referencesOf(order, attempt.no);
  return {
    attempt_id: ids.attemptId(place),
    order_id: order.orderId,
    payment_id: order.paymentId,
    charge_id: route.partner.referenceStyle === 'stripe' ? ids.encode('charge', place) : null,
    partner: route.partner.id,
    method: route.method,
    country: route.country.code,
    currency: route.country.currency,
    amount_minor: order.amountMinor,
    status: done ? (attempt.decline ? 'failed' : 'succeeded') : 'pending',
    decline_code: done ? (attempt.decline?.code ?? null) : null,
    error_origin: done ? (attempt.decline?.origin ?? null) : null,
    customer_email: customer.email,
    card_last4: cardLike ? customer.card.last4 : null,
    // An ARN is made at clearing, when the money is captured.
    arn: done && (order.capturedMs ?? Infinity) <= nowMs ? known.arn : null,
    rrn: known.rrn,
    network_transaction_id: done ? known.networkTransactionId : null,
    latency_ms: attempt.latencyMs,
    created_at: isoTime(attempt.createdMs),
    completed_at: done ? isoTime(attempt.completedMs) : null,
    card_network: cardLike ? customer.card.brand : null,
  };
}

/** Its names carry its place: no store has to be asked for an answer that comes late. */
const nameOfCheck = ({ minute, index }: CardCheck): string => `${minute.toString(36)}_${index.toString(36)}`;

export function placeOfCheck(attemptId: string): { minute: number; index: number } {
  const [, minute = '', index = ''] = attemptId.split('_');
  return { minute: parseInt(minute, 36), index: parseInt(index, 36) };
}

export function checkRow(check: CardCheck, nowMs: number): AttemptRow {
  const { route, decline, learntMs, latencyMs, createdMs, completedMs } = check;
  const name = nameOfCheck(check);
  const done = learntMs <= nowMs;
  return {
    attempt_id: `chk_${name}`,
    order_id: `CHECK-${name}`,
    payment_id: `seti_${name}`,
    charge_id: null,
    partner: route.partner.id,
    method: route.method,
    country: route.country.code,
    currency: route.country.currency,
    amount_minor: 0,
    status: done ? (decline ? 'failed' : 'succeeded') : 'pending',
    decline_code: done ? (decline?.code ?? null) : null,
    error_origin: done ? (decline?.origin ?? null) : null,
    customer_email: null,
    card_last4: null,
    arn: null,
    rrn: null,
    network_transaction_id: null,
    latency_ms: latencyMs,
    created_at: isoTime(createdMs),
    completed_at: done ? isoTime(completedMs) : null,
    card_network: null,
  };
}

export const bookingRow = (booking: Booking): BookingRow => ({
  booking_id: booking.bookingId,
  debit: booking.debit,
  credit: booking.credit,
  amount_minor: booking.amountMinor,
  currency: booking.currency,
  kind: booking.kind,
  partner: booking.partner,
  payment_id: booking.paymentId,
  reference: booking.reference,
  batch_id: booking.batchId,
  business_day: isoDay(booking.businessDay),
  booked_at: isoTime(booking.bookedMs),
});

/** A row as one line of COPY text, null written as nothing. Values of the world hold no tab, newline or backslash. */
export const copyLine = (row: AttemptRow | BookingRow): string => `${Object.values(row).join('\t')}\n`;
