/** Balances that the statements of a unit state, and those that an account had before: kept with each run. */
import { isoDay, parseDay, type Day } from '../../../kernel/calendar-day.js';
import type { StatedBalance } from '../../../ports/reconciliation.js';
import type { CopySession } from './session.js';

const keepSql = `
  insert into paydesk.recon_balances (unit, file, line, account, currency, exponent, from_day, to_day, opening_minor,
    closing_minor)
  select $1, $2, b.* from unnest($3::bigint[], $4::text[], $5::text[], $6::int[], $7::date[], $8::date[], $9::numeric[],
    $10::numeric[]) as b (line, account, currency, exponent, from_day, to_day, opening_minor, closing_minor)
  on conflict do nothing`;

export async function keepBalances(
  session: CopySession,
  unit: number,
  file: number,
  balances: readonly StatedBalance[],
): Promise<void> {
  await session.query('delete from paydesk.recon_balances where unit = $1 and file = $2', [unit, file]);
  if (balances.length === 0) return;
  await session.query(keepSql, [
    unit,
    file,
    balances.map(({ line }) => line),
    balances.map(({ account }) => account),
    balances.map(({ currency }) => currency),
    balances.map(({ exponent }) => exponent),
    balances.map(({ from }) => isoDay(from)),
    balances.map(({ to }) => isoDay(to)),
    balances.map(({ openingMinor }) => openingMinor?.toString() ?? null),
    balances.map(({ closingMinor }) => closingMinor?.toString() ?? null),
  ]);
}

const continuesSql = `
  select from paydesk.recon_balances
  where unit = $1 and file <> $2 and account = $3 and currency = $4 and to_day = $5::date
    and closing_minor::numeric / 10::numeric ^ exponent = $6::numeric / 10::numeric ^ $7::int limit 1`;

/** Whether it goes on where another file of the unit ended on the same day, as the pages of one statement do. */
export async function continuesAnother(
  session: CopySession,
  unit: number,
  file: number,
  { account, currency, to, openingMinor, exponent }: StatedBalance,
): Promise<boolean> {
  const values = [unit, file, account, currency, isoDay(to), String(openingMinor), exponent];
  return (await session.query(continuesSql, values)).length > 0;
}

// Of two statements of a day the one that came last counts.
const beforeSql = `
  select b.line, b.account, b.currency, b.exponent, b.from_day::text as "from", b.to_day::text as "to",
    b.opening_minor::text as opening, b.closing_minor::text as closing
  from paydesk.recon_balances b join paydesk.recon_units u on u.id = b.unit
  where u.partner = $1 and b.account = $2 and b.currency = $3 and b.to_day <= $4::date and b.to_day < $5::date
    and b.file <> $6
  order by b.to_day desc, b.file desc, b.line desc limit 1`;

interface BalanceRow {
  line: bigint | string;
  account: string;
  currency: string;
  exponent: number;
  from: string;
  to: string;
  opening: string | null;
  closing: string | null;
}

/** The newest in another file that ended before; null where none did. */
export async function balanceBefore(
  session: CopySession,
  partner: string,
  file: number,
  { account, currency, from, to }: StatedBalance,
): Promise<StatedBalance | null> {
  const [row] = await session.query<BalanceRow>(beforeSql, [
    partner,
    account,
    currency,
    isoDay(from),
    isoDay(to),
    file,
  ]);
  if (!row) return null;
  const dayOf = (text: string): Day => parseDay(text) ?? 0;
  const minorOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
  const { opening, closing, line, ...found } = row;
  return {
    ...found,
    line: Number(line),
    from: dayOf(row.from),
    to: dayOf(row.to),
    openingMinor: minorOf(opening),
    closingMinor: minorOf(closing),
  };
}
