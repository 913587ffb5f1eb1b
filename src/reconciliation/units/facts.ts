/**
 * What is kept of a compared day: results, rows that stay open for later days, and open rows that were answered.
 *
 * Invariant: a break is named by its kind and the rows that it is about, so it keeps its name over runs and over files
 * that are sent again.
 */
import { createHash } from 'node:crypto';
import type { Day } from '../../kernel/calendar-day.js';
import type { KeptLine, LedgerEntry, StatementLine } from '../../ports/reconciliation.js';
import type { Finding } from '../findings.js';
import type { OpenRow, UnitFinding } from './compare.js';

interface KeptResult {
  type: 'match' | 'break';
  name: string;
  identity: string | null;
  difference: { currency: string; minor: bigint } | null;
  entries: LedgerEntry[];
  lines: KeptLine[];
}

interface KeptOpen extends OpenRow {
  dueOn: Day | null;
  row: LedgerEntry | KeptLine;
}

interface KeptClosed {
  row: OpenRow;
  rule: string;
  entries: LedgerEntry[];
  lines: KeptLine[];
}

export interface UnitFacts {
  results: KeptResult[];
  open: KeptOpen[];
  closed: KeptClosed[];
}

export function factsOf(
  found: readonly UnitFinding[],
  before: ReadonlyMap<LedgerEntry | StatementLine, OpenRow>,
): UnitFacts {
  const facts: UnitFacts = { results: [], open: [], closed: [] };
  const nameOf = lineNames(before);
  for (const one of found) {
    const lines = (one.finding.lines as StatementLine[]).map((line) => ({ ...line, identity: nameOf(line) }));
    addFinding(facts, one, lines, before);
  }
  return facts;
}

function addFinding(
  facts: UnitFacts,
  { finding, isAwaited, difference }: UnitFinding,
  lines: KeptLine[],
  before: ReadonlyMap<LedgerEntry | StatementLine, OpenRow>,
): void {
  const { entries } = finding;
  const older = [...entries, ...finding.lines].flatMap((row) => before.get(row) ?? []);
  const identity = finding.type === 'break' && !isAwaited ? breakName(finding.kind, entries, lines) : null;
  const name = finding.type === 'match' ? finding.rule : finding.type === 'break' ? finding.kind : '';
  const isPlain = name === 'exact' && older.length === 0;
  if (finding.type !== 'pending' && !isAwaited && !isPlain)
    facts.results.push({ type: finding.type, name, identity, difference, entries, lines });
  if (staysOpen(finding)) {
    const dueOn = finding.type === 'pending' ? finding.dueOn : null;
    const rows = [
      ...entries.map((row) => ({ key: row.id, side: 'ledger' as const, row })),
      ...lines.map((row) => ({ key: row.identity, side: 'statement' as const, row })),
    ];
    const isNews = ({ key, side }: { key: string; side: OpenRow['side'] }): boolean =>
      !older.some((one) => one.key === key && one.side === side && one.identity === identity);
    facts.open.push(...rows.filter(isNews).map((row) => ({ ...row, identity, dueOn })));
  } else for (const row of older) facts.closed.push({ row, rule: name, entries, lines });
}

const staysOpen = (finding: Finding): boolean =>
  finding.type === 'pending' ||
  (finding.type === 'break' &&
    (finding.kind === 'missing_at_partner' || finding.kind === 'missing_in_ledger'));

const digest = (parts: readonly unknown[]): string =>
  createHash('sha256').update(jsonText(parts)).digest('hex').slice(0, 32);

export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) => (typeof part === 'bigint' ? String(part) : part));

const breakName = (kind: string, entries: readonly LedgerEntry[], lines: readonly KeptLine[]): string =>
  digest([kind, entries.map(({ id }) => id).sort(), lines.map(({ identity }) => identity).sort()]);

/** By what a line says and how many equal lines were named before it, never by where it stands in a file. */
function lineNames(
  before: ReadonlyMap<LedgerEntry | StatementLine, OpenRow>,
): (line: StatementLine) => string {
  const seen = new Map<string, number>();
  return (line) => {
    const known = before.get(line);
    if (known) return known.key;
    const { reference, amountMinor, currency, day, type, feeMinor, batch } = line;
    const content = digest([reference, amountMinor, currency, day, type, feeMinor, batch]);
    const count = seen.get(content) ?? 0;
    seen.set(content, count + 1);
    return digest([content, count]);
  };
}
