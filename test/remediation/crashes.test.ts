/**
 * Real processes with the real engine on one database, killed with SIGKILL: at every named point of an execution, and at
 * random while a crowd approves. CHAOS_REQUESTS makes the crowd larger.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { verifyChain } from '../../src/audit/verify.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import { crashPoints } from '../../src/remediation/life/deps.js';
import { type RemediationService } from '../../src/remediation/remediation.js';
import { shortHashOf } from '../../src/remediation/life/votes.js';
import { hash } from '../../sandbox/world/random.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { openTableBank, tableDesk } from './table-bank.js';
import { script } from '../support/built.js';

const crowd = Number(process.env.CHAOS_REQUESTS ?? 8);
let database: TestDatabase;
let db: Database;
let desk: RemediationService;
let replicas: { process: ChildProcess; ended: Promise<unknown> }[] = [];

beforeEach(async () => {
  replicas = [];
  database = await createDatabase();
  db = openDatabase({ url: database.url, clock: systemClock, log: silentLog });
  await openTableBank(db);
  desk = tableDesk(db);
});

afterEach(async () => {
  for (const { process } of replicas) process.kill('SIGKILL');
  await Promise.all(replicas.map(({ ended }) => ended));
  expect(await verifyChain(createAuditStore(db), { witnesses: [] })).toMatchObject({ ok: true });
  await db.close();
  await database.drop();
});

async function startReplica(
  deathPoint = 'never',
): Promise<{ process: ChildProcess; ended: Promise<unknown> }> {
  const child = spawn(
    process.execPath,
    [script('test/remediation/replica.ts'), database.url.reveal(), deathPoint],
    { cwd: packageRoot },
  );
  const replica = { process: child, ended: once(child, 'exit') };
  replicas.push(replica);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  // One that finds work at once may die of it before it says that it is ready.
  await expect
    .poll(() => output.includes('ready') || child.signalCode !== null, { timeout: 60_000 })
    .toBe(true);
  return replica;
}

async function askAndApprove(account: string): Promise<string> {
  const asked = await desk.request({
    formKey: account,
    action: 'spend',
    typed: { account },
    why: 'a drill',
    requesterId: 'ana',
    channelId: 'C0OPS',
    breakGlass: false,
  });
  if (asked.kind === 'refused') throw new Error(asked.faults.map(({ message }) => message).join(' '));
  const { remediation } = asked.snapshot;
  await desk.approve({ id: remediation.id, planHash: shortHashOf(remediation), personId: 'eve' }, null);
  return remediation.id;
}

const closed = (id: string) =>
  expect.poll(async () => (await desk.read(id)).remediation.state, { timeout: 60_000, interval: 100 });

describe('killed with SIGKILL', () => {
  it.each(crashPoints)(
    '%s: the other replica brings it to its end, with one effect',
    async (point) => {
      const dying = await startReplica(point);
      const id = await askAndApprove('acc');
      await dying.ended;
      await startReplica();
      await closed(id).toBe('closed');
      const { idempotencyKey } = (await desk.read(id)).remediation;
      expect(await db.query('select key from bank_effects')).toEqual([{ key: idempotencyKey }]);
      const orders = await db.query('select key from bank_orders');
      expect(orders.length, 'at most two orders under the one key').toBeLessThanOrEqual(2);
    },
    120_000,
  );

  it(`at random, while ${crowd} requests are approved: each has one effect`, async () => {
    let draws = 0;
    const below = (limit: number): number => hash(20_261_120, draws++) % limit;
    const points = () => crashPoints[below(crashPoints.length)]!;
    let kills = 0;
    const alive = [await startReplica(points()), await startReplica()];
    const asked: string[] = [];
    for (let at = 0; at < crowd; at++) {
      asked.push(await askAndApprove(`acc-${at}`));
      if (below(3) !== 0) continue;
      const victim = below(2);
      alive[victim]?.process.kill('SIGKILL');
      await alive[victim]?.ended;
      kills++;
      alive[victim] = await startReplica(below(2) === 0 ? points() : 'never');
    }
    const last = [await startReplica(), await startReplica()];
    expect(last).toHaveLength(2);
    for (const id of asked) await closed(id).toBe('closed');
    const effects = await db.query<{ key: string }>('select key from bank_effects');
    expect(effects).toHaveLength(crowd);
    const [orders] = await db.query<{ all: bigint; most: bigint }>(
      'select sum(n)::bigint as all, max(n)::bigint as most from (select count(*) as n from bank_orders group by key) o',
    );
    expect(orders?.most ?? 0n, 'orders under one key').toBeLessThanOrEqual(3n);
    const report = process.env.CHAOS_REPORT;
    const facts = {
      requests: crowd,
      kills,
      effects: effects.length,
      orders: Number(orders?.all),
      mostOrdersUnderOneKey: Number(orders?.most),
    };
    if (report !== undefined) writeFileSync(report, JSON.stringify(facts, null, 2));
  }, 600_000);

  it('the database breaks every connection again and again: each request has one effect', async () => {
    await startReplica();
    await startReplica();
    const asked: string[] = [];
    for (let at = 0; at < 6; at++) {
      asked.push(await insist(() => askAndApprove(`acc-${at}`)));
      await breakConnections();
    }
    for (const id of asked)
      await expect
        .poll(async () => (await insist(() => desk.read(id))).remediation.state, {
          timeout: 90_000,
          interval: 200,
        })
        .toBe('closed');
    expect(await db.query('select key from bank_effects')).toHaveLength(asked.length);
  }, 180_000);
});

/** As people do when they are told that the database is out of reach. */
async function insist<Value>(work: () => Promise<Value>): Promise<Value> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 100) throw error;
    }
  }
}

/** What a restart of the server does to everybody who is connected. */
async function breakConnections(): Promise<void> {
  await insist(() =>
    db.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    ),
  );
}
