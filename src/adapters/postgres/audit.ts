/**
 * The audit log in Postgres.
 *
 * Invariants: see `ports/audit.ts`. Entries and witnesses are written by functions of the database alone, which set time,
 * number and hash: the application's role can say what happened, and nothing about how the chain goes on.
 */
import type { AuditHead, AuditQuery, AuditStore, AuditWitness, StoredEntry } from '../../ports/audit.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

const appendSql = 'select paydesk.audit_append($1, $2, $3, $4, $5)';

const headSql = 'select seq, hash, at from paydesk.audit_head';

// One statement, so that the head is the one that these entries lead to.
const pageSql = `
  select h.seq as head_seq, h.hash as head_hash, h.at as head_at, e.*
  from (values (1)) always
  left join paydesk.audit_head h on true
  left join lateral (
    select seq, at, kind, actor, subjects, previous, body, hash
    from paydesk.audit_entries where seq > $1 order by seq limit $2
  ) e on true
  order by e.seq`;

const columns = 'seq, at, kind, actor, subjects, previous, body, hash';

// A branch for each index: together they would make the planner walk the whole log.
const branches: Readonly<Record<keyof AuditQuery, string>> = {
  subject: 'subjects @> array[$2]',
  actor: 'actor = $2',
  kind: 'kind = $2',
};

const witnessesSql = 'select seq, hash, at from paydesk.audit_witnesses order by at, day';

const witnessSql = 'select seq, hash, at from paydesk.audit_witness($1::date)';

const lastWitnessSql = `
  select seq, hash, at from paydesk.audit_witnesses where day <> $1 order by at desc, day desc limit 1`;

export function createAuditStore({ query }: Pick<Database, 'query'>): AuditStore {
  return {
    append: (tx, { kind, actor, subjects, why, details }) => {
      const pg = requirePg(tx);
      pg.beforeCommit(async () => {
        await pg.query(appendSql, [kind, actor, subjects, why, details]);
      });
    },
    head: async () => headOf((await query<HeadRow>(headSql))[0]),
    page: async (after, limit) => {
      const rows = await query<PageRow>(pageSql, [after, limit]);
      const [first] = rows;
      const hasHead = first !== undefined && first.head_seq !== null;
      return {
        head: hasHead ? headOf({ seq: first.head_seq, hash: first.head_hash, at: first.head_at }) : null,
        entries: rows.filter((row) => row.seq !== null).map(entryOf),
      };
    },
    find: (wanted, limit) => find(query, wanted, limit),
    witnesses: async () => (await query<WitnessRow>(witnessesSql)).map(witnessOf),
    witness: async (tx, day) => {
      const pg = requirePg(tx);
      const [told] = await pg.query<WitnessRow>(witnessSql, [day]);
      const [before] = await pg.query<WitnessRow>(lastWitnessSql, [day]);
      return told ? { told: witnessOf(told), before: before ? witnessOf(before) : null } : null;
    },
  };
}

async function find(query: Database['query'], wanted: AuditQuery, limit: number): Promise<StoredEntry[]> {
  const given = Object.entries(wanted) as [keyof AuditQuery, string][];
  const searches =
    given.length === 0
      ? [['true', null] as const]
      : given.map(([key, value]) => [branches[key], value] as const);
  const found = await Promise.all(
    searches.map(([where, value]) =>
      query<EntryRow>(
        `select ${columns} from paydesk.audit_entries where ${where} order by seq desc limit $1`,
        value === null ? [limit] : [limit, value],
      ),
    ),
  );
  const bySeq = new Map(found.flat().map((row) => [row.seq, entryOf(row)]));
  return [...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, limit);
}

interface WitnessRow {
  seq: bigint;
  hash: string;
  at: Date;
}

interface HeadRow {
  seq: bigint;
  hash: string;
  at: Date | null;
}

interface EntryRow extends WitnessRow {
  kind: string;
  actor: string;
  subjects: string[];
  previous: string;
  body: string;
}

/** Of two outer joins: the head may be gone, and there may be no entry. */
type PageRow = (EntryRow | { seq: null }) &
  ({ head_seq: bigint; head_hash: string; head_at: Date | null } | { head_seq: null });

const headOf = (row: HeadRow | undefined): AuditHead | null =>
  row ? { ...row, seq: Number(row.seq) } : null;

const witnessOf = ({ seq, hash, at }: WitnessRow): AuditWitness => ({ seq: Number(seq), hash, at });

const entryOf = ({ seq, at, kind, actor, subjects, previous, body, hash }: EntryRow): StoredEntry => ({
  seq: Number(seq),
  at,
  kind,
  actor,
  subjects,
  previous,
  body,
  hash,
});
