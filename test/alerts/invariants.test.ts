/**
 * Invariants: boundary tables, a drift of one minor unit in seeded books, and alerts that open, go on and close, on the real
 * database.
 */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkInvariantsJob } from '../../jobs/check-invariants.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createInvariantSources } from '../../src/adapters/books/invariant-sources.js';
import { breachesOf } from '../../src/alerts/invariants/check.js';
import { shippedInvariants } from '../../src/alerts/invariants/shipped.js';
import { createInvariantWatch } from '../../src/alerts/invariants/watch.js';
import { dismiss } from '../../src/alerts/life.js';
import { dayMs, fixedClock, hourMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { parseRational, rational, rationalText, type Rational } from '../../src/kernel/rational.js';
import type { Invariant, InvariantRule, Reading } from '../../src/ports/invariants.js';
import { startOutboxBench, type OutboxBench } from '../outbox/support.js';
import { depsOn, stageOn } from './support.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

const now = new Date('2026-11-20T12:00:00Z');

const exact = (text: string): Rational => {
  const read = parseRational(text);
  if (read.ok) return read.value;
  throw new Error(text);
};

/** `EUR=100.00` */
const row = (text: string): Reading => {
  const [key = '', value = '', since] = text.split('=');
  return { key, value: exact(value), since: since === undefined ? null : new Date(since) };
};

const sources = (count: number): Invariant['sources'] =>
  ['ours', 'theirs', 'third'].slice(0, count).map((name) => ({ name, sql: '' }));

const check = (rule: InvariantRule, ...tables: string[][]): string[] =>
  breachesOf(
    { rule, sources: sources(tables.length) },
    tables.map((rows) => rows.map(row)),
    now,
  ).map(({ words }) => words);

const sum: InvariantRule = { kind: 'equation', factors: [exact('1'), exact('-1')], equals: exact('0') };
const agree: InvariantRule = { kind: 'agreement', within: exact('0.05') };
const cover: InvariantRule = { kind: 'cover', atLeast: exact('1'), atMost: exact('1.05') };
const rate: InvariantRule = { kind: 'rate', within: exact('0.02') };
const bounds: InvariantRule = { kind: 'bounds', atLeast: exact('-10'), atMost: null };
const stale: InvariantRule = { kind: 'stale', afterMs: dayMs };
const ago = (ms: number): string => new Date(now.getTime() - ms).toISOString();

describe('boundaries are exact', () => {
  it.each<[string, InvariantRule, string[][], string[]]>([
    ['equal', sum, [['EUR=100'], ['EUR=100.00']], []],
    ['one unit less', sum, [['EUR=99.99'], ['EUR=100']], ['EUR: differs by -0.01']],
    ['beyond a float', sum, [['EUR=9007199254740993'], ['EUR=9007199254740992']], ['EUR: differs by 1']],
    [
      'tenths that floats lose',
      sum,
      [['EUR=0.3'], ['EUR=0.30000000000000000001']],
      ['EUR: differs by -0.00000000000000000001'],
    ],
    ['a key that one does not have', sum, [['EUR=0', 'USD=0'], ['EUR=0']], ['USD: theirs has no value']],
    ['a source without rows', sum, [['EUR=0'], []], ['theirs returned nothing', 'EUR: theirs has no value']],
    ['nothing at all', sum, [[], []], ['ours returned nothing', 'theirs returned nothing']],
    ['a key twice', sum, [['EUR=1', 'EUR=1'], ['EUR=1']], ['EUR: ours lists it twice']],
    ['as far apart as allowed', agree, [['A=1.00'], ['A=1.05'], ['A=1.02']], []],
    [
      'a hair further',
      agree,
      [['A=1.00'], ['A=1.0501'], ['A=1.02']],
      ['A: theirs 1.0501, ours 1: 0.0501 apart'],
    ],
    ['covered to the cent', cover, [['EUR=100'], ['EUR=100']], []],
    ['a cent short', cover, [['EUR=99.99'], ['EUR=100']], ['EUR: ratio 0.9999 is 0.0001 below 1']],
    ['at the upper bound', cover, [['EUR=105'], ['EUR=100']], []],
    [
      'above it by a third of nothing',
      cover,
      [['EUR=316'], ['EUR=300']],
      ['EUR: ratio 79/75 is 1/300 above 1.05'],
    ],
    ['nothing owed', cover, [['EUR=5'], ['EUR=0']], []],
    ['nothing owed, and a debt', cover, [['EUR=-1'], ['EUR=0']], ['EUR: ours is negative: -1']],
    ['less than nothing owed', cover, [['EUR=5'], ['EUR=-3']], ['EUR: theirs is negative: -3']],
    ['at the edge of the reference', rate, [['EURUSD=1.02'], ['EURUSD=1']], []],
    [
      'beyond it',
      rate,
      [['EURUSD=0.9799'], ['EURUSD=1']],
      ['EURUSD: 0.9799 differs from its reference 1 by more than 0.02 of it'],
    ],
    ['a reference of nothing', rate, [['EURUSD=1'], ['EURUSD=0']], ['EURUSD: its reference is 0']],
    ['at the bound', bounds, [['EUR=-10']], []],
    ['below the bound', bounds, [['EUR=-10.01']], ['EUR: value -10.01 is 0.01 below -10']],
    ['moved a day ago', stale, [[`hold=5=${ago(dayMs)}`]], []],
    ['moved longer ago', stale, [[`hold=5=${ago(dayMs + hourMs)}`]], ['hold: 5 for 1 d 1 h']],
    ['zero for ever', stale, [[`hold=0=${ago(90 * dayMs)}`]], []],
    ['unknown since when', stale, [['hold=5']], ['hold: 5, without the time of its last change']],
    ['nothing found', { kind: 'nothing' }, [[]], []],
    ['something found', { kind: 'nothing' }, [['E-1=2']], ['E-1: 2']],
  ])('%s', (_name, rule, tables, words) => {
    expect(check(rule, ...tables)).toEqual(words);
  });
});

describe('the books', () => {
  let own: TestDatabase;
  let books: Database;

  beforeAll(async () => {
    own = await createEmptyDatabase();
    books = openDatabase({ url: own.url, clock: fixedClock(now.toISOString()), log: silentLog });
    await books.query(`create table payment_attempts (attempt_id text, payment_id text, partner text, method text,
      country text, currency text, amount_minor bigint, status text, latency_ms int, created_at timestamptz)`);
    await books.query(`create table ledger_entries (entry_id text, account text, direction text, amount_minor bigint,
      currency text, kind text, partner text, payment_id text, reference text, batch_id text, business_day date,
      booked_at timestamptz)`);
  });
  beforeEach(() => seed(200));
  afterAll(async () => {
    await books.close();
    await own.drop();
  });

  /** Bookings of a month, each with its attempt. */
  async function seed(count: number): Promise<void> {
    await books.query('truncate payment_attempts, ledger_entries');
    await books.query(
      `insert into payment_attempts
       select 'att_' || n, 'pi_' || n, 'northpay', 'card', 'DE', 'EUR', 100 + n * 7, 'succeeded', 80,
         $1::timestamptz - n * interval '3 hours'
       from generate_series(1, $2::int) n`,
      [now, count],
    );
    await books.query(
      `insert into ledger_entries
       select 'bk_' || n || side.suffix, side.account, side.direction, 100 + n * 7,
         case when n % 3 = 0 then 'USD' else 'EUR' end, 'capture', 'northpay', 'pi_' || n, 'ref_' || n, null,
         ($1::timestamptz - n * interval '3 hours')::date, $1::timestamptz - n * interval '3 hours'
       from generate_series(1, $2::int) n,
         (values ('-d', 'clearing:northpay', 'debit'), ('-c', 'revenue', 'credit')) as side (suffix, account, direction)`,
      [now, count],
    );
  }

  const broken = async (): Promise<Record<string, string[]>> => {
    const read = createInvariantSources(books);
    const found = await Promise.all(
      shippedInvariants.map(async (invariant) => {
        const breaches = breachesOf(invariant, await read.read(invariant, now), now);
        return [invariant.id, breaches.map(({ words }) => words)] as const;
      }),
    );
    return Object.fromEntries(found.filter(([, words]) => words.length > 0));
  };

  it('hold at rest', async () => {
    expect(await broken()).toEqual({});
  });

  it('a drift of one minor unit is always found', async () => {
    const entry = fc.record({
      at: fc.integer({ min: 1, max: 200 }),
      side: fc.constantFrom('-d', '-c'),
      drift: fc.constantFrom(-1, 1),
    });
    await fc.assert(
      fc.asyncProperty(entry, async ({ at, side, drift }) => {
        const id = `bk_${at}${side}`;
        const change = 'update ledger_entries set amount_minor = amount_minor + $2 where entry_id = $1';
        await books.query(change, [id, drift]);
        const difference = rationalText(rational(BigInt(side === '-d' ? drift : -drift)));
        const currency = at % 3 === 0 ? 'USD' : 'EUR';
        const { 'ledger-balanced': balance, 'one-sided-bookings': sides } = await broken();
        await books.query(change, [id, -drift]);
        expect(balance).toEqual([`${currency}: differs by ${difference}`]);
        // It looks back a week only.
        if (at <= 50) expect(sides).toEqual([`ref_${at} ${currency}: ${difference}`]);
      }),
      { numRuns: 40 },
    );
  });

  it.each<[string, string, string[]]>([
    [
      'two drifts that cancel out',
      `update ledger_entries set amount_minor = amount_minor + case reference when 'ref_1' then 1 else -1 end
       where reference in ('ref_1', 'ref_2') and direction = 'debit'`,
      ['one-sided-bookings'],
    ],
    [
      'an entry that is there twice',
      `insert into ledger_entries select * from ledger_entries where reference = 'ref_4'`,
      ['duplicate-entries'],
    ],
    [
      'a side that is neither debit nor credit',
      `update ledger_entries set direction = 'x' where entry_id = 'bk_1-d'`,
      ['ledger-balanced', 'one-sided-bookings'],
    ],
    [
      'an attempt that is there twice',
      `insert into payment_attempts select * from payment_attempts where attempt_id = 'att_3'`,
      ['duplicate-attempts'],
    ],
    ['a capture of nothing', `delete from payment_attempts where payment_id = 'pi_5'`, ['orphan-captures']],
    ['no bookings for days', `delete from ledger_entries where booked_at > '2026-11-18'`, ['ledger-current']],
    ['an empty ledger', 'truncate ledger_entries', ['ledger-balanced', 'ledger-current']],
  ])('%s', async (_name, sql, ids) => {
    await books.query(sql);
    expect(Object.keys(await broken()).sort()).toEqual(ids);
  });

  it('amounts in another unit, and a day without bookings', async () => {
    await seed(900);
    await books.query(
      `insert into payment_attempts select 'new_' || n, 'pi_1', 'northpay', 'card', 'DE', 'EUR', 100000,
      'succeeded', 1, $1::timestamptz - interval '1 hour' from generate_series(1, 30) n`,
      [now],
    );
    await books.query(
      `insert into payment_attempts select 'old_' || n, 'pi_1', 'northpay', 'card', 'DE', 'EUR', 1000,
      'succeeded', 1, $1::timestamptz - interval '3 days' from generate_series(1, 300) n`,
      [now],
    );
    expect(Object.keys(await broken())).toEqual(['unit-jumps']);
    await books.query(`delete from ledger_entries where business_day = '2026-11-10'`);
    expect((await broken())['ledger-gaps']).toEqual(['northpay 2026-11-10: 1']);
  });

  it('reads no value that is not exact, and bounds what it reads', async () => {
    const read = createInvariantSources(books);
    const of = (sql: string): Promise<unknown> =>
      read.read(
        { id: 'x', name: 'X', rule: { kind: 'nothing' }, sources: [{ name: 'x', sql }], movedSql: null },
        now,
      );
    await expect(of(`select 'a' as key, 1e300::float8 as value`)).rejects.toMatchObject({
      code: 'misconfigured',
    });
    await expect(of(`select null as key, 1 as value`)).rejects.toMatchObject({ code: 'misconfigured' });
    await expect(of(`select n as key, n as value from generate_series(1, 20001) n`)).rejects.toMatchObject({
      code: 'misconfigured',
    });
    expect(await of(`select 'a' as key, '0.1'::numeric as value`)).toEqual([[row('a=0.1')]]);
  });
});

describe('alerts', () => {
  let bench: OutboxBench;
  let amount: string | null;
  beforeEach(async () => {
    bench = await startOutboxBench({ rateLimits: false });
    amount = '0';
  });
  afterEach(() => bench.close());

  const invariant: Invariant = {
    id: 'ledger-balanced',
    name: 'Ledger balanced',
    rule: { kind: 'equation', factors: [rational(1n)], equals: rational(0n) },
    sources: [{ name: 'ledger', sql: '' }],
    movedSql: '',
  };

  const deps = () => ({
    ...depsOn(stageOn(bench)),
    invariants: [invariant, { ...invariant, id: 'other' }],
    sources: {
      read: ({ id }: Invariant) => {
        if (id === 'other') return Promise.resolve([[row('EUR=0')]]);
        if (amount === null) return Promise.reject(new OpsError('unavailable', 'The books are slow.'));
        return Promise.resolve([[row(`EUR=${amount}`)]]);
      },
      moved: () => Promise.resolve(['booked_at 2026-11-20, reference ref_1']),
    },
  });
  const run = async (): Promise<string[]> => {
    const alerts = createInvariantWatch(deps());
    await checkInvariantsJob.run(now, { alerts }, silentLog);
    return (await deps().alerts.active(null)).map(
      ({ metric, kind, facts }) => `${metric} ${kind} ${facts.reason}`,
    );
  };

  it('open with the difference and the rows, follow it, and close when it holds again', async () => {
    expect(await run()).toEqual([]);
    amount = '0.01';
    expect(await run()).toEqual(['ledger-balanced invariant EUR: differs by 0.01']);
    expect((await deps().alerts.read('ALR-1')).facts.findings).toEqual([
      'EUR: differs by 0.01',
      '  booked_at 2026-11-20, reference ref_1',
    ]);
    amount = '0.02';
    expect(await run()).toEqual(['ledger-balanced invariant EUR: differs by 0.02']);
    amount = '0';
    expect(await run()).toEqual([]);
    expect((await deps().alerts.read('ALR-1')).state).toBe('resolved');
  });

  it('what cannot be checked is reported, and closes nothing', async () => {
    amount = '1';
    await run();
    amount = null;
    expect(await run()).toEqual([
      'ledger-balanced invariant EUR: differs by 1',
      'ledger-balanced unreadable The books are slow.',
    ]);
    amount = '1';
    expect(await run()).toEqual(['ledger-balanced invariant EUR: differs by 1']);
  });

  it('what a person called no anomaly is not raised again, until it differs otherwise', async () => {
    amount = '1';
    await run();
    await dismiss(deps(), 'ALR-1', 'U1ANA');
    expect(await run()).toEqual([]);
    amount = '2';
    expect(await run()).toEqual(['ledger-balanced invariant EUR: differs by 2']);
  });

  it('does nothing without books', async () => {
    await checkInvariantsJob.run(now, { alerts: null }, silentLog);
    expect(await deps().alerts.active(null)).toEqual([]);
  });
});
