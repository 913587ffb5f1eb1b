/**
 * A database of its own for a test file, on the server that `global-setup.ts` runs.
 */
import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { Secret } from '../../src/kernel/secret.js';

/** Migrated once per run. Nobody may be connected to it while others clone it. */
export const templateName = 'paydesk_template';

/** Runs Paydesk in tests that want the rights of production; its password is its name. */
export const appRole = 'paydesk_app';

export interface TestDatabase {
  /** As its owner. */
  url: Secret;
  /** As the role that runs Paydesk. */
  appUrl: Secret;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** A migrated database without rows. */
export function createDatabase(): Promise<TestDatabase> {
  return createFrom(templateName);
}

/** A database without anything. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createFrom('template0');
}

/** The same rows in a database of its own, as a restored back-up has them. Nobody may be connected to the original. */
export function copyDatabase(original: TestDatabase): Promise<TestDatabase> {
  return createFrom(databaseOf(original));
}

const databaseOf = ({ url }: TestDatabase): string => new URL(url.reveal()).pathname.slice(1);

/**
 * A copy of a database that the first file of a run that needs it fills, and that the others only copy. `filled` names what
 * is in it.
 */
export async function createFilled(
  filled: string,
  fill: (url: Secret) => Promise<void>,
): Promise<TestDatabase> {
  const name = `filled_${createHash('sha256').update(filled).digest('hex').slice(0, 16)}`;
  await withAdministrator(async (administrator) => {
    // Other files wait here until it is filled. A run that ends first leaves no half of it: it fills under another name.
    await administrator.query('select pg_advisory_lock(hashtext($1))', [name]);
    const found = await administrator.query('select from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) {
      const filling = await createEmptyDatabase();
      await fill(filling.url);
      await administrator.query(`alter database ${databaseOf(filling)} rename to ${name}`);
    }
  });
  return createFrom(name);
}

async function createFrom(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  // A fifth of the time of a copy through the log, where no checkpoint waits for the disk.
  await administer(`create database ${name} template ${template} strategy file_copy`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  const appUrl = new URL(url);
  appUrl.username = appUrl.password = appRole;
  return {
    url: new Secret(url.href),
    appUrl: new Secret(appUrl.href),
    drop: () => administer(`drop database if exists ${name} with (force)`),
  };
}

const administer = (sql: string): Promise<void> =>
  withAdministrator((administrator) => administrator.query(sql));

async function withAdministrator(work: (administrator: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
