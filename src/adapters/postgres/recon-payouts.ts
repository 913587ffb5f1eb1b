/** Payouts as reports have them, and the lines of banks that may have brought them, in Postgres. */
import { isoDay, parseDay } from '../../kernel/calendar-day.js';
import type { Payouts, ReportedPayout } from '../../ports/payouts.js';
import type { LineSighting } from '../../ports/reconciliation.js';
import type { Database } from './database.js';
import { sightingOf, sightingsFrom, type LineRow } from './recon-results.js';

// A batch that is reported again counts as it was reported last.
const reportedSql = `
  select distinct on (u.partner, coalesce(nullif(p.batch, ''), p.reference), p.currency)
    u.partner, u.business_day, p.batch, p.reference, p.currency, p.amount_minor, p.day, f.name, p.line::int as line
  from paydesk.recon_payouts p join paydesk.recon_units u on u.id = p.unit join paydesk.statement_files f on f.id = p.file
  where u.partner = any($1) and p.day >= $2::date
  order by u.partner, coalesce(nullif(p.batch, ''), p.reference), p.currency, u.business_day desc, p.file desc`;
// Each unit has a partition. Their ids as a value keep the planner from looking at all others.
const unitsSql = `select id from paydesk.recon_units where partner = $1 and business_day between $2::date and $3::date`;
const stateSql = `
  select count(*) || ' ' || coalesce(sum(runs), 0) as state from paydesk.recon_units
  where partner = any($1) and business_day >= $2::date`;
const byReferenceSql = `
  ${sightingsFrom} and l.unit = any($1) and l.reference = any($2)
  union ${sightingsFrom} and l.unit = any($1) and l.own_reference <> '' and l.own_reference = any($2)`;
const byAmountSql = `${sightingsFrom} and l.unit = any($1) and l.amount_minor = any($2::bigint[]) limit 5000`;

export function createPayouts({ query }: Pick<Database, 'query'>): Payouts {
  const linesOf = async (
    sql: string,
    [bank, from, to]: [bank: string, from: number, to: number],
    sought: readonly string[],
  ): Promise<LineSighting[]> => {
    if (sought.length === 0) return [];
    const units = await query<{ id: bigint }>(unitsSql, [bank, isoDay(from), isoDay(to)]);
    const rows = await query<LineRow>(sql, [units.map(({ id }) => id), sought]);
    return rows.map(sightingOf);
  };
  return {
    reported: async (partners, since) =>
      (await query<PayoutRow>(reportedSql, [partners, isoDay(since)])).map(payoutOf),
    state: async (partners, since) =>
      (await query<{ state: string }>(stateSql, [partners, isoDay(since)]))[0]?.state ?? '',
    linesByReference: (bank, from, to, references) => linesOf(byReferenceSql, [bank, from, to], references),
    linesByAmount: (bank, from, to, amounts) => linesOf(byAmountSql, [bank, from, to], amounts.map(String)),
  };
}

interface PayoutRow {
  partner: string;
  business_day: string;
  batch: string;
  reference: string;
  currency: string;
  amount_minor: bigint;
  day: string;
  name: string;
  line: number;
}

const payoutOf = ({ business_day, amount_minor, day, name, ...row }: PayoutRow): ReportedPayout => ({
  ...row,
  businessDay: parseDay(business_day) ?? 0,
  amountMinor: amount_minor,
  day: parseDay(day) ?? 0,
  fileName: name,
});
