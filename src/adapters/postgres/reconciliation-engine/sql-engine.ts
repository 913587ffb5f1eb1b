/**
 * The rules of matching as sets: for ledgers larger than memory, and as the oracle that the join is tested against.
 *
 * Invariant: the same rules in the same order as `src/reconciliation/matching`, with the same results to the row. One rule
 * per file under `rules/`; names with a dollar are numbers and expressions of this module, never text from outside.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Day } from '../../../kernel/calendar-day.js';
import { packageRoot } from '../../../kernel/package-root.js';
import type { LedgerEntry, StatementLine } from '../../../ports/reconciliation.js';
import { jsonText } from '../texts.js';
import { textTable } from './copy.js';
import { copyLedger, type LedgerSlice } from './ledger-slice.js';
import type { CopySession } from './session.js';

interface SqlRule {
  id: string;
  by: readonly ('reference' | 'plain_reference' | 'batch' | 'date')[];
  ledgerTypes: readonly string[];
  statementTypes: readonly string[];
  many: boolean;
  windowDays: number;
  tolerances: ReadonlyMap<string, SqlTolerance>;
}

interface SqlTolerance {
  shortMinor: bigint;
  overMinor: bigint;
}

export interface SqlSettings {
  windowDays: number;
  withinBatch: boolean;
  tolerances: ReadonlyMap<string, SqlTolerance>;
  rules: readonly SqlRule[];
  dueOn: (entry: LedgerEntry) => Day | null;
  dueLater: (entry: LedgerEntry) => Day | null;
}

/** A row with its number in the comparison, by which the caller knows rows that it added. */
type Numbered<Row> = Row & { n: number };

export interface SqlFinding {
  type: 'match' | 'break' | 'pending';
  /** The rule or the kind. */
  name: string;
  due: Day | null;
  entries: Numbered<LedgerEntry>[];
  lines: Numbered<StatementLine>[];
}

/** What one row of either side answered exactly, by currency and day of the entry. */
export interface SqlExact {
  currency: string;
  day: Day | null;
  rows: number;
  amountMinor: bigint;
}

/** Above so many possible pairs a reference is a placeholder; the same number as in `by-reference.ts`. */
const mostPairs = 4096;

const folder = join(packageRoot, 'src/adapters/postgres/reconciliation-engine/rules');

async function rule(
  session: CopySession,
  file: string,
  values: Record<string, string> = {},
): Promise<object[]> {
  const sql = await readFile(join(folder, `${file}.sql`), 'utf8');
  return session.query(sql.replace(/\$([A-Za-z]+)/g, (_, name: string) => values[name] ?? 'null'));
}

/** Makes the tables of a comparison, in which the session keeps both sides. */
export const openSides = (session: CopySession): Promise<object[]> => rule(session, '0-tables');

/** The ledger goes through this process and stays out of its memory. */
export async function loadLedger(
  session: CopySession,
  books: CopySession,
  slice: LedgerSlice,
): Promise<void> {
  await session.query(`create temporary table ledger_rows (id text, partner_ref text, amount_minor numeric, currency text,
    value_date date, type text, batch_id text)`);
  await session.copyIn(`copy ledger_rows from stdin (${textTable})`, (write) =>
    copyLedger(books, slice, write),
  );
  await session.query(`
    insert into e (id, reference, amount, currency, day, type, batch)
    select id, coalesce(partner_ref, ''), amount_minor, currency, value_date - date '1970-01-01', coalesce(type, ''),
      coalesce(batch_id, '') from ledger_rows`);
  await session.query('drop table ledger_rows');
}

/** The staged lines of a unit. */
export const loadLines = (session: CopySession, unit: number): Promise<object[]> =>
  session.query(`
    insert into l (file, line, reference, amount, currency, day, type, fee, batch, own)
    select file, line, reference, amount_minor, currency, value_date - date '1970-01-01', type, fee_minor, batch,
      own_reference
    from paydesk.recon_lines_${unit} where superseded_by is null`);

/** What is there and in no finding yet; read where the exact pass left little. */
export async function restOf(
  session: CopySession,
): Promise<{ entries: Numbered<LedgerEntry>[]; lines: Numbered<StatementLine>[] }> {
  const [rest] = await session.query<Pick<FindingRow, 'entries' | 'lines'>>(
    `select (select ${entriesJson} from e) as entries, (select ${linesJson} from l) as lines`,
  );
  return rowsOf(rest ?? { entries: null, lines: null });
}

/** Takes rows out that no rule may touch, by their numbers. */
export async function removeRows(
  session: CopySession,
  entries: readonly number[],
  lines: readonly number[],
): Promise<void> {
  await session.query('delete from e where n = any($1)', [entries]);
  await session.query('delete from l where n = any($1)', [lines]);
}

/** Rows that come from elsewhere, such as those that earlier units left open. */
export async function addRows(
  session: CopySession,
  entries: readonly LedgerEntry[],
  lines: readonly StatementLine[],
): Promise<void> {
  const json = (rows: readonly object[]): string =>
    jsonText(rows, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  await session.query(
    `insert into e (id, reference, amount, currency, day, type, batch)
      select id, reference, "amountMinor", currency, day, type, batch from jsonb_to_recordset($1::jsonb)
        as r (id text, reference text, "amountMinor" numeric, currency text, day integer, type text, batch text)`,
    [json(entries)],
  );
  await session.query(
    `insert into l (file, line, reference, amount, currency, day, type, fee, batch, own)
      select file, line, reference, "amountMinor", currency, day, type, "feeMinor", batch, coalesce("order", '')
      from jsonb_to_recordset($1::jsonb) as r (file bigint, line bigint, reference text, "amountMinor" numeric,
        currency text, day integer, type text, "feeMinor" numeric, batch text, "order" text)`,
    [json(lines)],
  );
}

/**
 * Takes out what one row of either side answers exactly; what is left is for `applyRules`. Entries of the type `apart`
 * always go to `applyRules`.
 */
export async function takeExact(
  session: CopySession,
  { windowDays }: SqlSettings,
  apart?: string,
): Promise<SqlExact[]> {
  const type = apart === undefined ? 'null::text' : pg.escapeLiteral(apart);
  await rule(session, '1-exact', { window: whole(windowDays), apart: type });
  const rows = await session.query<{ currency: string; day: number | null; rows: string; amount: string }>(
    'select * from exact',
  );
  return rows.map(({ currency, day, rows: count, amount }) => ({
    currency,
    day,
    rows: Number(count),
    amountMinor: BigInt(amount),
  }));
}

export async function applyRules(session: CopySession, settings: SqlSettings): Promise<SqlFinding[]> {
  const window = whole(settings.windowDays);
  const near = `coalesce(t.day between o.day - ${window} and greatest(o.day + ${window}, o.due_on), true)`;
  const values = { window, near, pairs: whole(mostPairs) };
  await setTerms(session, settings);
  await rule(session, '2-reference', values);
  for (let found = 1; found > 0;) {
    const [round] = (await rule(session, '3-nearest', values)) as { found: bigint | string }[];
    found = Number(round?.found ?? 0);
  }
  await rule(session, '4-surplus', values);
  await rule(session, '5-batch', { within: String(settings.withinBatch) });
  for (const each of settings.rules) await rule(session, '6-user-rule', userRuleValues(each));
  await rule(session, '7-amount-date', values);
  await rule(session, '8-rest', values);
  return readFindings(session);
}

/** Tolerances, and due days for each day and type that occurs. */
async function setTerms(session: CopySession, settings: SqlSettings): Promise<void> {
  await session.query('create temporary table tolerances (currency text, short numeric, over numeric)');
  await session.query(
    'create temporary table rule_tolerances (rule text, currency text, short numeric, over numeric)',
  );
  for (const [currency, { shortMinor, overMinor }] of settings.tolerances)
    await session.query('insert into tolerances values ($1, $2, $3)', [
      currency,
      String(shortMinor),
      String(overMinor),
    ]);
  for (const { id, tolerances } of settings.rules)
    for (const [currency, { shortMinor, overMinor }] of tolerances)
      await session.query('insert into rule_tolerances values ($1, $2, $3, $4)', [
        id,
        currency,
        String(shortMinor),
        String(overMinor),
      ]);
  const kinds = await session.query<{ day: number; type: string }>(
    'select distinct day, type from e where day is not null',
  );
  const dues = kinds.map(({ day, type }) => {
    const entry = { ...anyEntry, day, type };
    return { day, type, dueOn: settings.dueOn(entry), due: settings.dueLater(entry) };
  });
  await session.query(
    `update e set due_on = d."dueOn", due = d.due
      from jsonb_to_recordset($1::jsonb) as d (day integer, type text, "dueOn" integer, due integer)
      where e.day = d.day and e.type = d.type`,
    [jsonText(dues)],
  );
}

const anyEntry: LedgerEntry = {
  id: '',
  reference: '',
  amountMinor: 0n,
  currency: '',
  day: null,
  type: '',
  batch: '',
};

const whole = (value: number): string => String(Math.trunc(value));

function userRuleValues(each: SqlRule): Record<string, string> {
  const types = (names: readonly string[]): string =>
    names.length === 0 ? 'true' : `type in (${names.map((name) => pg.escapeLiteral(name)).join(', ')})`;
  const key = keySql(each);
  return {
    ourKey: key,
    theirKey: key,
    ourTypes: types(each.ledgerTypes),
    theirTypes: types(each.statementTypes),
    many: String(each.many),
    byDate: String(each.by.includes('date')),
    window: whole(each.windowDays),
    rule: pg.escapeLiteral(each.id),
  };
}

const plainReference = "nullif(upper(ltrim(regexp_replace(reference, '[^A-Za-z0-9]', '', 'g'), '0')), '')";
const keyParts: Readonly<Record<SqlRule['by'][number], string>> = {
  reference: "nullif(reference, '')",
  plain_reference: plainReference,
  batch: "nullif(batch, '')",
  date: "case when day is not null then '' end",
};

/** Text that is null as soon as a part of it is. */
function keySql({ by }: SqlRule): string {
  const amount = by.every((criterion) => criterion === 'date') ? 'amount::text' : "''";
  return by.length === 0
    ? 'null::text'
    : `(${['currency', amount, ...by.map((criterion) => keyParts[criterion])].join(" || E'\\n' || ")})`;
}

interface FindingRow {
  type: SqlFinding['type'];
  name: string;
  due: number | null;
  entries: (Numbered<Omit<LedgerEntry, 'amountMinor'>> & { amount: string })[] | null;
  lines:
    (Numbered<Omit<StatementLine, 'amountMinor' | 'feeMinor'>> & { amount: string; fee: string })[] | null;
}

const entriesJson = `jsonb_agg(jsonb_build_object('n', n, 'id', id, 'reference', reference, 'amount', amount::text,
  'currency', currency, 'day', day, 'type', type, 'batch', batch) order by n)`;
const linesJson = `jsonb_agg(jsonb_build_object('n', n, 'file', file, 'line', line, 'reference', reference,
  'amount', amount::text, 'currency', currency, 'day', day, 'type', type, 'fee', fee::text, 'batch', batch, 'order', own)
  order by n)`;

const findingsSql = `
  select f.type, f.name, f.due, o.rows as entries, t.rows as lines
  from findings f
  left join (select f, ${entriesJson} as rows from e where f is not null group by f) o using (f)
  left join (select f, ${linesJson} as rows from l where f is not null group by f) t using (f)
  order by f`;

async function readFindings(session: CopySession): Promise<SqlFinding[]> {
  const rows = await session.query<FindingRow>(findingsSql);
  return rows.map(({ type, name, due, ...sides }) => ({ type, name, due, ...rowsOf(sides) }));
}

const rowsOf = ({
  entries,
  lines,
}: Pick<FindingRow, 'entries' | 'lines'>): Pick<SqlFinding, 'entries' | 'lines'> => ({
  entries: (entries ?? []).map(({ amount, ...entry }) => ({ ...entry, amountMinor: BigInt(amount) })),
  lines: (lines ?? []).map(({ amount, fee, ...line }) => ({
    ...line,
    amountMinor: BigInt(amount),
    feeMinor: BigInt(fee),
  })),
});
