/**
 * The engine's own connection, over a door that the test holds shut.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession, presenceNamespace } from '../../src/adapters/engine/session.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let db: Database;
let door: Door;

beforeEach(async () => {
  database = await createDatabase();
  db = openDatabase({ url: database.url, clock: systemClock, log: silentLog });
  door = await openDoor(new URL(database.url.reveal()));
});

afterEach(async () => {
  await door.close();
  await db.close();
  await database.drop();
});

interface Door {
  url: Secret;
  /** Who stands before the shut door. */
  waiting(): number;
  /** Throws everybody out, and lets nobody in until it is opened. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

/** Passes connections on to the server of this address. */
async function openDoor(address: URL): Promise<Door> {
  const inside = new Set<Socket>();
  let isShut = false;
  let waiting: Socket[] = [];
  const letIn = (socket: Socket): void => {
    const beyond = connect(Number(address.port), address.hostname);
    for (const end of [socket, beyond]) {
      inside.add(end);
      end.on('error', () => undefined).once('close', () => inside.delete(end));
    }
    socket.pipe(beyond).pipe(socket);
  };
  const server = createServer((socket) => {
    if (isShut) waiting.push(socket);
    else letIn(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(address);
  own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const empty = (): void => inside.forEach((socket) => socket.destroy());
  return {
    url: new Secret(own.href),
    waiting: () => waiting.length,
    shut: () => {
      isShut = true;
      empty();
    },
    open: () => {
      isShut = false;
      waiting.splice(0).forEach(letIn);
    },
    close: () => {
      empty();
      waiting.forEach((socket) => socket.destroy());
      waiting = [];
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const presences = async (): Promise<number> => {
  const held = `select 1 from pg_locks where locktype = 'advisory' and classid = $1::bigint::oid
    and database = (select oid from pg_database where datname = current_database())`;
  return (await db.query(held, [presenceNamespace])).length;
};

test('a session that is closed while it reconnects ends, and no replica looks present', async () => {
  const session = await openSession(
    door.url,
    'owner',
    { due: () => undefined, reconnected: () => undefined },
    silentLog,
  );
  expect(await presences()).toBe(1);
  door.shut();
  await expect.poll(() => door.waiting()).toBe(1);
  let isClosed = false;
  void session.close().then(() => (isClosed = true));
  door.open();
  await expect.poll(() => isClosed).toBe(true);
  await expect.poll(presences).toBe(0);
});

test('leaves a server that only lets it read, as after a failover, and goes on where it can write', async () => {
  let reconnects = 0;
  const events = {
    due: () => undefined,
    reconnected: () => {
      reconnects++;
    },
  };
  const session = await openSession(door.url, 'owner', events, silentLog);
  const write = (): Promise<string> =>
    session.query("insert into paydesk.job_cursors values ('yearly', now()) on conflict do nothing").then(
      () => 'written',
      () => 'refused',
    );
  const name = new URL(database.url.reveal()).pathname.slice(1);
  const setReadOnly = (setting: string): Promise<unknown> => db.query(`alter database ${name} ${setting}`);
  await setReadOnly('set default_transaction_read_only = on');
  await session.query('set default_transaction_read_only = on');
  expect(await write()).toBe('refused');
  // The address still leads to the old primary: there is no session that could do anything.
  await expect.poll(() => session.connection()).toBe(0);
  expect(await write()).toBe('refused');
  expect(reconnects).toBe(0);
  await db.query(`set transaction read write; alter database ${name} reset default_transaction_read_only`);
  await expect.poll(write, { timeout: 8000 }).toBe('written');
  expect(reconnects).toBe(1);
  await session.close();
});
