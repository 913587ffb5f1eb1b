/**
 * The smallest set of slices that explains a change of failures (or a fall of attempts).
 *
 * Every slice is scored: the log-likelihood ratio of its own rate against the expected one, times (its excess ÷ the whole
 * excess)^1.5, minus the logarithm of the number of slices that it was chosen from (the product of its dimensions'
 * cardinalities), minus a penalty per dimension. The best is taken, its leaves are removed, and the rest is scored again.
 * The whole metric is a candidate without penalties. It wins, and no single slice explains the change, unless the best slice
 * scores higher, or a few slices together, without covering most of the metric, explain more than it does. After an alarm, the
 * whole metric has to hold half of the evidence of the slice that raised it, as any other candidate.
 */
import { areApart, type Lattice, type Slice } from '../slices/lattice.js';

/** Per leaf: counts and what was expected of them. For volumes `counted` is the shortfall's side: attempts. */
export interface LeafWindow {
  attempts: Float64Array;
  failures: Float64Array;
  expectedFailures: Float64Array;
  /** Variance of the failures by chance. */
  information: Float64Array;
  expectedAttempts: Float64Array;
}

export interface Cause {
  node: number;
  slice: Slice;
  score: number;
  excess: number;
  shareExplained: number;
}

interface LocaliseOptions {
  kind: 'rate' | 'volume';
  /** Leaves that are left out, such as those of other open alerts. */
  excluded?: (leaf: number) => boolean;
  /** What the evidence of a slice is multiplied by, because it strays more than chance does. */
  temper?: (node: number, information: number) => number;
  /** The slice that raised the alarm: its causes share traffic with it, and hold at least half of its evidence. */
  alarm?: number;
  /** Evidence of a slice that is older than the window. */
  remembered?: ((node: number) => number) | undefined;
}

/** A dimension more has to pay for itself as much as an odds of 20 to 1. */
const depthPenalty = 3;
/** What is left is no cause of its own below this share of the excess. */
const leastShare = 0.1;
const sharePower = 1.5;
const mostCauses = 5;
/** Slices that cover more of the metric than this are everywhere. */
const mostCovered = 0.6;

export function localise(lattice: Lattice, window: LeafWindow, options: LocaliseOptions): Cause[] {
  const removed = new Uint8Array(lattice.leafCount);
  for (let leaf = 0; leaf < removed.length; leaf++) removed[leaf] = options.excluded?.(leaf) === true ? 1 : 0;
  const sums = new NodeSums(lattice.nodeCount);
  sums.gather(lattice, window, removed, options.kind);
  const least = options.alarm === undefined ? 0 : tempered(sums, options.alarm, options) / 2;
  const alarmed = options.alarm === undefined ? null : lattice.sliceOfNode(options.alarm);
  const everywhere = wholeCause(lattice, sums, least, options);
  const all = sums.information[0]!;
  const causes: Cause[] = [];
  let [explained, covered] = [0, 0];
  while (causes.length < mostCauses) {
    // What is remembered of a slice says nothing about its rest.
    const asked = causes.length === 0 ? options : { ...options, remembered: undefined };
    const best = bestOf(lattice, sums, everywhere?.excess ?? 0, least, asked);
    if (best === null) break;
    causes.push(best);
    explained += tempered(sums, best.node, asked) - penaltyOf(lattice, best.slice);
    covered += sums.information[best.node]!;
    removeLeaves(lattice, best.node, removed);
    sums.gather(lattice, window, removed, options.kind);
  }
  const told = causes.filter(({ slice }) => alarmed === null || !areApart(slice, alarmed));
  if (everywhere === null) return told;
  const [first] = causes;
  // The slice that raised an alarm has already paid for how many there are.
  const paid = first === undefined || options.alarm === undefined ? 0 : penaltyOf(lattice, first.slice);
  const isOneSlice = first !== undefined && first.score + paid > everywhere.score;
  const areSlices = explained > everywhere.score && covered < mostCovered * all;
  return isOneSlice || areSlices ? told : [everywhere];
}

function wholeCause(lattice: Lattice, sums: NodeSums, least: number, options: LocaliseOptions): Cause | null {
  const excess = sums.excess[0]!;
  const score = tempered(sums, 0, options);
  if (excess <= 0 || score < least) return null;
  return { node: 0, slice: lattice.sliceOfNode(0), score, excess, shareExplained: 1 };
}

/** The evidence of a slice, less what it strays beyond chance. */
const tempered = (sums: NodeSums, node: number, { kind, temper, remembered }: LocaliseOptions): number =>
  Math.max(
    remembered?.(node) ?? 0,
    evidenceOf(sums, node, kind) * (temper?.(node, sums.information[node]!) ?? 1),
  );

class NodeSums {
  readonly attempts: Float64Array;
  readonly failures: Float64Array;
  readonly expected: Float64Array;
  readonly information: Float64Array;
  readonly excess: Float64Array;

  constructor(size: number) {
    this.attempts = new Float64Array(size);
    this.failures = new Float64Array(size);
    this.expected = new Float64Array(size);
    this.information = new Float64Array(size);
    this.excess = new Float64Array(size);
  }

  gather(lattice: Lattice, window: LeafWindow, removed: Uint8Array, kind: 'rate' | 'volume'): void {
    for (const column of [this.attempts, this.failures, this.expected, this.information]) column.fill(0);
    const nodes = lattice.nodesOfLeaves;
    const width = lattice.masks.length;
    for (let leaf = 0; leaf < removed.length; leaf++) {
      if (removed[leaf] === 1) continue;
      for (let at = leaf * width; at < (leaf + 1) * width; at++) {
        const node = nodes[at]!;
        this.attempts[node] = this.attempts[node]! + window.attempts[leaf]!;
        this.failures[node] = this.failures[node]! + window.failures[leaf]!;
        const expected = kind === 'rate' ? window.expectedFailures[leaf]! : window.expectedAttempts[leaf]!;
        this.expected[node] = this.expected[node]! + expected;
        this.information[node] =
          this.information[node]! + (kind === 'rate' ? window.information[leaf]! : expected);
      }
    }
    for (let node = 0; node < this.excess.length; node++)
      this.excess[node] =
        kind === 'rate'
          ? this.failures[node]! - this.expected[node]!
          : this.expected[node]! - this.attempts[node]!;
  }
}

function bestOf(
  lattice: Lattice,
  sums: NodeSums,
  whole: number,
  least: number,
  options: LocaliseOptions,
): Cause | null {
  // Noise of unrelated slices can hide an excess in the sum over all.
  const largest = sums.excess.reduce((most, excess) => Math.max(most, excess), 0);
  const total = Math.max(whole, largest);
  if (total <= 0) return null;
  let best: Cause | null = null;
  for (let node = 1; node < sums.excess.length; node++) {
    const excess = sums.excess[node]!;
    if (excess <= 0 || excess < leastShare * total) continue;
    const evidence = tempered(sums, node, options);
    if (evidence < least) continue;
    const slice = lattice.sliceOfNode(node);
    const share = Math.min(1, excess / total);
    const score = evidence * share ** sharePower - penaltyOf(lattice, slice);
    if (score > (best?.score ?? 0)) best = { node, slice, score, excess, shareExplained: share };
  }
  return best;
}

function evidenceOf(sums: NodeSums, node: number, kind: 'rate' | 'volume'): number {
  const [n, k, e] = [sums.attempts[node]!, sums.failures[node]!, sums.expected[node]!];
  if (kind === 'volume') return (n > 0 ? n * Math.log(n / Math.max(e, 1e-9)) : 0) - n + e;
  if (n <= 0) return 0;
  const p = Math.min(1 - 1e-9, Math.max(1e-9, e / n));
  return xlogy(k, k / n / p) + xlogy(n - k, (n - k) / n / (1 - p));
}

const xlogy = (x: number, y: number): number => (x <= 0 ? 0 : x * Math.log(y));

function penaltyOf(lattice: Lattice, slice: Slice): number {
  let penalty = 0;
  lattice.dimensions.forEach((name, d) => {
    if (slice[name] !== undefined) penalty += Math.log(lattice.cardinality(d)) + depthPenalty;
  });
  return penalty;
}

function removeLeaves(lattice: Lattice, node: number, removed: Uint8Array): void {
  const nodes = lattice.nodesOfLeaves;
  const width = lattice.masks.length;
  for (let leaf = 0; leaf < removed.length; leaf++)
    for (let at = leaf * width; at < (leaf + 1) * width; at++) if (nodes[at] === node) removed[leaf] = 1;
}
