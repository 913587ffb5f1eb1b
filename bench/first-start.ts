/**
 * What people notice of reconciliation: how long they wait for `/payment` while the first start reconciles a week of
 * statements, beside the same command when nothing is reconciled; and what the bot's own thread and memory bear of it.
 *
 * Run: `npm run bench:first-start`. Needs a built checkout. Linux only: threads are read from /proc. Leaves nothing behind.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ms, people, percentile, pidOf, start, type People } from './harness.js';

const idleSamples = 300;
/** No statement for so long: the first start is over. */
const quietMs = 15_000;
const longestMs = 240_000;
/** Until the thread that reconciled has ended and nothing is warmed up any more. */
const settleMs = 15_000;
/** Linux counts processor time in these. */
const ticksPerSecond = 100;

const home = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
const sandbox = await start(['dist/sandbox/start.js'], { PAYDESK_HOME: home, PORT: '0' });
const crowd = await people(sandbox.url);
try {
  const { channels } = await crowd.state();
  const channel = channels.find(({ name }) => name === 'payments-ops')?.id ?? '';
  const ids = [...JSON.stringify(channels).matchAll(/\/payment (pi_\w+)/g)].map(([, id = '']) => id);
  const ask = asker(crowd, channel, ids);
  const pid = Number(pidOf(/src\/cli\.js start/, home));
  const busy = await whileReconciling(ask);
  say(`the bot’s main thread so far: ${mainThreadSeconds(pid).toFixed(1)} s of processor time`);
  await pause(settleMs);
  say(`the bot, idle again: ${residentMegabytes(pid)} MB resident (aim < 200 MB)`);
  const idle: number[] = [];
  while (idle.length < idleSamples) idle.push(await ask());
  report('/payment while the first start reconciles', busy);
  report('/payment, idle', idle);
  say(`ratio of p50: ${(percentile(busy, 0.5) / percentile(idle, 0.5)).toFixed(2)} (goal ≤ 2)`);
} finally {
  crowd.close();
  await sandbox.stop();
  await rm(home, { recursive: true, force: true });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function report(name: string, latencies: readonly number[]): void {
  const [p50, p99] = [0.5, 0.99].map((share) => ms(percentile(latencies, share)));
  say(`${name}: p50 ${p50}, p99 ${p99} (n = ${latencies.length})`);
}

function asker(asked: People, channel: string, ids: readonly string[]): () => Promise<number> {
  let next = 0;
  return async () => (await asked.type('ana', channel, `/payment ${ids[next++ % ids.length] ?? ''}`)).ms;
}

/** One command after the other, as long as the bot’s log says that statements are still being reconciled. */
async function whileReconciling(ask: () => Promise<number>): Promise<number[]> {
  const startedAt = performance.now();
  const latencies: { at: number; latency: number }[] = [];
  let runs = 0;
  let lastRunAt = Infinity;
  while (performance.now() - startedAt < longestMs && performance.now() - lastRunAt < quietMs) {
    latencies.push({ latency: await ask(), at: performance.now() });
    const now = reconciledRuns();
    if (now > runs) [runs, lastRunAt] = [now, performance.now()];
  }
  say(`${runs} runs of reconciliation within ${((lastRunAt - startedAt) / 1000).toFixed(0)} s of the start`);
  return latencies.filter(({ at }) => at <= lastRunAt).map(({ latency }) => latency);
}

function reconciledRuns(): number {
  return readFileSync(join(home, 'logs/paydesk.log'), 'utf8').split('statements were reconciled').length - 1;
}

function mainThreadSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
