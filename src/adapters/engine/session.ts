/**
 * The engine's own connection. It holds an advisory lock on this process's owner id for as long as it lasts: that lock is
 * how the other replicas know that we live. Over it we hear that something became due, and the engine's few statements run
 * over it too, one after another.
 *
 * Invariant: connections are numbered, so that a watcher of other replicas starts again after a reconnect.
 * Not for a pooler in transaction mode, which would take the lock away.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import type { Query } from './lives.js';

/** The first half of the locks' keys, apart from everybody else's: "payd" in ASCII. The second is the id's hash. */
export const presenceNamespace = 0x70617964;

const connectTimeoutMs = 5000;
const reconnectPauseMs = 250;
/** Our statements take milliseconds: without an answer by then the connection leads nowhere. */
const queryTimeoutMs = 10_000;
/** A table that somebody locks keeps the statements about others waiting no longer than this. */
const lockTimeoutSql = "set lock_timeout = '3s'";
/**
 * The server drops the session of a machine that vanished after 5 + 3 × 2 s, and the lock with it; by default it takes two
 * hours. On a local socket it has no effect.
 */
const keepaliveSql =
  'set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3';
const listenSql = 'listen paydesk_due';

export interface SessionEvents {
  /** Another transaction made something due. */
  due: () => void;
  /** There is a new connection; what was announced meanwhile was not heard. */
  reconnected: () => void;
}

export interface Session {
  query: Query;
  /** How many connections there have been; 0 while there is none. */
  connection(): number;
  close(): Promise<void>;
}

/** Connects, and reconnects for as long as it is open. Throws `unavailable` when the first connection fails. */
export async function openSession(
  url: Secret,
  owner: string,
  events: SessionEvents,
  log: Log,
): Promise<Session> {
  const connect = (): Promise<Connection> => connectOnce(url, owner, events);
  const state: { current: Connection | null; count: number; closed: boolean } = {
    current: null,
    count: 1,
    closed: false,
  };
  try {
    state.current = await connect();
  } catch (error) {
    throw new OpsError('unavailable', 'The engine cannot reach its database.', { cause: error });
  }
  const keep = async (first: Connection): Promise<void> => {
    let connection: Connection | null = first;
    while (connection) {
      await connection.broken;
      state.current = null;
      if (!state.closed) log.warn({}, 'the engine lost its database session');
      connection = await reconnect(connect, () => state.closed);
      state.current = connection;
      state.count++;
      if (connection) {
        log.info({}, 'the engine has its database session again');
        events.reconnected();
      }
    }
  };
  const kept = keep(state.current);
  return {
    query: serialised(async (sql, values) => {
      if (!state.current) throw new OpsError('unavailable', 'The engine has no database session.');
      return ask(state.current, sql, values);
    }) as Query,
    connection: () => (state.current ? state.count : 0),
    close: async () => {
      state.closed = true;
      await state.current?.client.end().catch(() => undefined);
      await kept;
    },
  };
}

interface Connection {
  client: pg.Client;
  broken: Promise<void>;
  /** Counts the connection as broken without waiting for the network to say so. */
  abandon: () => void;
}

async function connectOnce(url: Secret, owner: string, { due }: SessionEvents): Promise<Connection> {
  const client = new pg.Client({
    connectionString: url.reveal(),
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'paydesk engine',
    query_timeout: queryTimeoutMs,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  let abandon = (): void => undefined;
  const broken = new Promise<void>((resolve) => {
    abandon = resolve;
    client.once('end', resolve);
  });
  try {
    await client.connect();
    await requireWritable(client);
    await client.query(keepaliveSql);
    await client.query(lockTimeoutSql);
    await client.query('select pg_advisory_lock_shared($1, hashtext($2))', [presenceNamespace, owner]);
    client.on('notification', due);
    await client.query(listenSql);
    return { client, broken, abandon };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

/** A primary that a failover demoted may keep the address for a while: nothing becomes due there, and nothing is done. */
async function requireWritable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ transaction_read_only: string }>('show transaction_read_only');
  if (rows[0]?.transaction_read_only === 'on') throw new Error('the server only lets us read');
}

async function ask({ client, abandon }: Connection, sql: string, values: unknown[]): Promise<object[]> {
  try {
    return (await client.query<object>(sql, values)).rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError && !goingDown.test(error.code ?? '')) throw error;
    abandon();
    void client.end().catch(() => undefined);
    throw new OpsError('unavailable', 'The engine lost its database session.', { cause: error });
  }
}

/** SQLSTATEs of a server that shuts down, crashed or starts, of a broken connection, and of a server that only reads. */
const goingDown = /^(?:57P|08|25006)/;

/** Null when we were closed meanwhile: `close` cannot end a connection that was still under way, so it is ended here. */
async function reconnect(
  connect: () => Promise<Connection>,
  closed: () => boolean,
): Promise<Connection | null> {
  while (!closed()) {
    try {
      const connection = await connect();
      if (!closed()) return connection;
      await connection.client.end().catch(() => undefined);
    } catch {
      await delay(reconnectPauseMs);
    }
  }
  return null;
}

type Send = (sql: string, values: unknown[]) => Promise<object[]>;

/** One statement at a time: the library deprecates a queue inside a connection. */
function serialised(send: Send): (sql: string, values?: readonly unknown[]) => Promise<object[]> {
  let last: Promise<unknown> = Promise.resolve();
  return (sql, values = []) => {
    const next = last.then(() => send(sql, [...values]));
    last = next.catch(() => undefined);
    return next;
  };
}

/** For the log: a statement that failed because the connection broke. */
export const faultOf = (error: unknown): { error: string } => ({ error: messageOf(error) });

const missing = ['42P01', '3F000', '42703'];

/** No table, schema or column of that name: the database was not migrated, or not far enough. */
export const isTableMissing = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && missing.includes(error.code ?? '');
