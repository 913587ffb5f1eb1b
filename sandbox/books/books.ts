/**
 * The company's own record of its payments in a PostgreSQL database: eight weeks of history at the first start, filled
 * up at later starts, and live traffic as the clock moves.
 * Invariant: what is stored is exactly what the world says up to `loaded_to`; both change in one transaction. When the
 * world is disturbed, the stored hours that it changes are rewritten, together with the disturbance.
 * Deliberately absent: anything that Paydesk writes. It reads the views through a login of its own.
 */
import pg from 'pg';
import { hourMs, hourOf, type Clock } from '../world/clock.js';
import { moneyChangesFrom } from '../world/disturbances.js';
import { hash, hashText } from '../world/random.js';
import { historyHours as eightWeeks, type OrderAttempt, type World } from '../world/world.js';
import { advanceChecks } from './checks.js';
import { evidenceOf, type EvidenceRows } from './evidence.js';
import { loadHistory } from './load.js';
import {
  deleteAnswers,
  loadObjects,
  loadAnswers,
  restoreWorld,
  saveAnswer,
  saveDisturbances,
  saveObject,
  type ObjectMemory,
} from './memory.js';
import { rewrite } from './rewrite.js';
import { attemptRow, bookingRow, type AttemptRow, type BookingRow } from './rows.js';
import { createViews, evidenceViews, grantReader } from './schema.js';

/** What somebody did at a partner outside the world's own traffic, as the company would record it. */
export interface Change {
  attempts?: AttemptRow[];
  bookings?: BookingRow[];
  /** What shop, warehouse, accounts and support know. */
  evidence?: Partial<EvidenceRows>;
}

interface BooksOptions {
  /** An owner's address of a database that holds nothing else. */
  url: string;
  world: World;
  clock: Clock;
  log: (message: string) => void;
  /** How often live traffic is written; 0 leaves that to `advance`. */
  tickMs?: number;
  /** How far the first load reaches back. */
  historyHours?: number;
}

export interface Books {
  /** What Paydesk gets: a login that can read the views only. */
  readerUrl: string;
  /** Writes everything up to a time (ms). Earlier times do nothing. */
  advance(toMs: number): Promise<void>;
  /**
   * Writes a change made through the payments API; the same row again replaces the old one. Never rejects: a failure is
   * in the log, and the next change is written all the same.
   */
  record(change: Change): Promise<void>;
  /** For the payments API, so that it knows after a restart what the books know. */
  memory: ObjectMemory;
  close(): Promise<void>;
}

/** Opens, loads or fills up the books. Rejects when the database cannot be reached. */
export async function openBooks(options: BooksOptions): Promise<Books> {
  const { url, world, clock, log, tickMs = 1_000, historyHours = eightWeeks } = options;
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  const report = (error: Error): void => log(`books: ${error.message}`);
  pool.on('error', report);
  // A connection that breaks while in use tells it on itself, and unheard that would end the process.
  pool.on('connect', (client) => client.on('error', report));
  const reader = readerOf(url, world);
  let queue = Promise.resolve();
  /** One write at a time, in order; a failed one does not stop the next. */
  const serially = (work: () => Promise<void>): Promise<void> => {
    const result = queue.then(work);
    queue = result.catch((error: unknown) => log(`books: ${String(error)}`));
    return result;
  };
  const advance = (toMs: number): Promise<void> =>
    serially(() => fillUp(pool, world, toMs, { log, grant: reader.grant, historyHours }));
  try {
    await restoreWorld(pool, world);
    await advance(clock.now().getTime());
    await pool.query(createViews + reader.grant);
  } catch (error) {
    await pool.end();
    throw error;
  }
  /** Drawn beside what is written, so that a start does not wait for it. */
  const addEvidence = async (fromMs: number): Promise<void> => {
    const evidence = await evidenceOf(world, fromMs, clock.now().getTime());
    await serially(() => inTransaction(pool, (client) => upsert(client, { evidence })));
  };
  let drawing = addEvidence(clock.now().getTime() - openDisputesMs).catch(() => undefined);
  const unfollow = world.onDisturb(async (disturbance, fromMs) => {
    await serially(() =>
      inTransaction(pool, async (client) => {
        const toMs = await loadedTo(pool, world);
        const moneyFromMs = moneyChangesFrom(disturbance, fromMs);
        const { partnerId } = disturbance;
        if (toMs !== null) await rewrite(client, world, { fromMs, moneyFromMs, toMs, partnerId });
        await saveDisturbances(client, world);
      }),
    );
    drawing = drawing.then(() => addEvidence(fromMs)).catch(() => undefined);
  });
  const timer = ticking(tickMs, () => advance(clock.now().getTime()));
  return {
    readerUrl: reader.url,
    advance,
    record: (change) =>
      serially(() => inTransaction(pool, (client) => upsert(client, change, 'written_'))).catch(
        () => undefined,
      ),
    memory: {
      load: () => loadObjects(pool, world),
      keep: (written) => serially(() => saveObject(pool, world, written)).catch(() => undefined),
      loadAnswers: () => loadAnswers(pool, world),
      keepAnswer: (kept) => serially(() => saveAnswer(pool, world, kept)).catch(() => undefined),
      forgetAnswers: (untilMs) => serially(() => deleteAnswers(pool, world, untilMs)).catch(() => undefined),
    },
    close: async () => {
      clearInterval(timer);
      unfollow();
      await drawing;
      await queue;
      await pool.end();
    },
  };
}

/** One write at a time; a failed one is in the log. */
function ticking(tickMs: number, write: () => Promise<void>): NodeJS.Timeout | undefined {
  let writing = false;
  const tick = (): void => {
    if (writing) return;
    writing = true;
    void write()
      .catch(() => undefined)
      .finally(() => (writing = false));
  };
  return tickMs > 0 ? setInterval(tick, tickMs) : undefined;
}

/** Older disputes are decided. */
const openDisputesMs = 40 * 24 * hourMs;

interface Reader {
  url: string;
  /** Lets the reader in; needed again in each load, which makes the views anew. */
  grant: string;
}

/** The secret follows from the seed, so that a restart keeps the address. Each database of a server has a reader of its own. */
function readerOf(ownerUrl: string, world: World): Reader {
  const seed = hashText(world.seed);
  const secret = [1, 2, 3, 4].map((n) => hash(seed, 0x5ec7e7, n).toString(36)).join('');
  const url = new URL(ownerUrl);
  const database = decodeURIComponent(url.pathname.slice(1));
  const role = `${database}_reader`;
  url.username = role;
  url.password = secret;
  return {
    url: url.toString(),
    grant: grantReader(role, pg.escapeLiteral(secret), pg.escapeIdentifier(database)),
  };
}

interface FillUp {
  log: (message: string) => void;
  grant: string;
  historyHours: number;
}

/** From the stored time to the wanted one, or everything anew when the stored state is of no use. */
async function fillUp(pool: pg.Pool, world: World, toMs: number, how: FillUp): Promise<void> {
  const fromMs = await loadedTo(pool, world);
  if (fromMs === null || toMs - fromMs > how.historyHours * hourMs) {
    await loadHistory(pool, world, toMs, how);
    return;
  }
  if (toMs <= fromMs) return;
  await inTransaction(pool, async (client) => {
    for (let hour = hourOf(fromMs); hour <= hourOf(toMs); hour += 1)
      await upsert(client, changeWithin(world, hour, fromMs, toMs));
    await upsert(client, { evidence: await evidenceOf(world, fromMs, toMs) });
    await upsert(client, { attempts: await settledAttempts(client, world, toMs) });
    await advanceChecks(client, world, fromMs, toMs);
    await client.query('update books.state set loaded_to = $1', [new Date(toMs)]);
  });
}

/** The time (ms) up to which the database holds this world, or null. */
async function loadedTo(pool: pg.Pool, world: World): Promise<number | null> {
  const exists = await pool.query<{ there: boolean }>(
    `select to_regclass('books.state') is not null as there`,
  );
  if (!exists.rows[0]?.there) return null;
  const state = await pool.query<{ loaded_to: Date }>('select loaded_to from books.state where world = $1', [
    world.name,
  ]);
  return state.rows[0]?.loaded_to.getTime() ?? null;
}

function changeWithin(world: World, hour: number, fromMs: number, toMs: number): Change {
  const within = (timeMs: number): boolean => timeMs > fromMs && timeMs <= toMs;
  const begun = world.attemptsOfHour(hour).filter(({ attempt }) => within(attempt.createdMs));
  // A capture by hand comes later than the attempt and makes its ARN known.
  const cleared = world
    .movementsOfHour(hour)
    .filter(({ kind, order, atMs }) => kind === 'capture' && order.captureMethod === 'manual' && within(atMs))
    .flatMap(({ order }) => order.attempts.slice(-1).map((attempt) => ({ order, attempt })));
  const attempts = [...begun, ...cleared].map((found) => attemptRow(world.ids, found, toMs));
  return {
    // One may begin and be captured, or be captured twice, within the same hour.
    attempts: [...new Map(attempts.map((row) => [row.attempt_id, row])).values()],
    bookings: world
      .bookingsOfHour(hour)
      .filter((booking) => within(booking.bookedMs))
      .map(bookingRow),
  };
}

/** Attempts that were open and have been answered since. */
async function settledAttempts(client: pg.PoolClient, world: World, toMs: number): Promise<AttemptRow[]> {
  const open = await client.query<{ attempt_id: string }>(
    `select attempt_id from only books.attempts where status = 'pending'`,
  );
  return open.rows
    .map(({ attempt_id }) => findAttempt(world, attempt_id))
    .filter((found) => found !== null)
    .filter(({ attempt }) => attempt.learntMs <= toMs)
    .map((found) => attemptRow(world.ids, found, toMs));
}

function findAttempt(world: World, attemptId: string): OrderAttempt | null {
  const place = world.ids.decodeAttemptId(attemptId);
  const order = place && world.order(place.hour, place.index);
  const attempt = order?.attempts[place?.sub ?? -1];
  return order && attempt ? { order, attempt } : null;
}

async function inTransaction(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await work(client);
    await client.query('commit');
    client.release();
  } catch (error) {
    // A broken connection cannot roll back; dropping it does the same.
    client.release(error instanceof Error ? error : true);
    throw error;
  }
}

/** `prefix` leads to the tables of what was written through the payments API. */
async function upsert(
  client: pg.PoolClient,
  { attempts = [], bookings = [], evidence = {} }: Change,
  prefix: '' | 'written_' = '',
): Promise<void> {
  if (attempts.length > 0)
    await client.query(upsertAttempts(`${prefix}attempts`), [JSON.stringify(attempts)]);
  if (bookings.length > 0)
    await client.query(insertBookings(`${prefix}bookings`), [JSON.stringify(bookings)]);
  for (const view of evidenceViews) {
    const rows = evidence[view] ?? [];
    if (rows.length > 0) await client.query(insertEvidence(view), [JSON.stringify(rows)]);
  }
}

const upsertAttempts = (table: string): string => `
insert into books.${table} select * from json_populate_recordset(null::books.attempts, $1)
on conflict (attempt_id) do update set status = excluded.status, decline_code = excluded.decline_code,
  error_origin = excluded.error_origin, charge_id = excluded.charge_id, arn = excluded.arn,
  network_transaction_id = excluded.network_transaction_id, latency_ms = excluded.latency_ms,
  completed_at = excluded.completed_at`;

const insertEvidence = (view: (typeof evidenceViews)[number]): string => `
insert into books.${view} select * from json_populate_recordset(null::books.${view}, $1) on conflict do nothing`;

/** Entries of a ledger are never changed. */
const insertBookings = (table: string): string => `
insert into books.${table} select * from json_populate_recordset(null::books.bookings, $1)
on conflict (booking_id) do nothing`;
