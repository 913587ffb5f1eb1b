/**
 * Balance transactions and payouts of the world at a given time.
 * Invariant: a payout's amount is the sum of the nets of the transactions it carries, unless the partner pays short.
 */
import { startOfDay } from '../../world/calendar.js';
import { payoutTransactionId } from '../../world/bookings.js';
import { hourMs } from '../../world/clock.js';
import type { IdCodec } from '../../world/ids.js';
import { hash } from '../../world/random.js';
import {
  payoutDayOf,
  referenceOf,
  type Movement,
  type MovementKind,
  type Payout,
} from '../../world/settlement.js';
import { seconds, type ApiObject } from './api-object.js';
import { balanceTransactionTemplate, payoutTemplate } from './templates.js';

/** Stripe's `type` and `reporting_category`, and what the amount is for. */
const words: Record<MovementKind, [type: string, category: string, description: string]> = {
  capture: ['charge', 'charge', 'Charge'],
  refund: ['refund', 'refund', 'REFUND FOR CHARGE'],
  dispute: ['adjustment', 'dispute', 'Chargeback withdrawal'],
  dispute_reversal: ['adjustment', 'dispute_reversal', 'Chargeback reversal'],
};

export function balanceTransactionOf(ids: IdCodec, movement: Movement, nowMs: number): ApiObject {
  const { order, kind, amountMinor, feeMinor } = movement;
  const [type, category, description] = words[kind];
  const availableMs = startOfDay(payoutDayOf(order.route.partner, movement.atMs), 0);
  const currency = order.route.country.currency.toLowerCase();
  return {
    ...balanceTransactionTemplate,
    id: referenceOf(ids, movement),
    amount: amountMinor,
    available_on: seconds(availableMs),
    created: seconds(movement.atMs),
    currency,
    description: kind === 'capture' ? `Order ${order.orderId}` : description,
    fee: feeMinor,
    fee_details: feeDetails(
      feeMinor,
      currency,
      kind === 'capture' ? 'Stripe processing fees' : 'Dispute fee',
    ),
    net: amountMinor - feeMinor,
    reporting_category: category,
    source: sourceOf(ids, movement),
    status: availableMs <= nowMs ? 'available' : 'pending',
    type,
  };
}

export const feeDetails = (
  amount: number,
  currency: string,
  description: string,
): Record<string, unknown>[] =>
  amount === 0 ? [] : [{ amount, application: null, currency, description, type: 'stripe_fee' }];

function sourceOf(ids: IdCodec, { order, kind, no, sub }: Movement): string {
  const { hour, index } = order;
  // A capture's number is its charge's.
  if (kind === 'capture') return ids.encode('charge', { hour, index, sub });
  if (kind === 'refund') return ids.encode('refund', { hour, index, sub: no });
  return ids.encode('dispute', { hour, index, sub: 0 });
}

/** The bank account that payouts of a currency go to. */
export const destinationOf = (ids: IdCodec, currency: string): string =>
  `ba_1${ids.encode('payout', { hour: 1, index: currency.charCodeAt(0), sub: 63 }).slice(4)}`;

export function payoutOf(ids: IdCodec, payout: Payout, nowMs: number): ApiObject {
  const arrivalDayMs = payout.arrivalMs - (payout.arrivalMs % (24 * hourMs));
  const paid = payout.arrivalMs <= nowMs;
  return {
    ...payoutTemplate,
    id: payout.batchId,
    amount: payout.netMinor,
    arrival_date: seconds(arrivalDayMs),
    automatic: true,
    balance_transaction: payoutTransactionId(ids, payout),
    created: seconds(payout.createdMs),
    currency: payout.currency.toLowerCase(),
    description: 'STRIPE PAYOUT',
    destination: destinationOf(ids, payout.currency),
    reconciliation_status: 'completed',
    status: paid ? 'paid' : 'in_transit',
    trace_id: paid ? { status: 'supported', value: traceIdOf(payout) } : { status: 'pending', value: null },
  };
}

/** Fifteen digits, as an ACH trace number: what the bank statement will show. */
export const traceIdOf = (payout: Payout): string =>
  `09100001${String(hash(payout.day, payout.currency.charCodeAt(0)) % 10_000_000).padStart(7, '0')}`;

export function payoutTransactionOf(ids: IdCodec, payout: Payout, nowMs: number): ApiObject {
  const availableMs = startOfDay(payout.day, 0);
  return {
    ...balanceTransactionTemplate,
    id: payoutTransactionId(ids, payout),
    amount: -payout.netMinor,
    available_on: seconds(availableMs),
    created: seconds(payout.createdMs),
    currency: payout.currency.toLowerCase(),
    description: 'STRIPE PAYOUT',
    net: -payout.netMinor,
    reporting_category: 'payout',
    source: payout.batchId,
    status: availableMs <= nowMs ? 'available' : 'pending',
    type: 'payout',
  };
}
