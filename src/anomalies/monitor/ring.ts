/**
 * The newest buckets of every leaf: counts, and what was expected when they were judged.
 *
 * Invariant: a slot belongs to one bucket; reading a bucket that is not kept any more gives zeros.
 */
/** Buckets that are looked at before they have ended; they must not push out one that has not taught yet. */
export const glancedBuckets = 2;

export class Ring {
  private capacity = 64;
  private readonly slots: number;
  private readonly bucketOfSlot: Float64Array;
  attempts: Float64Array;
  failures: Float64Array;
  rate: Float64Array;
  volume: Float64Array;

  constructor(readonly length: number) {
    this.slots = length + glancedBuckets;
    this.bucketOfSlot = new Float64Array(this.slots).fill(-1);
    const empty = (): Float64Array => new Float64Array(this.slots * this.capacity);
    [this.attempts, this.failures, this.rate, this.volume] = [empty(), empty(), empty(), empty()];
  }

  grow(leaves: number): void {
    if (leaves <= this.capacity) return;
    const before = this.capacity;
    this.capacity = Math.max(leaves, Math.ceil(1.25 * before));
    const wider = (column: Float64Array): Float64Array => {
      const next = new Float64Array(this.slots * this.capacity);
      for (let slot = 0; slot < this.slots; slot++)
        next.set(column.subarray(slot * before, (slot + 1) * before), slot * this.capacity);
      return next;
    };
    this.attempts = wider(this.attempts);
    this.failures = wider(this.failures);
    this.rate = wider(this.rate);
    this.volume = wider(this.volume);
  }

  has(bucket: number): boolean {
    return bucket >= 0 && this.bucketOfSlot[bucket % this.slots] === bucket;
  }

  /** Where the leaves of a bucket begin. */
  offset(bucket: number): number {
    return (bucket % this.slots) * this.capacity;
  }

  /** Empties the slot of a bucket and gives it to that bucket. */
  claim(bucket: number): number {
    const at = this.offset(bucket);
    this.bucketOfSlot[bucket % this.slots] = bucket;
    for (const column of [this.attempts, this.failures, this.rate, this.volume])
      column.fill(0, at, at + this.capacity);
    return at;
  }
}
