/**
 * From the command to the ready line, with an empty and with a used data folder, and what the idle processes weigh.
 *
 * Run: `npm run bench:start`. Linux only: memory is read from /proc.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pidOf, start } from './harness.js';

const warmStarts = 5;
/** Until the first collections are over and nothing is warmed up any more. */
const idleMs = 10_000;

const home = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
const environment = { PAYDESK_HOME: home, PORT: '0' };
const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
try {
  const cold = await start(['dist/sandbox/start.js'], environment);
  await cold.stop();
  say(`cold start, from nothing: ${seconds(cold.readyMs)} (goal ≤ 30 s, aim 10 s)`);
  const warm: number[] = [];
  for (let run = 0; run < warmStarts; run++) {
    const again = await start(['dist/sandbox/start.js'], environment);
    warm.push(again.readyMs);
    if (run === warmStarts - 1) await weigh();
    await again.stop();
  }
  say(`warm start: ${warm.map(seconds).join(', ')} (goal ≤ 5 s)`);
} finally {
  await rm(home, { recursive: true, force: true });
}

async function weigh(): Promise<void> {
  await pause(idleMs);
  say(`idle, the bot: ${memoryOf(/src\/cli\.js start/)} (aim ≤ 200 MB)`);
  say(`idle, the sandbox: ${memoryOf(/sandbox\/start\.js/)}`);
}

function memoryOf(pattern: RegExp): string {
  const pid = pidOf(pattern, home);
  const status = pid === undefined ? '' : readFileSync(`/proc/${pid}/status`, 'utf8');
  return `${Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)} MB resident`;
}
