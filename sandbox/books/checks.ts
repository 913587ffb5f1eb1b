/**
 * Checks of saved cards in the company's books: written in batches as the clock moves, and deleted after some days.
 * Invariant: what is stored is what the world says of the last days up to `loaded_to`, and of this hour in earlier weeks,
 * with which people compare the present one; a check is an attempt of no amount under names that nothing else has.
 * Deliberately absent: the weeks between, which would be millions of rows.
 */
import { setImmediate } from 'node:timers/promises';
import type pg from 'pg';
import type { CardCheck } from '../world/card-checks.js';
import { dayMs, minuteMs } from '../world/clock.js';
import type { World } from '../world/world.js';
import { openCopy } from './copy.js';
import { checkRow, copyLine, placeOfCheck } from './rows.js';

const weekMs = 7 * dayMs;
const minuteOf = (timeMs: number): number => Math.floor(timeMs / minuteMs);
const pageMinutes = 60;

/** Begins after `fromMs` and ends with `toMs`. */
interface Span {
  fromMs: number;
  toMs: number;
}

const weeksRemembered = 4;
/** On either side; a little more than what is compared, which is read a moment later. */
const rememberedMs = 40 * minuteMs;

/** What the table holds at a time: the last days, then this hour of each earlier week. */
const keptAt = ({ checks }: World, nowMs: number): Span[] => [
  { fromMs: nowMs - checks.keptMs, toMs: nowMs },
  ...Array.from({ length: weeksRemembered }, (_, index) => {
    const thenMs = nowMs - (index + 1) * weekMs;
    return { fromMs: thenMs - rememberedMs, toMs: thenMs + rememberedMs };
  }),
];

/** What there is to keep after `fromMs`, of one partner or of all. */
export async function copyChecks(
  client: pg.PoolClient,
  world: World,
  { fromMs, toMs, partnerId }: Span & { partnerId: string | null },
): Promise<void> {
  const spans = keptAt(world, toMs).map((span) => ({ ...span, fromMs: Math.max(fromMs, span.fromMs) }));
  await copySpans(client, world, { spans, asOfMs: toMs, partnerId });
}

async function copySpans(
  client: pg.PoolClient,
  world: World,
  { spans, asOfMs, partnerId }: { spans: readonly Span[]; asOfMs: number; partnerId: string | null },
): Promise<void> {
  const copy = openCopy(client, 'books.checks');
  for (const { fromMs, toMs } of spans) {
    const isWanted = ({ createdMs, route }: CardCheck): boolean =>
      createdMs > fromMs && createdMs <= toMs && (partnerId === null || route.partner.id === partnerId);
    for (let minute = minuteOf(fromMs); minute <= minuteOf(toMs); minute += 1) {
      const found = world.checksOfMinute(minute).filter(isWanted);
      if (found.length > 0) await copy.write(found.map((check) => copyLine(checkRow(check, asOfMs))));
      if (minute % pageMinutes === 0) await setImmediate();
    }
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
  const before = keptAt(world, fromMs);
  const kept = keptAt(world, toMs);
  const spans = kept.map((span, index) => ({
    ...span,
    fromMs: Math.max(span.fromMs, before[index]?.toMs ?? -Infinity),
  }));
  await copySpans(client, world, { spans, asOfMs: toMs, partnerId: null });
  // From the minute's begin, because nothing was deleted since then.
  if (minuteOf(fromMs) !== minuteOf(toMs))
    await forget(client, keptAt(world, minuteOf(fromMs) * minuteMs), kept);
}

/**
 * Deletes what was kept and no longer is. It looks only at the time by which each span moved on, because the table holds a
 * hundred thousand rows and this runs every minute.
 */
async function forget(client: pg.PoolClient, before: readonly Span[], kept: readonly Span[]): Promise<void> {
  const begins = (spans: readonly Span[]): Date[] => spans.map(({ fromMs }) => new Date(fromMs));
  const leftMs = before.map(({ toMs }, index) => Math.min(toMs, kept[index]?.fromMs ?? Infinity));
  await client.query(
    `delete from books.checks c using unnest($1::timestamptz[], $2::timestamptz[]) as gone (after, until)
     where c.created_at > gone.after and c.created_at <= gone.until and not exists (
       select from unnest($3::timestamptz[], $4::timestamptz[]) as kept (after, until)
       where c.created_at > kept.after and c.created_at <= kept.until)`,
    [
      begins(before),
      leftMs.map((untilMs) => new Date(untilMs)),
      begins(kept),
      kept.map(({ toMs: untilMs }) => new Date(untilMs)),
    ],
  );
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
  stretch: Span & { partnerId: string | null },
): Promise<void> {
  if (world.checks.perMinute === 0) return;
  const { fromMs, partnerId } = stretch;
  await client.query(
    'delete from books.checks where created_at > $1 and ($2::text is null or partner = $2)',
    [new Date(fromMs), partnerId],
  );
  await copyChecks(client, world, stretch);
}
