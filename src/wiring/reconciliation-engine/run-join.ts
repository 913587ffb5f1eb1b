/**
 * A unit joined in memory: the ledger streams in from the books, then the statement on its way into staging, and everything
 * that has one answer alone is taken out.
 */
import { copyLedger, ledgerColumns } from '../../adapters/postgres/reconciliation-engine/ledger-slice.js';
import * as lines from '../../adapters/postgres/reconciliation-engine/lines.js';
import { joinUnit } from '../../reconciliation/engine/compare.js';
import { Inflow } from '../../reconciliation/join/inflow.js';
import { ExactJoin, type Side } from '../../reconciliation/join/join.js';
import type { Scan } from '../../reconciliation/join/scan.js';
import { reconcile } from '../../reconciliation/matching/match.js';
import type { MatchSettings } from '../../reconciliation/matching/settings.js';
import { apartIn, lateDays, sliceOf, stageFiles, type Left, type Run } from './common.js';

export async function leftByJoin(run: Run): Promise<Left> {
  const { plan, files } = run;
  const ledger = await ledgerSide(run);
  const join = new ExactJoin(ledger, plan.settings);
  const onBlock = (block: Scan): void => join.add(block);
  const { quarantined, only, isConverted } = await stageFiles(run, onBlock);
  const statement = only?.side() ?? (await stagedSide(run, onBlock));
  const { exact, rest, problems } = joinUnit(join, { ledger, statement }, lateDays(run));
  // The bytes of a single file do not say which file they are.
  for (const line of rest.lines) line.file ||= files[0]?.id ?? 0;
  for (const { file, problem } of problems)
    if (file === 'ledger') quarantined.push({ ...problem, file: 0, message: `ledger: ${problem.message}` });
  return { exact, rest, quarantined, isConverted, match: matchBy(plan.settings) };
}

/** Made apart, so that it keeps nothing of the join in memory. */
const matchBy =
  (settings: MatchSettings): Left['match'] =>
  (pool) =>
    Promise.resolve(reconcile(pool, settings));

async function ledgerSide(run: Run): Promise<Side> {
  const inflow = new Inflow('ledger', { apart: apartIn(run.plan), columns: ledgerColumns });
  await copyLedger(run.books, sliceOf(run), (rows) => inflow.add(rows));
  return inflow.end();
}

async function stagedSide({ desk, unit, files }: Run, onBlock: (block: Scan) => void): Promise<Side> {
  const inflow = new Inflow('statement', { columns: lines.lineColumns, onBlock });
  if (files.length > 0) await lines.copyLines(desk, unit.id, (rows) => inflow.add(rows));
  return inflow.end();
}
