/**
 * The role that runs Paydesk can do all that Paydesk does, and nothing to the audit log but add to it.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startEngine } from '../../src/adapters/engine/engine.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { migrate } from '../../src/adapters/postgres/migrate.js';
import { createOutbox, createOutboxQueue } from '../../src/adapters/postgres/outbox.js';
import { ensureRole, readAuditGuard, roleOf } from '../../src/adapters/postgres/roles.js';
import { migrateDatabase } from '../../src/wiring/database.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import { appRole, createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { anEvent, startAuditBench, type AuditBench } from './support.js';

let bench: AuditBench;

/** One for all: what is refused changes nothing, which each attack is held to. */
beforeAll(async () => {
  bench = await startAuditBench();
  await bench.append(anEvent(), anEvent());
  await bench.db.run((tx) => bench.store.witness(tx, '2020-11-20'));
});
afterAll(() => bench.close());

const refused = { code: 'misconfigured', details: { sqlstate: '42501' } };

const attacks = ['audit_entries', 'audit_witnesses'].flatMap((table) => [
  `update paydesk.${table} set hash = ''`,
  `delete from paydesk.${table}`,
  `truncate paydesk.${table}`,
]);

describe('the role that runs Paydesk', () => {
  it.each([
    ...attacks,
    "insert into paydesk.audit_entries select seq + 1, 'infinity', kind, actor, subjects, hash, body, hash from paydesk.audit_entries",
    "insert into paydesk.audit_witnesses values ('2026-11-19', 1, repeat('0', 64), now())",
    'create or replace function paydesk.audit_append(kind text, actor text, subjects text[], why text, details text) returns void language sql as $$ $$',
    'update paydesk.audit_head set seq = 0',
    'delete from paydesk.audit_head',
    'truncate paydesk.audit_head',
    'select * from paydesk.audit_head for update',
    'insert into paydesk.audit_head (single, seq, hash) values (false, 0, $$$$)',
    'alter table paydesk.audit_entries disable trigger all',
    'drop trigger only_added_to on paydesk.audit_entries',
    'drop trigger extends_chain on paydesk.audit_entries',
    'drop table paydesk.audit_entries',
    'drop schema paydesk cascade',
    'alter table paydesk.audit_entries rename to gone',
    'create or replace function paydesk.audit_refuse() returns trigger language plpgsql as $$ begin return new; end $$',
    "set session_replication_role = 'replica'",
    'set role paydesk',
    'delete from paydesk.migrations',
    'create table paydesk.mine ()',
  ])('cannot: %s', async (sql) => {
    await expect(bench.db.query(sql)).rejects.toMatchObject(refused);
    expect(await bench.store.head()).toMatchObject({ seq: 2 });
    expect((await bench.store.page(0, 9)).entries).toHaveLength(2);
    expect(await bench.store.witnesses()).toHaveLength(1);
    expect(await readAuditGuard(bench.database.appUrl)).toEqual({ role: appRole, couldRemove: false });
  });

  it('runs the engine: a job is due, runs, and is due again', async () => {
    const ran: string[] = [];
    await bench.db.query("insert into paydesk.job_cursors values ('yearly', '2019-06-01T00:00:00Z')");
    const engine = await startEngine({
      databaseUrl: bench.database.appUrl,
      jobs: [
        {
          id: 'yearly',
          summary: 'for a test',
          schedule: '0 0 1 1 *',
          catchUp: 1,
          run: (slot) => Promise.resolve(void ran.push(slot.toISOString())),
        },
      ],
      desk: null,
      clock: fixedClock('2020-06-01T00:00:00Z'),
      log: silentLog,
    });
    onTestFinished(() => engine.close());
    await expect.poll(() => ran, { timeout: 8000 }).toEqual(['2020-01-01T00:00:00.000Z']);
    const dueAt = async (): Promise<unknown> =>
      (await bench.db.query('select due_at from paydesk.job_cursors'))[0];
    await expect.poll(dueAt, { timeout: 8000 }).toEqual({ due_at: new Date('2021-01-01T00:00:00Z') });
  });

  it('runs the outbox', async () => {
    const queue = createOutboxQueue(bench.db);
    const message = { channel: 'C1', card: { text: 'a card', blocks: [] } };
    await bench.db.run((tx) => createOutbox(() => undefined).enqueue(tx, message));
    const later = new Date(bench.clock.now().getTime() + 60_000);
    const claimed = await queue.claim(bench.clock.now(), later);
    await queue.sent(claimed!, '1.0', bench.clock.now(), later);
    expect(await queue.backlog()).toMatchObject({ waiting: 0 });
  });
});

describe('the owner', () => {
  let owner: Database;
  beforeAll(() => {
    owner = openDatabase({ url: bench.database.url, clock: bench.clock, log: silentLog });
  });
  afterAll(() => owner.close());

  it.each(attacks)('is stopped by the trigger: %s', async (sql) => {
    await expect(owner.query(sql)).rejects.toMatchObject(refused);
  });

  it('counts as one who could take the trigger away', async () => {
    expect(await readAuditGuard(bench.database.url)).toMatchObject({ couldRemove: true });
  });
});

describe('bringing a database up', () => {
  let empty: TestDatabase;
  beforeEach(async () => {
    empty = await createEmptyDatabase();
  });
  afterEach(() => empty.drop());

  it('with two addresses: the owner migrates, the other gets its rights, tables to come included', async () => {
    await migrateDatabase({ app: empty.appUrl, owner: empty.url }, silentLog);
    expect(await readAuditGuard(empty.appUrl)).toEqual({ role: appRole, couldRemove: false });
    const owner = openDatabase({ url: empty.url, clock: bench.clock, log: silentLog });
    await owner.query('create table paydesk.to_come (id integer generated always as identity)');
    await migrateDatabase({ app: empty.appUrl, owner: empty.url }, silentLog);
    await owner.close();
    const app = openDatabase({ url: empty.appUrl, clock: bench.clock, log: silentLog });
    await app.query('insert into paydesk.to_come default values');
    await app.query('delete from paydesk.to_come');
    await app.close();
  });

  it('by five at once', async () => {
    const addresses = { app: empty.appUrl, owner: empty.url };
    const starts = Array.from({ length: 5 }, () => migrateDatabase(addresses, silentLog));
    expect((await Promise.all(starts)).filter(({ applied }) => applied.length > 0)).toHaveLength(1);
  });

  it('with one address: as its owner, who could remove the guards', async () => {
    await migrateDatabase({ app: empty.url, owner: null }, silentLog);
    expect(await readAuditGuard(empty.url)).toMatchObject({ couldRemove: true });
  });

  it('without the owner’s address: only when nothing is left to migrate', async () => {
    const alone = { app: bench.database.appUrl, owner: null };
    expect(await migrateDatabase(alone, silentLog)).toEqual({ applied: [] });
    await bench.tamper(
      'delete from paydesk.migrations where number = (select max(number) from paydesk.migrations)',
    );
    await expect(migrateDatabase(alone, silentLog)).rejects.toMatchObject({
      code: 'misconfigured',
      hint: expect.stringContaining('DATABASE_OWNER_URL') as string,
    });
  });

  it('an owner’s address that is refused is named', async () => {
    const wrong = new URL(empty.url.reveal());
    wrong.password = 'wrong';
    await expect(
      migrateDatabase({ app: bench.database.appUrl, owner: new Secret(wrong.href) }, silentLog),
    ).rejects.toMatchObject({ hint: 'Check DATABASE_OWNER_URL.' });
  });

  it('a role is made once, for any caller and any name', async () => {
    const name = `odd "role" ${new URL(empty.url.reveal()).pathname}`;
    const make = (): Promise<void> => ensureRole(empty.url, name, new Secret(`it's`));
    await Promise.all([make(), make(), make()]);
    await make();
    await migrate(empty.url, { log: silentLog, appRole: name });
    const url = new URL(empty.url.reveal());
    url.username = encodeURIComponent(name);
    url.password = encodeURIComponent(`it's`);
    expect(await roleOf(new Secret(url.href))).toBe(name);
    expect(await readAuditGuard(new Secret(url.href))).toEqual({ role: name, couldRemove: false });
  });
});
