/**
 * Raises the stand-in world: Slack, payments API, status pages and the company's books, and writes the configuration
 * with which a bot finds its way in it.
 *
 * Invariant: what was started is stopped when something later fails. Everything listens on loopback only.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { openBooks } from './books/books.js';
import { startPaymentsApi } from './payments-api/server.js';
import { run, type Program } from './programs.js';
import { startSlack, type SlackServer } from './slack/server.js';
import type { State } from './slack/wire.js';
import { startStatusPages } from './status-page/server.js';
import { welcome } from './welcome.js';
import { systemClock } from './world/clock.js';
import { createScenarios } from './world/scenarios.js';
import { createWorld, type World } from './world/world.js';

export interface RaiseOptions {
  root: string;
  home: string;
  port: number;
  requestUrl: string | undefined;
}

export interface RaisedWorld {
  /** The page. */
  url: string;
  /** What a bot needs to live in this world. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** The same seed gives the same company, ids and secrets on every machine. */
const seed = process.env.SANDBOX_SEED ?? 'larkspur';
const host = '127.0.0.1';

export async function raiseWorld(options: RaiseOptions): Promise<RaisedWorld> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer().catch(() => undefined);
  };
  try {
    return await raise(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function raise(
  options: RaiseOptions,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<RaisedWorld> {
  const { root, home, port, requestUrl } = options;
  const clock = systemClock;
  const log = (message: string): void => void process.stderr.write(`${message}\n`);
  const world = createWorld({ seed });
  const slack = await startSlack({
    port,
    seed,
    manifest: parse(readFileSync(join(root, 'manifest.yml'), 'utf8')),
    pageDir: join(root, 'dist/sandbox/slack/page'),
    ...(requestUrl === undefined ? {} : { requestUrl }),
    log,
  });
  closers.push(() => slack.close());
  const postgres = startPostgres(root, home);
  closers.push(() => postgres.stop());
  const books = await openBooks({ url: await postgres.line(/^postgres/), world, clock, log });
  closers.push(() => books.close());
  const paymentsApi = await startPaymentsApi({ port: 0, host, world, clock, apiKey: `sk_test_${seed}`, log });
  closers.push(() => paymentsApi.close());
  const statusPages = await startStatusPages({ port: 0, host, world, clock });
  closers.push(() => statusPages.close());
  return { url: slack.url, environment: {}, close };
}

function startPostgres(root: string, home: string): Program {
  const environment = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TMPDIR: process.env.TMPDIR,
    PAYDESK_HOME: home,
  };
  return run({
    root,
    args: ['postgres', '--database', 'books'],
    environment,
    logFile: join(home, 'logs/postgres.log'),
  });
}
