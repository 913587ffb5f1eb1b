/**
 * The world is taken down in the middle of its making, as Ctrl-C does.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../sandbox/package-root.js';
import { raiseWorld } from '../../sandbox/raise.js';

it('stopped early: what has started is ended, and nothing more is started', async () => {
  const home = await mkdtemp(join(tmpdir(), 'paydesk-raise-'));
  await mkdir(join(home, 'logs'));
  const options = { root: packageRoot, home, port: 0, requestUrl: undefined };
  expect(await raiseWorld({ ...options, stopped: Promise.resolve() })).toBeNull();
  await rm(home, { recursive: true });
});
