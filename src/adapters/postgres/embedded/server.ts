/**
 * Starts the server of a cluster, or finds it running, and stops it.
 *
 * Invariants: at most one server per cluster (PostgreSQL's own lock sees to it); it listens on loopback only, with a
 * password; it runs in a session of its own, so a Ctrl-C in the terminal reaches us and not it; a server that accepts
 * the cluster's random secret is the cluster's server.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { Secret } from '../../../kernel/secret.js';
import type { Binaries } from './binaries.js';
import {
  freePort,
  portOf,
  removeForeignLock,
  runningPortOf,
  setPort,
  passwordOf,
  superuser,
  type Cluster,
} from './cluster.js';
import { didNotStart, lastingFault } from './start-faults.js';

const run = promisify(execFile);

/** For a small machine that does other things too; durability stays as PostgreSQL has it. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '96MB',
  max_wal_size: '512MB',
  // No replicas: less to write ahead. No workers for replication or reading ahead: four processes fewer.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

export interface Server {
  cluster: Cluster;
  binaries: Binaries;
  /** PostgreSQL settings over ours. */
  settings: Readonly<Record<string, string>>;
}

const connectTimeoutMs = 2000;
const pollMs = 20;
const retryMs = 150;
/** About 15 s: a killed postmaster's children, or a server that is stopping, are gone long before. */
const startAttempts = 100;
const logLimitBytes = 5_000_000;
/** In our own server's log: no waiting helps. */
const secretRefused = 'password authentication failed';

export function addressOf(cluster: Cluster, port: number, database: string, role = superuser): Secret {
  const password = encodeURIComponent(passwordOf(cluster, role).reveal());
  return new Secret(`postgresql://${role}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`);
}

export interface RunningServer extends Connection {
  /** False when it was running already. */
  started: boolean;
}

interface Connection {
  client: pg.Client;
  port: number;
  /** Settles when the connection has ended, for any reason. */
  broken: Promise<void>;
}

/** A connection to the running server, starting it where needed. Throws `misconfigured` or `unavailable`. */
export async function reachServer(server: Server): Promise<RunningServer> {
  let output = '';
  for (let attempt = 0; attempt < startAttempts; attempt++) {
    const found = await connect(server.cluster, await runningPortOf(server.cluster));
    if (found) return { ...found, started: false };
    await removeForeignLock(server.cluster);
    const started = await launch(server);
    if (typeof started !== 'string') return { ...started, started: true };
    output = started;
    const fault = lastingFault(output, server.cluster.dataFolder);
    if (fault) throw fault;
    // Ours would have been refused by its lock before it came to the port: somebody else listens there.
    if (output.includes('Address already in use')) await setPort(server.cluster, await freePort());
    await delay(retryMs);
  }
  throw didNotStart(server.cluster.logFile, output);
}

async function connect(cluster: Cluster, port: number | null): Promise<Connection | null> {
  if (port === null) return null;
  const client = new pg.Client({
    connectionString: addressOf(cluster, port, 'postgres').reveal(),
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'paydesk supervisor',
    keepAlive: true,
  });
  // Without a listener a connection that breaks between two questions would end the process.
  client.on('error', () => undefined);
  const broken = new Promise<void>((resolve) => void client.once('end', () => resolve()));
  try {
    await client.connect();
    return { client, port, broken };
  } catch {
    await client.end().catch(() => undefined);
    return null;
  }
}

/** Starts a server and waits until it answers; when it cannot, what it wrote to its log. */
async function launch(server: Server): Promise<Connection | string> {
  const { cluster } = server;
  const port = await portOf(cluster);
  await rotateLog(cluster.logFile);
  const log = await open(cluster.logFile, 'a');
  try {
    const { size } = await log.stat();
    const written = async (): Promise<string> =>
      (await readFile(cluster.logFile)).subarray(size).toString('utf8');
    const { uid, gid } = cluster.identity;
    if (uid !== undefined && gid !== undefined) await log.chown(uid, gid);
    const child = spawnServer(server, port, log.fd);
    const exited = exitOf(child);
    for (;;) {
      const ended = await Promise.race([exited, delay(pollMs)]);
      if (ended !== undefined) return ended + (await written());
      const found = await connect(cluster, port);
      if (found) return found;
      const output = await written();
      if (!output.includes(secretRefused)) continue;
      await stopServer(server);
      return output;
    }
  } finally {
    await log.close();
  }
}

function spawnServer(
  { cluster, binaries, settings: extra }: Server,
  port: number,
  logFd: number,
): ChildProcess {
  const chosen = Object.entries({ ...settings, ...extra, port: String(port) });
  const flags = chosen.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(binaries.postgres, ['-D', cluster.dataArgument, ...flags], {
    ...cluster.identity,
    cwd: cluster.dataFolder,
    env: binaries.environment,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', logFd, logFd],
  });
  child.unref();
  return child;
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`${error.message}\n`));
    child.once('exit', (code, signal) => resolve(`exit ${signal ?? String(code)}\n`));
  });
}

async function rotateLog(file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found && found.size > logLimitBytes) await rename(file, `${file}.1`);
}

/** Ends all connections and stops the server; returns when its process is gone. */
export async function stopServer({ cluster, binaries }: Server): Promise<void> {
  const stop = (mode: string): Promise<unknown> =>
    run(binaries.pgCtl, ['stop', '-D', cluster.dataArgument, '-m', mode, '-t', '10'], {
      ...cluster.identity,
      cwd: cluster.dataFolder,
      env: binaries.environment,
    });
  // A stop that takes longer than 10 s is cut short; the next start then recovers from the log of writes.
  await stop('fast').catch(() => stop('immediate').catch(() => undefined));
}
