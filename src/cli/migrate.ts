/** `paydesk migrate`: brings the database of DATABASE_URL to this version. */
import { parseEnvironment, readDotEnv } from '../config/environment.js';
import { OpsError } from '../kernel/errors.js';
import { configuredAddresses, migrateDatabase } from '../wiring/database.js';
import { createLog } from '../wiring/logging.js';
import type { Voices } from './voices.js';

/** Throws `misconfigured` and `unavailable`. */
export async function migrate({ say }: Voices): Promise<void> {
  readDotEnv();
  const addresses = configuredAddresses(parseEnvironment(process.env));
  if (!addresses) {
    throw new OpsError('misconfigured', 'DATABASE_URL is not set.', {
      hint: 'The embedded database is migrated at every start.',
    });
  }
  const { applied } = await migrateDatabase(addresses, createLog('warn'));
  say(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
}
