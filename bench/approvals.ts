/**
 * Two hundred approvals in a minute on two replicas, beside a Slack that keeps its limits: how long each waits from its
 * last vote to its order, how often Slack was asked and how often it refused, and how long a freeze in the middle takes.
 * Then the same while Slack refuses to say who is in the groups for twenty seconds.
 *
 * Run: `npm run bench:approvals`. The real domain, engine and database, as in `bench:remediation`. Leaves nothing behind.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase, type Database } from '../src/adapters/postgres/database.js';
import { startEmbeddedPostgres } from '../src/adapters/postgres/embedded/supervisor.js';
import { embeddedAddresses, migrateDatabase } from '../src/wiring/database.js';
import { systemClock } from '../src/kernel/clock.js';
import { toOpsError } from '../src/kernel/errors.js';
import { silentLog as log } from '../src/kernel/log.js';
import type { RemediationService } from '../src/remediation/remediation.js';
import { shortHashOf } from '../src/remediation/life/votes.js';
import { strictDesk } from '../test/remediation/strict-desk.js';
import { startStrictSlack, type StrictSlack } from '../test/remediation/strict-slack.js';
import { openTableBank } from '../test/remediation/table-bank.js';
import { ms, percentile } from './harness.js';

const approvals = 200;
const withinMs = 60_000;
const settleMs = 120_000;
const frozenMs = 3000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Bench {
  db: Database;
  desk: RemediationService;
  slack: StrictSlack;
}

interface Approved {
  id: string;
  key: string;
  votedAt: number;
}

const home = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
const server = await startEmbeddedPostgres({ home, log });
const children: ChildProcess[] = [];
try {
  await migrateDatabase(await embeddedAddresses(server), log);
  await bench('with a freeze in the middle', (slack, at, desk) =>
    at === approvals / 2 ? freeze(slack, desk) : null,
  );
  await bench('while Slack refuses for 20 s', (slack, at) =>
    at === approvals / 4
      ? slack.faults({ kind: 'rate_limit', method: 'usergroups.list', amount: 20, count: 1 })
      : null,
  );
} finally {
  children.forEach((child) => child.kill('SIGKILL'));
  await server.stop();
  await rm(home, { recursive: true, force: true });
}

/** Each run has its own Slack, so that the one before has used up none of its limits. */
async function bench(
  what: string,
  midway: (slack: StrictSlack, at: number, desk: RemediationService) => Promise<void> | null,
): Promise<void> {
  const slack = await startStrictSlack();
  const url = server.urlOf('paydesk');
  const db = openDatabase({ url, clock: systemClock, log, maxConnections: 20 });
  await db.query('drop table if exists bank_orders, bank_effects');
  await db.query('delete from paydesk.call_paces');
  await openTableBank(db);
  const { apiUrl, token, groups } = slack;
  const replicas = await Promise.all(
    [1, 2].map(() => startReplica([url.reveal(), 'never', JSON.stringify({ apiUrl, token, groups })])),
  );
  say(`${approvals} approvals in ${withinMs / 1000} s on two replicas, ${what}:`);
  await run({ db, slack, desk: strictDesk(db, slack) }, midway);
  replicas.forEach((child) => child.kill('SIGKILL'));
  await db.close();
  await slack.close();
}

async function run(
  { db, desk, slack }: Bench,
  midway: (slack: StrictSlack, at: number, desk: RemediationService) => Promise<void> | null,
): Promise<void> {
  const approved: Promise<Approved>[] = [];
  const startedAt = Date.now();
  let pausedMs = 0;
  for (let at = 0; at < approvals; at++) {
    const before = Date.now();
    await midway(slack, at, desk);
    pausedMs += Date.now() - before;
    await pause(Math.max(0, startedAt + pausedMs + (at * withinMs) / approvals - Date.now()));
    approved.push(approve({ db, desk, slack }, at));
    if (at % 20 === 0) await slack.calls();
  }
  const all = await Promise.all(approved);
  const votedMs = Date.now() - startedAt;
  const waits = await ordered(db, all);
  report(
    approvals - all.length + (all.length - waits.length),
    votedMs,
    Date.now() - startedAt,
    waits,
    await slack.calls(),
  );
}

async function approve({ desk, slack }: Bench, at: number): Promise<Approved> {
  const form = {
    formKey: randomUUID(),
    action: 'spend',
    typed: { account: randomUUID() },
    why: 'a bench',
    channelId: 'C0',
    breakGlass: false,
  };
  const asked = await unlessFrozen(() =>
    desk.request({ ...form, requesterId: slack.operators[at % slack.operators.length] ?? '' }),
  );
  if (asked.kind === 'refused') throw new Error(asked.faults.map(({ message }) => message).join(' '));
  const { remediation } = asked.snapshot;
  const personId = slack.approvers[at % slack.approvers.length] ?? '';
  await unlessFrozen(() =>
    desk.approve({ id: remediation.id, planHash: shortHashOf(remediation), personId }, null),
  );
  return { id: remediation.id, key: remediation.idempotencyKey, votedAt: Date.now() };
}

/** People whom a freeze stopped try again. */
async function unlessFrozen<Value>(act: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (toOpsError(error).code !== 'conflict') throw error;
      await pause(200);
    }
  }
}

async function freeze({ operators, leads }: StrictSlack, desk: RemediationService): Promise<void> {
  const startedAt = Date.now();
  await desk.freezeAll(operators[0] ?? '', 'a bench');
  say(`  a freeze after half of them, first try: ${ms(Date.now() - startedAt)}`);
  await pause(frozenMs);
  for (const lead of leads.slice(0, 2)) await desk.lift(lead);
}

/** From the last vote to the order; of those that were ordered in time. */
async function ordered(db: Database, all: readonly Approved[]): Promise<number[]> {
  const untilMs = Date.now() + settleMs;
  for (;;) {
    const orders = await db.query<{ key: string; at: Date }>('select key, at from bank_orders');
    const at = new Map(orders.map((order) => [order.key, order.at.getTime()]));
    // Orders of the run before may be repeated here, since its replicas were killed and its bank is gone.
    if (all.every(({ key }) => at.has(key)) || Date.now() > untilMs) {
      return all.flatMap(({ key, votedAt }) => (at.has(key) ? [(at.get(key) ?? 0) - votedAt] : []));
    }
    await pause(50);
  }
}

function report(
  left: number,
  votedMs: number,
  settledMs: number,
  waits: readonly number[],
  calls: Awaited<ReturnType<StrictSlack['calls']>>,
): void {
  const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;
  say(
    `  all votes after ${seconds(votedMs)}, all settled after ${seconds(settledMs)}, not executed: ${left}`,
  );
  say(
    `  last vote to order: p50 ${ms(percentile(waits, 0.5))}, p99 ${ms(percentile(waits, 0.99))}, slowest ${ms(Math.max(...waits))}`,
  );
  for (const method of ['usergroups.list', 'users.info', 'auth.test']) {
    const own = calls.filter((call) => call.method === method);
    say(`  ${method}: ${own.length} calls, ${own.filter(({ status }) => status === 429).length} refused`);
  }
}

async function startReplica(args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/remediation/replica.ts', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') return child;
  throw new Error('a replica ended without being ready');
}
