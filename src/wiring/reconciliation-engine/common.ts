/**
 * What both engines need of a run: what it is given, its files on their way into staging, and rows of earlier units.
 */
import type { LedgerSlice } from '../../adapters/postgres/reconciliation-engine/ledger-slice.js';
import type { CopySession } from '../../adapters/postgres/reconciliation-engine/session.js';
import {
  balanceBefore,
  continuesAnother,
  keepBalances,
} from '../../adapters/postgres/reconciliation-engine/balances.js';
import * as lines from '../../adapters/postgres/reconciliation-engine/lines.js';
import type * as open from '../../adapters/postgres/reconciliation-engine/open-items.js';
import { StagedRows } from '../../adapters/postgres/reconciliation-engine/staged-rows.js';
import type * as store from '../../adapters/postgres/reconciliation-engine/units.js';
import type { Day } from '../../kernel/calendar-day.js';
import type { Secret } from '../../kernel/secret.js';
import type {
  LedgerEntry,
  QuarantineFact,
  RunRequest,
  RunStage,
  StatedBalance,
  UnitFile,
} from '../../ports/reconciliation.js';
import { payoutType, type Residue } from '../../reconciliation/engine/batches.js';
import { firstOfAccounts, gapAfter } from '../../reconciliation/engine/continuity.js';
import { stagingOf, type Staging } from '../../reconciliation/engine/staging.js';
import type { Finding, Pool } from '../../reconciliation/findings.js';
import type { Exact } from '../../reconciliation/join/join.js';
import type { Scan } from '../../reconciliation/join/scan.js';
import type { MatchSettings } from '../../reconciliation/matching/settings.js';

/** A file of the run as a table, with what could not be read of it. */
interface TableFile {
  id: number;
  /** The first of those of a statement table. */
  columns: readonly string[];
  /** With a header. */
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
  /** What its statements say of their accounts. */
  balances: readonly StatedBalance[];
  problems: QuarantineFact[];
}

export interface RunPlan extends Omit<RunRequest, 'onProgress'> {
  /** The ledger account in which the partner's money is. */
  account: string;
  /** Whether payouts pass through the account, so that what a batch pays out is what its lines come to. */
  isClearing: boolean;
  /** Whether payouts of other partners arrive in the account. */
  isPaidInto: boolean;
  /** Entries of a partner's first unit are later than this day. */
  startDay: Day;
  /** Whether an entry was due before the partner's first unit. */
  isBefore: (entry: Pick<LedgerEntry, 'day' | 'type'>) => boolean;
  settings: MatchSettings;
  /** When the run reads. */
  now: Date;
}

export interface RunMeans {
  database: Secret;
  books: Secret;
  statementTimeoutMs: number;
  tableOf: (file: UnitFile) => Promise<TableFile>;
  progress: (stage: RunStage) => void;
}

/** A run on its way. */
export interface Run {
  desk: CopySession;
  books: CopySession;
  plan: RunPlan;
  means: RunMeans;
  unit: store.OpenedUnit;
  /** All files of the unit, oldest first. */
  files: readonly UnitFile[];
}

/** What an engine leaves to the rules, and how it applies them. */
export interface Left {
  exact: Exact;
  rest: Pool;
  quarantined: QuarantineFact[];
  /** Whether a file has lines that the partner converted. */
  isConverted: boolean;
  /** Findings of the rules over what is left and what is carried in, without held payouts. */
  match: (pool: Pool, held: readonly Residue[]) => Promise<Finding[]>;
}

/** Entries of this type are left to the rules; undefined where payouts are entries like others. */
export const apartIn = ({ isClearing }: RunPlan): string | undefined => (isClearing ? payoutType : undefined);

/** On which days entries were due before the partner's first unit, as far as the type of an entry does not matter. */
export function lateDays({ unit, plan }: Run): ((day: Day) => boolean) | undefined {
  if (unit.readBefore !== null) return undefined;
  // Asked for every entry, and the calendar has few days.
  const known = new Map<Day, boolean>();
  return (day) => {
    const isLate = known.get(day) ?? plan.isBefore({ day, type: '' });
    known.set(day, isLate);
    return isLate;
  };
}

export const sliceOf = ({ plan, unit }: Run): LedgerSlice => ({
  account: plan.account,
  afterDay: unit.afterDay,
  toDay: plan.businessDay,
  now: plan.now,
  readBefore: unit.readBefore,
});

interface Staged {
  quarantined: QuarantineFact[];
  /** Of a unit with a single file, whose lines need not be read back. */
  only: Staging | null;
  isConverted: boolean;
}

/**
 * All files of the unit, one after the other, so that each is compared with those before. `onBlock`: gets the lines of a
 * unit with a single file.
 */
export async function stageFiles(
  { desk, unit, plan, files, means }: Run,
  onBlock?: (block: Scan) => void,
): Promise<Staged> {
  const quarantined: QuarantineFact[] = [];
  let last: Staging | null = null;
  let isConverted = false;
  for (const file of files) {
    const table = await means.tableOf(file);
    const rows = new StagedRows(table.columns);
    const staging = stagingOf(rows, files.length === 1 ? onBlock : undefined);
    await lines.stageLines(desk, unit, file.id, rows, async (send) => {
      for await (const chunk of table.chunks) {
        staging.add(chunk);
        await send();
      }
      staging.end();
    });
    if (last) await lines.supersede(desk, unit, file.id);
    const unread = staging
      .problems()
      .map(({ line, code, message }) => ({ file: file.id, line, code, message }));
    quarantined.push(...table.problems, ...unread, ...(await gapsIn(table, desk, unit, plan)));
    last = staging;
    isConverted ||= table.columns.includes('fx_minor');
  }
  if (last) await lines.closeLines(desk, unit);
  return { quarantined, isConverted, only: files.length === 1 ? last : null };
}

/** Where a statement of the file does not go on where the account's one before it ended. */
async function gapsIn(
  { id: file, balances }: TableFile,
  desk: CopySession,
  { id }: store.OpenedUnit,
  { partner }: RunPlan,
): Promise<QuarantineFact[]> {
  await keepBalances(desk, id, file, balances);
  const gaps: QuarantineFact[] = [];
  for (const balance of firstOfAccounts(balances)) {
    const before = await balanceBefore(desk, partner, file, balance);
    const gap = before && gapAfter(before, balance);
    if (gap && !(await continuesAnother(desk, id, file, balance)))
      gaps.push({ file, line: gap.line, code: gap.code, message: gap.message });
  }
  return gaps;
}

/** What an engine left, with the rows that earlier units left open. */
export const poolOf = (rest: Pool, open: readonly open.OpenItem[]): Pool => ({
  entries: [...rest.entries, ...open.flatMap((item) => (item.side === 'ledger' ? [item.row] : []))],
  lines: [...rest.lines, ...open.flatMap((item) => (item.side === 'statement' ? [item.row] : []))],
});
