/**
 * One engine in this process: catching up, failing jobs, draining, and what it says when it cannot run.
 */
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startEngine, type Engine, type EngineOptions } from '../../src/adapters/engine/engine.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Job } from '../../src/ports/jobs.js';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { recordingLog, type Line } from './recording-log.js';

// Years back, and with yearly jobs: no tick of the real clock falls into a test.
const clock = fixedClock('2020-06-01T00:00:00Z');
const yearly = '0 0 1 1 *';

let database: TestDatabase;
let db: Database;
let lines: Line[];

beforeEach(async () => {
  lines = [];
  database = await createDatabase();
  db = openDatabase({ url: database.url, clock, log: recordingLog([]) });
});

afterEach(async () => {
  await db.close();
  await database.drop();
});

type Run = Job<string>['run'];

const job = (run: Run, change: Partial<Job<string>> = {}): Job<string> => ({
  id: 'yearly',
  summary: 'for a test',
  schedule: yearly,
  catchUp: 3,
  run,
  ...change,
});

async function start(
  jobs: readonly Job<string>[],
  drainTimeoutMs = 5000,
  limits?: EngineOptions<string>['limits'],
): Promise<Engine> {
  const engine = await startEngine({
    databaseUrl: database.url,
    jobs,
    desk: 'the desk',
    clock,
    log: recordingLog(lines),
    drainTimeoutMs,
    ...(limits && { limits }),
  });
  onTestFinished(() => engine.close());
  return engine;
}

const setCursor = (slot: string): Promise<unknown> =>
  db.query("insert into paydesk.job_cursors values ('yearly', $1)", [slot]);

const cursor = async (): Promise<string | undefined> =>
  (await db.query<{ slot: Date }>('select slot from paydesk.job_cursors'))[0]?.slot.toISOString();

const dueAt = async (): Promise<string | undefined> =>
  (await db.query<{ at: Date }>('select due_at as at from paydesk.job_cursors'))[0]?.at.toISOString();

const soon = { timeout: 15_000, interval: 20 };
const year = (slot: Date): number => slot.getUTCFullYear();

test('the newest missed slots run, oldest first and one at a time; the cursor moves; a second start repeats none', async () => {
  await setCursor('2010-01-01T00:00:00Z');
  const seen: string[] = [];
  let inside = 0;
  const run: Run = async (slot, desk) => {
    seen.push(`${desk} ${year(slot)} ${inside++}`);
    await new Promise((resolve) => setImmediate(resolve));
    inside--;
  };
  const engine = await start([job(run)]);
  const expected = ['the desk 2018 0', 'the desk 2019 0', 'the desk 2020 0'];
  await expect.poll(() => seen, soon).toEqual(expected);
  await engine.close();
  expect(await cursor()).toBe('2020-01-01T00:00:00.000Z');
  expect(await dueAt()).toBe('2021-01-01T00:00:00.000Z');
  let others = 0;
  const other = job(() => (others++, Promise.resolve()), { id: 'other' });
  await db.query("insert into paydesk.job_cursors values ('other', '2019-06-01T00:00:00Z')");
  await start([job(run), other]);
  await expect.poll(() => others, soon).toBe(1);
  expect(seen).toEqual(expected);
});

test('a job that is new has missed nothing', async () => {
  await start([job(() => Promise.reject(new Error('must not run')))]);
  expect(await cursor()).toBe('2020-06-01T00:00:00.000Z');
});

test.each([
  ['ends when it is asked to, before its next slot begins', true, 'was ended'],
  ['does not end, and blocks no later slot', false, 'no longer waits'],
])('a job that runs too long %s', async (_what, isHeard, said) => {
  await setCursor('2018-06-01T00:00:00Z');
  const seen: string[] = [];
  const run: Run = (slot, _desk, _log, until) => {
    seen.push(`begins ${year(slot)}`);
    if (year(slot) === 2020) return Promise.resolve();
    return new Promise((resolve) => {
      until?.addEventListener('abort', () => {
        seen.push(`ends ${year(slot)}`);
        if (isHeard) setImmediate(resolve);
      });
    });
  };
  await start([job(run)], 5000, { longestMs: 10, endingMs: isHeard ? 5000 : 10 });
  await expect.poll(() => seen, soon).toEqual(['begins 2019', 'ends 2019', 'begins 2020']);
  const failed = lines.filter(({ message }) => message === 'a job failed');
  expect(failed).toHaveLength(1);
  expect(String(failed[0]?.fields.err)).toContain(said);
});

test('a failing job is logged with a reference, and its later slots and other jobs run', async () => {
  await setCursor('2017-06-01T00:00:00Z');
  const seen: number[] = [];
  const run: Run = (slot) => {
    seen.push(year(slot));
    return year(slot) === 2019
      ? Promise.resolve()
      : Promise.reject(new OpsError('unavailable', 'The source is down.'));
  };
  await start([job(run), job(() => Promise.resolve(), { id: 'other' })]);
  await expect.poll(() => seen, soon).toEqual([2018, 2019, 2020]);
  const failures = (): Line[] => lines.filter(({ message }) => message === 'a job failed');
  await expect.poll(() => failures().length, soon).toBe(2);
  expect(failures()[0]).toMatchObject({
    level: 'error',
    fields: {
      job: 'yearly',
      slot: '2018-01-01T00:00:00.000Z',
      code: 'unavailable',
      errorId: expect.stringMatching(/^R-/) as string,
    },
  });
});

test('closing waits for the job that runs', async () => {
  await setCursor('2019-06-01T00:00:00Z');
  let finish = (): void => undefined;
  const held = new Promise<void>((resolve) => (finish = resolve));
  const events: string[] = [];
  const engine = await start([
    job(async () => {
      events.push('begun');
      await held;
      events.push('ended');
    }),
  ]);
  await expect.poll(() => events, soon).toEqual(['begun']);
  const closed = engine.close().then(() => events.push('closed'));
  expect(engine.state()).toEqual({ running: false, reason: 'closed' });
  finish();
  await closed;
  await engine.close();
  expect(events).toEqual(['begun', 'ended', 'closed']);
});

test('closing gives up on a job that hangs; it is pending for the next start, which runs it again', async () => {
  await setCursor('2019-06-01T00:00:00Z');
  let runs = 0;
  const engine = await start([job(() => (runs++, new Promise(() => undefined)))], 100);
  await expect.poll(() => runs, soon).toBe(1);
  await engine.close();
  await start([job(() => (runs++, Promise.resolve()))]);
  await expect.poll(() => runs, { timeout: 10_000 }).toBe(2);
});

test('the row of a job that this version does not have is left as it is', async () => {
  await db.query("insert into paydesk.job_cursors (job, slot, due_at) values ('retired', $1, $1)", [
    '2019-06-01T00:00:00Z',
  ]);
  await setCursor('2019-06-01T00:00:00Z');
  let runs = 0;
  await start([job(() => (runs++, Promise.resolve()))]);
  await expect.poll(() => runs, soon).toBe(1);
  const [retired] = await db.query(
    "select due_at, lease_owner, version from paydesk.job_cursors where job = 'retired'",
  );
  expect(retired).toEqual({ due_at: new Date('2019-06-01T00:00:00Z'), lease_owner: null, version: 1 });
});

test('a schedule that changed counts from the last slot', async () => {
  await setCursor('2020-01-01T00:00:00Z');
  await (await start([job(() => Promise.reject(new Error('must not run')))])).close();
  expect(await dueAt()).toBe('2021-01-01T00:00:00.000Z');
  const seen: string[] = [];
  await start([
    job((slot) => (seen.push(slot.toISOString()), Promise.resolve()), { schedule: '0 0 1 3,9 *' }),
  ]);
  await expect.poll(() => seen, soon).toEqual(['2020-03-01T00:00:00.000Z']);
  await expect.poll(dueAt, soon).toBe('2020-09-01T00:00:00.000Z');
});

const faults: readonly [Partial<Job<string>>[], string, string][] = [
  [[{ schedule: 'often' }], 'misconfigured', 'a schedule that does not parse'],
  [[{}, {}], 'misconfigured', 'two jobs of one id would share their slots'],
  [[{ catchUp: 0 }], 'misconfigured', 'a job that catches up on nothing would never run'],
];

test.each(faults)('%j is %s: %s', async (changes, code) => {
  const jobs = changes.map((change) => job(() => Promise.resolve(), change));
  await expect(start(jobs)).rejects.toMatchObject({ code });
});

test('a database without tables and no database at all have different errors, and a later start works', async () => {
  const empty = await createEmptyDatabase();
  onTestFinished(() => empty.drop());
  const nowhere = new URL(database.url.reveal());
  nowhere.port = '1';
  const options = { jobs: [], desk: '', clock, log: recordingLog(lines) };
  await expect(startEngine({ ...options, databaseUrl: empty.url })).rejects.toMatchObject({
    code: 'misconfigured',
  });
  await expect(startEngine({ ...options, databaseUrl: new Secret(nowhere.href) })).rejects.toMatchObject({
    code: 'unavailable',
  });
  const engine = await start([]);
  expect(engine.state()).toEqual({ running: true, reason: null });
});
