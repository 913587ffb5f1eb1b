/**
 * Whether the bot's memory grows with what it has done: a day's load in minutes, and what the heap and the process weigh
 * after a collection, again and again.
 *
 * Run: `npm run bench:memory`, or `npm run bench:memory -- 5` for five rounds. The built bot against the sandbox,
 * unmodified: its inspector, opened by SIGUSR1 on Node's own port, collects the garbage and reads the figures. Linux only.
 * Leaves nothing behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Outcome, State } from '../sandbox/slack/wire.js';
import { pidOf, start } from './harness.js';

const rounds = Number(process.argv[2] ?? 30);
const commandsPerRound = 1000;
/** Slack takes one message a second in a channel, and a request makes some five in #approvals. */
const requestsPerRound = 8;
/** They ask and approve undisturbed: the sandbox answers for a person when nothing more happens to them. */
const [requester, approver] = ['mei', 'tomas'];
const inspector = 'http://127.0.0.1:9229/json/list';

interface Weight {
  heapUsed: number;
  rss: number;
  external: number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;

const home = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
const sandbox = await start(['dist/sandbox/start.js'], { PAYDESK_HOME: home, PORT: '0' });
try {
  const state = (await (await fetch(`${sandbox.url}/_sandbox/state`)).json()) as State;
  const weigh = await scales(Number(pidOf(/src\/cli\.js start/, home)));
  const weights: Weight[] = [];
  for (let round = 0; round <= rounds; round++) {
    const startedAt = performance.now();
    const requested = await load(state);
    weights.push(await weigh());
    report(round, requested, weights, (performance.now() - startedAt) / 1000);
  }
  summarise(weights);
} finally {
  await sandbox.stop();
  await rm(home, { recursive: true, force: true });
}

/** The first round warms up. */
function report(round: number, requested: number, weights: readonly Weight[], seconds: number): void {
  const { heapUsed, rss, external } = weights.at(-1) ?? { heapUsed: NaN, rss: NaN, external: NaN };
  const what = round === 0 ? 'warm-up' : `round ${round}`;
  say(
    `${what}: ${commandsPerRound} commands, ${requested} requests in ${seconds.toFixed(0)} s; heap ${megabytes(heapUsed)}, external ${megabytes(external)}, resident ${megabytes(rss)}`,
  );
}

/** By the line of least squares, so that neither end decides. */
function summarise(weights: readonly Weight[]): void {
  const counted = weights.slice(1);
  const growth = (of: (weight: Weight) => number): string => {
    const middle = (counted.length - 1) / 2;
    const mean = counted.reduce((sum, weight) => sum + of(weight), 0) / counted.length;
    const covariance = counted.reduce((sum, weight, at) => sum + (at - middle) * (of(weight) - mean), 0);
    const variance = counted.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
    return `${((covariance / variance / commandsPerRound) * (1000 / 2 ** 10)).toFixed(0)} kB`;
  };
  say(
    `growth per 1,000 commands: heap ${growth(({ heapUsed }) => heapUsed)}, resident ${growth(({ rss }) => rss)}`,
  );
}

async function call(path: string, body: object): Promise<Outcome> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  return (await (await fetch(`${sandbox.url}/_sandbox/${path}`, init)).json()) as Outcome;
}

/** Commands of every kind, some at once; beside them requests, one after the other, each approved by another person. */
async function load(state: State): Promise<number> {
  const ids = [...JSON.stringify(state.channels).matchAll(/\/payment (pi_\w+)/g)].map(([, id = '']) => id);
  const texts = [
    ...ids.map((id) => `/payment ${id}`),
    '/dispute',
    '/partner',
    '/audit',
    '/paydesk',
    '/remediate list',
  ];
  const names = state.users
    .filter(({ is_bot, is_restricted, deleted }) => !is_bot && !is_restricted && !deleted)
    .map(({ name }) => name)
    .filter((name) => name !== requester && name !== approver);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < commandsPerRound; at = next++)
      await call('command', {
        user: names[at % names.length],
        channel: 'payments-ops',
        text: texts[at % texts.length],
      });
  };
  const [requested] = await Promise.all([requests(state), ...names.flatMap(() => [worker(), worker()])]);
  return requested;
}

async function requests({ services }: State): Promise<number> {
  let done = 0;
  for (let at = 0; at < requestsPerRound; at++) {
    const payment = await pay(services);
    const { view } = await call('command', {
      user: requester,
      channel: 'payments-ops',
      text: `/remediate refund-payment ${payment}`,
    });
    const typed = { amount: '1.00', reason: 'requested_by_customer', why: 'A bench' };
    const values = Object.fromEntries(Object.entries(typed).map(([field, value]) => [field, { value }]));
    const asked = await call('submit', { user: requester, view_id: view?.id, values });
    await approve(await requestedIn(asked));
    done++;
  }
  return done;
}

/** Behind a thousand commands the window says after three seconds that the request is worked on, and later what became of it. */
async function requestedIn({ view }: Outcome): Promise<string> {
  let shown = JSON.stringify(view ?? '');
  for (let tries = 0; tries < 300; tries++) {
    const id = /REM-\d+/.exec(shown)?.[0];
    if (id !== undefined) return id;
    await pause(100);
    const { views } = (await (await fetch(`${sandbox.url}/_sandbox/state`)).json()) as State;
    shown = JSON.stringify(views.filter(({ id: open }) => open === view?.id));
  }
  throw new Error(`it was not asked for: ${shown.slice(0, 500)}`);
}

async function pay({ paymentsApi }: State['services']): Promise<string> {
  const order = { amount: '2500', currency: 'eur', confirm: 'true', payment_method: 'pm_card_visa' };
  const response = await fetch(`${paymentsApi?.baseUrl}/v1/payment_intents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${paymentsApi?.apiKey}` },
    body: new URLSearchParams(order),
  });
  return ((await response.json()) as { id: string }).id;
}

async function approve(id: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { channels } = (await (await fetch(`${sandbox.url}/_sandbox/state`)).json()) as State;
    const messages = channels.find(({ name }) => name === 'approvals')?.messages ?? [];
    const card = messages.find(({ text }) => text.startsWith(`${id}: `));
    if (card) {
      await call('action', {
        user: approver,
        channel: 'approvals',
        ts: card.ts,
        action_id: 'remediation_approve',
      });
      return;
    }
    await pause(100);
  }
  throw new Error(`${id} has no card`);
}

/** Reads what the process weighs right after a collection. */
async function scales(pid: number): Promise<() => Promise<Weight>> {
  process.kill(pid, 'SIGUSR1');
  await pause(1000);
  const [target] = (await (await fetch(inspector)).json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve) => socket.once('open', resolve));
  let last = 0;
  const ask = <Answer>(method: string, params: object = {}): Promise<Answer> =>
    new Promise((resolve) => {
      const id = ++last;
      const take = (data: Buffer): void => {
        const answer = JSON.parse(data.toString()) as { id?: number; result: Answer };
        if (answer.id !== id) return;
        socket.off('message', take);
        resolve(answer.result);
      };
      socket.on('message', take);
      socket.send(JSON.stringify({ id, method, params }));
    });
  const read = async <Value>(expression: string): Promise<Value> =>
    (await ask<{ result: { value: Value } }>('Runtime.evaluate', { expression, returnByValue: true })).result
      .value;
  if ((await read<number>('process.pid')) !== pid)
    throw new Error('another process has the inspector’s port');
  return async () => {
    await pause(3000);
    await ask('HeapProfiler.collectGarbage');
    return read<Weight>('process.memoryUsage()');
  };
}
