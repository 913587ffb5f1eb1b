/** What `npm start` and `npm run sandbox` take on their command line. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, expect, it } from 'vitest';
import { readManifestFile, withUnfurlDomain } from '../../sandbox/manifest-file.js';
import { packageRoot } from '../../sandbox/package-root.js';
import { raiseWorld } from '../../sandbox/raise.js';
import { readManifest } from '../../sandbox/slack/manifest.js';
import type { State } from '../../sandbox/slack/wire.js';
import { script } from '../support/built.js';

const home = mkdtempSync(join(tmpdir(), 'paydesk-options-'));
afterAll(() => rm(home, { recursive: true }));

const start = (...options: string[]): Promise<{ code: unknown; said: string }> =>
  new Promise((resolve) => {
    const environment = { PATH: process.env.PATH, PAYDESK_HOME: home, PORT: '0' };
    execFile(
      process.execPath,
      [script('sandbox/start.ts'), ...options],
      { cwd: packageRoot, env: environment },
      (error, _, said) => resolve({ code: error?.code ?? 0, said }),
    );
  });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

it.each([
  [['--manifest', '/nowhere/manifest.yml'], '--manifest /nowhere/manifest.yml: there is no such file'],
  [['--request-url', 'localhost:3000'], '--request-url localhost:3000 is not an address'],
  [['--manifesto'], "Unknown option '--manifesto'"],
])('%j is refused with a sentence', { timeout: 60_000 }, async (options, sentence) => {
  const { code, said } = await start(...options);
  expect(code).toBe(1);
  expect(said).toContain(sentence);
  expect(said).not.toContain('    at ');
});

it.each([
  ['no YAML', 'a: [1,', 'cannot be read: '],
  ['a list', '- a\n- b\n', 'holds no manifest'],
  ['nothing', '', 'holds no manifest'],
  ['a page of a proxy', '<html>no</html>', 'holds no manifest'],
])('a manifest that is %s is refused with a sentence', async (_what, text, says) => {
  const file = join(home, 'odd.yml');
  await writeFile(file, text);
  expect(() => readManifestFile(file)).toThrow(`--manifest ${file} ${says}`);
});

it('a folder is no manifest', () => {
  expect(() => readManifestFile(home)).toThrow(`--manifest ${home} cannot be read: `);
});

it.each([
  ['with no more than a name', { display_information: { name: 'Bare' } }, ['127.0.0.1']],
  ['whose features say nothing', { features: null }, ['127.0.0.1']],
  ['that hears of links', { features: { unfurl_domains: ['a.example'] } }, ['a.example', '127.0.0.1']],
])('a manifest %s is taken', (_what, manifest, domains) => {
  const read = readManifest(withUnfurlDomain(manifest, '127.0.0.1'));
  expect(read.unfurlDomains).toEqual(domains);
  expect([read.scopes.size, read.commands.size]).toEqual([0, 0]);
});

it('--manifest: the page belongs to that app, with its name and its commands', async () => {
  const manifest = join(home, 'deploy.yml');
  await writeFile(
    manifest,
    stringify({
      display_information: { name: 'Deployer' },
      features: {
        bot_user: { display_name: 'deployer' },
        slash_commands: [{ command: '/deploy', description: 'Ships it', usage_hint: '<service>' }],
      },
      oauth_config: { scopes: { bot: ['commands', 'chat:write'] } },
      settings: { socket_mode_enabled: true },
    }),
  );
  await mkdir(join(home, 'logs'), { recursive: true });
  const port = await freePort();
  let state: State | null = null;
  let isOver = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (isOver = resolve));
  // The page is there before the books are loaded, which this does not wait for.
  const raising = raiseWorld({ root: packageRoot, home, port, requestUrl: undefined, manifest, stopped });
  await expect
    .poll(
      async () => (state = (await (await fetch(`http://127.0.0.1:${port}/_sandbox/state`)).json()) as State),
      { timeout: 15_000 },
    )
    .toBeTruthy();
  isOver();
  expect(await raising).toBeNull();
  expect(state!.commands.map(({ command }) => command)).toEqual(['/deploy']);
  expect(JSON.stringify(state!.users)).toContain('deployer');
});
