/**
 * A unit compared by the engines (the desk's days are compared in `../units`): the exact pass over both tables, then the
 * rules over what is left together with what earlier units left open, and everything counted.
 *
 * Invariant: conservation, checked again over the whole: rows matched exactly, in findings and quarantined are the rows
 * that came. A violation stops the run, and nothing of it is kept.
 */
import { OpsError } from '../../kernel/errors.js';
import type { LedgerEntry, StatementLine } from '../findings.js';
import type { Finding, Pool } from '../findings.js';
import { joinExact, type Side } from '../join/join.js';
import { reconcile } from '../matching/match.js';
import type { MatchSettings } from '../matching/settings.js';
import type { Problem } from '../problems.js';
import { summarise, type Summary } from '../report.js';

/** What the exact pass leaves, before open rows of earlier units join it. */
export interface UnitJoin {
  exact: ReturnType<typeof joinExact>['exact'];
  rest: Pool;
  problems: { file: 'ledger' | 'statement'; problem: Problem }[];
}

/** `isOwn` leaves out entries that were due on days before the partner's first unit: their statements never came here. */
export function joinUnit(
  ledger: Side,
  statement: Side,
  settings: MatchSettings,
  isOwn: (entry: LedgerEntry) => boolean = () => true,
): UnitJoin {
  const joined = joinExact(ledger, statement, settings);
  const problems = [
    ...joined.ledger.problems.map((problem) => ({ file: 'ledger' as const, problem })),
    ...joined.statement.problems.map((problem) => ({ file: 'statement' as const, problem })),
  ];
  requireSum(ledger, joined.exact.rows + joined.ledger.rows.length + joined.ledger.problems.length);
  requireSum(statement, joined.exact.rows + joined.statement.rows.length + joined.statement.problems.length);
  return {
    exact: joined.exact,
    rest: { entries: joined.ledger.rows.filter(isOwn), lines: joined.statement.rows },
    problems,
  };
}

function requireSum({ scan }: Side, accounted: number): void {
  const came = scan.rows.count + scan.others.length;
  if (came === accounted) return;
  throw new OpsError('internal', 'The join lost or doubled rows, so nothing of the run is kept.', {
    hint: 'Give the reference to the people who run Paydesk.',
    details: { came, accounted },
  });
}

export interface UnitFindings {
  findings: Finding[];
  /** Of the unit's own rows; what earlier units left open is in the findings only. */
  summary: Summary;
}

export function compareRest(
  { exact, rest, problems }: UnitJoin,
  carried: Pool,
  settings: MatchSettings,
): UnitFindings {
  const findings = reconcile(
    { entries: [...rest.entries, ...carried.entries], lines: [...rest.lines, ...carried.lines] },
    settings,
  );
  return { findings, summary: summariseUnit(exact, rest, findings, carried, problems.length) };
}

export function summariseUnit(
  exact: UnitJoin['exact'],
  rest: Pool,
  findings: readonly Finding[],
  carried: Pool,
  problems: number,
): Summary {
  const isCarried = new Set<LedgerEntry | StatementLine>([...carried.entries, ...carried.lines]);
  return summarise(
    rest,
    findings.flatMap((finding) => ownRows(finding, isCarried)),
    problems,
    exact,
  );
}

/** The finding with the unit's own rows alone; nothing where it has none. */
function ownRows(finding: Finding, isCarried: ReadonlySet<LedgerEntry | StatementLine>): Finding[] {
  const entries = finding.entries.filter((entry) => !isCarried.has(entry));
  const lines = finding.lines.filter((line) => !isCarried.has(line));
  if (entries.length + lines.length === 0) return [];
  return [finding.type === 'pending' ? { ...finding, entries } : { ...finding, entries, lines }];
}
