/**
 * Databases for tests and for new homes.
 */
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { ensureDatabase } from '../../src/adapters/postgres/provision.js';
import { Secret } from '../../src/kernel/secret.js';
import { createDatabase, createEmptyDatabase } from '../support/postgres.js';

async function databaseNames(like: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where datname like $1',
    [like],
  );
  await client.end();
  return rows.map(({ datname }) => datname);
}

test('ten at once that want the same missing database get one, with any name', async () => {
  const server = new Secret(inject('postgresUrl'));
  const name = 'odd "name" 1';
  await Promise.all(Array.from({ length: 10 }, () => ensureDatabase(server, name)));
  await ensureDatabase(server, name);
  expect(await databaseNames('odd%')).toEqual([name]);
});

test('a test database can be connected to, and is gone after drop though somebody is connected', async () => {
  for (const create of [createDatabase, createEmptyDatabase]) {
    const database = await create();
    const client = new pg.Client({ connectionString: database.url.reveal() });
    client.on('error', () => undefined);
    onTestFinished(() => client.end());
    await client.connect();
    await client.query('create table t ()');
    await database.drop();
    expect(await databaseNames(new URL(database.url.reveal()).pathname.slice(1))).toEqual([]);
  }
});
