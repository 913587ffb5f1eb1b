/**
 * What is up, as `/readyz` and `/metrics` say it.
 *
 * Invariant: an answer comes within moments, also while a part hangs.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Engine } from '../adapters/engine/engine.js';
import type { ConfirmationPages } from '../adapters/http/confirmations.js';
import type { Readiness } from '../adapters/http/server.js';
import type { WebhookReceiver } from '../adapters/http/webhooks.js';
import { createMetrics, type Metrics } from '../adapters/metrics/metrics.js';
import type { Database } from '../adapters/postgres/database.js';
import { createOutboxQueue } from '../adapters/postgres/outbox.js';
import type { DatabaseFaults } from '../adapters/postgres/readiness.js';
import { createPlaceFaults } from '../adapters/postgres/statement-place-faults.js';
import type { SharedTime } from '../adapters/postgres/shared-time.js';
import type { OutboxSender } from '../adapters/slack/outbox-sender.js';
import type { Connection } from '../adapters/slack/receivers.js';
import type { Clock } from '../kernel/clock.js';
import { toOpsError } from '../kernel/errors.js';
import { sharing } from '../kernel/sharing.js';
import type { OutboxBacklog } from '../ports/outbox.js';
import type { PlaceFault } from '../ports/statement-inbox.js';

const timeoutMs = 2000;

/** What is up so far; null until it is. Readiness, the metrics and the doors of HTTP look here. */
export interface Up {
  database: Database | null;
  /** What of the database works. */
  probe: (() => Promise<DatabaseFaults>) | null;
  backlogs: Backlogs | null;
  time: SharedTime | null;
  engine: Engine | null;
  connection: Connection | null;
  confirmations: ConfirmationPages | null;
  stripe: WebhookReceiver | null;
  sender: OutboxSender | null;
  /** Why the start has not got further yet. */
  waitsFor: string | null;
}

export async function readinessOf(up: Up): Promise<Readiness> {
  const { engine, connection, time, waitsFor } = up;
  return {
    start: waitsFor === null ? null : `waits for ${waitsFor}`,
    ...(await databaseFaults(up)),
    engine: engine ? engine.state().reason : 'not started yet',
    slack: connection?.connected() === true ? null : 'not connected',
    clock: time?.fault() ?? null,
  };
}

/** What a database that does not answer can do is not asked. */
async function databaseFaults({ database, probe }: Up): Promise<Readiness> {
  if (!database || !probe) return { database: 'not open yet' };
  const reached = await inTime(database.check().then(() => null));
  if (reached !== null) return { database: reached };
  const faults = await inTime(probe());
  return typeof faults === 'string' ? { database: null, writing: faults } : { database: null, ...faults };
}

/** What the work finds, or why it does not. */
function inTime<Value>(work: Promise<Value>): Promise<Value | string> {
  const late = pause(timeoutMs, 'does not answer', { ref: false });
  return Promise.race([work.catch((error: unknown) => toOpsError(error).publicMessage), late]);
}

/** What the outbox holds, and the statement places that cannot be read; null while the database does not answer. */
export interface Backlogs {
  outbox: () => Promise<OutboxBacklog | null>;
  places: () => Promise<PlaceFault[] | null>;
}

/** Whoever looks while a look hangs joins it, so that no number of looks takes more than two connections. */
export function backlogsIn(database: Database): Backlogs {
  const outbox = sharing(() => createOutboxQueue(database).backlog());
  const places = sharing(() => createPlaceFaults(database).all());
  return { outbox: () => knownInTime(outbox()), places: () => knownInTime(places()) };
}

async function knownInTime<Value extends object>(work: Promise<Value>): Promise<Value | null> {
  const read = await inTime(work);
  return typeof read === 'string' ? null : read;
}

export function metricsOf(up: Up, readiness: () => Promise<Readiness>, clock: Clock): Metrics {
  return createMetrics({
    clock,
    backlog: async () => (await up.backlogs?.outbox()) ?? null,
    clockAheadMs: () => up.time?.aheadMs() ?? null,
    parts: async () =>
      Object.fromEntries(Object.entries(await readiness()).map(([part, fault]) => [part, fault === null])),
  });
}
