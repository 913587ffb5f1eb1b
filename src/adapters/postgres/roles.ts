/**
 * Two roles, so that an attacker who controls the application cannot rewrite the audit log: one owns the tables and migrates
 * them, the other runs Paydesk with the rights below.
 *
 * Invariant: the rights are given anew after every migration, so a new table needs no line here unless it is one that is
 * only read.
 */
import pg from 'pg';
import type { Secret } from '../../kernel/secret.js';
import { databaseError } from './errors.js';

/** Tables of schema `paydesk` that the application may only read. To the audit log it adds by functions of the owner. */
const readOnly = ['migrations', 'audit_head', 'audit_entries', 'audit_witnesses'];

/** Makes a role that may log in, or gives it this password. `url` leads to the server as somebody who may do that. */
export async function ensureRole(url: Secret, name: string, password: Secret): Promise<void> {
  const role = pg.escapeIdentifier(name);
  const secret = pg.escapeLiteral(password.reveal());
  await asking(url, async (client) => {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
    if (rowCount !== 0) return;
    try {
      await client.query(`create role ${role} login password ${secret}`);
    } catch (error) {
      // Two starters asked at the same time: the other one was faster.
      if (!['42710', '23505'].includes(String((error as { code?: unknown }).code))) throw error;
    }
  });
}

/** Gives a role what running Paydesk needs. `client` is the owner of schema `paydesk`. */
export async function grantRights(client: pg.ClientBase, name: string): Promise<void> {
  const role = pg.escapeIdentifier(name);
  const tables = readOnly.map((table) => `paydesk.${table}`).join(', ');
  // Several statements in one message are one transaction.
  await client.query(`
    grant usage on schema paydesk to ${role};
    grant select, insert, update, delete on all tables in schema paydesk to ${role};
    grant usage, select on all sequences in schema paydesk to ${role};
    grant execute on all functions in schema paydesk to ${role};
    revoke insert, update, delete on ${tables} from ${role}`);
}

/** Whom an address logs in as. */
export async function roleOf(url: Secret, setting?: string): Promise<string> {
  return asking(
    url,
    async (client) => {
      const { rows } = await client.query<{ role: string }>('select current_user as role');
      return rows[0]?.role ?? '';
    },
    setting,
  );
}

/** Whom an address logs in as, and whether that role could take the audit log's guards away; null before migrating. */
export async function readAuditGuard(url: Secret): Promise<{ role: string; couldRemove: boolean } | null> {
  return asking(url, async (client) => {
    const { rows } = await client.query<{ role: string; could_remove: boolean }>(guardSql);
    return rows[0] ? { role: rows[0].role, couldRemove: rows[0].could_remove } : null;
  });
}

// Members of the owning role, and superusers, count as its owner.
const guardSql = `
  select current_user as role, pg_has_role(current_user, relowner, 'member') as could_remove
  from pg_class where oid = to_regclass('paydesk.audit_entries')`;

async function asking<Value>(
  url: Secret,
  work: (client: pg.Client) => Promise<Value>,
  setting?: string,
): Promise<Value> {
  const client = new pg.Client({ connectionString: url.reveal(), connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw databaseError(error, setting);
  } finally {
    await client.end().catch(() => undefined);
  }
}
