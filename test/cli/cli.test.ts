/**
 * The command line as a person runs it: every fault is a sentence and a hint, never a stack.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startSlack, type SlackServer } from '../../sandbox/slack/server.js';
import { report } from '../../src/cli/doctor.js';
import { examine } from '../../src/doctor/doctor.js';
import { systemClock } from '../../src/kernel/clock.js';
import { buildManifest } from '../../src/wiring/manifest.js';
import { startFakeSlack } from '../slack/fake-slack.js';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { script } from '../support/built.js';

// Each test starts processes, on whatever machine it is.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let slack: SlackServer;
let database: TestDatabase;
let empty: TestDatabase;
let tokens: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paydesk-cli-'));
  await writeFile(join(folder, 'paydesk.yaml'), 'company: L\npartners: [{ id: aa, name: A, kind: psp }]\n');
  slack = await startSlack({ port: 0, manifest: buildManifest() });
  [database, empty] = await Promise.all([createDatabase(), createEmptyDatabase()]);
  tokens = {
    SLACK_BOT_TOKEN: slack.credentials.botToken,
    SLACK_APP_TOKEN: slack.credentials.appToken,
    SLACK_API_URL: slack.apiUrl,
  };
});

afterAll(async () => {
  await Promise.all([slack.close(), database.drop(), empty.drop(), rm(folder, { recursive: true })]);
});

interface Ran {
  code: number;
  said: string;
}

/** Runs `paydesk …` in the folder of this test or in `cwd`, with exactly this environment. */
function paydesk(args: string[], environment: Record<string, string> = {}, cwd = folder): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script('src/cli.ts'), ...args],
      { cwd, env: { PATH, HOME, ...environment }, timeout: 30_000 },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
}

describe('start', () => {
  it.each([
    [{}, /SLACK_BOT_TOKEN is missing[^]*SLACK_APP_TOKEN is missing[^]*→/, 'no tokens'],
    [{ SLACK_BOT_TOKEN: 'nonsense' }, /SLACK_BOT_TOKEN must start with “xoxb-”/, 'a wrong token'],
    [
      { ...{ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }, PAYDESK_CONFIG: 'none.yaml' },
      /none\.yaml cannot be read[^]*paydesk\.example\.yaml/,
      'no configuration',
    ],
    [
      { SLACK_BOT_TOKEN: 'nonsense', PAYDESK_CONFIG: 'none.yaml' },
      /SLACK_BOT_TOKEN must start with[^]*none\.yaml cannot be read[^]*→[^]*→ Copy paydesk\.example\.yaml/,
      'faults of environment and configuration in one run',
    ],
    [
      { ...{ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }, PORT: '99999', OPERATIONS_PORT: '1.5' },
      /PORT must be a whole number from 0 to 65535[^]*OPERATIONS_PORT must be a whole number from 0 to 65535/,
      'ports that are none',
    ],
    [
      {
        ...{ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' },
        LOG_LEVEL: 'loud',
        OPERATIONS_PORT: '3000',
      },
      /LOG_LEVEL must be one of debug, info, warn, error, silent[^]*OPERATIONS_PORT must not be the same as PORT/,
      'an unknown level, and one port for both',
    ],
  ])('%j: %s', async (environment: Record<string, string>, expected, _reason) => {
    const { code, said } = await paydesk(['start'], environment);
    expect(said).toMatch(expected);
    expect(said).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  it('refuses a data folder below a file system that holds none', async () => {
    const environment = { ...tokens, PAYDESK_HOME: '/proc/paydesk/home', PORT: '0' };
    const { code, said } = await paydesk(['start'], environment);
    expect(said).toMatch(/The data folder cannot be created there: \/proc\/paydesk\/home\.[^]*PAYDESK_HOME/);
    expect(code).toBe(1);
  });

  it('refuses a token that Slack refuses', async () => {
    const environment = {
      ...tokens,
      SLACK_BOT_TOKEN: 'xoxb-revoked',
      DATABASE_URL: database.url.reveal(),
      PORT: '0',
    };
    const { code, said } = await paydesk(['start'], environment);
    expect(said).toContain('Slack refuses SLACK_BOT_TOKEN: invalid_auth');
    expect(code).toBe(1);
  });

  it('stops in order when it is told to while it starts, and its own database with it', async () => {
    const home = join(folder, 'home');
    const { PATH = '', HOME = '' } = process.env;
    const unreachable = { SLACK_API_URL: 'http://127.0.0.1:9/api/', PAYDESK_HOME: home, PORT: '0' };
    const child = spawn(process.execPath, [script('src/cli.ts'), 'start'], {
      cwd: folder,
      env: { PATH, HOME, ...tokens, ...unreachable },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => void (said += chunk.toString()));
    const ended = once(child, 'exit');
    const postmaster = async (): Promise<number> =>
      Number.parseInt(
        await readFile(join(home, 'postgres/data/postmaster.pid'), 'utf8').catch(() => '0'),
        10,
      );
    try {
      await expect.poll(() => said, { timeout: 45_000 }).toContain('Slack: unreachable');
      expect(await postmaster()).toBeGreaterThan(0);
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      expect(await postmaster()).toBe(0);
    } finally {
      child.kill('SIGKILL');
      const pid = await postmaster();
      if (pid > 0) process.kill(pid, 'SIGKILL');
    }
  });

  it('gives operations a port of their own', async () => {
    const { PATH = '', HOME = '' } = process.env;
    const unreachable = { SLACK_API_URL: 'http://127.0.0.1:9/api/', DATABASE_URL: database.url.reveal() };
    const [world, operations] = [await freePort(), await freePort()];
    const ports = { PORT: String(world), OPERATIONS_PORT: String(operations) };
    const child = spawn(process.execPath, [script('src/cli.ts'), 'start'], {
      cwd: folder,
      env: { PATH, HOME, ...tokens, ...unreachable, ...ports },
      stdio: 'ignore',
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const status = (port: number, path: string): Promise<number> =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        (response) => response.status,
        () => 0,
      );
    await expect.poll(() => status(operations, '/healthz'), { timeout: 45_000 }).toBe(200);
    expect(await status(operations, '/metrics')).toBe(200);
    expect(await status(operations, '/confirm/x')).toBe(404);
    await expect.poll(() => status(world, '/healthz')).toBe(404);
    expect(await status(world, '/metrics')).toBe(404);
    expect(await status(world, '/readyz')).toBe(404);
  });

  it('says which port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const { code, said } = await paydesk(['start'], { ...tokens, PORT: String(port) });
    server.close();
    expect(said).toMatch(new RegExp(`Port ${port} .* is in use[^]*Set PORT`));
    expect(code).toBe(1);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('migrate', () => {
  it('brings an empty database up to date, once', async () => {
    const environment = { DATABASE_URL: empty.url.reveal() };
    expect((await paydesk(['migrate'], environment)).said).toMatch(/Applied 0001-/);
    expect((await paydesk(['migrate'], environment)).said).toContain('up to date');
  });

  it('says that it needs an address', async () => {
    expect(await paydesk(['migrate'])).toMatchObject({
      code: 1,
      said: expect.stringContaining('DATABASE_URL is not set'),
    });
  });
});

describe('.env', () => {
  it.each(['start', 'migrate', 'doctor', 'audit verify', 'audit export', 'postgres'])(
    'is read by paydesk %s',
    async (command) => {
      const other = await mkdtemp(join(folder, 'dot-env-'));
      await writeFile(join(other, '.env'), 'PORT=none\n');
      const { code, said } = await paydesk(command.split(' '), {}, other);
      expect(said).toContain('PORT must be a whole number');
      expect(code).toBe(1);
    },
  );
});

describe('manifest', () => {
  it('prints what manifest.yml holds, and checks it', async () => {
    expect((await paydesk(['manifest'])).said).toContain('command: /payment');
    expect(await paydesk(['manifest', '--check'])).toMatchObject({ code: 0 });
  });
});

describe('doctor', () => {
  /** The same in this process: loading one takes longer than all checks. */
  async function doctor({
    PAYDESK_CONFIG = 'paydesk.yaml',
    ...environment
  }: Record<string, string>): Promise<Ran> {
    const lines: string[] = [];
    const places = { PAYDESK_CONFIG: join(folder, PAYDESK_CONFIG), PAYDESK_HOME: folder };
    const findings = await examine({ ...environment, ...places }, systemClock);
    const isSound = report(findings, { say: (line) => void lines.push(line) });
    return { code: isSound ? 0 : 1, said: lines.join('\n') };
  }

  it('finds nothing wrong where nothing is', async () => {
    const environment = { ...tokens, DATABASE_URL: database.url.reveal() };
    const { code, said } = await paydesk(['doctor'], environment);
    expect(said).toMatch(/ok +database: reachable/);
    expect(said).toMatch(/ok +slack bot token: accepted/);
    expect(said).toMatch(/ok +slack connection: Socket Mode/);
    expect(said).toContain('All checks passed');
    expect(code).toBe(0);
  });

  it('warns where Paydesk could take the guards of the audit log away', async () => {
    const own = await doctor({ ...tokens, DATABASE_URL: database.url.reveal() });
    expect(own.said).toMatch(
      /warn +audit log: the role \w+ owns the audit table[^]*→ Set DATABASE_OWNER_URL/,
    );
    expect(own.said).toContain('All checks passed');
    const guarded = await doctor({ ...tokens, DATABASE_URL: database.appUrl.reveal() });
    expect(guarded.said).toContain('guarded: the role paydesk_app can only add to it');
  });

  it('looks at the owner of the database too', async () => {
    const environment = { ...tokens, DATABASE_URL: database.appUrl.reveal() };
    const owner = await doctor({ ...environment, DATABASE_OWNER_URL: database.url.reveal() });
    expect(owner.said).toMatch(/ok +database owner: reachable/);
    const nobody = 'postgres://nobody:hunter2@127.0.0.1:9/none';
    const { code, said } = await doctor({ ...environment, DATABASE_OWNER_URL: nobody });
    expect(said).toMatch(/FAULT +database owner: .* cannot be reached\.\n +→ .*DATABASE_OWNER_URL/);
    expect(said).toMatch(/ok +database: reachable/);
    expect(said).not.toContain('hunter2');
    expect(code).toBe(1);
  });

  it('blames Slack’s own trouble on no channel, and tells it once', async () => {
    await writeFile(
      join(folder, 'two.yaml'),
      'company: L\npartners: [{ id: aa, name: A, kind: psp }]\nchannels: { alerts: C0000000001, audit: C0000000002 }\n',
    );
    const environment = { ...tokens, PAYDESK_CONFIG: 'two.yaml' };
    const busy = await startFakeSlack({}, (_, response) => {
      response.writeHead(429, { 'retry-after': '7' }).end();
    });
    const limited = await doctor({ ...environment, SLACK_API_URL: busy.apiUrl });
    await busy.close();
    expect(limited.said).toMatch(
      /FAULT +channel C0000000001, C0000000002: Slack limits our rate\.\n +→ .*try again in 7 s/,
    );
    const gone = await doctor({ ...environment, SLACK_API_URL: busy.apiUrl });
    expect(gone.said).toMatch(/FAULT +channel C0000000001, C0000000002: Slack cannot be reached\./);
    expect(limited.said + gone.said).not.toContain('invite the bot');
  });

  it('tells every fault at once, each with what to do', async () => {
    await writeFile(
      join(folder, 'wrong.yaml'),
      'company: L\npartners: [{ id: aa, name: A, kind: psp }]\nchannels: { alerts: C0000000000 }\npaymentsApi: { partner: aa, baseUrl: "http://127.0.0.1:9" }\noperationsApi: { baseUrl: "http://127.0.0.1:9" }\nmail: { from: a@b.example }\n',
    );
    const { code, said } = await doctor({
      ...tokens,
      SLACK_APP_TOKEN: 'xapp-nobody',
      SLACK_BOT_TOKEN: 'xoxb-nobody',
      PAYDESK_CONFIG: 'wrong.yaml',
      DATABASE_URL: 'postgres://nobody:hunter2@127.0.0.1:9/none',
      BOOKS_DATABASE_URL: empty.url.reveal(),
      STRIPE_API_KEY: 'sk_test_nothing',
      OIDC_ISSUER: 'http://127.0.0.1:9',
      OIDC_CLIENT_ID: 'paydesk',
      OIDC_CLIENT_SECRET: 'not-a-secret-at-all',
      OPERATIONS_API_TOKEN: 'ops_nothing',
      SMTP_URL: 'smtp://nobody:hunter2@127.0.0.1:9',
    });
    for (const part of [
      'database',
      'slack bot token',
      'slack connection',
      'identity provider',
      'payments API',
      'operations API',
      'mail',
      'books',
      'channel C0000000000',
    ]) {
      expect(said).toMatch(new RegExp(`FAULT +${part}: `));
    }
    expect(said.match(/→/g)?.length).toBeGreaterThanOrEqual(4);
    expect(said).not.toContain('hunter2');
    expect(code).toBe(1);
  });

  it('checks what it can when the configuration is at fault', async () => {
    const { said } = await doctor({ ...tokens, PAYDESK_CONFIG: 'none.yaml' });
    expect(said).toMatch(/FAULT +configuration: [^]*ok +slack bot token/);
  });
});
