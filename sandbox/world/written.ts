/**
 * Money that somebody moved by hand through the payments API: it is paid out, reported and booked like the world's own.
 * Invariant: a movement is known by its reference, so putting it again changes nothing; it joins the payout of the day on
 * which it happened, which lies ahead, so what was told before stays as it was told.
 */
import { hourMs } from './clock.js';
import { paymentsApiPartner, type Currency, type Partner } from './partners.js';
import { payoutDayOf, type MovementKind } from './settlement.js';

export interface WrittenMovement {
  kind: MovementKind;
  /** Of the balance transaction. */
  reference: string;
  atMs: number;
  currency: Currency;
  /** What it adds to the balance before the fee; negative when it takes. */
  amountMinor: number;
  feeMinor: number;
  /** The charge, refund or dispute that moved the money. */
  sourceId: string;
  chargeId: string;
  chargeCreatedMs: number;
  paymentId: string;
  /** Empty where it is unknown. */
  orderId: string;
  customerId: string;
  email: string;
  description: string;
}

export interface Written {
  put(movement: WrittenMovement): void;
  has(reference: string): boolean;
  /** What the payouts of a partner on a day carry, oldest first; with `beforeHour` only what moved before that hour. */
  ofPayouts(partner: Partner, day: number, beforeHour?: number): WrittenMovement[];
}

export function createWritten(): Written {
  const known = new Map<string, WrittenMovement>();
  return {
    put: (movement) => void known.set(movement.reference, movement),
    has: (reference) => known.has(reference),
    ofPayouts: (partner, day, beforeHour = Infinity) =>
      partner.id === paymentsApiPartner && known.size > 0
        ? [...known.values()]
            .filter(({ atMs }) => atMs < beforeHour * hourMs && payoutDayOf(partner, atMs) === day)
            .sort((a, b) => a.atMs - b.atMs)
        : [],
  };
}
