/**
 * The slices of a metric: the finest combinations of dimension values that occur (leaves), and every coarser slice above them.
 *
 * Invariants: a leaf and a slice keep their numbers for ever; a slice is judged as the sum of its leaves. Slice 0 is the whole
 * metric. Combinations of more dimensions than `depth` are judged only as leaves: between them, evidence is spread too thinly
 * to be worth a test of its own.
 */
import { grownInts } from './columns.js';

/** Dimension values by dimension name; a dimension that is not named may have any value. */
export type Slice = Readonly<Record<string, string>>;

/** Separates values inside a key; it can't occur in one, because CSV with a NUL byte is refused. */
const separator = '\0';

export class Lattice {
  /** Which dimensions each slice above a leaf names, as bits; the last one names all. */
  readonly masks: readonly number[];
  private readonly leaves = new Map<string, number>();
  private readonly nodes = new Map<string, number>();
  private readonly valuesOfLeaf: (readonly string[])[] = [];
  private readonly slices: Slice[] = [];
  private readonly codes: Map<string, number>[];
  private codesOfLeaf = new Int32Array(0);
  private nodesOfLeaf = new Int32Array(0);
  private readonly levelOfNode: number[] = [];
  private readonly levelSizes: number[] = [];

  constructor(
    readonly dimensions: readonly string[],
    depth: number,
  ) {
    this.masks = masksOf(dimensions.length, depth);
    this.codes = dimensions.map(() => new Map<string, number>());
    this.nodeOf(
      0,
      dimensions.map(() => ''),
    );
  }

  get leafCount(): number {
    return this.valuesOfLeaf.length;
  }

  get nodeCount(): number {
    return this.slices.length;
  }

  /** The leaf of these values, new when they occur for the first time. */
  leafOf(values: readonly string[]): number {
    return this.knownLeaf(values) ?? this.addLeaf(values.join(separator), values);
  }

  /** Null for values that did not occur yet. */
  knownLeaf(values: readonly string[]): number | null {
    return this.leaves.get(values.join(separator)) ?? null;
  }

  /** For each leaf, one slice per mask. */
  get nodesOfLeaves(): Int32Array {
    return this.nodesOfLeaf;
  }

  leafValues(leaf: number): readonly string[] {
    return this.valuesOfLeaf[leaf]!;
  }

  /** The number of the value that a leaf has in a dimension. */
  leafCode(leaf: number, dimension: number): number {
    return this.codesOfLeaf[leaf * this.dimensions.length + dimension]!;
  }

  cardinality(dimension: number): number {
    return this.codes[dimension]!.size;
  }

  sliceOfNode(node: number): Slice {
    return this.slices[node]!;
  }

  /**
   * ln of how many slices share the chance to be alarmed wrongly with this one. Every depth has the same share of it, so that a
   * whole partner, of which there are few, needs less evidence than one of many combinations.
   */
  rivals(node: number): number {
    const depths = this.levelSizes.reduce((count, size) => count + (size > 0 ? 1 : 0), 0);
    return Math.log(depths * this.levelSizes[this.levelOfNode[node]!]!);
  }

  /** The number of a slice that is judged; null for one that is not. */
  nodeOfSlice(slice: Slice): number | null {
    const mask = this.dimensions.reduce(
      (bits, name, d) => (slice[name] === undefined ? bits : bits | (1 << d)),
      0,
    );
    const values = this.dimensions.map((name) => slice[name] ?? '');
    return this.nodes.get(keyOf(mask, values)) ?? null;
  }

  /** The slice that a leaf alone is. */
  nodeOfLeaf(leaf: number): number {
    const width = this.masks.length;
    return this.nodesOfLeaf[(leaf + 1) * width - 1]!;
  }

  isMember(leaf: number, node: number): boolean {
    const width = this.masks.length;
    for (let at = leaf * width; at < (leaf + 1) * width; at++) if (this.nodesOfLeaf[at] === node) return true;
    return false;
  }

  membersOf(node: number): number[] {
    const members: number[] = [];
    for (let leaf = 0; leaf < this.leafCount; leaf++) if (this.isMember(leaf, node)) members.push(leaf);
    return members;
  }

  private addLeaf(key: string, values: readonly string[]): number {
    const { dimensions, masks, codes } = this;
    const leaf = this.valuesOfLeaf.length;
    this.leaves.set(key, leaf);
    this.valuesOfLeaf.push([...values]);
    this.codesOfLeaf = grownInts(this.codesOfLeaf, (leaf + 1) * dimensions.length);
    this.nodesOfLeaf = grownInts(this.nodesOfLeaf, (leaf + 1) * masks.length);
    codes.forEach((known, d) => {
      const value = values[d] ?? '';
      const code = known.get(value) ?? known.size;
      known.set(value, code);
      this.codesOfLeaf[leaf * dimensions.length + d] = code;
    });
    masks.forEach((mask, at) => (this.nodesOfLeaf[leaf * masks.length + at] = this.nodeOf(mask, values)));
    return leaf;
  }

  private nodeOf(mask: number, values: readonly string[]): number {
    const key = keyOf(mask, values);
    const known = this.nodes.get(key);
    if (known !== undefined) return known;
    const named = this.dimensions.flatMap((name, d) => ((mask >> d) & 1 ? [[name, values[d] ?? '']] : []));
    const node = this.slices.length;
    this.nodes.set(key, node);
    const level = Math.max(1, named.length);
    this.levelOfNode.push(level);
    this.levelSizes[level] = (this.levelSizes[level] ?? 0) + 1;
    this.slices.push(Object.fromEntries(named) as Slice);
    return node;
  }
}

export const isWithin = (inner: Slice, outer: Slice): boolean =>
  Object.entries(outer).every(([name, value]) => inner[name] === value);

/** Whether one slice lies within the other, either way round. */
export const isNested = (a: Slice, b: Slice): boolean => isWithin(a, b) || isWithin(b, a);

/** Whether two slices can't share traffic. */
export const areApart = (a: Slice, b: Slice): boolean =>
  Object.entries(a).some(([name, value]) => b[name] !== undefined && b[name] !== value);

const keyOf = (mask: number, values: readonly string[]): string =>
  `${mask}${separator}${values.filter((_, d) => (mask >> d) & 1).join(separator)}`;

function masksOf(dimensionCount: number, depth: number): number[] {
  const all = 2 ** dimensionCount - 1;
  const masks: number[] = [];
  for (let mask = 0; mask < all; mask++) if (bitsIn(mask) <= depth) masks.push(mask);
  return [...masks.sort((a, b) => bitsIn(a) - bitsIn(b)), all];
}

function bitsIn(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
}
