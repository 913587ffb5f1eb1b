/**
 * One world per worker: the built sandbox, started as a person starts it, in a data folder of its own. The files of a worker run
 * one after another, so no file meets another in its world.
 *
 * Invariant: nothing of the shell's environment reaches it but what a process needs, so that a developer's own
 * settings change no test; it is stopped as a person stops it, and its folder goes with it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Addresses of the pages, without a trailing slash, by worker. */
    deskUrls: readonly string[];
  }
}

const start = join(import.meta.dirname, '../../dist/sandbox/start.js');
const lastWordsCount = 20;

export interface BuiltWorld {
  /** Address of the page, without a trailing slash. */
  url: string;
  stop(): Promise<void>;
}

/** Starts the built sandbox on a free port. @throws with its last words when it ends before it is ready */
export async function startBuiltWorld(): Promise<BuiltWorld> {
  if (!existsSync(start)) throw new Error('There is no build to test.\n→ npm run build');
  const home = await mkdtemp(join(tmpdir(), 'paydesk-browser-'));
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  const sandbox = spawn(process.execPath, [start], {
    cwd: home,
    env: { PATH, HOME, TMPDIR, LANG, PORT: '0', PAYDESK_HOME: join(home, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(sandbox, 'exit');
  const stop = async (): Promise<void> => {
    sandbox.kill('SIGTERM');
    await ended;
    await rm(home, { recursive: true, force: true });
  };
  try {
    return { url: await readyUrl(sandbox), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readyUrl(sandbox: ChildProcess): Promise<string> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    for (const stream of [sandbox.stdout, sandbox.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const url = /^Paydesk is ready: (\S+)$/.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      });
    }
    sandbox.once('close', () => reject(new Error(said.slice(-lastWordsCount).join('\n'))));
  });
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { maxWorkers } = project.config;
  const worlds = await Promise.all(Array.from({ length: maxWorkers }, () => startBuiltWorld()));
  project.provide(
    'deskUrls',
    worlds.map(({ url }) => url),
  );
  return async () => void (await Promise.all(worlds.map((world) => world.stop())));
}
