/**
 * The files of one embedded PostgreSQL in `<home>/postgres/`: `data`, the `secret`, the `port`, and `server.log`.
 *
 * Invariants: the folder appears whole (made aside, then renamed), so a crash or a second starter never sees half of
 * one; data never leaves `home`; the secret is random and in a file of mode 600.
 *
 * Root: PostgreSQL refuses to run as root, so the server runs as the owner of the data (65534, nobody, for new data).
 * That user usually cannot walk to `home`, for instance below `/root`. The server therefore starts *inside* its data
 * folder and is told that its data is at `/proc/self/cwd`, a path that needs no right on the folders above.
 */
import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import {
  chown,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../../kernel/errors.js';
import { Secret } from '../../../kernel/secret.js';
import type { Binaries, Identity } from './binaries.js';
import { didNotMake, lastingFault, wrongVersion } from './start-faults.js';

const run = promisify(execFile);

const nobody = 65534;

export const superuser = 'paydesk';

export interface Cluster {
  folder: string;
  dataFolder: string;
  /** What the programs are told as `-D`; they run with `dataFolder` as their working folder. */
  dataArgument: string;
  logFile: string;
  secret: Secret;
  identity: Identity;
}

const clusterFolder = (home: string): string => join(home, 'postgres');

/** Whom the server of this home runs as: ourselves, or, for root, the owner of the data. */
export async function serverIdentity(home: string): Promise<Identity> {
  if (process.getuid?.() !== 0) return {};
  const owner = await stat(join(clusterFolder(home), 'data')).catch(() => null);
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : { uid: nobody, gid: nobody };
}

/** Opens the home's cluster, making it first where there is none. `home` must exist. */
export async function openCluster(home: string, binaries: Binaries, identity: Identity): Promise<Cluster> {
  const folder = clusterFolder(home);
  const version = await versionOf(folder);
  if (version === null) await createCluster(home, binaries, identity);
  else if (version !== binaries.major) throw wrongVersion(join(folder, 'data'), version, binaries.major);
  return describeCluster(folder, identity);
}

async function versionOf(folder: string): Promise<string | null> {
  try {
    return (await readFile(join(folder, 'data', 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function describeCluster(folder: string, identity: Identity): Promise<Cluster> {
  const dataFolder = join(folder, 'data');
  return {
    folder,
    dataFolder,
    dataArgument: dataArgumentOf(dataFolder, identity),
    logFile: join(folder, 'server.log'),
    secret: new Secret((await readFile(join(folder, 'secret'), 'utf8')).trim()),
    identity,
  };
}

function dataArgumentOf(dataFolder: string, identity: Identity): string {
  return identity.uid !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : dataFolder;
}

async function createCluster(home: string, binaries: Binaries, identity: Identity): Promise<void> {
  await removeUnfinished(home);
  const unfinished = `${clusterFolder(home)}.new-${process.pid}`;
  const dataFolder = join(unfinished, 'data');
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await writeFile(join(unfinished, 'secret'), randomBytes(24).toString('base64url'), { mode: 0o600 });
  await writeFile(join(unfinished, 'port'), String(await freePort()));
  for (const path of [unfinished, dataFolder, join(unfinished, 'secret')]) await giveTo(path, identity);
  try {
    await runInitdb(home, dataFolder, binaries, identity);
    await rename(unfinished, clusterFolder(home));
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another starter was faster: its cluster is as good as ours.
    if ((await versionOf(clusterFolder(home))) === null) throw error;
  }
}

async function runInitdb(
  home: string,
  dataFolder: string,
  binaries: Binaries,
  identity: Identity,
): Promise<void> {
  const flags = ['-D', dataArgumentOf(dataFolder, identity), '--pwfile=../secret', `--username=${superuser}`];
  // One byte order everywhere: the same data sorts alike on every machine.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  try {
    await run(binaries.initdb, [...flags, '--auth=scram-sha-256', ...locale], {
      ...identity,
      cwd: dataFolder,
      env: binaries.environment,
    });
  } catch (error) {
    throw lastingFault(messageOf(error), home) ?? didNotMake(home, error);
  }
}

async function giveTo(path: string, { uid, gid }: Identity): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

/** What starters left who were killed while making a cluster. */
async function removeUnfinished(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const pid = /^postgres\.new-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isOther(Number(pid)))
      await rm(join(home, name), { recursive: true, force: true });
  }
}

/** Whether another process of this id lives. */
function isOther(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The superuser's is the secret; that of another role follows from it, and does not lead back to it. */
export function passwordOf({ secret }: Cluster, role: string): Secret {
  if (role === superuser) return secret;
  return new Secret(createHmac('sha256', secret.reveal()).update(role).digest('base64url'));
}

/** The port for the server's next start. It outlives restarts, because others hold connection addresses with it. */
export async function portOf(cluster: Cluster): Promise<number> {
  return Number(await readFile(join(cluster.folder, 'port'), 'utf8'));
}

export async function setPort(cluster: Cluster, port: number): Promise<void> {
  const unfinished = join(cluster.folder, `port.new-${process.pid}`);
  await writeFile(unfinished, String(port));
  await rename(unfinished, join(cluster.folder, 'port'));
}

/** The port in `postmaster.pid`, when the server left or holds one: line 4 of the file, after id, folder and time. */
export async function runningPortOf(cluster: Cluster): Promise<number | null> {
  return Number((await lockLines(cluster))[3]) || null;
}

/**
 * Removes a `postmaster.pid` whose id is not a living server of this data: in containers ids come again, and the dead
 * stay listed when nobody waits for them, and the server would refuse to start for ever. A server always lives in its
 * data folder. (PostgreSQL still guards the data by its shared memory.)
 */
export async function removeForeignLock(cluster: Cluster): Promise<void> {
  const pid = (await lockLines(cluster))[0];
  if (pid === undefined || process.platform !== 'linux') return;
  const own = await realpath(cluster.dataFolder);
  // Where we may not look, another user's process runs: PostgreSQL knows that this is not its own.
  const found = await readlink(`/proc/${pid}/cwd`).catch((error: unknown) =>
    isForbidden(error) ? own : null,
  );
  if (found !== own) await rm(join(cluster.dataFolder, 'postmaster.pid'), { force: true });
}

const isForbidden = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EACCES';

async function lockLines(cluster: Cluster): Promise<string[]> {
  const text = await readFile(join(cluster.dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
  return text === '' ? [] : text.split('\n');
}

/** A loopback port that is free at this moment. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
