/**
 * One run of a unit: the ledger streams in from the books while the statement goes into staging; then they are joined,
 * the rules decide over the rest, and everything is kept in one transaction.
 *
 * Runs in a worker thread. Invariant: when anything fails, the transaction is rolled back and nothing of the run is kept.
 */
import type { Writable } from 'node:stream';
import { copyLedger } from '../../adapters/postgres/reconciliation-engine/ledger-slice.js';
import { openSession, type CopySession } from '../../adapters/postgres/reconciliation-engine/session.js';
import * as store from '../../adapters/postgres/reconciliation-engine/units.js';
import type { Day } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import type { QuarantineFact, UnitKey } from '../../ports/reconciliation.js';
import type { Side } from '../../reconciliation/join/join.js';
import { Inflow } from '../../reconciliation/join/inflow.js';
import {
  compareRest,
  joinUnit,
  type UnitFindings,
  type UnitJoin,
} from '../../reconciliation/engine/compare.js';
import { keptFacts, type KeptFacts } from '../../reconciliation/engine/facts.js';
import { stagingOf } from '../../reconciliation/engine/staging.js';
import {
  carriedOf,
  leftoversOf,
  quarantinedBefore,
  stage,
  stageFiles,
  writeAll,
  type Outcome,
  type RunMeans,
  type RunPlan,
} from './common.js';
import { compareInSql } from './run-sql.js';

/** Days of later units that ran on the state before. Throws as `Reconciler.run` does. */
export async function runUnit(plan: RunPlan, means: RunMeans): Promise<Day[]> {
  const common = { statementTimeoutMs: means.statementTimeoutMs, signal: means.signal };
  const desk = await openSession({ ...common, url: means.database, setting: 'DATABASE_URL' });
  try {
    const books = await openSession({
      ...common,
      url: means.books,
      setting: 'BOOKS_DATABASE_URL',
      readOnly: true,
    });
    try {
      return await runBetween(desk, books, plan, means.progress);
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
  progress: RunMeans['progress'],
): Promise<Day[]> {
  const unit = await store.openUnit(desk, plan, plan.startDay);
  progress(0.05, 'Reading ledger and statement');
  const compare = plan.engine === 'sql' ? compareInSql : compareByJoin;
  const { compared, facts } = await compare(desk, books, plan, unit, progress);
  progress(0.8, 'Keeping the results');
  await keep(desk, plan, unit.id, compared, facts);
  const later = await store.laterDays(desk, plan);
  await desk.query('commit');
  progress(0.95, 'Indexing');
  if (plan.files.length > 0) await store.indexLines(desk, unit.id);
  return later;
}

async function compareByJoin(
  desk: CopySession,
  books: CopySession,
  plan: RunPlan,
  unit: store.OpenedUnit,
  progress: RunMeans['progress'],
): Promise<Outcome> {
  const reading = ledgerSide(books, plan, unit.afterDay);
  // Awaited below; until then a failure of the other side may come first.
  reading.catch(() => undefined);
  const statement = await statementSide(desk, unit, plan);
  const ledger = await reading;
  progress(0.6, 'Matching');
  const joined = joinUnit(ledger, statement, plan.settings, unit.isFirst ? plan.isOwn : undefined);
  // The bytes of a single file do not say which file they are.
  for (const line of joined.rest.lines) line.file ||= plan.files[0]?.id ?? 0;
  const open = await store.openItems(desk, plan, unit.id, plan.asOf, leftoversOf(joined.rest));
  const compared = compareRest(joined, carriedOf(open), plan.settings);
  const quarantined = [...(await quarantinedBefore(desk, unit, plan)), ...quarantineOf(joined, plan)];
  return { compared, facts: keptFacts(plan, compared.findings, open, quarantined) };
}

async function ledgerSide(books: CopySession, plan: RunPlan, afterDay: Day): Promise<Side> {
  const inflow = new Inflow('ledger');
  try {
    const rows = copyLedger(books, { account: plan.account, afterDay, toDay: plan.businessDay });
    for await (const chunk of rows) inflow.add(chunk as Buffer);
  } catch (error) {
    throw error instanceof OpsError ? error : books.fault(error);
  }
  return inflow.end();
}

async function statementSide(desk: CopySession, unit: store.OpenedUnit, plan: RunPlan): Promise<Side> {
  const [only] = plan.files;
  if (plan.files.length === 1 && unit.files.length === 0 && only) {
    const staging = stagingOf(only.bytes);
    await stage(desk, unit.id, only.id, staging);
    await store.closeLines(desk, unit.id);
    return staging.side();
  }
  await stageFiles(desk, unit, plan);
  const inflow = new Inflow('statement');
  if (plan.files.length + unit.files.length === 0) inflow.add(emptyStatement);
  else for await (const chunk of store.copyLines(desk, unit.id)) inflow.add(chunk as Buffer);
  return inflow.end();
}

const emptyStatement = Buffer.from('partner_ref,amount_minor,currency\n');

const quarantineOf = ({ problems }: UnitJoin, plan: RunPlan): QuarantineFact[] =>
  problems.map(({ file, problem }) => ({
    file: file === 'statement' ? (plan.files[0]?.id ?? 0) : 0,
    line: problem.line,
    code: problem.code,
    message: file === 'statement' ? problem.message : `ledger: ${problem.message}`,
  }));

async function keep(
  desk: CopySession,
  plan: UnitKey & Pick<RunPlan, 'asOf' | 'engine'>,
  unit: number,
  { summary }: UnitFindings,
  facts: KeptFacts,
): Promise<void> {
  await writeRows(desk, await store.replaceResults(desk, unit), facts.results, (row, at) =>
    store.resultLine(unit, at, row),
  );
  await writeRows(desk, await store.openRows(desk), facts.open, (row) => store.openLine(plan, unit, row));
  await store.keepOpen(desk, unit);
  if (facts.closed.length > 0) await store.closeItems(desk, plan, unit, facts.closed);
  await store.recordUnit(desk, unit, {
    ...summary,
    asOf: plan.asOf,
    engine: plan.engine ?? 'join',
    quarantined: facts.quarantined,
    breaks: facts.breaks,
    cleared: facts.closed.length,
  });
}

/** So many rows to one chunk. */
const rowsPerChunk = 2000;

const writeRows = <Row>(
  desk: CopySession,
  into: Writable,
  rows: readonly Row[],
  text: (row: Row, at: number) => string,
): Promise<void> =>
  writeAll(desk, into, async (write) => {
    for (let from = 0; from < rows.length; from += rowsPerChunk)
      await write(
        rows
          .slice(from, from + rowsPerChunk)
          .map((row, at) => text(row, from + at))
          .join(''),
      );
  });
