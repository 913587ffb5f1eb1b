/**
 * What every leaf is expected to do now, and the newest buckets beside it.
 *
 * Invariant: a bucket teaches the baselines only when it leaves the ring, hours after it was judged; by then an incident in it
 * is known and its leaves are left out, so a fault never becomes what is usual.
 */
import { Baseline, hoursOfWeek, logistic, rateFamily, volumeFamily } from '../baseline/baseline.js';
import type { LeafWindow } from '../localisation/localise.js';
import { grown } from '../slices/columns.js';
import type { Lattice } from '../slices/lattice.js';
import { Ring } from './ring.js';

const hourMs = 3_600_000;
/** Longer than any fault takes to be found that is not slower than the baseline's own memory. */
const ringHours = 6;
const fewestBuckets = 8;
/** Bounds the memory of metrics with short buckets. */
const mostBuckets = 144;

/** Which leaves do not teach, because an alert is open. */
interface Frozen {
  rate: (leaf: number) => boolean;
  volume: (leaf: number) => boolean;
}

export class Expectations {
  readonly rates: Baseline;
  readonly volumes: Baseline;
  readonly ring: Ring;
  readonly perHour: number;
  private effects = { rate: new Float64Array(0), volume: new Float64Array(0) };
  /** How uncertain a leaf is, as standard deviations; large for new ones. */
  readonly doubt = { rate: new Float64Array(0), volume: new Float64Array(0) };
  private readonly hourSums = {
    attempts: new Float64Array(0),
    failures: new Float64Array(0),
    buckets: new Float64Array(0),
    volume: new Float64Array(0),
  };
  private hour = -1;
  private settled = -1;

  constructor(
    private readonly lattice: Lattice,
    private readonly widthMs: number,
  ) {
    this.rates = new Baseline(lattice, rateFamily);
    this.volumes = new Baseline(lattice, volumeFamily);
    this.perHour = Math.max(1, Math.round(hourMs / widthMs));
    this.ring = new Ring(Math.min(mostBuckets, Math.max(fewestBuckets, ringHours * this.perHour)));
  }

  grow(): void {
    const leaves = this.lattice.leafCount;
    this.rates.grow();
    this.volumes.grow();
    this.ring.grow(leaves);
    for (const name of ['attempts', 'failures', 'buckets', 'volume'] as const)
      this.hourSums[name] = grown(this.hourSums[name], leaves);
    for (const name of ['rate', 'volume'] as const) {
      this.effects[name] = grown(this.effects[name], 3 * leaves);
      this.doubt[name] = grown(this.doubt[name], leaves);
    }
    this.reread();
  }

  /** What is expected of the next bucket is read again. */
  reread(): void {
    this.hour = -1;
  }

  /** Writes what is expected of a bucket into the ring; effects of hours meet in the middle of each hour. */
  predict(bucket: number): void {
    const { effects, ring, lattice } = this;
    const atMs = bucket * this.widthMs;
    const hours = Math.floor(atMs / hourMs);
    if (hours !== this.hour) this.readEffects(hours);
    const offset = ring.offset(bucket);
    const within = Math.min(0.5, (atMs + this.widthMs / 2 - hours * hourMs) / hourMs - 0.5);
    const side = within < 0 ? 0 : 2;
    const w = Math.abs(within);
    for (let leaf = 0; leaf < lattice.leafCount; leaf++) {
      const at = 3 * leaf;
      ring.rate[offset + leaf] = logistic((1 - w) * effects.rate[at + 1]! + w * effects.rate[at + side]!);
      ring.volume[offset + leaf] = Math.exp(
        (1 - w) * effects.volume[at + 1]! + w * effects.volume[at + side]!,
      );
    }
  }

  /** The hours before, now and after; what is learned in an hour counts from the next one on. */
  private readEffects(hours: number): void {
    this.hour = hours;
    for (let leaf = 0; leaf < this.lattice.leafCount; leaf++) {
      for (let step = 0; step <= 2; step++) {
        const hour = (hours + step - 1) % hoursOfWeek;
        this.effects.rate[3 * leaf + step] = this.rates.effect(leaf, hour);
        this.effects.volume[3 * leaf + step] = this.volumes.effect(leaf, hour);
      }
      this.doubt.rate[leaf] = Math.sqrt(this.rates.uncertainty(leaf));
      this.doubt.volume[leaf] = Math.sqrt(this.volumes.uncertainty(leaf));
    }
  }

  /** Learns from the buckets up to `last`, hour by hour. */
  settleUntil(first: number, last: number, frozen: Frozen): void {
    // After a long gap, only what is kept can be learned.
    const from = Math.max(this.settled + 1, first, last - 2 * this.ring.length);
    for (let bucket = from; bucket <= last; bucket++) {
      if (this.ring.has(bucket)) this.gatherHour(bucket, frozen);
      if (bucket % this.perHour === this.perHour - 1) this.learnHour(bucket);
      this.settled = bucket;
    }
  }

  private gatherHour(bucket: number, frozen: Frozen): void {
    const offset = this.ring.offset(bucket);
    const { attempts, failures, buckets, volume } = this.hourSums;
    for (let leaf = 0; leaf < this.lattice.leafCount; leaf++) {
      const counted = this.ring.attempts[offset + leaf]!;
      if (!frozen.rate(leaf)) {
        attempts[leaf] = attempts[leaf]! + counted;
        failures[leaf] = failures[leaf]! + this.ring.failures[offset + leaf]!;
      }
      if (!frozen.volume(leaf)) {
        buckets[leaf] = buckets[leaf]! + 1;
        volume[leaf] = volume[leaf]! + counted;
      }
    }
  }

  private learnHour(bucket: number): void {
    const hours = Math.floor((bucket * this.widthMs) / hourMs);
    const { attempts, failures, buckets, volume } = this.hourSums;
    this.rates.learn(hours % hoursOfWeek, hours / 24, attempts, failures);
    this.volumes.learn(hours % hoursOfWeek, hours / 24, buckets, volume);
    for (const column of [attempts, failures, buckets, volume]) column.fill(0);
  }

  /** Counts and expectations of every leaf over the buckets from `from` to `to` that are kept. */
  window(from: number, to: number): LeafWindow {
    const { ring, lattice } = this;
    const leaves = lattice.leafCount;
    const empty = (): Float64Array => new Float64Array(leaves);
    const window: LeafWindow = {
      attempts: empty(),
      failures: empty(),
      expectedFailures: empty(),
      information: empty(),
      expectedAttempts: empty(),
    };
    for (let bucket = Math.max(from, to - ring.length + 1); bucket <= to; bucket++) {
      if (!ring.has(bucket)) continue;
      const offset = ring.offset(bucket);
      for (let leaf = 0; leaf < leaves; leaf++) {
        const n = ring.attempts[offset + leaf]!;
        const p = ring.rate[offset + leaf]!;
        window.attempts[leaf] = window.attempts[leaf]! + n;
        window.failures[leaf] = window.failures[leaf]! + ring.failures[offset + leaf]!;
        window.expectedFailures[leaf] = window.expectedFailures[leaf]! + n * p;
        window.information[leaf] = window.information[leaf]! + n * p * (1 - p);
        window.expectedAttempts[leaf] = window.expectedAttempts[leaf]! + ring.volume[offset + leaf]!;
      }
    }
    return window;
  }
}
