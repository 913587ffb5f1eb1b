/**
 * A database that an earlier version left, in the middle of its work, is migrated in place by this one, and everything
 * that was open comes to its end with one effect each.
 *
 * Invariant: only what people and the bank see is asserted, so that the engine and the tables may change.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { partnerStatusJob, type PartnerStatusDeps } from '../../jobs/partner-status.js';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { readMigrationState } from '../../src/adapters/postgres/migrate.js';
import { createOutbox, createOutboxQueue } from '../../src/adapters/postgres/outbox.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { livingPartners, partnerWatchFrom } from '../../src/wiring/partners.js';
import { moveOn } from '../engine/move-on.js';
import { slackClient } from '../../src/adapters/slack/client.js';
import { startOutboxSender } from '../../src/adapters/slack/outbox-sender.js';
import { verifyChain } from '../../src/audit/verify.js';
import { minuteMs, secondMs, systemClock, type Clock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import { Secret } from '../../src/kernel/secret.js';
import { shortHashOf } from '../../src/remediation/life/votes.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import { movedCard, outboxNoticeCard } from '../../src/views/desk/outbox-notices.js';
import { remediationMessages } from '../../src/views/remediation/messages.js';
import { migrateDatabase } from '../../src/wiring/database.js';
import { policy } from '../remediation/people.js';
import { tableDesk } from '../remediation/table-bank.js';
import { appRole, createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { script } from '../support/built.js';

/** The dump is this old: every lease in it has run out, and no approval has expired. */
const ageMs = 10 * minuteMs;
/** Time may be set ahead by so much before approvals, which last an hour, expire. */
const mostAheadMs = 40 * minuteMs;

let database: TestDatabase;
let db: Database;
let desk: RemediationService;
let folder: string;
let aheadMs = 0;
let replica: { process: ChildProcess; ended: Promise<unknown> } | null = null;

const clock: Clock = { now: () => new Date(systemClock.now().getTime() + aheadMs) };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'paydesk-upgrade-'));
  setAhead(0);
  database = await createEmptyDatabase();
  await load(database.url, 'version-0016.sql');
  const addresses = { app: database.appUrl, owner: database.url };
  await migrateDatabase(addresses, silentLog);
  db = openDatabase({ url: database.appUrl, clock, log: silentLog });
  const outbox = createOutbox(() => undefined);
  desk = tableDesk(db, {
    clock,
    tell: async (tx, snapshot, news) => {
      const messages = remediationMessages(snapshot, news, policy.channels, () => null);
      for (const message of messages) await outbox.enqueue(tx, message);
    },
  });
});

afterEach(async () => {
  replica?.process.kill('SIGKILL');
  await replica?.ended;
  replica = null;
  await db.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

const clockFile = (): string => join(folder, 'ahead');

function setAhead(ms: number): void {
  aheadMs = ms;
  writeFileSync(clockFile(), String(ms));
}

/** Loads a dump, with the requests in it as old as `ageMs`. Audit entries keep their time, which is hashed. */
async function load(url: Secret, name: string): Promise<void> {
  const text = readFileSync(join(packageRoot, 'test/postgres/fixtures', name), 'utf8');
  const dumpedAt = /^-- Dumped at (\S+Z)\.$/m.exec(text)?.[1];
  const laterMs = systemClock.now().getTime() - ageMs - Date.parse(dumpedAt!);
  const moved = text.replace(/^INSERT INTO paydesk\.remediation.*$/gm, (row) =>
    row.replace(/'(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)\+00'/g, (_text, day, time) => {
      const at = Date.parse(`${String(day)}T${String(time)}Z`);
      return `'${new Date(at + laterMs).toISOString()}'`;
    }),
  );
  const client = new pg.Client({ connectionString: url.reveal() });
  await client.connect();
  try {
    await client.query(moved);
    await client.query(`grant all on public.bank_orders, public.bank_effects to ${appRole}`);
  } finally {
    await client.end();
  }
}

/** Resolves when it runs: until then no time must pass. */
async function startReplica(): Promise<void> {
  const args = [script('test/remediation/replica.ts'), database.appUrl.reveal()];
  const env = { ...process.env, CLOCK_AHEAD: clockFile() };
  const child = spawn(process.execPath, args, {
    cwd: packageRoot,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  replica = { process: child, ended: once(child, 'exit') };
  await once(child.stdout, 'data');
}

async function approve(id: string, personId: string): Promise<void> {
  const { remediation } = await desk.read(id);
  await desk.approve({ id, planHash: shortHashOf(remediation), personId }, null);
}

/** Waits for the state while time passes quickly, and slowly enough that no lease runs out in the middle of a step. */
const reaches = (id: string, state: string): Promise<void> =>
  expect
    .poll(
      async () => {
        const now = (await desk.read(id)).remediation.state;
        if (now !== state) setAhead(Math.min(mostAheadMs, aheadMs + secondMs));
        return now;
      },
      { timeout: 60_000, interval: 50, message: id },
    )
    .toBe(state);

/** Sends what waits to a Slack that takes everything; the calls, as `method ts` or `method text`. */
async function sendAll(): Promise<string[]> {
  const calls: string[] = [];
  const answering: typeof fetch = (input, init) => {
    const method = new Request(input).url.split('/').at(-1)!;
    const form = new URLSearchParams(init?.body as string);
    calls.push(`${method} ${form.get('ts') ?? form.get('text') ?? ''}`);
    const answer = {
      ok: true,
      channel: form.get('channel'),
      ts: form.get('ts') ?? `${1_800_000_000 + calls.length}.000100`,
    };
    return Promise.resolve(Response.json(answer));
  };
  const queue = createOutboxQueue(db, { channels: [], card: outboxNoticeCard });
  const client = slackClient(new Secret('xoxb-test'), 'http://slack.test/api/', silentLog, {
    fetch: answering,
  });
  const sender = startOutboxSender({
    queue,
    client,
    clock,
    log: silentLog,
    moved: movedCard,
    paceMs: 1,
    pollMs: 5,
  });
  await expect.poll(async () => (await queue.backlog()).waiting, { timeout: 20_000 }).toBe(0);
  await sender.stop();
  return calls;
}

it('finishes what the earlier version left open, each with one effect', async () => {
  expect(await readMigrationState(database.url)).toMatchObject({ waiting: 0 });
  await approve('REM-4', 'eve');
  await approve('REM-5', 'dee');
  await startReplica();
  for (const number of [4, 5, 6, 7, 8, 9, 10]) await reaches(`REM-${number}`, 'closed');

  const effects = await db.query<{ account: string }>('select account from bank_effects order by account');
  expect(effects.map(({ account }) => account)).toEqual([
    'after-effect',
    'after-intent',
    'after-record',
    'approved',
    'before-intent',
    'closed',
    'one-vote',
    'pending',
  ]);
  const orders = await db.query<{ most: bigint }>(
    'select count(*) as most from bank_orders group by key order by 1 desc limit 1',
  );
  expect(orders[0]?.most, 'orders under one key').toBeLessThanOrEqual(2n);
  expect((await desk.read('REM-5')).votes.map(({ personId }) => personId).sort()).toEqual(['dee', 'eve']);
  expect((await desk.read('REM-2')).remediation.state).toBe('rejected');
  expect((await desk.read('REM-3')).remediation.state).toBe('cancelled');
}, 120_000);

it('keeps the audit chain, its witness and the cards that are in Slack', async () => {
  const store = createAuditStore(db);
  const witnesses = await store.witnesses();
  expect(witnesses).toHaveLength(1);
  expect(await verifyChain(store, { witnesses })).toMatchObject({ ok: true });

  await approve('REM-4', 'eve');
  const calls = await sendAll();
  expect(await verifyChain(store, { witnesses })).toMatchObject({ ok: true });
  const updated = calls.filter((call) => call.startsWith('chat.update'));
  expect(updated, 'the card of REM-4 is rewritten where it is').toEqual(['chat.update 1790000008.000100']);
  const posted = calls
    .filter((call) => call.startsWith('chat.postMessage'))
    .map((call) => /REM-\d+/.exec(call)?.[0]);
  expect(posted.filter((id) => id !== undefined).sort(), 'waiting cards are posted once').toEqual([
    'REM-10',
    'REM-6',
    'REM-7',
    'REM-8',
    'REM-9',
  ]);
}, 60_000);

it('shows a partner’s recovery on the card that the earlier version posted', async () => {
  const watched = (id: string) => ({ id, name: id, statusPage: id, alertsChannel: 'C0ALERTS' });
  const watchedPartners = [watched('adria'), watched('northpay')];
  const partnerWatch = partnerWatchFrom({
    watched: watchedPartners,
    database: db,
    audit: createAuditTrail(createAuditStore(db)),
    outbox: createOutbox(() => undefined),
    clock,
    log: silentLog,
  });
  const partners: PartnerStatusDeps = {
    watchedPartners,
    statusSource: {
      fetch: (page) =>
        Promise.resolve({
          indicator: page === 'adria' ? 'none' : 'major',
          description: page === 'adria' ? 'All is well' : 'Card payments are down',
          components: [],
          incidents: [],
          maintenances: [],
          planned: [],
          problems: [],
          publishedAt: clock.now(),
        }),
    },
    partnerWatch,
  };
  await sendAll();
  await partnerStatusJob.run(clock.now(), partners, silentLog);
  await moveOn(db, clock, livingPartners(partnerWatch));
  const calls = await sendAll();
  expect(calls).toContain('chat.update 1790000006.000100');
  const unthreaded = calls.filter(
    (call) => call.startsWith('chat.postMessage') && !call.includes('recovered'),
  );
  expect(unthreaded, 'no card of a trouble that has one').toEqual([]);
}, 60_000);
