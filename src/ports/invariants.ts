/**
 * What must always hold between balances of the company's books, and how they are read.
 *
 * Invariants: values are exact; all sources of one invariant are read at one moment, so that a booking between two reads
 * is no difference.
 * Errors of reading: `unavailable` (books down or slow), `misconfigured` (the SQL is refused, or gives no exact values).
 */
import type { Rational } from '../kernel/rational.js';

/** A question to the books; it gives `key` (what is compared: a currency, an account) and `value`; $1 is the moment. */
interface InvariantSource {
  /** As people call it: “ledger”, “bank statement”. */
  name: string;
  sql: string;
}

/** `null`: no bound on that side. */
interface Bounds {
  atLeast: Rational | null;
  atMost: Rational | null;
}

export type InvariantRule =
  /** The sum of all sources, each times its factor, is this. */
  | { kind: 'equation'; factors: readonly Rational[]; equals: Rational }
  /** All sources say the same of every key, within so much. */
  | { kind: 'agreement'; within: Rational }
  /** The first source ÷ the second, such as safeguarded money ÷ client money. */
  | ({ kind: 'cover' } & Bounds)
  /** The first source differs from the second, its reference, by at most this share of it. */
  | { kind: 'rate'; within: Rational }
  | ({ kind: 'bounds' } & Bounds)
  /** What is not zero has changed (`since`, timestamptz) within so long. */
  | { kind: 'stale'; afterMs: number }
  /** The source gives no row: whatever it finds is wrong. */
  | { kind: 'nothing' };

export interface Invariant {
  /** Permanent, for instance `ledger-balanced`. */
  id: string;
  /** “Ledger balanced”. */
  name: string;
  rule: InvariantRule;
  /** In the order in which the rule names them. */
  sources: readonly InvariantSource[];
  /** A question to the books about one key ($1): the rows that moved last. Null where none is asked. */
  movedSql: string | null;
}

export interface Reading {
  key: string;
  value: Rational;
  /** Null where the rule needs none. */
  since: Date | null;
}

export interface InvariantSources {
  /** By source, in their order. */
  read(invariant: Invariant, now: Date): Promise<Reading[][]>;
  /** The newest few rows about a key, one line each. */
  moved(invariant: Invariant, key: string): Promise<string[]>;
}
