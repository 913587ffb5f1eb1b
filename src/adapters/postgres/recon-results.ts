/** What runs left behind, read from Postgres. */
import { isoDay, parseDay, type Day } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import {
  mostPlacesListed,
  type BreakFact,
  type ClearedFact,
  type KeptLine,
  type LedgerEntry,
  type LineSighting,
  type LineSum,
  type MatchFact,
  type Page,
  type ReconciliationResults,
  type UnitRecord,
  type UnitTotals,
} from '../../ports/reconciliation.js';
import type { Database } from './database.js';

const unitColumns = `u.partner, u.business_day, u.after_day, u.runs, u.ran_at, u.as_of, u.engine, u.ledger_rows::int,
  u.statement_rows::int, u.matched, u.breaks, u.pending::int, u.quarantined::int, u.cleared::int, u.totals,
  array(select file::int from paydesk.recon_unit_files f where f.unit = u.id order by file) as files`;
const unitsSql = `select ${unitColumns} from paydesk.recon_units u
  where ($1::text is null or u.partner = $1) and u.business_day between $2::date and $3::date order by u.business_day, u.partner`;
const unitSql = `select ${unitColumns} from paydesk.recon_units u where u.partner = $1 and u.business_day = $2::date`;
const lastRunSql = `select u.partner, u.business_day, u.ran_at as "ranAt" from paydesk.recon_units u
  order by u.ran_at desc, u.business_day desc, u.partner limit 1`;
const outdatedSql = `select u.partner, u.business_day from paydesk.recon_units u
  where u.ran_at < (select max(earlier.ran_at) from paydesk.recon_units earlier
    where earlier.partner = u.partner and earlier.business_day < u.business_day)
  order by u.business_day, u.partner`;
const resultsSql = `select r.seq, r.name, r.identity, r.currency, trunc(r.difference_minor)::text as difference, r.entries,
  r.lines, r.message, r.due_on from paydesk.recon_results r join paydesk.recon_units u on u.id = r.unit
  where u.partner = $1 and u.business_day = $2::date and r.type = $3 and r.seq > $5 order by r.seq limit $4`;
const breaksBySql = `select r.seq, r.name, r.identity, r.currency, trunc(r.difference_minor)::text as difference, r.entries,
  r.lines from paydesk.recon_results r where r.identity = any($1) and r.type = 'break'`;
const clearedSql = `select o.identity, o.closed_rule as rule, o.closed_entries as entries, o.closed_lines as lines
  from paydesk.recon_open o join paydesk.recon_units u on u.id = o.closed_by
  where u.partner = $1 and u.business_day = $2::date and o.identity is not null order by o.identity limit $3 offset $4`;
const landingsSql = `select due_on, currency, count(*)::int as count, sum(amount_minor)::text as minor
  from paydesk.recon_open where partner = $1 and side = 'ledger' and closed_by is null and due_on is not null
    and identity is null
  group by due_on, currency order by due_on, currency`;
const openMoneySql = `select (o.row ->> 'day')::int as day, o.due_on, o.currency, count(*)::int as count,
  sum(o.amount_minor)::text as minor
  from paydesk.recon_open o left join paydesk.breaks b on b.identity = o.identity
  where o.partner = $1 and o.side = 'ledger' and o.closed_by is null and o.row ->> 'day' is not null
    and (b.state is null or b.state in ('open', 'owned'))
  group by 1, o.due_on, o.currency order by 1, o.due_on, o.currency`;
const settledSql = `select (o.row ->> 'day')::int as day, o.closed_day, o.currency, count(*)::int as count,
  sum(o.amount_minor)::text as minor
  from paydesk.recon_open o
  where o.partner = $1 and o.side = 'ledger' and o.closed_by is not null and o.closed_day >= $2::date
    and o.row ->> 'day' is not null and o.closed_rule <> 'duplicate_in_ledger'
    and (o.closed_lines is null or jsonb_array_length(o.closed_lines) > 0)
  group by 1, o.closed_day, o.currency order by 1, o.closed_day, o.currency`;
/** Lines as `sightingOf` reads them. */
export const sightingsFrom = `select u.partner, u.business_day, f.name, l.file::int, l.line::int, l.reference, l.amount_minor,
  l.currency, l.value_date, l.type, l.fee_minor, l.batch, l.own_reference from paydesk.recon_lines l
  join paydesk.recon_units u on u.id = l.unit join paydesk.statement_files f on f.id = l.file
  where l.superseded_by is null`;
const linesBySql = (within: string): string =>
  `${sightingsFrom} and l.reference = any($1) ${within}
  order by array_position($1, l.reference), u.business_day desc, l.file desc, l.line limit $2`;
const linesAnywhereSql = linesBySql('');
// Each unit has a partition. Their ids as a value keep the planner from looking at all others.
const linesAmongSql = linesBySql('and l.unit = any($3)');
const placesSql = `select id, business_day from paydesk.recon_units where partner = $1 order by business_day desc limit ${mostPlacesListed}`;

const unitIdSql = 'select id from paydesk.recon_units where partner = $1 and business_day = $2::date';
// The unit's id as a value, as above.
const batchSumsSql = `
  select l.type, l.currency, count(*)::int as lines, sum(l.amount_minor - l.fee_minor)::text as minor
  from paydesk.recon_lines l where l.unit = $1 and l.batch = $2 and l.superseded_by is null
  group by l.type, l.currency order by lines desc, l.type, l.currency limit 200`;

/** Reads one page of results of a type. */
const pager =
  (database: Pick<Database, 'query'>) =>
  async <Fact>(
    key: { partner: string; businessDay: Day },
    type: string,
    read: (row: ResultRow) => Fact,
    limit: number,
    after = -1,
  ): Promise<Page<Fact>> => {
    const asked = [key.partner, isoDay(key.businessDay), type, limit, after];
    const rows = await database.query<ResultRow>(resultsSql, asked);
    return { facts: rows.map(read), next: rows.length < limit ? null : (rows.at(-1)?.seq ?? null) };
  };

export function createResults(database: Pick<Database, 'query' | 'prepared'>): ReconciliationResults {
  const page = pager(database);
  return {
    units: async (partner, from, to) =>
      (await database.query<UnitRow>(unitsSql, [partner, isoDay(from), isoDay(to)])).map(unitOf),
    lastRun: async () => {
      const [row] = await database.query<Pick<UnitRow, 'partner' | 'business_day'> & { ranAt: Date }>(
        lastRunSql,
      );
      return row ? { partner: row.partner, businessDay: dayOf(row.business_day), ranAt: row.ranAt } : null;
    },
    unit: async ({ partner, businessDay }) => {
      const [row] = await database.query<UnitRow>(unitSql, [partner, isoDay(businessDay)]);
      return row ? unitOf(row) : null;
    },
    outdated: async () =>
      (await database.query<{ partner: string; business_day: string }>(outdatedSql)).map(
        ({ partner, business_day }) => ({ partner, businessDay: dayOf(business_day) }),
      ),
    breaks: (key, limit, after) => page(key, 'break', breakOf, limit, after),
    breaksBy: async (identities) => (await database.query<ResultRow>(breaksBySql, [identities])).map(breakOf),
    cleared: async (key, limit, after = 0) => {
      const rows = await database.query<ClearedRow>(clearedSql, [
        key.partner,
        isoDay(key.businessDay),
        limit,
        after,
      ]);
      return { facts: rows.map(clearedOf), next: rows.length < limit ? null : after + limit };
    },
    matches: (key, limit, after) =>
      page(
        key,
        'match',
        (row): MatchFact => ({ rule: row.name as MatchFact['rule'], ...sidesOf(row) }),
        limit,
        after,
      ),
    quarantine: (key, limit, after) =>
      page(
        key,
        'quarantined',
        ({ name, message, lines: [line] }) => ({
          file: line?.file ?? 0,
          line: line?.line ?? 0,
          code: name,
          message: message ?? '',
        }),
        limit,
        after,
      ),
    ...moneyFrom(database),
    placesOf: async (partner) =>
      (await database.prepared<{ id: bigint; business_day: string }>(placesSql, [partner])).map(
        ({ id, business_day }) => ({ unit: id, businessDay: dayOf(business_day) }),
      ),
    batchSums: batchSumsFrom(database),
    linesBy: async (references, limit, among) => {
      const rows = among
        ? await database.query<LineRow>(linesAmongSql, [references, limit, among.map(({ unit }) => unit)])
        : await database.query<LineRow>(linesAnywhereSql, [references, limit]);
      return rows.filter(({ reference }) => reference === rows[0]?.reference).map(sightingOf);
    },
  };
}

const batchSumsFrom =
  ({ query }: Pick<Database, 'query'>): ReconciliationResults['batchSums'] =>
  async ({ partner, businessDay }, batch) => {
    const [unit] = await query<{ id: bigint }>(unitIdSql, [partner, isoDay(businessDay)]);
    if (!unit || batch === '') return [];
    const sums = await query<Omit<LineSum, 'minor'> & { minor: string }>(batchSumsSql, [unit.id, batch]);
    return sums.map(({ minor, ...sum }) => ({ ...sum, minor: BigInt(minor) }));
  };

/** Money that is still to come, and money that came. */
const moneyFrom = (
  database: Pick<Database, 'query'>,
): Pick<ReconciliationResults, 'landings' | 'openMoney' | 'settled'> => ({
  landings: async (partner) =>
    (await database.query<LandingRow>(landingsSql, [partner])).map(({ due_on, minor, ...row }) => ({
      ...row,
      dueOn: dayOf(due_on),
      minor: BigInt(minor),
    })),
  openMoney: async (partner) =>
    (await database.query<OpenMoneyRow>(openMoneySql, [partner])).map(({ due_on, minor, ...row }) => ({
      ...row,
      dueOn: due_on === null ? null : dayOf(due_on),
      minor: BigInt(minor),
    })),
  settled: async (partner, since) =>
    (await database.query<SettledRow>(settledSql, [partner, isoDay(since)])).map(
      ({ closed_day, minor, ...row }) => ({ ...row, settledOn: dayOf(closed_day), minor: BigInt(minor) }),
    ),
});

interface LandingRow {
  due_on: string;
  currency: string;
  count: number;
  minor: string;
}

interface OpenMoneyRow {
  day: Day;
  due_on: string | null;
  currency: string;
  count: number;
  minor: string;
}

interface SettledRow {
  day: Day;
  closed_day: string;
  currency: string;
  count: number;
  minor: string;
}

type StoredSide = Record<string, never> & {
  amountMinor: string;
  feeMinor?: string;
  fx?: { amountMinor: string };
};

interface ResultRow {
  seq: number;
  name: string;
  identity: string | null;
  currency: string | null;
  difference: string | null;
  entries: StoredSide[];
  lines: (StoredSide & { file: number; line: number })[];
  message: string | null;
}

const entryOf = (stored: StoredSide): LedgerEntry =>
  ({ ...stored, amountMinor: BigInt(stored.amountMinor) }) as unknown as LedgerEntry;
const lineOf = (stored: StoredSide): KeptLine =>
  ({
    ...stored,
    amountMinor: BigInt(stored.amountMinor),
    feeMinor: BigInt(stored.feeMinor ?? '0'),
    ...(stored.fx && { fx: { ...stored.fx, amountMinor: BigInt(stored.fx.amountMinor) } }),
  }) as unknown as KeptLine;

const sidesOf = ({
  entries,
  lines,
}: Pick<ResultRow, 'entries' | 'lines'>): { entries: LedgerEntry[]; lines: KeptLine[] } => ({
  entries: entries.map(entryOf),
  lines: lines.map(lineOf),
});

const breakOf = (row: ResultRow): BreakFact => ({
  identity: row.identity ?? '',
  kind: row.name as BreakFact['kind'],
  currency: row.currency ?? '',
  differenceMinor: BigInt(row.difference ?? '0'),
  ...sidesOf(row),
});

interface ClearedRow extends Pick<ResultRow, 'entries' | 'lines'> {
  identity: string;
  rule: ClearedFact['rule'];
}

const clearedOf = ({ identity, rule, ...sides }: ClearedRow): ClearedFact => ({
  identity,
  rule,
  ...sidesOf(sides),
});

interface UnitRow {
  partner: string;
  business_day: string;
  after_day: string;
  runs: number;
  ran_at: Date;
  as_of: string;
  engine: 'join' | 'sql';
  ledger_rows: number;
  statement_rows: number;
  matched: UnitRecord['matched'];
  breaks: UnitRecord['breaks'];
  pending: number;
  quarantined: number;
  cleared: number;
  totals: Record<string, Record<keyof UnitTotals, string>>;
  files: number[];
}

const unitOf = (row: UnitRow): UnitRecord => ({
  partner: row.partner,
  businessDay: dayOf(row.business_day),
  afterDay: dayOf(row.after_day),
  runs: row.runs,
  ranAt: row.ran_at,
  asOf: dayOf(row.as_of),
  engine: row.engine,
  files: row.files,
  ledgerRows: row.ledger_rows,
  statementRows: row.statement_rows,
  matched: row.matched,
  breaks: row.breaks,
  pending: row.pending,
  quarantined: row.quarantined,
  cleared: row.cleared,
  totals: new Map(
    Object.entries(row.totals).map(([currency, totals]) => [
      currency,
      {
        ledgerMinor: BigInt(totals.ledgerMinor),
        statementMinor: BigInt(totals.statementMinor),
        explainedMinor: BigInt(totals.explainedMinor),
        pendingMinor: BigInt(totals.pendingMinor),
      },
    ]),
  ),
});

export interface LineRow {
  partner: string;
  business_day: string;
  name: string;
  file: number;
  line: number;
  reference: string;
  amount_minor: bigint;
  currency: string;
  value_date: string | null;
  type: string;
  fee_minor: bigint;
  batch: string;
  own_reference: string;
}

export const sightingOf = (row: LineRow): LineSighting => ({
  partner: row.partner,
  businessDay: dayOf(row.business_day),
  fileName: row.name,
  line: {
    file: row.file,
    line: row.line,
    reference: row.reference,
    amountMinor: row.amount_minor,
    currency: row.currency,
    day: row.value_date === null ? null : parseDay(row.value_date),
    type: row.type,
    feeMinor: row.fee_minor,
    batch: row.batch,
    order: row.own_reference,
  },
});

/** The driver gives a date as it is stored. */
function dayOf(text: string): Day {
  const day = parseDay(text);
  if (day === null) throw new OpsError('internal', 'A stored day is not a date.', { details: { day: text } });
  return day;
}
