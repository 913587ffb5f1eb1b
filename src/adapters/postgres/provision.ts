/**
 * Makes databases on a server that we may administer, such as the embedded one.
 */
import pg from 'pg';
import type { Secret } from '../../kernel/secret.js';

/** Makes the database where it is missing. `url` leads to any database of the server, as a user who may create some. */
export async function ensureDatabase(url: Secret, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.reveal(), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    // Two starters asked at the same time: the other one was faster.
    if (!['42P04', '23505'].includes(String((error as { code?: unknown }).code))) throw error;
  } finally {
    await client.end();
  }
}
