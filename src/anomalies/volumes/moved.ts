/**
 * Whether traffic that a slice lacks turned up beside it: a routing migration or a shift of the mix, and no fault.
 *
 * For each dimension of the slice: when traffic moved along it, the total of slice and siblings holds and the siblings' surplus is
 * the shortfall; when it is lost, they have none. For normal noise of variance V, the likelihood ratio of the two is
 * exp(shortfall · (surplus − shortfall ⁄ 2) ⁄ V). Where V is large beside the shortfall it says little, and the fall counts as a fault.
 * Invariant: the places where traffic may have gone are averaged, so many of them turn no fault into a move: the mean of a
 * likelihood ratio is one while traffic is lost.
 */
import type { LeafWindow } from '../localisation/localise.js';
import type { Lattice, Slice } from '../slices/lattice.js';
import { hasCalendar } from './levels.js';

/** Odds of a move along a dimension before anything is seen. A country takes over another one's traffic rarely. */
const prior = { usual: 1, rare: 0.001 };
/** A level from fewer attempts says nothing. */
const leastAttempts = 1;

interface Move {
  /** Since the shortfall began, and the time before it, which shows how busy today is. */
  since: LeafWindow;
  before: LeafWindow;
  /** The relative variance of a slice's volume between the two, beyond chance. */
  noiseOf: (node: number) => number;
}

interface Flow {
  expected: number;
  surplus: number;
  variance: number;
}

/** The dimension along which the traffic of a slice moved; null when it did not. */
export function movedAlong(lattice: Lattice, node: number, move: Move): string | null {
  const slice = lattice.sliceOfNode(node);
  const members = lattice.membersOf(node);
  const short = -flowOf(members, node, move).surplus;
  const odds = lattice.dimensions.map((name, d) => {
    if (slice[name] === undefined || short <= 0) return 0;
    const around = lattice.nodeOfSlice(without(slice, name)) ?? 0;
    const siblings = siblingsOf(lattice, members, d);
    const near = flowOf([...siblings.values()].flat(), around, move);
    const rest = flowOf(
      lattice.membersOf(around).filter((leaf) => !members.includes(leaf)),
      around,
      move,
    );
    const each = [...siblings].map(([value, leaves]) =>
      flowOf(leaves, lattice.nodeOfSlice({ ...slice, [name]: value }) ?? 0, move),
    );
    // Traffic that spreads over all the rest reaches the nearest siblings as well, by their share.
    const spread = Math.min(ratio(rest, short), ratio(near, (short * near.expected) / rest.expected));
    const places = [ratio(near, short), spread, mean(each.map((flow) => ratio(flow, short)))];
    return mean(places) * (hasCalendar(name) ? prior.rare : prior.usual);
  });
  const most = Math.max(...odds);
  return most > 1 ? (lattice.dimensions[odds.indexOf(most)] ?? null) : null;
}

const ratio = ({ surplus, variance }: Flow, moved: number): number =>
  Math.exp(Math.min(500, (moved * (surplus - moved / 2)) / variance));

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** The leaves that differ from those of a slice in one dimension alone, by their value in it. */
function siblingsOf(lattice: Lattice, members: readonly number[], dimension: number): Map<string, number[]> {
  const inside = new Set(members);
  const places = new Set(members.map((leaf) => placeWithout(lattice, leaf, dimension)));
  const siblings = new Map<string, number[]>();
  for (let leaf = 0; leaf < lattice.leafCount; leaf++) {
    if (inside.has(leaf) || !places.has(placeWithout(lattice, leaf, dimension))) continue;
    const value = lattice.leafValues(leaf)[dimension] ?? '';
    siblings.set(value, [...(siblings.get(value) ?? []), leaf]);
  }
  return siblings;
}

/** Attempts of leaves since the shortfall against what the time before it lets expect, with the noise of a slice. */
function flowOf(leaves: readonly number[], noisyAs: number, { since, before, noiseOf }: Move): Flow {
  const sum = (column: Float64Array): number => leaves.reduce((total, leaf) => total + column[leaf]!, 0);
  const seen = sum(before.attempts) + leastAttempts;
  const busy = seen / (sum(before.expectedAttempts) + leastAttempts);
  const expected = busy * sum(since.expectedAttempts);
  // Chance of now, chance of what the level was read from, and noise.
  const variance = 1 + expected + expected ** 2 * (1 / seen + noiseOf(noisyAs));
  return { expected, surplus: sum(since.attempts) - expected, variance };
}

const without = (slice: Slice, dimension: string): Slice =>
  Object.fromEntries(Object.entries(slice).filter(([name]) => name !== dimension));

const placeWithout = (lattice: Lattice, leaf: number, dimension: number): string =>
  lattice.dimensions.map((_, d) => (d === dimension ? '' : lattice.leafCode(leaf, d))).join(' ');
