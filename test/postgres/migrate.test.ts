/**
 * Migrations: once, in order, under a lock, and refused when the history does not fit.
 */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate, migrationsFolder } from '../../src/adapters/postgres/migrate.js';
import { silentLog } from '../../src/kernel/log.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

let folder: string;
let database: TestDatabase;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paydesk-migrations-'));
  database = await createEmptyDatabase();
  await writeFile(join(folder, '0001-first.sql'), 'create table paydesk.first (id integer);');
  await writeFile(join(folder, '0002-second.sql'), 'create table paydesk.second (id integer);');
});

afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const run = (): Promise<{ applied: string[] }> => migrate(database.url, { log: silentLog, folder });

async function tables(): Promise<string[]> {
  const client = new pg.Client({ connectionString: database.url.reveal() });
  await client.connect();
  const { rows } = await client.query<{ table_name: string }>(
    "select table_name from information_schema.tables where table_schema = 'paydesk' order by 1",
  );
  await client.end();
  return rows.map((row) => row.table_name);
}

test('each file runs once, later ones join in', async () => {
  expect(await run()).toEqual({ applied: ['0001-first.sql', '0002-second.sql'] });
  expect(await run()).toEqual({ applied: [] });
  await writeFile(join(folder, '0003-third.sql'), 'create table paydesk.third (id integer);');
  expect(await run()).toEqual({ applied: ['0003-third.sql'] });
  expect(await tables()).toEqual(['first', 'migrations', 'second', 'third']);
});

test('of many starters one migrates', async () => {
  const results = await Promise.all(Array.from({ length: 5 }, () => run()));
  expect(results.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 0, 0, 2]);
});

test('a file that fails is undone as a whole, named, and those before it stay', async () => {
  await writeFile(join(folder, '0003-bad.sql'), 'create table paydesk.third (id integer); select 1/0;');
  await expect(run()).rejects.toMatchObject({ code: 'internal', details: { migration: '0003-bad.sql' } });
  expect(await tables()).toEqual(['first', 'migrations', 'second']);
});

test('a changed file and a database ahead of the code are refused with what to do', async () => {
  await run();
  await writeFile(join(folder, '0002-second.sql'), 'create table paydesk.other (id integer);');
  await expect(run()).rejects.toMatchObject({
    code: 'misconfigured',
    hint: expect.stringContaining('put the file back') as string,
  });
  await rm(join(folder, '0002-second.sql'));
  await expect(run()).rejects.toMatchObject({
    code: 'misconfigured',
    hint: expect.stringContaining('newer') as string,
  });
});

test('a gap in the numbers is noticed before anything runs', async () => {
  await writeFile(join(folder, '0004-fourth.sql'), 'select 1;');
  await expect(run()).rejects.toMatchObject({ code: 'internal' });
  expect(await tables()).toEqual([]);
});

test('the shipped files are found', async () => {
  expect(await readdir(migrationsFolder)).toContain('0001-job-cursors.sql');
});
