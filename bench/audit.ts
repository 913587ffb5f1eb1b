/**
 * What an entry of the audit log costs the transaction that it belongs to, alone and with seven others writing at the
 * same time, and how long it takes to verify a million entries.
 *
 * Run: `npm run bench:audit`. Uses a PostgreSQL of its own, as durable as a real one; leaves nothing behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { createAuditStore } from '../src/adapters/postgres/audit.js';
import { openDatabase, type Database, type PgTransaction } from '../src/adapters/postgres/database.js';
import { startEmbeddedPostgres } from '../src/adapters/postgres/embedded/supervisor.js';
import { bodyOf, contentOf, genesis, hashOf } from '../src/audit/chain.js';
import { createAuditTrail } from '../src/audit/trail.js';
import { verifyChain } from '../src/audit/verify.js';
import { embeddedAddresses, migrateDatabase } from '../src/wiring/database.js';
import { systemClock } from '../src/kernel/clock.js';
import { silentLog as log } from '../src/kernel/log.js';
import type { AuditEvent, AuditHead, StoredEntry } from '../src/ports/audit.js';
import { ms, percentile } from './harness.js';

const warmUps = 100;
const samples = 1000;
const writers = 8;
const entries = 1_000_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** An approval with the plan that its approver saw: some 900 bytes, as long as entries get. */
const approval = (index: number): AuditEvent => ({
  kind: 'remediation.approved',
  actor: `U0${index % 50}APPROVER`,
  subjects: [`REM-${index}`, `pi_3Q${index.toString(36).padStart(20, '0')}`],
  why: 'the customer was charged twice, the second one goes back',
  details: {
    rule: 'refunds-below-1000',
    planHash: 'f'.repeat(64),
    state: 'approved',
    seen: 'Refund 20.00 EUR. '.repeat(25),
  },
});

const cleaned = contentOf(approval(0));

const home = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
const server = await startEmbeddedPostgres({ home, log });
try {
  const addresses = await embeddedAddresses(server);
  await migrateDatabase(addresses, log);
  const database = openDatabase({ url: addresses.app, clock: systemClock, log, maxConnections: writers });
  await benchAppend(database);
  await fill(server.urlOf('paydesk').reveal());
  await benchVerify(database);
  await database.close();
} finally {
  await server.stop();
  await rm(home, { recursive: true, force: true });
}

/** Each transaction changes a row of its own, as a vote does; with an entry or without. */
async function benchAppend(database: Database): Promise<void> {
  const trail = createAuditTrail(createAuditStore(database));
  const bare = (tx: PgTransaction, index: number): Promise<unknown> =>
    tx.query(
      "insert into paydesk.job_cursors values ('job' || $1, now()) on conflict (job) do update set slot = now()",
      [index],
    );
  const audited = async (tx: PgTransaction, index: number): Promise<void> => {
    await bare(tx, index);
    await trail.append(tx, approval(index));
  };
  for (const [name, work] of [
    ['without an entry', bare],
    ['with an entry', audited],
  ] as const) {
    for (const at of [1, writers]) say(`${name}, ${at} at a time: ${await measure(database, at, work)}`);
  }
}

async function measure(
  database: Database,
  writersNow: number,
  work: (tx: PgTransaction, index: number) => Promise<unknown>,
): Promise<string> {
  const latencies: number[] = [];
  let next = 0;
  const write = async (): Promise<void> => {
    for (let index = next++; index < warmUps + samples; index = next++) {
      const startedAt = performance.now();
      await database.run((tx) => work(tx, index));
      if (index >= warmUps) latencies.push(performance.now() - startedAt);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: writersNow }, write));
  const seconds = (performance.now() - startedAt) / 1000;
  const rate = Math.round((warmUps + samples) / seconds);
  return `p50 ${ms(percentile(latencies, 0.5))}, p99 ${ms(percentile(latencies, 0.99))}, ${rate} transactions/s`;
}

/**
 * A million entries, made by the chain's own code and copied past the trigger, which would take them one by one. Their
 * texts are cleaned once, because a bench of reading need not search a million of them for card numbers.
 */
async function fill(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query("set session_replication_role = 'replica'");
  await client.query('truncate paydesk.audit_entries');
  let last = genesis;
  function* rows(): Generator<string> {
    const began = Date.now() - entries * 1000;
    for (let index = 0; index < entries; index++) {
      const entry = seal(last, approval(index), new Date(began + index * 1000));
      last = entry;
      yield copyRow(entry);
    }
  }
  const columns = 'seq, at, kind, actor, subjects, previous, body, hash';
  await pipeline(
    Readable.from(rows()),
    client.query(copyFrom(`copy paydesk.audit_entries (${columns}) from stdin`)),
  );
  await client.query('update paydesk.audit_head set seq = $1, hash = $2, at = $3', [
    last.seq,
    last.hash,
    last.at,
  ]);
  const { rows: sizes } = await client.query<{ size: string }>(
    "select pg_size_pretty(pg_total_relation_size('paydesk.audit_entries')) as size",
  );
  say(`${entries} entries take ${sizes[0]?.size ?? ''} with their indexes`);
  await client.end();
}

/** The entry that continues `head`, as the database makes it. */
function seal(head: AuditHead, { kind, actor, subjects }: AuditEvent, at: Date): StoredEntry {
  const { why, details } = cleaned;
  const entry = { kind, actor, subjects: [...subjects], seq: head.seq + 1, at, previous: head.hash };
  const body = bodyOf(entry, why, details);
  return { ...entry, body, hash: hashOf(body) };
}

function copyRow({ seq, at, kind, actor, subjects, previous, body, hash }: StoredEntry): string {
  const values = [
    seq,
    at.toISOString(),
    kind,
    actor,
    `{${subjects.join(',')}}`,
    previous,
    body.replaceAll('\\', '\\\\'),
    hash,
  ];
  return `${values.join('\t')}\n`;
}

async function benchVerify(database: Database): Promise<void> {
  let mostMemory = 0;
  const startedAt = performance.now();
  const verdict = await verifyChain(createAuditStore(database), {
    witnesses: [],
    onProgress: () => void (mostMemory = Math.max(mostMemory, process.memoryUsage.rss())),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (!verdict.ok || verdict.head.seq !== entries) throw new Error(`not whole: ${JSON.stringify(verdict)}`);
  say(
    `verified ${entries} entries in ${seconds.toFixed(1)} s: ${Math.round(entries / seconds)} entries/s, at most ${Math.round(mostMemory / 2 ** 20)} MB resident`,
  );
}
