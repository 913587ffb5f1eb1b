/**
 * Partner statuses in Postgres. The published status is kept as JSON, with its instants as ISO 8601.
 */
import type { PartnerIncident, PublishedStatus } from '../../ports/partner-status.js';
import type { PartnerStatuses, RememberedStatus } from '../../ports/partner-statuses.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

const columns = 'partner, status, changed_at, trouble_at, checked_at';
const allSql = `select ${columns} from paydesk.partner_statuses order by partner`;
// A partner that was never seen has no row to lock yet.
const lockSql = `select pg_advisory_xact_lock(hashtextextended('paydesk.partner_statuses/' || $1, 0))`;
const takeSql = `select ${columns} from paydesk.partner_statuses where partner = $1`;
const putSql = `
  insert into paydesk.partner_statuses (partner, indicator, status, changed_at, trouble_at, checked_at)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (partner) do update
  set indicator = $2, status = $3, changed_at = $4, trouble_at = $5, checked_at = $6`;

export function createPartnerStatuses(database: Database): PartnerStatuses {
  return {
    all: async () => (await database.query<StatusRow>(allSql)).map(remembered),
    take: async (tx, partner) => {
      const { query } = requirePg(tx);
      await query(lockSql, [partner]);
      const [row] = await query<StatusRow>(takeSql, [partner]);
      return row ? remembered(row) : null;
    },
    put: async (tx, { partner, published, changedAt, troubleAt, checkedAt }) => {
      const values = [
        partner,
        published.indicator,
        JSON.stringify(published),
        changedAt,
        troubleAt,
        checkedAt,
      ];
      await requirePg(tx).query(putSql, values);
    },
  };
}

type Stored<Value> = { [Key in keyof Value]: Value[Key] extends Date ? string : Value[Key] };

interface StatusRow {
  partner: string;
  status: Omit<Stored<PublishedStatus>, 'incidents'> & { incidents: Stored<PartnerIncident>[] };
  changed_at: Date;
  trouble_at: Date | null;
  checked_at: Date;
}

const remembered = ({
  partner,
  status,
  changed_at,
  trouble_at,
  checked_at,
}: StatusRow): RememberedStatus => ({
  partner,
  published: {
    ...status,
    publishedAt: new Date(status.publishedAt),
    incidents: status.incidents.map((incident) => ({
      ...incident,
      startedAt: new Date(incident.startedAt),
      updatedAt: new Date(incident.updatedAt),
    })),
  },
  changedAt: changed_at,
  troubleAt: trouble_at,
  checkedAt: checked_at,
});
