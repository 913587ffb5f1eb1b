/**
 * Questions and transactions over a pool of PostgreSQL connections.
 *
 * Invariants: every error that leaves is an OpsError; a broken connection is never handed out twice and never ends the
 * process; one transaction has one `now`, from the Clock; types are parsed per pool, nothing global is touched.
 * Types: int8 is a bigint; numeric stays exact text (cast sums to int8); timestamps are Dates; a date stays `YYYY-MM-DD`.
 * Deliberately absent: retries. Only a caller knows whether its work may be done twice.
 */
import pg from 'pg';
import type { Clock } from '../../kernel/clock.js';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import { sharing } from '../../kernel/sharing.js';
import type { Transaction, Transactions } from '../../ports/transaction.js';
import { databaseError, leavesSessionWhole, wasDemoted } from './errors.js';
import { keepable } from './texts.js';

export interface Querier {
  /** Runs one statement with its `$1…` values; its rows. Throws what `databaseError` makes of a failure. */
  query: <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;
}

export interface PgTransaction extends Transaction, Querier {
  /** Called when everything else in the transaction is done, in the order of asking; a failure rolls all of it back. */
  beforeCommit: (call: () => Promise<void>) => void;
  /** Called once the transaction has been committed; never when it was rolled back. */
  afterCommit: (call: () => void) => void;
}

export interface Database extends Transactions, Querier {
  run<Value>(work: (tx: PgTransaction) => Promise<Value>): Promise<Value>;
  /** As `query`, but given up after `timeoutMs`, its connection with it: nothing of it keeps a place in the pool. */
  queryWithin: <Row extends object>(
    timeoutMs: number,
    sql: string,
    values: readonly unknown[],
  ) => Promise<Row[]>;
  /**
   * As `query`, for a constant text that is asked often: planned once per connection, where `hasOwnSessions` says that this
   * is possible. With `timeoutMs`, given up after it as `queryWithin` is.
   */
  prepared: <Row extends object>(
    sql: string,
    values?: readonly unknown[],
    timeoutMs?: number,
  ) => Promise<Row[]>;
  /** Succeeds when the database answers. Callers who ask at the same time share one question. */
  check(): Promise<void>;
  /** Waits for what runs, then closes every connection. Safe to call twice. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: Secret;
  clock: Clock;
  log: Log;
  /** Shown in `pg_stat_activity`. */
  applicationName?: string;
  /** The server refuses every change. */
  readOnly?: boolean;
  /** After this a statement is cancelled and its caller gets `unavailable`. */
  statementTimeoutMs?: number;
  connectTimeoutMs?: number;
  /** How long a caller waits for a connection while all are in use; 30 s where absent. */
  queueTimeoutMs?: number;
  /** A transaction that says nothing for so long is ended, so that a process which was stopped in it keeps no locks; not for `readOnly`. */
  idleTimeoutMs?: number;
  maxConnections?: number;
  /** Whether a statement that was prepared is still there for the next question; asked again when it throws. */
  hasOwnSessions?: () => Promise<boolean>;
  /** The variable that the address came from, named in hints. */
  setting?: string;
}

/** What the server needs to notice its own timeout before we give up on the connection. */
const answerGraceMs = 5000;
/**
 * Ends a transaction that took a lock which everybody needs as its last deed: the lock goes at once, and then all who wait
 * for the disk share one wait, that of an empty message in the write-ahead log. What others see meanwhile is not on disk
 * yet; whatever they commit because of it reaches the disk after it.
 */
const commitInCrowdSql = `set local synchronous_commit = off; commit; select pg_logical_emit_message(true, 'paydesk', '')`;
/** `select 1` takes a millisecond. */
const checkTimeoutMs = 2000;

/** Connects on first use: opening never fails. */
export function openDatabase(options: DatabaseOptions): Database {
  const { clock, setting } = options;
  const pool = createPool(options);
  const translated = <Value>(work: Promise<Value>): Promise<Value> =>
    work.catch((error: unknown) => {
      if (wasDemoted(error) && options.readOnly !== true) void discardIdle(pool);
      throw databaseError(error, setting);
    });
  const query = async <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await translated(pool.query<Row>(sql, values.map(keepable)))).rows;
  const queryWithin: Database['queryWithin'] = async <Row extends object>(
    timeoutMs: number,
    sql: string,
    values: readonly unknown[],
  ) =>
    (await translated(pool.query<Row>(limited({ text: sql, values: values.map(keepable) }, timeoutMs)))).rows;
  const mayPrepare = preparing(options.hasOwnSessions);
  let closed: Promise<void> | null = null;
  return {
    query,
    queryWithin,
    prepared: async <Row extends object>(
      text: string,
      values: readonly unknown[] = [],
      timeoutMs?: number,
    ) => {
      const question = limited({ text, values: values.map(keepable) }, timeoutMs);
      const ask = mayPrepare() ? askPrepared<Row>(pool, question) : pool.query<Row>(question);
      return (await translated(ask)).rows;
    },
    run: (work) => runTransaction(pool, clock, translated, work),
    check: sharing(async () => void (await queryWithin(checkTimeoutMs, 'select 1', []))),
    close: () => (closed ??= pool.end()),
  };
}

/** False until it has been found out. */
function preparing(hasOwnSessions: (() => Promise<boolean>) | undefined): () => boolean {
  let isOwn = false;
  let asked = hasOwnSessions === undefined;
  return () => {
    if (!asked) {
      asked = true;
      hasOwnSessions?.().then(
        (found) => (isOwn = found),
        () => (asked = false),
      );
    }
    return isOwn;
  };
}

/** A plan whose view was replaced, a statement that is gone, and one that another session of the server made. */
const unusable: readonly (string | undefined)[] = ['0A000', '26000', '42P05'];
const names = new Map<string, string>();

async function askPrepared<Row extends object>(
  pool: pg.Pool,
  question: Question,
): Promise<pg.QueryResult<Row>> {
  const name = names.get(question.text) ?? `paydesk_${names.size}`;
  names.set(question.text, name);
  try {
    return await pool.query<Row>({ name, ...question });
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !unusable.includes(error.code)) throw error;
    return pool.query<Row>(question);
  }
}

interface Question {
  text: string;
  values: unknown[];
}

/** The library knows this setting of one query, its types do not. */
const limited = (question: Question, timeoutMs: number | undefined): Question =>
  timeoutMs === undefined ? question : Object.assign(question, { query_timeout: timeoutMs });

/** A statement whose client is gone is cancelled, where the server can notice (PostgreSQL 14 and newer, not on Windows). */
export const endsWithUsSql = `
  select set_config(name, '2s', false) from pg_settings where name = 'client_connection_check_interval'`;

function createPool(options: DatabaseOptions): pg.Pool {
  const { connectTimeoutMs = 5000, queueTimeoutMs = 30_000 } = options;
  const { statementTimeoutMs = 30_000, idleTimeoutMs = 30_000 } = options;
  const pool = new pg.Pool({
    Client: clientWithin(connectTimeoutMs),
    connectionString: options.url.reveal(),
    application_name: options.applicationName ?? 'paydesk',
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: Math.max(connectTimeoutMs, queueTimeoutMs),
    query_timeout: statementTimeoutMs + answerGraceMs,
    keepAlive: true,
    types: { getTypeParser },
    // Set by statements, not by startup parameters, which poolers and PostgreSQL's relatives refuse.
    // oxlint-disable-next-line typescript/no-misused-promises -- the pool awaits it, its types do not say so
    onConnect: async (client) => {
      await client.query(`set statement_timeout = ${statementTimeoutMs}`);
      if (options.readOnly === true) await client.query('set default_transaction_read_only = on');
      else await client.query(`set idle_in_transaction_session_timeout = ${idleTimeoutMs}`);
      if (options.readOnly === true) await client.query(endsWithUsSql).catch(() => undefined);
    },
  });
  // An idle connection broke; the pool has already dropped it.
  pool.on('error', (error) =>
    options.log.warn({ error: messageOf(error) }, 'an idle database connection broke'),
  );
  return pool;
}

/** Connections that a failover left at the old primary would fail one write each. */
async function discardIdle(pool: pg.Pool): Promise<void> {
  const idle = Array.from({ length: pool.idleCount }, () => pool.connect());
  for (const client of await Promise.allSettled(idle))
    if (client.status === 'fulfilled') client.value.release(true);
}

/** The pool has one limit for both: a crowd that waits its turn would be told that the database cannot be reached. */
const clientWithin = (connectTimeoutMs: number): new () => pg.ClientBase =>
  class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super({ ...config, connectionTimeoutMillis: connectTimeoutMs });
    }
  };

const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [pg.types.builtins.INT8]: BigInt,
  [pg.types.builtins.DATE]: String,
  // Without a zone the text is UTC here; the library would read it in the machine's zone.
  [pg.types.builtins.TIMESTAMP]: (text) => new Date(`${text.replace(' ', 'T')}Z`),
};

const getTypeParser: typeof pg.types.getTypeParser = (oid, format) =>
  (format === 'binary' ? undefined : parsers[oid]) ?? (pg.types.getTypeParser(oid, format) as unknown);

type Translated = <Value>(work: Promise<Value>) => Promise<Value>;

async function runTransaction<Value>(
  pool: pg.Pool,
  clock: Clock,
  translated: Translated,
  work: (tx: PgTransaction) => Promise<Value>,
): Promise<Value> {
  const session = createSession(await translated(pool.connect()), translated);
  const query = async <Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]> =>
    (await session.send<Row>(sql, values)).rows;
  const closing: (() => Promise<void>)[] = [];
  const committed: (() => void)[] = [];
  try {
    await session.send('begin');
    // Not before there was a connection: what waited for one must not be dated, or judged, by when it began to wait.
    const now = clock.now();
    const value = await work({
      now,
      query,
      beforeCommit: (call) => void closing.push(call),
      afterCommit: (call) => void committed.push(call),
    });
    for (const call of closing) await call();
    const command = await session.commit(closing.length > 0);
    // The server answers a commit after a failed statement with a quiet rollback.
    if (command !== 'COMMIT')
      throw new OpsError('internal', 'A transaction went on after one of its statements failed.');
    committed.forEach((call) => call());
    return value;
  } catch (error) {
    await session.send('rollback').catch(() => undefined);
    throw error;
  } finally {
    session.end();
  }
}

interface Session {
  send<Row extends object>(sql: string, values?: readonly unknown[]): Promise<pg.QueryResult<Row>>;
  /** What the server made of it: `COMMIT`, or `ROLLBACK`. */
  commit(isInCrowd: boolean): Promise<string>;
  /** Gives the connection back, or throws it away when it is broken; nothing can be sent afterwards. */
  end(): void;
}

/** One connection for one transaction. Once it broke, nothing more is sent: it would only wait. */
function createSession(client: pg.PoolClient, translated: Translated): Session {
  let fault: Error | null = null;
  let ended = false;
  // A connection in use reports its breaking as an event too; the statement under way reports it as well.
  const onError = (error: Error): void => void (fault ??= error);
  client.on('error', onError);
  const guarded = async <Result>(ask: () => Promise<Result>): Promise<Result> => {
    if (ended) throw new OpsError('internal', 'A transaction was used after its end.');
    if (fault) throw fault;
    try {
      return await ask();
    } catch (error) {
      if (!leavesSessionWhole(error)) fault ??= error as Error;
      throw error;
    }
  };
  const send = <Row extends object>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<pg.QueryResult<Row>> => guarded(() => client.query<Row>(sql, values.map(keepable)));
  const commitInCrowd = async (): Promise<string> => {
    // Several statements have several results, which the library's types do not say.
    const results = (await guarded(() => client.query(commitInCrowdSql))) as unknown as pg.QueryResult[];
    return results[1]?.command ?? '';
  };
  return {
    send: (sql, values) => translated(send(sql, values)),
    commit: (isInCrowd) =>
      translated(isInCrowd ? commitInCrowd() : send('commit').then(({ command }) => command)),
    end: () => {
      ended = true;
      client.off('error', onError);
      client.release(fault ?? undefined);
    },
  };
}
