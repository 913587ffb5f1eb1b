/**
 * A crowd of approvals on two replicas, beside a Slack that keeps its limits: real processes with the real engine. The
 * bench of two hundred in a minute is `npm run bench:approvals`; this is its bounded relative.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import { shortHashOf } from '../../src/remediation/life/votes.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { strictDesk } from './strict-desk.js';
import { startStrictSlack, type StrictSlack } from './strict-slack.js';
import { openTableBank } from './table-bank.js';
import { script } from '../support/built.js';

const crowd = 40;

let database: TestDatabase;
let db: Database;
let slack: StrictSlack;
let desk: RemediationService;
let replicas: ChildProcess[] = [];

beforeEach(async () => {
  database = await createDatabase();
  db = openDatabase({ url: database.url, clock: systemClock, log: silentLog });
  await openTableBank(db);
  slack = await startStrictSlack();
  desk = strictDesk(db, slack);
  replicas = await Promise.all([startReplica(), startReplica()]);
}, 120_000);

afterEach(async () => {
  replicas.forEach((replica) => replica.kill('SIGKILL'));
  await slack.close();
  await db.close();
  await database.drop();
});

async function startReplica(): Promise<ChildProcess> {
  const { apiUrl, token, groups } = slack;
  const facts = [database.url.reveal(), 'never', JSON.stringify({ apiUrl, token, groups })];
  const child = spawn(process.execPath, [script('test/remediation/replica.ts'), ...facts], {
    cwd: packageRoot,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  await expect.poll(() => output, { timeout: 60_000 }).toContain('ready');
  return child;
}

async function askAndApprove(at: number): Promise<void> {
  const asked = await desk.request({
    formKey: `form-${at}`,
    action: 'spend',
    typed: { account: `acc-${at}` },
    why: 'a drill',
    requesterId: slack.operators[at % slack.operators.length] ?? '',
    channelId: 'C0OPS',
    breakGlass: false,
  });
  if (asked.kind === 'refused') throw new Error(asked.faults.map(({ message }) => message).join(' '));
  const { remediation } = asked.snapshot;
  const personId = slack.approvers[at % slack.approvers.length] ?? '';
  await desk.approve({ id: remediation.id, planHash: shortHashOf(remediation), personId }, null);
}

const effects = async (): Promise<number> => (await db.query('select key from bank_effects')).length;

it('executes all of them without one refused call, and takes a freeze at the first try', async () => {
  for (let at = 0; at < crowd; at++) await askAndApprove(at);
  const startedAt = performance.now();
  const { staleMs } = await desk.freezeAll(slack.operators[0] ?? '', 'a drill');
  expect(performance.now() - startedAt).toBeLessThan(1000);
  expect(staleMs).toBeNull();
  for (const lead of slack.leads.slice(0, 2)) await desk.lift(lead);
  await expect.poll(effects, { timeout: 90_000, interval: 100 }).toBe(crowd);
  const calls = await slack.calls();
  expect(calls.filter(({ status }) => status === 429)).toEqual([]);
  expect(calls.filter(({ method }) => method === 'usergroups.list').length).toBeLessThan(crowd / 2);
  expect(calls.filter(({ method }) => method === 'usergroups.users.list')).toEqual([]);
}, 120_000);

it('waits out what Slack asks for, asks once, and then executes all', async () => {
  await askAndApprove(0);
  await expect.poll(effects, { timeout: 60_000, interval: 100 }).toBe(1);
  const before = (await slack.calls()).length;
  await slack.faults({ kind: 'rate_limit', method: 'usergroups.list', amount: 6, count: 1 });
  for (let at = 1; at < crowd / 2; at++) await askAndApprove(at);
  await expect.poll(effects, { timeout: 60_000, interval: 100 }).toBe(crowd / 2);
  const since = (await slack.calls()).slice(before);
  expect(since.filter(({ status }) => status === 429).length).toBeLessThanOrEqual(1);
}, 120_000);
