/**
 * What a run of the engines reads and writes of its unit in schema `paydesk`; the desk's is `../recon-units.ts`.
 *
 * Invariant: all of it happens in the one transaction of the session, under the partner's lock, so that runs of one
 * partner never see each other half done.
 */
import type { Readable, Writable } from 'node:stream';
import { isoDay, parseDay, type Day } from '../../../kernel/calendar-day.js';
import { OpsError } from '../../../kernel/errors.js';
import type { LedgerEntry, QuarantineFact, UnitKey, UnitRecord } from '../../../ports/reconciliation.js';
import { entryOf, jsonText, lineOf, type EntryJson, type LineJson } from './rows.js';
import type { CopySession } from './session.js';

export interface OpenedUnit {
  id: number;
  afterDay: Day;
  /** No unit of the partner is older. */
  isFirst: boolean;
  /** Files that earlier runs took in. */
  files: number[];
}

/** Waits for other runs of the partner, then finds the unit or makes it. `startDay` is for a partner's first unit. */
export async function openUnit(
  session: CopySession,
  { partner, businessDay }: UnitKey,
  startDay: Day,
): Promise<OpenedUnit> {
  await session.query('begin');
  await session.query("select pg_advisory_xact_lock(hashtextextended('reconcile ' || $1, 0))", [partner]);
  const [before] = await session.query<{ day: string | null }>(
    'select max(business_day)::text as day from paydesk.recon_units where partner = $1 and business_day < $2',
    [partner, isoDay(businessDay)],
  );
  const dayBefore = parseDay(before?.day ?? '');
  const afterDay = dayBefore ?? startDay;
  const [unit] = await session.query<{ id: bigint | string }>(openUnitSql, [
    partner,
    isoDay(businessDay),
    isoDay(afterDay),
  ]);
  const files = await session.query<{ file: string }>(
    'select file from paydesk.recon_unit_files where unit = $1 order by file',
    [unit?.id],
  );
  return {
    id: Number(unit?.id),
    afterDay,
    isFirst: dayBefore === null,
    files: files.map(({ file }) => Number(file)),
  };
}

const openUnitSql = `
  insert into paydesk.recon_units as u (partner, business_day, after_day, runs, ran_at, as_of, engine, ledger_rows,
    statement_rows, matched, breaks, pending, quarantined, cleared, totals)
  values ($1, $2, $3, 1, now(), $2, 'join', 0, 0, '{}', '{}', 0, 0, 0, '{}')
  on conflict (partner, business_day) do update set runs = u.runs + 1, after_day = excluded.after_day
  returning u.id`;

/** The columns of a statement table, and those of the staged lines that take them. */
const stagedColumns: Readonly<Record<string, string>> = {
  line_no: 'line',
  partner_ref: 'reference',
  amount_minor: 'amount_minor',
  currency: 'currency',
  value_date: 'value_date',
  type: 'type',
  fee_minor: 'fee_minor',
  batch_id: 'batch',
};

/** Takes lines of a statement table, without its header, into the unit. Throws `conflict` for a file of another unit. */
export async function stageLines(
  session: CopySession,
  unit: number,
  file: number,
  columns: readonly string[],
): Promise<Writable> {
  await session.query('insert into paydesk.recon_unit_files (unit, file) values ($1, $2)', [unit, file]);
  await session.query('select paydesk.recon_open_lines($1, $2)', [unit, file]);
  const names = columns.map((column) => stagedColumns[column] ?? '');
  if (names.includes('')) throw new OpsError('internal', 'A statement table has a column without a place.');
  return session.copyIn(
    `copy paydesk.recon_lines_${unit} (${names.join(', ')}) from stdin (format csv, force_not_null (${textColumns(names).join(', ')}))`,
  );
}

/** An empty field is an empty text there, not null. */
const textColumns = (names: readonly string[]): string[] =>
  names.filter((name) => ['reference', 'type', 'batch'].includes(name));

/** Marks lines of older files of the unit that `file` says anew. */
export async function supersede(session: CopySession, unit: number, file: number): Promise<void> {
  await session.query(sameLinesSql(unit), [file]);
  await session.query(correctedLinesSql(unit), [file]);
}

/** Equal lines count as often as the file that has most of them says: genuine duplicates stay. */
const sameLinesSql = (unit: number): string => `
  with numbered as (
    select ctid as place, file, row_number() over (partition by file = $1, reference, amount_minor, currency, value_date,
      type, fee_minor, batch order by file, line) as occurrence, reference, amount_minor, currency, value_date, type,
      fee_minor, batch
    from paydesk.recon_lines_${unit} where superseded_by is null
  )
  update paydesk.recon_lines_${unit} as old set superseded_by = $1
  from numbered o join numbered n on n.file = $1 and o.file <> $1
    and (n.reference, n.amount_minor, n.currency, n.type, n.fee_minor, n.batch, n.occurrence)
      = (o.reference, o.amount_minor, o.currency, o.type, o.fee_minor, o.batch, o.occurrence)
    and n.value_date is not distinct from o.value_date
  where old.ctid = o.place`;

/** A file that repeats at least half of an older one corrects it: what it says of a reference counts alone. */
const correctedLinesSql = (unit: number): string => `
  with repeated as (
    select file from paydesk.recon_lines_${unit} where file <> $1
    group by file
    having 2 * count(*) filter (where reference in (select reference from paydesk.recon_lines_${unit} where file = $1))
      >= count(*)
  )
  update paydesk.recon_lines_${unit} as old set superseded_by = $1
  where old.superseded_by is null and old.file in (select file from repeated) and old.reference <> ''
    and exists (select from paydesk.recon_lines_${unit} as new
      where new.file = $1 and new.reference = old.reference and new.type = old.type)`;

/** The lines of all files of a unit that count, as a statement table. */
export const copyLines = (session: CopySession, unit: number): Readable =>
  session.copyOut(`copy (
    select line as line_no, nullif(reference, '') as partner_ref, amount_minor, currency, value_date,
      nullif(type, '') as type, fee_minor, nullif(batch, '') as batch_id, file
    from paydesk.recon_lines_${unit} where superseded_by is null
  ) to stdout (format csv, header)`);

export const closeLines = (session: CopySession, unit: number): Promise<object[]> =>
  session.query('select paydesk.recon_close_lines($1)', [unit]);

/** After the transaction: runs do not need the index, traces do. */
export const indexLines = (session: CopySession, unit: number): Promise<object[]> =>
  session.query('select paydesk.recon_index_lines($1)', [unit]);

/** Lines of statements that earlier runs of the unit could not read. */
export async function quarantinedLines(session: CopySession, unit: number): Promise<QuarantineFact[]> {
  const rows = await session.query<{
    name: string;
    message: string;
    lines: { file: number; line: number }[];
  }>(
    "select name, message, lines from paydesk.recon_results where unit = $1 and type = 'quarantined' order by seq",
    [unit],
  );
  return rows
    .map(({ name, message, lines }) => ({ file: 0, line: 0, ...lines[0], code: name, message }))
    .filter(({ file }) => file !== 0);
}

/** An open row of an earlier unit that the leftovers of this one may answer. */
export type OpenItem = { identity: string | null } & (
  { side: 'ledger'; row: LedgerEntry } | { side: 'statement'; row: ReturnType<typeof lineOf> }
);

export interface Leftover {
  side: 'ledger' | 'statement';
  reference: string;
  batch: string;
  currency: string;
  amountMinor: bigint;
}

/** Open rows of earlier units that share reference, batch or amount with a leftover, and pending entries now due. */
export async function openItems(
  session: CopySession,
  { partner, businessDay }: UnitKey,
  unit: number,
  asOf: Day,
  leftovers: readonly Leftover[],
): Promise<OpenItem[]> {
  await session.query(reopenSql, [unit]);
  await session.query(leftoversSql, [
    leftovers.map(({ side }) => side),
    leftovers.map(({ reference }) => reference),
    leftovers.map(({ batch }) => batch),
    leftovers.map(({ currency }) => currency),
    leftovers.map(({ amountMinor }) => String(amountMinor)),
  ]);
  await session.query('analyze leftovers');
  const rows = await session.query<{
    side: 'ledger' | 'statement';
    identity: string | null;
    row: EntryJson & LineJson;
  }>(candidatesSql, [partner, isoDay(businessDay), isoDay(asOf)]);
  return rows.map(({ side, identity, row }) =>
    side === 'ledger' ? { side, identity, row: entryOf(row) } : { side, identity, row: lineOf(row) },
  );
}

/** What the run before closed is open again, and what it opened is decided anew. */
const reopenSql = `
  update paydesk.recon_open set closed_by = null, closed_day = null, closed_rule = null, closed_entries = null,
    closed_lines = null
  where closed_by = $1`;

const leftoversSql = `
  create temporary table leftovers on commit drop as
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
    as l (side, reference, batch, currency, amount_minor)`;

const candidatesSql = `
  with open as (
    select * from paydesk.recon_open
    where partner = $1 and business_day < $2 and closed_by is null
  )
  select side, identity, row from open where due_on <= $3
  union
  select o.side, o.identity, o.row from leftovers l join open o
    on o.reference = l.reference and l.reference <> ''
  union
  select o.side, o.identity, o.row from leftovers l join open o on o.side <> l.side
    and o.currency = l.currency and o.amount_minor = l.amount_minor and (l.reference = '' or o.reference = '')
  union
  select o.side, o.identity, o.row from leftovers l join open o
    on o.batch <> '' and (o.batch = l.reference or o.batch = l.batch or o.reference = l.batch)`;

/** One finding for the table of results; the caller numbers them. */
export interface ResultRow {
  type: 'match' | 'break' | 'pending' | 'quarantined';
  name: string;
  identity: string | null;
  currency: string | null;
  differenceMinor: bigint | null;
  dueOn: Day | null;
  entries: readonly object[];
  lines: readonly object[];
  message: string | null;
}

/** Replaces the results of the unit. */
export async function replaceResults(session: CopySession, unit: number): Promise<Writable> {
  await session.query('delete from paydesk.recon_results where unit = $1', [unit]);
  return session.copyIn(
    'copy paydesk.recon_results (unit, seq, type, name, identity, currency, difference_minor, due_on, entries, lines, message) from stdin',
  );
}

export const resultLine = (unit: number, seq: number, row: ResultRow): string =>
  copyLine([
    String(unit),
    String(seq),
    row.type,
    row.name,
    row.identity,
    row.currency,
    row.differenceMinor === null ? null : String(row.differenceMinor),
    row.dueOn === null ? null : isoDay(row.dueOn),
    jsonText(row.entries),
    jsonText(row.lines),
    row.message,
  ]);

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A row in the text format of COPY. A NUL cannot be kept by the database. */
const copyLine = (fields: readonly (string | null)[]): string =>
  `${fields
    .map((field) =>
      field === null
        ? '\\N'
        : field.replaceAll('\0', '\uFFFD').replace(/[\\\n\r\t]/g, (mark) => escapes[mark] ?? mark),
    )
    .join('\t')}\n`;

export interface OpenRow {
  side: 'ledger' | 'statement';
  key: string;
  dueOn: Day | null;
  identity: string | null;
  reference: string;
  batch: string;
  currency: string;
  amountMinor: bigint;
  row: object;
}

/** Takes the rows that stay open; `keepOpen` then compares them with what was open before. */
export async function openRows(session: CopySession): Promise<Writable> {
  await session.query('create temporary table still_open (like paydesk.recon_open) on commit drop');
  return session.copyIn(
    'copy still_open (partner, side, key, unit, business_day, due_on, identity, reference, batch, currency, amount_minor, row) from stdin',
  );
}

export const openLine = ({ partner, businessDay }: UnitKey, unit: number, row: OpenRow): string =>
  copyLine([
    partner,
    row.side,
    row.key,
    String(unit),
    isoDay(businessDay),
    row.dueOn === null ? null : isoDay(row.dueOn),
    row.identity,
    row.reference,
    row.batch,
    row.currency,
    String(row.amountMinor),
    jsonText(row.row),
  ]);

/** What the unit opened before and does not any more goes; what is new comes; what was pending may be a break now. */
export async function keepOpen(session: CopySession, unit: number): Promise<void> {
  await session.query(
    `delete from paydesk.recon_open o where o.unit = $1
      and not exists (select from still_open s where (s.partner, s.side, s.key) = (o.partner, o.side, o.key))`,
    [unit],
  );
  await session.query(`
    insert into paydesk.recon_open as o (partner, side, key, unit, business_day, due_on, identity, reference, batch,
      currency, amount_minor, row)
    select partner, side, key, unit, business_day, due_on, identity, reference, batch, currency, amount_minor, row
    from still_open
    on conflict (partner, side, key) do update set due_on = excluded.due_on, identity = excluded.identity,
      row = excluded.row`);
}

export interface ClosedRow {
  side: 'ledger' | 'statement';
  key: string;
  rule: string;
  entries: readonly object[];
  lines: readonly object[];
}

export async function closeItems(
  session: CopySession,
  { partner, businessDay }: UnitKey,
  unit: number,
  closed: readonly ClosedRow[],
): Promise<void> {
  await session.query(closeSql, [
    partner,
    isoDay(businessDay),
    unit,
    closed.map(({ side }) => side),
    closed.map(({ key }) => key),
    closed.map(({ rule }) => rule),
    closed.map(({ entries }) => jsonText(entries)),
    closed.map(({ lines }) => jsonText(lines)),
  ]);
}

const closeSql = `
  update paydesk.recon_open o set closed_by = $3, closed_day = $2, closed_rule = c.rule,
    closed_entries = c.entries::jsonb, closed_lines = c.lines::jsonb
  from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) as c (side, key, rule, entries, lines)
  where o.partner = $1 and (o.side, o.key) = (c.side, c.key)`;

/** Everything of the record that the run decides. */
export async function recordUnit(
  session: CopySession,
  unit: number,
  record: Omit<UnitRecord, 'partner' | 'businessDay' | 'runs' | 'ranAt' | 'afterDay' | 'files'>,
): Promise<void> {
  await session.query(recordSql, [
    unit,
    isoDay(record.asOf),
    record.engine,
    record.ledgerRows,
    record.statementRows,
    jsonText(record.matched),
    jsonText(record.breaks),
    record.pending,
    record.quarantined,
    record.cleared,
    jsonText(Object.fromEntries(record.totals)),
  ]);
}

const recordSql = `
  update paydesk.recon_units set ran_at = now(), as_of = $2, engine = $3, ledger_rows = $4, statement_rows = $5,
    matched = $6, breaks = $7, pending = $8, quarantined = $9, cleared = $10, totals = $11
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
