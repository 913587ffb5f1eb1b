/**
 * `npm start`: the whole of Paydesk on one machine. Raises the world, then runs the unmodified bot against it with
 * the environment that a real deployment would have. With `SLACK_*` variables set it runs the bot alone.
 *
 * `--world-only` raises the world and prints how to point a bot at it; `--request-url URL` has Slack deliver over
 * signed HTTP to that address instead of Socket Mode; `--manifest FILE` raises the world alone, for another app.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readManifestFile } from './manifest-file.js';
import { packageRoot } from './package-root.js';
import { run, type Program } from './programs.js';
import { raiseWorld, type RaisedWorld } from './raise.js';

const defaultPort = 4400;

interface Options {
  worldOnly: boolean;
  requestUrl: string | undefined;
  manifest: string | undefined;
  port: number;
  home: string;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      'world-only': { type: 'boolean' },
      'request-url': { type: 'string' },
      manifest: { type: 'string' },
    },
  });
  const given = process.env.PORT ?? '';
  const port = given === '' ? defaultPort : Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`PORT=${given} is not a port: give a number from 0 to 65535.`);
  const requestUrl = values['request-url'];
  if (requestUrl !== undefined && !/^https?:\/\/[^/]/.test(requestUrl))
    throw new Error(
      `--request-url ${requestUrl} is not an address: give the bot’s, for instance http://localhost:3000/slack/events.`,
    );
  const { manifest } = values;
  if (manifest !== undefined) readManifestFile(manifest);
  return {
    // Paydesk itself runs in a world of its own manifest only.
    worldOnly: manifest !== undefined || (values['world-only'] ?? false),
    requestUrl,
    manifest,
    port,
    home: resolve(process.env.PAYDESK_HOME ?? '.paydesk'),
  };
}

async function start(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const options = readOptions();
  const meantForSlack = Object.keys(process.env).some(
    (name) => name.startsWith('SLACK_') && process.env[name] !== '',
  );
  const stopped = stopSignal();
  makeFolders(options.home);
  if (meantForSlack && !options.worldOnly) return runBotAlone(options.home, stopped);
  await runSandbox(options, stopped);
}

/** One by one: with `recursive`, Node goes up and down for ever below a file system that holds no folders, such as /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

function makeFolders(home: string): void {
  try {
    makeFolder(join(home, 'logs'));
  } catch (error) {
    throw new Error(
      `The data folder ${home} cannot be made: ${(error as Error).message}\n→ Set PAYDESK_HOME to a folder that you may write to.`,
      { cause: error },
    );
  }
}

async function runBotAlone(home: string, stopped: Promise<void>): Promise<void> {
  const bot = run({
    root: packageRoot,
    args: ['start'],
    environment: process.env,
    logFile: join(home, 'logs/paydesk.log'),
  });
  say((await bot.line(/^Paydesk is up: /)).replace('is up', 'is ready'));
  await Promise.race([stopped, bot.ended.then(failed)]);
  await bot.stop();
}

async function runSandbox(options: Options, stopped: Promise<void>): Promise<void> {
  const world = await raiseWorld({ ...options, root: packageRoot, stopped });
  if (!world) return;
  let bot: Program | null = null;
  try {
    if (options.worldOnly) {
      say(`The sandbox is ready: ${addressOf(world)}`);
      Object.entries(world.environment).forEach(([name, value]) => say(`${name}=${value}`));
      await stopped;
      return;
    }
    bot = run({
      root: packageRoot,
      args: ['start'],
      environment: botEnvironment(world, options),
      logFile: join(options.home, 'logs/paydesk.log'),
    });
    const up = await Promise.race([bot.line(/^Paydesk is up: /), stopped]);
    if (up === undefined) return;
    world.botIsAt(up.replace(/^Paydesk is up: /, ''));
    say(`Paydesk is ready: ${addressOf(world)}`);
    await Promise.race([stopped, bot.ended.then(failed)]);
  } finally {
    await bot?.stop();
    await world.close();
  }
}

/** As people write it. The servers listen on loopback. */
const addressOf = ({ url }: RaisedWorld): string => url.replace('127.0.0.1', 'localhost');

/** What a real deployment sets, and nothing of the shell's own but what a process needs to run. */
function botEnvironment({ environment }: RaisedWorld, { home }: Options): Record<string, string | undefined> {
  const { PATH, HOME, TMPDIR, LANG, LOG_LEVEL } = process.env;
  return { PATH, HOME, TMPDIR, LANG, LOG_LEVEL, ...environment, PAYDESK_HOME: home, PORT: '0' };
}

function failed(how: string): never {
  throw new Error(`Paydesk ended (${how}); see the logs in the data folder.`);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error.message;
  const why =
    code === 'EACCES' ? 'needs rights that this user does not have' : 'is in use by another process';
  return `Port ${port ?? ''} ${why}.\n→ Set PORT to another one, for instance PORT=${(port ?? defaultPort) + 100} npm start; PORT=0 takes any free port.`;
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

try {
  await start();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
