/**
 * Payouts in their three places: what a partner's report says it paid out, what the ledger booked, and the line of the
 * company's bank account that brought it.
 *
 * Invariants: a bank line pays one payout, in its own currency; nothing is missing before the bank's statement of its due
 * day was read. Deliberately absent: breaks. A payout that the ledger booked and that did not arrive, or not whole, is a
 * break of the bank's business day; this says where the money is.
 */
import type { Day } from '../kernel/calendar-day.js';
import type { LineSighting } from './reconciliation.js';

/** A payout as the partner reports it. */
export interface ReportedPayout {
  partner: string;
  /** Of the report. */
  businessDay: Day;
  /** What ledger and bank may know it by; empty where the report has none. */
  batch: string;
  reference: string;
  currency: string;
  /** What should arrive, in minor units; negative where the partner collects. */
  amountMinor: bigint;
  /** On which it left. */
  day: Day;
  fileName: string;
  line: number;
}

export type PayoutState = 'arrived' | 'short' | 'over' | 'due' | 'late' | 'missing' | 'ambiguous';

/** Where the money of a payout is. */
export interface PayoutTrace {
  payout: ReportedPayout;
  /** What the partner is called. */
  partnerName: string;
  bank: { id: string; name: string };
  state: PayoutState;
  dueOn: Day;
  /** The bank lines that brought it; those that could have where it is ambiguous. */
  lines: LineSighting[];
  /** What arrived less what was reported; 0 while nothing has arrived. */
  differenceMinor: bigint;
}

/** What runs kept of payouts. */
export interface Payouts {
  /** Payouts of these partners that left on a day or later; of a batch that was reported again, the newest. */
  reported(partners: readonly string[], since: Day): Promise<ReportedPayout[]>;
  /** Another text whenever a unit of one of these partners ran again, of the days from `since` on. */
  state(partners: readonly string[], since: Day): Promise<string>;
  /** Lines of a bank's units of these business days that carry one of the references. */
  linesByReference(bank: string, from: Day, to: Day, references: readonly string[]): Promise<LineSighting[]>;
  /** The same for lines of one of the amounts. */
  linesByAmount(bank: string, from: Day, to: Day, amounts: readonly bigint[]): Promise<LineSighting[]>;
}
