/**
 * Checks of saved cards in the company's books: written in batches as the clock moves, and deleted after some days.
 * Invariant: what is stored is what the world says of these days up to `loaded_to`; a check is an attempt of no amount
 * under names that nothing else has.
 */
import { setImmediate } from 'node:timers/promises';
import type pg from 'pg';
import type { CardCheck } from '../world/card-checks.js';
import { minuteMs } from '../world/clock.js';
import type { World } from '../world/world.js';
import { openCopy } from './copy.js';
import { checkRow, copyLine, placeOfCheck } from './rows.js';

const minuteOf = (timeMs: number): number => Math.floor(timeMs / minuteMs);
const pageMinutes = 60;

/** Everything after `fromMs` up to `toMs`, of one partner or of all. */
export async function copyChecks(
  client: pg.PoolClient,
  world: World,
  { fromMs, toMs, partnerId }: { fromMs: number; toMs: number; partnerId: string | null },
): Promise<void> {
  const sinceMs = Math.max(fromMs, toMs - world.checks.keptMs);
  const isWanted = ({ createdMs, route }: CardCheck): boolean =>
    createdMs > sinceMs && createdMs <= toMs && (partnerId === null || route.partner.id === partnerId);
  const copy = openCopy(client, 'books.checks');
  for (let minute = minuteOf(sinceMs); minute <= minuteOf(toMs); minute += 1) {
    const found = world.checksOfMinute(minute).filter(isWanted);
    if (found.length > 0) await copy.write(found.map((check) => copyLine(checkRow(check, toMs))));
    if (minute % pageMinutes === 0) await setImmediate();
  }
  await copy.end();
}

/** What began and what became known between two times; what is too old goes. */
export async function advanceChecks(
  client: pg.PoolClient,
  world: World,
  fromMs: number,
  toMs: number,
): Promise<void> {
  if (world.checks.perMinute === 0) return;
  await settle(client, world, toMs);
  await copyChecks(client, world, { fromMs, toMs, partnerId: null });
  if (minuteOf(fromMs) !== minuteOf(toMs))
    await client.query('delete from books.checks where created_at < $1', [
      new Date(toMs - world.checks.keptMs),
    ]);
}

/** Those that waited for their answer. */
async function settle(client: pg.PoolClient, world: World, toMs: number): Promise<void> {
  const open = await client.query<{ id: string }>(
    `select attempt_id as id from books.checks where status = 'pending'`,
  );
  const rows = open.rows.flatMap(({ id }) => {
    const { minute, index } = placeOfCheck(id);
    const check = world.checksOfMinute(minute)[index];
    return check && check.learntMs <= toMs ? [checkRow(check, toMs)] : [];
  });
  if (rows.length > 0) await client.query(settleSql, [JSON.stringify(rows)]);
}

const settleSql = `
  update books.checks c set status = n.status, decline_code = n.decline_code, error_origin = n.error_origin,
    completed_at = n.completed_at, latency_ms = n.latency_ms, partner = n.partner
  from json_populate_recordset(null::books.attempts, $1) n where c.attempt_id = n.attempt_id`;

/** After a disturbance: the same stretch anew. */
export async function rewriteChecks(
  client: pg.PoolClient,
  world: World,
  stretch: { fromMs: number; toMs: number; partnerId: string | null },
): Promise<void> {
  if (world.checks.perMinute === 0) return;
  const { fromMs, partnerId } = stretch;
  await client.query(
    'delete from books.checks where created_at > $1 and ($2::text is null or partner = $2)',
    [new Date(fromMs), partnerId],
  );
  await copyChecks(client, world, stretch);
}
