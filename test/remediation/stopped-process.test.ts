/**
 * A real process that is stopped with SIGSTOP in the middle of an execution and wakes up with an old lease, when another
 * replica has brought the request to its end.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { verifyChain } from '../../src/audit/verify.js';
import { minuteMs, systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import type { CrashPoint } from '../../src/remediation/life/deps.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import { shortHashOf } from '../../src/remediation/life/votes.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { openTableBank, tableDesk } from './table-bank.js';
import { script } from '../support/built.js';

let database: TestDatabase;
let db: Database;
let desk: RemediationService;
let folder: string;
let replicas: Replica[] = [];

interface Replica {
  process: ChildProcess;
  ended: Promise<unknown>;
  output: () => string;
}

beforeEach(async () => {
  replicas = [];
  folder = mkdtempSync(join(tmpdir(), 'paydesk-stopped-'));
  timeIsAheadBy(0);
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
  await rm(folder, { recursive: true });
});

const clockFile = (): string => join(folder, 'ahead');
const timeIsAheadBy = (aheadMs: number): void => writeFileSync(clockFile(), String(aheadMs));

async function startReplica(point: string): Promise<Replica> {
  const child = spawn(
    process.execPath,
    [script('test/remediation/replica.ts'), database.url.reveal(), point],
    { cwd: packageRoot, env: { ...process.env, CLOCK_AHEAD: clockFile() } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  const replica = { process: child, ended: once(child, 'exit'), output: () => output };
  replicas.push(replica);
  await expect.poll(() => output.includes('ready\n'), { timeout: 60_000 }).toBe(true);
  return replica;
}

async function approved(): Promise<string> {
  const asked = await desk.request({
    formKey: 'acc',
    action: 'spend',
    typed: { account: 'acc' },
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

/** As the system sees it: `T` for a stopped process. */
const stateOf = ({ process: { pid } }: Replica): string =>
  execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).trim();

/** The others go on, half a minute of the desk's time at each look. */
async function othersFinish(id: string): Promise<void> {
  let aheadMs = 0;
  const isClosed = async (): Promise<string> => {
    timeIsAheadBy((aheadMs += minuteMs / 2));
    return (await desk.read(id)).remediation.state;
  };
  await expect.poll(isClosed, { timeout: 60_000, interval: 250 }).toBe('closed');
  timeIsAheadBy(aheadMs + 10 * minuteMs);
}

const isFree = (sleeper: Replica): Promise<void> =>
  expect.poll(() => stateOf(sleeper), { timeout: 30_000 }).not.toBe('T');

it.each<[CrashPoint, string, RegExp | null]>([
  ['before_intent', 'nothing was begun, so the other one begins', null],
  [
    'after_intent',
    'the other one orders in its place',
    /lost its lease: this process was stopped for too long/,
  ],
  ['after_effect', 'the other one finds the effect', /lost its lease: its outcome was settled elsewhere/],
  ['after_record', 'everything was written down', null],
])(
  'stopped %s (%s), it wakes up and does nothing more',
  async (point, _, said) => {
    const sleeper = await startReplica(`stop:${point}`);
    const id = await approved();
    await expect.poll(() => stateOf(sleeper), { timeout: 60_000 }).toBe('T');
    await startReplica('never');
    await othersFinish(id);
    const settled = (await desk.read(id)).remediation;

    sleeper.process.kill('SIGCONT');
    await isFree(sleeper);
    if (said) await expect.poll(sleeper.output, { timeout: 30_000 }).toMatch(said);
    // Its end waits for what it has in hand.
    sleeper.process.kill('SIGTERM');
    await sleeper.ended;

    expect(await db.query('select key from bank_effects')).toEqual([{ key: settled.idempotencyKey }]);
    expect(await db.query('select key from bank_orders')).toEqual([{ key: settled.idempotencyKey }]);
    expect((await desk.read(id)).remediation).toEqual(settled);
  },
  180_000,
);
