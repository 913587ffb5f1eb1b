/** `paydesk detect` as a person or a program runs it: a score for every row, at once, and a sentence for a bad one. */
import { execFile, spawn } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ordinarySeries } from '../../../bench/detect/ordinary.js';
import { detectRows } from '../../../src/cli/detect.js';
import { script } from '../../support/built.js';

interface Ran {
  isClean: boolean;
  scores: string[];
  told: string[];
}

async function detect(chunks: Iterable<Buffer>, alertsPerWeek = '1'): Promise<Ran> {
  const output = new PassThrough({ highWaterMark: 1 << 24 });
  const told: string[] = [];
  const isClean = await detectRows({ alertsPerWeek }, Readable.from(chunks), output, (line) =>
    told.push(line),
  );
  output.end();
  return { isClean, scores: (await text(output)).split('\n').slice(0, -1), told };
}

const detectText = (input: string): Promise<Ran> => detect([Buffer.from(input)]);

const rows = ordinarySeries('daily wave', 1, 1)
  .slice(0, 400)
  .map(({ wallTimeMs, value }, at) => {
    const time = new Date(wallTimeMs).toISOString().slice(0, 19).replace('T', ' ');
    return `${time},${at === 300 ? 900 : value.toFixed(3)}`;
  });
const clean = `timestamp,value\n${rows.join('\n')}\n`;

describe('rows that can be read', () => {
  it('gives each row one score from 0 to 1, and the spike an alert', async () => {
    const { isClean, scores, told } = await detectText(clean);
    expect(scores).toHaveLength(400);
    expect(scores.every((score) => /^(?:0|1|0\.\d{6})$/.test(score))).toBe(true);
    const alerts = scores.flatMap((score, at) => (Number(score) >= 0.5 ? [at] : []));
    // The first day is new from hour to hour.
    expect(alerts.filter((at) => at >= 144)).toEqual([300]);
    expect([isClean, told]).toEqual([true, []]);
  });

  it.each([
    ['little-endian', Buffer.from(`\ufeff${clean}`, 'utf16le')],
    ['big-endian', Buffer.from(`\ufeff${clean}`, 'utf16le').swap16()],
  ])('UTF-16, %s, in pieces of any size: the same scores', async (_name, bytes) => {
    const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, at) =>
      bytes.subarray(7 * at, 7 * (at + 1)),
    );
    expect(await detect(pieces)).toEqual(await detectText(clean));
  });

  it.each<[what: string, input: string]>([
    ['no header', `${rows.join('\n')}\n`],
    ['Windows line ends', clean.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${clean}`],
    ['no end of the last line', clean.trimEnd()],
    ['blank lines', clean.replaceAll('\n', '\n\n')],
    ['quoted cells', clean.replaceAll(/^([^,\n]+),([^,\n]+)$/gm, '"$1","$2"')],
    ['ISO times', clean.replaceAll(/(\d) (\d\d:\d\d:\d\d)/g, '$1T$2.000+02:00')],
    [
      'seconds since 1970',
      clean.replaceAll(/^(\d{4}-[^,]+)/gm, (time) => String(Date.parse(`${time}Z`) / 1e3)),
    ],
    [
      'milliseconds since 1970',
      clean.replaceAll(/^(\d{4}-[^,]+)/gm, (time) => String(Date.parse(`${time}Z`))),
    ],
  ])('%s: the same scores', async (_what, input) => {
    expect(await detectText(input)).toEqual(await detectText(clean));
  });

  it('does not depend on how the input is cut', async () => {
    const whole = await detectText(clean);
    const bytes = Buffer.from(clean);
    const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(cuts, async (unsorted) => {
        const at = [0, ...unsorted.sort((one, other) => one - other), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(await detect(chunks)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('prints the score of a row before the next row comes', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const done = detectRows({ alertsPerWeek: '1' }, input, output, () => undefined);
    const scores = output[Symbol.asyncIterator]();
    for (const row of rows.slice(0, 3)) {
      input.write(`${row}\n`);
      expect(String((await scores.next()).value)).toBe('0\n');
    }
    input.end();
    expect(await done).toBe(true);
  });
});

describe('rows that cannot be read', () => {
  const good = '2026-01-05 00:00:00,1';
  it.each<[row: string, problem: RegExp]>([
    ['2026-01-05 00:05:00,', /the value is missing\.\n→ Write one finite number/],
    ['2026-01-05 00:05:00,NaN', /the value is missing/],
    ['2026-01-05 00:05:00,null', /the value is missing/],
    ['2026-01-05 00:05:00,abc', /“abc” is not a number/],
    ['2026-01-05 00:05:00,0x10', /“0x10” is not a number/],
    ['2026-01-05 00:05:00,1e999', /“1e999” is too large to measure/],
    ['2026-01-05 00:05:00,-Infinity', /“-Infinity” is too large to measure/],
    ['2026-01-05 00:05:00,12,5', /3 columns instead of 2\.\n→ .*decimal point/],
    ['2026-01-05 00:05:00;5', /1 column instead of 2/],
    ['12.5', /1 column instead of 2/],
    ['2026-02-30 00:05:00,5', /“2026-02-30 00:05:00” is not a time; the row is scored without its hour/],
    ['2026-01-05 25:05:00,5', /is not a time/],
    [',5', /the time is missing/],
    ['yesterday\u001b[2J,5', /“yesterday \[2J” is not a time/],
    [`2026-01-05 00:05:00,${'9'.repeat(100_000)}`, /“9{40}…” is too large/],
    [`${'x'.repeat(200_000)},5`, /“x{40}…” is not a time/],
  ])('%j: says so and keeps the rows aligned', async (row, problem) => {
    const { isClean, scores, told } = await detectText(`t,v\n${good}\n${row}\n${good}\n`);
    expect(scores).toEqual(['0', '0', '0']);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^Line 3: /);
    expect(told[0]).toMatch(problem);
    expect(isClean).toBe(false);
  });

  it.each(['', '\n\n', 'timestamp,value\n'])('%j: says that there are no rows', async (input) => {
    const { isClean, scores, told } = await detectText(input);
    expect([isClean, scores]).toEqual([false, []]);
    expect(told).toEqual([expect.stringContaining('The input has no rows.')]);
  });

  it('lists the first problems and counts the others', async () => {
    const { scores, told } = await detectText('2026-01-05 00:05:00,x\n'.repeat(1_000));
    expect(scores).toHaveLength(1_000);
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toBe('… and 980 more problems.');
  });

  it.each(['0', '-1', 'many', '1e9', ''])('refuses %j alerts per week', async (alertsPerWeek) => {
    await expect(detect([], alertsPerWeek)).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('the program', () => {
  const run = (args: string[], input: string): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [script('src/cli.ts'), ...args],
        { timeout: 150_000 },
        (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
      );
      child.stdin?.end(input);
    });

  it('ends with 0, with 1 for rows that cannot be read, and with 2 for a call that cannot', async () => {
    const [fine, faulty, wrong] = await Promise.all([
      run(['detect'], clean),
      run(['detect'], `${clean}x\n`),
      run(['detect', '--alerts-per-week', 'many'], clean),
    ]);
    expect([fine.code, fine.err, fine.out.trim().split('\n').length]).toEqual([0, '', 400]);
    expect([faulty.code, faulty.out.trim().split('\n').length]).toEqual([1, 401]);
    expect(faulty.err).toMatch(/^Line 402: .*\n→ /);
    expect(wrong).toEqual({ code: 2, out: '', err: expect.stringMatching(/“many” is not .*\n→ /) });
  }, 150_000);

  it('stops quietly when nothing reads its scores any more', async () => {
    const child = spawn(process.execPath, [script('src/cli.ts'), 'detect']);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.write(clean);
    child.stdout.once('data', () => {
      child.stdout.destroy();
      child.stdin.write(`${rows.join('\n')}\n`.repeat(50));
      child.stdin.end();
    });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(said).toBe('');
    expect(code).toBe(0);
  }, 150_000);
});
