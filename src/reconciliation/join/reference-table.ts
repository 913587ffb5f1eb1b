/**
 * Which entry has a reference with a given hash: a table with open addressing that holds numbers of entries alone.
 *
 * Invariant: a hash leads to the first of the entries that share it. Of references nothing is known here but their hashes:
 * the caller compares the bytes.
 */
import type { KeptText } from './kept-text.js';
import type { PlainRows } from './plain-rows.js';

export const none = -1;

/** So many lookups at a time, so that the processor waits for memory once for many of them. */
export const blockRows = 4096;

/** No slot with an entry has all bits set: the number of the last entry has not. */
const empty = 0xffffffff;

export class ReferenceTable {
  /** The number of an entry, and above it as many bits of its hash as there is room for. */
  private readonly slots: Uint32Array;
  private readonly mask: number;
  private readonly entryBits: number;
  private readonly entryMask: number;
  private readonly found = new Int32Array(blockRows);
  /** Keeps loads that only ask for memory from being optimised away. */
  private touched = 0;

  /** `onTwin`: an entry has the hash of an earlier one. */
  constructor(
    private readonly entries: PlainRows,
    onTwin: (first: number, entry: number) => void,
  ) {
    this.slots = new Uint32Array(1 << Math.max(4, Math.ceil(Math.log2(entries.count * 1.6 + 1)))).fill(empty);
    this.mask = this.slots.length - 1;
    this.entryBits = 32 - Math.clz32(entries.count);
    this.entryMask = 2 ** this.entryBits - 1;
    for (let from = 0; from < entries.count; from += blockRows) {
      const end = Math.min(entries.count, from + blockRows);
      // Each of these loads waits for memory, but not for the one before it.
      for (let entry = from; entry < end; entry++)
        this.touched ^= this.slots[entries.hash(entry) & this.mask]!;
      for (let entry = from; entry < end; entry++) {
        if (entries.referenceLength(entry) === 0) continue;
        const hash = entries.hash(entry);
        const slot = this.slotOf(hash);
        if (this.slots[slot] === empty) this.slots[slot] = this.tagOf(hash) + entry;
        else onTwin(this.slots[slot]! & this.entryMask, entry);
      }
    }
  }

  /**
   * The entry of each of at most `blockRows` rows; `none` for a row without a reference too. Good until the next call.
   * `pairs`: what the caller looks at next of each entry.
   */
  entriesOf(rows: PlainRows, text: KeptText, pairs: Int32Array): Int32Array {
    const { found, slots, entries, mask, entryMask } = this;
    let { touched } = this;
    for (let row = 0; row < rows.count; row++) touched ^= slots[rows.hash(row) & mask]!;
    for (let row = 0; row < rows.count; row++) {
      const slot = slots[rows.hash(row) & mask]!;
      if (slot !== empty) touched ^= entries.hash(slot & entryMask);
    }
    for (let row = 0; row < rows.count; row++) {
      const entry = rows.referenceLength(row) === 0 ? none : this.entryOf(rows.hash(row));
      found[row] = entry;
      if (entry !== none) touched ^= text.touch(entries.textStart(entry)) ^ pairs[entry]!;
    }
    this.touched = touched;
    return found;
  }

  entryOf(hash: number): number {
    const slot = this.slots[this.slotOf(hash)]!;
    return slot === empty ? none : slot & this.entryMask;
  }

  /** Where the hash is, or would be. */
  private slotOf(hash: number): number {
    const { slots, mask, entries, entryMask } = this;
    const tag = this.tagOf(hash);
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === empty) return at;
      const isLikely = (slot & ~entryMask) >>> 0 === tag;
      if (isLikely && entries.hash(slot & entryMask) === hash) return at;
    }
  }

  private tagOf(hash: number): number {
    return (hash & ~this.entryMask) >>> 0;
  }
}
