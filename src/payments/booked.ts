/**
 * What the books alone say of a payment: captures, refunds, disputes and payouts as they were booked.
 *
 * Invariants: one movement is booked on two sides and counts once; what is read here is the company's word, and whoever
 * shows it says so. Deliberately absent: money that the provider reports. Where it answered, it decides.
 */
import { add, compare, negate, type Money } from '../kernel/money.js';
import type { LedgerEntry } from '../ports/books.js';
import { valueOf, type Findings } from './findings.js';

/** One booking: its debit and its credit are the same movement. */
export interface Movement {
  kind: string;
  /** Whether the money came in: the other way round it went back. */
  isIncoming: boolean;
  amount: Money;
  reference: string;
  batchId: string | null;
  businessDay: string;
  bookedAt: Date;
  entryId: string;
}

/** Oldest first. An account of the partner's own that is debited holds more: the money came in. */
function movementsIn(entries: readonly LedgerEntry[]): Movement[] {
  const byBooking = new Map<string, LedgerEntry[]>();
  for (const entry of entries) {
    const booking = [
      entry.kind,
      entry.reference,
      entry.amount.minor,
      entry.amount.currency,
      entry.bookedAt.getTime(),
    ].join();
    byBooking.set(booking, [...(byBooking.get(booking) ?? []), entry]);
  }
  return [...byBooking.values()].flatMap(movementsOfBooking);
}

/** Two refunds of the same amount at the same instant have four sides. */
function movementsOfBooking(sides: LedgerEntry[]): Movement[] {
  const debits = sides.filter(({ direction }) => direction === 'debit');
  const credits = sides.filter(({ direction }) => direction === 'credit');
  const one = debits.length >= credits.length ? debits : credits;
  return one.map((entry) => {
    const { kind, amount, reference, batchId, businessDay, bookedAt, id: entryId } = entry;
    const clearing = sides.find(({ account }) => /clearing/i.test(account)) ?? entry;
    return {
      kind,
      isIncoming: clearing.direction === 'debit',
      amount,
      reference,
      batchId,
      businessDay,
      bookedAt,
      entryId,
    };
  });
}

export const bookedMovements = (findings: Findings, kind: string): Movement[] =>
  movementsIn(valueOf(findings.ledger) ?? []).filter((movement) => movement.kind === kind);

/** The batch as a whole that carries the capture, where it was paid out. */
export const bookedPayout = (findings: Findings): Movement | null =>
  movementsIn(valueOf(findings.batch) ?? []).find(({ kind }) => kind === 'payout') ?? null;

/** What the partner kept of the batch, where that is booked once. */
export function bookedFee(findings: Findings): Money | null {
  const fees = movementsIn(valueOf(findings.batch) ?? []).filter(({ kind }) => kind === 'fee');
  return fees.length === 1 ? (fees[0]?.amount ?? null) : null;
}

/** Refunds that only the books know. */
export const isRefundedInBooksAlone = ({ refunds }: Findings): boolean => refunds.state !== 'known';

export interface BookedRefund {
  amount: Money;
  /** Of what was captured, as the books say; null where they have no capture. */
  isWhole: boolean | null;
}

export function bookedRefund(findings: Findings): BookedRefund | null {
  const given = bookedMovements(findings, 'refund').map(({ amount }) => amount);
  const taken = bookedMovements(findings, 'capture').map(({ amount }) => amount);
  const [first] = given;
  if (!first || given.some(({ currency }) => currency !== first.currency)) return null;
  const amount = given.reduce(add);
  const captured = taken
    .filter(({ currency }) => currency === amount.currency)
    .reduce<Money | null>((sum, each) => (sum ? add(sum, each) : each), null);
  return { amount, isWhole: captured === null ? null : compare(amount, captured) >= 0 };
}

/** What disputes took and did not return, where only the books know of them; null where that is nothing. */
export function bookedDispute(findings: Findings): Money | null {
  if (findings.disputes.state === 'known') return null;
  const movements = bookedMovements(findings, 'dispute');
  const [first] = movements;
  if (!first || movements.some(({ amount }) => amount.currency !== first.amount.currency)) return null;
  const taken = movements.map(({ amount, isIncoming }) => (isIncoming ? negate(amount) : amount)).reduce(add);
  return taken.minor > 0n ? taken : null;
}
