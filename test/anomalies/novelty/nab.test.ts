/**
 * The score on the Numenta Anomaly Benchmark, where NAB names a folder that holds it. Its labels were looked at when the
 * detector was made, so this holds a figure and proves nothing about other series.
 */
import { expect, it } from 'vitest';
import { nabScores, readNab } from '../../../bench/detect/nab.js';
import { NoveltyDetector } from '../../../src/anomalies/novelty/detector.js';
import { alertScore } from '../../../src/anomalies/novelty/score.js';

const folder = process.env.NAB;

it.skipIf(folder === undefined)('reaches its figures on NAB', () => {
  const scored = readNab(folder ?? '').map((series) => {
    const detector = new NoveltyDetector();
    return { series, scores: Float64Array.from(series.rows, (row) => detector.score(row)) };
  });
  const results = nabScores(scored, alertScore);
  expect(results.standard.fixed).toBeGreaterThan(75);
  expect(results.standard.best).toBeGreaterThan(75);
  expect(results['few false alerts'].best).toBeGreaterThan(68);
  expect(results['few missed'].best).toBeGreaterThan(79);
});
