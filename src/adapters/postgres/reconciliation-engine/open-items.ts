/**
 * Rows that units leave open: read by later units that may answer them, and brought in line with what a run found.
 *
 * Invariant: a row belongs to the unit that left it open, also after a later unit closes it or makes it a break.
 */
import { isoDay, type Day } from '../../../kernel/calendar-day.js';
import type {
  KeptLine,
  LedgerEntry,
  OpenRow,
  StatementLine,
  UnitKey,
} from '../../../ports/reconciliation.js';
import {
  copyLine,
  entryOf,
  lineOf,
  rowsText,
  rowText,
  writeLines,
  type EntryJson,
  type LineJson,
} from './rows.js';
import type { CopySession } from './session.js';

/** An open row of an earlier unit that the leftovers of this one may answer. */
export type OpenItem = { identity: string | null } & (
  { side: 'ledger'; row: LedgerEntry } | { side: 'statement'; row: ReturnType<typeof lineOf> }
);

/** What a unit has no answer for yet. */
interface Leftovers {
  entries: readonly LedgerEntry[];
  lines: readonly StatementLine[];
}

/**
 * Open rows of earlier units that share reference, batch or amount with a leftover, those that are awaited, and pending
 * entries now due. `rules`: whether rules of the company may match rows that share less.
 */
export async function openItems(
  session: CopySession,
  { partner, businessDay, asOf }: UnitKey & { asOf: Day },
  unit: number,
  { entries, lines }: Leftovers,
  rules: boolean,
): Promise<OpenItem[]> {
  await session.query(reopenSql, [unit]);
  await session.query(judgeAnewSql, [unit]);
  const [first] = await session.query(isOpenSql, [partner, isoDay(businessDay)]);
  if (first === undefined) return [];
  const leftovers = [...entries, ...lines];
  await session.query(leftoversSql, [
    [...entries.map(() => 'ledger'), ...lines.map(() => 'statement')],
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

const openSql =
  'select * from paydesk.recon_open where partner = $1 and business_day < $2 and closed_by is null';

/** A partner whose statements began today has nothing to compare. */
const isOpenSql = `${openSql} limit 1`;

const leftoversSql = `
  create temporary table leftovers on commit drop as
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
    as l (side, reference, batch, currency, amount_minor)`;

const plainReference = (row: string): string =>
  `nullif(upper(ltrim(regexp_replace(${row}.reference, '[^A-Za-z0-9]', '', 'g'), '0')), '')`;

const candidatesSql = `
  with open as (${openSql})
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

const openLine = (
  { partner, businessDay }: UnitKey,
  unit: number,
  { side, key, dueOn, identity, row }: OpenRow,
): string =>
  copyLine([
    partner,
    side,
    key,
    String(unit),
    isoDay(businessDay),
    dueOn === null ? null : isoDay(dueOn),
    identity,
    row.reference,
    row.batch,
    row.currency,
    String(row.amountMinor),
    rowText(row),
  ]);

/** What the unit opened before and does not any more goes; what is new comes; what was pending may be a break now. */
export async function keepOpen(
  session: CopySession,
  key: UnitKey,
  unit: number,
  rows: readonly OpenRow[],
): Promise<void> {
  await session.query('create temporary table still_open (like paydesk.recon_open) on commit drop');
  await session.copyIn(
    'copy still_open (partner, side, key, unit, business_day, due_on, identity, reference, batch, currency, amount_minor, row) from stdin',
    (write) => writeLines(write, rows, (row) => openLine(key, unit, row)),
  );
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
  sides: { entries: readonly LedgerEntry[]; lines: readonly KeptLine[] } | null;
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
    closed.map(({ sides }) => sides && rowsText(sides.entries)),
    closed.map(({ sides }) => sides && rowsText(sides.lines)),
  ]);
}

const closeSql = `
  update paydesk.recon_open o set closed_by = $3, closed_day = $2, closed_rule = c.rule,
    closed_entries = c.entries::jsonb, closed_lines = c.lines::jsonb
  from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) as c (side, key, rule, entries, lines)
  where o.partner = $1 and (o.side, o.key) = (c.side, c.key)`;
