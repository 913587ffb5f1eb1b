/**
 * What a run reads and writes of its unit in schema `paydesk`.
 *
 * Invariant: all of it happens in the one transaction of the session, under the partner's lock, so that runs of one
 * partner never see each other half done.
 */
import type { Readable, Writable } from 'node:stream';
import { isoDay, parseDay, type Day } from '../../../kernel/calendar-day.js';
import { OpsError } from '../../../kernel/errors.js';
import type { LedgerEntry, UnitFile, UnitKey, UnitRecord } from '../../../ports/reconciliation.js';
import { entryOf, jsonText, lineOf, type EntryJson, type LineJson } from './rows.js';
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
  const files = await session.query<UnitFile & { id: string | number }>(
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
  our_ref: 'own_reference',
};

/** Makes a file part of the unit. Throws `conflict` for a file of another one. */
export const addFile = (session: CopySession, unit: number, file: number): Promise<object[]> =>
  session.query('insert into paydesk.recon_unit_files (unit, file) values ($1, $2)', [unit, file]);

/** Takes lines of a statement table, without its header. */
export async function stageLines(
  session: CopySession,
  { id, files, staging }: OpenedUnit,
  file: number,
  columns: readonly string[],
): Promise<Writable> {
  const names = columns.map((column) => stagedColumns[column] ?? '');
  if (names.includes('')) throw new OpsError('internal', 'A statement table has a column without a place.');
  if (files.length === 0) await session.query('select paydesk.recon_open_lines($1, $2)', [id, file]);
  else await session.query(againSql(id, file));
  return session.copyIn(
    `copy ${staging} (${names.join(', ')}) from stdin (format csv, force_not_null (${textColumns(names).join(', ')}))`,
  );
}

const againSql = (unit: number, file: number): string => `
  create temporary table if not exists staged_lines (like paydesk.recon_lines including defaults) on commit drop;
  alter table staged_lines alter unit set default ${unit}, alter file set default ${file}`;

/** An empty field is an empty text there, not null. */
const textColumns = (names: readonly string[]): string[] =>
  names.filter((name) => ['reference', 'type', 'batch', 'own_reference'].includes(name));

/** Marks lines of older files of the unit that `file` says anew. */
export async function supersede(session: CopySession, { staging }: OpenedUnit, file: number): Promise<void> {
  await session.query(sameLinesSql(staging), [file]);
  await session.query(correctedLinesSql(staging), [file]);
}

/** Equal lines count as often as the file that has most of them says: genuine duplicates stay. */
const sameLinesSql = (lines: string): string => `
  with numbered as (
    select ctid as place, file, row_number() over (partition by file = $1, reference, amount_minor, currency, value_date,
      type, fee_minor, batch order by file, line) as occurrence, reference, amount_minor, currency, value_date, type,
      fee_minor, batch
    from ${lines} where superseded_by is null
  )
  update ${lines} as old set superseded_by = $1
  from numbered o join numbered n on n.file = $1 and o.file <> $1
    and (n.reference, n.amount_minor, n.currency, n.type, n.fee_minor, n.batch, n.occurrence)
      = (o.reference, o.amount_minor, o.currency, o.type, o.fee_minor, o.batch, o.occurrence)
    and n.value_date is not distinct from o.value_date
  where old.ctid = o.place`;

/**
 * A file that repeats at least half of an older one's batch, or of its lines without a batch, corrects them: it states the
 * batch anew, and of other lines what it says of a reference counts alone.
 */
const correctedLinesSql = (lines: string): string => `
  with repeated as (
    select file, batch, currency from ${lines} where file <> $1 group by file, batch, currency
    having 2 * count(*) filter (where reference <> '' and reference in (select reference from ${lines} where file = $1))
      >= count(*)
  )
  update ${lines} as old set superseded_by = $1
  where old.superseded_by is null and old.file <> $1
    and (old.file, old.batch, old.currency) in (select file, batch, currency from repeated)
    and ((old.reference, old.type) in (select reference, type from ${lines} where file = $1 and reference <> '')
      or (old.batch, old.currency) in (select batch, currency from ${lines} where file = $1 and batch <> ''))`;

/** The lines of all files of a unit that count, as a statement table. */
export const copyLines = (session: CopySession, unit: number): Readable =>
  session.copyOut(`copy (
    select line as line_no, nullif(reference, '') as partner_ref, amount_minor, currency, value_date,
      nullif(type, '') as type, fee_minor, nullif(batch, '') as batch_id, nullif(own_reference, '') as our_ref, file
    from paydesk.recon_lines_${unit} where superseded_by is null
  ) to stdout (format csv, header)`);

/** The staged lines become the unit's. */
export async function closeLines(session: CopySession, { id, files }: OpenedUnit): Promise<void> {
  if (files.length === 0) await session.query('select paydesk.recon_close_lines($1)', [id]);
  else {
    await session.query(`delete from paydesk.recon_lines_${id}`);
    await session.query(`insert into paydesk.recon_lines_${id} select * from pg_temp.staged_lines`);
  }
}

/** What the lines of each batch come to, in the order of the batches. */
export async function batchSums(
  session: CopySession,
  unit: number,
  batches: readonly { file: number; batch: string; currency: string }[],
): Promise<bigint[]> {
  if (batches.length === 0) return [];
  const rows = await session.query<{ sum: string }>(
    `select coalesce(sum(l.amount_minor), 0)::text as sum
      from unnest($1::bigint[], $2::text[], $3::text[]) with ordinality as b (file, batch, currency, at)
      left join paydesk.recon_lines_${unit} l
        on l.superseded_by is null and (l.file, l.batch, l.currency) = (b.file, b.batch, b.currency)
      group by b.at order by b.at`,
    [
      batches.map(({ file }) => file),
      batches.map(({ batch }) => batch),
      batches.map(({ currency }) => currency),
    ],
  );
  return rows.map(({ sum }) => BigInt(sum));
}

interface OrderRow {
  order: string;
  type: string;
  currency: string;
  amountMinor: string;
  lines: string;
}

/** How often each of these orders is on a line of the unit, or on an open one of an earlier unit. */
export async function orderCounts(
  session: CopySession,
  unit: number,
  { partner, businessDay }: UnitKey,
  orders: readonly string[],
): Promise<{ order: string; type: string; currency: string; amountMinor: bigint; lines: number }[]> {
  if (orders.length === 0) return [];
  const rows = await session.query<OrderRow>(
    `with paid as (
      select own_reference as name, type, currency, amount_minor
      from paydesk.recon_lines where unit = $1 and superseded_by is null and own_reference = any($4)
      union all
      select row ->> 'order', row ->> 'type', currency, amount_minor from paydesk.recon_open
      where partner = $2 and side = 'statement' and business_day < $3 and closed_by is null and row ->> 'order' = any($4)
    )
    select name as "order", type, currency, amount_minor::text as "amountMinor", count(*) as lines
    from paid group by name, type, currency, amount_minor`,
    [unit, partner, isoDay(businessDay), orders],
  );
  return rows.map(({ amountMinor, lines, ...row }) => ({
    ...row,
    amountMinor: BigInt(amountMinor),
    lines: Number(lines),
  }));
}

/** After the transaction: runs do not need the index, traces do. */
export const indexLines = (session: CopySession, unit: number): Promise<object[]> =>
  session.query('select paydesk.recon_index_lines($1)', [unit]);

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

/**
 * Open rows of earlier units that share reference, batch or amount with a leftover, those that are awaited, and pending
 * entries now due. `rules`: whether rules of the company may match rows that share less.
 */
export async function openItems(
  session: CopySession,
  { partner, businessDay, asOf }: UnitKey & { asOf: Day },
  unit: number,
  leftovers: readonly Leftover[],
  rules: boolean,
): Promise<OpenItem[]> {
  await session.query(reopenSql, [unit]);
  await session.query(judgeAnewSql, [unit]);
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
  }>(candidatesSql, [partner, isoDay(businessDay), isoDay(asOf), rules]);
  return rows.map(({ side, identity, row }) =>
    side === 'ledger' ? { side, identity, row: entryOf(row) } : { side, identity, row: lineOf(row) },
  );
}

/** What the run before closed is open again, and what it opened is decided anew. */
const reopenSql = `
  update paydesk.recon_open set closed_by = null, closed_day = null, closed_rule = null, closed_entries = null,
    closed_lines = null
  where closed_by = $1`;

/** What waited since an earlier unit until the run before made it a break waits again. */
const judgeAnewSql = 'update paydesk.recon_open set identity = null, broken_by = null where broken_by = $1';

const leftoversSql = `
  create temporary table leftovers on commit drop as
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
    as l (side, reference, batch, currency, amount_minor)`;

const plainReference = (row: string): string =>
  `nullif(upper(ltrim(regexp_replace(${row}.reference, '[^A-Za-z0-9]', '', 'g'), '0')), '')`;

const candidatesSql = `
  with open as (
    select * from paydesk.recon_open
    where partner = $1 and business_day < $2 and closed_by is null
  )
  select side, identity, row from open where identity is null and (side = 'statement' or due_on <= $3)
  union
  select o.side, o.identity, o.row from leftovers l join open o
    on o.reference = l.reference and l.reference <> ''
  union
  select o.side, o.identity, o.row from leftovers l join open o on o.side <> l.side
    and o.currency = l.currency and o.amount_minor = l.amount_minor and ($4 or l.reference = '' or o.reference = '')
  union
  select o.side, o.identity, o.row from leftovers l join open o
    on o.batch <> '' and (o.batch = l.reference or o.batch = l.batch or o.reference = l.batch)
  union
  select o.side, o.identity, o.row from leftovers l join open o on $4 and o.side <> l.side
    and o.currency = l.currency and ${plainReference('o')} = ${plainReference('l')}`;

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
    on conflict (partner, side, key) do update set unit = excluded.unit, business_day = excluded.business_day,
      due_on = excluded.due_on, identity = excluded.identity, row = excluded.row, broken_by = null`);
}

/** Rows of earlier units that waited are breaks of this one. */
export async function breakItems(
  session: CopySession,
  partner: string,
  unit: number,
  broken: readonly { side: 'ledger' | 'statement'; key: string; identity: string }[],
): Promise<void> {
  await session.query(
    `update paydesk.recon_open o set identity = b.identity, broken_by = $2
      from unnest($3::text[], $4::text[], $5::text[]) as b (side, key, identity)
      where o.partner = $1 and (o.side, o.key) = (b.side, b.key)`,
    [
      partner,
      unit,
      broken.map(({ side }) => side),
      broken.map(({ key }) => key),
      broken.map(({ identity }) => identity),
    ],
  );
}

export interface ClosedRow {
  side: 'ledger' | 'statement';
  key: string;
  rule: string;
  sides: { entries: readonly object[]; lines: readonly object[] } | null;
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
    closed.map(({ sides }) => sides && jsonText(sides.entries)),
    closed.map(({ sides }) => sides && jsonText(sides.lines)),
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
  record: Omit<UnitRecord, 'partner' | 'businessDay' | 'runs' | 'afterDay' | 'files' | 'pending'>,
): Promise<void> {
  await session.query(recordSql, [
    unit,
    isoDay(record.asOf),
    record.engine,
    record.ledgerRows,
    record.statementRows,
    jsonText(record.matched),
    jsonText(record.breaks),
    record.ranAt,
    record.quarantined,
    record.cleared,
    jsonText(Object.fromEntries(record.totals)),
  ]);
}

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
