/**
 * How long people wait for what they approved: from the last vote to the start of the effect, one after the other and
 * with five hundred requests voted on at once; and how long a request lies still when the replica that carries it out is
 * killed.
 *
 * Run: `npm run bench:remediation`. The real domain, engine and database (a PostgreSQL of its own, as durable as a real
 * one), with two replicas as processes; only the bank is a table. Leaves nothing behind.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openDatabase, type Database } from '../src/adapters/postgres/database.js';
import { startEmbeddedPostgres } from '../src/adapters/postgres/embedded/supervisor.js';
import { embeddedAddresses, migrateDatabase } from '../src/wiring/database.js';
import { systemClock } from '../src/kernel/clock.js';
import { silentLog as log } from '../src/kernel/log.js';
import { type RemediationService } from '../src/remediation/remediation.js';
import { shortHashOf } from '../src/remediation/life/votes.js';
import { operators } from '../test/remediation/people.js';
import { openTableBank, tableDesk } from '../test/remediation/table-bank.js';
import { ms, percentile } from './harness.js';

const samples = 100;
const crowd = 500;
const kills = 5;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Bench {
  url: string;
  db: Database;
  desk: RemediationService;
}

const home = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
const server = await startEmbeddedPostgres({ home, log });
const children: ChildProcess[] = [];
try {
  await migrateDatabase(await embeddedAddresses(server), log);
  const url = server.urlOf('paydesk');
  const db = openDatabase({ url, clock: systemClock, log, maxConnections: 20 });
  await openTableBank(db);
  const bench = { url: url.reveal(), db, desk: tableDesk(db) };
  await startReplica(bench, 'never');
  await startReplica(bench, 'never');
  await benchOne(bench);
  await benchCrowd(bench);
  await benchKills(bench);
  children.forEach((child) => child.kill('SIGKILL'));
  await db.close();
} finally {
  children.forEach((child) => child.kill('SIGKILL'));
  await server.stop();
  await rm(home, { recursive: true, force: true });
}

async function startReplica({ url }: Bench, deathPoint: string): Promise<ChildProcess> {
  const args = ['--import', 'tsx', 'test/remediation/replica.ts', url, deathPoint];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') return child;
  throw new Error('a replica ended without being ready');
}

async function ask(
  { desk }: Bench,
  requesterId: string,
): Promise<{ id: string; key: string; vote(): Promise<number> }> {
  const form = {
    formKey: randomUUID(),
    action: 'spend',
    typed: { account: randomUUID() },
    why: 'a bench',
    channelId: 'C0',
    breakGlass: false,
  };
  const asked = await desk.request({ ...form, requesterId });
  if (asked.kind === 'refused') throw new Error(asked.faults.map(({ message }) => message).join(' '));
  const { remediation } = asked.snapshot;
  const vote = async (): Promise<number> => {
    const clickedAt = Date.now();
    await desk.approve({ id: remediation.id, planHash: shortHashOf(remediation), personId: 'eve' }, null);
    return clickedAt;
  };
  return { id: remediation.id, key: remediation.idempotencyKey, vote };
}

async function orderedAt({ db }: Bench, key: string): Promise<number> {
  for (;;) {
    const [order] = await db.query<{ at: Date }>('select at from bank_orders where key = $1', [key]);
    if (order) return order.at.getTime();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function benchOne(bench: Bench): Promise<void> {
  const waits: number[] = [];
  for (let at = 0; at < samples; at++) {
    const asked = await ask(bench, 'ana');
    const clickedAt = await asked.vote();
    waits.push((await orderedAt(bench, asked.key)) - clickedAt);
  }
  say(`vote to order, one at a time: p50 ${ms(percentile(waits, 0.5))}, p99 ${ms(percentile(waits, 0.99))}`);
}

async function benchCrowd(bench: Bench): Promise<void> {
  const { db } = bench;
  const open = await Promise.all(
    Array.from({ length: crowd }, (_, at) => ask(bench, operators[at % operators.length] ?? '')),
  );
  const startedAt = Date.now();
  const votes = await Promise.all(open.map(async (one) => ({ key: one.key, clickedAt: await one.vote() })));
  const votedMs = Date.now() - startedAt;
  const waits = await Promise.all(
    votes.map(async ({ key, clickedAt }) => (await orderedAt(bench, key)) - clickedAt),
  );
  const [effects] = await db.query<{ n: bigint }>('select count(*) as n from bank_effects');
  say(
    `${open.length} requests voted on at once: all votes in ${ms(votedMs)}, vote to order p50 ${ms(percentile(waits, 0.5))}, p99 ${ms(percentile(waits, 0.99))}; ${effects?.n ?? 0n} effects in all`,
  );
}

/** Two replicas live, one of which kills itself between the intent and the order: until the other has it in hand. */
async function benchKills(bench: Bench): Promise<void> {
  const waits: number[] = [];
  while (waits.length < kills) {
    const dying = await startReplica(bench, 'after_intent');
    const died = once(dying, 'exit').then(() => Date.now());
    let diedAt: number | null = null;
    while (diedAt === null) {
      const asked = await ask(bench, 'bo');
      await asked.vote();
      diedAt = await Promise.race([died, orderedAt(bench, asked.key).then(() => null)]);
      if (diedAt !== null) waits.push((await takenOverAt(bench, asked.id)) - diedAt);
    }
  }
  say(`killed between intent and order, until another replica has it: ${waits.map(ms).join(', ')}`);
}

/** The other replica's first deed is to look for the effect. */
async function takenOverAt({ desk }: Bench, id: string): Promise<number> {
  for (;;) {
    const { remediation } = await desk.read(id);
    if (remediation.looks > 0 || remediation.state !== 'executing') return Date.now();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
