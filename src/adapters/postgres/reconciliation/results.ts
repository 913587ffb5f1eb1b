/** What runs left behind, read a page at a time. */
import { isoDay, parseDay, type Day } from '../../../kernel/calendar-day.js';
import type {
  BreakFact,
  BreakKind,
  ClearedFact,
  MatchFact,
  Page,
  QuarantineFact,
  ReconciliationResults,
  RuleName,
  UnitKey,
  UnitRecord,
  UnitTotals,
} from '../../../ports/reconciliation.js';
import type { Database } from '../database.js';
import { entryOf, lineOf, type EntryJson, type LineJson } from './rows.js';

export function createReconciliationResults(database: Pick<Database, 'query'>): ReconciliationResults {
  const page = async <Fact>(
    sql: string,
    { partner, businessDay }: UnitKey,
    limit: number,
    after: number,
    read: (row: never) => Fact,
  ): Promise<Page<Fact>> => {
    const rows = await database.query<never>(sql, [partner, isoDay(businessDay), limit + 1, after]);
    const facts = rows.slice(0, limit).map(read);
    return { facts, next: rows.length > limit ? after + limit : null };
  };
  return {
    units: async (partner, from, to) =>
      (await database.query<UnitRow>(unitsSql, [partner, isoDay(from), isoDay(to)])).map(unitOf),
    unit: async ({ partner, businessDay }) => {
      const day = isoDay(businessDay);
      const [row] = await database.query<UnitRow>(unitsSql, [partner, day, day]);
      return row ? unitOf(row) : null;
    },
    breaks: (key, limit, after = 0) => page(breaksSql, key, limit, after, breakOf),
    breaksBy: async (identities) =>
      (await database.query<ResultRow>(breaksBySql, [[...identities]])).map(breakOf),
    cleared: (key, limit, after = 0) => page(clearedSql, key, limit, after, clearedOf),
    matches: (key, limit, after = 0) => page(ofType('match'), key, limit, after, matchOf),
    quarantine: (key, limit, after = 0) => page(ofType('quarantined'), key, limit, after, quarantineOf),
    pending: async (partner, limit) => {
      const rows = await database.query<{ due_on: string; row: EntryJson }>(pendingSql, [partner, limit]);
      return rows.map(({ due_on, row }) => ({ dueOn: dayOf(due_on), entry: entryOf(row) }));
    },
    linesBy: async (reference, limit) =>
      (await database.query<SightingRow>(linesSql, [reference, limit])).map((row) => ({
        partner: row.partner,
        businessDay: dayOf(row.business_day),
        fileName: row.name,
        line: {
          file: Number(row.file),
          line: Number(row.line),
          reference: row.reference,
          amountMinor: row.amount_minor,
          currency: row.currency,
          day: row.value_date === null ? null : parseDay(row.value_date),
          type: row.type,
          feeMinor: row.fee_minor,
          batch: row.batch,
        },
      })),
  };
}

/** Dates of the database are whole. */
const dayOf = (text: string): Day => parseDay(text) ?? 0;

const unitsSql = `
  select u.*, u.business_day::text as business_day, u.after_day::text as after_day, u.as_of::text as as_of,
    array(select f.file from paydesk.recon_unit_files f where f.unit = u.id order by f.file) as files
  from paydesk.recon_units u
  where ($1::text is null or u.partner = $1) and u.business_day between $2 and $3
  order by u.business_day, u.partner`;

const unitIs = 'unit = (select id from paydesk.recon_units where partner = $1 and business_day = $2)';

const breaksSql = `
  select * from paydesk.recon_results where ${unitIs} and type = 'break'
  order by currency, abs(difference_minor) desc, seq limit $3 offset $4`;

const breaksBySql = `
  select distinct on (identity) * from paydesk.recon_results
  where type = 'break' and identity = any($1) order by identity, unit desc`;

const ofType = (type: 'match' | 'quarantined'): string => `
  select * from paydesk.recon_results where ${unitIs} and type = '${type}' order by seq limit $3 offset $4`;

const clearedSql = `
  select * from paydesk.recon_open
  where closed_by = (select id from paydesk.recon_units where partner = $1 and business_day = $2)
    and identity is not null
  order by identity limit $3 offset $4`;

const pendingSql = `
  select due_on::text as due_on, row from paydesk.recon_open
  where partner = $1 and closed_by is null and due_on is not null order by due_on, key limit $2`;

const linesSql = `
  select u.partner, u.business_day::text as business_day, f.name, l.*, l.value_date::text as value_date
  from paydesk.recon_lines l
  join paydesk.recon_units u on u.id = l.unit
  join paydesk.statement_files f on f.id = l.file
  where l.reference = $1 and l.superseded_by is null
  order by u.business_day desc, l.line limit $2`;

interface UnitRow {
  partner: string;
  business_day: string;
  after_day: string;
  as_of: string;
  runs: number;
  ran_at: Date;
  engine: 'join' | 'sql';
  files: (bigint | string)[];
  ledger_rows: bigint;
  statement_rows: bigint;
  matched: UnitRecord['matched'];
  breaks: UnitRecord['breaks'];
  pending: bigint;
  quarantined: bigint;
  cleared: bigint;
  totals: Record<string, Record<keyof UnitTotals, string>>;
}

const unitOf = (row: UnitRow): UnitRecord => ({
  partner: row.partner,
  businessDay: dayOf(row.business_day),
  runs: row.runs,
  ranAt: row.ran_at,
  asOf: dayOf(row.as_of),
  engine: row.engine,
  afterDay: dayOf(row.after_day),
  files: row.files.map(Number),
  ledgerRows: Number(row.ledger_rows),
  statementRows: Number(row.statement_rows),
  matched: row.matched,
  breaks: row.breaks,
  pending: Number(row.pending),
  quarantined: Number(row.quarantined),
  cleared: Number(row.cleared),
  totals: new Map(Object.entries(row.totals).map(([currency, totals]) => [currency, totalsOf(totals)])),
});

const totalsOf = (totals: Record<keyof UnitTotals, string>): UnitTotals => ({
  ledgerMinor: BigInt(totals.ledgerMinor),
  statementMinor: BigInt(totals.statementMinor),
  explainedMinor: BigInt(totals.explainedMinor),
  pendingMinor: BigInt(totals.pendingMinor),
});

interface ResultRow {
  name: string;
  identity: string;
  currency: string;
  difference_minor: string;
  entries: EntryJson[];
  lines: LineJson[];
  message: string;
}

const breakOf = (row: ResultRow): BreakFact => ({
  identity: row.identity,
  kind: row.name as BreakKind,
  currency: row.currency,
  differenceMinor: BigInt(row.difference_minor),
  entries: row.entries.map(entryOf),
  lines: row.lines.map(lineOf),
});

const matchOf = (row: ResultRow): MatchFact => ({
  rule: row.name as RuleName,
  entries: row.entries.map(entryOf),
  lines: row.lines.map(lineOf),
});

const quarantineOf = ({ name, lines, message }: ResultRow): QuarantineFact => ({
  file: lines[0]?.file ?? 0,
  line: lines[0]?.line ?? 0,
  code: name,
  message,
});

interface ClearedRow {
  identity: string;
  closed_rule: string;
  closed_entries: EntryJson[];
  closed_lines: LineJson[];
}

const clearedOf = (row: ClearedRow): ClearedFact => ({
  identity: row.identity,
  rule: row.closed_rule as ClearedFact['rule'],
  entries: row.closed_entries.map(entryOf),
  lines: row.closed_lines.map(lineOf),
});

interface SightingRow {
  partner: string;
  business_day: string;
  name: string;
  file: bigint;
  line: bigint;
  reference: string;
  amount_minor: bigint;
  currency: string;
  value_date: string | null;
  type: string;
  fee_minor: bigint;
  batch: string;
}
