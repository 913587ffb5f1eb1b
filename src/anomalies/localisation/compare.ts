/**
 * Which slices explain the difference between two tables of counts: a normal one and the current one.
 *
 * The expected rate of a leaf is its own history, shrunk to what its dimension values are like, and those to the whole; what a
 * slice was expected to do is the sum over its leaves, so a shift of the mix explains nothing.
 */
import { Lattice } from '../slices/lattice.js';
import { localise, type Cause, type LeafWindow } from './localise.js';

export interface Counts {
  values: readonly string[];
  attempts: number;
  failures: number;
}

/**
 * Leaves differ from what their values are like by a variance of .15 on the logit or so; at 15 % failures that is what 50
 * attempts say.
 */
const priorAttempts = 50;
const deepest = 3;
/** Slices to score at most; with more dimensions than that allows, combinations are less deep. */
const mostPlaces = 4_000_000;

export function compareTables(
  dimensions: readonly string[],
  baseline: readonly Counts[],
  current: readonly Counts[],
): Cause[] {
  const lattice = new Lattice(dimensions, depthFor(dimensions.length, baseline.length + current.length));
  const before = tableOf(lattice, baseline);
  const now = tableOf(lattice, current);
  const window = windowOf(lattice, before, now);
  const causes = localise(lattice, window, { kind: 'rate' });
  // When the whole explains the rest best, no slice does.
  return causes.filter(({ node }) => node !== 0);
}

function depthFor(dimensionCount: number, leaves: number): number {
  let [slices, choices, depth] = [1, 1, 0];
  while (depth < deepest) {
    choices = (choices * (dimensionCount - depth)) / (depth + 1);
    if ((slices + choices) * leaves > mostPlaces) break;
    slices += choices;
    depth++;
  }
  return Math.max(1, depth);
}

interface LeafTable {
  attempts: number[];
  failures: number[];
}

function tableOf(lattice: Lattice, rows: readonly Counts[]): LeafTable {
  const table: LeafTable = { attempts: [], failures: [] };
  for (const { values, attempts, failures } of rows) {
    const leaf = lattice.leafOf(values);
    table.attempts[leaf] = (table.attempts[leaf] ?? 0) + attempts;
    table.failures[leaf] = (table.failures[leaf] ?? 0) + failures;
  }
  return table;
}

const logit = (p: number): number => Math.log(p / (1 - p));
const sum = (column: number[]): number => column.reduce((total, value) => total + value, 0);

function windowOf(lattice: Lattice, before: LeafTable, now: LeafTable): LeafWindow {
  const leaves = lattice.leafCount;
  const whole = (sum(before.failures) + 0.5) / (sum(before.attempts) + 1);
  const ofValues = lattice.dimensions.map((_, d) => valueLogits(lattice, d, before, whole));
  const filled = (column: number[]): Float64Array =>
    Float64Array.from({ length: leaves }, (_, leaf) => column[leaf] ?? 0);
  const attempts = filled(now.attempts);
  const expectedFailures = new Float64Array(leaves);
  const information = new Float64Array(leaves);
  for (let leaf = 0; leaf < leaves; leaf++) {
    let effect = logit(whole);
    ofValues.forEach(
      (logits, d) => (effect += (logits[lattice.leafCode(leaf, d)] ?? logit(whole)) - logit(whole)),
    );
    const like = 1 / (1 + Math.exp(-effect));
    const p =
      ((before.failures[leaf] ?? 0) + priorAttempts * like) / ((before.attempts[leaf] ?? 0) + priorAttempts);
    expectedFailures[leaf] = attempts[leaf]! * p;
    information[leaf] = attempts[leaf]! * p * (1 - p);
  }
  return {
    attempts,
    failures: filled(now.failures),
    expectedFailures,
    information,
    expectedAttempts: attempts,
  };
}

/** The rate of each value of a dimension, shrunk to the whole, on the logit. */
function valueLogits(lattice: Lattice, dimension: number, before: LeafTable, whole: number): number[] {
  const attempts: number[] = [];
  const failures: number[] = [];
  for (let leaf = 0; leaf < lattice.leafCount; leaf++) {
    const code = lattice.leafCode(leaf, dimension);
    attempts[code] = (attempts[code] ?? 0) + (before.attempts[leaf] ?? 0);
    failures[code] = (failures[code] ?? 0) + (before.failures[leaf] ?? 0);
  }
  return attempts.map((n, code) =>
    logit(((failures[code] ?? 0) + priorAttempts * whole) / (n + priorAttempts)),
  );
}
