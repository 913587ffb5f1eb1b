/**
 * `paydesk backtest` and `paydesk localise`: what the detectors would have said about a file of counts, without Slack and
 * without a database.
 *
 * Invariant: the standard output carries results alone; progress and problems of the file go to the standard error.
 */
import { countText, plural } from '../kernel/counts.js';
import { Backtest, type ReplayedAlert } from '../anomalies/backtest/backtest.js';
import { compareTables, type Counts } from '../anomalies/localisation/compare.js';
import type { Slice } from '../anomalies/slices/lattice.js';
import { Pool } from '../anomalies/slices/pool.js';
import { dayMs } from '../kernel/clock.js';
import { formatDuration } from '../kernel/duration.js';
import { OpsError } from '../kernel/errors.js';
import { utcText } from '../kernel/instants.js';
import { problem, quoted, type Problem } from '../reconciliation/problems.js';
import { readCounts, type CountHeader, type CountLine } from './count-tables.js';
import type { Voices } from './voices.js';

export interface BacktestOptions {
  input: string;
  warmup: string;
  budget: string;
  json?: boolean;
}

const mostShown = 20;

/** Prints the alerts that a file would have raised; true when every row could be read. */
export async function backtestFile(options: BacktestOptions, { say, tell }: Voices): Promise<boolean> {
  const startedAt = performance.now();
  const warmupMs = positive(options.warmup, '--warmup', 'days of history, such as 14') * dayMs;
  const budgetPerWeek = positive(options.budget, '--budget', 'false alerts per week, such as 0.5');
  const problems = new ProblemList(options.input, tell);
  const { replay, rows, spanMs } = await replayFile(options.input, problems, { warmupMs, budgetPerWeek });
  const alerts = replay.finish();
  problems.end();
  if (rows === 0) tell(`${options.input} has no rows that can be read, so nothing was judged.`);
  else if (spanMs < warmupMs)
    tell(
      `Nothing was judged: the file covers ${formatDuration(spanMs)}, and its first ${options.warmup} days are history (--warmup).`,
    );
  const seconds = Math.round(performance.now() - startedAt) / 1000;
  const { series } = replay;
  const closing = { type: 'summary', rows, series, alerts: alerts.length, problems: problems.count, seconds };
  if (options.json === true) {
    for (const alert of alerts) say(JSON.stringify(alertLine(alert)));
    say(JSON.stringify(closing));
  } else printForPeople(alerts, closing, say);
  return problems.count === 0;
}

async function replayFile(
  path: string,
  problems: ProblemList,
  limits: { warmupMs: number; budgetPerWeek: number },
): Promise<{ replay: Backtest; rows: number; spanMs: number }> {
  let replay = new Backtest({ dimensions: [], ...limits });
  let rows = 0;
  const span = { first: 0, last: 0 };
  for await (const item of readCounts(path, { hasBuckets: true }))
    if ('dimensions' in item) replay = new Backtest({ dimensions: item.dimensions, ...limits });
    else if (item.type === 'problem') problems.add(item);
    else if (replay.add(item.bucketMs ?? 0, item)) {
      span.last = item.bucketMs ?? 0;
      if (rows++ === 0) span.first = span.last;
    } else problems.add(problem(item.line, 'unsorted', unsorted, 'bucket'));
  return { replay, rows, spanMs: span.last - span.first };
}

const unsorted =
  'the row is for an earlier bucket than the row before it; sort the file by bucket, and write times with their zone where clocks change';

function positive(text: string, option: string, expected: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0 && value <= 10_000) return value;
  throw new OpsError('invalid', `${quoted(text)} is not a valid value for ${option}.`, {
    hint: `Give the number of ${expected}.`,
  });
}

class ProblemList {
  count = 0;
  constructor(
    private readonly path: string,
    private readonly tell: (line: string) => void,
  ) {}

  add({ line, message, code }: Problem): void {
    if (++this.count <= mostShown) this.tell(`${this.path} line ${line}: ${message} (${code})`);
  }

  end(): void {
    if (this.count > mostShown) this.tell(`… and ${this.count - mostShown} more problems`);
    if (this.count > 0)
      this.tell(
        `→ ${this.count === 1 ? '1 row was left out. Correct it' : `${countText(this.count)} rows were left out. Correct them`} and run it again.`,
      );
  }
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

const alertLine = (alert: ReplayedAlert): Record<string, unknown> => ({
  raisedAt: isoOf(alert.raisedAtMs),
  resolvedAt: alert.resolvedAtMs === null ? null : isoOf(alert.resolvedAtMs),
  kind: alert.kind,
  slice: alert.slice,
  scoreMax: rounded(alert.scoreMax, 2),
  excessFailures: rounded(alert.excessFailures, 1),
  missingAttempts: rounded(alert.missingAttempts, 1),
  shareExplained: rounded(alert.shareExplained, 3),
});

function printForPeople(
  alerts: readonly ReplayedAlert[],
  { rows, series, seconds }: { rows: number; series: number; seconds: number },
  say: (line: string) => void,
): void {
  for (const alert of alerts) {
    const { kind, raisedAtMs, resolvedAtMs, slice, excessFailures, missingAttempts, shareExplained } = alert;
    const what =
      kind === 'rate'
        ? `${Math.round(excessFailures)} failures above expectation`
        : `${Math.round(missingAttempts)} attempts missing`;
    const lasted =
      resolvedAtMs === null
        ? 'still open at the end'
        : `over after ${formatDuration(resolvedAtMs - raisedAtMs)}`;
    const share = `${Math.round(100 * shareExplained)} % explained`;
    say(`${utcText(isoOf(raisedAtMs))}  ${sliceText(slice)}: ${what}, ${share}, ${lasted}`);
  }
  say(
    `${plural(alerts.length, 'alert')} in ${plural(rows, 'row')} of ${countText(series)} series, ${seconds} s`,
  );
}

/** Foreign text on a terminal: control characters would move its cursor. */
const sliceText = (slice: Slice): string => {
  const parts = Object.entries(slice).map(([name, value]) => `${name} = ${value}`);
  return (parts.length === 0 ? 'everything' : parts.join(', ')).replace(/\p{Cc}/gu, ' ');
};

export interface LocaliseOptions {
  baseline: string;
  current: string;
}

/** Prints the slices that explain why the current table fails more than the baseline; true when every row could be read. */
export async function localiseFiles(
  { baseline, current }: LocaliseOptions,
  { say, tell }: Voices,
): Promise<boolean> {
  const before = await readTable(baseline, tell);
  const now = await readTable(current, tell);
  const order = columnOrder(before.dimensions, now.dimensions, current);
  const pool = new Pool(before.dimensions.length);
  const tables = [
    before.rows,
    now.rows.map((row) => ({ ...row, values: order.map((at) => row.values[at] ?? '') })),
  ];
  const [old = [], fresh = []] = tables.map((rows) => pooled(pool, rows));
  const causes = compareTables(before.dimensions, old, fresh);
  const lines = causes.map(({ slice, score, excess, shareExplained }) => ({
    slice,
    score: rounded(score, 2),
    excess: rounded(excess, 1),
    shareExplained: rounded(shareExplained, 3),
  }));
  say(JSON.stringify(lines));
  return before.clean && now.clean;
}

const pooled = (pool: Pool, rows: readonly Counts[]): Counts[] => {
  const places = pool.place(rows);
  return rows.map(({ attempts, failures }, at) => ({ values: places[at] ?? [], attempts, failures }));
};

async function readTable(
  path: string,
  tell: Voices['tell'],
): Promise<{ clean: boolean; dimensions: string[]; rows: Counts[] }> {
  const problems = new ProblemList(path, tell);
  let dimensions: string[] = [];
  const rows: Counts[] = [];
  for await (const item of readCounts(path, { hasBuckets: false })) addItem(item);
  problems.end();
  if (rows.length === 0) tell(`${path} has no rows that can be read, so there is nothing to compare.`);
  return { clean: problems.count === 0, dimensions, rows };

  function addItem(item: CountHeader | CountLine | Problem): void {
    if ('dimensions' in item) ({ dimensions } = item);
    else if (item.type === 'problem') problems.add(item);
    else rows.push({ values: item.values, attempts: item.attempts, failures: item.failures });
  }
}

/** Where the baseline's dimensions are in the current table. */
function columnOrder(wanted: readonly string[], given: readonly string[], path: string): number[] {
  const missing = wanted.filter((name) => !given.includes(name));
  const added = given.filter((name) => !wanted.includes(name));
  if (missing.length + added.length === 0) return wanted.map((name) => given.indexOf(name));
  throw new OpsError(
    'invalid',
    `The two tables have different dimensions: ${[...missing, ...added].join(', ')}.`,
    { hint: `Give ${path} the same dimension columns as the baseline.` },
  );
}
