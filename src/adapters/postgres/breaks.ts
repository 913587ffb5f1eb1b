/**
 * The lives of breaks in Postgres, set by set: a day with a hundred thousand breaks is a few statements.
 *
 * Invariant: a break is over by itself when its day's last run no longer finds it, or when a later day's run matched what
 * it missed. It is read from the results of the runs, never from what a caller remembers. People write the number of a
 * break down: it stays, also when a newer run names its rows or its kind anew.
 */
import { isoDay, parseDay, type Day } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import type {
  Break,
  BreakEvent,
  BreakEventKind,
  Followed,
  BreakFilter,
  BreakRecord,
  Breaks,
  BreakState,
  OpenCount,
} from '../../ports/breaks.js';
import type { BreakKind, RuleName } from '../../ports/reconciliation.js';
import { breakFlow } from './break-flow.js';
import type { Database, Querier } from './database.js';
import { requirePg } from './transactions.js';

const columns = `b.number, b.identity, b.partner, b.business_day, b.kind, b.currency,
  trunc(b.difference_minor)::text as difference, b.state, b.owner, b.material, b.opened_at, b.changed_at, b.resolved_rule,
  b.resolved_file::int as resolved_file, f.name as file_name, b.resolved_line::int as resolved_line, b.resolved_by,
  b.resolved_day, b.remediation, b.has_card, b.version`;
const joined = 'paydesk.breaks b left join paydesk.statement_files f on f.id = b.resolved_file';

// What the unit's last run finds and no later unit has answered.
const foundSql = `
  select r.identity, u.partner, u.business_day, r.name, r.currency, r.difference_minor,
    paydesk.break_reference(r.entries, r.lines) as reference
  from paydesk.recon_units u join paydesk.recon_results r on r.unit = u.id and r.type = 'break'
  where u.partner = $1 and u.business_day = $2::date
    and not exists (select from paydesk.recon_open o where o.identity = r.identity and o.closed_by is not null)`;

// A break that no run finds any more, and a new one of the same day, reference and difference, are one break.
const renameSql = `
  with found as (${foundSql}),
  fresh as (
    select * from found where reference <> ''
      and not exists (select from paydesk.breaks known where known.identity = found.identity)
  ),
  gone as (
    select b.number, b.currency, b.difference_minor, b.reference from paydesk.breaks b
    where b.partner = $1 and b.business_day = $2::date
      and not exists (select from paydesk.recon_results r where r.identity = b.identity and r.type = 'break')
      and not exists (select from paydesk.recon_open o where o.identity = b.identity)
  ),
  pairs as (
    select fresh.identity, fresh.name, gone.number, count(*) over (partition by fresh.identity) as candidates,
      count(*) over (partition by gone.number) as claims
    from fresh join gone using (currency, difference_minor, reference)
  )
  update paydesk.breaks b set identity = pairs.identity, kind = pairs.name from pairs
  where b.number = pairs.number and candidates = 1 and claims = 1`;

// Known ones are left out first, because a conflict would use up a number that people would miss.
const openSql = `
  with found as (${foundSql}),
  opened as (
    insert into paydesk.breaks as b
      (identity, partner, business_day, kind, currency, difference_minor, reference, state, material, opened_at, changed_at)
    select identity, partner, business_day, name, currency, difference_minor, reference, 'open',
      abs(difference_minor) >= coalesce((($4::jsonb) ->> currency)::numeric, $5::numeric), $3, $3
    from found where not exists (select from paydesk.breaks known where known.identity = found.identity) order by identity
    on conflict (identity) do nothing
    returning number
  )
  insert into paydesk.break_events (break, at, actor, kind, text) select number, $3, 'paydesk', 'opened', '' from opened
  returning break`;

const reopenSql = `
  with found as (${foundSql}),
  reopened as (
    update paydesk.breaks b set state = case when owner is null then 'open' else 'owned' end, changed_at = $3,
      version = version + 1, resolved_rule = null, resolved_file = null, resolved_line = null, resolved_day = null,
      resolved_by = null
    from found where b.identity = found.identity and b.state = 'resolved' and b.resolved_by is null
    returning b.number
  )
  insert into paydesk.break_events (break, at, actor, kind, text)
  select number, $3, 'paydesk', 'reopened', 'A newer run finds it again.' from reopened returning break`;

// Of all days of the partner: what ended a break of last week may be a run of today.
const answeredSql = `
    select b.number, o.closed_rule as rule, o.closed_day as day,
      (o.closed_lines -> 0 ->> 'file')::bigint as file, (o.closed_lines -> 0 ->> 'line')::bigint as line
    from paydesk.breaks b
    join lateral (
      select * from paydesk.recon_open o where o.identity = b.identity and o.closed_by is not null limit 1
    ) o on true
    where b.partner = $1 and b.state in ('open', 'owned')
    union all
    select b.number, null, $2::date, null, null
    from paydesk.breaks b
    where b.partner = $1 and b.state in ('open', 'owned')
      and not exists (select from paydesk.recon_results r where r.identity = b.identity and r.type = 'break')
      and not exists (select from paydesk.recon_open o where o.identity = b.identity and o.closed_by is not null)`;

/** Unknown where the currency has no limit. */
const isSmall = `abs(b.difference_minor) <= (($3::jsonb) ->> b.currency)::numeric`;

const resolveSql = `
  with answered as (${answeredSql}),
  resolved as (
    update paydesk.breaks b set state = 'resolved', changed_at = $4, version = version + 1, resolved_rule = answered.rule,
      resolved_file = (select id from paydesk.statement_files where id = answered.file), resolved_line = answered.line,
      resolved_day = answered.day
    from answered where b.number = answered.number and (${isSmall}) is not false
    returning b.number
  )
  insert into paydesk.break_events (break, at, actor, kind, text) select number, $4, 'paydesk', 'resolved', '' from resolved
  returning break`;

// Said once, until the break is found again.
const tooLargeSql = `
  with answered as (${answeredSql})
  select b.number, coalesce(f.name || ', line ' || answered.line, 'a corrected file or a new booking')
    || coalesce(' (' || answered.rule || ')', '') as by
  from answered join paydesk.breaks b on b.number = answered.number
    left join paydesk.statement_files f on f.id = answered.file
  where (${isSmall}) is false and not exists (
    select from paydesk.break_events e where e.break = b.number and e.kind = 'answered' and not exists (
      select from paydesk.break_events later where later.break = b.number and later.id > e.id and later.kind = 'reopened'))
  order by b.number limit 100`;

const changedSql = `select ${columns} from ${joined} where b.number = any($1) order by b.has_card desc, b.number limit 100`;
const takeSql = `select ${columns} from ${joined} where b.number = $1 for update of b`;
const findSql = `select ${columns} from ${joined} where b.number = $1`;
const changeSql = `
  update paydesk.breaks set changed_at = $2, version = version + 1,
    state = coalesce($3, state),
    owner = case when $4 then $5 else owner end,
    resolved_by = case when $6 then $7 else resolved_by end,
    remediation = coalesce($8, remediation),
    has_card = coalesce($9, has_card)
  where number = $1`;
const eventSql =
  'insert into paydesk.break_events (break, at, actor, kind, text) values ($1, $2, $3, $4, $5)';
const eventsSql = 'select at, actor, kind, text from paydesk.break_events where break = $1 order by id';

// The sides of a payout's break may call it by different names; those of a payment share theirs.
const filterSql = `
  ($1::text is null or b.partner = $1) and ($2::date is null or b.business_day = $2)
  and ($3::text[] is null or b.state = any($3)) and ($4::text is null or b.kind = $4)
  and ($5::text is null or b.currency = $5) and ($6::text is null or b.owner = $6)
  and ($7::boolean is null or b.material = $7) and ($8::date is null or b.business_day < $8)
  and ($9::text[] is null or b.reference = any($9) and b.reference <> ''
    or b.kind = 'batch_residue' and exists (
      select from paydesk.recon_results r, jsonb_array_elements(r.entries::jsonb || r.lines::jsonb) side
      where r.identity = b.identity and r.type = 'break' and side ->> 'reference' = any($9)))`;
// Minor units of currencies with other decimals are brought to the same size: a yen is not a hundredth of a dollar.
const listSql = `
  select ${columns} from ${joined} where ${filterSql}
  order by abs(b.difference_minor) / coalesce((($10::jsonb) ->> b.currency)::numeric, 1) desc, b.number limit $11`;
const countSql = `select count(*)::int as count from paydesk.breaks b where ${filterSql}`;
const openCountsSql = `
  select business_day, kind, currency, count(*)::int as count, (count(*) filter (where material))::int as material,
    trunc(sum(abs(difference_minor)))::text as absolute
  from paydesk.breaks where state in ('open', 'owned') and ($1::text is null or partner = $1)
  group by business_day, kind, currency order by business_day, kind, currency`;
const openedSql = `
  select currency, count(*)::int as count, trunc(sum(abs(difference_minor)))::text as absolute
  from paydesk.breaks where partner = $1 and opened_at >= $2 and opened_at < $3 group by currency order by currency`;
const closedSql = `
  select count(*)::int as count,
    percentile_disc(0.5) within group (order by extract(epoch from changed_at - opened_at))::float8 / 86400 as days
  from paydesk.breaks
  where partner = $1 and state in ('resolved', 'written_off') and changed_at >= $2 and changed_at < $3`;
const requestSql = `
  select 'REM-' || number as id, requester as "requesterId" from paydesk.remediations where idempotency_key = $1`;

/** By currency, in minor units: sizes that matter, and the one where nothing else is said. */
export interface BreakSizes {
  byCurrency: Readonly<Record<string, string>>;
  other: string;
  /** The largest that a later run may resolve without a person; a currency without one has no limit. */
  resolvedAlone: Readonly<Record<string, string>>;
}

export function createBreaks(database: Pick<Database, 'query' | 'prepared'>, sizes: BreakSizes): Breaks {
  const one = async ({ query }: Querier, sql: string, id: string): Promise<Break> => {
    const [row] = await query<BreakRow>(sql, [numberOf(id)]);
    if (row) return breakOf(row);
    throw new OpsError('not_found', `There is no break ${id.slice(0, 40)}.`, {
      hint: '`/recon breaks` lists the open ones.',
    });
  };
  return {
    follow: async (tx, { partner, businessDay }) => {
      const { query } = requirePg(tx);
      const day = [partner, isoDay(businessDay)];
      const unit = [...day, tx.now];
      await query(renameSql, day);
      const opened = await query(openSql, [...unit, JSON.stringify(sizes.byCurrency), sizes.other]);
      const reopened = await query(reopenSql, unit);
      const limited = [...day, JSON.stringify(sizes.resolvedAlone)];
      const resolved = await query<{ break: bigint }>(resolveSql, [...limited, tx.now]);
      const answered = await noteAnswered(requirePg(tx), tx.now, limited);
      const first = await query<BreakRow>(changedSql, [resolved.map((row) => row.break)]);
      return {
        opened: opened.length,
        reopened: reopened.length,
        resolved: first.map(breakOf),
        resolvedCount: resolved.length,
        answered,
      };
    },
    take: (tx, id) => one(requirePg(tx), takeSql, id),
    change: async (tx, id, change) => {
      const pg = requirePg(tx);
      const values = [
        numberOf(id),
        tx.now,
        change.state ?? null,
        change.ownerId !== undefined,
        change.ownerId ?? null,
        change.resolvedBy !== undefined,
        change.resolvedBy ?? null,
        change.remediationId ?? null,
        change.hasCard ?? null,
      ];
      await pg.query(changeSql, values);
      return one(pg, findSql, id);
    },
    note: async (tx, id, { actor, kind, text }) => {
      await requirePg(tx).query(eventSql, [numberOf(id), tx.now, actor, kind, text]);
    },
    find: (id) => one(database, findSql, id),
    list: async ({ limit, ...filter }) => {
      const values = [...filterValues(filter), JSON.stringify(sizes.byCurrency), limit];
      return (await database.prepared<BreakRow>(listSql, values)).map(breakOf);
    },
    count: async (filter) =>
      (await database.query<{ count: number }>(countSql, filterValues(filter)))[0]?.count ?? 0,
    openCounts: async (partner) =>
      (await database.query<CountRow>(openCountsSql, [partner])).map(
        ({ business_day, absolute, ...row }) => ({
          ...row,
          businessDay: dayOf(business_day),
          absoluteMinor: BigInt(absolute),
        }),
      ),
    record: (...span) => recordOf(database, span),
    flow: breakFlow(database),
    eventsOf: (id) => database.query<BreakEvent & { kind: BreakEventKind }>(eventsSql, [numberOf(id)]),
    requestOf: async (idempotencyKey) =>
      (await database.query<{ id: string; requesterId: string }>(requestSql, [idempotencyKey]))[0] ?? null,
  };
}

/** Of those that ended but for their size. */
async function noteAnswered(
  { query }: Querier,
  now: Date,
  values: readonly unknown[],
): Promise<Followed['answered']> {
  const answered: Followed['answered'] = [];
  for (const { number, by } of await query<{ number: bigint; by: string }>(tooLargeSql, values)) {
    await query(eventSql, [number, now, 'paydesk', 'answered', by]);
    const [row] = await query<BreakRow>(findSql, [number]);
    if (row) answered.push({ found: breakOf(row), by });
  }
  return answered;
}

async function recordOf(
  { query }: Pick<Database, 'query'>,
  span: Parameters<Breaks['record']>,
): Promise<BreakRecord> {
  const opened = await query<OpenedRow>(openedSql, span);
  const [closed] = await query<{ count: number; days: number | null }>(closedSql, span);
  return {
    opened: opened.reduce((sum, { count }) => sum + count, 0),
    openedMinor: opened.map(({ currency, absolute }) => ({ currency, absoluteMinor: BigInt(absolute) })),
    closed: closed?.count ?? 0,
    medianDaysToClose: closed?.days ?? null,
  };
}

interface OpenedRow {
  currency: string;
  count: number;
  absolute: string;
}

const filterValues = (filter: Omit<BreakFilter, 'limit'>): unknown[] => [
  filter.partner ?? null,
  filter.businessDay === undefined ? null : isoDay(filter.businessDay),
  filter.states ?? null,
  filter.kind ?? null,
  filter.currency ?? null,
  filter.ownerId ?? null,
  filter.material ?? null,
  filter.before === undefined ? null : isoDay(filter.before),
  filter.references ?? null,
];

/** Throws `invalid`. */
function numberOf(id: string): string {
  const number = /^BRK-(\d{1,12})$/i.exec(id)?.[1];
  if (number !== undefined) return number;
  throw new OpsError('invalid', 'That isn’t a break ID.', {
    hint: 'Break IDs look like BRK-12. `/recon breaks` lists the open ones.',
  });
}

type CountRow = Omit<OpenCount, 'businessDay' | 'absoluteMinor'> & { business_day: string; absolute: string };

interface BreakRow {
  number: bigint;
  identity: string;
  partner: string;
  business_day: string;
  kind: BreakKind;
  currency: string;
  difference: string;
  state: BreakState;
  owner: string | null;
  material: boolean;
  opened_at: Date;
  changed_at: Date;
  resolved_rule: RuleName | null;
  resolved_file: number | null;
  file_name: string | null;
  resolved_line: number | null;
  resolved_by: string | null;
  resolved_day: string | null;
  remediation: string | null;
  has_card: boolean;
  version: number;
}

const breakOf = (row: BreakRow): Break => ({
  id: `BRK-${row.number}`,
  identity: row.identity,
  partner: row.partner,
  businessDay: dayOf(row.business_day),
  kind: row.kind,
  currency: row.currency,
  differenceMinor: BigInt(row.difference),
  state: row.state,
  ownerId: row.owner,
  material: row.material,
  openedAt: row.opened_at,
  changedAt: row.changed_at,
  resolution: row.state === 'resolved' || row.state === 'written_off' ? resolutionOf(row) : null,
  remediationId: row.remediation,
  hasCard: row.has_card,
  version: row.version,
});

const resolutionOf = (row: BreakRow): Break['resolution'] => ({
  rule: row.resolved_rule,
  line:
    row.resolved_file === null || row.resolved_line === null
      ? null
      : { file: row.resolved_file, fileName: row.file_name ?? '', line: row.resolved_line },
  businessDay: row.resolved_day === null ? null : dayOf(row.resolved_day),
  by: row.resolved_by,
});

/** The driver gives a date as it is stored. */
function dayOf(text: string): Day {
  const day = parseDay(text);
  if (day === null) throw new OpsError('internal', 'A stored day is not a date.', { details: { day: text } });
  return day;
}
