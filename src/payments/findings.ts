/**
 * What became of asking the sources about one payment.
 *
 * Invariant: "the source says there is none" (`known` with null or an empty list) and "the source did not say"
 * (`waiting`, `failed`) are never the same thing.
 */
import type { LedgerEntry, PaymentAttempt } from '../ports/books.js';
import type { Break } from '../ports/breaks.js';
import type { PayoutTrace } from '../ports/payouts.js';
import type { LineSighting } from '../ports/reconciliation.js';
import type {
  BalanceTransaction,
  Charge,
  Dispute,
  EarlyFraudWarning,
  Payment,
  Payout,
  Refund,
} from '../ports/payments-api.js';
import type { CardTries } from './retry-limits.js';

export type SourceName = 'payments_api' | 'books' | 'statements';

/** What became of asking one source one question. */
export type Finding<Value> =
  /** `problems`: what it gave besides that cannot be read. */
  | { state: 'known'; value: Value; problems?: readonly string[] }
  /** Nothing to ask about: the step before it has not happened. */
  | { state: 'not_applicable' }
  | { state: 'waiting' }
  /** `problems`: what it gave, none of which can be read. */
  | { state: 'failed'; why: string; problems?: readonly string[] };

/** Which part of the payment somebody looked up, where it was not the payment itself. */
export interface LookedUp {
  /** What people call it: RRN, refund… */
  label: string;
  value: string;
  /** The attempt of the books that has the reference. */
  attempt: PaymentAttempt | null;
}

/** Everything the sources were asked about one payment. */
export interface Findings {
  /** The payment's id, or the charge's where there is no payment. */
  id: string;
  lookedUp: LookedUp | null;
  /** Who has the payment, as the books say, else the partner whose API answers for such ids. */
  partner: string | null;
  /** The one partner whose API can be asked. */
  connectedPartner: string | null;
  attempts: Finding<PaymentAttempt[]>;
  payment: Finding<Payment | null>;
  /** The charge that took the money, or the latest that tried. */
  charge: Finding<Charge | null>;
  /** Every charge of the payment, newest first: those that failed, and any that took money besides. */
  charges: Finding<Charge[]>;
  /** Attempts of the same order under other payment ids. */
  siblings: Finding<PaymentAttempt[]>;
  /** How often the card was tried; absent where it was not declined, or where no limit is known. */
  cardTries?: Finding<CardTries>;
  balanceTransaction: Finding<BalanceTransaction | null>;
  payout: Finding<Payout | null>;
  ledger: Finding<LedgerEntry[]>;
  /** Statement lines of its capture, newest first; absent where no statements are connected. */
  statement?: Finding<LineSighting[]>;
  /** The first day of the partner that was reconciled; null where that is not known. Asked only where no line was found. */
  statementsBegin?: Date | null;
  /** Where the payout of that line is; null where it is not followed to a bank. */
  landing?: Finding<PayoutTrace | null>;
  /** Open breaks about its entries and lines; absent where no statements are connected. */
  breaks?: Finding<Break[]>;
  /** When the books of the partner begin; asked only where they know nothing of the payment. */
  booksBegin?: Date | null;
  /** What the books hold of the batch that carries the payment. */
  batch: Finding<LedgerEntry[]>;
  refunds: Finding<Refund[]>;
  disputes: Finding<Dispute[]>;
  warnings: Finding<EarlyFraudWarning[]>;
}

/** Keeps what was found, as soon as it is there. */
export type Note = (found: Partial<Findings>) => void;

export const notApplicable = { state: 'not_applicable' } as const;
export const waiting = { state: 'waiting' } as const;

/** The value a source gave, or null when it gave none. */
export const valueOf = <Value>(finding: Finding<Value>): Value | null =>
  finding.state === 'known' ? finding.value : null;

/** What is still waiting when the time is up. */
export function givenUp(findings: Findings): Findings {
  const late = { state: 'failed', why: 'did not answer in time' } as const;
  const entries = Object.entries(findings).map(([name, found]: [string, unknown]) => [
    name,
    isFinding(found) && found.state === 'waiting' ? late : found,
  ]);
  return Object.fromEntries(entries) as Findings;
}

const isFinding = (found: unknown): found is Finding<unknown> =>
  typeof found === 'object' && found !== null && 'state' in found;
