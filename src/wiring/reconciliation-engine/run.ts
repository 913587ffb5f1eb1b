/**
 * One run of a unit: the ledger streams in from the books, the statement goes into staging, and on its way they are joined;
 * the rules decide over the rest, and everything is kept in one transaction.
 *
 * Invariant: when anything fails, the transaction is rolled back and nothing of the run is kept.
 */
import { openSession, type CopySession } from '../../adapters/postgres/reconciliation-engine/session.js';
import * as lines from '../../adapters/postgres/reconciliation-engine/lines.js';
import * as open from '../../adapters/postgres/reconciliation-engine/open-items.js';
import { keepPayouts } from '../../adapters/postgres/reconciliation-engine/payouts.js';
import * as store from '../../adapters/postgres/reconciliation-engine/units.js';
import type { Day } from '../../kernel/calendar-day.js';
import type { QuarantineFact, StatementLine } from '../../ports/reconciliation.js';
import { payoutsOf, reportedPayouts, residuesOf } from '../../reconciliation/engine/batches.js';
import { ordersInQuestion } from '../../reconciliation/engine/captured-twice.js';
import {
  judgeUnit,
  withoutHeld,
  type Carried,
  type UnitFindings,
} from '../../reconciliation/engine/compare.js';
import { noFacts, resultsOf } from '../../reconciliation/engine/facts.js';
import { poolOf, type Run, type RunMeans, type RunPlan } from './common.js';
import { leftByJoin } from './run-join.js';
import { leftBySql } from './run-sql.js';

/** Days of later units that ran on the state before. Throws as `Reconciler.run` does. */
export async function runUnit(plan: RunPlan, means: RunMeans): Promise<Day[]> {
  const { statementTimeoutMs } = means;
  const desk = await openSession({ statementTimeoutMs, url: means.database, setting: 'DATABASE_URL' });
  try {
    const books = await openSession({
      statementTimeoutMs,
      url: means.books,
      setting: 'BOOKS_DATABASE_URL',
      readOnly: true,
    });
    try {
      return await runBetween(desk, books, plan, means);
    } finally {
      await books.close();
    }
  } finally {
    await desk.close();
  }
}

async function runBetween(
  desk: CopySession,
  books: CopySession,
  plan: RunPlan,
  means: RunMeans,
): Promise<Day[]> {
  const unit = await store.openUnit(desk, plan, plan.startDay, plan.now);
  const known = new Set(unit.files.map(({ id }) => id));
  const files = plan.files.filter(({ id }) => !known.has(id));
  if (plan.files.length > 0 && files.length === 0) {
    // Another look read the same list of files and was here first.
    await desk.query('rollback');
    return [];
  }
  for (const { id } of files) await store.addFile(desk, unit.id, id);
  const run = { desk, books, plan, means, unit, files: [...unit.files, ...files] };
  means.progress('Read ledger and statement');
  const compared = await compare(run);
  means.progress('Keep the results');
  await keep(run, compared);
  const later = await store.laterDays(desk, plan);
  await desk.query('commit');
  means.progress('Index the lines');
  if (plan.files.length > 0) await lines.indexLines(desk, unit.id);
  if (plan.isPaidInto && run.files.length > 0) await lines.indexReceipts(desk, unit.id);
  return later;
}

interface Compared {
  compared: UnitFindings;
  carried: readonly Carried[];
  quarantined: readonly QuarantineFact[];
  /** Payouts as the unit's report has them. */
  paidOut: StatementLine[];
}

async function compare(run: Run): Promise<Compared> {
  const { desk, plan, unit, means } = run;
  const left = await (plan.engine === 'sql' ? leftBySql : leftByJoin)(run);
  const { exact, rest, quarantined, match } = left;
  if (left.isConverted) addConversions(rest.lines, await lines.conversions(desk, unit.id, rest.lines));
  means.progress('Match');
  const hasRules = plan.settings.rules.length > 0;
  const carried = await open.openItems(desk, plan, unit.id, rest, hasRules);
  const pool = poolOf(rest, carried);
  const payouts = plan.isClearing ? payoutsOf(pool.entries, rest.lines) : [];
  const batches = payouts.map(({ line }) => line);
  const residues = residuesOf(payouts, await lines.batchSums(desk, unit.id, batches));
  const found = await match(withoutHeld(pool, residues), residues);
  const compared = judgeUnit(found, {
    businessDay: plan.businessDay,
    exact,
    rest,
    carried,
    residues,
    tolerances: plan.settings.tolerances,
    orders: await lines.orderCounts(desk, unit.id, plan, ordersInQuestion(found)),
    isBefore: unit.readBefore === null ? plan.isBefore : () => false,
    quarantined: quarantined.length,
  });
  const paidOut = plan.isClearing ? reportedPayouts(rest.lines, payouts) : [];
  return { compared, carried, quarantined, paidOut };
}

/** What the engines read of a line has no conversion. */
function addConversions(
  some: readonly StatementLine[],
  converted: Awaited<ReturnType<typeof lines.conversions>>,
): void {
  const keyOf = ({
    file,
    line,
    reference,
    amountMinor,
  }: (typeof converted)[number] | StatementLine): string => `${file} ${line} ${amountMinor} ${reference}`;
  const found = new Map(converted.map((one) => [keyOf(one), one.fx]));
  for (const line of some) {
    const fx = found.get(keyOf(line));
    if (fx) line.fx = fx;
  }
}

async function keep(
  { desk, plan, unit: { id } }: Run,
  { compared, carried, quarantined, paidOut }: Compared,
): Promise<void> {
  const facts = noFacts();
  await store.replaceResults(desk, id, resultsOf(plan, compared, carried, quarantined, facts));
  await open.keepOpen(desk, plan, id, facts.open);
  if (facts.broken.length > 0) await open.breakItems(desk, plan.partner, id, facts.broken);
  if (facts.closed.length > 0) await open.closeItems(desk, plan, id, facts.closed);
  await store.recordUnit(desk, id, {
    ...compared.summary,
    ranAt: plan.now,
    asOf: plan.asOf,
    engine: plan.engine ?? 'join',
    breaks: facts.breaks,
    cleared: facts.closed.length,
  });
  await keepPayouts(desk, id, plan.businessDay, paidOut);
}
