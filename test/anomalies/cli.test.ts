/** `paydesk backtest` and `paydesk localise` as a person or a program runs them: exit codes, lines of JSON, faults with a place. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtestIn } from '../../src/cli/backtest-metric.js';
import { backtestFile, localiseFiles } from '../../src/cli/backtest.js';
import { dayMs, hourMs } from '../../src/kernel/clock.js';
import type { Metric, MetricSource } from '../../src/ports/metrics.js';
import { randomOf } from '../../bench/anomalies/random.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'paydesk-anomalies-'))));
afterAll(() => rm(folder, { recursive: true }));

interface Ran {
  clean: boolean;
  out: string[];
  err: string[];
}

async function ran(
  run: (voices: { say: (l: string) => void; tell: (l: string) => void }) => Promise<boolean>,
): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const clean = await run({ say: (line) => void out.push(line), tell: (line) => void err.push(line) });
  return { clean, out, err };
}

const file = async (name: string, text: string | Buffer): Promise<string> => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

const backtest = async (text: string | Buffer, more: object = {}): Promise<Ran> => {
  const input = await file('counts.csv', text);
  return ran((voices) => backtestFile({ input, warmup: '5', budget: '0.5', json: true, ...more }, voices));
};

const hostile = '"><script>';
const quoted = `"${hostile.replaceAll('"', '""')}"`;

/** Seven days of ten-minute buckets; one issuer with a hostile name fails for three hours of the sixth day. */
function history(): string {
  const random = randomOf(7);
  const lines = ['bucket,country,issuer,attempts,failures'];
  for (let at = 0; at < 7 * 144; at++) {
    const bucket = new Date(Date.UTC(2026, 0, 5) + at * 600_000).toISOString();
    for (const [country, issuer] of [
      ['BR', quoted],
      ['BR', '"Banco, S.A."'],
      ['DE', quoted],
    ]) {
      const isFaulty = issuer === quoted && country === 'BR' && at >= 5.5 * 144 && at < 5.5 * 144 + 18;
      const attempts = random.poisson(80);
      lines.push(
        [bucket, country, issuer, attempts, random.binomial(attempts, isFaulty ? 0.5 : 0.1)].join(','),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

describe('backtest', () => {
  it('prints one line per alert and a closing line', async () => {
    const { clean, out, err } = await backtest(history());
    expect({ clean, err }).toEqual({ clean: true, err: [] });
    expect(out).toHaveLength(2);
    expect(JSON.parse(out[0]!)).toMatchObject({
      raisedAt: '2026-01-10T12:10:00.000Z',
      resolvedAt: expect.stringMatching(/^2026-01-10T1[56]/),
      kind: 'rate',
      slice: { country: 'BR', issuer: hostile },
    });
    expect(JSON.parse(out[1]!)).toMatchObject({
      type: 'summary',
      rows: 3024,
      series: 3,
      alerts: 1,
      problems: 0,
    });
  });

  it('counts an alert that is open at the end of the file up to there', async () => {
    const until = (time: string): string => {
      const lines = history().split('\n');
      return lines.slice(0, lines.findLastIndex((line) => line.startsWith(time)) + 1).join('\n');
    };
    const openAt = async (time: string): Promise<{ resolvedAt: string | null; excessFailures: number }> => {
      const { out } = await backtest(until(time));
      return JSON.parse(out[0]!) as { resolvedAt: string | null; excessFailures: number };
    };
    const early = await openAt('2026-01-10T12:10');
    const late = await openAt('2026-01-10T14:00');
    expect([early.resolvedAt, late.resolvedAt]).toEqual([null, null]);
    expect(late.excessFailures).toBeGreaterThan(3 * early.excessFailures);
  });

  it('prints sentences for people', async () => {
    const { out } = await backtest(history(), { json: false });
    expect(out[0]).toContain(`2026-01-10 12:10 UTC  country = BR, issuer = ${hostile}: `);
    expect(out[0]).toMatch(/\d+ failures above expectation, \d+ % explained, over after 3 h/);
    expect(out[1]).toMatch(/^1 alert in 3,024 rows of 3 series, /);
  });

  const row = (text: string): string =>
    `bucket,country,attempts,failures\n2026-01-05T00:00:00Z,BR,10,1\n${text}\n`;
  it.each([
    ['a negative count', row('2026-01-05T00:10:00Z,BR,-5,0'), 'negative_count'],
    ['more failures than attempts', row('2026-01-05T00:10:00Z,BR,5,6'), 'failures_exceed_attempts'],
    ['a count with decimals', row('2026-01-05T00:10:00Z,BR,5.5,1'), 'bad_count'],
    ['a count with too many digits', row('2026-01-05T00:10:00Z,BR,9007199254740993,1'), 'bad_count'],
    ['a count that is no number', row('2026-01-05T00:10:00Z,BR,many,1'), 'bad_count'],
    ['a time that is none', row('yesterday,BR,5,1'), 'bad_bucket'],
    ['a day that no calendar has', row('2026-13-05T00:10:00Z,BR,5,1'), 'bad_bucket'],
    ['a field too few', row('2026-01-05T00:10:00Z,5,1'), 'csv_width'],
    ['a quote that never ends', row('2026-01-05T00:10:00Z,"BR,5,1'), 'csv_quote'],
    ['an earlier bucket', row('2026-01-04T00:00:00Z,BR,5,1'), 'unsorted'],
  ])('%s: the line is left out with its place and reason', async (_, text, code) => {
    const { clean, out, err } = await backtest(text);
    expect(clean).toBe(false);
    expect(err[0]).toMatch(new RegExp(`counts\\.csv line 3: .+ \\(${code}\\)$`));
    expect(JSON.parse(out.at(-1)!)).toMatchObject({ rows: 1, problems: 1 });
  });

  it.each([
    ['no file content', '', 'is empty'],
    ['no attempts', 'bucket,country,failures\n', 'lacks attempts'],
    ['no bucket', 'country,attempts,failures\n', 'lacks bucket'],
    ['a name twice', 'bucket,a,a,attempts,failures\n', 'twice'],
    [
      'twenty dimensions',
      `bucket,${Array.from({ length: 20 }, (_, at) => `d${at}`).join()},attempts,failures\n`,
      'at most 16',
    ],
  ])('%s: refused, with what the first line must name', async (_, text, message) => {
    await expect(backtest(text)).rejects.toMatchObject({
      code: 'invalid',
      publicMessage: expect.stringContaining(message),
      hint: expect.stringContaining('attempts, failures'),
    });
  });

  it.each([['0'], ['-1'], ['many'], ['']])('a warm-up of “%s” days is refused', async (warmup) => {
    await expect(backtest(history(), { warmup })).rejects.toMatchObject({ code: 'invalid' });
  });

  const counted = async (text: string | Buffer): Promise<unknown> =>
    (await backtest(text)).out.map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }));

  it.each<[string, (text: string) => string | Buffer]>([
    ['UTF-16, as spreadsheets write it', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['lines that end as on Windows', (text) => text.replaceAll('\n', '\r\n')],
    [
      'every row in two halves',
      (text) =>
        text.replace(/^(\d.*),(\d+),(\d+)$/gm, (_line, slice: string, attempts: string, failures: string) =>
          [
            `${slice},${Math.ceil(Number(attempts) / 2)},${Math.floor(Number(failures) / 2)}`,
            `${slice},${Math.floor(Number(attempts) / 2)},${Math.ceil(Number(failures) / 2)}`,
          ].join('\n'),
        ),
    ],
  ])('%s: the same alerts', async (reason, rewritten) => {
    const rows = reason.includes('halves') ? 2 : 1;
    const [alert, closing] = (await counted(history())) as [object, { rows: number }];
    expect(await counted(rewritten(history()))).toEqual([alert, { ...closing, rows: rows * closing.rows }]);
  });

  it('starts that are not even are of the bucket in which they lie, and nothing is lost', async () => {
    const moved = history().replace(/^(\S{14})30:00\.000Z(,DE.*)$/gm, '$134:00.000Z$2');
    const [even, odd] = [await counted(history()), await counted(moved)];
    expect(moved).not.toBe(history());
    expect(odd).toEqual(even);
  });

  it.each([
    [
      'one bucket',
      'bucket,attempts,failures\n2026-01-05,5,1\n',
      1,
      /^Nothing was judged: the file covers 0 s/,
    ],
    [
      'less than the history',
      history().slice(0, 20_000),
      3,
      /^Nothing was judged: .*first 5 days are history/,
    ],
    ['no rows', 'bucket,attempts,failures\n', 0, /has no rows that can be read, so nothing was judged/],
  ])('%s: says that nothing was judged', async (_reason, text, series, message) => {
    const { out, err } = await backtest(text.slice(0, text.lastIndexOf('\n') + 1));
    expect(err).toEqual([expect.stringMatching(message)]);
    expect(JSON.parse(out[0]!)).toMatchObject({ series, alerts: 0, problems: 0 });
  });

  it('reads Unix times, times without a zone, and tables without dimensions', async () => {
    const { clean, out } = await backtest('bucket,attempts,failures\n1767571200,5,1\n2026-01-05 00:10,5,1\n');
    expect(clean).toBe(true);
    expect(JSON.parse(out[0]!)).toMatchObject({ rows: 2, series: 1, alerts: 0 });
  });
});

describe('localise', () => {
  const counts = (rate: (country: string, method: string) => number): string =>
    ['BR', 'DE', 'US']
      .flatMap((country) =>
        ['card', quoted].map((method) => `${country},${method},2000,${2000 * rate(country, method)}`),
      )
      .join('\n');
  const localise = async (baseline: string, current: string): Promise<Ran> => {
    const files = {
      baseline: await file('baseline.csv', baseline),
      current: await file('current.csv', current),
    };
    return ran((voices) => localiseFiles(files, voices));
  };
  const header = 'country,method,attempts,failures\n';

  it('prints ranked causes as JSON', async () => {
    const current = counts((country, method) => (country === 'BR' && method === quoted ? 0.5 : 0.1));
    const { clean, out } = await localise(header + counts(() => 0.1), header + current);
    expect(clean).toBe(true);
    expect(JSON.parse(out.join(''))).toMatchObject([
      { slice: { country: 'BR', method: hostile }, excess: expect.closeTo(800, -2) },
    ]);
  });

  it('prints an empty list when no slice explains it', async () => {
    const { out } = await localise(header + counts(() => 0.1), header + counts(() => 0.3));
    expect(out).toEqual(['[]']);
  });

  it('says which table has no rows', async () => {
    const { out, err } = await localise(header + counts(() => 0.1), header);
    expect(out).toEqual(['[]']);
    expect(err).toEqual([expect.stringMatching(/current\.csv has no rows that can be read/)]);
  });

  it('refuses tables with different dimensions, and names them', async () => {
    await expect(
      localise(header + counts(() => 0.1), 'country,attempts,failures\nBR,5,1\n'),
    ).rejects.toMatchObject({
      code: 'invalid',
      publicMessage: 'The two tables have different dimensions: method.',
    });
  });
});

describe('backtest --metric', () => {
  const metric: Metric = {
    id: 'success',
    name: 'Success rate',
    kind: 'rate',
    dimensions: ['issuer'],
    bucketMs: hourMs,
    lagMs: 0,
    falseAlertsPerWeek: 1,
    sql: '',
  };
  /** Three weeks of hours; an issuer with a hostile name fails for six of them. */
  const begin = Date.UTC(2026, 0, 5);
  const fails = { from: begin + 18 * dayMs, to: begin + 18 * dayMs + 6 * hourMs };
  const random = randomOf(3);
  const history = Array.from({ length: 21 * 24 }, (_, at) => {
    const atMs = begin + at * hourMs;
    const counts = [hostile, 'Banco'].map((issuer) => {
      const isFaulty = issuer === hostile && atMs >= fails.from && atMs < fails.to;
      const attempts = random.poisson(200);
      return { values: [issuer], attempts, failures: random.binomial(attempts, isFaulty ? 0.5 : 0.1) };
    });
    return { at: new Date(atMs), counts };
  });
  const source: MetricSource = {
    read: (_metric, { from, to }) => Promise.resolve(history.filter(({ at }) => at >= from && at < to)),
    slowLimits: () => Promise.resolve([]),
    failedAmounts: () => Promise.resolve([]),
  };
  const week = { from: '2026-01-19', to: '2026-01-26' };
  const replay = (options: object): Promise<Ran> =>
    ran(async (voices) => {
      await backtestIn(metric, source, { ...week, ...options }, voices);
      return true;
    });

  it('shows the alert with its picture, and writes the pictures to a file', async () => {
    const svg = join(folder, 'pictures.svg');
    const { out } = await replay({ svg });
    expect(out[0]).toMatch(
      /^2026-01-23 \d\d:00 UTC {2}Success rate −\d+ pts \(\d\d %, n = [\d,]+\): issuer = "><script> explains \d+ %, over after/,
    );
    expect(out[1]).toMatch(/^ {4}[▁▂▃▄▅▆▇█]+ {2}\d\d % to \d\d %$/);
    expect(out.at(-1)).toMatch(/^1 alert of success from 2026-01-19 00:00 UTC to 2026-01-26 00:00 UTC/);
    const picture = await readFile(svg, 'utf8');
    expect(picture).toContain('&lt;script&gt;');
    expect(picture).not.toContain('<script>');
    expect(picture.match(/<path/g)).toHaveLength(1);
  });

  it('as JSON: a line per alert, and a closing one', async () => {
    const { out } = await replay({ json: true });
    const [alert, summary] = out.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(alert).toMatchObject({
      kind: 'rate',
      slice: { issuer: hostile },
      onsetAt: new Date(fails.from).toISOString(),
    });
    expect(summary).toMatchObject({ type: 'summary', metric: 'success', alerts: 1 });
  });

  it.each([
    [{ from: 'yesterday' }],
    [{ from: '2026-01-27' }],
    [{ to: '2999-01-01' }],
    [{ from: '2020-01-01' }],
    [{ svg: '/nowhere/pictures.svg' }],
  ])('%j is refused with a hint', async (options) => {
    await expect(replay(options)).rejects.toMatchObject({ code: 'invalid', hint: expect.any(String) });
  });
});
