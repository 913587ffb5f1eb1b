/**
 * Randomness without state: each draw is a hash of a key and a slot number, so any fact of the world can be
 * computed alone, in any order, and adding a draw never shifts the others.
 * Invariant: the same key and slot give the same number on every machine (32-bit integer arithmetic only).
 */

/** MurmurHash3's 32-bit mixing of up to four words: an unsigned 32-bit number. */
export function hash(a: number, b: number, c = 0, d = 0): number {
  let h = stir(stir(stir(a | 0, b), c), d);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function stir(h: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = h ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** A text (such as the seed) as one 32-bit word. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (const char of text) h = hash(h, char.codePointAt(0) ?? 0);
  return h;
}

/** A number in [0, 1). */
export const unit = (key: number, slot: number): number => hash(key, slot) / 0x1_0000_0000;

/** A whole number in [from, to]. */
export const whole = (key: number, slot: number, from: number, to: number): number =>
  from + Math.floor(unit(key, slot) * (to - from + 1));

/** A number in [from, to) whose logarithm is evenly spread: small ones are common, large ones rare. */
export const logSpread = (key: number, slot: number, from: number, to: number): number =>
  from * (to / from) ** unit(key, slot);

/** A standard normal number (Box–Muller); takes two slots. */
export function normal(key: number, slot: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - unit(key, slot)));
  return radius * Math.cos(2 * Math.PI * unit(key, slot + 1));
}

/** One item of a list. */
export function pick<T>(key: number, slot: number, items: readonly T[]): T {
  const item = items[Math.floor(unit(key, slot) * items.length)];
  if (item === undefined) throw new RangeError('pick needs a non-empty list');
  return item;
}

/** One item by weight. The weights need not add up to one. */
export function pickWeighted<T>(
  key: number,
  slot: number,
  items: readonly (readonly [item: T, weight: number])[],
): T {
  let left = unit(key, slot) * items.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [item, weight] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  return pick(key, slot, items)[0];
}
