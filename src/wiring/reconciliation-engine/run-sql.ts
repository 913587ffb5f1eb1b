/**
 * A unit compared by the set-based rules in the database: the ledger streams from the books into a temporary table and
 * never comes into memory; only what differs is read back.
 *
 * Invariant: findings are checked as those of the join are: every row that was left is in exactly one of them.
 */
import { copyLedger } from '../../adapters/postgres/reconciliation-engine/ledger-slice.js';
import type { CopySession } from '../../adapters/postgres/reconciliation-engine/session.js';
import {
  addRows,
  applyRules,
  keepEntries,
  loadLedger,
  loadLines,
  openSides,
  restOf,
  takeExact,
  type SqlFinding,
} from '../../adapters/postgres/reconciliation-engine/sql-engine.js';
import * as store from '../../adapters/postgres/reconciliation-engine/units.js';
import type { BreakKind, RuleName } from '../../ports/reconciliation.js';
import { broken, matched, type Finding, type Pool } from '../../reconciliation/findings.js';
import { requireConserved } from '../../reconciliation/matching/match.js';
import { summariseUnit } from '../../reconciliation/engine/compare.js';
import { keptFacts } from '../../reconciliation/engine/facts.js';
import {
  carriedOf,
  leftoversOf,
  quarantinedBefore,
  stageFiles,
  type Outcome,
  type RunMeans,
  type RunPlan,
} from './common.js';

export async function compareInSql(
  desk: CopySession,
  books: CopySession,
  plan: RunPlan,
  unit: store.OpenedUnit,
  progress: RunMeans['progress'],
): Promise<Outcome> {
  const quarantined = await quarantinedBefore(desk, unit, plan);
  quarantined.push(...(await stageFiles(desk, unit, plan)));
  await openSides(desk);
  const { account, businessDay: toDay, settings } = plan;
  await loadLedger(desk, copyLedger(books, { account, afterDay: unit.afterDay, toDay }));
  if (plan.files.length + unit.files.length > 0) await loadLines(desk, unit.id);
  progress(0.4, 'Matching');
  const exact = await takeExact(desk, settings);
  if (unit.isFirst) await keepEntries(desk, plan.isOwn);
  const rest = await restOf(desk);
  const open = await store.openItems(desk, plan, unit.id, plan.asOf, leftoversOf(rest));
  const carried = carriedOf(open);
  await addRows(desk, carried.entries, carried.lines);
  const findings = asFindings(await applyRules(desk, settings), rest, carried);
  requireConserved(
    { entries: [...rest.entries, ...carried.entries], lines: [...rest.lines, ...carried.lines] },
    findings,
  );
  const tally = {
    rows: exact.reduce((sum, { rows }) => sum + rows, 0),
    amounts: new Map(exact.map(({ currency, amountMinor }) => [currency, amountMinor])),
  };
  return {
    compared: { findings, summary: summariseUnit(tally, rest, findings, carried, quarantined.length) },
    facts: keptFacts(plan, findings, open, quarantined),
  };
}

/** The same rows as objects: those that were left, and behind them, in their order, those that were added. */
function asFindings(
  found: readonly SqlFinding[],
  rest: Awaited<ReturnType<typeof restOf>>,
  carried: Pool,
): Finding[] {
  const entries = numbered(
    rest.entries,
    carried.entries,
    found.flatMap((each) => each.entries),
  );
  const lines = numbered(
    rest.lines,
    carried.lines,
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
