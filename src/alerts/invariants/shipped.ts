/**
 * What must hold in every company's books (docs/connect-your-books.md), whatever its accounts are called.
 *
 * Invariant: each looks back a bounded time only, so that large books bear being asked; both sides of a booking have one
 * business day, so a window of business days never cuts one in two.
 */
import { dayMs } from '../../kernel/clock.js';
import { rational } from '../../kernel/rational.js';
import type { Invariant } from '../../ports/invariants.js';

const signed = `case direction when 'debit' then amount_minor when 'credit' then -amount_minor end`;
const lately = (days: number): string =>
  `business_day >= ($1::timestamptz at time zone 'UTC')::date - ${days}`;

const rowsOf = (where: string): string => `
  select booked_at, account, direction, amount_minor, currency, reference
  from ledger_entries where ${where} order by booked_at desc limit 5`;

const findsNothing = (
  id: string,
  name: string,
  what: string,
  sql: string,
  movedSql: string | null,
): Invariant => ({ id, name, rule: { kind: 'nothing' }, sources: [{ name: what, sql }], movedSql });

export const shippedInvariants: readonly Invariant[] = [
  {
    id: 'ledger-balanced',
    name: 'Ledger balanced',
    rule: { kind: 'equation', factors: [rational(1n)], equals: rational(0n) },
    sources: [
      {
        name: 'ledger',
        sql: `select currency as key, sum(${signed}) as value from ledger_entries where ${lately(31)} group by 1`,
      },
    ],
    movedSql: `
      select max(booked_at) as booked_at, reference, sum(${signed}) as difference_minor
      from ledger_entries where currency = $1 and business_day >= current_date - 31
      group by reference having sum(${signed}) <> 0 order by 1 desc limit 5`,
  },
  findsNothing(
    'one-sided-bookings',
    'No one-sided bookings',
    'references whose sides differ',
    `select reference || ' ' || currency as key, coalesce(sum(${signed}), 0) as value
     from ledger_entries where ${lately(7)} group by reference, currency having sum(${signed}) is distinct from 0 limit 100`,
    rowsOf(`reference = split_part($1, ' ', 1)`),
  ),
  findsNothing(
    'duplicate-entries',
    'No duplicate entry ids',
    'duplicate entry ids',
    `select entry_id as key, count(*) as value from ledger_entries
     where ${lately(7)} group by 1 having count(*) > 1 limit 100`,
    rowsOf('entry_id = $1'),
  ),
  findsNothing(
    'duplicate-attempts',
    'No duplicate attempt ids',
    'duplicate attempt ids',
    `select attempt_id as key, count(*) as value from payment_attempts
     where created_at >= $1::timestamptz - interval '7 days' group by 1 having count(*) > 1 limit 100`,
    null,
  ),
  findsNothing(
    'orphan-captures',
    'No captures without an attempt',
    'captures of payments without an attempt',
    `select payment_id as key, max(amount_minor) as value from ledger_entries as entry
     where ${lately(7)} and kind = 'capture' and payment_id is not null
       and not exists (select from payment_attempts where payment_id = entry.payment_id)
     group by 1 limit 100`,
    rowsOf('payment_id = $1'),
  ),
  findsNothing(
    'returned-payouts',
    'No returned payouts',
    'payouts whose booking was reversed',
    `select partner || ' ' || coalesce(batch_id, reference) || ' ' || currency as key, max(amount_minor) as value
     from ledger_entries where ${lately(7)} and kind = 'payout'
     group by partner, coalesce(batch_id, reference), currency, account having count(distinct direction) > 1 limit 100`,
    rowsOf(`kind = 'payout' and coalesce(batch_id, reference) = split_part($1, ' ', 2)`),
  ),
  findsNothing(
    'unit-jumps',
    'No unit jumps',
    'partners whose amounts are 50 times what they were',
    `with typical as (
       select partner || ' ' || currency as key, created_at >= $1::timestamptz - interval '1 day' as is_new,
         percentile_disc(0.5) within group (order by amount_minor) as middle, count(*) as n
       from payment_attempts where created_at >= $1::timestamptz - interval '8 days' and amount_minor > 0 group by 1, 2)
     select now.key, round(now.middle::numeric / greatest(before.middle, 1), 3) as value
     from typical as now join typical as before using (key)
     where now.is_new and not before.is_new and now.n >= 20 and before.n >= 100
       and (now.middle > 50 * before.middle or 50 * now.middle < before.middle)`,
    null,
  ),
  findsNothing(
    'ledger-gaps',
    'No days missing in the ledger',
    'days without bookings for a partner that books every day',
    `with days as (
       select partner, business_day from ledger_entries where ${lately(30)} group by 1, 2),
     wanted as (
       select partner, day::date as business_day
       from (select partner from days
             where business_day < ($1::timestamptz at time zone 'UTC')::date - 1 group by 1 having count(*) >= 27) as daily,
         generate_series(($1::timestamptz at time zone 'UTC')::date - 30, ($1::timestamptz at time zone 'UTC')::date - 2,
           interval '1 day') as day)
     select partner || ' ' || business_day as key, 1 as value from wanted
     where not exists (select from days where days.partner = wanted.partner and days.business_day = wanted.business_day)
     limit 100`,
    null,
  ),
  {
    id: 'ledger-current',
    name: 'Ledger current',
    rule: { kind: 'stale', afterMs: dayMs },
    sources: [
      {
        name: 'ledger',
        sql: `select 'newest booking' as key, 1 as value, max(booked_at) as since from ledger_entries where ${lately(31)}`,
      },
    ],
    movedSql: null,
  },
];
