/**
 * The pool against a real server: types, transactions, limits, and connections that break.
 */
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openDatabase, type Database, type DatabaseOptions } from '../../src/adapters/postgres/database.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Transactions } from '../../src/ports/transaction.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

const now = new Date('2026-03-04T05:06:07.891Z');
let own: TestDatabase;
let db: Database;

const open = (options: Partial<DatabaseOptions> = {}): Database =>
  openDatabase({ url: own.url, clock: fixedClock(now), log: silentLog, ...options });

beforeAll(async () => {
  own = await createEmptyDatabase();
  db = open();
  await db.query('create table things (id int8 primary key, name text)');
});

afterAll(async () => {
  await db.close();
  await db.close();
  await own.drop();
});

const code = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error: unknown) => (error instanceof OpsError ? error.code : `not an OpsError: ${String(error)}`),
  );

const names = async (): Promise<string[]> =>
  (await db.query<{ name: string }>('select name from things order by id')).map(({ name }) => name);

test('types arrive as the house wants them, in both directions', async () => {
  const [row] = await db.query(
    `select 9007199254740993::int8 as big, $1::int8 as sent, 12.50::numeric as exact, count(*) as count,
       '2026-03-01'::date as day, '2026-03-01 10:00:00.5'::timestamp as bare, '2026-03-01 10:00+02'::timestamptz as zoned,
       null::int8 as nothing`,
    [9007199254740995n],
  );
  expect(row).toEqual({
    big: 9007199254740993n,
    sent: 9007199254740995n,
    exact: '12.50',
    count: 1n,
    day: '2026-03-01',
    bare: new Date('2026-03-01T10:00:00.500Z'),
    zoned: new Date('2026-03-01T08:00:00Z'),
    nothing: null,
  });
});

test('a transaction has one now, and is visible as a whole', async () => {
  await db.query('truncate things');
  const store: Transactions = db;
  const seen = await store.run((tx) => Promise.resolve(tx.now));
  expect(seen).toEqual(now);
  const answer = await db.run(async (tx) => {
    await tx.query('insert into things values (1, $1)', ['a']);
    expect(await names()).toEqual([]);
    await tx.query('insert into things values (2, $1)', ['b']);
    return 'done';
  });
  expect(answer).toBe('done');
  expect(await names()).toEqual(['a', 'b']);
});

test('an error inside undoes everything and is thrown unchanged', async () => {
  await db.query('truncate things');
  const thrown = new TypeError('the caller’s own');
  const work = db.run(async (tx) => {
    await tx.query("insert into things values (1, 'a')");
    throw thrown;
  });
  await expect(work).rejects.toBe(thrown);
  expect(await names()).toEqual([]);
});

test('work for after the commit runs then, and not at all after a rollback', async () => {
  await db.query('truncate things');
  const seen: string[][] = [];
  const look = async (): Promise<void> => void seen.push(await names());
  let looking = Promise.resolve();
  await db.run(async (tx) => {
    tx.afterCommit(() => {
      looking = look();
    });
    await tx.query("insert into things values (1, 'a')");
  });
  await looking;
  expect(seen).toEqual([['a']]);
  const failing = db.run((tx) => {
    tx.afterCommit(() => expect.unreachable('it was rolled back'));
    return Promise.reject(new Error('no'));
  });
  await expect(failing).rejects.toThrow('no');
});

test('a unique key is a conflict; going on after it does not pass for a commit', async () => {
  await db.query('truncate things');
  const twice = db.run(async (tx) => {
    await tx.query("insert into things values (1, 'a')");
    await tx.query("insert into things values (1, 'b')").catch(() => undefined);
  });
  expect(await code(twice)).toBe('internal');
  expect(await names()).toEqual([]);
  expect(await code(db.query("insert into things values (5, 'a'), (5, 'b')"))).toBe('conflict');
});

test('a transaction cannot be used after its end', async () => {
  const kept = await db.run((tx) => Promise.resolve({ tx }));
  expect(await code(kept.tx.query('select 1'))).toBe('internal');
});

test('of the connections that a failover left at the old primary one fails one write, and no other', async () => {
  await db.query('truncate things');
  const old = open({ maxConnections: 5 });
  onTestFinished(() => old.close());
  const sessions = Array.from({ length: 5 }, () =>
    old.query("select pg_sleep(0.2), set_config('default_transaction_read_only', 'on', false)"),
  );
  await Promise.all(sessions);
  const outcomes: string[] = [];
  for (let id = 1; id <= 6; id++)
    outcomes.push(await code(old.query('insert into things values ($1)', [id])));
  expect(outcomes.filter((outcome) => outcome !== 'ok')).toHaveLength(1);
});

test('a transaction whose process was stopped in it loses its locks, and can commit nothing afterwards', async () => {
  await db.query('truncate things');
  await db.query("insert into things values (1, 'a')");
  const stopped = open({ idleTimeoutMs: 200 });
  let wake = (): void => undefined;
  const suspended = new Promise<void>((resolve) => (wake = resolve));
  let locked = (): void => undefined;
  const isLocked = new Promise<void>((resolve) => (locked = resolve));
  const sleeper = stopped.run(async (tx) => {
    await tx.query("update things set name = 'asleep' where id = 1");
    locked();
    await suspended;
    await tx.query("update things set name = 'woken' where id = 1");
  });
  const outcome = code(sleeper);
  await isLocked;
  await db.query("update things set name = 'b' where id = 1");
  wake();
  expect(await outcome).toBe('unavailable');
  expect(await names()).toEqual(['b']);
  expect(await stopped.query('select 1 as one')).toEqual([{ one: 1 }]);
});

test('two that would wait for each other: one gets a conflict', async () => {
  await db.query('truncate things');
  await db.query("insert into things values (1, 'a'), (2, 'b')");
  let arrived = 0;
  let open = (): void => undefined;
  const both = new Promise<void>((resolve) => (open = resolve));
  const cross = (first: number, second: number): Promise<void> =>
    db.run(async (tx) => {
      await tx.query('update things set name = name where id = $1', [first]);
      if (++arrived === 2) open();
      await both;
      await tx.query('update things set name = name where id = $1', [second]);
    });
  expect((await Promise.all([code(cross(1, 2)), code(cross(2, 1))])).sort()).toEqual(['conflict', 'ok']);
});

test('a slow statement is cut off, and the connection serves on', async () => {
  const hasty = open({ statementTimeoutMs: 50, maxConnections: 1 });
  onTestFinished(() => hasty.close());
  expect(await code(hasty.query('select pg_sleep(10)'))).toBe('unavailable');
  await hasty.check();
});

test('a question that is given up leaves its place in the pool', async () => {
  const narrow = open({ maxConnections: 1 });
  onTestFinished(() => narrow.close());
  const startedAt = performance.now();
  expect(await code(narrow.queryWithin(50, 'select pg_sleep($1)', [20]))).toBe('unavailable');
  await narrow.check();
  expect(performance.now() - startedAt, 'long before the statement would have ended').toBeLessThan(10_000);
});

test('everybody who asks whether the database answers shares one question', async () => {
  let connections = 0;
  const silent = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined).resume();
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const url = new URL(own.url.reveal());
  url.port = String((silent.address() as AddressInfo).port);
  const hanging = open({ url: new Secret(url.href), connectTimeoutMs: 200 });
  onTestFinished(() => hanging.close());
  const asked = Array.from({ length: 20 }, () => code(hanging.check()));
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['unavailable']));
  expect(connections).toBe(1);
});

test('a read-only database refuses changes', async () => {
  const reader = open({ readOnly: true });
  onTestFinished(() => reader.close());
  expect(await code(reader.query('delete from things'))).toBe('misconfigured');
  await reader.check();
});

test('connections that are cut, idle or in a transaction, are replaced', async () => {
  const victim = open({ applicationName: 'victim' });
  onTestFinished(() => victim.close());
  await victim.check();
  const cut = (): Promise<unknown> =>
    db.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'");
  await cut();
  const broken = victim.run(async (tx) => {
    await tx.query('select 1');
    await cut();
    await tx.query('select 1');
  });
  expect(await code(broken)).toBe('unavailable');
  await expect.poll(() => code(victim.check())).toBe('ok');
});

test('no server, a wrong password and a missing database have different errors', async () => {
  const changed = (change: (url: URL) => void): Secret => {
    const url = new URL(own.url.reveal());
    change(url);
    return new Secret(url.href);
  };
  const table: [Secret, string][] = [
    [changed((url) => (url.port = '1')), 'unavailable'],
    [changed((url) => (url.password = 'wrong')), 'misconfigured'],
    [changed((url) => (url.pathname = '/none')), 'misconfigured'],
  ];
  for (const [url, expected] of table) {
    const other = open({ url });
    onTestFinished(() => other.close());
    expect(await code(other.check())).toBe(expected);
    expect(await code(other.run((tx) => tx.query('select 1')))).toBe(expected);
  }
});

const preparedNames = `select name from pg_prepared_statements where name like 'paydesk%'`;

test('a statement is prepared where sessions are our own, once that is known', async () => {
  const answers = [Promise.reject(new Error('away')), Promise.resolve(true)];
  const other = open({ maxConnections: 1, hasOwnSessions: () => answers.shift() ?? Promise.resolve(false) });
  onTestFinished(() => other.close());
  const ask = () => other.prepared<{ n: number }>('select $1::int as n', [7]);
  await expect
    .poll(async () => {
      expect(await ask()).toEqual([{ n: 7 }]);
      return (await other.query(preparedNames)).length;
    })
    .toBe(1);
  expect(answers).toEqual([]);
});

test.each([true, false])('prepared or not (%s), a question is given up after its time', async (isOwn) => {
  const other = open({ maxConnections: 1, hasOwnSessions: () => Promise.resolve(isOwn) });
  onTestFinished(() => other.close());
  await other.prepared('select 1');
  await other.check();
  const startedAt = performance.now();
  expect(await code(other.prepared('select pg_sleep($1)', [20], 50))).toBe('unavailable');
  await other.check();
  expect(performance.now() - startedAt, 'long before the statement would have ended').toBeLessThan(10_000);
});

test('behind a pooler nothing is prepared', async () => {
  const other = open({ maxConnections: 1, hasOwnSessions: () => Promise.resolve(false) });
  onTestFinished(() => other.close());
  for (const n of [1, 2, 3]) expect(await other.prepared('select $1::int as n', [n])).toEqual([{ n }]);
  expect(await other.query(preparedNames)).toEqual([]);
});

test('a prepared statement outlives its view being replaced', async () => {
  await db.query('create view seen as select 1 as a');
  const other = open({ maxConnections: 1, hasOwnSessions: () => Promise.resolve(true) });
  onTestFinished(() => other.close());
  const ask = () => other.prepared('select * from seen');
  await expect
    .poll(async () => {
      await ask();
      return (await other.query(preparedNames)).length;
    })
    .toBe(1);
  await db.query('drop view seen; create view seen as select 1 as a, 2 as b');
  expect(await ask()).toEqual([{ a: 1, b: 2 }]);
});
