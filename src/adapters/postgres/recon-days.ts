/** Business days as people work on them, in Postgres: shown, late, signed off. */
import { isoDay, parseDay } from '../../kernel/calendar-day.js';
import type { DayEvent, Days, DayState } from '../../ports/breaks.js';
import type { UnitKey } from '../../ports/reconciliation.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

const columns = 'followed_runs, shown, late_at, signed_by, signed_at';
// A day that was never worked on has no row to lock yet.
const lockSql = `select pg_advisory_xact_lock(hashtextextended('paydesk.recon_days/' || $1 || '/' || $2, 0))`;
const findSql = `select ${columns} from paydesk.recon_days where partner = $1 and business_day = $2::date`;
const unfollowedSql = `
  select unit.partner, unit.business_day from paydesk.recon_units unit
  left join paydesk.recon_days day using (partner, business_day)
  where unit.runs > coalesce(day.followed_runs, 0) order by unit.business_day, unit.partner`;
const unshownSql = `
  select newest.partner, newest.business_day from (
    select partner, max(business_day) as business_day from paydesk.recon_units group by partner
  ) newest
  left join paydesk.recon_days day using (partner, business_day) where day.shown is not true`;
const putSql = `
  insert into paydesk.recon_days (partner, business_day, ${columns}) values ($1, $2::date, $3, $4, $5, $6, $7)
  on conflict (partner, business_day) do update
  set followed_runs = $3, shown = $4, late_at = $5, signed_by = $6, signed_at = $7`;
const eventSql = `
  insert into paydesk.recon_day_events (partner, business_day, at, actor, kind, text)
  values ($1, $2::date, $3, $4, $5, $6)`;
const eventsSql = `
  select at, actor, kind, text from paydesk.recon_day_events where partner = $1 and business_day = $2::date order by id`;
const movementsSql = `
  with moved as (
    select l.currency, sum(abs(l.amount_minor)) as gross from paydesk.recon_lines l
    join paydesk.recon_units u on u.id = l.unit
    where u.partner = $1 and u.business_day = $2::date and l.superseded_by is null group by l.currency
  ),
  missed as (
    select currency, sum(abs(difference_minor)) as open from paydesk.breaks
    where partner = $1 and business_day = $2::date and state in ('open', 'owned') group by currency
  )
  select currency, trunc(coalesce(gross, 0))::text as gross, trunc(coalesce(open, 0))::text as open
  from moved full join missed using (currency) order by currency`;
const rollUpSql = `
  insert into paydesk.recon_roll_ups (kind, from_day, posted_at) values ($1, $2::date, $3)
  on conflict do nothing returning kind`;
const rolledUpSql = 'select from paydesk.recon_roll_ups where kind = $1 and from_day = $2::date';
const writersOffSql = `
  select distinct e.actor from paydesk.break_events e join paydesk.breaks b on b.number = e.break
  where e.kind = 'written_off' and b.partner = $1 and b.business_day = $2::date and e.actor <> 'paydesk'`;

export function createDays(database: Pick<Database, 'query'>): Days {
  const values = ({ partner, businessDay }: UnitKey): [string, string] => [partner, isoDay(businessDay)];
  return {
    take: async (tx, key) => {
      const { query } = requirePg(tx);
      await query(lockSql, values(key));
      const [row] = await query<DayRow>(findSql, values(key));
      return row ? stateOf(key, row) : stateOf(key, newDay);
    },
    put: async (tx, day, event) => {
      const { query } = requirePg(tx);
      const { followedRuns, shown, lateAt, signedBy, signedAt } = day;
      await query(putSql, [...values(day), followedRuns, shown, lateAt, signedBy, signedAt]);
      if (event) await query(eventSql, [...values(day), tx.now, event.actor, event.kind, event.text]);
    },
    find: async (key) => {
      const [row] = await database.query<DayRow>(findSql, values(key));
      return row ? stateOf(key, row) : null;
    },
    unfollowed: async () => (await database.query<KeyRow>(unfollowedSql)).map(keyOf),
    unshown: async () => (await database.query<KeyRow>(unshownSql)).map(keyOf),
    eventsOf: (key) => database.query<DayEvent>(eventsSql, values(key)),
    movementsOf: async (key) =>
      (
        await database.query<{ currency: string; gross: string; open: string }>(movementsSql, values(key))
      ).map(({ currency, gross, open }) => ({
        currency,
        grossMinor: BigInt(gross),
        openMinor: BigInt(open),
      })),
    isRolledUp: async ({ kind, from }) =>
      (await database.query(rolledUpSql, [kind, isoDay(from)])).length > 0,
    noteRollUp: async (tx, { kind, from }) =>
      (await requirePg(tx).query(rollUpSql, [kind, isoDay(from), tx.now])).length > 0,
    writersOff: async (key) =>
      (await database.query<{ actor: string }>(writersOffSql, values(key))).map(({ actor }) => actor),
  };
}

interface KeyRow {
  partner: string;
  business_day: string;
}

const keyOf = ({ partner, business_day }: KeyRow): UnitKey => ({
  partner,
  businessDay: parseDay(business_day) ?? 0,
});

interface DayRow {
  followed_runs: number;
  shown: boolean;
  late_at: Date | null;
  signed_by: string | null;
  signed_at: Date | null;
}

const newDay: DayRow = { followed_runs: 0, shown: false, late_at: null, signed_by: null, signed_at: null };

const stateOf = ({ partner, businessDay }: UnitKey, row: DayRow): DayState => ({
  partner,
  businessDay,
  followedRuns: row.followed_runs,
  shown: row.shown,
  lateAt: row.late_at,
  signedBy: row.signed_by,
  signedAt: row.signed_at,
});
