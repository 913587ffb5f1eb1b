/** Ready means that the database does what is needed of it; what is not is named. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import {
  createDatabaseProbe,
  neededTables,
  type DatabaseFaults,
} from '../../src/adapters/postgres/readiness.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let app: Database;
let owner: Database;
beforeEach(async () => {
  database = await createDatabase();
  const facts = { clock: systemClock, log: silentLog };
  app = openDatabase({ ...facts, url: database.appUrl });
  owner = openDatabase({ ...facts, url: database.url });
});
afterEach(async () => {
  await Promise.all([app.close(), owner.close()]);
  await database.drop();
});

const found = (): Promise<DatabaseFaults> => createDatabaseProbe(app)();
const whole = { tables: null, writing: null, audit: null };

it('knows every table of the schema', async () => {
  const rows = await owner.query<{ name: string }>(
    "select schemaname || '.' || tablename as name from pg_tables where schemaname = 'paydesk' order by 1",
  );
  const own = neededTables.filter((name) => name.startsWith('paydesk.'));
  expect(own.toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
});

it('a whole database is ready, and nothing stays of trying', async () => {
  expect(await found()).toEqual(whole);
  expect(await owner.query('select from paydesk.probes')).toEqual([]);
  expect(await owner.query('select from paydesk.audit_entries')).toEqual([]);
});

describe('is not ready', () => {
  it.each<[sql: string, part: keyof DatabaseFaults, words: RegExp]>([
    ['drop table paydesk.outbox cascade', 'tables', /paydesk\.outbox is missing.*paydesk migrate/],
    ['alter table paydesk.deliveries rename to gone', 'tables', /paydesk\.deliveries is missing/],
    [
      'revoke insert on paydesk.remediation_votes from paydesk_app',
      'tables',
      /insert on paydesk\.remediation_votes/,
    ],
    [
      'revoke update, delete on paydesk.outbox from paydesk_app',
      'tables',
      /update on paydesk\.outbox, delete on paydesk\.outbox/,
    ],
    ['revoke select on paydesk.audit_entries from paydesk_app', 'tables', /select on paydesk\.audit_entries/],
    ['revoke usage on schema paydesk from paydesk_app', 'tables', /right/],
    ['revoke insert on paydesk.probes from paydesk_app', 'writing', /right/],
    ["alter table paydesk.probes add constraint full_disk check (filler = '')", 'writing', /./],
    ['revoke execute on function paydesk.audit_append from paydesk_app', 'audit', /right/],
    ['drop function paydesk.audit_append', 'audit', /missing in the database.*paydesk migrate/],
    [
      "set session_replication_role = 'replica'; delete from paydesk.audit_head",
      'audit',
      /end of the audit log is gone/,
    ],
    ["alter table paydesk.audit_entries add constraint none check (kind = '') not valid", 'audit', /./],
    ['alter database DATABASE set default_transaction_read_only = on', 'writing', /only allows reading/],
  ])('%s', async (sql, part, words) => {
    const name = new URL(database.url.reveal()).pathname.slice(1);
    await owner.query(sql.replace('DATABASE', name));
    // A connection of its own: a setting of the database is for new ones.
    const fresh = openDatabase({ url: database.appUrl, clock: systemClock, log: silentLog });
    const faults = await createDatabaseProbe(fresh)();
    await fresh.close();
    expect(faults[part]).toMatch(words);
  });

  it('without a column that was there', async () => {
    const probe = createDatabaseProbe(app);
    expect(await probe()).toEqual(whole);
    await owner.query('alter table paydesk.deliveries add column later text');
    await owner.query('alter table paydesk.outbox drop column concerns');
    await expect
      .poll(async () => (await probe()).tables, { interval: 50, timeout: 8000 })
      .toMatch(/concerns is missing/);
    expect((await probe()).tables).toMatch(/^In the database paydesk\.outbox\.concerns is missing\. Run/);
  });

  it('no more, soon after it was put right', async () => {
    const probe = createDatabaseProbe(app);
    await owner.query('alter table paydesk.deliveries rename to gone');
    expect((await probe()).tables).toContain('deliveries');
    await owner.query('alter table paydesk.gone rename to deliveries');
    await expect.poll(probe, { interval: 50 }).toEqual(whole);
  });
});

it('is asked once for many who ask', async () => {
  let asked = 0;
  const counting: Database = { ...app, query: (...args) => (asked++, app.query(...args)) };
  const probe = createDatabaseProbe(counting);
  await Promise.all(Array.from({ length: 50 }, probe));
  await probe();
  expect(asked).toBe(1);
});
