/**
 * Seeded series on which nothing happens: what a false alert is counted on.
 *
 * Rows are five minutes apart. The kinds are those of a payments desk (levels, amounts, counts, queues); none of them has a
 * fault, so every alert on them is false.
 */
import { seeded } from '../reconciliation/generate.js';

export interface Row {
  wallTimeMs: number;
  value: number;
}

export const rowsPerWeek = 2_016;
const stepMs = 300_000;
const start = Date.UTC(2026, 0, 5);

interface Draws {
  uniform: () => number;
  normal: () => number;
}

function drawsOf(seed: number): Draws {
  const uniform = seeded(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** Counts with this mean: exact below 30, else the rounded normal that cannot be told apart. */
function poisson(mean: number, { uniform, normal }: Draws): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count++;
  return count;
}

const dayShare = (row: number): number => (row % 288) / 288;
const daily = (row: number): number => Math.sin(2 * Math.PI * (dayShare(row) - 0.3));
const isWeekend = (row: number): boolean => Math.floor(row / 288) % 7 >= 5;

type Kind = (draws: Draws) => (row: number) => number;

/** A value that returns to zero, with a standard deviation of 1. */
function returning(memory: number, { normal }: Draws): () => number {
  let state = normal();
  return () => (state = memory * state + Math.sqrt(1 - memory ** 2) * normal());
}

export const ordinaryKinds: Readonly<Record<string, Kind>> = {
  'noise around a level':
    ({ normal }) =>
    () =>
      100 + 5 * normal(),
  'slowly returning level': (draws) => {
    const state = returning(0.95, draws);
    return () => 100 + 5 * state();
  },
  'drifting balance': (draws) => {
    const state = returning(0.998, draws);
    return () => 50_000 + 8_000 * state();
  },
  'daily wave':
    ({ normal }) =>
    (row) =>
      100 + 40 * daily(row) + 5 * normal(),
  'daily wave, quiet weekends': (draws) => {
    const state = returning(0.8, draws);
    return (row) => (isWeekend(row) ? 0.6 : 1) * (100 + 40 * daily(row)) * Math.exp(0.08 * state());
  },
  'counts with a daily wave': (draws) => (row) => poisson(60 * (1 + 0.7 * daily(row)), draws),
  'rare counts': (draws) => () => poisson(0.5, draws),
  'amounts with a heavy tail':
    ({ normal }) =>
    () =>
      40 * Math.exp(normal()),
  'queue depth': (draws) => {
    let depth = 0;
    return () => (depth = Math.max(0, depth + poisson(5, draws) - poisson(5.5, draws)));
  },
  'latency with spikes':
    ({ normal, uniform }) =>
    () =>
      120 + 10 * normal() + (uniform() < 0.01 ? -80 * Math.log(1 - uniform()) : 0),
};

export function ordinarySeries(kind: string, seed: number, weeks: number): Row[] {
  const next = ordinaryKinds[kind]?.(drawsOf(seed));
  if (next === undefined) throw new Error(`no kind ${kind}`);
  return Array.from({ length: weeks * rowsPerWeek }, (_, row) => ({
    wallTimeMs: start + row * stepMs,
    value: next(row),
  }));
}
