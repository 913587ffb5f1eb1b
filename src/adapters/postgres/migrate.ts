/**
 * Brings a database to the shape that this code expects: schema `paydesk` from the numbered files beside this one.
 *
 * Invariants: forward only; numbers have no gap; each file runs once, in a transaction of its own, under a lock that
 * makes a second starter wait; an applied file never changes (its checksum is recorded); a database that is ahead of
 * the code is refused.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import { packageRoot } from '../../kernel/package-root.js';
import type { Secret } from '../../kernel/secret.js';
import { databaseError } from './errors.js';
import { grantRights } from './roles.js';

export interface MigrateOptions {
  log: Log;
  /** The role that will run Paydesk, when it is not the owner of `url`: given its rights under the same lock. */
  appRole?: string;
  /** The variable that `url` came from, named in hints. */
  setting?: string;
  /** Where the files are, in a test. */
  folder?: string;
}

interface Migration {
  number: number;
  name: string;
  checksum: string;
  sql: string;
}

/** "migrate" in ASCII. Sent as decimal: PostgreSQL 15 reads no other. */
const lockKey = 0x6d696772617465n;

export const migrationsFolder = join(packageRoot, 'src/adapters/postgres/migrations');

/**
 * The names of the files that were applied, in order; empty when the database was up to date.
 * Throws `misconfigured` (ahead of the code, a changed file, rights), `unavailable`, or `internal` (a file that fails).
 */
export async function migrate(url: Secret, options: MigrateOptions): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(options.folder ?? migrationsFolder);
  const client = new pg.Client({
    connectionString: url.reveal(),
    connectionTimeoutMillis: 10_000,
    application_name: 'paydesk migrate',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`select pg_advisory_lock(${lockKey})`);
    const applied = await applyAll(client, migrations, options.log);
    if (options.appRole !== undefined) await grantRights(client, options.appRole);
    return { applied };
  } catch (error) {
    throw databaseError(error, options.setting);
  } finally {
    // Ends the session, and with it the lock.
    await client.end().catch(() => undefined);
  }
}

/**
 * How many migrations a database has had, and how many wait for the next start. Changes nothing. `setting` is the
 * variable that `url` came from, named in hints.
 */
export async function readMigrationState(
  url: Secret,
  setting = 'DATABASE_URL',
): Promise<{ applied: number; waiting: number }> {
  const known = await readMigrations(migrationsFolder);
  const client = new pg.Client({ connectionString: url.reveal(), connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ present: boolean }>(
      "select to_regclass('paydesk.migrations') is not null as present",
    );
    if (rows[0]?.present !== true) return { applied: 0, waiting: known.length };
    const { rows: done } = await client.query<Omit<Migration, 'sql'>>(appliedSql);
    for (const migration of done) requireSame(migration, known[migration.number - 1]);
    return { applied: done.length, waiting: known.length - done.length };
  } catch (error) {
    throw databaseError(error, setting);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const appliedSql = 'select number, name, checksum from paydesk.migrations order by number';

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1]);
      if (number !== index + 1) {
        throw new OpsError(
          'internal',
          `Migration ${name} should be number ${index + 1}, as in 0001-title.sql.`,
        );
      }
      const sql = await readFile(join(folder, name), 'utf8');
      return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function applyAll(client: pg.Client, migrations: readonly Migration[], log: Log): Promise<string[]> {
  await client.query('create schema if not exists paydesk');
  await client.query(
    `create table if not exists paydesk.migrations (
       number integer primary key, name text not null, checksum text not null,
       applied_at timestamptz not null default now()
     )`,
  );
  const { rows } = await client.query<Omit<Migration, 'sql'>>(appliedSql);
  for (const done of rows) requireSame(done, migrations[done.number - 1]);
  const waiting = migrations.slice(rows.length);
  for (const migration of waiting) {
    await apply(client, migration);
    log.info({ migration: migration.name }, 'migration applied');
  }
  return waiting.map(({ name }) => name);
}

function requireSame(done: Omit<Migration, 'sql'>, known: Migration | undefined): void {
  if (!known) {
    throw new OpsError('misconfigured', `The database was migrated by a newer Paydesk (${done.name}).`, {
      hint: 'Start that version or a newer one, or use another database.',
    });
  }
  if (done.checksum !== known.checksum) {
    throw new OpsError(
      'misconfigured',
      `Migration ${known.name} differs from the one that was applied to this database.`,
      { hint: 'Applied migrations never change: put the file back as it was, and add a new one.' },
    );
  }
}

async function apply(client: pg.Client, { number, name, checksum, sql }: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into paydesk.migrations (number, name, checksum) values ($1, $2, $3)', [
      number,
      name,
      checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    const { code, publicMessage, hint } = databaseError(error);
    throw new OpsError(code, `Migration ${name} failed. ${publicMessage}`, {
      ...(hint === undefined ? {} : { hint }),
      cause: error,
      details: { migration: name },
    });
  }
}
