/**
 * The books through Trino: the same questions with the same answers as PostgreSQL gives, over a coordinator that speaks the
 * protocol; and what a coordinator, or the way to it, can do wrong.
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBooks } from '../../src/adapters/books/books.js';
import { createCardSettlements } from '../../src/adapters/books/card-settlements.js';
import type { OpenBooks } from '../../src/adapters/books/engine.js';
import { createEvidenceViews } from '../../src/adapters/books/evidence-views.js';
import { createInvariantSources } from '../../src/adapters/books/invariant-sources.js';
import { createMetricSource } from '../../src/adapters/books/metric-source.js';
import { queryRunner } from '../../src/adapters/books/named-queries.js';
import { postgresBooks } from '../../src/adapters/postgres/books-dialect.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { openTrino } from '../../src/adapters/trino/trino.js';
import { hourMs, minuteMs, systemClock } from '../../src/kernel/clock.js';
import { silentLog, type Log } from '../../src/kernel/log.js';
import { rational } from '../../src/kernel/rational.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Books } from '../../src/ports/books.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { lose, refuse, startTrinoServer, type TrinoServer } from '../support/trino-server.js';

const page = readFileSync(new URL('../../docs/connect-your-books.md', import.meta.url), 'utf8');
const [schema = '', , optional = ''] = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(
  ([, sql = '']) => sql,
);

const fill = `
insert into books.attempts
select 'att_' || n, 'ORD-' || n / 2, 'pi_' || n / 2, 'ch_' || n, case when n % 3 = 0 then 'rheinbank' else 'northpay' end,
  'card', 'DE', (array['EUR', 'JPY', 'KWD'])[1 + n % 3], (array[1999, 19, 19990])[1 + n % 3],
  case when n % 4 = 0 then 'failed' else 'succeeded' end, null, case when n % 8 = 0 then 'partner' end,
  'It''s ? $1 ' || n || '@Example.com', lpad((n % 5)::text, 4, '0'), 'arn' || n, 'rrn' || n, 'nti' || n,
  case when n % 7 > 0 then 100 + n end, timestamptz '2026-11-03T10:00:00.123Z' + n * interval '7 minutes', null
from generate_series(1, 60) n;
insert into books.entries
select 'e_' || n, 'clearing', 'debit', 9007199254740993 + n, 'EUR', 'capture', 'northpay', case when n < 20 then 'pi_3' end,
  'ref_' || n % 4, case when n % 2 = 0 then 'po_1' end, '2026-11-03', timestamptz '2026-11-03T11:00Z' + n * interval '1 s'
from generate_series(1, 30) n;
insert into books.orders (order_id, payment_id, placed_at, card_fingerprint) values
  ('ORD-1', 'pi_1', '2026-11-01T10:00Z', 'fp1'), ('ORD-0', 'pi_0', '2026-06-01T10:00Z', 'fp1');
create view card_settlements as
  select 'northpay' as partner, 'visa' as network, date '2026-11-03' as day, 41::bigint as payments`;

let testDatabase: TestDatabase;
let owner: pg.Client;
let database: Database;
let server: TrinoServer;
let trino: OpenBooks;
const opened: OpenBooks[] = [];

const open = (url: string, statementTimeoutMs = 8000, log: Log = silentLog): OpenBooks => {
  const engine = openTrino({ url: new Secret(url), log, statementTimeoutMs, setting: 'BOOKS_DATABASE_URL' });
  opened.push(engine);
  return engine;
};

beforeAll(async () => {
  testDatabase = await createEmptyDatabase();
  owner = new pg.Client({ connectionString: testDatabase.url.reveal() });
  await owner.connect();
  await owner.query(schema + optional.replace(/grant [^;]*;/g, '') + fill);
  database = openDatabase({ url: testDatabase.url, clock: systemClock, log: silentLog, readOnly: true });
  server = await startTrinoServer(testDatabase.url.reveal());
  trino = open(server.url);
});

afterAll(async () => {
  await Promise.all(opened.map((engine) => engine.close()));
  await server.close();
  await database.close();
  await owner.end();
  await testDatabase.drop();
});

beforeEach(() => {
  server.rowsPerPage = 7;
});

afterEach(() => {
  server.next.length = 0;
  server.answers.length = 0;
});

const day = { from: new Date('2026-11-03T00:00Z'), to: new Date('2026-11-04T00:00Z') };
const near = new Date('2026-11-03T13:00:00Z');

describe('the books answer as PostgreSQL does', () => {
  it.each<[string, (books: Books) => Promise<unknown>]>([
    ['a reference of several kinds', (books) => books.attemptsBy(['order_id', 'payment_id'], 'pi_7', 30)],
    [
      'an address with quotes and marks',
      (books) => books.attemptsBy(['customer_email'], "IT'S ? $1 5@example.COM", 30),
    ],
    ['SQL as a value', (books) => books.attemptsBy(['order_id'], "x'; drop table books.attempts; --", 30)],
    ['a reference that nobody has', (books) => books.attemptsBy(['arn'], 'none', 30)],
    ['digits', (books) => books.attemptsByCard({ last4: '0003' }, 5)],
    ['an amount in any currency', (books) => books.attemptsByCard({ amountMajor: '19.99' }, 100)],
    ['an amount that only yen can hold', (books) => books.attemptsByCard({ amountMajor: '19' }, 100)],
    ['an amount that no currency can hold', (books) => books.attemptsByCard({ amountMajor: '0.00001' }, 9)],
    [
      'an amount in one currency',
      (books) => books.attemptsByCard({ amountMajor: '19.99', currencies: ['KWD'] }, 9),
    ],
    [
      'a day, the nearest first',
      (books) => books.attemptsByCard({ last4: '0002', during: { ...day, near } }, 4),
    ],
    ['entries of a payment, with every digit', (books) => books.entriesOf('pi_3')],
    ['entries under a reference', (books) => books.entriesBy('ref_2', 3)],
    ['entries of a batch', (books) => books.entriesOfBatch('po_1')],
    ['what a batch comes to', (books) => books.batchSums('po_1')],
    ['when the books begin', (books) => books.beginOf('rheinbank')],
    ['when they never begin', (books) => books.beginOf('nobody')],
    ['the traffic of all', (books) => books.trafficIn([[day], [{ from: near, to: day.to }]], null)],
    ['the traffic of one', (books) => books.trafficIn([[day]], 'rheinbank', 1000)],
    [
      'failures and their amounts',
      (books) => books.failedAmounts('northpay', { from: day.from, to: day.to }),
    ],
    ['failed attempts', (books) => books.failuresOf('northpay', { from: day.from, to: day.to }, 3)],
    [
      'the products of a partner',
      (books) => books.productsOf('northpay', { from: day.from, to: day.to }, near),
    ],
    ['the check', (books) => books.check()],
  ])('%s', async (_question, ask) => {
    const through = await ask(createBooks(trino));
    expect(through).toEqual(await ask(createBooks(postgresBooks(database))));
  });

  it('the evidence, the settled payments, and the company’s own metrics and invariants as well', async () => {
    const both = [trino, postgresBooks(database)] as const;
    const answers = await Promise.all(
      both.map(async (engine) => [
        await createEvidenceViews(engine, silentLog).ordersByCard('fp1', { from: day.from, to: day.to }, 5),
        await createEvidenceViews(engine, silentLog).ordersOf('pi_1'),
        await createCardSettlements(engine, silentLog).count({ partner: null, ...day }, 'visa'),
        await createMetricSource(engine).read(metric, { ...day, now: day.to }),
        await createMetricSource(engine).failedAmounts(metric, { partner: 'northpay' }, day.from, day.to),
        await createInvariantSources(engine).read(invariant, day.to),
        await createInvariantSources(engine).moved(invariant, 'EUR'),
      ]),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[2]).toBe(41);
  });
});

const metric = {
  id: 'own',
  name: 'Own',
  kind: 'rate',
  dimensions: ['partner'],
  bucketMs: hourMs,
  lagMs: minuteMs,
  falseAlertsPerWeek: 1,
  sql: `select created_at as bucket, partner, count(*) as attempts, count(*) filter (where status = 'failed') as failures
    from payment_attempts where created_at >= $1 and created_at < $2 group by 1, 2`,
  failedAmountsSql: `select partner, currency, amount_minor as amount from payment_attempts
    where created_at >= $1 and created_at < $2 and status = 'failed'`,
} as const;

const invariant = {
  id: 'own',
  name: 'Own',
  rule: { kind: 'equation', factors: [rational(1n)], equals: rational(0n) },
  sources: [
    {
      name: 'ledger',
      sql: 'select currency as key, sum(amount_minor) as value from ledger_entries group by 1',
    },
  ],
  movedSql:
    'select booked_at, reference, amount_minor from ledger_entries where currency = $1 order by booked_at',
} as const;

describe('the company’s own queries', () => {
  it('have typed values and no more rows than asked for', async () => {
    const { columns, rows, isCut } = await queryRunner(trino).run(
      "select entry_id, amount_minor, booked_at, business_day from ledger_entries -- $1 's\nwhere reference = $1 order by 1",
      ['ref_1'],
      2,
    );
    expect(columns).toEqual(['entry_id', 'amount_minor', 'booked_at', 'business_day']);
    expect(rows[0]).toEqual(['e_1', 9007199254740994n, new Date('2026-11-03T11:00:01Z'), '2026-11-03']);
    expect([rows.length, isCut]).toEqual([2, true]);
  });

  it.each([
    ['select nonsense(', [], 'invalid', 'The books refuse the SQL of this query.'],
    ['select * from nowhere', [], 'invalid', 'The books refuse the SQL of this query.'],
    ['select cast($1 as bigint)', ['x'], 'invalid', 'The books refuse a value of this query.'],
  ])('%s is the author’s to correct', async (sql, values, code, publicMessage) => {
    await expect(queryRunner(trino).run(sql, values, 5)).rejects.toMatchObject({ code, publicMessage });
  });

  it('are all that is sent: a statement that writes never leaves', async () => {
    const before = server.queries.length;
    await expect(trino.query('delete from payment_attempts')).rejects.toMatchObject({ code: 'internal' });
    expect(server.queries).toHaveLength(before);
  });
});

describe('a question', () => {
  it('says who asks, where, for how long, and nothing more', async () => {
    await trino.queryWithin(1200, 'select 1', []);
    expect(server.headers.at(-1)).toMatchObject({
      'x-trino-user': 'reader',
      'x-trino-source': 'paydesk',
      'x-trino-catalog': 'books',
      'x-trino-schema': 'public',
      'x-trino-session': 'query_max_execution_time=1200ms',
      authorization: `Basic ${Buffer.from('reader:secret').toString('base64')}`,
    });
  });

  it('carries a token where the address has one', async () => {
    await open(server.url.replace(':secret', '').concat('?access_token=jwt')).query('select 1');
    expect(server.headers.at(-1)).toMatchObject({ authorization: 'Bearer jwt' });
  });

  it('survives a gateway that says 503 and 502', async () => {
    server.next.push(refuse(503), refuse(502));
    expect(await trino.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('survives a connection that is lost between pages', async () => {
    const asked = server.queries.length;
    const asking = trino.query('select 1 as one');
    await vi.waitFor(() => expect(server.queries.length).toBe(asked + 1), { interval: 1 });
    server.next.push(lose);
    expect(await asking).toEqual([{ one: 1 }]);
  });

  it.each([
    [refuse(401), 'misconfigured', 'The cluster of the books refuses our user or password.'],
    [refuse(500), 'unavailable', 'The cluster of the books gave no answer that can be read.'],
    [
      (response: Parameters<typeof lose>[0]) => response.writeHead(200).end('<html>'),
      'unavailable',
      'The cluster of the books gave no answer that can be read.',
    ],
    [lose, 'unavailable', 'The cluster of the books cannot be reached.'],
  ])('fails in words: %s', async (fault, code, publicMessage) => {
    server.next.push(fault);
    await expect(trino.query('select 1')).rejects.toMatchObject({ code, publicMessage });
  });

  it.each([
    ['EXCEEDED_TIME_LIMIT', 'INSUFFICIENT_RESOURCES', 'unavailable'],
    ['EXCEEDED_GLOBAL_MEMORY_LIMIT', 'INSUFFICIENT_RESOURCES', 'unavailable'],
    ['JDBC_ERROR', 'EXTERNAL', 'unavailable'],
    ['PERMISSION_DENIED', 'USER_ERROR', 'misconfigured'],
    ['GENERIC_INTERNAL_ERROR', 'INTERNAL_ERROR', 'internal'],
  ])('that fails with %s is %s, %s', async (errorName, errorType, code) => {
    server.answers.push({ message: 'secret 4711', errorCode: 1, errorName, errorType });
    const failing = trino.query('select 1');
    await expect(failing).rejects.toMatchObject({ code, details: { trinoError: errorName } });
    await expect(failing).rejects.not.toMatchObject({
      publicMessage: expect.stringContaining('4711') as string,
    });
  });

  it('that takes too long is given up, and the cluster is told to stop', async () => {
    server.answers.push(new Promise<never>(() => undefined));
    await expect(trino.queryWithin(150, 'select 1', [])).rejects.toMatchObject({
      code: 'unavailable',
      publicMessage: 'The books took too long to answer.',
    });
    await vi.waitFor(() => expect(server.queries.at(-1)?.isCancelled).toBe(true));
  });

  it('that runs when the desk ends is cancelled', async () => {
    const leaving = open(server.url);
    server.answers.push(new Promise<never>(() => undefined));
    const before = server.queries.length;
    const asking = expect(leaving.query('select 1')).rejects.toMatchObject({ code: 'unavailable' });
    await vi.waitFor(() => expect(server.queries.length).toBe(before + 1));
    await vi.waitFor(() => expect(server.queries.at(-1)?.token).toBe(2));
    await leaving.close();
    await asking;
    expect(server.queries.at(-1)?.isCancelled).toBe(true);
  });

  it('leaves one line in the log, without its SQL and values', async () => {
    const lines: object[] = [];
    const log: Log = { ...silentLog, info: (fields, message) => void lines.push({ ...fields, message }) };
    await open(server.url, 8000, log).query('select 1 as one where $1 = $1', ['4711']);
    expect(lines).toEqual([
      {
        queryId: server.queries.at(-1)?.id,
        rows: 1,
        ms: expect.any(Number) as number,
        message: 'the books answered a query',
      },
    ]);
  });

  it('sends the secret to no other host, whatever a page names as the next', async () => {
    server.next.push((response) =>
      response
        .writeHead(200)
        .end(JSON.stringify({ id: 'q', nextUri: 'https://elsewhere.example/v1/statement/executing/q/x/1' })),
    );
    await expect(trino.query('select 1')).rejects.toMatchObject({ details: { status: 404 } });
  });
});

describe('values', () => {
  it.each([
    ['bigint', 9007199254740993n, 9007199254740993n],
    ['decimal(38,2)', '12345678901234567890.12', '12345678901234567890.12'],
    ['integer', 7, 7],
    ['double', 'NaN', Number.NaN],
    ['varchar(4)', '0042', '0042'],
    ['boolean', true, true],
    ['date', '2026-11-03', '2026-11-03'],
    ['timestamp(3) with time zone', '2026-11-03 10:00:00.123 UTC', new Date('2026-11-03T10:00:00.123Z')],
    [
      'timestamp(6) with time zone',
      '2026-07-03 10:00:00.123456 Europe/Berlin',
      new Date('2026-07-03T08:00:00.123Z'),
    ],
    ['timestamp(3) with time zone', '2026-11-03 10:00:00.000 +05:30', new Date('2026-11-03T04:30:00Z')],
    ['timestamp(3)', '2026-11-03 10:00:00.000', new Date('2026-11-03T10:00:00Z')],
    ['bigint', null, null],
    ['varchar', '123456789012345678901234567890', '123456789012345678901234567890'],
  ])('a %s is read exactly: %s', async (type, sent, read) => {
    server.answers.push({ columns: [{ name: 'value', type }], rows: [[sent]] });
    expect(await trino.query('select value')).toEqual([{ value: read }]);
  });

  it.each([
    ['trino://reader@cluster.example', 'no catalog'],
    ['trino://cluster.example/books/public', 'no user'],
    ['trino+http://reader:x@cluster.example/books/public', 'a password in the open'],
    ['trino://rea%0Ader@cluster.example/books/public', 'a header of two lines'],
  ])('%s is refused: %s', (url) => {
    expect(() => open(url)).toThrow(/BOOKS_DATABASE_URL/);
  });
});
