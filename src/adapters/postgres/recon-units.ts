/** Where the desk's compared days are kept in Postgres (the engines': `reconciliation-engine/units.ts`): one transaction replaces all that is kept of a day. */
import { isoDay, parseDay, type Day } from '../../kernel/calendar-day.js';
import type { KeptLine, LedgerEntry, StatementLine, UnitFile, UnitKey } from '../../ports/reconciliation.js';
import type { Transaction } from '../../ports/transaction.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

export interface OpenStored {
  key: string;
  side: 'ledger' | 'statement';
  identity: string | null;
  row: LedgerEntry | StatementLine;
}

/** What the last comparison of a day came to; maps and amounts as JSON text. */
export interface UnitNumbers {
  afterDay: Day;
  asOf: Day;
  ledgerRows: number;
  statementRows: number;
  matched: string;
  breaks: string;
  pending: number;
  quarantined: number;
  cleared: number;
  totals: string;
}

const filesSql = `select f.id::int as id, f.sha256, f.format from paydesk.recon_unit_files used
  join paydesk.recon_units u on u.id = used.unit join paydesk.statement_files f on f.id = used.file
  where u.partner = $1 and u.business_day = $2::date order by f.id`;
const previousSql = `select business_day, ran_at from paydesk.recon_units
  where partner = $1 and business_day < $2::date order by business_day desc limit 1`;
const laterSql = `select business_day from paydesk.recon_units where partner = $1 and business_day > $2::date
  order by business_day`;
// What this day's last run answered is open again when it runs anew.
// An entry that an earlier day left pending and this day's last run found missing is pending again when it runs anew.
const openSql = `
  select key, side, case when business_day = $2::date then null else identity end as identity, row
  from paydesk.recon_open
  where partner = $1
    and (closed_by is null or closed_by = (select id from paydesk.recon_units where partner = $1 and business_day = $2::date))
    and (business_day < $2::date
    or (business_day = $2::date and side = 'ledger' and '1970-01-01'::date + (row ->> 'day')::int <= $3::date))`;
const ledgerSql = `
  select entry_id, direction, amount_minor::text as amount, currency, kind, reference, coalesce(batch_id, '') as batch,
    to_char(business_day, 'YYYY-MM-DD') as day
  from ledger_entries where account = $1 and business_day <= $3::date
    and (business_day > $2::date or (business_day > $2::date - 10 and booked_at > $4::timestamptz))`;
const unitSql = `
  insert into paydesk.recon_units as u (partner, business_day, after_day, runs, ran_at, as_of, engine, ledger_rows,
    statement_rows, matched, breaks, pending, quarantined, cleared, totals)
  values ($1, $2::date, $3::date, 1, $4, $5::date, 'join', $6, $7, $8, $9, $10, $11, $12, $13)
  on conflict (partner, business_day) do update set runs = u.runs + 1, ran_at = $4, as_of = $5::date, ledger_rows = $6,
    statement_rows = $7, matched = $8, breaks = $9, pending = $10, quarantined = $11, cleared = $12, totals = $13
  returning id`;
const fileSql = 'insert into paydesk.recon_unit_files (unit, file) values ($1, $2) on conflict do nothing';
const reopenSql = `update paydesk.recon_open set closed_by = null, closed_day = null, closed_rule = null,
  closed_entries = null, closed_lines = null where closed_by = $1`;
const linesSql = (unit: bigint): string => `
  insert into paydesk.recon_lines_${unit} (unit, file, line, reference, amount_minor, currency, value_date, type, fee_minor, batch)
  select $1, (r ->> 'file')::bigint, (r ->> 'line')::bigint, r ->> 'reference', (r ->> 'amountMinor')::bigint, r ->> 'currency',
    '1970-01-01'::date + (r ->> 'day')::int, r ->> 'type', (r ->> 'feeMinor')::bigint, r ->> 'batch'
  from jsonb_array_elements($2::jsonb) r`;
const resultsSql = `
  insert into paydesk.recon_results (unit, seq, type, name, identity, currency, difference_minor, entries, lines, message)
  select $1, (at - 1)::int, r ->> 'type', r ->> 'name', r ->> 'identity', r -> 'difference' ->> 'currency',
    (r -> 'difference' ->> 'minor')::numeric, r -> 'entries', r -> 'lines', r ->> 'message'
  from jsonb_array_elements($2::jsonb) with ordinality as result (r, at)`;
const keepOpenSql = `
  insert into paydesk.recon_open as o
    (partner, side, key, unit, business_day, due_on, identity, reference, batch, currency, amount_minor, row)
  select $1, r ->> 'side', r ->> 'key', $2, $3::date, '1970-01-01'::date + (r ->> 'dueOn')::int, r ->> 'identity',
    r -> 'row' ->> 'reference', r -> 'row' ->> 'batch', r -> 'row' ->> 'currency', (r -> 'row' ->> 'amountMinor')::bigint, r -> 'row'
  from jsonb_array_elements($4::jsonb) r
  on conflict (partner, side, key) do update set unit = excluded.unit, business_day = excluded.business_day, identity = excluded.identity,
    due_on = excluded.due_on, row = excluded.row
  where o.closed_by is null`;
const closeSql = `
  update paydesk.recon_open o set closed_by = $2, closed_day = $3::date, closed_rule = r ->> 'rule',
    closed_entries = r -> 'entries', closed_lines = r -> 'lines'
  from jsonb_array_elements($4::jsonb) r
  where o.partner = $1 and o.side = r -> 'row' ->> 'side' and o.key = r -> 'row' ->> 'key'`;

export function createUnitStore(database: Pick<Database, 'query'>) {
  const keyOf = ({ partner, businessDay }: UnitKey): [string, string] => [partner, isoDay(businessDay)];
  return {
    files: (key: UnitKey): Promise<UnitFile[]> => database.query<UnitFile>(filesSql, keyOf(key)),
    previous: async (key: UnitKey): Promise<{ day: Day; ranAt: Date } | null> => {
      const [row] = await database.query<{ business_day: string; ran_at: Date }>(previousSql, keyOf(key));
      return row ? { day: parseDay(row.business_day) ?? 0, ranAt: row.ran_at } : null;
    },
    laterDays: async (key: UnitKey): Promise<Day[]> =>
      (await database.query<{ business_day: string }>(laterSql, keyOf(key))).map(
        ({ business_day }) => parseDay(business_day) ?? 0,
      ),
    open: async (key: UnitKey, afterDay: Day): Promise<OpenStored[]> =>
      (await database.query<Stored>(openSql, [...keyOf(key), isoDay(afterDay)])).map(({ row, ...open }) => ({
        ...open,
        row: rowOf(row),
      })),
    /** Replaces what is kept of a day. */
    put: async (
      tx: Transaction,
      key: UnitKey,
      unit: {
        numbers: UnitNumbers;
        newFiles: readonly number[];
        lines: string;
        results: string;
        open: string;
        closed: string;
      },
    ): Promise<void> => {
      const { query } = requirePg(tx);
      const { numbers } = unit;
      const values = [
        ...keyOf(key),
        isoDay(numbers.afterDay),
        tx.now,
        isoDay(numbers.asOf),
        numbers.ledgerRows,
      ];
      const more = [
        numbers.statementRows,
        numbers.matched,
        numbers.breaks,
        numbers.pending,
        numbers.quarantined,
      ];
      const [row] = await query<{ id: bigint }>(unitSql, [
        ...values,
        ...more,
        numbers.cleared,
        numbers.totals,
      ]);
      const id = row?.id ?? 0n;
      for (const file of unit.newFiles) {
        await query(fileSql, [id, file]);
        await query('select paydesk.recon_open_lines($1, $2)', [id, file]);
      }
      await query('delete from paydesk.recon_lines where unit = $1', [id]);
      if (unit.newFiles.length > 0) await query('select paydesk.recon_close_lines($1)', [id]);
      await query(linesSql(id), [id, unit.lines]);
      await query('delete from paydesk.recon_results where unit = $1', [id]);
      await query('delete from paydesk.recon_open where unit = $1 and closed_by is null', [id]);
      await query(reopenSql, [id]);
      await query(resultsSql, [id, unit.results]);
      await query(keepOpenSql, [key.partner, id, isoDay(key.businessDay), unit.open]);
      await query(closeSql, [key.partner, id, isoDay(key.businessDay), unit.closed]);
    },
  };
}

export type UnitStore = ReturnType<typeof createUnitStore>;

interface Stored {
  key: string;
  side: 'ledger' | 'statement';
  identity: string | null;
  row: Omit<KeptLine & LedgerEntry, 'amountMinor' | 'feeMinor'> & { amountMinor: string; feeMinor?: string };
}

const rowOf = (row: Stored['row']): LedgerEntry | StatementLine => ({
  ...row,
  amountMinor: BigInt(row.amountMinor),
  feeMinor: BigInt(row.feeMinor ?? '0'),
});

/** Entries of an account, signed from its side: a debit is money to us. Late bookings of days before are among them. */
export async function ledgerOf(
  books: Pick<Database, 'query'>,
  slice: { account: string; afterDay: Day; toDay: Day; bookedSince: Date },
): Promise<LedgerEntry[]> {
  const { account, afterDay, toDay, bookedSince } = slice;
  const rows = await books.query<LedgerRow>(ledgerSql, [
    account,
    isoDay(afterDay),
    isoDay(toDay),
    bookedSince,
  ]);
  return rows.map((row) => ({
    id: row.entry_id,
    reference: row.reference,
    amountMinor: BigInt(row.amount) * (row.direction === 'debit' ? 1n : -1n),
    currency: row.currency,
    day: parseDay(row.day),
    type: row.kind,
    batch: row.batch,
  }));
}

interface LedgerRow {
  entry_id: string;
  direction: string;
  amount: string;
  currency: string;
  kind: string;
  reference: string;
  batch: string;
  day: string;
}
