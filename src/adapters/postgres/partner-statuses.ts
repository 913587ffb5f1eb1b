/**
 * Partner statuses in Postgres. The published status is kept as JSON, with its instants as ISO 8601.
 */
import type { PartnerIncident, PartnerMaintenance, PublishedStatus } from '../../ports/partner-status.js';
import type { PartnerStatuses, RememberedStatus } from '../../ports/partner-statuses.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

const columns = 'partner, status, changed_at, trouble_at, checked_at, stale_told_at';
const allSql = `select ${columns} from paydesk.partner_statuses order by partner`;
// A partner that was never seen has no row to lock yet.
const lockSql = `select pg_advisory_xact_lock(hashtextextended('paydesk.partner_statuses/' || $1, 0))`;
const takeSql = `select ${columns} from paydesk.partner_statuses where partner = $1`;
const putSql = `
  insert into paydesk.partner_statuses (partner, indicator, status, changed_at, trouble_at, checked_at, stale_told_at)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (partner) do update
  set indicator = $2, status = $3, changed_at = $4, trouble_at = $5, checked_at = $6, stale_told_at = $7`;

export function createPartnerStatuses(database: Database): PartnerStatuses {
  return {
    all: async () => (await database.query<StatusRow>(allSql)).map(remembered),
    take: async (tx, partner) => {
      const { query } = requirePg(tx);
      await query(lockSql, [partner]);
      const [row] = await query<StatusRow>(takeSql, [partner]);
      return row ? remembered(row) : null;
    },
    put: async (tx, { partner, published, changedAt, troubleAt, checkedAt, staleToldAt }) => {
      const values = [
        partner,
        published.indicator,
        JSON.stringify(published),
        changedAt,
        troubleAt,
        checkedAt,
        staleToldAt,
      ];
      await requirePg(tx).query(putSql, values);
    },
  };
}

type Stored<Value> = {
  [Key in keyof Value]: Value[Key] extends Date
    ? string
    : Value[Key] extends Date | null
      ? string | null
      : Value[Key];
};

/** `maintenances` and `problems` are absent in what was kept before they were read. */
interface StatusRow {
  partner: string;
  status: Omit<Stored<PublishedStatus>, 'incidents' | 'maintenances' | 'problems'> & {
    incidents: Stored<PartnerIncident>[];
    maintenances?: Stored<PartnerMaintenance>[];
    problems?: string[];
  };
  changed_at: Date;
  trouble_at: Date | null;
  checked_at: Date;
  stale_told_at: Date | null;
}

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
  problems: status.problems ?? [],
});
