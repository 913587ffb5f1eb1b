/**
 * Takes over the work of replicas that died. The durable engine restarts only what ran under the same executor id, and
 * ids are never used twice; so every living replica looks for pending work whose executor holds no lock.
 *
 * Invariant: an executor counts as dead only after its lock was missing in several rounds in a row over one unbroken
 * connection of ours. After an outage of the database all sessions come back within a round, each at its own moment,
 * and nobody may take that for a death.
 */
import type { Log } from '../../kernel/log.js';
import { faultOf, presenceNamespace, type Session } from './session.js';

/** With 4 rounds, dead work is taken over about 2 s after the death. */
const roundMs = 500;
const roundsUntilDead = 4;

/** Advisory locks with two keys stand in `pg_locks` as classid, objid and objsubid 2 (PostgreSQL, "pg_locks"). */
const executorsWithoutLock = `
  select distinct executor_id as id
  from dbos.workflow_status
  where status = 'PENDING' and executor_id <> $1
    and not exists (
      select from pg_locks
      where locktype = 'advisory' and granted and objsubid = 2
        and database = (select oid from pg_database where datname = current_database())
        and classid = $2 and objid = hashtext(executor_id)::oid
    )`;

export interface Adopter {
  close(): Promise<void>;
}

export interface AdopterOptions {
  session: Session;
  executorId: string;
  /** Makes the pending work of that executor start again on living ones; idempotent. */
  recover: (executorId: string) => Promise<void>;
  log: Log;
}

export function startAdopter(options: AdopterOptions): Adopter {
  const look = createLook(options);
  let round = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    round = look()
      .catch((error: unknown) => options.log.warn(faultOf(error), 'dead replicas cannot be looked for'))
      .finally(() => (busy = false));
  }, roundMs);
  return {
    close: async () => {
      clearInterval(timer);
      await round;
    },
  };
}

/** One round. */
function createLook({ session, executorId, recover, log }: AdopterOptions): () => Promise<void> {
  let missing = new Map<string, number>();
  let connection = 0;
  return async () => {
    const current = session.connection();
    if (current !== connection) missing = new Map();
    connection = current;
    if (current === 0) return;
    const rows = await session.query<{ id: string }>(executorsWithoutLock, [executorId, presenceNamespace]);
    missing = new Map(rows.map(({ id }) => [id, (missing.get(id) ?? 0) + 1]));
    for (const [id, rounds] of missing) {
      if (rounds < roundsUntilDead) continue;
      log.info({ executor: id }, 'taking over the work of a replica that died');
      await recover(id);
      missing.delete(id);
    }
  };
}
