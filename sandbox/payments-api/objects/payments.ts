/**
 * Payment intents, charges and refunds of the world, as the payments API shows them at a given time.
 * Invariant: only what has happened by `nowMs` shows; the same order seen later shows more, never something else.
 */
import type { IdCodec } from '../../world/ids.js';
import type { Attempt, Order, RefundFact } from '../../world/orders.js';
import { arnOf, referencesOf } from '../../world/references.js';
import { txnSub } from '../../world/settlement.js';
import { dayMs } from '../../world/clock.js';
import { seconds, type ApiObject } from './api-object.js';
import { drawAuthentication } from './authentication.js';
import { approvedOutcome, declinedOutcome, paymentError, wordsOf } from './declines.js';
import {
  cardDetailsTemplate,
  chargeTemplate,
  noAddress,
  paymentIntentTemplate,
  refundTemplate,
} from './templates.js';

const placeOf = (order: Order, sub = 0): { hour: number; index: number; sub: number } => ({
  hour: order.hour,
  index: order.index,
  sub,
});

export const chargeIdOf = (ids: IdCodec, order: Order, no: number): string =>
  ids.encode('charge', placeOf(order, no));

/** Customers and their cards are numbered apart from hours: the number is split over both words. */
export const customerPlace = (number: number): { hour: number; index: number; sub: number } => ({
  hour: Math.floor(number / 4_096),
  index: number % 4_096,
  sub: 0,
});

export const customerNumber = (place: { hour: number; index: number }): number =>
  place.hour * 4_096 + place.index;

export const customerIdOf = (ids: IdCodec, order: Order): string =>
  ids.encode('customer', customerPlace(order.customer.number));
const paymentMethodId = (ids: IdCodec, order: Order): string =>
  ids.encode('payment_method', customerPlace(order.customer.number));

type Stage = 'processing' | 'requires_payment_method' | 'requires_capture' | 'canceled' | 'succeeded';

/** The status of the payment intent at a time (ms). */
export function stageOf(order: Order, nowMs: number): Stage {
  const last = order.attempts.filter((attempt) => attempt.createdMs <= nowMs).at(-1);
  if (!last || last.completedMs > nowMs) return 'processing';
  if (last.decline) return 'requires_payment_method';
  if (order.lapsedMs !== null && order.lapsedMs <= nowMs) return 'canceled';
  return order.capturedMs !== null && order.capturedMs <= nowMs ? 'succeeded' : 'requires_capture';
}

export function paymentIntentOf(ids: IdCodec, order: Order, nowMs: number): ApiObject {
  const stage = stageOf(order, nowMs);
  const last = order.attempts.filter((attempt) => attempt.createdMs <= nowMs).at(-1);
  const failed = stage === 'requires_payment_method' && last?.decline ? last : null;
  return {
    ...paymentIntentTemplate,
    id: order.paymentId,
    amount: order.amountMinor,
    amount_capturable: stage === 'requires_capture' ? order.amountMinor : 0,
    amount_received: stage === 'succeeded' ? order.amountMinor : 0,
    canceled_at: stage === 'canceled' ? seconds(order.lapsedMs ?? 0) : null,
    cancellation_reason: stage === 'canceled' ? 'automatic' : null,
    capture_method: order.captureMethod,
    client_secret: `${order.paymentId}_secret_${order.key.toString(36)}`,
    created: seconds(order.createdMs),
    currency: order.route.country.currency.toLowerCase(),
    customer: customerIdOf(ids, order),
    description: `Order ${order.orderId}`,
    last_payment_error: failed?.decline
      ? paymentError(wordsOf(failed.decline.code), chargeIdOf(ids, order, failed.no))
      : null,
    latest_charge: last ? chargeIdOf(ids, order, last.no) : null,
    metadata: { order_id: order.orderId },
    payment_method: stage === 'requires_payment_method' ? null : paymentMethodId(ids, order),
    receipt_email: order.customer.email,
    status: stage,
  };
}

export function chargeOf(ids: IdCodec, order: Order, attempt: Attempt, nowMs: number): ApiObject {
  const id = chargeIdOf(ids, order, attempt.no);
  const done = attempt.completedMs <= nowMs;
  const paid = done && attempt.decline === null;
  const words = done && attempt.decline ? wordsOf(attempt.decline.code) : null;
  const captured = paid && order.capturedMs !== null && order.capturedMs <= nowMs;
  const refundedMinor = paid ? refundedAt(order, nowMs) : 0;
  return {
    ...chargeTemplate,
    id,
    amount: order.amountMinor,
    amount_captured: captured ? order.amountMinor : 0,
    amount_refunded: refundedMinor,
    balance_transaction: captured ? ids.encode('balance_transaction', placeOf(order, attempt.no)) : null,
    billing_details: {
      address: { ...noAddress, country: order.route.country.code },
      email: order.customer.email,
      name: order.customer.name,
      phone: null,
      tax_id: null,
    },
    captured,
    created: seconds(attempt.createdMs),
    currency: order.route.country.currency.toLowerCase(),
    customer: customerIdOf(ids, order),
    description: `Order ${order.orderId}`,
    disputed: paid && order.dispute !== null && order.dispute.openedMs <= nowMs,
    failure_code: words?.code ?? null,
    failure_message: words?.message ?? null,
    metadata: { order_id: order.orderId },
    outcome: words
      ? declinedOutcome(words, order.customer.card.brand, order.key)
      : done
        ? approvedOutcome
        : null,
    paid,
    payment_intent: order.paymentId,
    payment_method: paymentMethodId(ids, order),
    payment_method_details: cardDetails(order, attempt, captured, nowMs),
    receipt_email: order.customer.email,
    refunded: paid && refundedMinor >= order.amountMinor,
    status: done ? (paid ? 'succeeded' : 'failed') : 'pending',
  };
}

/** The charge of a second capture: the first one's twin, a little later, with a name and a transaction of its own. */
export function duplicateChargeOf(ids: IdCodec, order: Order, atMs: number, nowMs: number): ApiObject {
  const paid = order.attempts.at(-1);
  if (!paid) throw new Error('an order has at least one attempt');
  const place = placeOf(order, txnSub.duplicate);
  return {
    ...chargeOf(ids, order, paid, nowMs),
    id: ids.encode('charge', place),
    amount_refunded: 0,
    balance_transaction: ids.encode('balance_transaction', place),
    created: seconds(atMs),
    disputed: false,
    refunded: false,
  };
}

/** What has been given back by a time; a lapsed authorisation counts as given back, as Stripe shows it. */
function refundedAt(order: Order, nowMs: number): number {
  if (order.lapsedMs !== null && order.lapsedMs <= nowMs) return order.amountMinor;
  return order.refunds
    .filter((refund) => refund.atMs <= nowMs)
    .reduce((sum, refund) => sum + refund.amountMinor, 0);
}

function cardDetails(
  order: Order,
  attempt: Attempt,
  captured: boolean,
  nowMs: number,
): Record<string, unknown> {
  const { card } = order.customer;
  const paid = attempt.decline === null && attempt.completedMs <= nowMs;
  const known = referencesOf(order, attempt.no);
  return {
    type: 'card',
    card: {
      ...cardDetailsTemplate,
      amount_authorized: paid ? order.amountMinor : null,
      authorization_code: paid ? String(order.key % 1_000_000).padStart(6, '0') : null,
      brand: card.brand,
      ...(order.captureMethod === 'manual' && paid && !captured
        ? { capture_before: seconds(attempt.createdMs + 7 * dayMs) }
        : {}),
      country: order.route.country.code,
      exp_month: card.expMonth,
      exp_year: card.expYear,
      fingerprint: card.fingerprint,
      funding: card.funding,
      last4: card.last4,
      network: card.brand,
      network_transaction_id: paid ? known.networkTransactionId : null,
      overcapture: { maximum_amount_capturable: order.amountMinor, status: 'unavailable' },
      three_d_secure:
        paid && order.route.method === 'card' ? drawAuthentication(order.key, card.brand) : null,
      wallet:
        order.route.method === 'wallet' ? { apple_pay: {}, dynamic_last4: null, type: 'apple_pay' } : null,
    },
  };
}

/** Schemes make a refund's ARN known some days later. */
const arnKnownAfterMs = 3 * dayMs;

export function refundOf(ids: IdCodec, order: Order, refund: RefundFact, nowMs: number): ApiObject {
  const known = refund.atMs + arnKnownAfterMs <= nowMs;
  const sub = txnSub.refund + refund.no;
  return {
    ...refundTemplate,
    id: ids.encode('refund', placeOf(order, refund.no)),
    amount: refund.amountMinor,
    balance_transaction: ids.encode('balance_transaction', placeOf(order, sub)),
    charge: chargeIdOf(ids, order, order.attempts.length - 1),
    created: seconds(refund.atMs),
    currency: order.route.country.currency.toLowerCase(),
    destination_details: {
      card: {
        ...(known ? { reference: arnOf(order, sub, refund.atMs) } : {}),
        reference_status: known ? 'available' : 'pending',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
      type: 'card',
    },
    metadata: {},
    payment_intent: order.paymentId,
    reason: refund.reason,
    status: 'succeeded',
  };
}
