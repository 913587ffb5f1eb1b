/** The lives of breaks and business days on a real database, over results of runs as the engine leaves them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { createBreaks } from '../../src/adapters/postgres/breaks.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createDays } from '../../src/adapters/postgres/recon-days.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { parseDay } from '../../src/kernel/calendar-day.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import type { Break, Followed } from '../../src/ports/breaks.js';
import type { BreakKind } from '../../src/ports/reconciliation.js';
import { ageBucket } from '../../src/reconciliation/breaks/age.js';
import {
  releaseBreak,
  reopenBreak,
  resolveBreak,
  takeBreak,
  type BreakLifeDeps,
  type BreakNews,
} from '../../src/reconciliation/breaks/life.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

const clock = fixedClock('2026-11-28T09:00:00Z');
const day = parseDay('2026-11-27') ?? 0;
const sizes = { byCurrency: { EUR: '10000', JPY: '10000' }, other: '10000' };
let test: TestDatabase;
let database: Database;
let shown: { id: string; state: string; news: BreakNews | null }[] = [];

beforeAll(async () => {
  test = await createDatabase();
  database = openDatabase({ url: test.url, clock, log: silentLog });
});
afterAll(async () => {
  await database.close();
  await test.drop();
});
beforeEach(async () => {
  shown = [];
  await database.query(`truncate paydesk.recon_results, paydesk.recon_open, paydesk.recon_unit_files, paydesk.recon_units,
    paydesk.breaks, paydesk.break_events, paydesk.recon_days, paydesk.recon_day_events restart identity cascade`);
});

let resolvedAlone: Record<string, string> = {};
const breaks = () => createBreaks(database, { ...sizes, resolvedAlone });
const life = (): BreakLifeDeps => ({
  breaks: breaks(),
  transactions: database,
  audit: createAuditTrail(createAuditStore(database)),
  showBreak: (_tx, { id, state }, news) => Promise.resolve(void shown.push({ id, state, news })),
});

/** Leaves the results of a run of a day; identities are what the engine would compute. */
async function run(
  businessDay: string,
  found: readonly {
    identity: string;
    kind: BreakKind;
    currency?: string;
    minor: number;
    reference?: string;
  }[],
): Promise<void> {
  const [unit] = await database.query<{ id: bigint }>(
    `insert into paydesk.recon_units as u (partner, business_day, after_day, runs, ran_at, as_of, engine, ledger_rows,
       statement_rows, matched, breaks, pending, quarantined, cleared, totals)
     values ('northpay', $1::date, $1::date - 1, 1, now(), $1::date, 'join', 0, 0, '{}', '{}', 0, 0, 0, '{}')
     on conflict (partner, business_day) do update set runs = u.runs + 1 returning id`,
    [businessDay],
  );
  await database.query('delete from paydesk.recon_results where unit = $1', [unit?.id]);
  for (const [seq, { identity, kind, currency = 'EUR', minor, reference = '' }] of found.entries())
    await database.query(
      `insert into paydesk.recon_results (unit, seq, type, name, identity, currency, difference_minor, entries, lines)
       values ($1, $2, 'break', $3, $4, $5, $6, $7, '[]')`,
      [unit?.id, seq, kind, identity, currency, minor, JSON.stringify([{ reference }])],
    );
}

const follow = (businessDay = day): Promise<Followed> =>
  database.run((tx) => breaks().follow(tx, { partner: 'northpay', businessDay }));

const missing = { identity: 'a', kind: 'missing_at_partner' as const, minor: -12_000 };
const all = (): Promise<Break[]> => breaks().list({ limit: 100 });

describe('a break that a run found', () => {
  it('is opened once, however often it is followed up', async () => {
    await run('2026-11-27', [missing]);
    expect(await follow()).toMatchObject({ opened: 1, resolvedCount: 0 });
    expect(await follow()).toMatchObject({ opened: 0, resolvedCount: 0 });
    expect(await all()).toMatchObject([
      { id: 'BRK-1', state: 'open', material: true, differenceMinor: -12_000n },
    ]);
  });

  it.each([
    ['EUR', 9_999, false, 'below 100.00'],
    ['EUR', -10_000, true, 'exactly 100.00, whatever the sign'],
    ['JPY', 10_000, true, 'ten thousand yen'],
    ['KWD', 10_000, true, 'a currency without a size of its own'],
  ])('of %s %d is material: %s (%s)', async (currency, minor, material) => {
    await run('2026-11-27', [{ ...missing, currency, minor }]);
    await follow();
    expect(await all()).toMatchObject([{ material }]);
  });

  const named = { ...missing, reference: 'P1' };
  it.each([
    ['its rows are named anew', { ...named, identity: 'b' }, 'missing_at_partner'],
    ['it is another kind now', { ...named, identity: 'b', kind: 'fx' as const }, 'fx'],
  ])('keeps its number and its owner when %s', async (_how, again, kind) => {
    await run('2026-11-27', [named]);
    await follow();
    await takeBreak(life(), 'BRK-1', 'U1MEI');
    await run('2026-11-27', [again]);
    expect(await follow()).toMatchObject({ opened: 0, resolvedCount: 0 });
    expect(await all()).toMatchObject([
      { id: 'BRK-1', identity: 'b', kind, state: 'owned', ownerId: 'U1MEI' },
    ]);
  });

  it('that a person resolved stays resolved when a run gives it other rows', async () => {
    await run('2026-11-27', [named]);
    await follow();
    await resolveBreak(life(), { id: 'BRK-1', personId: 'U1MEI', why: 'known' });
    await run('2026-11-27', [{ ...named, identity: 'b' }]);
    expect(await follow()).toMatchObject({ opened: 0, reopened: 0 });
    expect(await all()).toMatchObject([{ id: 'BRK-1', state: 'resolved' }]);
  });

  it.each([
    ['of another difference', [{ ...named, identity: 'b', minor: -1 }]],
    ['of another reference', [{ ...named, identity: 'b', reference: 'P2' }]],
    ['without a reference', [{ ...missing, identity: 'b' }]],
    [
      'of which there are two',
      [
        { ...named, identity: 'b' },
        { ...named, identity: 'c' },
      ],
    ],
  ])('does not become one %s', async (_which, others) => {
    await run('2026-11-27', [named]);
    await follow();
    await run('2026-11-27', others);
    expect(await follow()).toMatchObject({ opened: others.length, resolvedCount: 1 });
  });

  const answerNextMonday = async (): Promise<Followed> => {
    await run('2026-11-27', [missing]);
    await follow();
    await run('2026-11-30', []);
    const [file] = await database.query<{ id: bigint }>(
      `insert into paydesk.statement_files (partner, sha256, name, format, received_at)
       values ('northpay', repeat('a', 64), 'northpay_30.csv', 'camt', now()) on conflict (partner, sha256) do update set name = excluded.name returning id`,
    );
    await database.query(
      `insert into paydesk.recon_open (partner, side, key, unit, business_day, identity, reference, batch, currency, amount_minor,
         row, closed_by, closed_day, closed_rule, closed_lines)
       select 'northpay', 'ledger', 'L1', u1.id, u1.business_day, 'a', 'P1', '', 'EUR', 12000, '{}', u2.id, u2.business_day,
         'exact', jsonb_build_array(jsonb_build_object('file', $1::bigint, 'line', 44))
       from paydesk.recon_units u1, paydesk.recon_units u2
       where u1.business_day = '2026-11-27' and u2.business_day = '2026-11-30'`,
      [file?.id],
    );
    return follow(parseDay('2026-11-30') ?? 0);
  };

  it('is resolved by the run of a later day, which names file and line', async () => {
    const { resolved } = await answerNextMonday();
    expect(resolved).toMatchObject([
      {
        id: 'BRK-1',
        state: 'resolved',
        resolution: { rule: 'exact', line: { fileName: 'northpay_30.csv', line: 44 }, by: null },
      },
    ]);
    expect((await follow()).reopened).toBe(0);
  });

  it.each<[string, Record<string, string>, string]>([
    ['at the limit', { EUR: '12000' }, 'resolved'],
    ['above it', { EUR: '11999' }, 'open'],
    ['where another currency has one', { USD: '1' }, 'resolved'],
  ])('%s of what is resolved without a person is %s', async (_size, limits, state) => {
    resolvedAlone = limits;
    const { answered, resolvedCount } = await answerNextMonday();
    expect(await all()).toMatchObject([{ id: 'BRK-1', state }]);
    expect(resolvedCount).toBe(state === 'resolved' ? 1 : 0);
    const said = answered.map(({ found, by }) => `${found.id} ${by}`);
    expect(said).toEqual(state === 'open' ? ['BRK-1 northpay_30.csv, line 44 (exact)'] : []);
    expect((await follow(parseDay('2026-11-30') ?? 0)).answered, 'said once').toEqual([]);
    resolvedAlone = {};
  });

  it('is resolved by a corrected file of its own day, and reopened when a newer run finds it again', async () => {
    await run('2026-11-27', [missing]);
    await follow();
    await run('2026-11-27', []);
    expect(await follow()).toMatchObject({ resolvedCount: 1 });
    await run('2026-11-27', [missing]);
    expect(await follow()).toMatchObject({ opened: 0, reopened: 1 });
    expect((await breaks().eventsOf('BRK-1')).map(({ kind }) => kind)).toEqual([
      'opened',
      'resolved',
      'reopened',
    ]);
  });

  it('stays as a person left it: what was written off or explained is not opened again', async () => {
    await run('2026-11-27', [missing]);
    await follow();
    await resolveBreak(life(), { id: 'BRK-1', personId: 'U1MEI', why: 'Booked by hand' });
    expect(await follow()).toMatchObject({ opened: 0, reopened: 0 });
    expect(await all()).toMatchObject([{ state: 'resolved', resolution: { by: 'U1MEI' } }]);
  });
});

describe('people and breaks', () => {
  beforeEach(async () => {
    await run('2026-11-27', [missing]);
    await follow();
  });

  it('who takes one owns it, who takes it over does, who gives it back does not', async () => {
    expect(await takeBreak(life(), 'BRK-1', 'U1MEI')).toMatchObject({
      state: 'owned',
      ownerId: 'U1MEI',
      hasCard: true,
    });
    expect(await takeBreak(life(), 'BRK-1', 'U2LARS')).toMatchObject({ ownerId: 'U2LARS' });
    expect(await releaseBreak(life(), 'BRK-1', 'U2LARS')).toMatchObject({ state: 'open', ownerId: null });
    expect(shown.map(({ news }) => news?.kind)).toEqual(['taken', 'taken', 'released']);
  });

  it('taking it twice says it once', async () => {
    await takeBreak(life(), 'BRK-1', 'U1MEI');
    await takeBreak(life(), 'BRK-1', 'U1MEI');
    expect(shown).toHaveLength(1);
  });

  it('a closed one is neither taken nor explained, and is reopened only with a reason', async () => {
    await resolveBreak(life(), { id: 'BRK-1', personId: 'U1MEI', why: 'Booked by hand' });
    await expect(takeBreak(life(), 'BRK-1', 'U2LARS')).rejects.toMatchObject({ code: 'conflict' });
    await expect(reopenBreak(life(), { id: 'BRK-1', personId: 'U2LARS', why: ' ' })).rejects.toMatchObject({
      code: 'invalid',
    });
    expect(await reopenBreak(life(), { id: 'BRK-1', personId: 'U2LARS', why: 'It is not' })).toMatchObject({
      state: 'open',
    });
  });

  it('each step is in the audit log with its reason', async () => {
    await resolveBreak(life(), { id: 'BRK-1', personId: 'U1MEI', why: 'Booked by hand' });
    const entries = await database.query(
      'select row_to_json(entry)::text as text from paydesk.audit_entries entry',
    );
    expect(JSON.stringify(entries)).toMatch(/break\.resolved.*Booked by hand/);
  });

  it('history is only added to', async () => {
    await expect(database.query(`update paydesk.break_events set text = 'x'`)).rejects.toThrow();
    await expect(database.query('delete from paydesk.break_events')).rejects.toThrow();
  });
});

describe('what is open', () => {
  it('is counted by day, kind and currency, and listed by what matters in each currency', async () => {
    await run('2026-11-27', [
      missing,
      { identity: 'b', kind: 'amount', minor: 300 },
      { identity: 'c', kind: 'amount', currency: 'JPY', minor: 5_000 },
    ]);
    await follow();
    expect(await breaks().openCounts('northpay')).toMatchObject([
      { kind: 'amount', currency: 'EUR', count: 1, material: 0, absoluteMinor: 300n },
      { kind: 'amount', currency: 'JPY', count: 1, material: 0, absoluteMinor: 5_000n },
      { kind: 'missing_at_partner', currency: 'EUR', count: 1, material: 1, absoluteMinor: 12_000n },
    ]);
    expect((await all()).map(({ differenceMinor }) => differenceMinor)).toEqual([-12_000n, 5_000n, 300n]);
    expect(await breaks().count({ kind: 'amount', currency: 'EUR' })).toBe(1);
  });

  it.each([
    [0, '0–1 days'],
    [1, '0–1 days'],
    [2, '2–3 days'],
    [4, '4–7 days'],
    [8, '8–30 days'],
    [31, 'over 30 days'],
  ])('is %d days old: %s', (age, bucket) => {
    expect(ageBucket(day, day + age)).toBe(bucket);
  });
});

describe('a business day', () => {
  it('is signed off and opened again in its history, which is only added to', async () => {
    const days = createDays(database);
    const key = { partner: 'northpay', businessDay: day };
    await database.run(async (tx) => {
      const state = await days.take(tx, key);
      await days.put(
        tx,
        { ...state, signedBy: 'U1MEI', signedAt: tx.now },
        { actor: 'U1MEI', kind: 'signed', text: '' },
      );
    });
    expect(await days.find(key)).toMatchObject({ signedBy: 'U1MEI' });
    expect(await days.eventsOf(key)).toMatchObject([{ kind: 'signed', actor: 'U1MEI' }]);
    await expect(database.query('delete from paydesk.recon_day_events')).rejects.toThrow();
  });
});
