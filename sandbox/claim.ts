/**
 * One sandbox a data folder. A second one would write the same books, and its bot would post what the first one's bot
 * has still to say.
 *
 * Invariant: the claim ends with the process that made it, however that ends, because the server holds it for a connection.
 */
import pg from 'pg';

export interface Claim {
  url: string;
  close(): Promise<void>;
}

/** Rejects when another sandbox has the folder. `url`: of the folder's own database. */
export async function claim(home: string, url: string): Promise<Claim> {
  const client = new pg.Client({ connectionString: url });
  // With the server the claim is gone, and the books tell of that.
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ ours: boolean }>(
    `select pg_try_advisory_lock(hashtext('paydesk sandbox')) as ours`,
  );
  if (rows[0]?.ours === true) return { url, close: () => client.end() };
  await client.end();
  throw new Error(
    `The data folder ${home} is in use by another sandbox.\n→ Stop that one, or choose another folder with PAYDESK_HOME.`,
  );
}
