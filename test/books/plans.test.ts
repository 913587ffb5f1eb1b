/**
 * No lookup reads the whole table: every question that the adapter asks, explained and run over 300,000 attempts in the
 * world's schema.
 */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIndexes, createTables, createViews } from '../../sandbox/books/schema.js';
import { createBooks } from '../../src/adapters/books/books.js';
import { postgresBooks } from '../../src/adapters/postgres/books-dialect.js';
import type { Querier } from '../../src/adapters/postgres/database.js';
import { dayMs, hourMs, systemClock } from '../../src/kernel/clock.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { silentLog } from '../../src/kernel/log.js';
import type { Books, Span } from '../../src/ports/books.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

const rowCount = 300_000;
const end = new Date('2026-11-20T12:00:00Z');

/** Eight weeks; ten last digits only and one customer with a tenth of everything, so that walking back looks cheap. */
const fill = `
insert into books.attempts
select 'att_' || n, 'ORD-' || n / 2, 'pi_' || n, 'ch_' || n, 'p' || n % 10, 'card', 'DE', 'EUR', n % 9000,
  'succeeded', null, null, case when n % 10 = 0 then 'busy@example.com' else 'c' || n || '@example.com' end,
  lpad((n % 10)::text, 4, '0'), 'arn' || n, 'rrn' || n, 'nti' || n, 100,
  timestamptz '${end.toISOString()}' - (${rowCount} - n) * interval '16 seconds', null
from generate_series(1, ${rowCount}) n;
insert into books.checks
select 'chk_' || n, 'CHECK-' || n, 'seti_' || n, null, 'p' || n % 3, 'card', 'DE', 'EUR', 0, 'succeeded', null, null, null, null,
  null, null, null, 100, timestamptz '${end.toISOString()}' - (30000 - n) * interval '4 seconds', null
from generate_series(1, 30000) n;
insert into books.bookings
select 'bk_' || n, 'a', 'b', 100, 'EUR', 'capture', 'p1', 'pi_' || n, 'ref' || n, null, '2026-11-01',
  timestamptz '${end.toISOString()}'
from generate_series(1, ${rowCount}) n;`;

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

let testDatabase: TestDatabase;
let database: Database;
let plans: Plan[];
let books: Books;

beforeAll(async () => {
  testDatabase = await createEmptyDatabase();
  const owner = new pg.Client({ connectionString: testDatabase.url.reveal() });
  await owner.connect();
  await owner.query(createTables + createViews + fill);
  await owner.query("insert into books.state values ('plans', now())");
  for (const statement of createIndexes.flat()) await owner.query(statement);
  await owner.end();
  database = openDatabase({ url: testDatabase.url, clock: systemClock, log: silentLog, readOnly: true });
  const explain = async (how: string, sql: string, values?: readonly unknown[]): Promise<void> => {
    const [explained] = await database.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `explain (${how}, format json) ${sql}`,
      values,
    );
    plans.push(...(explained?.['QUERY PLAN'].map(({ Plan: plan }) => plan) ?? []));
  };
  const query: Querier['query'] = async (sql, values) => {
    await explain('analyze', sql, values);
    return database.query(sql, values);
  };
  // What is prepared is planned without its values sooner or later.
  const prepared: Querier['query'] = async (sql, values) => {
    await explain('generic_plan', sql);
    return query(sql, values);
  };
  books = createBooks(postgresBooks({ ...database, query, prepared }));
}, 120_000);

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const lastHour = { from: new Date(end.getTime() - hourMs), to: end };
const earlier = (weeks: number): Span => ({
  from: new Date(lastHour.from.getTime() - weeks * 7 * dayMs),
  to: new Date(lastHour.to.getTime() - weeks * 7 * dayMs),
});
const aDay = { from: new Date('2026-11-03'), to: new Date('2026-11-04') };

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

it.each<[string, () => Promise<unknown>, string]>([
  ['an order', () => books.attemptsBy(['order_id'], 'ORD-500', 30), 'order_id'],
  [
    'a reference of any kind',
    () => books.attemptsBy(['order_id', 'payment_id', 'attempt_id'], 'pi_500', 30),
    'payment_id',
  ],
  [
    'a reference that nobody has: walking back would read everything',
    () => books.attemptsBy(['order_id', 'payment_id', 'attempt_id'], 'none', 30),
    'order_id',
  ],
  ['a payment', () => books.attemptsBy(['payment_id'], 'pi_500', 50), 'payment_id'],
  ['a charge', () => books.attemptsBy(['charge_id'], 'ch_500', 50), 'charge_id'],
  ['an ARN', () => books.attemptsBy(['arn'], 'arn500', 30), 'arn'],
  ['an RRN', () => books.attemptsBy(['rrn'], 'rrn500', 30), 'rrn'],
  [
    'a network transaction id',
    () => books.attemptsBy(['network_transaction_id'], 'nti500', 30),
    'network_transaction_id',
  ],
  ['an address', () => books.attemptsBy(['customer_email'], 'C501@example.com', 30), 'lower'],
  [
    'an address that a tenth of all attempts share',
    () => books.attemptsBy(['customer_email'], 'busy@example.com', 30),
    'lower',
  ],
  ['last four digits that a tenth share', () => books.attemptsByCard({ last4: '0004' }, 30), 'card_last4'],
  [
    'digits and amount',
    () => books.attemptsByCard({ last4: '0004', amountMajor: '12.34' }, 30),
    'card_last4',
  ],
  [
    'digits, amount and day',
    () => books.attemptsByCard({ last4: '0004', amountMajor: '12.34', during: aDay }, 30),
    'amount_minor',
  ],
  ['an amount', () => books.attemptsByCard({ amountMajor: '12.34' }, 30), 'amount_minor'],
  [
    'an amount in one currency on a day',
    () => books.attemptsByCard({ amountMajor: '12.34', currencies: ['EUR'], during: aDay }, 30),
    'amount_minor',
  ],
  ['entries', () => books.entriesOf('pi_500'), 'bookings_payment_id'],
  ['the beginning of a partner’s books', () => books.beginOf('p1'), 'created_at'],
  ['an hour’s traffic', () => books.trafficIn([[lastHour]], 'p1'), 'created_at'],
  [
    'the same hour of earlier weeks beside it, of one partner',
    () => books.trafficIn([[lastHour], [1, 2, 3, 4].map((weeks) => earlier(weeks))], 'p1'),
    'created_at',
  ],
  ['the same of all partners', () => books.trafficIn([[lastHour], [lastHour]], null), 'created_at'],
])('%s', async (_reason, ask, index) => {
  plans = [];
  await ask();
  expect(plans).not.toEqual([]);
  for (const plan of plans) expectIndex(nodesOf(plan), index);
});

function expectIndex(nodes: readonly Plan[], index: string): void {
  // What people did through the sandbox's API lies in small tables of its own; to read those whole is right.
  const whole = nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']);
  expect(whole.filter((table) => table?.startsWith('written_') !== true)).toEqual([]);
  const indexes = nodes.flatMap((node) => node['Index Name'] ?? []);
  expect(indexes.join()).toContain(index);
  // Walking back through time by the index on time alone would read everything where nothing is found.
  if (index !== 'created_at') expect(indexes).not.toContain('attempts_created_at_idx');
  for (const node of nodes) expect(node['Rows Removed by Filter'] ?? 0).toBeLessThan(1000);
}
