/**
 * A unit compared: the exact pass over both tables, then the rules over what is left together with what earlier units left
 * open, then what the report says of whole batches and orders, and everything counted.
 *
 * Invariants: conservation, checked over the whole: rows matched exactly, in findings and quarantined are the rows that
 * came, and a violation stops the run; a row that an earlier unit left open and that nothing answers is not found again.
 */
import type { Day } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import type { KeptLine } from '../../ports/reconciliation.js';
import type { Finding, LedgerEntry, Pool, StatementLine } from '../findings.js';
import type { Exact, ExactJoin, Side } from '../join/join.js';
import type { MatchSettings } from '../matching/settings.js';
import type { Problem } from '../problems.js';
import { summarise, type Summary } from '../report.js';
import { isImplied, judgedResidue, type Residue } from './batches.js';
import { judgedByRate } from './rates.js';
import { asDuplicates, type OrderCount } from './captured-twice.js';

/** What the exact pass leaves, before open rows of earlier units join it. */
export interface UnitJoin {
  exact: Exact;
  rest: Pool;
  problems: { file: 'ledger' | 'statement'; problem: Problem }[];
}

/** `join`: has the ledger, and all of the statement that came in blocks. */
export function joinUnit(
  join: ExactJoin,
  { ledger, statement }: { ledger: Side; statement: Side },
  isLateDay?: (day: Day) => boolean,
): UnitJoin {
  const joined = join.end(statement, isLateDay);
  const problems = [
    ...joined.ledger.problems.map((problem) => ({ file: 'ledger' as const, problem })),
    ...joined.statement.problems.map((problem) => ({ file: 'statement' as const, problem })),
  ];
  requireSum(ledger, joined.exact.rows + joined.ledger.rows.length + joined.ledger.problems.length);
  requireSum(statement, joined.exact.rows + joined.statement.rows.length + joined.statement.problems.length);
  return {
    exact: joined.exact,
    rest: { entries: joined.ledger.rows, lines: joined.statement.rows },
    problems,
  };
}

function requireSum({ scan }: Side, accounted: number): void {
  const came = scan.plain + scan.others.length;
  if (came === accounted) return;
  throw new OpsError('internal', 'The join lost or doubled rows, so nothing of the run is kept.', {
    hint: 'Give the reference to your Paydesk admin.',
    details: { came, accounted },
  });
}

type Row = LedgerEntry | StatementLine;

/** A row that an earlier unit left open; its identity is that of its break, null while it was pending or awaited. */
export type Carried = { identity: string | null } & (
  { side: 'ledger'; row: LedgerEntry } | { side: 'statement'; row: KeptLine }
);

/** What the rules get: everything but the payouts that are judged as a whole. */
export function withoutHeld({ entries, lines }: Pool, residues: readonly Residue[]): Pool {
  const held = new Set<Row>(residues.flatMap(({ entry, line }): Row[] => [entry, line]));
  const isFree = (row: Row): boolean => !held.has(row);
  return { entries: entries.filter(isFree), lines: lines.filter(isFree) };
}

export interface UnitInput {
  businessDay: Day;
  exact: Exact;
  /** The unit's own rows that the exact pass left. */
  rest: Pool;
  carried: readonly Carried[];
  residues: readonly Residue[];
  /** Of a converted amount, by currency. */
  tolerances: MatchSettings['tolerances'];
  /** How often an order was paid. */
  orders: readonly OrderCount[];
  /** Due before the partner's first unit: its statement never came here, so only a late line speaks of it. */
  isBefore: (entry: LedgerEntry) => boolean;
  quarantined: number;
}

export interface UnitFindings {
  findings: Finding[];
  /** Lines that a report implies and that are no break yet: the booking may still come. */
  awaited: StatementLine[];
  /** Of the unit's own rows; what earlier units left open is in the findings only. */
  summary: Summary;
}

/** So long a booking may take after the report that implies it. */
const awaitedDays = 5;

/** What the findings of the rules, over `withoutHeld`, come to. */
export function judgeUnit(found: readonly Finding[], input: UnitInput): UnitFindings {
  const { carried, residues, exact, rest, isBefore, businessDay } = input;
  const open = new Map<Row, Carried>(carried.map((item) => [item.row, item]));
  const wasBreak = (row: Row): boolean => (open.get(row)?.identity ?? null) !== null;
  const isLate = (entry: LedgerEntry): boolean => wasBreak(entry) || isBefore(entry);
  const late = (currency: string): bigint => exact.late.get(currency) ?? 0n;
  const isOld = (entry: LedgerEntry): boolean => isBefore(entry) && !open.has(entry);
  const rated = judgedByRate(found, input.tolerances);
  const news = asDuplicates(rated, input.orders).flatMap((finding) =>
    isNews(finding, wasBreak) ? withoutOld(finding, isOld) : [],
  );
  const judged = residues.map((residue) => judgedResidue(residue, news, isLate, late));
  const told = [...news, ...judged];
  const isAwaited = (finding: Finding): boolean =>
    finding.type === 'break' &&
    finding.kind === 'missing_in_ledger' &&
    finding.lines.every((line) => isImplied(line) && businessDay - (line.day ?? businessDay) <= awaitedDays);
  const findings = told.filter((finding) => !isAwaited(finding));
  const kept = new Set<Row>(told.flatMap(({ entries }) => entries));
  const own = { entries: rest.entries.filter((entry) => kept.has(entry)), lines: rest.lines };
  return {
    findings,
    awaited: told.filter(isAwaited).flatMap(({ lines }): StatementLine[] => lines),
    summary: summarise(
      own,
      findings.flatMap((finding) => ownRows(finding, open)),
      input.quarantined,
      exact,
    ),
  };
}

/** Not a break of earlier units that nothing answered. */
const isNews = ({ type, entries, lines }: Finding, wasBreak: (row: Row) => boolean): boolean =>
  type !== 'break' || !entries.every(wasBreak) || !lines.every(wasBreak);

/** Without entries of before that no line answers. */
function withoutOld(finding: Finding, isOld: (entry: LedgerEntry) => boolean): Finding[] {
  if (finding.lines.length > 0 || !finding.entries.some(isOld)) return [finding];
  const entries = finding.entries.filter((entry) => !isOld(entry));
  return entries.length === 0 ? [] : [{ ...finding, entries }];
}

/** The finding with the unit's own rows alone; nothing where it has none. */
function ownRows(finding: Finding, open: ReadonlyMap<Row, Carried>): Finding[] {
  if (open.size === 0) return [finding];
  const entries = finding.entries.filter((entry) => !open.has(entry));
  const lines = finding.lines.filter((line) => !open.has(line));
  if (entries.length + lines.length === 0) return [];
  return [finding.type === 'pending' ? { ...finding, entries } : { ...finding, entries, lines }];
}
