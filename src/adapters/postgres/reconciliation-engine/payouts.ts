/** The payouts that a unit's report has: replaced with each run, in its transaction. */
import { isoDay, type Day } from '../../../kernel/calendar-day.js';
import type { StatementLine } from '../../../ports/reconciliation.js';
import type { CopySession } from './session.js';

const insertSql = `
  insert into paydesk.recon_payouts (unit, batch, reference, currency, amount_minor, day, file, line)
  select $1, p.* from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::date[], $7::bigint[], $8::bigint[])
    as p (batch, reference, currency, amount_minor, day, file, line)`;

/** A report has a payout as money that leaves the partner; what should arrive has the other sign. */
export async function keepPayouts(
  session: CopySession,
  unit: number,
  businessDay: Day,
  payouts: readonly StatementLine[],
): Promise<void> {
  await session.query('delete from paydesk.recon_payouts where unit = $1', [unit]);
  if (payouts.length === 0) return;
  await session.query(insertSql, [
    unit,
    payouts.map(({ batch }) => batch),
    payouts.map(({ reference }) => reference),
    payouts.map(({ currency }) => currency),
    payouts.map(({ amountMinor }) => String(-amountMinor)),
    payouts.map(({ day }) => isoDay(day ?? businessDay)),
    payouts.map(({ file }) => file),
    payouts.map(({ line }) => line),
  ]);
}
