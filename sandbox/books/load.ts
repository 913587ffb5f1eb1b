/**
 * The first load: eight weeks of attempts and bookings by COPY on two connections, then the indexes on both.
 * Invariant: readers see the old books or the new ones, never a part: `state` is written last, and a load that dies
 * before that is started over. The process breathes between hours, so a server in it keeps answering.
 */
import { setImmediate } from 'node:timers/promises';
import type pg from 'pg';
import { hourMs, hourOf } from '../world/clock.js';
import type { World } from '../world/world.js';
import { copyChecks } from './checks.js';
import { openCopy } from './copy.js';
import { attemptRow, bookingRow, copyLine } from './rows.js';
import { createIndexes, createTables, createViews } from './schema.js';

/**
 * The ledger begins so much before the attempts, and only with payouts that it holds in full: then every attempt has its
 * entries and clearing accounts open at zero. A payout carries at most three days, and zones differ by a day.
 */
const leadHours = 4 * 24;

/** Loads everything up to a time (ms). */
export async function loadHistory(
  pool: pg.Pool,
  world: World,
  toMs: number,
  { log, grant, historyHours }: { log: (message: string) => void; grant: string; historyHours: number },
): Promise<void> {
  const startedMs = performance.now();
  // The views are there while the load lasts, so that a reader gets an error that says so.
  await pool.query(createTables + createViews + grant);
  const [first, second] = await Promise.all([pool.connect(), pool.connect()]);
  try {
    await copyHistory(first, second, world, { toMs, historyHours });
    const indexing = runAll(second, createIndexes[1]);
    await Promise.all([indexing, indexAfterChecks(first, world, toMs)]);
    await first.query('insert into books.state values ($1, $2)', [world.name, new Date(toMs)]);
  } finally {
    first.release();
    second.release();
  }
  log(`books: loaded ${historyHours / 24} days in ${Math.round(performance.now() - startedMs)} ms`);
}

/** Making the checks takes this process, and building indexes the server. */
async function indexAfterChecks(client: pg.PoolClient, world: World, toMs: number): Promise<void> {
  if (world.checks.perMinute > 0)
    await copyChecks(client, world, { fromMs: -Infinity, toMs, partnerId: null });
  await runAll(client, createIndexes[0]);
}

async function copyHistory(
  first: pg.PoolClient,
  second: pg.PoolClient,
  world: World,
  { toMs, historyHours }: { toMs: number; historyHours: number },
): Promise<void> {
  const attempts = openCopy(first, 'books.attempts');
  const bookings = openCopy(second, 'books.bookings');
  const lastHour = hourOf(toMs);
  const openingMs = (lastHour - historyHours - leadHours) * hourMs;
  const firstHour = lastHour - historyHours;
  for (let hour = firstHour - leadHours; hour <= lastHour; hour += 1) {
    const found = hour < firstHour ? [] : world.attemptsOfHour(hour);
    await attempts.write(
      found
        .filter(({ attempt }) => attempt.createdMs <= toMs)
        .map((item) => copyLine(attemptRow(world.ids, item, toMs))),
    );
    await bookings.write(
      world
        .bookingsOfHour(hour)
        .filter((booking) => booking.bookedMs <= toMs && booking.settledFromMs >= openingMs)
        .map((booking) => copyLine(bookingRow(booking))),
    );
    await setImmediate();
  }
  await Promise.all([attempts.end(), bookings.end()]);
}

async function runAll(client: pg.PoolClient, statements: readonly string[]): Promise<void> {
  // Two connections keep two cores busy; parallel workers of each would only get in each other's way.
  await client.query(`set maintenance_work_mem = '128MB'; set max_parallel_maintenance_workers = 0`);
  for (const statement of statements) await client.query(statement);
}
