/**
 * The PostgreSQL that Paydesk brings along, for everyone who has not given it one: real, durable, in `<home>/postgres/`.
 *
 * Any number of processes may share a home. The rule: **each holds a shared advisory lock in the server for as long as
 * it lives, and the process that leaves and then gets that lock alone stops the server.** PostgreSQL itself counts its users
 * that way: a killed process drops its lock with its connection, a server that outlived its starter is found again by
 * the next one, and no file can tell a stale story.
 * The same connection is the watcher: when it breaks, the server is started again on the same port.
 */
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { messageOf } from '../../../kernel/errors.js';
import type { Log } from '../../../kernel/log.js';
import type { Secret } from '../../../kernel/secret.js';
import { findBinaries } from './binaries.js';
import { openCluster, passwordOf, serverIdentity, setPort } from './cluster.js';
import { makeFolder } from './folders.js';
import { addressOf, reachServer, stopServer, type RunningServer, type Server } from './server.js';
import { withFolderFaults } from './start-faults.js';

export interface EmbeddedPostgresOptions {
  /** Paydesk's data folder; made where it is missing. */
  home: string;
  log: Log;
  /** A loopback port to prefer for a server that is not running yet. */
  port?: number;
  /** PostgreSQL settings over ours, such as `{ fsync: 'off' }` for throw-away data. */
  settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** Superuser, database `postgres`. */
  url: Secret;
  /** The same for another database; it need not exist yet. */
  urlOf(database: string): Secret;
  /** A database as a role that is not a superuser; neither needs to exist yet. */
  urlAs(role: string, database: string): Secret;
  /** The password of such a role. It follows from the cluster's secret, so every process of the home knows it. */
  passwordOf(role: string): Secret;
  /** Leaves the server; the last of its users stops it. Safe to call twice. */
  stop(): Promise<void>;
}

/** Any number that no one else locks: "paydesk" in ASCII. */
const presenceKey = '0x7061796465736b';
const restartPauseMs = 1000;

/**
 * Starts the home's server or joins the running one, and keeps it running until `stop`.
 * Throws `misconfigured` (wrong version, disk, rights, platform) with what to do, or `unavailable`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const home = resolve(options.home);
  const server = await withFolderFaults(home, () => prepare(home, options));
  const first = await join(server);
  const { port } = first;
  options.log.info({ port, started: first.started }, 'embedded postgres is running');
  const leave = watch(server, first, options.log);
  return {
    url: addressOf(server.cluster, port, 'postgres'),
    urlOf: (database) => addressOf(server.cluster, port, database),
    urlAs: (role, database) => addressOf(server.cluster, port, database, role),
    passwordOf: (role) => passwordOf(server.cluster, role),
    stop: leave,
  };
}

async function prepare(home: string, options: EmbeddedPostgresOptions): Promise<Server> {
  await makeFolder(home);
  const identity = await serverIdentity(home);
  const binaries = await findBinaries(home, identity);
  const cluster = await openCluster(home, binaries, identity);
  if (options.port !== undefined) await setPort(cluster, options.port);
  return { cluster, binaries, settings: options.settings ?? {} };
}

/** Reaches the server and becomes one of its users; begins again when it is stopped by the last user meanwhile. */
async function join(server: Server): Promise<RunningServer> {
  for (;;) {
    const running = await reachServer(server);
    try {
      await running.client.query(`select pg_advisory_lock_shared(${presenceKey})`);
      return running;
    } catch {
      await running.client.end().catch(() => undefined);
    }
  }
}

/** Keeps the server running until the returned function is called, which leaves it. */
function watch(server: Server, first: RunningServer, log: Log): () => Promise<void> {
  let leave = (): void => undefined;
  let leaving = false;
  const asked = new Promise<void>((done) => (leave = done));
  void asked.then(() => (leaving = true));
  const keep = async (): Promise<void> => {
    let running = first;
    for (;;) {
      await Promise.race([asked, running.broken]);
      if (leaving) return leaveServer(server, running.client);
      log.warn({}, 'embedded postgres went away; starting it again');
      const again = await rejoin(server, log, () => leaving);
      if (!again) return;
      running = again;
      log.info({ port: running.port, started: running.started }, 'embedded postgres is back');
      if (running.port !== first.port)
        log.error({ port: running.port }, 'its port was taken; restart Paydesk');
    }
  };
  const kept = keep();
  return () => {
    leave();
    return kept;
  };
}

/** Tries until the server is back; null when we left meanwhile. */
async function rejoin(server: Server, log: Log, leaving: () => boolean): Promise<RunningServer | null> {
  while (!leaving()) {
    try {
      return await join(server);
    } catch (error) {
      log.error({ error: messageOf(error) }, 'embedded postgres cannot be started again yet');
      await delay(restartPauseMs);
    }
  }
  return null;
}

async function leaveServer(server: Server, client: pg.Client): Promise<void> {
  try {
    await client.query(`select pg_advisory_unlock_shared(${presenceKey})`);
    const { rows } = await client.query<{ alone: boolean }>(
      `select pg_try_advisory_lock(${presenceKey}) as alone`,
    );
    // The lock is held until the server has gone: who comes now waits for it, is cut off, and starts anew.
    if (rows[0]?.alone === true) await stopServer(server);
  } catch {
    // The connection broke: the server has stopped, or the next start will find it.
  }
  await client.end().catch(() => undefined);
}
