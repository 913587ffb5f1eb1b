/**
 * The Numenta Anomaly Benchmark (version 1.1): its series, its label windows and its score.
 *
 * A window is worth more the earlier it is found; a false alert costs little just after a window and 0.11 elsewhere (0.22
 * in the profile of few false alerts). Scores are normalised: 0 is a detector that says nothing, 100 a perfect one. The
 * first 15 % of a series, at most 750 rows, do not count.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTimedRow } from '../../src/cli/timed-rows.js';
import type { Row } from './ordinary.js';

export interface LabelledSeries {
  name: string;
  rows: Row[];
  /** First and last row of each window. */
  windows: [first: number, last: number][];
}

export interface Scored {
  series: LabelledSeries;
  scores: Float64Array;
}

export const profiles = {
  standard: { missed: 1, falseAlert: 0.11 },
  'few false alerts': { missed: 1, falseAlert: 0.22 },
  'few missed': { missed: 2, falseAlert: 0.11 },
} as const;

export type Profile = keyof typeof profiles;

/** The folder holds `data/<category>/<name>.csv` and `labels/combined_windows.json`. */
export function readNab(folder: string): LabelledSeries[] {
  const labels = JSON.parse(readFileSync(join(folder, 'labels/combined_windows.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  const categories = readdirSync(join(folder, 'data'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const names = categories.flatMap(({ name }) =>
    readdirSync(join(folder, 'data', name)).map((file) => `${name}/${file}`),
  );
  return names.sort().map((name) => readSeries(join(folder, 'data', name), name, labels[name] ?? []));
}

function readSeries(path: string, name: string, labels: [string, string][]): LabelledSeries {
  const rows = readFileSync(path, 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const { wallTimeMs, value } = readTimedRow(line.trim());
      if (wallTimeMs === null || value === null) throw new Error(`${name}: ${line}`);
      return { wallTimeMs, value };
    });
  const rowAt = (time: string): number => {
    const at = Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`);
    return rows.findIndex(({ wallTimeMs }) => wallTimeMs === at);
  };
  return { name, rows, windows: labels.map(([first, last]) => [rowAt(first), rowAt(last)]) };
}

/** The series without its first rows and in another unit, against a detector that knows the files. */
export function variation(series: LabelledSeries, random: () => number): LabelledSeries {
  const factor = Math.exp(3 * random() - 1.5);
  let dropped = Math.floor(series.rows.length * 0.03 * random());
  const [first] = series.windows[0] ?? [Infinity];
  while (dropped > 0 && first - dropped < probation(series.rows.length - dropped)) dropped--;
  return {
    name: series.name,
    rows: series.rows.slice(dropped).map((row) => ({ ...row, value: row.value * factor })),
    windows: series.windows.map(([from, to]) => [from - dropped, to - dropped]),
  };
}

const probation = (rows: number): number => Math.min(Math.floor(0.15 * rows), 750);

const sigmoid = (at: number): number => (at > 3 ? -1 : 2 / (1 + Math.exp(5 * at)) - 1);

interface Point {
  score: number;
  /** The window that the row is in, over all series. */
  window: number | null;
  worth: number;
}

function pointsOf(scored: readonly Scored[]): { points: Point[]; windows: number } {
  const points: Point[] = [];
  let windows = 0;
  for (const { series, scores } of scored) {
    let at = 0;
    for (let row = 0; row < scores.length; row++) {
      while (series.windows[at] !== undefined && row > series.windows[at]![1]) at++;
      const [first, last] = series.windows[at] ?? [Infinity, Infinity];
      const before = series.windows[at - 1];
      if (row < probation(scores.length)) continue;
      const score = scores[row]!;
      if (row >= first) {
        const worth = sigmoid(-(last - row + 1) / (last - first + 1)) / sigmoid(-1);
        points.push({ score, window: windows + at, worth });
      } else {
        const worth = before ? sigmoid((row - before[1]) / (before[1] - before[0])) : -1;
        points.push({ score, window: null, worth });
      }
    }
    windows += series.windows.length;
  }
  return { points: points.sort((one, other) => other.score - one.score), windows };
}

export interface NabResult {
  /** At the threshold that suits the labels best, as the published scores. */
  best: number;
  bestThreshold: number;
  /** At the given threshold. */
  fixed: number;
}

export function nabScores(scored: readonly Scored[], threshold: number): Record<Profile, NabResult> {
  const { points, windows } = pointsOf(scored);
  const result = (name: Profile): [Profile, NabResult] => [name, sweep(points, windows, threshold, name)];
  return Object.fromEntries((Object.keys(profiles) as Profile[]).map(result)) as Record<Profile, NabResult>;
}

function sweep(points: Point[], windows: number, threshold: number, name: Profile): NabResult {
  const { missed, falseAlert } = profiles[name];
  const found = new Float64Array(windows).fill(-missed);
  const nothing = -missed * windows;
  let [total, best, bestThreshold, fixed] = [nothing, nothing, 1, nothing];
  for (const [at, { score, window, worth }] of points.entries()) {
    if (window === null) total += worth * falseAlert;
    else if (worth > found[window]!) {
      total += worth - found[window]!;
      found[window] = worth;
    }
    // Rows of one score come together or not at all.
    if (points[at + 1]?.score === score) continue;
    if (score >= threshold) fixed = total;
    if (total > best) [best, bestThreshold] = [total, score];
  }
  const normalised = (value: number): number => (100 * (value - nothing)) / (windows - nothing);
  return { best: normalised(best), bestThreshold, fixed: normalised(fixed) };
}
