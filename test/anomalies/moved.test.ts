/** Whether missing traffic turned up elsewhere, where the time before its fall is out of sight. */
import { describe, expect, it } from 'vitest';
import type { LeafWindow } from '../../src/anomalies/localisation/localise.js';
import { Lattice } from '../../src/anomalies/slices/lattice.js';
import { movedAlong } from '../../src/anomalies/volumes/moved.js';

const usual = { 'card,DE': 2000, 'wallet,DE': 1500, 'pix,DE': 1000, 'card,FR': 1500 };
type Leaf = keyof typeof usual;
const leaves = Object.keys(usual) as Leaf[];

/** Expected attempts as usual; `seen` is a share of them. */
function windowOf(seen: Partial<Record<Leaf, number>>, share: number): LeafWindow {
  const zeros = new Float64Array(leaves.length);
  const expectedAttempts = Float64Array.from(leaves, (leaf) => share * usual[leaf]);
  const attempts = expectedAttempts.map((expected, at) => Math.round(expected * (seen[leaves[at]!] ?? 1)));
  return { attempts, failures: zeros, expectedFailures: zeros, information: zeros, expectedAttempts };
}

function movedFromCards(since: Partial<Record<Leaf, number>>, before: number): string | null {
  const lattice = new Lattice(['method', 'country'], 2);
  for (const leaf of leaves) lattice.leafOf(leaf.split(','));
  return movedAlong(lattice, lattice.nodeOfSlice({ method: 'card', country: 'DE' })!, {
    since: windowOf(since, 1),
    before: windowOf({}, before),
    noiseOf: () => 0.001,
    unseen: before < 0.1 ? 1 : 0,
    levelNoiseOf: () => 0.01,
  });
}

describe('a method of a country that lost a third of its attempts', () => {
  it.each<[string, Partial<Record<Leaf, number>>, number, string | null]>([
    ['other methods have the rest: it moved', { 'wallet,DE': 1.26, 'pix,DE': 1.26 }, 0.3, 'method'],
    ['the same after a night of few attempts', { 'wallet,DE': 1.26, 'pix,DE': 1.26 }, 0.002, 'method'],
    ['the same, and nothing before is in sight', { 'wallet,DE': 1.26, 'pix,DE': 1.26 }, 0, 'method'],
    ['other methods are as usual: it is lost', {}, 0.3, null],
    ['they are as usual, and nothing before is in sight', {}, 0, null],
    ['another country is a little busier: it is lost', { 'card,FR': 1.1 }, 0, null],
  ])('%s', (_, others, before, along) => {
    expect(movedFromCards({ 'card,DE': 0.67, ...others }, before)).toBe(along);
  });
});
