/**
 * Things with a life on the real engine: how they become due, who has them in hand, and for how long.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import pg from 'pg';
import { startEngine } from '../../src/adapters/engine/engine.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { fixedClock, minuteMs, secondMs, type FixedClock } from '../../src/kernel/clock.js';
import type { Lease, Living } from '../../src/ports/lives.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { recordingLog, type Line } from './recording-log.js';

let database: TestDatabase;
let db: Database;
let clock: FixedClock;
let lines: Line[];
/** What has to be closed before the database goes. */
let open: (() => Promise<void>)[];

beforeEach(async () => {
  [lines, open] = [[], []];
  clock = fixedClock('2026-11-20T10:00:00Z');
  database = await createDatabase();
  db = openDatabase({ url: database.url, clock, log: recordingLog([]) });
  await db.query('create table paydesk.things (number integer primary key)');
  await db.query("select paydesk.give_life('paydesk.things')");
});

afterEach(async () => {
  vi.useRealTimers();
  for (const close of open.reverse()) await close();
  await db.close();
  await database.drop();
});

async function start(advance: Living['advance'], atOnce = 5): Promise<void> {
  const living = [{ table: 'paydesk.things', key: 'number', prefix: 'T-', atOnce, advance }];
  const options = { databaseUrl: database.url, jobs: [], living, desk: null, clock };
  const engine = await startEngine({ ...options, log: recordingLog(lines), drainTimeoutMs: 100 });
  open.push(() => engine.close());
}

const add = (number: number, dueAt = clock.now()): Promise<unknown> =>
  db.query('insert into paydesk.things (number, due_at) values ($1, $2)', [number, dueAt]);

const end = (id: string): Promise<unknown> =>
  db.query('update paydesk.things set due_at = null, version = version + 1 where number = $1', [id.slice(2)]);

interface Row {
  due_at: Date | null;
  lease_owner: string | null;
  lease_until: Date | null;
}
const row = async (): Promise<Row> => (await db.query<Row>('select * from paydesk.things'))[0]!;

const soon = { timeout: 8000, interval: 20 };
const later = (durationMs: number): Date => new Date(clock.now().getTime() + durationMs);

/** One thing in hand, for as long as the test wants. */
async function inHand(): Promise<{ lease: Lease; letGo: () => void }> {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  open.push(() => {
    letGo();
    return Promise.resolve();
  });
  let lease: Lease | null = null;
  await start(async (id, given) => {
    lease = given;
    await held;
    await end(id);
  });
  await add(1);
  await expect.poll(() => lease, soon).not.toBeNull();
  return { lease: lease!, letGo };
}

describe('what is due', () => {
  it('is announced by the database, and what is due later is not', async () => {
    const client = new pg.Client({ connectionString: database.url.reveal() });
    await client.connect();
    open.push(() => client.end());
    let heard = 0;
    client.on('notification', () => heard++);
    await client.query('listen paydesk_due');
    const after = async (sql: string): Promise<number> => {
      heard = 0;
      await client.query(sql);
      await client.query('select 1');
      return heard;
    };
    expect(
      await after("insert into paydesk.things (number, due_at) values (1, now() + interval '1 h')"),
    ).toBe(0);
    expect(await after('update paydesk.things set version = 2')).toBe(0);
    expect(await after('update paydesk.things set due_at = now()')).toBe(1);
    expect(await after('update paydesk.things set due_at = null')).toBe(0);
    expect(await after('insert into paydesk.things (number, due_at) values (2, now())')).toBe(1);
  });

  it('is found without any announcement', async () => {
    await db.query('drop trigger announce_due on paydesk.things');
    const moved: string[] = [];
    await start(async (id) => {
      moved.push(id);
      await end(id);
    });
    await add(1);
    await expect.poll(() => moved, soon).toEqual(['T-1']);
    const free = { due_at: null, lease_owner: null, lease_until: null };
    await expect.poll(row, soon).toMatchObject(free);
  });

  it.each([
    ['is missing', 'alter table paydesk.others rename to gone', 'alter table paydesk.gone rename to others'],
    [
      'may not be written',
      'revoke update on paydesk.others from paydesk_app',
      'grant update on paydesk.others to paydesk_app',
    ],
    ['is locked', 'begin; lock table paydesk.others', 'rollback'],
  ])(
    'is taken in hand while the table of another kind %s, which the engine reports',
    async (_what, harm, mend) => {
      await db.query('create table paydesk.others (number integer primary key)');
      await db.query("select paydesk.give_life('paydesk.others')");
      await db.query('grant all on all tables in schema paydesk to paydesk_app');
      const moved: string[] = [];
      const advance: Living['advance'] = async (id) => {
        moved.push(id);
        await end(id);
      };
      const kinds = [
        { table: 'paydesk.others', key: 'number', prefix: 'O-', atOnce: 5, advance },
        { table: 'paydesk.things', key: 'number', prefix: 'T-', atOnce: 5, advance },
      ];
      const engine = await startEngine({
        databaseUrl: database.appUrl,
        jobs: [],
        living: kinds,
        desk: null,
        clock,
        log: recordingLog(lines),
        drainTimeoutMs: 100,
      });
      open.push(() => engine.close());
      const harmer = new pg.Client({ connectionString: database.url.reveal() });
      await harmer.connect();
      open.push(() => harmer.end());
      await harmer.query(harm);
      await add(1);
      await expect.poll(() => moved, soon).toEqual(['T-1']);
      await expect
        .poll(() => engine.state().reason, soon)
        .toBe('due rows of paydesk.others can’t be claimed');
      await harmer.query(mend);
      await expect.poll(() => engine.state().reason, soon).toBeNull();
    },
  );

  it('is not claimed more often at once than its kind allows', async () => {
    let inside = 0;
    let most = 0;
    const moved: string[] = [];
    await start(async (id) => {
      most = Math.max(most, ++inside);
      await end(id);
      inside--;
      moved.push(id);
    }, 2);
    for (let number = 1; number <= 9; number++) await add(number);
    await expect.poll(() => moved.length, soon).toBe(9);
    expect(most).toBeLessThanOrEqual(2);
    expect(new Set(moved).size).toBe(9);
  });

  it.each<[string, Living['advance'], number]>([
    ['throws', () => Promise.reject(new Error('no room')), 1],
    ['does nothing', () => Promise.resolve(), 0],
  ])('is tried again ten seconds later when its step %s', async (_, step, errors) => {
    let tries = 0;
    await start((id, lease) => (tries++, step(id, lease)));
    await add(1);
    await expect.poll(async () => (await row()).due_at, soon).toEqual(later(10 * secondMs));
    expect([tries, (await row()).lease_owner]).toEqual([1, null]);
    const failures = lines.filter(({ message }) => message.startsWith('a due thing could not be advanced'));
    expect(failures).toHaveLength(errors);
    clock.advance(10 * secondMs);
    await expect.poll(() => tries, soon).toBe(2);
  });
});

describe('a lease', () => {
  it('is renewed for as long as the work takes, and ends by itself where it is not', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { lease, letGo } = await inHand();
    expect([lease.lasts(2 * minuteMs), lease.lasts(4 * minuteMs)]).toEqual([true, false]);
    clock.advance(2.5 * minuteMs);
    expect(lease.lasts(minuteMs)).toBe(false);
    vi.advanceTimersByTime(30 * secondMs);
    await expect.poll(async () => (await row()).lease_until, soon).toEqual(later(3 * minuteMs));
    await expect.poll(() => lease.lasts(minuteMs), soon).toBe(true);
    letGo();
    await expect.poll(async () => (await row()).lease_owner, soon).toBeNull();
  });

  it('that another replica has by now is not renewed, and giving back changes nothing of it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { lease, letGo } = await inHand();
    clock.advance(4 * minuteMs);
    const other = { lease_owner: 'other', lease_until: later(minuteMs) };
    await db.query('update paydesk.things set lease_owner = $1, lease_until = $2', Object.values(other));
    vi.advanceTimersByTime(30 * secondMs);
    letGo();
    await expect.poll(async () => (await row()).due_at, soon).toBeNull();
    expect(await row()).toMatchObject(other);
    expect(lease.lasts(0)).toBe(false);
  });

  it('does not outlast its connection before it is confirmed over the next one', async () => {
    const { lease } = await inHand();
    expect(lease.lasts(0)).toBe(true);
    const seen: boolean[] = [];
    await db.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'paydesk engine'",
    );
    await expect
      .poll(() => (seen.push(lease.lasts(0)), seen.includes(false)), { ...soon, interval: 5 })
      .toBe(true);
    await expect.poll(() => lease.lasts(0), soon).toBe(true);
  });
});
