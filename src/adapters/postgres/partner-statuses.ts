/**
 * Partner statuses in Postgres. The published status is kept as JSON, with its instants as ISO 8601.
 */
import { OpsError } from '../../kernel/errors.js';
import type { LifeTable } from '../../ports/lives.js';
import type {
  PartnerIncident,
  PartnerMaintenance,
  PlannedMaintenance,
  PublishedStatus,
} from '../../ports/partner-status.js';
import type {
  KeptStatus,
  PartnerStatuses,
  RememberedStatus,
  StatusProgress,
} from '../../ports/partner-statuses.js';
import type { Database } from './database.js';
import { jsonText } from './texts.js';
import { requirePg } from './transactions.js';

export const partnerLives: LifeTable = { table: 'paydesk.partner_statuses', key: 'partner' };

const columns = 'partner, status, changed_at, trouble_at, checked_at, stale_told_at, version, due_at';
const allSql = `select ${columns} from paydesk.partner_statuses order by partner`;
const beginSql = `
  insert into paydesk.partner_statuses (partner, indicator, status, changed_at, trouble_at, checked_at)
  values ($1, $2, $3, $4, $5, $6) on conflict (partner) do nothing returning partner`;
const takeSql = `select ${columns} from paydesk.partner_statuses where partner = $1 for no key update`;

const columnOf: Readonly<Record<Exclude<keyof StatusProgress, 'published'>, string>> = {
  changedAt: 'changed_at',
  troubleAt: 'trouble_at',
  checkedAt: 'checked_at',
  staleToldAt: 'stale_told_at',
  dueAt: 'due_at',
  toldAt: 'told_at',
};

// The key of the live card is made in `troubleCardOf`.
const staleSql = `
  with told as (
    select partner, told_at,
      'partner-status:' || partner || ':' || to_char(trouble_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as card
    from paydesk.partner_statuses where told_at >= $1
  )
  select partner from told t
  where not exists (select from paydesk.live_cards c where c.live_card = t.card and c.updated_at >= t.told_at)
    and not exists (select from paydesk.outbox o where o.live_card = t.card and o.state in ('waiting', 'sending'))
  order by partner limit $2`;

export function createPartnerStatuses({ query }: Pick<Database, 'query'>): PartnerStatuses {
  const take: PartnerStatuses['take'] = async (tx, partner) =>
    kept(required(await requirePg(tx).query<StatusRow>(takeSql, [partner]), partner));
  return {
    all: async () => (await query<StatusRow>(allSql)).map(kept),
    take,
    takeOrBegin: async (tx, { partner, published, changedAt, troubleAt, checkedAt }) => {
      const text = jsonText(published);
      const values = [partner, published.indicator, text, changedAt, troubleAt, checkedAt];
      const begun = await requirePg(tx).query(beginSql, values);
      return { status: await take(tx, partner), isNew: begun.length > 0 };
    },
    change: async (tx, partner, { published, ...rest }) => {
      const sets = Object.entries(rest).map(
        ([name], index) => `${columnOf[name as keyof typeof columnOf]} = $${index + 2}`,
      );
      const values: unknown[] = [partner, ...Object.values(rest)];
      if (published) {
        sets.push(`indicator = $${values.length + 1}`, `status = $${values.length + 2}`);
        values.push(published.indicator, jsonText(published));
      }
      const sql = `update paydesk.partner_statuses set ${['version = version + 1', ...sets].join(', ')}
        where partner = $1 returning ${columns}`;
      return kept(required(await requirePg(tx).query<StatusRow>(sql, values), partner));
    },
    withStaleCards: async (toldSince, limit) =>
      (await query<{ partner: string }>(staleSql, [toldSince, limit])).map(({ partner }) => partner),
  };
}

function required([row]: readonly StatusRow[], partner: string): StatusRow {
  if (row) return row;
  throw new OpsError('not_found', `No status of ${partner.slice(0, 60)} is remembered.`);
}

type Stored<Value> = {
  [Key in keyof Value]: Value[Key] extends Date
    ? string
    : Value[Key] extends Date | null
      ? string | null
      : Value[Key];
};

/** `maintenances`, `planned` and `problems` are absent in what was kept before they were read. */
interface StatusRow {
  partner: string;
  status: Omit<Stored<PublishedStatus>, 'incidents' | 'maintenances' | 'planned' | 'problems'> & {
    incidents: Stored<PartnerIncident>[];
    maintenances?: Stored<PartnerMaintenance>[];
    planned?: Stored<PlannedMaintenance>[];
    problems?: string[];
  };
  changed_at: Date;
  trouble_at: Date | null;
  checked_at: Date;
  stale_told_at: Date | null;
  version: number;
  due_at: Date | null;
}

const kept = (row: StatusRow): KeptStatus => ({
  id: row.partner,
  version: row.version,
  dueAt: row.due_at,
  ...remembered(row),
});

const remembered = (row: StatusRow): RememberedStatus => ({
  partner: row.partner,
  published: publishedOf(row.status),
  changedAt: row.changed_at,
  troubleAt: row.trouble_at,
  checkedAt: row.checked_at,
  staleToldAt: row.stale_told_at,
});

const instantOf = (stored: string | null): Date | null => (stored === null ? null : new Date(stored));

const publishedOf = (status: StatusRow['status']): PublishedStatus => ({
  ...status,
  publishedAt: instantOf(status.publishedAt),
  incidents: status.incidents.map((incident) => ({
    ...incident,
    startedAt: instantOf(incident.startedAt),
    updatedAt: instantOf(incident.updatedAt),
  })),
  maintenances: (status.maintenances ?? []).map((work) => ({ ...work, until: instantOf(work.until) })),
  planned: (status.planned ?? []).map((work) => ({
    ...work,
    from: new Date(work.from),
    until: instantOf(work.until),
  })),
  problems: status.problems ?? [],
});
