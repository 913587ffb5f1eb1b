/**
 * Whether a connection is a session of its own, which Paydesk’s locks and settings belong to.
 * Tried against PgBouncer 1.18 in its three modes.
 *
 * Invariant: only what proves a pooler in transaction mode is a fault: two clients on one server process, or one client
 * on two. A direct connection, and a pooler in session mode, never shows either.
 */
import pg from 'pg';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { Secret } from '../../kernel/secret.js';
import { databaseError } from './errors.js';

/** Throws `misconfigured` for a pooler in transaction mode, and as `hasOwnSessions` does. */
export async function requireOwnSessions(url: Secret, setting: string): Promise<void> {
  if (await hasOwnSessions(url, setting)) return;
  throw new OpsError('misconfigured', `${setting} connects through a pooler in transaction mode.`, {
    hint: 'Paydesk holds locks for as long as a session lasts. Use a direct connection, or session mode (PgBouncer: pool_mode = session).',
  });
}

/** Throws what `databaseError` makes of a server that cannot be asked. */
export async function hasOwnSessions(url: Secret, setting: string): Promise<boolean> {
  const clients = [newClient(url), newClient(url)] as const;
  const [one, other] = clients;
  try {
    for (const client of clients) await client.connect();
    const before = await processOf(one);
    // In a transaction, so that a pooler must keep this process for it.
    await other.query('begin');
    const shares = (await processOf(other)) === before;
    return !shares && (await processOf(one)) === before;
  } catch (error) {
    // PgBouncer’s words for a mode that is stricter still.
    if (messageOf(error).includes('statement pooling mode')) return false;
    throw databaseError(error, setting);
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

function newClient(url: Secret): pg.Client {
  const limits = { connectionTimeoutMillis: 10_000, query_timeout: 10_000 };
  const client = new pg.Client({ connectionString: url.reveal(), ...limits });
  client.on('error', () => undefined);
  return client;
}

async function processOf(client: pg.Client): Promise<number | undefined> {
  return (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
}
