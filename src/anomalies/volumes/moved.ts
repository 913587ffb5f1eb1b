/**
 * Whether traffic that a slice lacks turned up beside it: a routing migration or a shift of the mix, and no fault.
 *
 * For each dimension of the slice: when traffic moved along it, slice and siblings together have what is expected of both; when it
 * is lost, the siblings alone have. Their likelihood ratio decides. A routing rule moves traffic within the cells of the other
 * dimensions, so they are compared cell by cell: a rise of all siblings, as of a busy hour, then looks like no move. People who
 * change their method turn up anywhere in their country, so there the sums are compared.
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
  /** The share of that time which is out of sight: as far as it is, the slice was as busy as usual, within its variance. */
  unseen: number;
  levelNoiseOf: (node: number) => number;
}

/** One place before and after: what is missing from the slice there, and what its siblings have too much. */
interface Cell {
  own: Flow;
  siblings: Flow | null;
}

interface Flow {
  expected: number;
  surplus: number;
  /** Of its own; how busy all of them are comes on top. */
  variance: number;
}

/** The dimension along which the traffic of a slice moved; null when it did not. */
export function movedAlong(lattice: Lattice, node: number, move: Move): string | null {
  const slice = lattice.sliceOfNode(node);
  const members = lattice.membersOf(node);
  const short = -flowOf(lattice, members, move).surplus;
  // Without a country in the slice, people of many would have to change their method at once.
  const mayCross = Object.keys(slice).some(hasCalendar) || !lattice.dimensions.some(hasCalendar);
  const odds = lattice.dimensions.map((name, d) => {
    if (slice[name] === undefined || short <= 0) return 0;
    const around = lattice.nodeOfSlice(without(slice, name)) ?? 0;
    const siblings = siblingsOf(lattice, members, d);
    const oddsOf = (cells: readonly Cell[]): number => oddsOfMove(cells, move.noiseOf(around));
    const into = (leaves: readonly number[]): number => oddsOf(cellsOf(lattice, members, leaves, d, move));
    const byCell = mean([into([...siblings.values()].flat()), mean([...siblings.values()].map(into))]);
    const rest = lattice.membersOf(around).filter((leaf) => !members.includes(leaf));
    const across = { own: flowOf(lattice, members, move), siblings: flowOf(lattice, rest, move) };
    const odds = mayCross ? mean([byCell, oddsOf([across])]) : byCell;
    return odds * (hasCalendar(name) ? prior.rare : prior.usual);
  });
  const most = Math.max(...odds);
  return most > 1 ? (lattice.dimensions[odds.indexOf(most)] ?? null) : null;
}

/**
 * When traffic moved, slice and siblings together have what is expected of both, in every cell; when it is lost, the siblings have.
 * What is missing may be anything, so it says nothing by itself.
 */
function oddsOfMove(cells: readonly Cell[], level2: number): number {
  const total = cells.map(({ own, siblings }) => added(own, siblings));
  const alone = cells.flatMap(({ siblings }) => (siblings ? [siblings] : []));
  // Where there is no sibling, traffic is lost or still there; of a loss, anything between nothing and all is as likely.
  const nowhere = cells.reduce(
    (sum, { own, siblings }) => sum - (siblings ? 0 : Math.log(own.expected + 1)),
    0,
  );
  return Math.exp(Math.min(500, likelihood(total, level2) - likelihood(alone, level2) - nowhere));
}

const added = (a: Flow, b: Flow | null): Flow => ({
  expected: a.expected + (b?.expected ?? 0),
  surplus: a.surplus + (b?.surplus ?? 0),
  variance: a.variance + (b?.variance ?? 0),
});

/** Logarithm, less constants, for normal noise of each flow and a level that all of them share, of variance `level2`. */
function likelihood(flows: readonly Flow[], level2: number): number {
  let [squares, along, size, spread] = [0, 0, 0, 0];
  for (const { expected, surplus, variance } of flows) {
    squares += surplus ** 2 / variance;
    along += (surplus * expected) / variance;
    size += expected ** 2 / variance;
    spread += Math.log(2 * Math.PI * variance);
  }
  const shared = 1 + level2 * size;
  return -(squares - (level2 * along ** 2) / shared + spread + Math.log(shared)) / 2;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** A slice beside some of its siblings, by what both have in common. */
function cellsOf(
  lattice: Lattice,
  members: readonly number[],
  siblings: readonly number[],
  dimension: number,
  move: Move,
): Cell[] {
  const byPlace = new Map<string, { own: number[]; others: number[] }>();
  const cellOf = (leaf: number): { own: number[]; others: number[] } => {
    const place = placeWithout(lattice, leaf, dimension);
    const cell = byPlace.get(place) ?? { own: [], others: [] };
    byPlace.set(place, cell);
    return cell;
  };
  for (const leaf of members) cellOf(leaf).own.push(leaf);
  for (const leaf of siblings) cellOf(leaf).others.push(leaf);
  return [...byPlace.values()].map(({ own, others }) => ({
    own: flowOf(lattice, own, move),
    siblings: others.length === 0 ? null : flowOf(lattice, others, move),
  }));
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

/**
 * Attempts of leaves since the shortfall against what the time before it lets expect. Where that is out of sight, the level has a
 * gamma distribution around the usual, which is worth 1 ⁄ variance attempts.
 */
function flowOf(lattice: Lattice, leaves: readonly number[], move: Move): Flow {
  const { since, before, noiseOf, unseen, levelNoiseOf } = move;
  const sum = (column: Float64Array): number => leaves.reduce((total, leaf) => total + column[leaf]!, 0);
  const usual = sum(since.expectedAttempts);
  const level2 = leaves.reduce(
    (total, leaf) => total + levelNoiseOf(lattice.nodeOfLeaf(leaf)) * since.expectedAttempts[leaf]!,
    0,
  );
  const known = leastAttempts + (level2 > 0 ? (unseen * usual) / level2 : 0);
  const seen = sum(before.attempts) + known;
  const busy = seen / (sum(before.expectedAttempts) + known);
  const expected = busy * usual;
  const own = leaves.reduce(
    (total, leaf) => total + noiseOf(lattice.nodeOfLeaf(leaf)) * (busy * since.expectedAttempts[leaf]!) ** 2,
    0,
  );
  // Chance of now, chance of what the level was read from, and the noise of each leaf.
  const variance = 1 + expected + expected ** 2 / seen + own;
  return { expected, surplus: sum(since.attempts) - expected, variance };
}

const without = (slice: Slice, dimension: string): Slice =>
  Object.fromEntries(Object.entries(slice).filter(([name]) => name !== dimension));

const placeWithout = (lattice: Lattice, leaf: number, dimension: number): string =>
  lattice.dimensions.map((_, d) => (d === dimension ? '' : lattice.leafCode(leaf, d))).join(' ');
