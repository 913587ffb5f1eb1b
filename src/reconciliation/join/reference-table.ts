/**
 * Which entry has a reference with a given hash: a table with open addressing that touches nothing but itself.
 *
 * Invariant: a hash leads to one entry. When several entries share it, with equal references or without, all of them are
 * `shared`, and so is an entry that several lines lead to. Shared ones are for the rules; of the others the caller still
 * compares the bytes.
 */
export const none = -1;

/** So many lookups at a time, so that the processor waits for memory once for many of them. */
const blockRows = 4096;

interface Hashes {
  readonly count: number;
  /** Whether there is a reference at all is said by its length. */
  referenceLength(row: number): number;
  hash(row: number): number;
}

export class ReferenceTable {
  /** Pairs of a hash and an entry. */
  private readonly slots: Int32Array;
  private readonly mask: number;
  private readonly block = new Int32Array(blockRows);
  readonly isShared: Uint8Array;

  constructor(entries: Hashes) {
    const size = 1 << Math.max(4, Math.ceil(Math.log2(entries.count * 1.6 + 1)));
    this.slots = new Int32Array(size * 2).fill(none);
    this.mask = size - 1;
    this.isShared = new Uint8Array(entries.count);
    this.eachSlot(entries, (slot, entry, hash) => {
      const first = this.slots[slot + 1]!;
      if (first !== none) this.isShared[first] = 1;
      else {
        this.slots[slot] = hash;
        this.slots[slot + 1] = entry;
      }
      if (first !== none) this.isShared[entry] = 1;
    });
  }

  /** The line of each entry; −1 where none or several lead to it. */
  partners(lines: Hashes): Int32Array {
    const partners = new Int32Array(this.isShared.length).fill(none);
    this.eachSlot(lines, (slot, line) => {
      const entry = this.slots[slot + 1]!;
      if (entry === none) return;
      if (partners[entry] !== none) this.isShared[entry] = 1;
      partners[entry] = line;
    });
    return partners;
  }

  /** Leaves the entries with this hash to the rules. */
  share(hash: number): void {
    const entry = this.slots[this.slotOf(hash | 0) + 1]!;
    if (entry !== none) this.isShared[entry] = 1;
  }

  private eachSlot(rows: Hashes, visit: (slot: number, row: number, hash: number) => void): void {
    const { block, mask, slots } = this;
    let touched = 0;
    for (let from = 0; from < rows.count; from += blockRows) {
      const size = Math.min(blockRows, rows.count - from);
      // The first loop only asks for memory: its loads do not wait for each other.
      for (let at = 0; at < size; at++) {
        const hash = rows.hash(from + at) | 0;
        block[at] = hash;
        touched ^= slots[(hash & mask) * 2]!;
      }
      for (let at = 0; at < size; at++) {
        if (rows.referenceLength(from + at) === 0) continue;
        visit(this.slotOf(block[at]!), from + at, block[at]!);
      }
    }
    // Keeps the loads above from being optimised away.
    block[0] = touched;
  }

  private slotOf(hash: number): number {
    const { slots, mask } = this;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      if (slots[at * 2 + 1] === none || slots[at * 2] === hash) return at * 2;
    }
  }
}
