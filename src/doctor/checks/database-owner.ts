/** Whether the role that migrates the database can reach it. */
import type { Check, EnvironmentFacts } from '../check.js';
import { stateOf } from './database.js';

export function checkOfDatabaseOwner({ environment }: EnvironmentFacts): Check {
  const { DATABASE_URL: url, DATABASE_OWNER_URL: owner } = environment;
  const what = 'database owner';
  if (url && owner) return { what, look: () => stateOf(owner, 'DATABASE_OWNER_URL') };
  const absent = owner
    ? 'DATABASE_OWNER_URL is not used without DATABASE_URL'
    : 'DATABASE_OWNER_URL is not set: DATABASE_URL migrates the database at start';
  return { what, absent };
}
