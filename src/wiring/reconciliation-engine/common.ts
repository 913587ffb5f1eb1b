/**
 * What both engines need of a run: what it is given, its files on their way into staging, and rows of earlier units.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { CopySession } from '../../adapters/postgres/reconciliation-engine/session.js';
import * as store from '../../adapters/postgres/reconciliation-engine/units.js';
import type { Day } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import type { Secret } from '../../kernel/secret.js';
import type { LedgerEntry, QuarantineFact, RunRequest } from '../../ports/reconciliation.js';
import type { Pool } from '../../reconciliation/findings.js';
import type { MatchSettings } from '../../reconciliation/matching/settings.js';
import type { UnitFindings } from '../../reconciliation/engine/compare.js';
import type { KeptFacts } from '../../reconciliation/engine/facts.js';
import { stagingOf, type Staging } from '../../reconciliation/engine/staging.js';

/** A file as the engines are given it. */
export interface EngineFile {
  id: number;
  bytes: Uint8Array;
  /** The id of a format or of a CSV profile. */
  format: string;
}

export interface EngineRequest extends Omit<RunRequest, 'files'> {
  files: readonly EngineFile[];
}

/** A file of the run as a table, with what could not be read of it. */
export interface TableFile {
  id: number;
  bytes: Buffer;
  problems: QuarantineFact[];
}

export interface RunPlan extends Omit<RunRequest, 'files' | 'onProgress'> {
  files: TableFile[];
  /** The ledger account in which the partner's money is. */
  account: string;
  /** Entries of a partner's first unit are later than this day. */
  startDay: Day;
  /** Whether an entry belongs to the partner's first unit. */
  isOwn: (entry: LedgerEntry) => boolean;
  settings: MatchSettings;
}

export interface RunMeans {
  database: Secret;
  books: Secret;
  statementTimeoutMs: number;
  progress: (share: number, stage: string) => void;
  signal?: AbortSignal | undefined;
}

export interface Outcome {
  compared: UnitFindings;
  facts: KeptFacts;
}

/** Staged one after the other, so that each is compared with those before. */
export async function stageFiles(
  desk: CopySession,
  unit: store.OpenedUnit,
  { files }: RunPlan,
): Promise<QuarantineFact[]> {
  const unread: QuarantineFact[] = [];
  for (const file of files) {
    const staging = stagingOf(file.bytes);
    await stage(desk, unit.id, file.id, staging);
    await store.supersede(desk, unit.id, file.id);
    unread.push(
      ...staging.problems().map(({ line, code, message }) => ({ file: file.id, line, code, message })),
    );
  }
  if (files.length > 0) await store.closeLines(desk, unit.id);
  return unread;
}

export async function stage(desk: CopySession, unit: number, file: number, staging: Staging): Promise<void> {
  const into = await store.stageLines(desk, unit, file, staging.columns);
  await writeAll(desk, into, async (write) => {
    for (const chunk of staging.chunks()) {
      await write(chunk);
      // The ledger streams in meanwhile.
      await setImmediate();
    }
  });
}

/** Writes and ends a stream of COPY. Throws what the server says. */
export async function writeAll(
  session: CopySession,
  into: Writable,
  work: (write: (chunk: Buffer | string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const done = finished(into);
  done.catch(() => undefined);
  try {
    await work(async (chunk) => {
      if (!into.write(chunk)) await Promise.race([once(into, 'drain'), done]);
    });
    into.end();
    await done;
  } catch (error) {
    into.destroy();
    throw error instanceof OpsError ? error : session.fault(error);
  }
}

/** What could not be read of the files of this run, and of those before, which are not read again. */
export const quarantinedBefore = async (
  desk: CopySession,
  unit: store.OpenedUnit,
  plan: RunPlan,
): Promise<QuarantineFact[]> => [
  ...(await store.quarantinedLines(desk, unit.id)),
  ...plan.files.flatMap(({ problems }) => problems),
];

export const leftoversOf = (rest: Pool): store.Leftover[] => [
  ...rest.entries.map((entry) => ({ ...entry, side: 'ledger' as const })),
  ...rest.lines.map((line) => ({ ...line, side: 'statement' as const })),
];

export const carriedOf = (open: readonly store.OpenItem[]): Pool => ({
  entries: open.flatMap((item) => (item.side === 'ledger' ? [item.row] : [])),
  lines: open.flatMap((item) => (item.side === 'statement' ? [item.row] : [])),
});
