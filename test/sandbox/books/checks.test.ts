/** Checks of saved cards are the same however the books got there, and this hour of earlier weeks is among them. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBooks, type Books } from '../../../sandbox/books/books.js';
import { createManualClock, dayMs, hourMs, minuteMs } from '../../../sandbox/world/clock.js';
import { createScenarios } from '../../../sandbox/world/scenarios.js';
import { createWorld, type World } from '../../../sandbox/world/world.js';
import { createEmptyDatabase, type TestDatabase } from '../../support/postgres.js';

const startMs = Date.UTC(2026, 10, 18, 11, 30);
const keptMs = 4 * hourMs;
const perMinute = 10;

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  database = await createEmptyDatabase();
  owner = new pg.Client({ connectionString: database.url.reveal() });
  await owner.connect();
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

const newWorld = (): World =>
  createWorld({ seed: 'checks', attemptsPerHour: 1, checks: { perMinute, keptMs } });

const open = (world: World, atMs: number): Promise<Books> =>
  openBooks({
    url: database.url.reveal(),
    world,
    clock: createManualClock(new Date(atMs)),
    log: () => undefined,
    tickMs: 0,
    historyHours: 24 * 7,
  });

async function fingerprint(): Promise<unknown> {
  const { rows } = await owner.query(
    `select count(*)::int as n, md5(string_agg(c::text, '' order by attempt_id)) as sum from books.checks c`,
  );
  return rows[0];
}

const within = async (fromMs: number, toMs: number): Promise<number> => {
  const { rows } = await owner.query<{ n: number }>(
    'select count(*)::int as n from books.checks where created_at > $1 and created_at <= $2',
    [new Date(fromMs), new Date(toMs)],
  );
  return rows[0]!.n;
};

it('are the same after small steps, after a night without the sandbox, and in a fresh load', async () => {
  const steps = await open(newWorld(), startMs);
  for (const minutes of [0.2, 1, 2, 45, 100, 101]) await steps.advance(startMs + minutes * minuteMs);
  const nextDayMs = startMs + dayMs;
  await steps.close();
  const later = await open(newWorld(), nextDayMs);
  const grown = await fingerprint();
  await owner.query('truncate books.state, books.attempts, books.bookings');
  await later.advance(nextDayMs);
  expect(await fingerprint()).toEqual(grown);
  await later.close();
});

it('are remembered for this hour of four earlier weeks, and for no time between', async () => {
  const nowMs = startMs + 2 * dayMs;
  const books = await open(newWorld(), nowMs);
  await books.advance(nowMs + 10 * minuteMs);
  const hours: number[] = [];
  for (const weeks of [0, 1, 2, 3, 4, 5]) {
    const thenMs = nowMs + 10 * minuteMs - weeks * 7 * dayMs;
    hours.push(await within(thenMs - hourMs / 2, thenMs + hourMs / 2));
  }
  const [now = 0, ...earlier] = hours;
  expect(now, 'half an hour of it is over').toBeGreaterThan(0.7 * 30 * perMinute);
  for (const count of earlier.slice(0, 4)) expect(count / (2 * now)).toBeCloseTo(1, 0);
  expect(earlier[4], 'five weeks ago').toBe(0);
  expect(await within(nowMs - 6 * dayMs, nowMs - dayMs), 'between').toBe(0);
  await books.close();
});

it('stay remembered when a disturbance reaches back', async () => {
  const nowMs = startMs + 2 * dayMs + 10 * minuteMs;
  const world = newWorld();
  const books = await open(world, nowMs);
  const aWeekAgo = (): Promise<number> =>
    within(nowMs - 7 * dayMs - hourMs / 2, nowMs - 7 * dayMs + hourMs / 2);
  const before = await aWeekAgo();
  const scenarios = createScenarios({
    world,
    clock: createManualClock(new Date(nowMs)),
    putObjects: () => undefined,
    happen: () => Promise.resolve(null),
  });
  await scenarios.start('slow-drift', { partner: 'northpay' });
  await books.advance(nowMs);
  expect((await aWeekAgo()) / before).toBeCloseTo(1, 0);
  await books.close();
});
