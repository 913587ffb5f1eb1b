/**
 * The findings of a unit of the engines (those of the desk's days: `../units/facts.ts`) as what is kept of them: results,
 * rows that stay open for later units, and open rows of earlier units that were answered.
 *
 * Invariant: a row that an earlier unit left open and that nothing answers stays as it is and is not found again, so a
 * break that is carried forward costs nothing per day.
 */
import type { Day } from '../../kernel/calendar-day.js';
import type {
  BreakKind,
  KeptLine,
  LedgerEntry,
  QuarantineFact,
  StatementLine,
  UnitKey,
} from '../../ports/reconciliation.js';
import { broken, differenceOf, type Break, type Finding } from '../findings.js';
import { breakIdentity, withIdentities } from './identity.js';

interface Result {
  type: 'match' | 'break' | 'pending' | 'quarantined';
  name: string;
  identity: string | null;
  currency: string | null;
  differenceMinor: bigint | null;
  dueOn: Day | null;
  entries: LedgerEntry[];
  lines: (KeptLine | { file: number; line: number })[];
  message: string | null;
}

interface Open {
  side: 'ledger' | 'statement';
  key: string;
  dueOn: Day | null;
  identity: string | null;
  reference: string;
  batch: string;
  currency: string;
  amountMinor: bigint;
  row: LedgerEntry | KeptLine;
}

interface Closed {
  side: 'ledger' | 'statement';
  key: string;
  rule: string;
  entries: LedgerEntry[];
  lines: KeptLine[];
}

export interface KeptFacts {
  results: Result[];
  open: Open[];
  closed: Closed[];
  quarantined: number;
  /** New ones by kind. */
  breaks: Partial<Record<BreakKind, number>>;
}

/** A row that an earlier unit left open; its identity is that of its break, null while it was pending. */
type Carried = { identity: string | null } & (
  { side: 'ledger'; row: LedgerEntry } | { side: 'statement'; row: KeptLine }
);

export function keptFacts(
  key: UnitKey,
  findings: readonly Finding[],
  carried: readonly Carried[],
  quarantined: readonly QuarantineFact[],
): KeptFacts {
  const before = new Map<LedgerEntry | StatementLine, Carried>(carried.map((item) => [item.row, item]));
  const named = namedLines(key, findings, before);
  const facts: KeptFacts = {
    results: quarantined.map(quarantineResult),
    open: [],
    closed: [],
    quarantined: quarantined.length,
    breaks: {},
  };
  for (const finding of findings) addFinding(facts, key, finding, before, named);
  return facts;
}

/** Only lines that are kept need a name; those of earlier units have theirs. */
function namedLines(
  { partner, businessDay }: UnitKey,
  findings: readonly Finding[],
  before: ReadonlyMap<LedgerEntry | StatementLine, Carried>,
): Map<StatementLine, KeptLine> {
  const own = findings.flatMap(({ lines }): StatementLine[] => lines).filter((line) => !before.has(line));
  const found = withIdentities(partner, businessDay, own);
  for (const [row, item] of before) if (item.side === 'statement') found.set(row as StatementLine, item.row);
  return found;
}

function addFinding(
  facts: KeptFacts,
  key: UnitKey,
  finding: Finding,
  before: ReadonlyMap<LedgerEntry | StatementLine, Carried>,
  named: ReadonlyMap<StatementLine, KeptLine>,
): void {
  const lines = (finding.lines as StatementLine[]).map(
    (line) => named.get(line) ?? { ...line, identity: '' },
  );
  const older = [...finding.entries, ...finding.lines].flatMap((row) => before.get(row) ?? []);
  if (finding.type === 'pending') {
    for (const entry of finding.entries) addPending(facts, entry, finding.dueOn);
    return;
  }
  if (finding.type === 'match') {
    // Exact matches are only counted, unless one answers an older row.
    if (finding.rule !== 'exact' || older.length > 0)
      facts.results.push(matchResult(finding.rule, finding.entries, lines));
    close(facts, older, finding.rule, finding.entries, lines);
    return;
  }
  addBreak(facts, key, broken(finding.kind, finding.entries, lines), older);
}

function addPending(facts: KeptFacts, entry: LedgerEntry, dueOn: Day): void {
  facts.open.push({ ...openEntry(entry), dueOn, identity: null });
}

function addBreak(facts: KeptFacts, key: UnitKey, found: Break, older: readonly Carried[]): void {
  const identity = breakIdentity(key.partner, found);
  const isKnown = older.some((item) => item.identity === identity);
  if (isKnown) return;
  const lines = found.lines as KeptLine[];
  const { currency, minor } = differenceOf(found);
  facts.breaks[found.kind] = (facts.breaks[found.kind] ?? 0) + 1;
  facts.results.push({
    ...bare,
    type: 'break',
    name: found.kind,
    identity,
    currency,
    differenceMinor: minor,
    entries: found.entries,
    lines,
  });
  const rows = [...found.entries.map(openEntry), ...lines.map(openLine)];
  if (found.kind === 'missing_at_partner' || found.kind === 'missing_in_ledger')
    facts.open.push(...rows.map((row) => ({ ...row, dueOn: null, identity })));
  else close(facts, older, found.kind, found.entries, lines);
}

function close(
  facts: KeptFacts,
  older: readonly Carried[],
  rule: string,
  entries: LedgerEntry[],
  lines: KeptLine[],
): void {
  for (const item of older) facts.closed.push({ side: item.side, key: keyOf(item), rule, entries, lines });
}

const keyOf = (item: Carried): string => (item.side === 'ledger' ? item.row.id : item.row.identity);

type OpenPart = Omit<Open, 'dueOn' | 'identity'>;

const openEntry = (entry: LedgerEntry): OpenPart => ({
  side: 'ledger',
  key: entry.id,
  reference: entry.reference,
  batch: entry.batch,
  currency: entry.currency,
  amountMinor: entry.amountMinor,
  row: entry,
});

const openLine = (line: KeptLine): OpenPart => ({
  side: 'statement',
  key: line.identity,
  reference: line.reference,
  batch: line.batch,
  currency: line.currency,
  amountMinor: line.amountMinor,
  row: line,
});

const bare = { identity: null, currency: null, differenceMinor: null, dueOn: null, message: null } as const;

const matchResult = (rule: string, entries: LedgerEntry[], lines: KeptLine[]): Result => ({
  ...bare,
  type: 'match',
  name: rule,
  entries,
  lines,
});

const quarantineResult = ({ file, line, code, message }: QuarantineFact): Result => ({
  ...bare,
  type: 'quarantined',
  name: code,
  entries: [],
  lines: [{ file, line }],
  message,
});
