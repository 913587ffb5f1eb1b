/**
 * A million ledger entries in PostgreSQL against a statement file of a million lines, to breaks written: beside a bare
 * COPY of the file, the set-based engine and other engines (bench/peers), in one run. Usage, with a built checkout: tsx
 * bench/reconciliation/run.ts [rows…], default 100000 1000000. Each run has a process of its own, whose memory is measured.
 */
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import pg from 'pg';
import { openDatabase } from '../../src/adapters/postgres/database.js';
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded/supervisor.js';
import { migrate } from '../../src/adapters/postgres/migrate.js';
import { ensureDatabase } from '../../src/adapters/postgres/provision.js';
import { createStatementFiles } from '../../src/adapters/postgres/statement-files.js';
import { parseDay } from '../../src/kernel/calendar-day.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { UnitFile } from '../../src/ports/reconciliation.js';
import { parseConfig } from '../../src/config/load.js';
import { statementSettings } from '../../src/wiring/statement-work.js';
import { peersFromPostgres, peersOnFiles, requirePeers } from './peers.js';

const execFileAsync = promisify(execFile);

const asked = process.argv.slice(2).map(Number);
const sizes = asked.length > 0 ? asked : [100_000, 1_000_000];
const businessDay = parseDay('2026-11-30') ?? 0;
const runsPerSize = 2;
/** The peers on files hold each cell as a string: more rows take them minutes, and more memory than a process may have. */
const mostFileRows = 200_000;
requirePeers();

const home = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
const exchange = await mkdtemp(join(tmpdir(), 'paydesk-bench-files-'));
// The server writes the ledger there for the peers.
await chmod(exchange, 0o777);
const server = await startEmbeddedPostgres({ home, log: silentLog, settings: { max_wal_size: '8GB' } });
await ensureDatabase(server.url, 'bench');
const url = server.urlOf('bench');
await migrate(url, { log: silentLog });
// Only a superuser may have the server read files.
const superuser = new URL(server.url.reveal());
superuser.pathname = '/bench';
const books = new Secret(superuser.href);
const client = new pg.Client({ connectionString: books.reveal() });
await client.connect();
const database = openDatabase({ url, clock: systemClock, log: silentLog });
const files = createStatementFiles(database);
const runs = sizes.flatMap((rows) =>
  [...Array.from({ length: runsPerSize }, (_, at) => String(at)), 'sql'].map((run) => `bench${rows}-${run}`),
);
const config = parseConfig(
  `company: Bench
partners:
${runs
  .map((id) => `  - { id: ${id}, name: ${id}, kind: psp, statements: { ledgerAccount: 'clearing:bench' } }`)
  .join('\n')}
reconciliation: { windowDays: 2 }
`,
  'paydesk.yaml',
);
const facts = {
  settings: statementSettings({ PAYDESK_HOME: home }, config),
  databaseUrl: url.reveal(),
  booksUrl: books.reveal(),
  logLevel: 'silent',
};
try {
  for (const rows of sizes) await measure(rows);
} finally {
  await database.close();
  await client.end();
  await server.stop();
  await Promise.all([home, exchange].map((folder) => rm(folder, { recursive: true, force: true })));
}

async function measure(rows: number): Promise<void> {
  const path = join(exchange, `${rows}.csv`);
  const truth = await load(rows, path);
  const copies: number[] = [];
  const joins: RunTimes[] = [];
  for (let at = 0; at < runsPerSize; at++) {
    copies.push(await bareCopy(path));
    joins.push(await reconcileOnce(`bench${rows}-${at}`, path, 'join'));
  }
  const sql = await reconcileOnce(`bench${rows}-sql`, path, 'sql');
  const copy = Math.min(...copies);
  const joined = Math.min(...joins.map(({ seconds }) => seconds));
  const most = (part: 'loopMs' | 'megabytes' | 'megabytesBefore'): number =>
    Math.round(Math.max(...joins.map((each) => each[part])));
  console.log(
    JSON.stringify({
      rows,
      copySeconds: copy,
      joinSeconds: rounded(joined),
      ratio: Number((joined / copy).toFixed(2)),
      sqlSeconds: rounded(sql.seconds),
      sqlRatio: Number((sql.seconds / joined).toFixed(2)),
      loopDelayMaxMs: most('loopMs'),
      joinMegabytes: most('megabytes'),
      megabytesBefore: most('megabytesBefore'),
      sqlMegabytes: Math.round(sql.megabytes),
      breaks: sql.breaks,
      truth,
      peers: await peersFromPostgres(client, path, joined),
      ...(rows <= mostFileRows && { files: await peersOnFiles(path) }),
    }),
  );
}

/** The ledger into the books, the statement into a file; the breaks that must be found. */
async function load(rows: number, path: string): Promise<Record<string, number>> {
  const script = join(import.meta.dirname, 'write-files.ts');
  const { stdout } = await execFileAsync(process.execPath, ['--import', 'tsx', script, String(rows), path]);
  await client.query('drop table if exists ledger_entries, loading');
  await client.query(`create table loading (id text, partner_ref text collate "C", amount_minor bigint, currency text,
    value_date date, type text, batch_id text)`);
  await client.query(`copy loading from '${path}.ledger' (format csv, header)`);
  await client.query(`create table ledger_entries as select id as entry_id, 'clearing:bench' as account,
    'debit' as direction, amount_minor, currency, type as kind, 'bench' as partner, partner_ref as reference, batch_id,
    value_date as business_day,
    value_date::timestamptz as booked_at from loading`);
  await client.query('vacuum analyze ledger_entries');
  return JSON.parse(stdout) as Record<string, number>;
}

async function bareCopy(path: string): Promise<number> {
  await client.query('drop table if exists bare');
  await client.query(`create table bare (line_no bigint, partner_ref text collate "C", amount_minor bigint, currency text,
    value_date date, type text, fee_minor bigint)`);
  const startedAt = performance.now();
  await client.query(`copy bare from '${path}' (format csv, header)`);
  return secondsSince(startedAt);
}

function secondsSince(startedAt: number): number {
  return rounded((performance.now() - startedAt) / 1000);
}

function rounded(seconds: number): number {
  return Number(seconds.toFixed(3));
}

interface RunTimes {
  seconds: number;
  loopMs: number;
  breaks: object;
  /** The most that the process held, and what it held before the run. */
  megabytes: number;
  megabytesBefore: number;
}

async function reconcileOnce(partner: string, path: string, engine: 'join' | 'sql'): Promise<RunTimes> {
  const file = await archived(partner, path);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'one-run.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ facts, partner, businessDay, file, engine }));
  return (await json(child.stdout)) as RunTimes;
}

/** As the inbox leaves a file. */
async function archived(partner: string, path: string): Promise<UnitFile> {
  const script = join(import.meta.dirname, 'archive.ts');
  const env = { ...process.env, BENCH_DATABASE_URL: url.reveal() };
  const { stdout } = await execFileAsync(process.execPath, ['--import', 'tsx', script, path], { env });
  const facts = {
    partner,
    sha256: stdout.trim(),
    name: 'bench.csv',
    format: 'table',
    receivedAt: new Date(0),
  };
  const { file } = await database.run((tx) => files.add(tx, facts));
  return { id: file.id, sha256: file.sha256, format: file.format };
}
