/**
 * How far each slice strays from its expectation beyond chance, measured per slice at three spans: a bucket, an hour, and
 * six hours. Evidence is tempered by the first two; the last one is a margin that a change has to exceed.
 *
 * Method of moments on the logit (or the logarithm): for residual r and variance of chance v, which is also
 * the derivative of the expectation, E[r²] = v + v²σ², so σ² = Σ(r² − v) ⁄ Σv², over a memory of two weeks and starting from a prior.
 * Invariant: a residual counts for at most three standard deviations (a slow one for 1.5), so that an incident can't hide the next one.
 */
import { grown } from '../slices/columns.js';

const spans = ['bucket', 'hour', 'watch'] as const;
type Span = (typeof spans)[number];

const memoryDays = 14;
/** The slow part is remembered longer and limited more, so that a drift of days does not pass for noise. */
const slowMemoryDays = 42;

/** How many standard deviations a residual may count for, and what share of a normal variance, E[min(z², c²)], that keeps. */
interface Limit {
  deviations: number;
  kept: number;
}
const usualLimit: Limit = { deviations: 3, kept: 0.995 };
const slowLimit: Limit = { deviations: 1.5, kept: 0.7785 };

class SpanNoise {
  private excess = new Float64Array(0);
  private weight = new Float64Array(0);
  private residual = new Float64Array(0);
  private chance = new Float64Array(0);
  sigma2 = new Float64Array(0);

  constructor(
    private readonly prior: number,
    /** As if so many typical blocks had been seen at the prior. */
    private readonly priorBlocks: number,
    private readonly limit: Limit,
  ) {}

  grow(size: number): void {
    this.excess = grown(this.excess, size);
    this.weight = grown(this.weight, size);
    this.residual = grown(this.residual, size);
    this.chance = grown(this.chance, size);
    this.sigma2 = grown(this.sigma2, size, this.prior);
  }

  add(at: number, residual: number, chance: number): void {
    this.residual[at] = this.residual[at]! + residual;
    this.chance[at] = this.chance[at]! + chance;
  }

  /** Ends a block of every slice. */
  close(size: number, keep: number): void {
    const { residual, chance, excess, weight, sigma2, prior, priorBlocks } = this;
    const { deviations, kept } = this.limit;
    for (let at = 0; at < size; at++) {
      const [r, v] = [residual[at]!, chance[at]!];
      residual[at] = chance[at] = 0;
      if (v <= 0) continue;
      const variance = v + v * v * sigma2[at]!;
      const limit = deviations ** 2 * variance;
      // A block weighs by what it can say about σ²: (v² ⁄ its variance)².
      const precision = (v / variance) ** 2;
      excess[at] = keep * excess[at]! + (Math.min(r * r, limit) / kept - v) * precision;
      weight[at] = keep * weight[at]! + v * v * precision;
      const typical = priorBlocks / Math.max(prior, sigma2[at]!) ** 2;
      sigma2[at] = Math.max(0, (excess[at]! + typical * prior) / (weight[at]! + typical));
    }
  }
}

interface NoisePriors {
  bucket: number;
  hour: number;
  watch: number;
}

const watchHours = 6;

export class Noise {
  private readonly of: Record<Span, SpanNoise>;
  private hours = 0;

  constructor(
    private readonly priors: NoisePriors,
    private readonly bucketsPerDay: number,
  ) {
    this.of = {
      bucket: new SpanNoise(priors.bucket, 20, usualLimit),
      hour: new SpanNoise(priors.hour, 6, usualLimit),
      watch: new SpanNoise(priors.watch, 4, slowLimit),
    };
  }

  grow(size: number): void {
    for (const span of spans) this.of[span].grow(size);
  }

  add(at: number, residual: number, chance: number): void {
    for (const span of spans) this.of[span].add(at, residual, chance);
  }

  closeBucket(size: number): void {
    this.of.bucket.close(size, Math.exp(-1 / (memoryDays * this.bucketsPerDay)));
  }

  closeHour(size: number): void {
    this.of.hour.close(size, Math.exp(-1 / (memoryDays * 24)));
    this.hours++;
    if (this.hours % watchHours === 0)
      this.of.watch.close(size, Math.exp(-watchHours / (slowMemoryDays * 24)));
  }

  /** Variance of one bucket. */
  ofBucket(at: number): number {
    return this.of.bucket.sigma2[at]!;
  }

  /** Variance per bucket that independent buckets would need to stray as far in an hour as this slice does. */
  perBucket(at: number, bucketsPerHour: number): number {
    return Math.max(this.of.bucket.sigma2[at]!, bucketsPerHour * this.of.hour.sigma2[at]!);
  }

  /** Variance of six hours, and never less than that of a slice that has shown nothing yet: this hour may be known badly. */
  ofLevel(at: number): number {
    return Math.max(this.priors.watch, this.of.watch.sigma2[at]!);
  }

  /** Standard deviation of the slow part: what six hours stray beyond what the noise within an hour explains. */
  slow(at: number): number {
    const explained = this.of.hour.sigma2[at]! / watchHours;
    return Math.sqrt(Math.max(0, this.of.watch.sigma2[at]! - explained));
  }
}
