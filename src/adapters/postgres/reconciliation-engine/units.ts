/**
 * What a run reads and writes of its unit in schema `paydesk`.
 *
 * Invariant: all of it happens in the one transaction of the session, under the partner's lock, so that runs of one
 * partner never see each other half done.
 */
import { isoDay, parseDay, type Day } from '../../../kernel/calendar-day.js';
import type { KeptLine, LedgerEntry, UnitFile, UnitKey, UnitRecord } from '../../../ports/reconciliation.js';
import { copyLine, rowsText, writeLines } from './rows.js';
import type { CopySession } from './session.js';

export interface OpenedUnit {
  id: number;
  afterDay: Day;
  /** When the unit before was read; null when no unit of the partner is older. */
  readBefore: Date | null;
  /** Files that earlier runs took in, oldest first. */
  files: UnitFile[];
  /** Where its lines are staged. */
  staging: string;
}

/** Waits for other runs of the partner, then finds the unit or makes it. `startDay` is for a partner's first unit. */
export async function openUnit(
  session: CopySession,
  { partner, businessDay }: UnitKey,
  startDay: Day,
  now: Date,
): Promise<OpenedUnit> {
  await session.query('begin');
  await session.query("select pg_advisory_xact_lock(hashtextextended('reconcile ' || $1, 0))", [partner]);
  const [before] = await session.query<{ day: string; ran_at: Date }>(
    `select business_day::text as day, ran_at from paydesk.recon_units where partner = $1 and business_day < $2
      order by business_day desc limit 1`,
    [partner, isoDay(businessDay)],
  );
  const afterDay = parseDay(before?.day ?? '') ?? startDay;
  const [unit] = await session.query<{ id: bigint | string }>(openUnitSql, [
    partner,
    isoDay(businessDay),
    isoDay(afterDay),
    now,
  ]);
  const id = Number(unit?.id);
  const files = await session.query<Omit<UnitFile, 'id'> & { id: string }>(
    `select f.id, f.sha256, f.format from paydesk.recon_unit_files used
      join paydesk.statement_files f on f.id = used.file where used.unit = $1 order by f.id`,
    [id],
  );
  return {
    id,
    afterDay,
    readBefore: before?.ran_at ?? null,
    files: files.map((file) => ({ ...file, id: Number(file.id) })),
    // Lines that others may read are replaced when the new ones are whole, and nothing of them is locked until then.
    staging: files.length === 0 ? `paydesk.recon_lines_${id}` : 'pg_temp.staged_lines',
  };
}

const openUnitSql = `
  insert into paydesk.recon_units as u (partner, business_day, after_day, runs, ran_at, as_of, engine, ledger_rows,
    statement_rows, matched, breaks, pending, quarantined, cleared, totals)
  values ($1, $2, $3, 1, $4, $2, 'join', 0, 0, '{}', '{}', 0, 0, 0, '{}')
  on conflict (partner, business_day) do update set runs = u.runs + 1, after_day = excluded.after_day
  returning u.id`;

/** Makes a file part of the unit. Throws `conflict` for a file of another one. */
export const addFile = (session: CopySession, unit: number, file: number): Promise<object[]> =>
  session.query('insert into paydesk.recon_unit_files (unit, file) values ($1, $2)', [unit, file]);

/** One finding for the table of results. */
export interface ResultRow {
  type: 'match' | 'break' | 'pending' | 'quarantined';
  name: string;
  identity: string | null;
  currency: string | null;
  differenceMinor: bigint | null;
  dueOn: Day | null;
  entries: readonly LedgerEntry[];
  lines: readonly (KeptLine | { file: number; line: number })[];
  message: string | null;
}

/** Replaces the results of the unit. `rows` may be made as they are asked for. */
export async function replaceResults(
  session: CopySession,
  unit: number,
  rows: Iterable<ResultRow>,
): Promise<void> {
  await session.query('delete from paydesk.recon_results where unit = $1', [unit]);
  await session.copyIn(
    'copy paydesk.recon_results (unit, seq, type, name, identity, currency, difference_minor, due_on, entries, lines, message) from stdin',
    (write) => writeLines(write, rows, (row, at) => resultLine(unit, at, row)),
  );
}

const resultLine = (unit: number, seq: number, row: ResultRow): string =>
  copyLine([
    String(unit),
    String(seq),
    row.type,
    row.name,
    row.identity,
    row.currency,
    row.differenceMinor === null ? null : String(row.differenceMinor),
    row.dueOn === null ? null : isoDay(row.dueOn),
    rowsText(row.entries),
    rowsText(row.lines),
    row.message,
  ]);

/** Everything of the record that the run decides. */
export async function recordUnit(
  session: CopySession,
  unit: number,
  record: Omit<UnitRecord, 'partner' | 'businessDay' | 'runs' | 'afterDay' | 'files' | 'pending'>,
): Promise<void> {
  await session.query(recordSql, [
    unit,
    isoDay(record.asOf),
    record.engine,
    record.ledgerRows,
    record.statementRows,
    JSON.stringify(record.matched),
    JSON.stringify(record.breaks),
    record.ranAt,
    record.quarantined,
    record.cleared,
    totalsText(record.totals),
  ]);
}

const totalsText = (totals: UnitRecord['totals']): string =>
  JSON.stringify(Object.fromEntries(totals), (_name, part: unknown) =>
    typeof part === 'bigint' ? String(part) : part,
  );

const recordSql = `
  update paydesk.recon_units u set ran_at = $8, as_of = $2, engine = $3, ledger_rows = $4, statement_rows = $5,
    matched = $6, breaks = $7, quarantined = $9, cleared = $10, totals = $11,
    pending = (select count(*) from paydesk.recon_open o where o.partner = u.partner and o.side = 'ledger'
      and o.closed_by is null and o.identity is null and o.business_day <= u.business_day)
  where id = $1`;

/** Business days of later units of the partner, oldest first. */
export async function laterDays(session: CopySession, { partner, businessDay }: UnitKey): Promise<Day[]> {
  const rows = await session.query<{ day: string }>(
    `select business_day::text as day from paydesk.recon_units
      where partner = $1 and business_day > $2 order by business_day`,
    [partner, isoDay(businessDay)],
  );
  return rows.flatMap(({ day }) => parseDay(day) ?? []);
}
