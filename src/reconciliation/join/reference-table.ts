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

export class ReferenceTable {
  private readonly slots: Int32Array;
  private readonly mask: number;
  private readonly found = new Int32Array(blockRows);
  /** Keeps loads that only ask for memory from being optimised away. */
  private touched = 0;

  /** `onTwin`: an entry has the hash of an earlier one. */
  constructor(
    private readonly entries: PlainRows,
    onTwin: (first: number, entry: number) => void,
  ) {
    const size = 1 << Math.max(4, Math.ceil(Math.log2(entries.count * 1.6 + 1)));
    this.slots = new Int32Array(size).fill(none);
    this.mask = size - 1;
    for (let from = 0; from < entries.count; from += blockRows) {
      const end = Math.min(entries.count, from + blockRows);
      for (let entry = from; entry < end; entry++)
        this.touched ^= this.slots[entries.hash(entry) & this.mask]!;
      for (let entry = from; entry < end; entry++) {
        if (entries.referenceLength(entry) === 0) continue;
        const slot = this.slotOf(entries.hash(entry));
        if (this.slots[slot] === none) this.slots[slot] = entry;
        else onTwin(this.slots[slot]!, entry);
      }
    }
  }

  /** The entry of each of at most `blockRows` rows; `none` for a row without a reference too. Good until the next call. */
  entriesOf(rows: PlainRows, text: KeptText): Int32Array {
    const { found, slots, entries, mask } = this;
    let { touched } = this;
    for (let row = 0; row < rows.count; row++) found[row] = slots[rows.hash(row) & mask]!;
    // Each of these loads waits for memory, but not for the one before it.
    for (let row = 0; row < rows.count; row++) if (found[row] !== none) touched ^= entries.hash(found[row]!);
    for (let row = 0; row < rows.count; row++) {
      const isNamed = rows.referenceLength(row) > 0;
      const entry = isNamed ? this.slots[this.slotOf(rows.hash(row))]! : none;
      found[row] = entry;
      if (entry !== none) touched ^= text.touch(entries.textStart(entry));
    }
    this.touched = touched;
    return found;
  }

  entryOf(hash: number): number {
    return this.slots[this.slotOf(hash)]!;
  }

  /** Where the hash is, or would be. */
  private slotOf(hash: number): number {
    const { slots, mask, entries } = this;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = slots[at]!;
      if (entry === none || entries.hash(entry) === hash) return at;
    }
  }
}
