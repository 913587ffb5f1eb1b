/**
 * A back-up is restored: the audit chain verifies, and what was done since is done no second time. The bank is in a
 * database of its own, as the real one is, and remembers everything.
 *
 * Deliberately absent: pg_dump, which does not come with the packages. What it writes is loaded by `upgrade.test.ts`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { verifyChain } from '../../src/audit/verify.js';
import { minuteMs, secondMs, systemClock, type Clock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import { shortHashOf } from '../../src/remediation/life/votes.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import { migrateDatabase } from '../../src/wiring/database.js';
import { foreverLease } from '../remediation/support.js';
import { openTableBank, tableDesk } from '../remediation/table-bank.js';
import { copyDatabase, createDatabase, createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { script } from '../support/built.js';

/** Time may be set ahead by so much before approvals, which last an hour, expire. */
const mostAheadMs = 40 * minuteMs;

let folder: string;
let aheadMs = 0;
let bankDatabase: TestDatabase;
let bank: Database;
let replica: { process: ChildProcess; ended: Promise<unknown> } | null = null;
const databases: TestDatabase[] = [];
const opened: Database[] = [];

const clock: Clock = { now: () => new Date(systemClock.now().getTime() + aheadMs) };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'paydesk-backup-'));
  setAhead(0);
  bankDatabase = await createEmptyDatabase();
  databases.push(bankDatabase);
  bank = open(bankDatabase);
  await openTableBank(bank);
});

afterEach(async () => {
  await stopReplica();
  await Promise.all(opened.splice(0).map((database) => database.close()));
  await Promise.all(databases.splice(0).map((database) => database.drop()));
  await rm(folder, { recursive: true });
});

const clockFile = (): string => join(folder, 'ahead');

function setAhead(ms: number): void {
  aheadMs = ms;
  writeFileSync(clockFile(), String(ms));
}

function open({ url }: TestDatabase): Database {
  const database = openDatabase({ url, clock, log: silentLog });
  opened.push(database);
  return database;
}

/** Resolves when it runs: until then no time must pass. */
async function startReplica(database: TestDatabase): Promise<void> {
  const args = [script('test/remediation/replica.ts'), database.url.reveal()];
  const env = { ...process.env, CLOCK_AHEAD: clockFile(), BANK_ADDRESS: bankDatabase.url.reveal() };
  const child = spawn(process.execPath, args, {
    cwd: packageRoot,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  replica = { process: child, ended: once(child, 'exit') };
  await once(child.stdout, 'data');
}

async function stopReplica(): Promise<void> {
  replica?.process.kill('SIGKILL');
  await replica?.ended;
  replica = null;
}

async function request(desk: RemediationService, account: string): Promise<string> {
  const asked = await desk.request({
    formKey: account,
    action: 'spend',
    typed: { account },
    why: 'a customer was charged twice',
    requesterId: 'ana',
    channelId: 'C0OPS',
    breakGlass: false,
  });
  if (asked.kind === 'refused') throw new Error(asked.faults.map(({ message }) => message).join(' '));
  return asked.snapshot.remediation.id;
}

async function approve(desk: RemediationService, id: string): Promise<void> {
  const { remediation } = await desk.read(id);
  await desk.approve({ id, planHash: shortHashOf(remediation), personId: 'eve' }, null);
}

/** Carries it out within this process, without an engine, while time passes quickly. */
async function carryOut(desk: RemediationService, id: string): Promise<void> {
  while ((await desk.read(id)).remediation.state !== 'closed') {
    await desk.advance(id, foreverLease);
    setAhead(aheadMs + 5 * secondMs);
    if (aheadMs > mostAheadMs) throw new Error(`${id} does not end`);
  }
}

/** Waits until an engine has closed it, while time passes quickly. */
const closes = (desk: RemediationService, id: string): Promise<void> =>
  expect
    .poll(
      async () => {
        const { state } = (await desk.read(id)).remediation;
        if (state !== 'closed') setAhead(Math.min(mostAheadMs, aheadMs + secondMs));
        return state;
      },
      { timeout: 60_000, interval: 50, message: id },
    )
    .toBe('closed');

const headOf = async (database: Database): Promise<{ seq: number; hash: string }> =>
  (await createAuditStore(database).head())!;

const counts = async (table: string): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await bank.query<{ key: string; n: bigint }>(`select key, count(*) as n from ${table} group by key`)
    ).map(({ key, n }) => [key, Number(n)]),
  );

it('goes on from a back-up: the chain verifies, and each request has one effect', async () => {
  const original = await createDatabase();
  databases.push(original);
  const before = open(original);
  const desk = tableDesk(before, { clock }, bank);
  const closed = await request(desk, 'closed');
  await approve(desk, closed);
  await carryOut(desk, closed);
  const approved = await request(desk, 'approved');
  await approve(desk, approved);
  const pending = await request(desk, 'pending');
  const backedUp = await headOf(before);
  await before.close();

  const backup = await copyDatabase(original);
  databases.push(backup);

  // Life goes on after the back-up: what was approved is done, and what was pending too.
  const later = open(original);
  const laterDesk = tableDesk(later, { clock }, bank);
  await approve(laterDesk, pending);
  await carryOut(laterDesk, approved);
  await carryOut(laterDesk, pending);
  const lost = await headOf(later);

  const after = open(backup);
  const store = createAuditStore(after);
  expect(await migrateDatabase({ app: backup.url, owner: null }, silentLog)).toEqual({ applied: [] });
  expect(await verifyChain(store, { witnesses: [backedUp] })).toMatchObject({ ok: true, head: backedUp });
  expect(await verifyChain(store, { witnesses: [lost] }), 'a later head shows what is missing').toMatchObject(
    { ok: false, seq: backedUp.seq + 1, fault: 'missing' },
  );

  const restored = tableDesk(after, { clock }, bank);
  expect((await restored.read(pending)).remediation.state).toBe('pending');
  await approve(restored, pending);
  await startReplica(backup);
  await closes(restored, approved);
  await closes(restored, pending);

  const keys = await Promise.all(
    [closed, approved, pending].map(async (id) => (await restored.read(id)).remediation.idempotencyKey),
  );
  expect(await counts('bank_effects')).toEqual(Object.fromEntries(keys.map((key) => [key, 1])));
  expect((await counts('bank_orders'))[keys[0]!], 'what was closed is not ordered again').toBe(1);
  expect(await verifyChain(store, { witnesses: [backedUp] })).toMatchObject({ ok: true });
}, 120_000);
