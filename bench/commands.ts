/**
 * How long people wait for `/payment`, beside a bare Bolt app that answers a constant, in one run and on one machine;
 * and what happens to a thousand commands at fifty in flight.
 *
 * Run: `npm run bench`. Needs a built checkout; leaves nothing behind.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Delivery } from '../sandbox/slack/wire.js';
import { firstDaysReconciled, ms, people, percentile, start, type People } from './harness.js';

const warmUps = 30;
const samples = 300;
const burst = 1000;
const inFlight = 50;

const home = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
const environment = { PAYDESK_HOME: home, PORT: '0' };
try {
  const desk = await benchDesk();
  const bare = await benchBare();
  report('/payment', desk.latencies);
  report('bare Bolt', bare);
  const ratio = percentile(desk.latencies, 0.5) / percentile(bare, 0.5);
  say(`ratio of p50: ${ratio.toFixed(2)} (goal ≤ 3)`);
  say(desk.burst);
} finally {
  await rm(home, { recursive: true, force: true });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function report(name: string, latencies: readonly number[]): void {
  say(
    `${name}: p50 ${ms(percentile(latencies, 0.5))}, p99 ${ms(percentile(latencies, 0.99))} (n = ${latencies.length})`,
  );
}

async function benchDesk(): Promise<{ latencies: number[]; burst: string }> {
  const sandbox = await start(['dist/sandbox/start.js'], environment);
  const crowd = await people(sandbox.url);
  try {
    await firstDaysReconciled(crowd);
    const { channels, users } = await crowd.state();
    const channel = channels.find(({ name }) => name === 'payments-ops')?.id ?? '';
    const ids = [...JSON.stringify(channels).matchAll(/\/payment (pi_\w+)/g)].map(([, id = '']) => id);
    const texts = ids.map((id) => `/payment ${id}`);
    const latencies = await oneByOne(crowd, channel, texts, /· pi_\w+ ·/);
    const names = users
      .filter((user) => !(user.is_bot || user.is_restricted || user.team_id !== undefined || user.deleted))
      .map(({ name }) => name);
    return { latencies, burst: await benchBurst(crowd, sandbox.url, names, texts) };
  } finally {
    crowd.close();
    await sandbox.stop();
  }
}

async function benchBare(): Promise<number[]> {
  const sandbox = await start(['dist/sandbox/start.js', '--world-only'], environment);
  const crowd = await people(sandbox.url);
  const { services, channels } = await crowd.state();
  const { botToken, appToken, apiUrl } = services.slack;
  const app = await start(['--import', 'tsx', 'bench/bare-bolt.ts'], {
    SLACK_BOT_TOKEN: botToken,
    SLACK_APP_TOKEN: appToken,
    SLACK_API_URL: apiUrl,
  });
  try {
    const channel = channels.find(({ name }) => name === 'payments-ops')?.id ?? '';
    return await oneByOne(crowd, channel, ['/payment pi_constant'], /a constant/);
  } finally {
    await app.stop();
    crowd.close();
    await sandbox.stop();
  }
}

/** One command after the other, each waited for; the first ones are not counted. */
async function oneByOne(
  crowd: People,
  channel: string,
  texts: readonly string[],
  expected: RegExp,
): Promise<number[]> {
  const latencies: number[] = [];
  for (let index = 0; index < warmUps + samples; index++) {
    const { ms: latency, message } = await crowd.type('ana', channel, texts[index % texts.length] ?? '');
    if (!expected.test(message.text)) throw new Error(`an unexpected answer: ${message.text}`);
    if (index >= warmUps) latencies.push(latency);
  }
  return latencies;
}

/** Fifty people's worth of commands at once, over and over: nothing may be lost or acknowledged late. */
async function benchBurst(
  crowd: People,
  url: string,
  names: readonly string[],
  texts: readonly string[],
): Promise<string> {
  let next = 0;
  let refused = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < burst; index = next++) {
      const body = {
        user: names[index % names.length],
        channel: 'payments-ops',
        text: texts[index % texts.length],
      };
      const response = await fetch(`${url}/_sandbox/command`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!((await response.json()) as { ok: boolean }).ok) refused++;
    }
  };
  const seenBefore = crowd.traces();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  const deadline = performance.now() + 30_000;
  while (crowd.traces() - seenBefore < burst && performance.now() < deadline) await pause(50);
  const answered = crowd.traces() - seenBefore;
  const { deliveries } = (await (await fetch(`${url}/_sandbox/deliveries`)).json()) as {
    deliveries: Delivery[];
  };
  const acks = deliveries.slice(-burst).map(({ ack_ms }) => ack_ms ?? Infinity);
  return (
    `${burst} commands at ${inFlight} in flight: ${answered} traced, ${refused} refused, in ${seconds.toFixed(1)} s; ` +
    `acknowledged p50 ${ms(percentile(acks, 0.5))}, p99 ${ms(percentile(acks, 0.99))}, slowest ${ms(Math.max(...acks))} (limit 3000 ms)`
  );
}
