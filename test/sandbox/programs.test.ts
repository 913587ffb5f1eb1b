/** A child program is watched whatever becomes of its log. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { packageRoot } from '../../sandbox/package-root.js';
import { run } from '../../sandbox/programs.js';

it('goes on without a log that cannot be written, and says so once', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const home = mkdtempSync(join(tmpdir(), 'paydesk-program-'));
  const logFile = join(home, 'nowhere/paydesk.log');
  const program = run({ root: packageRoot, args: ['--help'], environment: process.env, logFile });
  expect(await program.line(/^Usage: /)).toContain('paydesk');
  expect(await program.ended).toBe('exit code 0');
  const complaints = said.mock.calls.filter(([text]) => String(text).includes(logFile));
  said.mockRestore();
  expect(complaints).toHaveLength(1);
  await rm(home, { recursive: true });
});
