/**
 * The company's double entry: one booking is one debit and one credit of the same amount.
 * Invariant: a capture, refund or dispute is booked one to one under the partner's reference; fees are booked once per
 * payout, because the company learns them from the settlement. An unrequested capture is not booked.
 */
import { dayOf, startOfDay } from './calendar.js';
import { learntMs, type Disturbances } from './disturbances.js';
import type { IdCodec } from './ids.js';
import { currencies, type Currency, type Partner } from './partners.js';
import {
  batchIdOf,
  daysOfPayout,
  payoutDayOf,
  referenceOf,
  txnSub,
  type Movement,
  type Payout,
} from './settlement.js';

export interface Booking {
  /** Unique; the two sides of the entry add `-d` and `-c`. */
  bookingId: string;
  debit: string;
  credit: string;
  amountMinor: number;
  currency: Currency;
  kind: 'capture' | 'fee' | 'refund' | 'dispute' | 'payout';
  partner: string;
  paymentId: string | null;
  reference: string;
  batchId: string | null;
  /** Days since 1970 in the partner's zone. */
  businessDay: number;
  bookedMs: number;
  /** Start (ms) of the first business day of the payout that carries it. */
  settledFromMs: number;
}

const accountOf = {
  capture: 'revenue',
  refund: 'refunds',
  dispute: 'disputes',
  dispute_reversal: 'disputes',
} as const;

/**
 * The booking of a movement, made when the company learns of it. Money that comes is a debit of the partner's clearing
 * account.
 */
export function bookMovement(ids: IdCodec, disturbances: Disturbances, movement: Movement): Booking {
  const { order, kind, amountMinor } = movement;
  const { partner, country } = order.route;
  const clearing = `clearing:${partner.id}`;
  const other = accountOf[kind];
  const reference = referenceOf(ids, movement);
  const payoutDay = payoutDayOf(partner, movement.atMs);
  return {
    bookingId: `${partner.id}:${kind}:${reference}`,
    debit: amountMinor > 0 ? clearing : other,
    credit: amountMinor > 0 ? other : clearing,
    amountMinor: Math.abs(amountMinor),
    currency: country.currency,
    kind: kind === 'dispute_reversal' ? 'dispute' : kind,
    partner: partner.id,
    paymentId: order.paymentId,
    reference,
    // Partners with batches name the batch at once; the payments API's partner names its payout only later.
    batchId:
      partner.referenceStyle === 'stripe' ? null : batchIdOf(ids, partner, payoutDay, country.currency),
    businessDay: dayOf(movement.atMs, partner.utcOffsetHours),
    bookedMs: learntMs(disturbances, partner.id, movement.atMs),
    settledFromMs: settledFrom(partner, payoutDay),
  };
}

const settledFrom = (partner: Partner, payoutDay: number): number =>
  startOfDay(daysOfPayout(partner, payoutDay)[0] ?? payoutDay, partner.utcOffsetHours);

/** Fee and payout of one batch, booked when the money arrives. */
export function bookPayout(ids: IdCodec, payout: Payout): Booking[] {
  const { partner, currency, batchId, netMinor } = payout;
  const clearing = `clearing:${partner.id}`;
  const cash = `cash:${partner.bank}`;
  const common = {
    currency,
    partner: partner.id,
    paymentId: null,
    batchId,
    businessDay: payout.day,
    bookedMs: payout.arrivalMs,
    settledFromMs: settledFrom(partner, payout.day),
  };
  const bookings: Booking[] = [
    {
      ...common,
      bookingId: `${partner.id}:fee:${batchId}`,
      kind: 'fee',
      debit: `fees:${partner.id}`,
      credit: clearing,
      amountMinor: payout.feeMinor,
      reference: batchId,
    },
    {
      ...common,
      bookingId: `${partner.id}:payout:${batchId}`,
      kind: 'payout',
      debit: netMinor > 0 ? cash : clearing,
      credit: netMinor > 0 ? clearing : cash,
      amountMinor: Math.abs(netMinor),
      reference: partner.referenceStyle === 'stripe' ? payoutTransactionId(ids, payout) : batchId,
    },
  ];
  return bookings.filter((booking) => booking.amountMinor > 0);
}

/** The balance transaction of a payout at the payments API's partner. */
export const payoutTransactionId = (ids: IdCodec, payout: Pick<Payout, 'day' | 'currency'>): string =>
  ids.encode('balance_transaction', {
    hour: payout.day * 24,
    index: currencies.indexOf(payout.currency),
    sub: txnSub.payout,
  });
