/**
 * What the desk needs from the company's own record, read through the documented views `payment_attempts` and
 * `ledger_entries` (columns in `docs/connect-your-books.md`).
 *
 * Invariant: reading only; every question is bounded by a limit.
 * Errors of every call: `unavailable` (down or slow), `misconfigured` (a view or a right is missing).
 */
import type { Money } from '../kernel/money.js';
import type { Rows } from './rows.js';

/** One try at a payment as the company's own systems saw it. */
export interface PaymentAttempt {
  id: string;
  orderId: string;
  /** The partner's reference of the payment; several attempts of one order may share it. */
  paymentId: string;
  chargeId: string | null;
  /** Partner id as in the configuration. */
  partner: string;
  method: string;
  country: string;
  amount: Money;
  /** succeeded, failed, pending. */
  status: string;
  declineCode: string | null;
  /** Who caused a failure: customer, partner, institution, own. */
  errorOrigin: string | null;
  customerEmail: string | null;
  cardLast4: string | null;
  createdAt: Date;
  completedAt: Date | null;
}

export interface LedgerEntry {
  id: string;
  account: string;
  direction: 'debit' | 'credit';
  amount: Money;
  /** capture, fee, refund, dispute, payout. */
  kind: string;
  partner: string;
  /** As in the attempts; null where the entry belongs to no one payment. */
  paymentId: string | null;
  reference: string;
  /** The payout or batch that the entry settles with. */
  batchId: string | null;
  /** The partner's accounting day, `YYYY-MM-DD`. */
  businessDay: string;
  bookedAt: Date;
}

/** The references by which an attempt can be found exactly. */
export type AttemptReference =
  | 'attempt_id'
  | 'order_id'
  | 'payment_id'
  | 'charge_id'
  | 'arn'
  | 'rrn'
  | 'network_transaction_id'
  | 'customer_email';

/** What a person remembers of a payment: one part at least. Absent parts are not compared. */
export interface CardSighting {
  last4?: string;
  amountMajor?: string;
  /** ISO 4217; absent for any currency. */
  currencies?: readonly string[];
  /** From `from` until before `to`. Those nearest to `near` come first. */
  during?: { from: Date; to: Date; near?: Date };
}

export interface Books {
  /** Newest first, at most `limit`, whose reference of any of these kinds equals `value`. */
  attemptsBy(kinds: readonly AttemptReference[], value: string, limit: number): Promise<Rows<PaymentAttempt>>;
  /** Nearest to `near` first where it is given, else newest first; at most `limit`. */
  attemptsByCard(sighting: CardSighting, limit: number): Promise<Rows<PaymentAttempt>>;
  /** Entries of a payment, oldest first. */
  entriesOf(paymentId: string): Promise<Rows<LedgerEntry>>;
  /** When the oldest attempt at a partner was made; null where there is none. What is older the books cannot know. */
  beginOf(partner: string): Promise<Date | null>;
  /** Entries under a partner's reference that belong to a payment, such as those of a refund; at most `limit`. */
  entriesBy(reference: string, limit: number): Promise<Rows<LedgerEntry>>;
  /** What is booked of a payout or batch as a whole: the payout itself, and its fees. */
  entriesOfBatch(batchId: string): Promise<Rows<LedgerEntry>>;
  /** All that is booked of a payout or batch, summed; the kinds with most entries first. */
  batchSums(batchId: string): Promise<BatchSum[]>;
  /**
   * What partners did with the attempts created within each window; of one partner, or of all (null). Given up after
   * `withinMs`, or after as long as any question may take.
   */
  trafficIn(
    windows: readonly TrafficWindow[],
    partner: string | null,
    withinMs?: number,
  ): Promise<TrafficByPartner[]>;
  /** Failed attempts at a partner that neither the customer nor we caused, as far as is known; newest first, at most `limit`. */
  failuresOf(partner: string, span: Span, limit: number): Promise<Rows<PaymentAttempt>>;
  /** All of those, counted by currency; the most frequent first. */
  failedAmounts(partner: string, span: Span): Promise<Rows<FailedAmount>>;
  /**
   * What became of a partner's attempts in a span, by method; the busiest first. An attempt without an answer that began before
   * `lateBefore` is late.
   */
  productsOf(partner: string, span: Span, lateBefore: Date): Promise<ProductTraffic[]>;
  /** Succeeds when every documented column can be read. */
  check(): Promise<void>;
}

export interface ProductTraffic {
  method: string;
  succeeded: number;
  /** Failures, and of these those that the partner and the institution behind it caused. */
  failed: number;
  failedByPartner: number;
  failedByInstitution: number;
  /** Without an answer for too long, and since when the first of them. */
  late: number;
  lateSince: Date | null;
  lastAnswerAt: Date | null;
}

/** Entries of one kind on one account: debits less credits, in minor units. */
export interface BatchSum {
  partner: string;
  account: string;
  kind: string;
  currency: string;
  entries: number;
  minor: bigint;
}

/** Half-open. */
export interface Span {
  from: Date;
  to: Date;
}

export interface FailedAmount {
  attempts: number;
  amount: Money;
}

/** Spans that are counted together, such as one hour of several weeks. */
export type TrafficWindow = readonly Span[];

/** By partner id; a partner without attempts is missing. */
export type TrafficByPartner = ReadonlyMap<string, PartnerTraffic>;

/** Counts, not rates: a rate is shown with its denominator. */
export interface PartnerTraffic {
  /** All of them; those that neither succeeded nor failed are under way. */
  attempts: number;
  succeeded: number;
  /** Failures by who caused them: customer, partner, institution, own, or unknown where the books do not say. */
  failedBy: Readonly<Record<string, number>>;
  latencyP50Ms: number | null;
  latencyP95Ms: number | null;
  lastAttemptAt: Date | null;
}
