/**
 * Writes stored hours anew after the world was disturbed: what it changed of the past is then in the books as if it had
 * always been so.
 * Invariant: the same transaction as the disturbance itself; only the partner that is hit, and nothing that was written
 * through the payments API. A disturbance never reaches back before its start, so neither does this.
 */
import { setImmediate } from 'node:timers/promises';
import type pg from 'pg';
import { hourOf } from '../world/clock.js';
import type { World } from '../world/world.js';
import { openCopy } from './load.js';
import { attemptRow, bookingRow, copyLine } from './rows.js';

interface Stretch {
  /** Both inclusive (ms); `toMs` is how far the books are filled. */
  fromMs: number;
  toMs: number;
  /** Null for all partners. */
  partnerId: string | null;
}

export async function rewrite(client: pg.PoolClient, world: World, stretch: Stretch): Promise<void> {
  const { fromMs, toMs, partnerId } = stretch;
  if (fromMs > toMs) return;
  const values = [new Date(fromMs), partnerId];
  const where = `>= $1 and ($2::text is null or partner = $2)`;
  await client.query(`delete from only books.attempts where created_at ${where}`, values);
  await client.query(`delete from only books.bookings where booked_at ${where}`, values);
  const lines = await linesOf(world, stretch);
  for (const table of ['attempts', 'bookings'] as const) {
    const copy = openCopy(client, `books.${table}`);
    await copy.write(lines[table]);
    await copy.end();
  }
}

async function linesOf(world: World, stretch: Stretch): Promise<Record<'attempts' | 'bookings', string[]>> {
  const { fromMs, toMs, partnerId } = stretch;
  const within = (partner: string, timeMs: number): boolean =>
    timeMs >= fromMs && timeMs <= toMs && (partnerId === null || partner === partnerId);
  const lines = { attempts: [] as string[], bookings: [] as string[] };
  for (let hour = hourOf(fromMs); hour <= hourOf(toMs); hour += 1) {
    for (const found of world.attemptsOfHour(hour))
      if (within(found.order.route.partner.id, found.attempt.createdMs))
        lines.attempts.push(copyLine(attemptRow(world.ids, found, toMs)));
    for (const booking of world.bookingsOfHour(hour))
      if (within(booking.partner, booking.bookedMs)) lines.bookings.push(copyLine(bookingRow(booking)));
    await setImmediate();
  }
  return lines;
}
