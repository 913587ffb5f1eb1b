/**
 * Events of payments providers in Postgres, how far their lists were read, and the alerts that they raise about themselves.
 */
import { OpsError } from '../../kernel/errors.js';
import type { Clock } from '../../kernel/clock.js';
import type { LifeTable } from '../../ports/lives.js';
import type {
  Look,
  Looks,
  PartnerSignal,
  PartnerSignals,
  ProviderInbox,
  WaitingEvent,
} from '../../ports/provider-events.js';
import type { Database } from './database.js';
import { jsonText } from './texts.js';
import { requirePg } from './transactions.js';

export const providerEventLives: LifeTable = { table: 'paydesk.provider_events', key: 'id' };

const putSql = `
  insert into paydesk.provider_events (id, type, object, happened_at, received_at, came_by, due_at)
  select id, type, object, happened_at, $2, $3, $2
  from jsonb_to_recordset($1::jsonb) as given (id text, type text, object text, happened_at timestamptz)
  on conflict (id) do nothing returning id`;
const readSql = `
  select id, type, object as "objectId", happened_at as "happenedAt", failures, finished_at is not null as "isFinished"
  from paydesk.provider_events where id = $1`;
const finishSql = `
  update paydesk.provider_events set finished_at = coalesce(finished_at, $2), outcome = coalesce(outcome, $3), due_at = null,
    version = version + 1
  where id = $1`;
const postponeSql = `
  update paydesk.provider_events set due_at = $2, failures = failures + 1, version = version + 1
  where id = $1 and finished_at is null`;
const forgetSql = `
  with old as (
    delete from paydesk.provider_events where id in (
      select id from paydesk.provider_events where finished_at < $1 limit 10000 for update skip locked)
    returning 1
  )
  select count(*)::int as count from old`;

export const createProviderInbox = ({ query }: Pick<Database, 'query'>, clock: Clock): ProviderInbox => ({
  put: async (events, cameBy) => {
    const rows = events.map(({ id, type, objectId, happenedAt }) => ({
      id,
      type,
      object: objectId,
      happened_at: happenedAt,
    }));
    return (await query(putSql, [jsonText(rows), clock.now(), cameBy])).length;
  },
  read: async (id) => (await query<WaitingEvent>(readSql, [id]))[0] ?? null,
  finish: async (id, outcome) => {
    await query(finishSql, [id, clock.now(), outcome]);
  },
  postpone: async (id, until) => {
    await query(postponeSql, [id, until]);
  },
  forget: async (before) => (await query<{ count: number }>(forgetSql, [before]))[0]?.count ?? 0,
});

const beginLookSql = `
  insert into paydesk.provider_looks (name, begun_at) values ($1, $2) on conflict (name) do nothing`;
const lookSql = `
  select begun_at as "begunAt", looked_to as "lookedTo", cursor, whole_at as "wholeAt", unread
  from paydesk.provider_looks where name = $1`;
const lookColumns = {
  lookedTo: 'looked_to',
  cursor: 'cursor',
  wholeAt: 'whole_at',
  unread: 'unread',
} as const;

export const createLooks = ({ query }: Pick<Database, 'query'>, clock: Clock): Looks => ({
  of: async (name) => {
    await query(beginLookSql, [name, clock.now()]);
    const [look] = await query<Look>(lookSql, [name]);
    if (look) return look;
    throw new OpsError('internal', 'A look that has just begun is gone.', { details: { name } });
  },
  put: async (name, { unread, ...rest }) => {
    const entries = [
      ...Object.entries(rest),
      ...(unread === undefined ? [] : [['unread', jsonText(unread)] as const]),
    ];
    const sets = entries.map(
      ([key], index) => `${lookColumns[key as keyof typeof lookColumns]} = $${index + 2}`,
    );
    const values = [name, ...entries.map(([, value]) => value)];
    await query(`update paydesk.provider_looks set ${sets.join(', ')} where name = $1`, values);
  },
});

const signalColumns = `
  id, partner, type, summary, severity, started_at as "startedAt", resolved_at as "resolvedAt"`;
const noteSignalSql = `
  insert into paydesk.partner_signals as known (id, partner, type, summary, severity, started_at, resolved_at, seen_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict (id) do update set severity = coalesce(known.severity, excluded.severity),
    started_at = coalesce(known.started_at, excluded.started_at),
    resolved_at = coalesce(known.resolved_at, excluded.resolved_at), seen_at = excluded.seen_at
  where (known.started_at is null and excluded.started_at is not null)
    or (known.resolved_at is null and excluded.resolved_at is not null)
  returning ${signalColumns}`;
const openSignalsSql = `
  select ${signalColumns} from paydesk.partner_signals
  where partner = $1 and resolved_at is null order by started_at desc nulls last limit 10`;

export const createPartnerSignals = ({ query }: Pick<Database, 'query'>): PartnerSignals => ({
  note: async (tx, { id, partner, type, summary, severity, startedAt, resolvedAt }) => {
    const values = [id, partner, type, summary, severity, startedAt, resolvedAt, tx.now];
    return (await requirePg(tx).query<PartnerSignal>(noteSignalSql, values))[0] ?? null;
  },
  open: (partner) => query<PartnerSignal>(openSignalsSql, [partner]),
});
