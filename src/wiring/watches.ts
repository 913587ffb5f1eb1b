/** Builds what watched payments need. */
import type { Database } from '../adapters/postgres/database.js';
import { createWatches, watchLives } from '../adapters/postgres/watches.js';
import type { Clock } from '../kernel/clock.js';
import type { PaymentLookup } from '../payments/lookup.js';
import { createWatchService, type WatchService } from '../payments/watch.js';
import type { AuditTrail } from '../ports/audit.js';
import type { Channels } from '../ports/channels.js';
import type { Living } from '../ports/lives.js';
import type { Outbox } from '../ports/outbox.js';
import { watchNewsCard } from '../views/payments/watch.js';

interface WatchFacts {
  database: Database;
  channels: Channels;
  payments: PaymentLookup;
  audit: AuditTrail;
  outbox: Outbox;
  clock: Clock;
}

export const watchesFrom = ({
  database,
  channels,
  payments,
  audit,
  outbox,
  clock,
}: WatchFacts): WatchService =>
  createWatchService({
    watches: createWatches(database),
    payments,
    transactions: database,
    audit,
    tell: (tx, watch, news) =>
      outbox.enqueue(tx, {
        channel: watch.channel,
        card: watchNewsCard(watch, news),
        once: `watch:${watch.id}`,
      }),
    directWith: (personId) => channels.directWith(personId),
    clock,
  });

const watchesAtOnce = 5;

export const livingWatches = ({ advance }: Pick<WatchService, 'advance'>): Living => ({
  ...watchLives,
  atOnce: watchesAtOnce,
  advance,
});
