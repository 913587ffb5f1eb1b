/**
 * Writes stored hours anew after the world was disturbed: what it changed of the past is then in the books as if it had
 * always been so.
 * Invariant: the same transaction as the disturbance itself; only the partner that is hit, and nothing that was written
 * through the payments API. A disturbance never reaches back before its start, so neither does this.
 */
import { setImmediate } from 'node:timers/promises';
import type pg from 'pg';
import { createHourCache } from '../world/caches.js';
import { hourOf } from '../world/clock.js';
import type { OrderAttempt, World } from '../world/world.js';
import { rewriteChecks } from './checks.js';
import { openCopy } from './copy.js';
import { attemptRow, bookingRow, copyLine } from './rows.js';

interface Stretch {
  /** Both inclusive (ms); `toMs` is how far the books are filled. */
  fromMs: number;
  /** Before this bookings stay as they are, and so do attempts; there may be more of these. */
  moneyFromMs: number;
  toMs: number;
  /** Null for all partners. */
  partnerId: string | null;
}

export async function rewrite(client: pg.PoolClient, world: World, stretch: Stretch): Promise<void> {
  const { fromMs, moneyFromMs, toMs, partnerId } = stretch;
  if (fromMs > toMs) return;
  const where = `>= $1 and ($2::text is null or partner = $2)`;
  const changed = [new Date(moneyFromMs), partnerId];
  await client.query(`delete from only books.attempts where created_at ${where}`, changed);
  await client.query(`delete from only books.bookings where booked_at ${where}`, changed);
  const kept = await client.query<{ id: string }>(
    `select attempt_id as id from only books.attempts where created_at ${where}`,
    [new Date(fromMs), partnerId],
  );
  const lines = await linesOf(world, stretch, new Set(kept.rows.map(({ id }) => id)));
  for (const table of ['attempts', 'bookings'] as const) {
    const copy = openCopy(client, `books.${table}`);
    await copy.write(lines[table]);
    await copy.end();
  }
  await rewriteChecks(client, world, { fromMs: moneyFromMs, toMs, partnerId });
}

async function linesOf(
  world: World,
  stretch: Stretch,
  kept: ReadonlySet<string>,
): Promise<Record<'attempts' | 'bookings', string[]>> {
  const { fromMs, moneyFromMs, toMs, partnerId } = stretch;
  const within = (sinceMs: number, timeMs: number): boolean => timeMs >= sinceMs && timeMs <= toMs;
  const attemptsIn = attemptsOf(world, partnerId);
  const lines = { attempts: [] as string[], bookings: [] as string[] };
  for (let hour = hourOf(fromMs); hour <= hourOf(toMs); hour += 1) {
    for (const found of attemptsIn(hour))
      if (within(fromMs, found.attempt.createdMs) && !kept.has(idOf(world, found)))
        lines.attempts.push(copyLine(attemptRow(world.ids, found, toMs)));
    for (const booking of hour < hourOf(moneyFromMs) ? [] : world.bookingsOfHour(hour))
      if (within(moneyFromMs, booking.bookedMs) && (partnerId === null || booking.partner === partnerId))
        lines.bookings.push(copyLine(bookingRow(booking)));
    await setImmediate();
  }
  return lines;
}

const idOf = ({ ids }: World, { order: { hour, index }, attempt: { no } }: OrderAttempt): string =>
  ids.attemptId({ hour, index, sub: no });

/** Of one partner only its own orders are made, which in a rewrite of weeks are a third at most. */
function attemptsOf(world: World, partnerId: string | null): (hour: number) => readonly OrderAttempt[] {
  const partner = world.partners.find(({ id }) => id === partnerId);
  if (!partner) return world.attemptsOfHour;
  // An attempt lies in its order's hour or the next, so each hour is asked for twice.
  const begunIn = createHourCache(2, (hour) =>
    world
      .ordersLike(partner, hour, () => true)
      .flatMap((order) => order.attempts.map((attempt) => ({ order, attempt }))),
  );
  return (hour) =>
    [...begunIn.get(hour - 1), ...begunIn.get(hour)].filter(
      ({ attempt }) => hourOf(attempt.createdMs) === hour,
    );
}
