/** The database writes the audit log: whatever the running role says, an entry is well made and dated by the database. */
import fc from 'fast-check';
import { mkdtemp, copyFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { migrate, migrationsFolder } from '../../src/adapters/postgres/migrate.js';
import { genesis } from '../../src/audit/chain.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { verifyChain } from '../../src/audit/verify.js';
import { silentLog } from '../../src/kernel/log.js';
import type { StoredEntry } from '../../src/ports/audit.js';
import { appRole, createEmptyDatabase } from '../support/postgres.js';
import { anEvent, chainOf, seal, startAuditBench, type AuditBench } from './support.js';

let bench: AuditBench;
beforeEach(async () => {
  bench = await startAuditBench();
  await bench.append(anEvent());
});
afterEach(() => bench.close());

const verify = async (): Promise<unknown> =>
  verifyChain(bench.store, { witnesses: await bench.store.witnesses() });

const call = (values: readonly unknown[], before = 'select 1'): Promise<unknown> =>
  bench.db.run(async (tx) => {
    await tx.query(before);
    await tx.query('select paydesk.audit_append($1, $2, $3, $4, $5)', values);
  });

describe('the running role', () => {
  it.each<[unknown[], string]>([
    [['k', 'a', [], null, 'null'], 'details that are nothing'],
    [['k', 'a', [], null, '[]'], 'details that are a list'],
    [['k', 'a', [], null, '{},"why":"x"'], 'details that say more than their member'],
    [['k', 'a', [], null, '{"a":1}}'], 'details that end the entry'],
    [['k', 'a', [], null, String.raw`{"a":"\ud83d"}`], 'half a character'],
    [['k', 'a', [], null, String.raw`{"a":"\u0000"}`], 'a zero byte'],
    [['k', 'a', [], null, null], 'no details'],
    [[null, 'a', [], null, '{}'], 'no kind'],
    [['k', null, [], null, '{}'], 'no actor'],
    [['k', 'a', null, null, '{}'], 'no subjects'],
    [['k', 'a', [null], null, '{}'], 'a subject that is nothing'],
    [['k', 'a', [], 'x'.repeat(1_000_000), '{}'], 'a megabyte'],
  ])('cannot write a bad entry: %#. %s', async (values) => {
    await expect(call(values)).rejects.toMatchObject({ code: expect.any(String) as string });
    expect(await verify()).toMatchObject({ ok: true, head: { seq: 1 } });
  });

  it.each([
    ['set local timezone to "Asia/Kathmandu"', 'a time zone'],
    ['set local datestyle to "German"', 'a way to write dates'],
    ['set local search_path to pg_temp, public', 'where names are looked up'],
    [
      'create temp table audit_head (seq bigint, hash text, at timestamptz) on commit drop',
      'a table of the same name',
    ],
    ['create temp table audit_entries (seq bigint) on commit drop', 'another one'],
    ['create domain pg_temp.text as int', 'a type of the same name'],
    [
      "create function pg_temp.now() returns timestamptz language sql as $$ select timestamptz 'infinity' $$",
      'a function of the same name',
    ],
  ])('cannot mislead the database by %s: %s', async (before) => {
    await call(['k', 'a', ['s'], 'w', '{"n": 1.50, "n": 2}'], before);
    expect(await verify()).toMatchObject({ ok: true, head: { seq: 2 } });
    const [newest] = await bench.store.find({}, 1);
    expect(Math.abs(newest!.at.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('writes every text as the chain reads it again', async () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(texts, async (some) => {
        const [kind = '', actor = ''] = some;
        await bench.append(
          anEvent({ kind, actor, subjects: some, why: some.join(''), details: { [kind]: actor } }),
        );
      }),
      { numRuns: 20 },
    );
    const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('');
    await bench.append(anEvent({ why: all, details: { all } }));
    expect(await verify()).toMatchObject({ ok: true });
  });

  it('keeps no card number, wherever it was said', async () => {
    const card = 'Karte4242424242424242';
    await bench.append(anEvent({ subjects: [card], why: card, details: { deep: [{ [card]: card }] } }));
    const [newest] = await bench.store.find({}, 1);
    expect(JSON.stringify(newest)).not.toContain('42424242');
    expect(newest!.body).toContain('Karte[card number ending 4242]');
    expect(await verify()).toMatchObject({ ok: true, head: { seq: 2 } });
  });

  it('cannot witness an entry that is not in the log, and neither can the owner', async () => {
    const owner = openDatabase({ url: bench.database.url, clock: bench.clock, log: silentLog });
    onTestFinished(() => owner.close());
    const insert = (seq: number, hash: string, at = '2026-11-20', day = '2026-11-20'): Promise<unknown> =>
      owner.query('insert into paydesk.audit_witnesses (day, seq, hash, at) values ($1, $2, $3, $4)', [
        day,
        seq,
        hash,
        at,
      ]);
    const { hash } = (await bench.store.head())!;
    await expect(insert(1, genesis.hash)).rejects.toMatchObject({ details: { sqlstate: '23000' } });
    await expect(insert(2, hash)).rejects.toMatchObject({ details: { sqlstate: '23000' } });
    await expect(insert(1, hash, 'infinity')).rejects.toMatchObject({ details: { sqlstate: '23514' } });
    await expect(insert(1, hash, '2026-11-20', 'infinity')).rejects.toMatchObject({
      details: { sqlstate: '23514' },
    });
    await bench.db.run((tx) => bench.store.witness(tx, '2020-11-20'));
    expect(await verify()).toMatchObject({ ok: true, witnesses: 1 });
  });

  it('records no head for future days, which would stop the posts of those days', async () => {
    const far = "select * from paydesk.audit_witness((now() at time zone 'UTC')::date + 2)";
    expect(await bench.db.query(far)).toEqual([]);
    expect(await bench.db.query(`select * from paydesk.audit_witness('2199-12-31')`)).toEqual([]);
    const soon = "select * from paydesk.audit_witness((now() at time zone 'UTC')::date + 1)";
    expect(await bench.db.query(soon)).toMatchObject([{ seq: 1n }]);
  });

  it.each(['infinity', '9999-12-31', '1999-01-01'])('the owner dates no entry %s', async (at) => {
    const owner = openDatabase({ url: bench.database.url, clock: bench.clock, log: silentLog });
    onTestFinished(() => owner.close());
    const entry = seal((await bench.store.head())!, anEvent(), new Date());
    await expect(insertAs(owner, { ...entry, at })).rejects.toMatchObject({ details: { sqlstate: '23514' } });
    await bench.append(anEvent());
    expect(await verify()).toMatchObject({ ok: true, head: { seq: 2 } });
  });
});

describe('a log of an earlier version', () => {
  it('is migrated in place, verified as before, and goes on', async () => {
    const database = await createEmptyDatabase();
    const earlier = await mkdtemp(join(tmpdir(), 'paydesk-earlier-'));
    onTestFinished(async () => {
      await database.drop();
      await rm(earlier, { recursive: true });
    });
    for (const name of await readdir(migrationsFolder))
      if (name < '0009') await copyFile(join(migrationsFolder, name), join(earlier, name));
    const options = { log: silentLog, appRole };
    await migrate(database.url, { ...options, folder: earlier });
    const owner = openDatabase({ url: database.url, clock: bench.clock, log: silentLog });
    const app = openDatabase({ url: database.appUrl, clock: bench.clock, log: silentLog });
    onTestFinished(() => Promise.all([owner.close(), app.close()]).then(() => undefined));
    const chain = chainOf([
      anEvent(),
      anEvent({ why: 'Grüße\n', details: { n: 1e-7, list: [1, { a: null }] } }),
    ]);
    for (const entry of chain) await insertAs(owner, entry);
    await owner.query(`insert into paydesk.audit_witnesses values ('2020-11-20', 2, $1, now())`, [
      chain[1]!.hash,
    ]);
    await owner.query('grant insert on paydesk.audit_entries, paydesk.audit_witnesses to paydesk_app');
    await migrate(database.url, { log: silentLog });
    await expect(insertAs(app, seal(chain[1]!, anEvent(), new Date()))).rejects.toMatchObject({
      code: 'misconfigured',
    });
    const store = createAuditStore(app);
    await app.run((tx) => createAuditTrail(store).append(tx, anEvent()));
    await app.run((tx) => store.witness(tx, '2020-11-21'));
    const verdict = await verifyChain(store, { witnesses: await store.witnesses() });
    expect(verdict).toMatchObject({ ok: true, head: { seq: 3 }, witnesses: 2 });
  });
});

function insertAs(db: Database, entry: Omit<StoredEntry, 'at'> & { at: unknown }): Promise<unknown> {
  const { seq, at, kind, actor, subjects, previous, body, hash } = entry;
  return db.query(
    `insert into paydesk.audit_entries (seq, at, kind, actor, subjects, previous, body, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [seq, at, kind, actor, subjects, previous, body, hash],
  );
}
