/**
 * Who goes into the desk's own database as whom: one role owns and migrates it, another runs Paydesk, so that the
 * audit log cannot be rewritten with what the running application holds.
 */
import type { EmbeddedPostgres } from '../adapters/postgres/embedded/supervisor.js';
import { migrate, readMigrationState } from '../adapters/postgres/migrate.js';
import { ensureDatabase } from '../adapters/postgres/provision.js';
import { requireOwnSessions } from '../adapters/postgres/sessions.js';
import { ensureRole, readAuditGuard, roleOf } from '../adapters/postgres/roles.js';
import type { Environment } from '../config/environment.js';
import { OpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { Secret } from '../kernel/secret.js';

export interface DatabaseAddresses {
  /** As whom Paydesk runs. */
  app: Secret;
  /** Who owns the tables; null when only `app` is known, which may own them too. */
  owner: Secret | null;
}

const embeddedDatabase = 'paydesk';
const embeddedRole = 'paydesk_app';

/** Null without DATABASE_URL. */
export function configuredAddresses(environment: Environment): DatabaseAddresses | null {
  const { DATABASE_URL: app, DATABASE_OWNER_URL: owner } = environment;
  return app ? { app, owner: owner ?? null } : null;
}

export async function embeddedAddresses(server: EmbeddedPostgres): Promise<DatabaseAddresses> {
  await ensureDatabase(server.url, embeddedDatabase);
  await ensureRole(server.url, embeddedRole, server.passwordOf(embeddedRole));
  return { app: server.urlAs(embeddedRole, embeddedDatabase), owner: server.urlOf(embeddedDatabase) };
}

/**
 * Brings the tables up to date and gives the application's role its rights. Without the owner's address it migrates as
 * the application, unless that role is not the owner: then it only asks that nothing is left to migrate.
 * The names of the applied files. Throws as `migrate` does.
 */
export async function migrateDatabase(
  { app, owner }: DatabaseAddresses,
  log: Log,
): Promise<{ applied: string[] }> {
  const options = { log };
  await requireOwnSessions(app, 'DATABASE_URL');
  if (owner !== null) {
    await requireOwnSessions(owner, 'DATABASE_OWNER_URL');
    const appRole = await roleOf(app, 'DATABASE_URL');
    return migrate(owner, { ...options, appRole, setting: 'DATABASE_OWNER_URL' });
  }
  const guard = await readAuditGuard(app);
  if (guard?.couldRemove !== false) return migrate(app, options);
  await requireUpToDate(app, guard.role);
  return { applied: [] };
}

async function requireUpToDate(app: Secret, role: string): Promise<void> {
  const { waiting } = await readMigrationState(app);
  if (waiting === 0) return;
  throw new OpsError(
    'misconfigured',
    `${waiting} migrations wait, and the role ${role} does not own the tables.`,
    { hint: 'Run `paydesk migrate` with DATABASE_OWNER_URL.' },
  );
}
