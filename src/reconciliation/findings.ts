/**
 * What reconciliation compares and what it says about it: entries of our ledger, lines of a partner's statement, and
 * the findings that account for each of them.
 *
 * Invariant: every entry and every line is in exactly one finding, or still in the pool that the next rule gets.
 */
import type { Day } from '../kernel/calendar-day.js';
import type { BreakKind, LedgerEntry, RuleName, StatementLine } from '../ports/reconciliation.js';

export { breakKinds, ruleNames } from '../ports/reconciliation.js';
export type { BreakKind, LedgerEntry, RuleName, StatementLine } from '../ports/reconciliation.js';

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
  /** How far the sides differ, where that is not the difference of these rows. */
  minor?: bigint;
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

/**
 * The currency that a break is reported in, and how far the sides differ: the ledger's where both sides have one, that of the
 * settlement where a rate differs.
 */
export function differenceOf({ kind, entries, lines, minor }: Break): { currency: string; minor: bigint } {
  const [entry, line] = [entries[0], lines[0]];
  const currency = (kind === 'fx' ? line : (entry ?? line))?.currency ?? '';
  if (minor !== undefined) return { currency, minor };
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
