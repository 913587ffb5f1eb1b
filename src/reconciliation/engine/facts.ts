/**
 * The findings of a unit as what is kept of them: results, rows that stay open for later units, and what became of open
 * rows of earlier units: those that were answered, and those that waited and are a break now.
 *
 * Invariant: a row that an earlier unit left open and that nothing answers stays as it is and is not found again, so a
 * break that is carried forward costs nothing per day.
 */
import type { Day } from '../../kernel/calendar-day.js';
import type {
  BreakKind,
  KeptLine,
  LedgerEntry,
  OpenRow,
  QuarantineFact,
  StatementLine,
  UnitKey,
} from '../../ports/reconciliation.js';
import { differenceOf, type Break, type Finding } from '../findings.js';
import type { Carried, UnitFindings } from './compare.js';
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

interface Closed {
  side: 'ledger' | 'statement';
  key: string;
  rule: string;
  /** Both sides of what ended a break; null where a row only waited. */
  sides: { entries: LedgerEntry[]; lines: KeptLine[] } | null;
}

interface Broken {
  side: 'ledger' | 'statement';
  key: string;
  identity: string;
}

export interface KeptFacts {
  open: OpenRow[];
  closed: Closed[];
  /** Rows of earlier units that are a break from now on. */
  broken: Broken[];
  /** New ones by kind. */
  breaks: Partial<Record<BreakKind, number>>;
}

export const noFacts = (): KeptFacts => ({ open: [], closed: [], broken: [], breaks: {} });

/**
 * The results, made as they are asked for, so that the database keeps some while others are made. What else is kept of them
 * is added to `facts` on the way.
 */
export function* resultsOf(
  key: UnitKey,
  { findings, awaited }: Pick<UnitFindings, 'findings' | 'awaited'>,
  carried: readonly Carried[],
  quarantined: readonly QuarantineFact[],
  facts: KeptFacts,
): Generator<Result, void, undefined> {
  const before = new Map<LedgerEntry | StatementLine, Carried>(carried.map((item) => [item.row, item]));
  const named = namedLines(
    key,
    [...findings.flatMap(({ lines }): StatementLine[] => lines), ...awaited],
    before,
  );
  for (const line of awaited) {
    const kept = named.get(line);
    if (!before.has(line) && kept) facts.open.push(openLine(kept, null));
  }
  for (const fact of quarantined) yield quarantineResult(fact);
  for (const finding of findings) {
    const result = addFinding(facts, key, finding, before, named);
    if (result) yield result;
  }
}

/** Only lines that are kept need a name; those of earlier units have theirs. */
function namedLines(
  { partner, businessDay }: UnitKey,
  lines: readonly StatementLine[],
  before: ReadonlyMap<LedgerEntry | StatementLine, Carried>,
): Map<StatementLine, KeptLine> {
  const own = lines.filter((line) => !before.has(line));
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
): Result | null {
  const lines = (finding.lines as StatementLine[]).map(
    (line) => named.get(line) ?? { ...line, identity: '' },
  );
  const older =
    before.size === 0 ? [] : [...finding.entries, ...finding.lines].flatMap((row) => before.get(row) ?? []);
  if (finding.type === 'pending') {
    // One of an earlier unit stays as it is.
    for (const entry of finding.entries)
      if (!before.has(entry)) facts.open.push(openEntry(entry, { dueOn: finding.dueOn, identity: null }));
    return null;
  }
  if (finding.type === 'match') {
    close(facts, older, finding.rule, finding.entries, lines);
    // Exact matches are only counted, unless one answers a break.
    const isCounted = finding.rule === 'exact' && older.every(({ identity }) => identity === null);
    return isCounted ? null : matchResult(finding.rule, finding.entries, lines);
  }
  return addBreak(facts, key, finding, lines, older);
}

/** `lines`: those of the break, by their names. */
function addBreak(
  facts: KeptFacts,
  key: UnitKey,
  found: Break,
  lines: KeptLine[],
  older: readonly Carried[],
): Result {
  const identity = breakIdentity(key.partner, found, lines);
  const { currency, minor } = differenceOf(found);
  facts.breaks[found.kind] = (facts.breaks[found.kind] ?? 0) + 1;
  if (found.kind !== 'missing_at_partner' && found.kind !== 'missing_in_ledger')
    close(facts, older, found.kind, found.entries, lines);
  else if (older.length > 0)
    facts.broken.push(...older.map((item) => ({ side: item.side, key: keyOf(item), identity })));
  else {
    for (const entry of found.entries) facts.open.push(openEntry(entry, { dueOn: null, identity }));
    for (const line of lines) facts.open.push(openLine(line, identity));
  }
  return {
    type: 'break',
    name: found.kind,
    identity,
    currency,
    differenceMinor: minor,
    dueOn: null,
    entries: found.entries,
    lines,
    message: null,
  };
}

function close(
  facts: KeptFacts,
  older: readonly Carried[],
  rule: string,
  entries: LedgerEntry[],
  lines: KeptLine[],
): void {
  for (const item of older) {
    const sides = item.identity === null ? null : { entries, lines };
    facts.closed.push({ side: item.side, key: keyOf(item), rule, sides });
  }
}

const keyOf = (item: Carried): string => (item.side === 'ledger' ? item.row.id : item.row.identity);

type Wait = Pick<OpenRow, 'dueOn' | 'identity'>;

const openEntry = (row: LedgerEntry, { dueOn, identity }: Wait): OpenRow => ({
  side: 'ledger',
  key: row.id,
  dueOn,
  identity,
  row,
});

const openLine = (row: KeptLine, identity: string | null): OpenRow => ({
  side: 'statement',
  key: row.identity,
  dueOn: null,
  identity,
  row,
});

const matchResult = (rule: string, entries: LedgerEntry[], lines: KeptLine[]): Result => ({
  type: 'match',
  name: rule,
  identity: null,
  currency: null,
  differenceMinor: null,
  dueOn: null,
  entries,
  lines,
  message: null,
});

const quarantineResult = ({ file, line, code, message }: QuarantineFact): Result => ({
  type: 'quarantined',
  name: code,
  identity: null,
  currency: null,
  differenceMinor: null,
  dueOn: null,
  entries: [],
  lines: [{ file, line }],
  message,
});
