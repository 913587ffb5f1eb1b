/**
 * Every charge that took money for one payment or order, so that a double capture is seen.
 *
 * Invariants: charges of the provider are counted by themselves; payments of the same order in the books count where the
 * amount is the same; what was given back in full is listed and counts for nothing.
 */
import { isZero, type Money } from '../kernel/money.js';
import { hasTaken, leftOf } from '../nouns/charge.js';
import type { PaymentAttempt } from '../ports/books.js';
import type { Charge } from '../ports/payments-api.js';
import { valueOf, type Findings } from './findings.js';

export interface Capture {
  /** The charge, or the other payment of the order. */
  id: string;
  source: 'payments_api' | 'books';
  amount: Money;
  at: Date;
  /** Nothing is left to give back: refunded, ordered to be, or lost to a dispute. */
  givenBack: boolean;
}

/** Oldest first; at least two, or none: one capture is no news. */
export function severalCaptures(findings: Findings): Capture[] {
  const charges = (valueOf(findings.charges) ?? [])
    .filter(hasTaken)
    .map((charge) => ofCharge(charge, findings));
  const captures = charges.length > 1 ? charges : ofOrder(findings);
  return captures.length > 1 ? captures.toSorted((a, b) => a.at.getTime() - b.at.getTime()) : [];
}

/** Captures that took money and kept it, when there are more than one. */
export function doubleCapture(findings: Findings): Capture[] {
  const kept = severalCaptures(findings).filter(({ givenBack }) => !givenBack);
  return kept.length > 1 ? kept : [];
}

const ofCharge = (charge: Charge, { refunds, disputes }: Findings): Capture => ({
  id: charge.id,
  source: 'payments_api',
  amount: charge.amountCaptured,
  at: charge.createdAt,
  givenBack: isZero(leftOf(charge, valueOf(refunds) ?? [], valueOf(disputes) ?? [])),
});

/** This payment and others of its order that succeeded with the same amount. */
function ofOrder(findings: Findings): Capture[] {
  const own = (valueOf(findings.attempts) ?? []).find(isPaid);
  if (!own) return [];
  const others = (valueOf(findings.siblings) ?? []).filter(
    (attempt) => isPaid(attempt) && isSame(attempt.amount, own.amount) && attempt.paymentId !== own.paymentId,
  );
  const payments = new Map([own, ...others].map((attempt) => [attempt.paymentId, attempt]));
  return [...payments.values()].map(ofAttempt);
}

const isPaid = ({ status }: PaymentAttempt): boolean => status === 'succeeded';
const isSame = (a: Money, b: Money): boolean => a.currency === b.currency && a.minor === b.minor;

const ofAttempt = ({ paymentId, amount, createdAt }: PaymentAttempt): Capture => ({
  id: paymentId,
  source: 'books',
  amount,
  at: createdAt,
  givenBack: false,
});
