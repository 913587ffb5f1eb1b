/**
 * Messages that Slack refuses and Paydesk holds, as the database of `DATABASE_URL` has them.
 */
import { openDatabase } from '../adapters/postgres/database.js';
import { readMigrationState } from '../adapters/postgres/migrate.js';
import { createOutboxQueue } from '../adapters/postgres/outbox.js';
import type { Clock } from '../kernel/clock.js';
import { silentLog } from '../kernel/log.js';
import type { Secret } from '../kernel/secret.js';
import { heldRemark } from '../wiring/held-messages.js';

interface OutboxState {
  state: 'ok' | 'warning';
  says: string;
  hint: string | null;
}

/** Throws what the database throws. */
export async function outboxState(url: Secret, clock: Clock): Promise<OutboxState> {
  const fine = (says: string): OutboxState => ({ state: 'ok', says, hint: null });
  if ((await readMigrationState(url, 'DATABASE_URL')).waiting > 0)
    return fine('not checked before migrating');
  const database = openDatabase({ url, clock, log: silentLog, applicationName: 'paydesk doctor' });
  try {
    const held = heldRemark(await createOutboxQueue(database).backlog());
    if (held === null) return fine('no message is held');
    const hint = 'Let Paydesk post in that channel; held messages are tried again and keep their order.';
    return { state: 'warning', says: held, hint };
  } finally {
    await database.close();
  }
}
