/**
 * How long each scenario of the sandbox takes from the click until the answer: world, books and statements follow first.
 *
 * Run: `npm run bench:scenarios`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { State } from '../sandbox/slack/wire.js';
import { start } from './harness.js';

const rounds = 3;
const home = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const sandbox = await start(['dist/sandbox/start.js', '--world-only'], { PAYDESK_HOME: home, PORT: '0' });
try {
  const { scenarios } = (await (await fetch(`${sandbox.url}/_sandbox/state`)).json()) as State;
  for (const { name } of scenarios.filter(({ stoppable }) => stoppable)) {
    const began: string[] = [];
    for (let round = 0; round < rounds; round++) {
      began.push(seconds(await timed(name, 'start')));
      await timed(name, 'stop');
    }
    say(`${name}: ${began.join(', ')}`);
  }
} finally {
  await sandbox.stop();
  await rm(home, { recursive: true, force: true });
}

async function timed(name: string, action: 'start' | 'stop'): Promise<number> {
  const startedMs = performance.now();
  const body = JSON.stringify({ name, action });
  const answer = await fetch(`${sandbox.url}/_sandbox/scenario`, { method: 'POST', body });
  if (!answer.ok) throw new Error(await answer.text());
  await answer.text();
  return performance.now() - startedMs;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
