/**
 * The log in a real database, written as the role that runs Paydesk: one chain whoever writes, and nothing but adding.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase } from '../../src/adapters/postgres/database.js';
import { genesis, readEntry } from '../../src/audit/chain.js';
import { createAuditRecorder } from '../../src/audit/trail.js';
import { verifyChain, type Verdict } from '../../src/audit/verify.js';
import { dayMs } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { AuditQuery } from '../../src/ports/audit.js';
import { anEvent, anyEvent, startAuditBench, type AuditBench, seal } from './support.js';

let bench: AuditBench;

beforeEach(async () => {
  bench = await startAuditBench();
});
afterEach(() => bench.close());

const verify = async (): Promise<Verdict> =>
  verifyChain(bench.store, { witnesses: await bench.store.witnesses(), pageSize: 7 });

const seqs = async (): Promise<number[]> => (await bench.store.page(0, 100)).entries.map(({ seq }) => seq);

describe('appending', () => {
  it('fifty transactions at a time make one unbroken chain', async () => {
    const transactions = Array.from({ length: 50 }, (_, index) =>
      bench.db.run(async (tx) => {
        await bench.trail.append(tx, anEvent({ subjects: [`REM-${index}`] }));
        await tx.query('select 1');
        await bench.trail.append(tx, anEvent({ kind: 'remediation.executed', subjects: [`REM-${index}`] }));
      }),
    );
    await Promise.all(transactions);
    expect(await verify()).toMatchObject({ ok: true, head: { seq: 100 } });
    const { entries } = await bench.store.page(0, 100);
    // What one transaction wrote stands together, in the order of asking.
    for (let index = 0; index < 100; index += 2) {
      expect(entries[index]).toMatchObject({ kind: 'remediation.approved' });
      expect(entries[index + 1]).toMatchObject({
        kind: 'remediation.executed',
        subjects: entries[index]!.subjects,
      });
    }
  });

  it('is there with the rest of its transaction, or not at all, and leaves no gap', async () => {
    await bench.append(anEvent());
    const failing = bench.db.run(async (tx) => {
      await bench.trail.append(tx, anEvent());
      throw new Error('the rest failed');
    });
    await expect(failing).rejects.toThrow('the rest failed');
    await bench.append(anEvent());
    expect(await seqs()).toEqual([1, 2]);
    expect(await verify()).toMatchObject({ ok: true });
  });

  it('holds no lock while the rest of the transaction is at work', async () => {
    let finish = (): void => undefined;
    const rest = new Promise<void>((done) => (finish = done));
    const slow = bench.db.run(async (tx) => {
      await bench.trail.append(tx, anEvent({ subjects: ['slow'] }));
      await rest;
    });
    await bench.append(anEvent({ subjects: ['quick'] }));
    finish();
    await slow;
    const { entries } = await bench.store.page(0, 10);
    expect(entries.map(({ subjects }) => subjects[0])).toEqual(['quick', 'slow']);
    // The slow one began first: the log's time does not run backwards for it.
    expect(await verify()).toMatchObject({ ok: true });
  });

  it('takes the whole transaction with it when it fails', async () => {
    await bench.tamper('delete from paydesk.audit_head');
    const work = bench.db.run(async (tx) => {
      await tx.query("insert into paydesk.job_cursors values ('job', now())");
      await bench.trail.append(tx, anEvent());
    });
    await expect(work).rejects.toMatchObject({ code: 'misconfigured' });
    expect(await bench.db.query('select from paydesk.job_cursors')).toEqual([]);
  });

  it('keeps every text as it was given, or with a sign for what no database holds', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvent, async (event) => {
        await bench.append(event);
        const [newest] = await bench.store.find({}, 1);
        const { why } = readEntry(newest!);
        expect(why).toBe(event.why?.replace(/\p{Cs}|\0/gu, '\ufffd') ?? null);
      }),
      { numRuns: 30 },
    );
    expect(await verify()).toMatchObject({ ok: true });
  });

  it('the database itself refuses what does not continue the chain', async () => {
    await bench.append(anEvent());
    const owner = openDatabase({ url: bench.database.url, clock: bench.clock, log: silentLog });
    onTestFinished(() => owner.close());
    const { entries } = await bench.store.page(0, 1);
    const next = seal(entries[0]!, anEvent(), new Date());
    const wrong = [
      { ...next, seq: 3 },
      { ...next, previous: genesis.hash },
      { ...next, hash: genesis.hash },
      { ...next, body: `${next.body} ` },
      seal(genesis, anEvent(), new Date()),
    ];
    for (const entry of wrong) {
      const { seq, at, kind, actor, subjects, previous, body, hash } = entry;
      await expect(
        owner.query(
          `insert into paydesk.audit_entries (seq, at, kind, actor, subjects, previous, body, hash)
           values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [seq, at, kind, actor, subjects, previous, body, hash],
        ),
      ).rejects.toMatchObject({ details: { sqlstate: '23000' } });
    }
    expect(await seqs()).toEqual([1]);
  });
});

describe('recording', () => {
  it('is over when the entry is there', async () => {
    await createAuditRecorder(bench.trail, bench.db).record(anEvent());
    expect(await seqs()).toEqual([1]);
  });

  it('says plainly that it could not be written', async () => {
    const nowhere = openDatabase({
      url: new Secret('postgres://nobody@127.0.0.1:9/none'),
      clock: bench.clock,
      log: silentLog,
    });
    await expect(createAuditRecorder(bench.trail, nowhere).record(anEvent())).rejects.toMatchObject({
      code: 'unavailable',
      publicMessage: expect.stringContaining('audit log') as string,
    });
  });
});

describe('finding', () => {
  beforeEach(() =>
    bench.append(
      anEvent({ kind: 'remediation.requested', actor: 'U1LARS' }),
      anEvent({ actor: 'U1ANA' }),
      anEvent({ kind: 'lookup.audit', actor: 'U1MEI', subjects: ['U1ANA'] }),
      anEvent({ kind: 'lookup.shared', actor: 'paydesk', subjects: ['rem-1', "O'Brien"] }),
    ),
  );

  it.each<[AuditQuery, number[], string]>([
    [{}, [4, 3, 2, 1], 'all, newest first'],
    [{ subject: 'REM-17' }, [2, 1], 'by what it is about'],
    [{ actor: 'U1ANA', subject: 'U1ANA' }, [3, 2], 'a person who acted, or was looked at'],
    [{ kind: 'lookup.shared' }, [4], 'by kind'],
    [{ subject: "O'Brien" }, [4], 'a quote is only a quote'],
    [{ subject: 'REM-1' }, [], 'nothing that merely looks alike'],
  ])('%j → %j: %s', async (query, expected) => {
    expect((await bench.store.find(query, 10)).map(({ seq }) => seq)).toEqual(expected);
  });

  it('no more than was asked for', async () => {
    expect((await bench.store.find({ actor: 'U1ANA', subject: 'U1ANA' }, 1)).map(({ seq }) => seq)).toEqual([
      3,
    ]);
  });
});

describe('tampering by somebody who can take the guards away', () => {
  beforeEach(async () => {
    await bench.append(anEvent(), anEvent(), anEvent());
    await bench.db.run((tx) => bench.store.witness(tx, '2020-11-20'));
    await bench.append(anEvent());
  });

  it.each([
    ["update paydesk.audit_entries set body = replace(body, 'U1ANA', 'U1LARS') where seq = 2", 2, 'hash'],
    ["update paydesk.audit_entries set actor = 'U1LARS' where seq = 3", 3, 'columns'],
    ['delete from paydesk.audit_entries where seq = 1', 1, 'missing'],
    ['delete from paydesk.audit_entries where seq = 4', 4, 'missing'],
    ['update paydesk.audit_head set seq = 3', 4, 'head'],
    ["update paydesk.audit_head set hash = repeat('0', 64)", 4, 'head'],
    ["update paydesk.audit_witnesses set hash = repeat('0', 64)", 3, 'witness'],
  ])('%s', async (sql, seq, fault) => {
    expect(await verify()).toMatchObject({ ok: true, head: { seq: 4 }, witnesses: 1 });
    await bench.tamper(sql);
    expect(await verify()).toMatchObject({ ok: false, seq, fault });
  });
});

it('a head is witnessed once a day, with the one before', async () => {
  await bench.append(anEvent());
  const witness = (day: string) => bench.db.run((tx) => bench.store.witness(tx, day));
  const first = await witness('2020-11-20');
  expect(first).toMatchObject({ told: { seq: 1 }, before: null });
  expect(await witness('2020-11-20')).toBeNull();
  bench.clock.advance(dayMs);
  expect(await witness('2020-11-21')).toMatchObject({ told: { seq: 1 }, before: first!.told });
});

it('a log without its head can still be read', async () => {
  await bench.append(anEvent());
  await bench.tamper('delete from paydesk.audit_head');
  const store = createAuditStore(bench.db);
  expect(await store.head()).toBeNull();
  expect(await store.page(0, 5)).toMatchObject({ head: null, entries: [{ seq: 1 }] });
});
