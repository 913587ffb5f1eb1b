/**
 * `npm run bench:detect`: how fast `paydesk detect` scores, how often it is wrong on series without a fault, and, where
 * NAB names a folder with the Numenta Anomaly Benchmark, its score there.
 */
import { createHash } from 'node:crypto';
import { alertScore } from '../src/anomalies/novelty/score.js';
import { NoveltyDetector } from '../src/anomalies/novelty/detector.js';
import { nabScores, readNab, variation, type LabelledSeries, type Scored } from './detect/nab.js';
import { ordinaryKinds, ordinarySeries, rowsPerWeek, type Row } from './detect/ordinary.js';
import { seeded } from './reconciliation/generate.js';

const kinds = Object.keys(ordinaryKinds);

const scoresOf = (rows: readonly Row[], alertsPerWeek?: number): Float64Array => {
  const detector = new NoveltyDetector(alertsPerWeek);
  return Float64Array.from(rows, (row) => detector.score(row));
};

console.log('Rows a second of processor time, a year of five-minute rows each (goal 300,000)');
for (const kind of kinds) {
  const rows = ordinarySeries(kind, 1, 52);
  const before = process.cpuUsage().user;
  scoresOf(rows);
  const seconds = (process.cpuUsage().user - before) / 1e6;
  console.log(`  ${kind.padEnd(28)} ${Math.round(rows.length / seconds).toLocaleString('en-GB')}`);
}

const budgets = [0.25, 0.5, 1, 2];
const [seeds, weeks] = [10, 8];
console.log(`\nFalse alerts a week by budget, ${seeds} series of ${weeks} weeks after one of learning`);
console.log(`  ${''.padEnd(28)} ${budgets.map((budget) => String(budget).padStart(6)).join('')}`);
const totals = budgets.map(() => 0);
for (const kind of kinds) {
  const rates = budgets.map((budget) => {
    let alerts = 0;
    for (let seed = 1; seed <= seeds; seed++)
      alerts += scoresOf(ordinarySeries(kind, seed, weeks + 1), budget)
        .subarray(rowsPerWeek)
        .filter((score) => score >= alertScore).length;
    return alerts / seeds / weeks;
  });
  rates.forEach((rate, at) => (totals[at]! += rate / kinds.length));
  console.log(`  ${kind.padEnd(28)} ${rates.map((rate) => rate.toFixed(2).padStart(6)).join('')}`);
}
console.log(`  ${'mean'.padEnd(28)} ${totals.map((rate) => rate.toFixed(2).padStart(6)).join('')}`);

const folder = process.env.NAB;
if (folder !== undefined) {
  const series = readNab(folder);
  const run = (part: LabelledSeries[]): Scored[] =>
    part.map((one) => ({ series: one, scores: scoresOf(one.rows) }));
  const half = ({ name }: LabelledSeries): number => createHash('sha256').update(name).digest().at(-1)! % 2;
  const varied = [1, 2, 3, 4].map((seed): [string, LabelledSeries[]] => {
    const random = seeded(seed);
    return [`variation ${seed}`, series.map((one) => variation(one, random))];
  });
  console.log('\nNAB: shipped threshold / best threshold, for standard, few false alerts, few missed');
  for (const [label, part] of [
    ['all files', series],
    ['half 0 by hash of the name', series.filter((one) => half(one) === 0)],
    ['half 1 by hash of the name', series.filter((one) => half(one) === 1)],
    ...varied,
  ] as [string, LabelledSeries[]][]) {
    const results = Object.values(nabScores(run(part), alertScore));
    const cells = results.map(({ fixed, best }) => `${fixed.toFixed(1)} / ${best.toFixed(1)}`);
    console.log(`  ${label.padEnd(28)} ${cells.join('   ')}`);
  }
}
