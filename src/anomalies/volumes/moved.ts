/**
 * Whether traffic that a slice lacks turned up beside it: a routing migration or a shift of the mix, and no fault.
 *
 * For each dimension of the slice, its siblings are the leaves that differ from it in that dimension alone: all of them, and those
 * of each other value. Traffic moved when their surplus makes up for half of the shortfall and is beyond their own noise; a
 * surplus that makes up for less has to be the further beyond it, by the square.
 */
import type { LeafWindow } from '../localisation/localise.js';
import type { Lattice, Slice } from '../slices/lattice.js';
import { hasCalendar } from './levels.js';

const makesUp = 0.5;
/** For all siblings together, and for the best of several values. */
const deviations = { all: 1.5, one: 2.5 };
/** Customers are routed to other partners and change their method; a country takes over another one's traffic rarely. */
const rarely = { all: 4, one: 4 };

interface Move {
  /** Since the shortfall began, and the time before it, which shows how busy today is. */
  since: LeafWindow;
  before: LeafWindow;
  /** The relative variance of a slice's volume between the two. */
  noiseOf: (node: number) => number;
}

/** The dimension along which the traffic of a slice moved; null when it did not. */
export function movedAlong(lattice: Lattice, node: number, move: Move): string | null {
  const slice = lattice.sliceOfNode(node);
  const members = lattice.membersOf(node);
  const own = againstBefore(members, move);
  const short = own.expected - own.counted;
  const takes = (leaves: readonly number[], place: Slice, least: number): boolean => {
    const { counted, expected } = againstBefore(leaves, move);
    const relative = move.noiseOf(lattice.nodeOfSlice(place) ?? 0);
    const noise = Math.sqrt(expected + expected * expected * relative);
    const surplus = counted - expected;
    const share = Math.min(1, surplus / Math.max(0, short) / makesUp);
    return surplus * share ** 2 > least * noise;
  };
  const along = lattice.dimensions.find((name, d) => {
    if (slice[name] === undefined) return false;
    const least = hasCalendar(name) ? rarely : deviations;
    const siblings = siblingsOf(lattice, members, d);
    if (takes([...siblings.values()].flat(), without(slice, name), least.all)) return true;
    return [...siblings].some(([value, leaves]) => takes(leaves, { ...slice, [name]: value }, least.one));
  });
  return along ?? null;
}

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

/** Attempts of leaves since the shortfall, and what the time before it lets expect. */
function againstBefore(
  leaves: readonly number[],
  { since, before }: Move,
): { counted: number; expected: number } {
  const sum = (column: Float64Array): number => leaves.reduce((total, leaf) => total + column[leaf]!, 0);
  const usual = sum(before.expectedAttempts);
  const busy = usual > 0 ? Math.min(2, Math.max(0.5, sum(before.attempts) / usual)) : 1;
  return { counted: sum(since.attempts), expected: busy * sum(since.expectedAttempts) };
}

const without = (slice: Slice, dimension: string): Slice =>
  Object.fromEntries(Object.entries(slice).filter(([name]) => name !== dimension));

const placeWithout = (lattice: Lattice, leaf: number, dimension: number): string =>
  lattice.dimensions.map((_, d) => (d === dimension ? '' : lattice.leafCode(leaf, d))).join(' ');
