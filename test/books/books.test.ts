/**
 * The books adapter on a real PostgreSQL, on the very tables, views and rights that docs/connect-your-books.md gives.
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { booksColumns, createBooks } from '../../src/adapters/books/books.js';
import { postgresBooks } from '../../src/adapters/postgres/books-dialect.js';
import { createEvidenceViews, evidenceColumns } from '../../src/adapters/books/evidence-views.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { money } from '../../src/kernel/money.js';
import { Secret } from '../../src/kernel/secret.js';
import type { AttemptReference, Books } from '../../src/ports/books.js';
import type { EvidenceViews } from '../../src/ports/evidence-views.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

const page = readFileSync(new URL('../../docs/connect-your-books.md', import.meta.url), 'utf8');
const [schema = '', rights = '', optional = ''] = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(
  ([, sql = '']) => sql,
);

let testDatabase: TestDatabase;
let owner: pg.Client;
let database: Database;
let books: Books;
let evidence: EvidenceViews;

/** The role is the whole server's: its name carries this database's, and it goes when the file ends. */
let role: string;

beforeAll(async () => {
  testDatabase = await createEmptyDatabase();
  const url = new URL(testDatabase.url.reveal());
  role = `reader_${url.pathname.slice(1)}`;
  owner = new pg.Client({ connectionString: url.href });
  await owner.connect();
  await owner.query(schema);
  await owner.query(rights.replaceAll('paydesk_books', role));
  await owner.query(optional.replaceAll('paydesk_books', role));
  url.username = role;
  url.password = 'choose-one';
  database = openDatabase({
    url: new Secret(url.href),
    clock: systemClock,
    log: silentLog,
    readOnly: true,
    setting: 'BOOKS_DATABASE_URL',
  });
  books = createBooks(postgresBooks(database));
  evidence = createEvidenceViews(postgresBooks(database), silentLog);
});

afterAll(async () => {
  await database.close();
  await owner.query(`drop owned by ${role}`);
  await owner.query(`drop role ${role}`);
  await owner.end();
  await testDatabase.drop();
});

beforeEach(async () => {
  await owner.query('truncate books.attempts, books.entries');
});

const attemptRow = {
  attempt_id: 'att_1',
  order_id: 'ORD-1',
  payment_id: 'pi_1',
  charge_id: 'ch_1',
  partner: 'northpay',
  method: 'card',
  country: 'DE',
  currency: 'EUR',
  amount_minor: '1999',
  status: 'succeeded',
  decline_code: null,
  error_origin: null,
  customer_email: 'Ana@Example.com',
  card_last4: '4242',
  arn: '74208476043031234567890',
  rrn: '123456789012',
  network_transaction_id: 'MCC1',
  latency_ms: 120,
  created_at: '2026-11-03T10:00:00Z',
  completed_at: null,
};
const entryRow = {
  entry_id: 'e_1',
  account: 'clearing',
  direction: 'debit',
  amount_minor: '1999',
  currency: 'EUR',
  kind: 'capture',
  partner: 'northpay',
  payment_id: 'pi_1',
  reference: 'pi_1',
  batch_id: null,
  business_day: '2026-11-03',
  booked_at: '2026-11-03T11:00:00Z',
};

async function insert(table: string, row: Record<string, unknown>): Promise<void> {
  const places = Object.keys(row).map((_, index) => `$${index + 1}`);
  await owner.query(
    `insert into ${table} (${Object.keys(row).join()}) values (${places.join()})`,
    Object.values(row),
  );
}
const addAttempt = (changed: Partial<Record<keyof typeof attemptRow, unknown>> = {}): Promise<void> =>
  insert('books.attempts', { ...attemptRow, ...changed });
const addEntry = (changed: Partial<Record<keyof typeof entryRow, unknown>> = {}): Promise<void> =>
  insert('books.entries', { ...entryRow, ...changed });

describe('docs/connect-your-books.md', () => {
  it.each(Object.entries({ ...booksColumns, ...evidenceColumns }))(
    'documents the columns of %s that are read, and no others',
    (view, columns) => {
      const table = page.split(`## \`${view}\``)[1]?.split(/\n##+ /)[0] ?? '';
      expect([...table.matchAll(/^\| `([a-z_0-9]+)`/gm)].map(([, column]) => column)).toEqual(columns);
    },
  );

  it('documents the types that its example has', async () => {
    const { rows } = await owner.query<{ name: string; type: string }>(
      `select table_name || '.' || column_name as name, data_type as type from information_schema.columns
       where table_schema = 'public'`,
    );
    const short: Record<string, string> = { 'timestamp with time zone': 'timestamptz', integer: 'int' };
    for (const { name, type } of rows) {
      const [view, column] = name.split('.');
      const table = page.split(`## \`${view}\``)[1] ?? '';
      const documented = new RegExp(`^\\| \`${column}\` +\\| \`(\\w+)\``, 'm').exec(table)?.[1];
      expect(`${name} ${documented}`).toBe(`${name} ${short[type] ?? type}`);
    }
  });

  it('gives a user that passes the check', async () => {
    await expect(books.check()).resolves.toBeUndefined();
  });
});

describe('the optional views', () => {
  beforeEach(async () => {
    await owner.query('truncate books.orders, books.deliveries, books.logins, books.customer_messages');
    await owner.query(`insert into books.orders (order_id, payment_id, placed_at, card_fingerprint) values
      ('ORD-1', 'pi_1', '2026-11-01T10:00Z', 'fp1'), ('ORD-0', 'pi_0', '2026-06-01T10:00Z', 'fp1')`);
    await owner.query(
      `insert into books.deliveries (delivery_id, order_id, carrier) values ('DLV-1', 'ORD-1', 'Parcelhound')`,
    );
  });

  it('give what belongs to a payment, an order and a card', async () => {
    expect(await evidence.ordersOf('pi_1')).toMatchObject({ rows: [{ id: 'ORD-1', ip: null }], faults: [] });
    expect(await evidence.deliveriesOf('ORD-1')).toMatchObject({ rows: [{ carrier: 'Parcelhound' }] });
    const span = { from: new Date('2026-05-01'), to: new Date('2026-07-01') };
    expect((await evidence.ordersByCard('fp1', span, 5)).rows.map(({ id }) => id)).toEqual(['ORD-0']);
  });

  it.each<[string, string, RegExp, boolean]>([
    ['gone', 'drop view deliveries', /^the books have no view deliveries$/, false],
    [
      'without a column',
      'drop view deliveries; create view deliveries as select delivery_id, order_id, shipped_at from books.deliveries; grant select on deliveries to public',
      /^the books have no deliveries\.carrier, .*deliveries\.proof$/,
      false,
    ],
    [
      'not granted',
      `revoke all on deliveries from public, current_role, "ROLE"`,
      /no view deliveries$/,
      false,
    ],
    [
      'of another type',
      'drop view deliveries; create view deliveries as select delivery_id, order_id, 7 as carrier, tracking_number, shipped_at, delivered_at, address, proof from books.deliveries; grant select on deliveries to public',
      /^deliveries: row DLV-1 cannot be read: carrier is not a text\./,
      false,
    ],
    [
      'slow',
      'drop view deliveries; create view deliveries as select d.* from books.deliveries d, pg_sleep(10); grant select on deliveries to public',
      /^deliveries did not answer in time$/,
      true,
    ],
  ])('that are %s are a fault in words beside the others', async (_name, change, fault, passing) => {
    await owner.query(change.replace('ROLE', role));
    try {
      const found = await evidence.deliveriesOf('ORD-1');
      expect(found.rows).toEqual([]);
      expect(found.faults.join()).toMatch(fault);
      expect(found.passing).toBe(passing);
      expect((await evidence.ordersOf('pi_1')).rows).toHaveLength(1);
    } finally {
      await owner.query(
        `drop view if exists deliveries; create view deliveries as select * from books.deliveries; grant select on deliveries to ${role}`,
      );
    }
  });
});

describe('attempts', () => {
  it.each<[AttemptReference, string]>([
    ['attempt_id', 'att_1'],
    ['order_id', 'ORD-1'],
    ['payment_id', 'pi_1'],
    ['charge_id', 'ch_1'],
    ['arn', '74208476043031234567890'],
    ['rrn', '123456789012'],
    ['network_transaction_id', 'MCC1'],
    ['customer_email', 'aNA@example.COM'],
  ])('are found by %s', async (kind, value) => {
    await addAttempt();
    const { rows } = await books.attemptsBy([kind], value, 10);
    expect(rows).toMatchObject([
      { id: 'att_1', amount: money(1999, 'EUR'), createdAt: new Date('2026-11-03T10:00:00Z') },
    ]);
    expect((await books.attemptsBy([kind], `${value}x`, 10)).rows).toEqual([]);
  });

  it('references are compared with their case', async () => {
    await addAttempt();
    expect((await books.attemptsBy(['order_id'], 'ord-1', 10)).rows).toEqual([]);
  });

  it('the newest come first, and no more than asked for', async () => {
    for (const day of [1, 3, 2])
      await addAttempt({ attempt_id: `att_${day}`, created_at: `2026-11-0${day}T10:00:00Z` });
    const { rows } = await books.attemptsBy(['order_id', 'payment_id'], 'ORD-1', 2);
    expect(rows.map(({ id }) => id)).toEqual(['att_3', 'att_2']);
  });

  it.each([
    ["'; drop table books.attempts; --", 'SQL'],
    ['%', 'a wildcard'],
    ['\\', 'a backslash'],
    ['x'.repeat(10_000), '10 kB'],
  ])('nothing is found for %j: %s', async (value) => {
    await addAttempt();
    expect((await books.attemptsBy(['order_id', 'customer_email'], value, 10)).rows).toEqual([]);
  });
});

describe('attempts by what a person remembers', () => {
  const during = { from: new Date('2026-11-03T00:00:00Z'), to: new Date('2026-11-04T00:00:00Z') };

  it.each<[string, object, object, boolean]>([
    ['digits alone', {}, {}, true],
    ['19.99 is 1999 cents', {}, { amountMajor: '19.99' }, true],
    ['19.990 is 19990 fils', { currency: 'KWD', amount_minor: '19990' }, { amountMajor: '19.99' }, true],
    ['19.99 is no amount of yen', { currency: 'JPY' }, { amountMajor: '19.99' }, false],
    ['1999 is 1999 yen', { currency: 'JPY' }, { amountMajor: '1999' }, true],
    ['1999 cents are not 1999 euros', {}, { amountMajor: '1999' }, false],
    [
      'the same number in another currency’s exponent',
      { amount_minor: '19990' },
      { amountMajor: '19.99' },
      false,
    ],
    ['the day', {}, { during }, true],
    ['its first instant', { created_at: '2026-11-03T00:00:00Z' }, { during }, true],
    ['the instant before', { created_at: '2026-11-02T23:59:59.999Z' }, { during }, false],
    ['the instant after', { created_at: '2026-11-04T00:00:00Z' }, { during }, false],
    ['its currency', {}, { amountMajor: '19.99', currencies: ['USD', 'EUR'] }, true],
    ['another currency', {}, { amountMajor: '19.99', currencies: ['USD'] }, false],
    ['an amount without digits', {}, { last4: undefined, amountMajor: '19.99' }, true],
    ['a day without digits', {}, { last4: undefined, during }, true],
    ['other digits', { card_last4: '1111' }, {}, false],
  ])('%s', async (_reason, row, sighting, isFound) => {
    await addAttempt(row);
    const { rows } = await books.attemptsByCard({ last4: '4242', ...sighting }, 10);
    expect(rows.length === 1).toBe(isFound);
  });

  it('the nearest in time survive the limit where a time is given, else the newest', async () => {
    for (const hour of [10, 12, 14])
      await addAttempt({ attempt_id: `at_${hour}`, created_at: `2026-11-03T${hour}:00:00Z` });
    const first = async (near?: Date): Promise<string[]> =>
      (
        await books.attemptsByCard({ last4: '4242', during: { ...during, ...(near && { near }) } }, 1)
      ).rows.map(({ id }) => id);
    expect(await first(new Date('2026-11-03T12:10:00Z'))).toEqual(['at_12']);
    expect(await first()).toEqual(['at_14']);
  });
});

describe('entries', () => {
  it('of one payment, the oldest first', async () => {
    await addEntry();
    await addEntry({ entry_id: 'e_0', booked_at: '2026-11-03T09:00:00Z' });
    await addEntry({ entry_id: 'e_2', payment_id: 'pi_2' });
    const { rows } = await books.entriesOf('pi_1');
    expect(rows.map(({ id, businessDay }) => [id, businessDay])).toEqual([
      ['e_0', '2026-11-03'],
      ['e_1', '2026-11-03'],
    ]);
  });

  it.each([
    [
      { currency: 'XXQ' },
      /^row bad cannot be read: “XXQ” is not an ISO 4217 currency\. The books say: \d+ XXQ, capture\.$/,
    ],
    [
      { direction: 'sideways' },
      /^row bad cannot be read: direction is not debit or credit\. The books say: \d+ EUR, capture\.$/,
    ],
    [
      { booked_at: 'infinity' },
      /^row bad cannot be read: booked_at is not a point in time\. The books say: /,
    ],
  ])('a row with %o is told and hides nothing', async (fault, problem) => {
    await addEntry();
    await addEntry({ entry_id: 'bad', ...fault });
    const { rows, problems } = await books.entriesOf('pi_1');
    expect(rows.map(({ id }) => id)).toEqual(['e_1']);
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });
});

describe('traffic', () => {
  const day = (date: string) => ({ from: new Date(`${date}T09:30:00Z`), to: new Date(`${date}T23:00:00Z`) });

  it('counts failures by origin, and does not blame ourselves for unexplained ones', async () => {
    const failures = ['customer', 'partner', 'institution', 'own', null, 'the moon'];
    for (const [index, origin] of failures.entries())
      await addAttempt({
        attempt_id: `f_${index}`,
        status: 'failed',
        error_origin: origin,
        latency_ms: 100 * (index + 1),
      });
    await addAttempt({ attempt_id: 'ok', latency_ms: null });
    await addAttempt({ attempt_id: 'pending', status: 'pending', latency_ms: null });
    await addAttempt({ attempt_id: 'before', created_at: '2026-11-03T09:00:00Z' });
    await addAttempt({ attempt_id: 'other', partner: 'rheinbank' });
    await addAttempt({ attempt_id: 'week before', created_at: '2026-10-27T10:00:00Z', latency_ms: 5 });
    const windows = [[day('2026-11-03')], [day('2026-10-27'), day('2026-10-20')], [day('2026-01-01')]];
    const [now, before, empty] = await books.trafficIn(windows, null);
    expect(now?.get('northpay')).toEqual({
      attempts: 8,
      succeeded: 1,
      failedBy: { customer: 1, partner: 1, institution: 1, own: 1, unknown: 2 },
      latencyP50Ms: 300,
      latencyP95Ms: 600,
      lastAttemptAt: new Date('2026-11-03T10:00:00Z'),
    });
    expect(now?.get('rheinbank')).toMatchObject({ attempts: 1, succeeded: 1 });
    expect(before?.get('northpay')).toMatchObject({ attempts: 1, latencyP50Ms: 5 });
    expect(empty).toEqual(new Map());
    const [alone] = await books.trafficIn(windows, 'rheinbank');
    expect([...(alone?.keys() ?? [])]).toEqual(['rheinbank']);
  });

  it('tells failures of the partner, and what is late, from what customers and we caused', async () => {
    const span = { from: new Date('2026-11-03T00:00Z'), to: new Date('2026-11-04T00:00Z') };
    for (const [index, origin] of ['customer', 'partner', 'institution', 'own', null].entries())
      await addAttempt({ attempt_id: `f_${index}`, status: 'failed', error_origin: origin, method: 'sepa' });
    await addAttempt({ attempt_id: 'f_yen', status: 'failed', currency: 'JPY', error_origin: 'partner' });
    await addAttempt({ attempt_id: 'ok', completed_at: '2026-11-03T10:05:00Z' });
    await addAttempt({ attempt_id: 'late', status: 'pending' });
    await addAttempt({ attempt_id: 'young', status: 'pending', created_at: '2026-11-03T12:00:00Z' });
    await addAttempt({ attempt_id: 'other', status: 'failed', partner: 'rheinbank' });
    expect((await books.failuresOf('northpay', span, 10)).rows.map(({ id }) => id).sort()).toEqual([
      'f_1',
      'f_2',
      'f_4',
      'f_yen',
    ]);
    expect((await books.failedAmounts('northpay', span)).rows).toEqual([
      { attempts: 3, amount: money(5997, 'EUR') },
      { attempts: 1, amount: money(1999, 'JPY') },
    ]);
    expect(await books.productsOf('northpay', span, new Date('2026-11-03T11:00Z'))).toEqual([
      {
        method: 'sepa',
        succeeded: 0,
        failed: 5,
        failedByPartner: 1,
        failedByInstitution: 1,
        late: 0,
        lateSince: null,
        lastAnswerAt: null,
      },
      {
        method: 'card',
        succeeded: 1,
        failed: 1,
        failedByPartner: 1,
        failedByInstitution: 0,
        late: 1,
        lateSince: new Date('2026-11-03T10:00:00Z'),
        lastAnswerAt: new Date('2026-11-03T10:05:00Z'),
      },
    ]);
  });

  it('begins with the oldest attempt of the partner', async () => {
    await addAttempt({ attempt_id: 'young', created_at: '2026-11-03T10:00:00Z' });
    await addAttempt({ attempt_id: 'old', created_at: '2026-10-01T10:00:00Z' });
    await addAttempt({ attempt_id: 'older', partner: 'rheinbank', created_at: '2026-09-01T10:00:00Z' });
    expect(await books.beginOf('northpay')).toEqual(new Date('2026-10-01T10:00:00Z'));
    expect(await books.beginOf('nobody')).toBeNull();
  });
});

describe('rights', () => {
  /** Changes the schema for one question and puts it back. */
  async function given<Value>(change: string, undo: string, question: () => Promise<Value>): Promise<Value> {
    await owner.query(change);
    try {
      return await question();
    } finally {
      await owner.query(undo);
    }
  }

  it.each([
    [
      'alter view ledger_entries rename to entries_away',
      'alter view entries_away rename to ledger_entries',
      'the view ledger_entries',
      'a view is missing',
    ],
    [
      'alter view payment_attempts rename column arn to arn_away',
      'alter view payment_attempts rename column arn_away to arn',
      'payment_attempts.arn',
      'a column is missing',
    ],
    [
      'revoke select on payment_attempts from ROLE',
      'grant select on payment_attempts to ROLE',
      'the view payment_attempts',
      'a view was not granted',
    ],
    [
      'revoke select on ledger_entries from ROLE; grant select (entry_id, account) on ledger_entries to ROLE',
      'revoke select (entry_id, account) on ledger_entries from ROLE; grant select on ledger_entries to ROLE',
      'ledger_entries.direction, ledger_entries.amount_minor',
      'columns were not granted',
    ],
  ])('%s, until %s, names %s: %s', async (change, undo, what) => {
    const failing = given(change.replaceAll('ROLE', role), undo.replaceAll('ROLE', role), () =>
      books.check(),
    );
    await expect(failing).rejects.toMatchObject({
      code: 'misconfigured',
      publicMessage: expect.stringContaining(what) as string,
      hint: expect.stringContaining('grant select') as string,
    });
    await expect(books.check()).resolves.toBeUndefined();
  });

  it('a lookup says the same as the check', async () => {
    const failing = given(
      `revoke select on ledger_entries from ${role}`,
      `grant select on ledger_entries to ${role}`,
      () => books.entriesOf('pi_1'),
    );
    await expect(failing).rejects.toMatchObject({
      code: 'misconfigured',
      publicMessage: 'The books do not let us read the view ledger_entries.',
    });
  });

  it('the server refuses changes, even where the user may make them', async () => {
    await owner.query(`grant usage on schema books to ${role}; grant all on books.attempts to ${role}`);
    await expect(database.query('delete from books.attempts')).rejects.toMatchObject({
      details: { sqlstate: '25006' },
    });
    await owner.query(`revoke all on books.attempts from ${role}; revoke usage on schema books from ${role}`);
  });
});
