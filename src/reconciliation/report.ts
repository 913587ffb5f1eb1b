/**
 * The result of a reconciliation in numbers: matches by rule, breaks by kind, and totals per currency.
 */
import { isoDay } from '../kernel/calendar-day.js';
import {
  breakKinds,
  differenceOf,
  ruleNames,
  sumOf,
  type BreakKind,
  type Finding,
  type LedgerEntry,
  type Pool,
  type RuleName,
  type StatementLine,
} from './findings.js';
import type { Tally } from './join/join.js';

interface Totals {
  ledgerMinor: bigint;
  statementMinor: bigint;
  /** The value of the entries that matched. */
  explainedMinor: bigint;
  pendingMinor: bigint;
}

export interface Summary {
  ledgerRows: number;
  statementRows: number;
  /** Matches by rule, not rows: a batch counts once. */
  matched: Partial<Record<RuleName, number>>;
  breaks: Partial<Record<BreakKind, number>>;
  /** Entries whose money is not due yet. */
  pending: number;
  /** Lines of either file that could not be read. */
  quarantined: number;
  totals: Map<string, Totals>;
}

export function summarise(
  { entries, lines }: Pool,
  findings: Finding[],
  quarantined: number,
  exact: Tally = { rows: 0, amounts: new Map() },
): Summary {
  const totals = new Map<string, Totals>();
  const of = (currency: string): Totals => {
    const known = totals.get(currency) ?? {
      ledgerMinor: 0n,
      statementMinor: 0n,
      explainedMinor: 0n,
      pendingMinor: 0n,
    };
    totals.set(currency, known);
    return known;
  };
  for (const [currency, amountMinor] of exact.amounts) {
    of(currency).ledgerMinor += amountMinor;
    of(currency).statementMinor += amountMinor;
    of(currency).explainedMinor += amountMinor;
  }
  for (const { currency, amountMinor } of entries) of(currency).ledgerMinor += amountMinor;
  for (const { currency, amountMinor } of lines) of(currency).statementMinor += amountMinor;
  for (const finding of findings) {
    if (finding.type === 'break') continue;
    const part = finding.type === 'match' ? 'explainedMinor' : 'pendingMinor';
    for (const { currency, amountMinor } of finding.entries) of(currency)[part] += amountMinor;
  }
  const matched = countBy<RuleName>(ruleNames, findings, (finding) =>
    finding.type === 'match' ? finding.rule : null,
  );
  if (exact.rows > 0) matched.exact = (matched.exact ?? 0) + exact.rows;
  return {
    ledgerRows: exact.rows + entries.length,
    statementRows: exact.rows + lines.length,
    matched,
    breaks: countBy(breakKinds, findings, (finding) => (finding.type === 'break' ? finding.kind : null)),
    pending: findings.reduce((sum, { type, entries: due }) => sum + (type === 'pending' ? due.length : 0), 0),
    quarantined,
    totals: new Map([...totals].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** The known keys in their order, then those of a company's own rules. */
function countBy<Key extends string>(
  keys: readonly Key[],
  findings: Finding[],
  keyOf: (finding: Finding) => Key | null,
): Partial<Record<Key, number>> {
  const counts = new Map<Key, number>(keys.map((key) => [key, 0]));
  for (const finding of findings) {
    const key = keyOf(finding);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].filter(([, count]) => count > 0)) as Partial<Record<Key, number>>;
}

/** A finding as a line of JSON; null for an exact match, of which there are as many as rows. */
export function findingLine(finding: Finding): string | null {
  const rows = { ledgerIds: idsOf(finding.entries), statementLines: numbersOf(finding.lines) };
  if (finding.type === 'pending')
    return JSON.stringify({ type: 'pending', ledgerIds: rows.ledgerIds, dueOn: isoDay(finding.dueOn) });
  if (finding.type === 'match')
    return finding.rule === 'exact' ? null : JSON.stringify({ type: 'match', rule: finding.rule, ...rows });
  const { currency, minor } = differenceOf(finding);
  const line = { type: 'break', kind: finding.kind, ...rows, currency, differenceMinor: String(minor) };
  if (finding.kind !== 'currency') return JSON.stringify(line);
  return JSON.stringify({
    ...line,
    statementCurrency: finding.lines[0]?.currency,
    statementMinor: String(sumOf(finding.lines)),
  });
}

const idsOf = (entries: LedgerEntry[]): string[] => entries.map(({ id }) => id);
const numbersOf = (lines: StatementLine[]): number[] => lines.map(({ line }) => line);

export function summaryLine({ totals, ...counts }: Summary, seconds: number): string {
  const line = { type: 'summary', ...counts, totals: Object.fromEntries(totals), seconds };
  return JSON.stringify(line, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
