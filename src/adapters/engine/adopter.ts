/**
 * Takes over what dead replicas held: every living replica looks for leases whose owner holds no presence lock.
 *
 * Invariant: an owner counts as dead only after its lock was missing in several rounds in a row over one unbroken
 * connection of ours. After an outage of the database all sessions come back within a round, each at its own moment,
 * and no replica may take that for a death.
 */
import type { Log } from '../../kernel/log.js';
import type { LifeTable } from '../../ports/lives.js';
import { absentOwners, dispossess } from './lives.js';
import { faultOf, presenceNamespace, type Session } from './session.js';

/** With 4 rounds, dead work is taken over 1 s after the death. A session that broke is back after 0.25 s. */
const roundMs = 300;
const roundsUntilDead = 4;

export interface Adopter {
  close(): Promise<void>;
}

export interface AdopterOptions {
  session: Session;
  tables: readonly LifeTable[];
  /** Called when the rows of a dead replica are free. */
  freed: () => void;
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
      .catch((error: unknown) => options.log.warn(faultOf(error), 'dead replicas could not be looked up'))
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
function createLook({ session, tables, freed, log }: AdopterOptions): () => Promise<void> {
  let missing = new Map<string, number>();
  let connection = 0;
  return async () => {
    const current = session.connection();
    if (current !== connection) missing = new Map();
    connection = current;
    if (current === 0) return;
    const absent = await absentOwners(session.query, tables, presenceNamespace);
    missing = new Map(absent.map((owner) => [owner, (missing.get(owner) ?? 0) + 1]));
    for (const [owner, rounds] of missing) {
      if (rounds < roundsUntilDead) continue;
      log.info({ owner }, 'taking over the work of a replica that died');
      await dispossess(session.query, tables, owner);
      missing.delete(owner);
      freed();
    }
  };
}
