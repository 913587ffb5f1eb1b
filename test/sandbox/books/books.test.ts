/** The books hold exactly what the world says, however they got there, and let Paydesk read two views only. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBooks, type Books } from '../../../sandbox/books/books.js';
import { dayOf } from '../../../sandbox/world/calendar.js';
import { createManualClock, dayMs, hourMs, hourOf } from '../../../sandbox/world/clock.js';
import { createScenarios } from '../../../sandbox/world/scenarios.js';
import { createWorld, historyHours, type World } from '../../../sandbox/world/world.js';
import { startPaymentsApi } from '../../../sandbox/payments-api/server.js';
import { createEmptyDatabase, type TestDatabase } from '../../support/postgres.js';

const startMs = Date.UTC(2026, 10, 18, 11, 30);
const log = (): void => undefined;
const seed = 'books';

let database: TestDatabase;
let url: string;
let world: World;
let books: Books;
let reader: pg.Client;

/** The world of the books that were opened last. */
let opened: World;
const open = (atMs: number, otherSeed = seed): Promise<Books> => {
  opened = createWorld({ seed: otherSeed, attemptsPerHour: 8 });
  return openBooks({ url, world: opened, clock: createManualClock(new Date(atMs)), log, tickMs: 0 });
};

/** A fingerprint of what Paydesk can see of the eight weeks before a time, and of the ledger of the last weeks. */
async function fingerprint(atMs: number): Promise<unknown> {
  const firstMs = (hourOf(atMs) - historyHours) * hourMs;
  const attempts = await reader.query<{ n: string; sum: string }>(
    `select count(*) n, md5(string_agg(a::text, '' order by attempt_id)) sum from payment_attempts a
     where created_at >= $1`,
    [new Date(firstMs)],
  );
  const entries = await reader.query<{ n: string; sum: string }>(
    `select count(*) n, md5(string_agg(e::text, '' order by entry_id)) sum from ledger_entries e where booked_at > $1`,
    [new Date(startMs - 20 * 24 * hourMs)],
  );
  return { attempts: attempts.rows[0], entries: entries.rows[0] };
}

beforeAll(async () => {
  database = await createEmptyDatabase();
  url = database.url.reveal();
  world = createWorld({ seed, attemptsPerHour: 8 });
  books = await open(startMs);
  reader = new pg.Client({ connectionString: books.readerUrl });
  await reader.connect();
});

afterAll(async () => {
  await reader.end();
  await books.close();
  await database.drop();
});

describe('the first load', () => {
  it('holds the attempts of eight weeks up to now, and not one of the future', async () => {
    const now = hourOf(startMs);
    let expected = 0;
    for (let hour = now - historyHours; hour <= now; hour += 1)
      expected += world.attemptsOfHour(hour).filter(({ attempt }) => attempt.createdMs <= startMs).length;
    const found = await reader.query<{ n: string; last: Date }>(
      'select count(*) n, max(created_at) last from payment_attempts',
    );
    expect(Number(found.rows[0]!.n)).toBe(expected);
    expect(found.rows[0]!.last.getTime()).toBeLessThanOrEqual(startMs);
  });

  it('balances debits and credits per kind, reference and currency', async () => {
    const off = await reader.query(
      `select kind, reference, currency from ledger_entries group by 1, 2, 3
       having sum(case direction when 'debit' then amount_minor else -amount_minor end) <> 0`,
    );
    expect(off.rows).toEqual([]);
    const kinds = await reader.query<{ kind: string }>('select distinct kind from ledger_entries order by 1');
    expect(kinds.rows.map(({ kind }) => kind)).toEqual(['capture', 'dispute', 'fee', 'payout', 'refund']);
  });

  it('returns a clearing account to zero for every batch that is paid', async () => {
    const off = await reader.query<{ n: string; wrong: string }>(
      `with batches as (
         select batch_id, sum(case direction when 'debit' then amount_minor else -amount_minor end) as rest
         from ledger_entries where account like 'clearing:%' and batch_id is not null and partner <> 'northpay'
         group by 1 having bool_or(kind = 'payout'))
       select count(*) n, count(*) filter (where rest <> 0) wrong from batches`,
    );
    expect(Number(off.rows[0]!.n)).toBeGreaterThan(300);
    expect(off.rows[0]!.wrong).toBe('0');
  });

  it('gives every success at an immediate method its capture', async () => {
    const lost = await reader.query(
      `select attempt_id from payment_attempts a where status = 'succeeded' and method <> 'card'
         and completed_at < $1 and not exists
         (select from ledger_entries e where e.payment_id = a.payment_id and e.kind = 'capture')
         and partner <> 'northpay'`,
      [new Date(startMs)],
    );
    expect(lost.rows).toEqual([]);
  });
});

describe('the reader', () => {
  it.each([
    ['delete from payment_attempts', 'writing'],
    ['select * from books.attempts', 'the tables beneath'],
    ['create table t (a int)', 'making tables'],
  ])('may not: %s (%s)', async (sql) => {
    await expect(reader.query(sql)).rejects.toThrow(/permission denied|read-only/);
  });

  it.each([
    'payment_id',
    'charge_id',
    'order_id',
    'arn',
    'rrn',
    'network_transaction_id',
    'lower(customer_email)',
  ])('finds an attempt by %s through an index', async (column) => {
    const plan = await reader.query<{ 'QUERY PLAN': string }>(
      `explain select * from payment_attempts where ${column} = 'x'`,
    );
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index/);
  });
});

describe('as the clock moves', () => {
  const laterMs = startMs + 30 * hourMs;

  it('reaches the same books in many steps, in one step after a restart, and in a fresh load', async () => {
    for (const hours of [0.01, 1, 1.5, 7, 7, 20]) await books.advance(startMs + hours * hourMs);
    await books.advance(startMs);
    await books.close();
    books = await open(laterMs);
    const grown = await fingerprint(laterMs);
    const pending = await reader.query(
      `select from payment_attempts where status = 'pending' and partner = 'northpay'
      and created_at < $1`,
      [new Date(laterMs - hourMs)],
    );
    expect(pending.rows).toEqual([]);
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    // What a crash of the server leaves of unlogged tables.
    await owner.query('truncate books.state, books.attempts, books.bookings');
    // Until they are loaded again there is no answer, where an empty one would say that nothing ever happened.
    for (const view of ['payment_attempts', 'ledger_entries'])
      await expect(reader.query(`select count(*) from ${view}`)).rejects.toMatchObject({ code: '57P03' });
    await owner.end();
    await books.advance(laterMs);
    expect(await fingerprint(laterMs)).toEqual(grown);
  });

  it('takes what was done through the payments API, once', async () => {
    const clock = createManualClock(new Date(laterMs));
    const api = await startPaymentsApi({ port: 0, host: '127.0.0.1', world, clock, apiKey: 'sk_test', log });
    const recorded: Promise<void>[] = [];
    api.onChange((change) => recorded.push(books.record(change), books.record(change)));
    const answer = await fetch(`${api.baseUrl}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test' },
      body: new URLSearchParams({
        amount: '4321',
        currency: 'eur',
        confirm: 'true',
        payment_method: 'pm_card_visa',
      }),
    });
    const { id } = (await answer.json()) as { id: string };
    await api.close();
    await Promise.all(recorded);
    const attempts = await reader.query(
      'select status, currency, amount_minor from payment_attempts where payment_id = $1',
      [id],
    );
    expect(attempts.rows).toEqual([{ status: 'succeeded', currency: 'EUR', amount_minor: '4321' }]);
    const entries = await reader.query(
      'select account, direction, amount_minor from ledger_entries where payment_id = $1 order by direction',
      [id],
    );
    expect(entries.rows).toEqual([
      { account: 'revenue', direction: 'credit', amount_minor: '4321' },
      { account: 'clearing:northpay', direction: 'debit', amount_minor: '4321' },
    ]);
    await books.advance(laterMs + hourMs);
  });

  it('loads again when the seed is another', async () => {
    await books.close();
    books = await open(laterMs, 'another');
    const foreign = createWorld({ seed: 'another', attemptsPerHour: 8 });
    const sample = foreign.attemptsOfHour(hourOf(laterMs) - 5)[0]!;
    const found = await reader.query('select from payment_attempts where order_id = $1', [
      sample.order.orderId,
    ]);
    expect(found.rowCount).toBeGreaterThan(0);
  });
});

describe('a disturbed world', () => {
  const atMs = startMs + 48 * hourMs;
  /** What a fresh database would hold of the same, disturbed world. */
  const freshFingerprint = async (): Promise<unknown> => {
    await forget();
    await books.advance(atMs);
    return fingerprint(atMs);
  };
  /** The next step loads everything anew. */
  const forget = async (): Promise<void> => {
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    await owner.query('truncate books.state');
    await owner.end();
  };
  const run = (target: World, atTime = atMs): ReturnType<typeof createScenarios> =>
    createScenarios({
      world: target,
      clock: createManualClock(new Date(atTime)),
      putObjects: () => undefined,
      happen: () => Promise.resolve(null),
    });

  beforeAll(async () => {
    await books.close();
    books = await open(atMs, 'disturbed');
  });

  it.each([
    ['slow-drift', { partner: 'northpay' }],
    ['short-paid-settlement', { partner: 'adria' }],
    ['duplicate-capture', { partner: 'northpay' }],
    ['dispute-wave', {}],
    ['webhook-delay', { partner: 'halcyon' }],
    ['partner-outage', { partner: 'northpay' }],
    ['country-degrading', { partner: 'northpay' }],
  ])('%s %j rewrites the books as a fresh load would write them', async (name, params) => {
    const before = await fingerprint(atMs);
    const scenarios = run(opened);
    await scenarios.start(name, params);
    const rewritten = await fingerprint(atMs);
    if (['slow-drift', 'dispute-wave'].includes(name)) expect(rewritten).not.toEqual(before);
    expect(await freshFingerprint()).toEqual(rewritten);
    await scenarios.stop(name);
  });

  it('is remembered: after a restart the same runs and the books go on as one', async () => {
    await run(opened).start('partner-outage', { partner: 'adria' });
    await books.advance(atMs + 2 * hourMs);
    const before = await fingerprint(atMs + 2 * hourMs);
    const was = opened.disturbances.list();
    await books.close();
    books = await open(atMs + 2 * hourMs, 'disturbed');
    expect(opened.disturbances.list()).toEqual(was);
    expect(
      run(opened)
        .list()
        .find(({ name }) => name === 'partner-outage')?.running,
    ).toBe(true);
    expect(await fingerprint(atMs + 2 * hourMs)).toEqual(before);
    const failed = await reader.query<{ share: number }>(
      `select avg((status = 'failed')::int)::float as share from payment_attempts where partner = 'adria' and created_at > $1`,
      [new Date(atMs)],
    );
    expect(failed.rows[0]!.share).toBeGreaterThan(0.4);
  });

  it('fills up a time in which a payment that is captured by hand is captured twice, as after a night', async () => {
    await run(opened, atMs + 2 * hourMs).start('duplicate-capture', { partner: 'northpay' });
    const isTwice = (hour: number): boolean => {
      const byHand = opened
        .movementsOfHour(hour)
        .filter(({ kind, order }) => kind === 'capture' && order.captureMethod === 'manual');
      return new Set(byHand.map(({ order }) => order.orderId)).size < byHand.length;
    };
    let hour = hourOf(atMs) + 3;
    while (!isTwice(hour)) hour += 1;
    const nextMs = (hour + 1) * hourMs;
    await books.advance(nextMs);
    const filledUp = await fingerprint(nextMs);
    await forget();
    await books.advance(nextMs);
    expect(await fingerprint(nextMs)).toEqual(filledUp);
  });
});

describe('what was written through the payments API', () => {
  it('is known to the API and to the books after both were restarted and the books were made again', async () => {
    const atMs = startMs + 60 * hourMs;
    const clock = createManualClock(new Date(atMs));
    const options = { port: 0, host: '127.0.0.1', clock, apiKey: 'sk_test', log };
    const headers = { authorization: 'Bearer sk_test' };
    const first = await startPaymentsApi({ ...options, world: opened, memory: books.memory });
    const unfollow = first.onChange((change) => void books.record(change));
    const body = new URLSearchParams({
      amount: '777',
      currency: 'eur',
      confirm: 'true',
      payment_method: 'pm_card_visa',
    });
    const answer = await fetch(`${first.baseUrl}/v1/payment_intents`, { method: 'POST', headers, body });
    const intent = (await answer.json()) as { id: string; latest_charge: string };
    const keyed = { ...headers, 'idempotency-key': 'rem_1:refund:1' };
    const refund = async (baseUrl: string): Promise<unknown> => {
      const form = new URLSearchParams({ payment_intent: intent.id, amount: '77' });
      return (await fetch(`${baseUrl}/v1/refunds`, { method: 'POST', headers: keyed, body: form })).json();
    };
    const refunded = await refund(first.baseUrl);
    const northpay = opened.partners.find(({ id }) => id === 'northpay')!;
    const carried = (): unknown[] =>
      [1, 2, 3, 4, 5].flatMap((ahead) => opened.written.ofPayouts(northpay, dayOf(atMs, 0) + ahead));
    const paidOut = carried();
    first.putObjects([{ id: 'dp_imported', object: 'dispute' }]);
    const look = async (baseUrl: string, path: string): Promise<unknown> =>
      (await fetch(`${baseUrl}/v1/${path}`, { headers })).json();
    const charge = await look(first.baseUrl, `charges/${intent.latest_charge}`);
    const rows = async (): Promise<unknown[]> =>
      [
        ...(await reader.query('select * from payment_attempts where payment_id = $1', [intent.id])).rows,
        ...(
          await reader.query('select * from ledger_entries where payment_id = $1 order by entry_id', [
            intent.id,
          ])
        ).rows,
      ] as unknown[];
    unfollow();
    await first.close();
    await books.close();
    const written = await rows();
    expect(written).toHaveLength(5);
    expect(paidOut).toMatchObject([
      { kind: 'capture', amountMinor: 777 },
      { kind: 'refund', amountMinor: -77 },
    ]);
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    await owner.query('truncate books.state, books.attempts, books.bookings');
    await owner.end();

    books = await open(atMs, 'disturbed');
    expect(carried()).toEqual(paidOut);
    const second = await startPaymentsApi({ ...options, world: opened, memory: books.memory });
    const recorded: Promise<void>[] = [];
    second.onChange((change) => recorded.push(books.record(change)));
    await Promise.all(recorded);
    expect(await look(second.baseUrl, `charges/${intent.latest_charge}`)).toEqual(charge);
    expect(await look(second.baseUrl, 'disputes/dp_imported')).toEqual({
      id: 'dp_imported',
      object: 'dispute',
    });
    expect(await refund(second.baseUrl)).toEqual(refunded);
    expect(await rows()).toEqual(written);
    await second.close();
    expect(await books.memory.loadAnswers()).toMatchObject([{ key: 'rem_1:refund:1', atMs }]);
    clock.advance(dayMs);
    await (await startPaymentsApi({ ...options, world: opened, memory: books.memory })).close();
    await books.advance(atMs);
    expect(await books.memory.loadAnswers()).toEqual([]);
  });
});
