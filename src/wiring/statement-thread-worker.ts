/**
 * The thread that works on statements: it answers each order with its result or its fault, in no fixed order.
 *
 * Invariant: it has connections of its own and gives way to the thread that answers people.
 */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase, type DatabaseOptions } from '../adapters/postgres/database.js';
import { followingClock, minuteMs, systemClock } from '../kernel/clock.js';
import { Secret } from '../kernel/secret.js';
import type { RunOutcome } from '../ports/reconciliation.js';
import type { ArchivedDocument } from '../reconciliation/intake/documents.js';
import { createLog } from './logging.js';
import type { ThreadAnswer, ThreadFacts, ThreadOrder } from './statement-thread.js';
import { statementWork } from './statement-work.js';
import { faultFrom } from './threads.js';

/** A third of the share of what waits for a person: that goes first, and the work still comes on where others fill the machine. */
const niceness = 5;
/** A look at a day of a large ledger takes longer than a lookup. */
const statementTimeoutMs = 5 * minuteMs;

// Elsewhere the priority is one of the whole process.
if (process.platform === 'linux') setPriority(niceness);

const { settings, databaseUrl, booksUrl, logLevel } = workerData as ThreadFacts;
const clock = followingClock(systemClock);
const common: Pick<DatabaseOptions, 'clock' | 'log' | 'statementTimeoutMs' | 'maxConnections'> = {
  clock,
  log: createLog(logLevel),
  statementTimeoutMs,
  maxConnections: 3,
};
const work = statementWork({
  settings,
  clock,
  database: openDatabase({
    ...common,
    url: new Secret(databaseUrl),
    applicationName: 'paydesk statements',
    setting: 'DATABASE_URL',
  }),
  booksDatabase: openDatabase({
    ...common,
    url: new Secret(booksUrl),
    applicationName: 'paydesk statements',
    readOnly: true,
    setting: 'BOOKS_DATABASE_URL',
  }),
});

parentPort?.on('message', (order: ThreadOrder) => void answer(order));

async function answer(order: ThreadOrder): Promise<void> {
  const { id, nowMs } = order;
  clock.follow(new Date(nowMs));
  const say = (news: ThreadAnswer): void => parentPort?.postMessage(news);
  try {
    say({ id, value: await done(order) });
  } catch (thrown) {
    say({ id, fault: faultFrom(thrown) });
  }
}

const done = (order: ThreadOrder): Promise<ArchivedDocument[] | RunOutcome> =>
  order.type === 'run' ? work.run(order.request) : work.documentsOf(order.placeId, order.file);
