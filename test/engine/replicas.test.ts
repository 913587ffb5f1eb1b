/**
 * Several processes on one database: booted at the same moment, killed, and both ticking.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { script } from '../support/built.js';

let database: TestDatabase;
let db: Database;
let replicas: Replica[] = [];

interface Replica {
  process: ChildProcess;
  output: string;
  ended: Promise<unknown>;
}

async function open(create: () => Promise<TestDatabase>): Promise<void> {
  database = await create();
  db = openDatabase({ url: database.url, clock: systemClock, log: silentLog });
  await db.query('create table ran (job text, slot timestamptz, pid integer)');
}

beforeEach(() => {
  replicas = [];
});

afterEach(async () => {
  for (const { process } of replicas) process.kill('SIGKILL');
  await Promise.all(replicas.map(({ ended }) => ended));
  await db.close();
  await database.drop();
});

async function startReplica(...wishes: string[]): Promise<Replica> {
  const args = [script('test/engine/replica.ts'), database.url.reveal(), ...wishes];
  const child = spawn(process.execPath, args, { cwd: packageRoot });
  const replica: Replica = { process: child, output: '', ended: once(child, 'exit') };
  replicas.push(replica);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => void (replica.output += chunk.toString()));
  }
  await expect.poll(() => replica.output, { timeout: 15_000 }).toContain('ready');
  return replica;
}

interface Ran {
  slot: Date;
  pid: number;
}

const ran = (): Promise<Ran[]> => db.query<Ran>('select slot, pid from ran order by slot');

test('two that boot at once on an empty database both run, each slot runs once, and nothing is said but ready', async () => {
  await open(createEmptyDatabase);
  const both = await Promise.all([startReplica('migrate', 'ticks'), startReplica('migrate', 'ticks')]);
  await expect.poll(async () => (await ran()).length, { timeout: 15_000 }).toBeGreaterThan(4);
  for (const { process } of both) process.kill('SIGTERM');
  await Promise.all(both.map(({ ended }) => ended));
  const slots = (await ran()).map(({ slot }) => slot.getTime());
  expect(slots).toEqual(slots.map((_, index) => (slots[0] ?? 0) + index * 1000));
  expect(both.map(({ output }) => output)).toEqual(['ready\n', 'ready\n']);
  expect(both.map(({ process }) => process.exitCode)).toEqual([0, 0]);
});

test('slots missed while all were down run once after the start, up to the cap', async () => {
  await open(createDatabase);
  await db.query(
    "insert into paydesk.job_cursors values ('ticking', date_trunc('second', now()) - interval '1 hour')",
  );
  await Promise.all([startReplica('ticks'), startReplica('ticks')]);
  await expect.poll(async () => (await ran()).length, { timeout: 15_000 }).toBeGreaterThan(6);
  const slots = (await ran()).map(({ slot }) => slot.getTime());
  expect(new Set(slots).size).toBe(slots.length);
  // Five are caught up, and later ones follow: nothing from the rest of the hour.
  expect(Math.max(...slots) - Math.min(...slots)).toBeLessThan(60_000);
});

test('work of a killed process is taken over within seconds, and that of a living one is left alone', async () => {
  await open(createDatabase);
  // The year's slot is still to be caught up.
  await db.query("insert into paydesk.job_cursors values ('hanging', now() - interval '2 years')");
  const first = await startReplica('hang');
  await expect
    .poll(async () => (await ran()).map(({ pid }) => pid), { timeout: 15_000 })
    .toEqual([first.process.pid]);
  const second = await startReplica('hang');
  await expect.poll(adopterRounds, { timeout: 15_000 }).toBeGreaterThan(12);
  expect(await ran()).toHaveLength(1);
  first.process.kill('SIGKILL');
  const killedAt = performance.now();
  await expect
    .poll(async () => (await ran()).map(({ pid }) => pid), { timeout: 10_000, interval: 20 })
    .toContain(second.process.pid);
  console.log(`taken over ${Math.round(performance.now() - killedAt)} ms after the kill`);
  const slots = (await ran()).map(({ slot }) => slot.toISOString());
  expect(slots).toEqual([slots[0], slots[0]]);

  async function adopterRounds(): Promise<number> {
    rounds.add(await lastLook());
    return rounds.size;
  }
});

/** Moments at which the second replica looked for the dead, as seen in the server's list of sessions. */
const rounds = new Set<string>();

async function lastLook(): Promise<string> {
  const rows = await db.query<{ at: string }>(
    `select max(query_start)::text as at from pg_stat_activity
     where application_name = 'paydesk engine' and query like '%pg_locks%'`,
  );
  return rows[0]?.at ?? '';
}
