/**
 * The thread that works on statements: it answers each order with its result or its fault, in no fixed order.
 *
 * Invariant: it has connections of its own and gives way to the thread that answers people.
 */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../adapters/postgres/database.js';
import { followingClock, systemClock } from '../kernel/clock.js';
import { Secret } from '../kernel/secret.js';
import type { RunOutcome, RunRequest } from '../ports/reconciliation.js';
import type { ArchivedDocument } from '../reconciliation/intake/documents.js';
import { createLog } from './logging.js';
import type { ThreadAnswer, ThreadFacts, ThreadOrder } from './statement-thread.js';
import { statementWork } from './statement-work.js';
import { faultFrom } from './threads.js';

/** A third of the share of what waits for a person: that goes first, and the work still comes on where others fill the machine. */
const niceness = 5;

// Elsewhere the priority is one of the whole process.
if (process.platform === 'linux') setPriority(niceness);

const { settings, databaseUrl, booksUrl, logLevel } = workerData as ThreadFacts;
const clock = followingClock(systemClock);
const urls = { databaseUrl: new Secret(databaseUrl), booksUrl: new Secret(booksUrl) };
const database = openDatabase({
  url: urls.databaseUrl,
  clock,
  log: createLog(logLevel),
  maxConnections: 3,
  applicationName: 'paydesk statements',
  setting: 'DATABASE_URL',
});
const work = statementWork({ settings, clock, database, ...urls });

parentPort?.on('message', (order: ThreadOrder) => void answer(order));

async function answer(order: ThreadOrder): Promise<void> {
  const { id, nowMs } = order;
  clock.follow(new Date(nowMs));
  const say = (news: ThreadAnswer): void => parentPort?.postMessage(news);
  try {
    say({ id, value: await done(order, (stage) => say({ id, stage })) });
  } catch (thrown) {
    say({ id, fault: faultFrom(thrown) });
  }
}

const done = (
  order: ThreadOrder,
  onProgress: NonNullable<RunRequest['onProgress']>,
): Promise<ArchivedDocument[] | RunOutcome> =>
  order.type === 'run'
    ? work.run({ ...order.request, onProgress })
    : work.documentsOf(order.placeId, order.file);
