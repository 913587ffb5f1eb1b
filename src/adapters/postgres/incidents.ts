/**
 * Incidents in Postgres.
 */
import { OpsError } from '../../kernel/errors.js';
import { redactCardNumbers } from '../../kernel/sensitive.js';
import type {
  Incident,
  IncidentEntry,
  IncidentProgress,
  Incidents,
  NewIncident,
} from '../../ports/incidents.js';
import type { LifeTable } from '../../ports/lives.js';
import type { Database } from './database.js';
import { jsonText } from './texts.js';
import { requirePg } from './transactions.js';

export const incidentLives: LifeTable = { table: 'paydesk.incidents', key: 'number', prefix: 'INC-' };

const columns: Readonly<Record<keyof (NewIncident & IncidentProgress), string>> = {
  title: 'title',
  name: 'name',
  openedBy: 'opened_by',
  openedAt: 'opened_at',
  state: 'state',
  step: 'step',
  channel: 'channel',
  problems: 'problems',
  cause: 'cause',
  impact: 'impact',
  closedBy: 'closed_by',
  closedAt: 'closed_at',
  summaryTried: 'summary_tried',
  dueAt: 'due_at',
};

const names = Object.keys(columns) as (keyof typeof columns)[];
const selected = `number, version, ${names.map((name) => `${columns[name]} as "${name}"`).join(', ')}`;
const openSql = `
  insert into paydesk.incidents (${names.map((name) => columns[name]).join(', ')})
  values (${names.map((_, index) => `$${index + 1}`).join(', ')}) returning ${selected}`;
const readSql = `select ${selected} from paydesk.incidents where number = $1`;
const takeSql = `${readSql} for no key update`;
const noteSql = `
  insert into paydesk.incident_entries (incident, source, at, by, text) values ($1, $2, $3, $4, $5)
  on conflict do nothing`;
const timelineSql = `
  select source, at, by, text from paydesk.incident_entries where incident = $1 order by at, source`;
const placeSql = 'select channel, ts from paydesk.live_cards where live_card = $1';
const waitingSql = `
  select exists (
    select from paydesk.outbox where channel = $1 and state in ('waiting', 'sending')) as waiting`;
const staleSql = `
  select number from paydesk.incidents i
  where changed_at >= $1 and state = 'open'
    and not exists (
      select from paydesk.live_cards c where c.live_card = 'incident:INC-' || i.number and c.updated_at >= i.changed_at)
    and not exists (
      select from paydesk.outbox o where o.live_card = 'incident:INC-' || i.number and o.state in ('waiting', 'sending'))
  order by number limit $2`;

type Row = Omit<Incident, 'id'> & { number: bigint };

const incidentOf = ({ number, ...row }: Row): Incident => ({ id: `INC-${number}`, ...row });

export function createIncidents(database: Database): Incidents {
  return {
    open: async (tx, incident) => {
      const values = names.map((name) => valueOf(incident[name]));
      const [row] = await requirePg(tx).query<Row>(openSql, values);
      if (!row) throw new OpsError('internal', 'The new incident has no row.');
      return incidentOf(row);
    },
    take: async (tx, id) => found(id, await requirePg(tx).query<Row>(takeSql, [numberOf(id)])),
    change: async (tx, id, progress) => {
      const given = Object.entries(progress) as [keyof IncidentProgress, unknown][];
      const sets = given.map(([name], index) => `${columns[name]} = $${index + 3}`);
      const sql = `update paydesk.incidents set ${['version = version + 1', 'changed_at = $2', ...sets].join(', ')}
        where number = $1 returning ${selected}`;
      const values = [numberOf(id), tx.now, ...given.map(([, value]) => valueOf(value))];
      return found(id, await requirePg(tx).query<Row>(sql, values));
    },
    read: async (id) => found(id, await database.query<Row>(readSql, [numberOf(id)])),
    note: async (tx, id, { source, at, by, text }) => {
      await requirePg(tx).query(noteSql, [numberOf(id), source, at, by, redactCardNumbers(text)]);
    },
    timeline: (id) => database.query<IncidentEntry>(timelineSql, [numberOf(id)]),
    placeOf: async (liveCard) =>
      (await database.query<{ channel: string; ts: string }>(placeSql, [liveCard]))[0] ?? null,
    hasMessagesFor: async (channel) =>
      (await database.query<{ waiting: boolean }>(waitingSql, [channel]))[0]?.waiting ?? false,
    withStaleCards: async (since, limit) =>
      (await database.query<{ number: bigint }>(staleSql, [since, limit])).map(
        ({ number }) => `INC-${number}`,
      ),
  };
}

/** Problems are JSON. */
const valueOf = (value: unknown): unknown => (Array.isArray(value) ? jsonText(value) : value);

function found(id: string, [row]: Row[]): Incident {
  if (row) return incidentOf(row);
  throw new OpsError('not_found', `There is no incident ${id}.`);
}

function numberOf(id: string): string {
  const number = /^INC-([1-9]\d{0,17})$/i.exec(id)?.[1];
  if (number !== undefined) return number;
  throw new OpsError('invalid', 'That isn’t an incident ID.', { hint: 'Incident IDs look like INC-3.' });
}
