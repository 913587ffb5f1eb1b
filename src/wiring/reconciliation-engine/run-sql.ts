/**
 * A unit compared by the set-based rules in the database: the ledger streams from the books into a temporary table and
 * never comes into memory; only what differs is read back.
 *
 * Invariant: findings are checked as those of the join are: every row that was left is in exactly one of them.
 */
import {
  addRows,
  applyRules,
  loadLedger,
  loadLines,
  openSides,
  removeRows,
  restOf,
  takeExact,
  type SqlExact,
  type SqlFinding,
} from '../../adapters/postgres/reconciliation-engine/sql-engine.js';
import type { BreakKind, RuleName } from '../../ports/reconciliation.js';
import type { Residue } from '../../reconciliation/engine/batches.js';
import { broken, matched, type Finding, type Pool } from '../../reconciliation/findings.js';
import type { Exact } from '../../reconciliation/join/join.js';
import { requireConserved } from '../../reconciliation/matching/match.js';
import { apartIn, lateDays, sliceOf, stageFiles, type Left, type Run } from './common.js';

type Rest = Awaited<ReturnType<typeof restOf>>;

export async function leftBySql(run: Run): Promise<Left> {
  const { desk, books, plan, unit, files } = run;
  const { quarantined, isConverted } = await stageFiles(run);
  await openSides(desk);
  await loadLedger(desk, books, sliceOf(run));
  if (files.length > 0) await loadLines(desk, unit.id);
  const exact = exactOf(await takeExact(desk, plan.settings, apartIn(plan)), lateDays(run));
  const rest = await restOf(desk);
  return { exact, rest, quarantined, isConverted, match: (pool, held) => findingsOf(run, rest, pool, held) };
}

function exactOf(parts: readonly SqlExact[], isLateDay: ReturnType<typeof lateDays>): Exact {
  const sumsOf = (some: readonly SqlExact[]): Map<string, bigint> => {
    const sums = new Map<string, bigint>();
    for (const { currency, amountMinor } of some)
      sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
    return sums;
  };
  return {
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    amounts: sumsOf(parts),
    late: sumsOf(parts.filter(({ day }) => day !== null && isLateDay?.(day) === true)),
  };
}

async function findingsOf(
  { desk, plan }: Run,
  rest: Rest,
  pool: Pool,
  held: readonly Residue[],
): Promise<Finding[]> {
  const [entryNumbers, lineNumbers] = [numbersOf(rest.entries), numbersOf(rest.lines)];
  await removeRows(
    desk,
    held.flatMap(({ entry }) => entryNumbers.get(entry) ?? []),
    held.flatMap(({ line }) => lineNumbers.get(line) ?? []),
  );
  const added = {
    entries: pool.entries.filter((entry) => !entryNumbers.has(entry)),
    lines: pool.lines.filter((line) => !lineNumbers.has(line)),
  };
  await addRows(desk, added.entries, added.lines);
  const findings = asFindings(await applyRules(desk, plan.settings), rest, added);
  requireConserved(pool, findings);
  return findings;
}

const numbersOf = (rows: readonly { n: number }[]): Map<object, number> =>
  new Map(rows.map((row) => [row, row.n]));

/** The same rows as objects: those that were left, and behind them, in their order, those that were added. */
function asFindings(found: readonly SqlFinding[], rest: Rest, added: Pool): Finding[] {
  const entries = numbered(
    rest.entries,
    added.entries,
    found.flatMap((each) => each.entries),
  );
  const lines = numbered(
    rest.lines,
    added.lines,
    found.flatMap((each) => each.lines),
  );
  return found.map(({ type, name, due, ...rows }) => {
    const ours = rows.entries.flatMap(({ n }) => entries.get(n) ?? []);
    const theirs = rows.lines.flatMap(({ n }) => lines.get(n) ?? []);
    if (type === 'pending') return { type, entries: ours, lines: [], dueOn: due ?? 0 };
    return type === 'match'
      ? matched(name as RuleName, ours, theirs)
      : broken(name as BreakKind, ours, theirs);
  });
}

function numbered<Row>(
  rest: readonly (Row & { n: number })[],
  added: readonly Row[],
  found: readonly { n: number }[],
): Map<number, Row> {
  const known = new Map<number, Row>(rest.map((row) => [row.n, row]));
  const others = found.map(({ n }) => n).filter((n) => !known.has(n));
  others
    .sort((a, b) => a - b)
    .forEach((n, at) => {
      const row = added[at];
      if (row !== undefined) known.set(n, row);
    });
  return known;
}
