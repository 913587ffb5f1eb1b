/**
 * What a dispute has moved on the balance: what was withdrawn, what came back, and the provider's fees.
 *
 * Invariant: amounts of different currencies never add up; each currency has its own line. A fee counts as the provider
 * wrote it, so one that was given back is not counted.
 * Deliberately absent: what an answer will cost later, for instance the share that Smart Disputes keeps of a win.
 */
import { add, money, negate, subtract, type Money } from '../kernel/money.js';
import type { BalanceTransaction } from '../ports/payments-api.js';

export interface Stake {
  /** Not negative. */
  withdrawn: Money;
  /** Not negative. */
  returned: Money;
  /** Fees less those given back. */
  fees: Money;
}

/** One per currency of the balance, in the order of the movements. */
export function stakesOf(movements: readonly BalanceTransaction[]): Stake[] {
  const stakes = new Map<string, Stake>();
  for (const { amount, fee } of movements) {
    const { currency } = amount;
    const zero = money(0, currency);
    const stake = stakes.get(currency) ?? { withdrawn: zero, returned: zero, fees: zero };
    stakes.set(currency, {
      withdrawn: amount.minor < 0n ? add(stake.withdrawn, negate(amount)) : stake.withdrawn,
      returned: amount.minor > 0n ? add(stake.returned, amount) : stake.returned,
      fees: add(stake.fees, fee),
    });
  }
  return [...stakes.values()];
}

/** What the dispute holds now, alone and with its fees; null where all of it came back. */
export function heldOf({ withdrawn, returned, fees }: Stake): { amount: Money; withFees: Money } | null {
  const amount = subtract(withdrawn, returned);
  return amount.minor > 0n ? { amount, withFees: add(amount, fees) } : null;
}
