/**
 * How long people wait for each command over books with ten million attempts and a register of 200,000 disputes, beside the
 * same commands over the sandbox's own books, and beside the SQL that they ran.
 *
 * Run: `npm run bench:loads`, or `npm run bench:loads -- 1` for a million attempts. Needs a built checkout and some 15 GB of disk
 * for the ten million; leaves nothing behind. The sandbox's rows are copied into the past under other ids, so every look-up
 * finds what it found before among many more. Statement times are PostgreSQL's own, of the reader and the bot together.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { firstDaysReconciled, ms, people, percentile, start, type People } from './harness.js';

const wantedAttempts = Number(process.argv[2] ?? 10) * 1e6;
const wantedDisputes = 200_000;
const waiting = 50_000;
const warmUps = 5;
const samples = 40;

const home = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
const cluster = join(home, 'postgres');
const serverLog = join(cluster, 'server.log');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function connected(database: string): Promise<pg.Client> {
  const [password, port] = await Promise.all(
    ['secret', 'port'].map(async (name) => (await readFile(join(cluster, name), 'utf8')).trim()),
  );
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(port),
    user: 'paydesk',
    password,
    database,
  });
  await client.connect();
  return client;
}

const sandbox = await start(['dist/sandbox/start.js'], { PAYDESK_HOME: home, PORT: '0' });
const crowd = await people(sandbox.url);
const books = await connected('books');
const own = await connected('paydesk');
try {
  await firstDaysReconciled(crowd);
  const texts = await commandsToType(crowd);
  const before = await measured(texts);
  say(
    `books: ${await copyAttempts()} attempts, ${await copyBookings()} bookings; ${await copyDisputes()} disputes`,
  );
  await books.query('vacuum analyze');
  await own.query('analyze');
  const after = await measured(texts);
  for (const text of texts) report(text, before.get(text) ?? [], after.get(text) ?? []);
} finally {
  await books.end();
  await own.end();
  crowd.close();
  await sandbox.stop();
  await rm(home, { recursive: true, force: true });
}

interface Sample {
  waitedMs: number;
  sqlMs: number;
}

function report(text: string, before: readonly Sample[], after: readonly Sample[]): void {
  const of = (samples: readonly Sample[], share: number): number =>
    percentile(
      samples.map(({ waitedMs }) => waitedMs),
      share,
    );
  const sql = percentile(
    after.map(({ sqlMs }) => sqlMs),
    0.5,
  );
  say(
    `${text}: p50 ${ms(of(after, 0.5))}, p99 ${ms(of(after, 0.99))}; over the small books ${ms(of(before, 0.5))}; its SQL ${ms(sql)}, ratio ${(of(after, 0.5) / sql).toFixed(1)}`,
  );
}

/** Of what the welcome suggests, the first of each kind of identifier, and what the other commands show. */
async function commandsToType(crowd: People): Promise<string[]> {
  const { channels } = await crowd.state();
  const suggested = [...JSON.stringify(channels).matchAll(/`(\/payment [^`]+)`/g)].map(
    ([, text = '']) => text,
  );
  const first = (pattern: RegExp): string[] => suggested.filter((text) => pattern.test(text)).slice(0, 1);
  const disputes = [...JSON.stringify(channels).matchAll(/dp_\w+/g)].map(([id]) => id);
  return [
    ...first(/ pi_/),
    ...first(/ ORD-/),
    ...first(/ \d{20,}$/),
    ...first(/@/),
    ...first(/ \d{4} [\d.]+ /),
    '/dispute due',
    ...disputes.slice(0, 1).map((id) => `/dispute ${id}`),
    '/dispute stats',
    '/partner',
    '/partner northpay',
    '/partner scorecard northpay',
    '/alerts',
    '/recon northpay',
    '/recon breaks',
    '/remediate list',
    '/audit',
    '/paydesk',
  ];
}

async function measured(texts: readonly string[]): Promise<Map<string, Sample[]>> {
  const { channels } = await crowd.state();
  const channel = channels.find(({ name }) => name === 'payments-ops')?.id ?? '';
  await own.query(`alter system set log_min_duration_statement = 0`);
  await own.query('select pg_reload_conf()');
  const found = new Map<string, Sample[]>();
  for (const text of texts) {
    const taken: Sample[] = [];
    for (let at = 0; at < warmUps + samples; at++) {
      const { size: from } = await stat(serverLog);
      const { ms: waitedMs } = await crowd.type('ana', channel, text);
      await pause(30);
      if (at >= warmUps) taken.push({ waitedMs, sqlMs: await sqlSince(from) });
    }
    found.set(text, taken);
  }
  await own.query('alter system reset log_min_duration_statement');
  await own.query('select pg_reload_conf()');
  return found;
}

/** What PostgreSQL spent on parsing, planning and running statements since a place in its log. */
async function sqlSince(from: number): Promise<number> {
  const lines = await textOf(createReadStream(serverLog, { start: from }));
  return [...lines.matchAll(/LOG: {2}duration: ([\d.]+) ms/g)].reduce(
    (sum, [, each]) => sum + Number(each),
    0,
  );
}

/** The copies lie twelve days further back each, so the last weeks are some times as dense as before. */
function copyAttempts(): Promise<number> {
  return copied({
    table: 'books.attempts',
    wanted: wantedAttempts,
    renamed: ['attempt_id', 'order_id', 'payment_id', 'charge_id', 'arn', 'rrn', 'network_transaction_id'],
    shifted: ['created_at', 'completed_at'],
  });
}

function copyBookings(): Promise<number> {
  return copied({
    table: 'books.bookings',
    wanted: wantedAttempts,
    renamed: ['booking_id', 'payment_id', 'reference', 'batch_id'],
    shifted: ['booked_at'],
  });
}

interface Copying {
  table: string;
  wanted: number;
  renamed: readonly string[];
  shifted: readonly string[];
}

/** Without its indexes, which are made again: many times as fast. Readers wait meanwhile. */
async function copied({ table, wanted, renamed, shifted }: Copying): Promise<number> {
  const [schema, name] = table.split('.');
  const { rows: columns } = await books.query<{ column_name: string }>(
    'select column_name from information_schema.columns where table_schema = $1 and table_name = $2 order by ordinal_position',
    [schema, name],
  );
  const { rows: indexes } = await books.query<{ indexname: string; indexdef: string }>(
    'select indexname, indexdef from pg_indexes where schemaname = $1 and tablename = $2',
    [schema, name],
  );
  const values = columns.map(({ column_name: column }) => {
    if (renamed.includes(column)) return `${column} || '-' || k`;
    return shifted.includes(column) ? `${column} - k * interval '12 days'` : column;
  });
  await books.query('begin');
  for (const { indexname } of indexes) await books.query(`drop index ${schema}.${indexname}`);
  const { rows: counted } = await books.query<{ n: string }>(`select count(*) as n from only ${table}`);
  const times = Math.ceil(wanted / Number(counted[0]?.n)) - 1;
  await books.query(
    `insert into ${table} select ${values.join(', ')} from only ${table}, generate_series(1, ${times}) k`,
  );
  for (const { indexdef } of indexes) await books.query(indexdef);
  await books.query('commit');
  return Number(counted[0]?.n) * (times + 1);
}

/** Nothing of them is announced or reminded of: that is measured elsewhere. */
async function copyDisputes(): Promise<number> {
  const { rows: columns } = await own.query<{ column_name: string }>(
    `select column_name from information_schema.columns where table_schema = 'paydesk' and table_name = 'disputes' order by ordinal_position`,
  );
  const changed: Record<string, string> = {
    id: `'dp_bench' || k`,
    charge: `'ch_bench' || k`,
    payment: `'pi_bench' || k`,
    opened_at: `now() - k * interval '3 minutes'`,
    awaits: `k <= ${waiting}`,
    answer_allowed: `k <= ${waiting}`,
    status: `case when k <= ${waiting} then 'needs_response' when k % 3 = 0 then 'won' else 'lost' end`,
    respond_by: `now() + (k % 20000) * interval '2 minutes' + interval '4 days'`,
    reminded_hours: '3',
    announced: 'false',
    owner: 'null',
    taken_at: 'null',
  };
  await own.query(
    `insert into paydesk.disputes select ${columns.map(({ column_name: name }) => changed[name] ?? name).join(', ')}
     from (select * from paydesk.disputes order by id limit 1) one, generate_series(1, ${wantedDisputes}) k`,
  );
  return wantedDisputes;
}
