/**
 * What every statement format gives: canonical rows, facts about each statement, and problems with their places.
 *
 * Invariants: amounts are whole minor units of their own `exponent`, exact as the file has them; a row keeps what we do
 * not interpret in `raw`; bad data is a problem and never an exception; what precedes and follows it is read.
 */
import type { Problem } from '../problems.js';

/** What a row is about, in one vocabulary over all partners. */
export type RowKind =
  | 'payment'
  | 'refund'
  | 'chargeback'
  | 'chargeback_reversal'
  | 'fee'
  | 'fee_refund'
  | 'payout'
  | 'payout_reversal'
  | 'transfer'
  | 'direct_debit'
  | 'return'
  | 'notification_of_change'
  | 'reserve'
  | 'reserve_release'
  | 'interest'
  | 'adjustment'
  | 'reversal'
  | 'balance'
  | 'other';

export interface StatementRow {
  type: 'row';
  /** The physical line on which the row begins, from 1. */
  line: number;
  account?: string;
  kind: RowKind;
  /** The partner's own reference of the payment. */
  partnerRef?: string;
  /** The reference that we gave the partner. */
  ourRef?: string;
  /** The payout, the batch or the entry that this row belongs to. */
  batchRef?: string;
  /** Signed: positive is money to us. */
  amountMinor: bigint;
  /** ISO 4217, upper case. */
  currency: string;
  /** The decimals of the amounts: the currency's own, or more where the file has more. */
  exponent: number;
  /** What the partner kept: positive is a cost to us. */
  feeMinor?: bigint;
  netMinor?: bigint;
  /** A fee that is not in the currency of the amount: positive is a cost to us. */
  foreignFee?: ForeignAmount;
  fx?: ForeignAmount;
  /** `YYYY-MM-DD`. */
  valueDate?: string;
  /** ISO 8601: a day, or an instant where the file has one. */
  bookedAt?: string;
  description?: string;
  /** Why the row moved no money, or not yet: for people. Not printed; the file's own word for it is in `raw`. */
  unsettled?: string;
  /** The fields as the file has them. */
  raw: Record<string, string>;
}

/** The amount before conversion. */
export interface ForeignAmount {
  currency: string;
  amountMinor?: bigint;
  exponent?: number;
  /** As the file has it: a rate is not money. */
  rate?: string;
}

export interface StatementFacts {
  type: 'statement';
  /** The physical line on which the statement begins, from 1; not printed. */
  line: number;
  account: string;
  id?: string;
  currency: string;
  openingMinor?: bigint;
  closingMinor?: bigint;
  /** The decimals of the balances, where they have more than the currency. */
  exponent?: number;
  /** `YYYY-MM-DD`. */
  from?: string;
  to?: string;
}

export type StatementItem = StatementRow | StatementFacts | Problem;

export interface StatementFormat {
  /** Permanent, for `--format` and paydesk.yaml. */
  id: string;
  title: string;
  /** What its files are written in where they are not UTF-8 or UTF-16. Left out: Windows-1252. */
  encoding?: string | undefined;
  /** Whether the beginning of a file (at least its first 4,096 characters) is of this format. */
  recognises(head: string): boolean;
  /** The items in the order of the file. Never throws on bad data. */
  parse(text: string): Iterable<StatementItem>;
}
