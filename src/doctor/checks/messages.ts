/** Messages that Slack refuses and Paydesk holds, as the database of `DATABASE_URL` has them. */
import { openDatabase } from '../../adapters/postgres/database.js';
import { readMigrationState } from '../../adapters/postgres/migrate.js';
import { createOutboxQueue } from '../../adapters/postgres/outbox.js';
import type { Clock } from '../../kernel/clock.js';
import { silentLog } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import { heldRemark } from '../../wiring/held-messages.js';

import type { Check, EnvironmentFacts, Look } from '../check.js';

export function checkOfMessages({ environment: { DATABASE_URL: url }, clock }: EnvironmentFacts): Check {
  const what = 'messages';
  return url
    ? { what, look: () => stateOf(url, clock) }
    : { what, absent: 'no DATABASE_URL: `/readyz` of the running Paydesk says which messages are held' };
}

async function stateOf(url: Secret, clock: Clock): ReturnType<Look> {
  if ((await readMigrationState(url, 'DATABASE_URL')).waiting > 0) return 'not checked before migrating';
  const database = openDatabase({ url, clock, log: silentLog, applicationName: 'paydesk doctor' });
  try {
    const held = heldRemark(await createOutboxQueue(database).backlog());
    if (held === null) return 'no message is held';
    const hint = 'Let Paydesk post in that channel; held messages are tried again and keep their order.';
    return { state: 'warning', says: held, hint };
  } finally {
    await database.close();
  }
}
