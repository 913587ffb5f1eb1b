/** Whether the database can be reached, and what its migrations are. */
import { readMigrationState } from '../../adapters/postgres/migrate.js';
import { requireOwnSessions } from '../../adapters/postgres/sessions.js';
import type { Secret } from '../../kernel/secret.js';
import type { Check, EnvironmentFacts } from '../check.js';

export function checkOfDatabase({ environment }: EnvironmentFacts): Check {
  const { DATABASE_URL: url, PAYDESK_HOME } = environment;
  const what = 'database';
  return url
    ? { what, look: () => stateOf(url, 'DATABASE_URL') }
    : { what, absent: `no DATABASE_URL: the embedded database in ${PAYDESK_HOME} is used` };
}

/** `setting`: the variable that names it. */
export async function stateOf(url: Secret, setting: string): Promise<string> {
  const { applied, waiting } = await readMigrationState(url, setting);
  await requireOwnSessions(url, setting);
  return waiting === 0
    ? `reachable, ${applied} migrations applied`
    : `reachable, ${waiting} migrations will be applied at start`;
}
