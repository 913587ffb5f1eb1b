/**
 * Evidence that the failures of a slice rose, gathered bucket by bucket: one CUSUM for each size of change.
 *
 * For the loss of a share e of the successes, failures rise from p to q = p + e(1 − p), and a bucket of n attempts with k
 * failures adds ln(likelihood at q ⁄ likelihood at p), tempered: divided by how much more the slice strays than chance, which
 * is the Beta-Binomial's design effect 1 + i·σ². The null is composite, every rate up to p plus its margin, so the margin's
 * upper end is used for p: the likelihood ratio of a higher rate has its largest mean there.
 *
 * The score is the logarithm of the mean of exp(CUSUM) over the sizes. It never exceeds the mixture e-detector
 * Σ over starts of the product of likelihood ratios, whose mean grows by 1 a bucket while nothing happens; so a threshold of
 * T buckets raises at most one false alert in T buckets.
 */
import { grown } from '../slices/columns.js';
import { logistic } from '../baseline/baseline.js';

/** Shares of the success that are lost. */
export const lostShares = [0.025, 0.05, 0.1, 0.2, 0.35, 0.65] as const;
/** Where failures are rare, 5 % of the success is many times their rate; half as many failures again is a change, too. */
const oddsRatios = [1.25, 1.5, 2, 3, 5, 12] as const;

/** One bucket of one slice: counts, what was expected, and what is known of its noise. */
interface RateMoment {
  attempts: number;
  failures: number;
  expected: number;
  /** Variance of chance, which is also the derivative of the expectation on the logit. */
  information: number;
  /** Overdispersion of one bucket, as a variance on the logit. */
  sigma2: number;
  /** The same with its persistence: what independent buckets would need to stray as far in an hour. */
  lasting2: number;
  /** How far the rate may be above its expectation without being a change, on the logit. */
  margin: number;
}

/** So many of the newest buckets can be taken back, because late events changed them. */
const takenBackMost = 4;

type Column = Float64Array<ArrayBuffer>;

/** In the place of another column, where there is one that fits: garbage of this size is collected late. */
function copied(column: Column, place: Column | undefined): Column {
  if (place?.length !== column.length) return column.slice();
  place.set(column);
  return place;
}

export class Cusums {
  private sums: Column[];
  private starts: Column[];
  /** ln of the mean likelihood ratio of the newest bucket alone, for which persistence does not matter. */
  private single = new Float64Array(0);
  /** As it was before each of the newest buckets, the newest one first. */
  private before: { sums: Column[]; starts: Column[] }[] = [];
  private size = 0;

  constructor(private readonly sizes: number) {
    this.sums = Array.from({ length: sizes }, () => new Float64Array(0));
    this.starts = Array.from({ length: sizes }, () => new Float64Array(0));
  }

  grow(size: number): void {
    this.size = size;
    this.sums = this.sums.map((column) => grown(column, size));
    this.starts = this.starts.map((column) => grown(column, size, -1));
    this.single = grown(this.single, size);
  }

  /** A bucket begins. */
  next(): void {
    const { sums, starts, before } = this;
    const spare = before.length === takenBackMost ? before.pop() : undefined;
    before.unshift({ sums, starts });
    this.sums = sums.map((column, size) => copied(column, spare?.sums[size]));
    this.starts = starts.map((column, size) => copied(column, spare?.starts[size]));
  }

  /** Takes back the newest buckets; false, and nothing is done, where that is no longer possible. */
  takeBack(buckets: number): boolean {
    const state = this.before[buckets - 1];
    if (state === undefined) return false;
    Object.assign(this, state);
    this.before = this.before.slice(buckets);
    this.grow(this.size);
    return true;
  }

  add(at: number, size: number, gain: number, bucket: number): void {
    const sums = this.sums[size]!;
    const before = sums[at]!;
    if (before <= 0) this.starts[size]![at] = bucket;
    sums[at] = Math.max(0, before) + gain;
  }

  fade(at: number, keep: number): void {
    for (const sums of this.sums) sums[at] = keep * sums[at]!;
  }

  /** ln of the mean of exp(CUSUM); negative while no size has evidence. */
  score(at: number): number {
    let most = this.single[at]!;
    for (const sums of this.sums) most = Math.max(most, sums[at]!);
    if (most <= 0) return 0;
    let mean = 0;
    for (const sums of this.sums) mean += Math.exp(sums[at]! - most);
    return Math.max(most + Math.log(mean / this.sizes), this.single[at]!);
  }

  /** The bucket in which the change of the likeliest size began. */
  onset(at: number): number {
    let best = 0;
    this.sums.forEach((sums, size) => {
      if (sums[at]! > this.sums[best]![at]!) best = size;
    });
    return this.starts[best]![at]!;
  }

  /** Whether there is evidence of the smallest change that began after a bucket. */
  isRising(at: number, after: number): boolean {
    return this.sums[0]![at]! > 0 && this.starts[0]![at]! > after;
  }

  reset(at: number): void {
    for (const sums of [this.sums, ...this.before.map((state) => state.sums)])
      for (const column of sums) column[at] = 0;
    this.single[at] = 0;
  }

  /** What `look` adds counts while it runs, and is gone afterwards. */
  aside<Seen>(look: () => Seen): Seen {
    const { sums, starts, single, before } = this;
    // Nothing of what is kept may be written to, so there is nothing to reuse.
    Object.assign(this, { single: single.slice(), before: [] });
    try {
      return look();
    } finally {
      Object.assign(this, { sums, starts, single, before });
    }
  }

  setSingle(at: number, score: number): void {
    this.single[at] = score;
  }
}

export function addRateEvidence(cusums: Cusums, at: number, moment: RateMoment, bucket: number): void {
  const { attempts: n, failures: k, expected, information, sigma2, lasting2, margin } = moment;
  cusums.setSingle(at, 0);
  if (n <= 0 || information <= 0) return;
  const mean = Math.min(1 - 1e-9, Math.max(1e-9, expected / n));
  const p = logistic(Math.log(mean / (1 - mean)) + margin);
  const temper = 1 / (1 + information * lasting2);
  const temperOnce = 1 / (1 + information * sigma2);
  let mean1 = 0;
  for (let size = 0; size < lostShares.length; size++) {
    const byShare = p + lostShares[size]! * (1 - p);
    const odds = (oddsRatios[size]! * p) / (1 - p);
    const q = Math.min(byShare, odds / (1 + odds));
    const gain = k * Math.log(q / p) + (n - k) * Math.log((1 - q) / (1 - p));
    cusums.add(at, size, temper * gain, bucket);
    mean1 += Math.exp(Math.min(500, temperOnce * gain)) / lostShares.length;
  }
  cusums.setSingle(at, Math.log(mean1));
}
