/**
 * What reconciliation compares and what it says about it: entries of our ledger, lines of a partner's statement, and
 * the findings that account for each of them.
 *
 * Invariant: every entry and every line is in exactly one finding, or still in the pool that the next rule gets.
 */
import type { Day } from '../kernel/calendar-day.js';

/** A row of the company's ledger. Empty strings mean that the ledger has no such value. */
export interface LedgerEntry {
  id: string;
  /** The partner's reference. */
  reference: string;
  /** Signed minor units: positive is money to us. */
  amountMinor: bigint;
  currency: string;
  /** Value date. */
  day: Day | null;
  type: string;
  /** The payout or batch in which the partner settles this entry. */
  batch: string;
}

/** A line of a partner's statement. */
export interface StatementLine {
  line: number;
  /** The partner's reference of a payment or of a batch; empty where the line has none. */
  reference: string;
  /** Signed minor units: positive is money to us. */
  amountMinor: bigint;
  currency: string;
  day: Day | null;
  type: string;
  /** What the partner kept, in minor units: amount plus fee is what a batch should come to. */
  feeMinor: bigint;
}

/** The rules that match, in the order in which they run. */
export const ruleNames = ['exact', 'split', 'batch', 'amount_date'] as const;
export type RuleName = (typeof ruleNames)[number];

export const breakKinds = [
  'missing_at_partner',
  'missing_in_ledger',
  'amount',
  'currency',
  'duplicate_in_ledger',
  'duplicate_at_partner',
  'fee',
  'date',
  'batch_residue',
  'ambiguous',
] as const;
export type BreakKind = (typeof breakKinds)[number];

export interface Match {
  type: 'match';
  rule: RuleName;
  entries: LedgerEntry[];
  lines: StatementLine[];
}

export interface Break {
  type: 'break';
  kind: BreakKind;
  entries: LedgerEntry[];
  lines: StatementLine[];
}

/** Money that is not due yet. */
interface Pending {
  type: 'pending';
  entries: LedgerEntry[];
  lines: [];
  dueOn: Day;
}

export type Finding = Match | Break | Pending;

/** What no rule has accounted for yet. */
export interface Pool {
  entries: LedgerEntry[];
  lines: StatementLine[];
}

/** What a rule makes of a pool: findings, and the pool for the next rule. */
export interface Verdict {
  findings: Finding[];
  rest: Pool;
}

export const matched = (rule: RuleName, entries: LedgerEntry[], lines: StatementLine[]): Match => ({
  type: 'match',
  rule,
  entries,
  lines,
});

export const broken = (kind: BreakKind, entries: LedgerEntry[], lines: StatementLine[]): Break => ({
  type: 'break',
  kind,
  entries,
  lines,
});

export const sumOf = (items: readonly { amountMinor: bigint }[]): bigint =>
  items.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

export const feesOf = (lines: readonly StatementLine[]): bigint =>
  lines.reduce((sum, { feeMinor }) => sum + feeMinor, 0n);

/** The currency that a break is reported in, the ledger's where both sides have one, and how far the sides differ. */
export function differenceOf({ kind, entries, lines }: Break): { currency: string; minor: bigint } {
  const currency = entries[0]?.currency ?? lines[0]?.currency ?? '';
  const inCurrency = <Item extends { currency: string }>(items: Item[]): Item[] =>
    items.filter((item) => item.currency === currency);
  const fees = kind === 'batch_residue' ? feesOf(inCurrency(lines)) : 0n;
  return { currency, minor: sumOf(inCurrency(lines)) + fees - sumOf(inCurrency(entries)) };
}

/** An order of entries that does not depend on the order of the file: by day, then by id. */
export function byDayAndId(a: LedgerEntry, b: LedgerEntry): number {
  return compareDays(a.day, b.day) || a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

export const byDayAndLine = (a: StatementLine, b: StatementLine): number =>
  compareDays(a.day, b.day) || a.line - b.line;

const compareDays = (a: Day | null, b: Day | null): number => (a ?? -Infinity) - (b ?? -Infinity) || 0;

/** Items by key, in the order in which the keys first appear. */
export function groupBy<Item>(items: Iterable<Item>, keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
