/**
 * One real PostgreSQL for the whole test run, in a folder that is thrown away, with a template database that every
 * test file's own database is cloned from.
 *
 * Deliberately absent: fsync. Nobody reads this data after a power cut.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded/supervisor.js';
import { migrate } from '../../src/adapters/postgres/migrate.js';
import { ensureDatabase } from '../../src/adapters/postgres/provision.js';
import { ensureRole } from '../../src/adapters/postgres/roles.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import { buildOnce } from './built.js';
import { appRole, templateName } from './postgres.js';
import { throwawayFolder } from './throwaway-folder.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser, database `postgres`. */
    postgresUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const built = buildOnce();
  const home = await mkdtemp(join(await throwawayFolder(), 'paydesk-test-'));
  const settings = {
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    max_connections: '200',
  };
  const server = await startEmbeddedPostgres({ home, log: silentLog, settings });
  await ensureDatabase(server.url, templateName);
  await ensureRole(server.url, appRole, new Secret(appRole));
  await migrate(server.urlOf(templateName), { log: silentLog, appRole });
  await built;
  project.provide('postgresUrl', server.url.reveal());
  return async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  };
}
