/**
 * `paydesk audit …` as a person runs it.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { anEvent, startAuditBench, type AuditBench } from './support.js';
import { script } from '../support/built.js';

let bench: AuditBench;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paydesk-audit-'));
  bench = await startAuditBench();
  await bench.append(anEvent({ why: 'línea\nuno' }), anEvent(), anEvent());
});
afterEach(async () => {
  await bench.close();
  await rm(folder, { recursive: true });
});

function audit(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script('src/cli.ts'), 'audit', ...args],
      { cwd: folder, env: { PATH, HOME, DATABASE_URL: bench.database.appUrl.reveal() }, timeout: 30_000 },
      (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

const headText = async (): Promise<string> => {
  const head = await bench.store.head();
  return `${head?.seq ?? ''}:${head?.hash ?? ''}`;
};

it('verify: a whole chain, compared with heads that were published outside', async () => {
  await bench.db.run((tx) => bench.store.witness(tx, '2020-11-20'));
  const head = await headText();
  const { code, out } = await audit('verify', '--expect', head);
  expect(out).toBe(`The chain is intact: 3 entries, 2 witnesses agree.\nHead ${head}\n`);
  expect(code).toBe(0);
});

it('verify: names the first bad entry, and fails', async () => {
  await bench.db.run((tx) => bench.store.witness(tx, '2020-11-20'));
  await bench.append(anEvent(), anEvent());
  await bench.tamper(
    "update paydesk.audit_entries set body = replace(body, 'U1ANA', 'U1LARS') where seq > 3",
  );
  expect(await audit('verify')).toMatchObject({
    code: 1,
    out: 'Entry 4 is the first bad one: its text does not match its hash.\nEntry 3 still matches its witness.\n',
  });
});

it('verify: a cut log is whole by itself, and not before a head from the channel', async () => {
  const told = await headText();
  await bench.tamper(
    'with cut as (delete from paydesk.audit_entries where seq = 3) ' +
      'update paydesk.audit_head h set seq = e.seq, hash = e.hash, at = e.at from paydesk.audit_entries e where e.seq = 2',
  );
  expect(await audit('verify')).toMatchObject({ code: 0 });
  const { code, out } = await audit('verify', '--expect', told);
  expect(out).toContain('Entry 3 is the first bad one: it is missing.');
  expect(code).toBe(1);
});

it.each([
  [['verify', '--expect', '17'], 'is not a head of the chain'],
  [['verify', '--expect', `x:${'0'.repeat(64)}`], 'is not a head of the chain'],
  [['export', '--from', '0'], 'is not an entry number'],
  [['export', '--to', '/nowhere/audit.jsonl'], 'cannot be written'],
])('%j is refused with a hint', async (args, words) => {
  const { code, err } = await audit(...args);
  expect(err).toContain(words);
  expect(err).toContain('→');
  expect(err).not.toMatch(/\n\s+at /);
  expect(code).toBe(2);
});

it('export: every line hashes to what the next one carries, the last to the head', async () => {
  const { out, err } = await audit('export');
  const lines = out.split('\n').slice(0, -1);
  const hashes = lines.map((line) => createHash('sha256').update(line).digest('hex'));
  const carried = lines.map((line) => (JSON.parse(line) as { previous: string }).previous);
  expect(carried).toEqual(['0'.repeat(64), ...hashes.slice(0, 2)]);
  expect(`3:${hashes[2]!}`).toBe(await headText());
  expect(err).toContain(`Exported up to entry 3, whose hash is ${hashes[2]!}`);
});

it('export: from an entry on, into a new file and over no old one', async () => {
  const file = join(folder, 'audit.jsonl');
  expect(await audit('export', '--from', '3', '--to', file)).toMatchObject({ code: 0, out: '' });
  expect(await readFile(file, 'utf8')).toBe(`${(await bench.store.page(2, 1)).entries[0]!.body}\n`);
  expect(await audit('export', '--to', file)).toMatchObject({ code: 2 });
  expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(2);
});
