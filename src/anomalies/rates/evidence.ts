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

/** So many of the newest buckets are also judged by themselves. */
export const newestBuckets = 3;

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

interface Columns {
  sums: Float64Array<ArrayBuffer>[];
  starts: Float64Array<ArrayBuffer>[];
  recent: Float64Array<ArrayBuffer>[][];
  newest: Float64Array<ArrayBuffer>;
}

export class Cusums {
  private sums: Float64Array<ArrayBuffer>[];
  private starts: Float64Array<ArrayBuffer>[];
  /** Of the newest buckets, the newest one first: a column of gains per size before they are tempered, and one of information. */
  private recent: Float64Array<ArrayBuffer>[][];
  /** ln of the mean likelihood ratio of the newest buckets alone. */
  private newest = new Float64Array(0);
  /** As it was before each of the newest buckets, the newest one first. */
  private before: Columns[] = [];
  private size = 0;

  constructor(
    private readonly sizes: number,
    newestBuckets = 0,
  ) {
    this.sums = Array.from({ length: sizes }, () => new Float64Array(0));
    this.starts = Array.from({ length: sizes }, () => new Float64Array(0));
    this.recent = Array.from({ length: newestBuckets }, () =>
      Array.from({ length: sizes + 1 }, () => new Float64Array(0)),
    );
  }

  grow(size: number): void {
    this.size = size;
    this.sums = this.sums.map((column) => grown(column, size));
    this.starts = this.starts.map((column) => grown(column, size, -1));
    this.recent = this.recent.map((columns) => columns.map((column) => grown(column, size)));
    this.newest = grown(this.newest, size);
  }

  /** A bucket begins, in which no slice has evidence yet. */
  next(): void {
    this.before = [this.copy(), ...this.before].slice(0, takenBackMost);
    const oldest = this.recent.pop();
    if (oldest === undefined) return;
    for (const column of oldest) column.fill(0);
    this.recent.unshift(oldest);
    this.newest.fill(0);
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

  private copy(): Columns {
    const copied = (columns: Float64Array<ArrayBuffer>[]): Float64Array<ArrayBuffer>[] =>
      columns.map((column) => column.slice());
    const { sums, starts, recent, newest } = this;
    return { sums: copied(sums), starts: copied(starts), recent: recent.map(copied), newest: newest.slice() };
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
    let most = this.newest[at]!;
    for (const sums of this.sums) most = Math.max(most, sums[at]!);
    if (most <= 0) return 0;
    let mean = 0;
    for (const sums of this.sums) mean += Math.exp(sums[at]! - most);
    return Math.max(most + Math.log(mean / this.sizes), this.newest[at]!);
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
    const now: Columns = { sums: this.sums, starts: this.starts, recent: this.recent, newest: this.newest };
    for (const { sums, recent, newest } of [now, ...this.before]) {
      for (const column of [...sums, ...recent.flat()]) if (at < column.length) column[at] = 0;
      if (at < newest.length) newest[at] = 0;
    }
  }

  /** What `look` adds counts while it runs, and is gone afterwards. */
  aside<Seen>(look: () => Seen): Seen {
    const { sums, starts, recent, newest, before } = this;
    Object.assign(this, this.copy());
    try {
      return look();
    } finally {
      Object.assign(this, { sums, starts, recent, newest, before });
    }
  }

  /**
   * Judges the newest buckets alone, one, two and so on: they hold less of what persists than the sum since the onset may.
   * `varianceOf` is how far the mean of so many buckets strays beyond chance.
   */
  judgeNewest(at: number, gains: readonly number[], information: number, varianceOf: Variance): void {
    const totals = gains.map(() => 0);
    let all = 0;
    [...gains, information].forEach((value, column) => (this.recent[0]![column]![at] = value));
    this.recent.forEach((columns, age) => {
      gains.forEach((_, size) => (totals[size] = totals[size]! + columns[size]![at]!));
      all += columns[this.sizes]![at]!;
      const temper = 1 / (1 + all * varianceOf(age + 1));
      const mean = totals.reduce((sum, gain) => sum + Math.exp(Math.min(500, temper * gain)), 0) / this.sizes;
      this.newest[at] = Math.max(age === 0 ? -Infinity : this.newest[at]!, Math.log(mean));
    });
  }
}

type Variance = (buckets: number) => number;

export function addRateEvidence(cusums: Cusums, at: number, moment: RateMoment, bucket: number): void {
  const { attempts: n, failures: k, expected, information, sigma2, lasting2, margin } = moment;
  if (n <= 0 || information <= 0) return;
  const mean = Math.min(1 - 1e-9, Math.max(1e-9, expected / n));
  const p = logistic(Math.log(mean / (1 - mean)) + margin);
  const temper = 1 / (1 + information * lasting2);
  const gains = lostShares.map((share, size) => {
    const odds = (oddsRatios[size]! * p) / (1 - p);
    const q = Math.min(p + share * (1 - p), odds / (1 + odds));
    return k * Math.log(q / p) + (n - k) * Math.log((1 - q) / (1 - p));
  });
  gains.forEach((gain, size) => cusums.add(at, size, temper * gain, bucket));
  cusums.judgeNewest(at, gains, information, (buckets) => Math.min(sigma2, lasting2 / buckets));
}
