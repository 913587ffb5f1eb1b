/**
 * The lines of a unit's statements: staged file by file, then kept, and what they come to.
 *
 * Invariant: a line counts once, whichever of the unit's files repeat it.
 */
import { isoDay } from '../../../kernel/calendar-day.js';
import type { Conversion, StatementLine, UnitKey } from '../../../ports/reconciliation.js';
import { textTable, type TakeRows } from './copy.js';
import type { CopySession } from './session.js';
import type { StagedRows } from './staged-rows.js';
import type { OpenedUnit } from './units.js';

/** Stages the lines of a file: `fill` adds to `rows` and sends them now and then. */
export async function stageLines(
  session: CopySession,
  { id, files, staging }: OpenedUnit,
  file: number,
  rows: StagedRows,
  fill: (send: () => Promise<void>) => Promise<void>,
): Promise<void> {
  if (files.length === 0) await session.query('select paydesk.recon_open_lines($1, $2)', [id, file]);
  else await session.query(againSql(id, file));
  await session.copyIn(`copy ${staging} (${rows.names}) from stdin (format binary)`, async (write) => {
    await fill(() => rows.send(write));
    await rows.sendEnd(write);
  });
}

const againSql = (unit: number, file: number): string => `
  create temporary table if not exists staged_lines (like paydesk.recon_lines including defaults) on commit drop;
  alter table staged_lines alter unit set default ${unit}, alter file set default ${file}`;

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

/** What `copyLines` gives. */
export const lineColumns = [
  'line_no',
  'partner_ref',
  'amount_minor',
  'currency',
  'value_date',
  'type',
  'fee_minor',
  'batch_id',
  'our_ref',
  'file',
] as const;

/** The lines of all files of a unit that count. */
export const copyLines = (session: CopySession, unit: number, take: TakeRows): Promise<void> =>
  session.copyOut(
    `copy (
      select line, reference, amount_minor, currency, value_date, type, fee_minor, batch, own_reference, file
      from paydesk.recon_lines_${unit} where superseded_by is null
    ) to stdout (${textTable})`,
    take,
  );

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

interface ConversionRow {
  file: string;
  line: string;
  reference: string;
  amountMinor: string;
  currency: string;
  fxMinor: string;
  rate: string;
}

/** Lines of a unit that the partner converted, among some of them. */
export async function conversions(
  session: CopySession,
  unit: number,
  among: readonly { file: number; line: number }[],
): Promise<(Pick<StatementLine, 'file' | 'line' | 'reference' | 'amountMinor'> & { fx: Conversion })[]> {
  if (among.length === 0) return [];
  const rows = await session.query<ConversionRow>(
    `select l.file, l.line, l.reference, l.amount_minor::text as "amountMinor", l.fx_currency as currency,
        l.fx_minor::text as "fxMinor", l.fx_rate as rate
      from (select distinct * from unnest($1::bigint[], $2::bigint[]) as w (file, line)) w
      join paydesk.recon_lines_${unit} l using (file, line) where l.fx_minor is not null and l.superseded_by is null`,
    [among.map(({ file }) => file), among.map(({ line }) => line)],
  );
  return rows.map(({ file, line, reference, amountMinor, currency, fxMinor, rate }) => ({
    file: Number(file),
    line: Number(line),
    reference,
    amountMinor: BigInt(amountMinor),
    fx: { currency, amountMinor: BigInt(fxMinor), rate },
  }));
}

/** After the transaction: runs do not need the index, traces do. */
export const indexLines = (session: CopySession, unit: number): Promise<object[]> =>
  session.query('select paydesk.recon_index_lines($1)', [unit]);

/** The same for payouts that are looked for on a bank's lines. */
export const indexReceipts = (session: CopySession, unit: number): Promise<object[]> =>
  session.query('select paydesk.recon_index_receipts($1)', [unit]);
