/**
 * Alerts in Postgres.
 */
import { OpsError } from '../../kernel/errors.js';
import {
  judgedKinds,
  type Alert,
  type AlertProgress,
  type Alerts,
  type NewAlert,
  type Precision,
  type Quiet,
  type Quiets,
} from '../../ports/alerts.js';
import type { LifeTable } from '../../ports/lives.js';
import type { Database } from './database.js';
import { jsonText } from './texts.js';
import { requirePg } from './transactions.js';

export const alertLives: LifeTable = { table: 'paydesk.alerts', key: 'number', prefix: 'ALR-' };

const columns: Readonly<Record<keyof (NewAlert & AlertProgress), string>> = {
  metric: 'metric',
  kind: 'kind',
  slice: 'slice',
  facts: 'facts',
  onsetAt: 'onset_at',
  openedAt: 'opened_at',
  reopenedAt: 'reopened_at',
  state: 'state',
  ruling: 'ruling',
  ownerId: 'owner',
  escalations: 'escalations',
  dismissedBy: 'dismissed_by',
  incident: 'incident',
  joined: 'joined',
  resolvedAt: 'resolved_at',
  dueAt: 'due_at',
};

const names = Object.keys(columns) as (keyof typeof columns)[];
const selected = `number, version, ${names.map((name) => `${columns[name]} as "${name}"`).join(', ')}`;
const openSql = `
  insert into paydesk.alerts (${names.map((name) => columns[name]).join(', ')})
  values (${names.map((_, index) => `$${index + 1}`).join(', ')}) returning ${selected}`;
const readSql = `select ${selected} from paydesk.alerts where number = $1`;
const takeSql = `${readSql} for no key update`;
const activeSql = `
  select ${selected} from paydesk.alerts
  where state <> 'resolved' and ($1::text is null or metric = $1) order by number`;
const resolvedSql = `
  select ${selected} from paydesk.alerts
  where state = 'resolved' and resolved_at >= $1 order by resolved_at desc limit $2`;
const joinedSql = `select ${selected} from paydesk.alerts where joined = $1 order by number`;
const ofIncidentSql = `select number from paydesk.alerts where incident ->> 'id' = $1 order by number`;
const staleSql = `
  select distinct shown as id from (
    select coalesce(joined, 'ALR-' || number) as shown, changed_at from paydesk.alerts where changed_at >= $1) a
  where not exists (
      select from paydesk.live_cards c where c.live_card = 'alert:' || shown and c.updated_at >= a.changed_at)
    and not exists (
      select from paydesk.outbox o where o.live_card = 'alert:' || shown and o.state in ('waiting', 'sending'))
  limit $2`;
const precisionSql = `
  select metric, count(*)::integer as alerts, count(dismissed_by)::integer as dismissed
  from paydesk.alerts where opened_at >= $1 and kind in (${judgedKinds.map((kind) => `'${kind}'`).join(', ')}) group by metric order by metric`;
const openedOfSql = `
  select ${selected} from paydesk.alerts
  where slice ->> 'partner' = $1 and opened_at >= $2 and opened_at < $3 and dismissed_by is null order by number limit $4`;
const putQuietSql = `
  insert into paydesk.metric_quiets (metric, until, by) values ($1, $2, $3)
  on conflict (metric) do update set until = excluded.until, by = excluded.by`;
const quietSql = 'select metric, until, by from paydesk.metric_quiets where metric = $1 and until > $2';

interface Numbered {
  number: bigint;
}
type Row = Omit<Alert, 'id'> & Numbered;

const idOf = ({ number }: Numbered): string => `ALR-${number}`;
const alertOf = ({ number, ...row }: Row): Alert => ({ id: idOf({ number }), ...row });

export function createAlerts(database: Database): Alerts {
  return {
    open: async (tx, alert) => {
      const values = names.map((name) => valueOf(alert[name]));
      const [row] = await requirePg(tx).query<Row>(openSql, values);
      if (!row) throw new OpsError('internal', 'The new alert has no row.');
      return alertOf(row);
    },
    take: async (tx, id) => found(id, await requirePg(tx).query<Row>(takeSql, [numberOf(id)])),
    change: async (tx, id, progress) => {
      const given = Object.entries(progress) as [keyof AlertProgress, unknown][];
      const sets = given.map(([name], index) => `${columns[name]} = $${index + 3}`);
      const sql = `update paydesk.alerts set ${['version = version + 1', 'changed_at = $2', ...sets].join(', ')}
        where number = $1 returning ${selected}`;
      const values = [numberOf(id), tx.now, ...given.map(([, value]) => valueOf(value))];
      return found(id, await requirePg(tx).query<Row>(sql, values));
    },
    read: async (id) => found(id, await database.query<Row>(readSql, [numberOf(id)])),
    active: async (metric) => (await database.query<Row>(activeSql, [metric])).map(alertOf),
    resolvedSince: async (since, limit) =>
      (await database.query<Row>(resolvedSql, [since, limit])).map(alertOf),
    joinedTo: async (id) => (await database.query<Row>(joinedSql, [id])).map(alertOf),
    ofIncident: async (incident) => (await database.query<Numbered>(ofIncidentSql, [incident])).map(idOf),
    withStaleCards: async (since, limit) =>
      (await database.query<{ id: string }>(staleSql, [since, limit])).map(({ id }) => id),
    openedOf: async (...asked) => (await database.query<Row>(openedOfSql, asked)).map(alertOf),
    precision: (since) => database.query<Precision>(precisionSql, [since]),
  };
}

export function createQuiets(database: Database): Quiets {
  return {
    put: async (tx, { metric, until, by }) => {
      await requirePg(tx).query(putQuietSql, [metric, until, by]);
    },
    of: async (metric, now) => (await database.query<Quiet>(quietSql, [metric, now]))[0] ?? null,
  };
}

/** Slices and facts are JSON; instants are not. */
const valueOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !(value instanceof Date) ? jsonText(value) : value;

function found(id: string, [row]: Row[]): Alert {
  if (row) return alertOf(row);
  throw new OpsError('not_found', `There is no alert ${id}.`, { hint: '`/alerts` lists the open ones.' });
}

/** As text: a number beyond a bigint is no alert's. */
function numberOf(id: string): string {
  const number = /^ALR-([1-9]\d{0,17})$/i.exec(id)?.[1];
  if (number !== undefined) return number;
  throw new OpsError('invalid', 'That isn’t an alert ID.', { hint: 'Alert IDs look like ALR-7.' });
}
