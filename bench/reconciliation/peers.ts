/**
 * Other engines on the same tables, each in a process of its own that times itself without its start: DuckDB and polars
 * from the ledger in PostgreSQL to breaks in it, csv-diff and daff from file to file beside `paydesk reconcile`.
 *
 * They find less: see the header of each in bench/peers. csv-diff is a Python program that is used where it is installed.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type pg from 'pg';

const execFileAsync = promisify(execFile);
const peerFile = (name: string): string => new URL(`../peers/${name}`, import.meta.url).pathname;
const mostOutput = 1 << 30;

interface PeerTimes {
  seconds: number;
  /** How many times as long as Paydesk. */
  ratio: number;
}

const round = (value: number): number => Number(value.toFixed(3));
const timesOf = (seconds: number, ours: number): PeerTimes => ({
  seconds: round(seconds),
  ratio: Number((seconds / ours).toFixed(2)),
});

/** Throws when they are not installed. */
export function requirePeers(): void {
  if (!existsSync(peerFile('node_modules')))
    throw new Error('The peers are not installed: npm ci --prefix bench/peers');
}

/** `path`: the statement, in a folder that the server may write to. `ours`: seconds of the join. */
export async function peersFromPostgres(
  client: pg.Client,
  path: string,
  ours: number,
): Promise<Record<string, PeerTimes>> {
  const times: Record<string, PeerTimes> = {};
  for (const name of ['duckdb', 'polars']) {
    const ledger = `${path}.${name}-ledger.csv`;
    const breaks = `${path}.${name}-breaks.csv`;
    const startedAt = performance.now();
    await client.query(`copy (select entry_id as id, reference as partner_ref, amount_minor, currency,
      business_day as value_date, kind as type, batch_id from ledger_entries) to '${ledger}' (format csv, header)`);
    const exported = secondsSince(startedAt);
    const ran = await runPeer(`${name}.mjs`, ledger, path, breaks);
    const loadingAt = performance.now();
    await client.query('drop table if exists peer_breaks; create table peer_breaks (line text)');
    await client.query(`copy peer_breaks from '${breaks}' (format csv, delimiter E'\\x01')`);
    times[name] = timesOf(exported + ran + secondsSince(loadingAt), ours);
  }
  return times;
}

/** `path`: the statement, beside its ledger. */
export async function peersOnFiles(
  path: string,
): Promise<{ paydeskSeconds: number; peers: Record<string, PeerTimes> }> {
  const ledger = `${path}.ledger.csv`;
  await copyFile(`${path}.ledger`, ledger);
  const ours = await reconcileFiles(ledger, path);
  const peers: Record<string, PeerTimes> = {
    daff: timesOf(await runPeer('daff.mjs', ledger, path, `${path}.daff-breaks.csv`), ours),
  };
  const csvDiff = await runCsvDiff(ledger, path);
  if (csvDiff !== null) peers['csv-diff'] = timesOf(csvDiff, ours);
  return { paydeskSeconds: ours, peers };
}

async function runPeer(script: string, ...args: string[]): Promise<number> {
  const { stdout } = await execFileAsync(process.execPath, [peerFile(script), ...args], {
    maxBuffer: mostOutput,
  });
  return Number(stdout);
}

async function reconcileFiles(ledger: string, statement: string): Promise<number> {
  const cli = new URL('../../dist/src/cli.js', import.meta.url).pathname;
  const args = [cli, 'reconcile', '--ledger', ledger, '--statement', statement, '--json'];
  const { stdout } = await execFileAsync(process.execPath, args, { maxBuffer: mostOutput });
  return (JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}') as { seconds: number }).seconds;
}

/** With its start, which is short beside the rest; null where it is not installed. */
async function runCsvDiff(ledger: string, statement: string): Promise<number | null> {
  const startedAt = performance.now();
  try {
    await execFileAsync('csv-diff', [ledger, statement, '--key=partner_ref', '--json'], {
      maxBuffer: mostOutput,
    });
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    throw error;
  }
  return secondsSince(startedAt);
}

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;
