/**
 * What the commands on files take: how fast each format is read, and `paydesk reconcile` on two files of a million rows,
 * which fails above its limit of memory.
 * Usage, with a built checkout: tsx bench/statement-files.ts [rows], default 1000000.
 *
 * Reading counts processor time, which other work on the machine does not change. The files are the tests' samples with their first row repeated, so totals do not add up, which costs nothing.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StatementFormat } from '../src/reconciliation/formats/format.js';
import { formats, parseStatement, profiles } from '../src/reconciliation/formats/index.js';
import { samples } from '../test/reconciliation/formats/samples.js';

const execFileAsync = promisify(execFile);

const rows = Number(process.argv[2] ?? 1_000_000);
const rowsPerFormat = 200_000;
const bytesPerMegabyte = 1e6;
/** Of the process, with a million rows a side. */
const mostMegabytes = 256;

for (const format of [...formats, ...profiles]) measureParser(format, samples[format.id] ?? '');
await measureReconcile();

function measureParser(format: StatementFormat, sample: string): void {
  const text = repeated(format, sample);
  const megabytes = Buffer.byteLength(text) / bytesPerMegabyte;
  const before = process.cpuUsage();
  let read = 0;
  for (const item of parseStatement(format, text)) if (item.type === 'row') read++;
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const speed = `${(megabytes / seconds).toFixed(1)} MB/s`;
  say(`${format.id.padEnd(18)} ${speed.padStart(11)}  ${read} rows of ${megabytes.toFixed(0)} MB`);
}

/** The sample with the lines of its first row many times. */
function repeated(format: StatementFormat, sample: string): string {
  const lines = sample.split('\n');
  const [first, next] = [...parseStatement(format, sample)].filter(({ type }) => type === 'row');
  const [from, to] = [(first?.line ?? 1) - 1, (next?.line ?? 2) - 1];
  const many = `${lines.slice(from, to).join('\n')}\n`.repeat(rowsPerFormat);
  return `${lines.slice(0, from).join('\n')}\n${many}${lines.slice(to).join('\n')}`;
}

async function measureReconcile(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
  try {
    const statement = join(folder, 'statement.csv');
    const generator = new URL('reconciliation/write-files.ts', import.meta.url).pathname;
    await execFileAsync(process.execPath, ['--import', 'tsx', generator, String(rows), statement]);
    const cli = new URL('../dist/src/cli.js', import.meta.url).pathname;
    const report = `process.on('exit', () => process.stderr.write(String(process.resourceUsage().maxRSS)))`;
    const { stdout, stderr } = await execFileAsync(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${encodeURIComponent(report)}`,
        cli,
        'reconcile',
        '--ledger',
        `${statement}.ledger`,
        '--statement',
        statement,
        '--json',
      ],
      { maxBuffer: 1 << 30 },
    );
    const { seconds } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}') as { seconds: number };
    const megabytes = Math.round((Number(stderr) * 1024) / bytesPerMegabyte);
    say(`reconcile ${rows} × ${rows}: ${seconds} s, ${megabytes} MB resident at most`);
    if (rows <= 1_000_000 && megabytes > mostMegabytes)
      throw new Error(`${megabytes} MB resident where ${mostMegabytes} MB are the limit.`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
