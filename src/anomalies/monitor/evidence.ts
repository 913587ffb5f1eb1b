/**
 * The evidence of every slice, for rates and for volumes: sums of the leaves of one bucket, and CUSUMs over buckets.
 *
 * Invariant: leaves of open alerts are left out of every sum, so that what an alert explains raises no second one; the expected
 * failures of a slice are the sum of those of its leaves, so that a shift of its mix is no change of its rate.
 */
import { Noise } from '../baseline/noise.js';
import { addRateEvidence, Cusums, lostShares } from '../rates/evidence.js';
import { grown } from '../slices/columns.js';
import type { Lattice } from '../slices/lattice.js';
import { addVolumeEvidence, leftShares } from '../volumes/evidence.js';
import { Levels } from '../volumes/levels.js';
import type { Expectations } from './expectations.js';

export type AlertKind = 'rate' | 'volume';

/** A slow change within this many standard deviations of the slice's own slow noise is no change. */
const marginDeviations = 1;
/**
 * What is left of the usual traffic without being a fault: of a slice that may have a holiday, and of one whose calendar goes on as
 * usual. The margin comes on top.
 */
const quietest = { alone: 0.66, besideOthers: 0.85 };

const sumNames = [
  'attempts',
  'failures',
  'expected',
  'chance',
  'doubt',
  'volume',
  'usual',
  'volumeDoubt',
] as const;
type Sums = Record<(typeof sumNames)[number], Float64Array<ArrayBuffer>>;

export class SliceEvidence {
  readonly cusums: Record<AlertKind, Cusums>;
  readonly noise: Record<AlertKind, Noise>;
  private readonly sums = Object.fromEntries(sumNames.map((name) => [name, new Float64Array(0)])) as Sums;
  private readonly levels: Levels;

  constructor(
    private readonly lattice: Lattice,
    private readonly expectations: Expectations,
    bucketsPerDay: number,
  ) {
    this.cusums = { rate: new Cusums(lostShares.length), volume: new Cusums(leftShares.length) };
    this.levels = new Levels(lattice, expectations.perHour);
    // Deviations of 10 %, 4 % and 3 % of the odds, and of 14 %, 10 % and 10 % of the volume, until a slice shows its own.
    this.noise = {
      rate: new Noise({ bucket: 0.01, hour: 0.002, watch: 0.001 }, bucketsPerDay),
      volume: new Noise({ bucket: 0.02, hour: 0.01, watch: 0.01 }, bucketsPerDay),
    };
  }

  grow(): void {
    const nodes = this.lattice.nodeCount;
    for (const kind of ['rate', 'volume'] as const) {
      this.cusums[kind].grow(nodes);
      this.noise[kind].grow(nodes);
    }
    for (const name of sumNames) this.sums[name] = grown(this.sums[name], nodes);
    this.levels.grow(nodes);
  }

  /** Sums one bucket of the ring over the leaves that no alert covers. */
  gather(bucket: number, covered: Record<AlertKind, Float64Array>): void {
    const { lattice, sums, expectations } = this;
    const { ring, doubt } = expectations;
    const offset = ring.offset(bucket);
    for (const name of sumNames) sums[name].fill(0);
    const nodes = lattice.nodesOfLeaves;
    const width = lattice.masks.length;
    for (let leaf = 0; leaf < lattice.leafCount; leaf++) {
      const n = ring.attempts[offset + leaf]!;
      const k = ring.failures[offset + leaf]!;
      const expected = n * ring.rate[offset + leaf]!;
      const chance = expected * (1 - ring.rate[offset + leaf]!);
      const usual = ring.volume[offset + leaf]!;
      const hasRate = covered.rate[leaf] === 0 && n > 0;
      const hasVolume = covered.volume[leaf] === 0;
      for (let at = leaf * width; at < (leaf + 1) * width; at++) {
        const to = nodes[at]!;
        if (hasRate) {
          sums.attempts[to] = sums.attempts[to]! + n;
          sums.failures[to] = sums.failures[to]! + k;
          sums.expected[to] = sums.expected[to]! + expected;
          sums.chance[to] = sums.chance[to]! + chance;
          sums.doubt[to] = sums.doubt[to]! + chance * doubt.rate[leaf]!;
        }
        if (hasVolume) {
          sums.volume[to] = sums.volume[to]! + n;
          sums.usual[to] = sums.usual[to]! + usual;
          sums.volumeDoubt[to] = sums.volumeDoubt[to]! + usual * doubt.volume[leaf]!;
        }
      }
    }
    const isFalling = (node: number, hours: number): boolean =>
      this.cusums.volume.isRising(node, bucket - hours * expectations.perHour);
    this.levels.expect(
      (leaf) => (covered.volume[leaf] === 0 ? ring.volume[offset + leaf]! : 0),
      sums.usual,
      isFalling,
    );
  }

  /** Adds the gathered bucket to the CUSUMs of every slice. */
  weigh(bucket: number): void {
    const { sums, noise, expectations } = this;
    const { perHour } = expectations;
    const fading = Math.exp(-1 / (24 * perHour));
    this.cusums.rate.next();
    this.cusums.volume.next();
    for (let node = 0; node < this.lattice.nodeCount; node++) {
      const chance = sums.chance[node]!;
      const doubt = chance > 0 ? sums.doubt[node]! / chance : 0;
      const rate = {
        attempts: sums.attempts[node]!,
        failures: sums.failures[node]!,
        expected: sums.expected[node]!,
        information: chance,
        sigma2: noise.rate.ofBucket(node),
        lasting2: noise.rate.perBucket(node, perHour),
        margin: marginDeviations * (noise.rate.slow(node) + doubt),
      };
      addRateEvidence(this.cusums.rate, node, rate, bucket);
      const usual = this.levels.atCalendar[node]!;
      const volumeDoubt =
        usual > 0 ? sums.volumeDoubt[node]! / sums.usual[node]! + this.levels.doubt[node]! / usual : 0;
      const least = this.levels.mayBeQuiet(node) ? quietest.alone : quietest.besideOthers;
      const volume = {
        attempts: sums.volume[node]!,
        expected: least * Math.min(usual, this.levels.expected[node]!),
        sigma2: noise.volume.perBucket(node, perHour),
        margin: marginDeviations * (noise.volume.slow(node) + volumeDoubt),
      };
      addVolumeEvidence(this.cusums.volume, node, volume, bucket, fading);
    }
  }

  /** What `look` weighs counts while it runs, and is gone afterwards. */
  aside<Seen>(look: () => Seen): Seen {
    return this.cusums.rate.aside(() => this.cusums.volume.aside(look));
  }

  /** Learns how far slices stray from their expectations. */
  learnNoise(bucket: number): void {
    const { sums, noise, expectations } = this;
    const nodes = this.lattice.nodeCount;
    for (let node = 0; node < nodes; node++) {
      const chance = sums.chance[node]!;
      if (chance > 0) noise.rate.add(node, sums.failures[node]! - sums.expected[node]!, chance);
      const levelled = this.levels.expected[node]!;
      if (levelled > 0) noise.volume.add(node, sums.volume[node]! - levelled, levelled);
    }
    const endsHour = bucket % expectations.perHour === expectations.perHour - 1;
    for (const kind of ['rate', 'volume'] as const) {
      noise[kind].closeBucket(nodes);
      if (endsHour) noise[kind].closeHour(nodes);
    }
  }

  followLevels(): void {
    this.levels.follow(this.sums.volume, this.sums.usual);
  }

  /**
   * e-Benjamini–Hochberg over all slices: the largest r for which the r-th best score, less the logarithm of its rivals, is
   * worth `least` ÷ r. Best first.
   */
  rejected(kind: AlertKind, least: number): number[] {
    const found: { node: number; score: number }[] = [];
    for (let node = 0; node < this.lattice.nodeCount; node++) {
      const score = this.cusums[kind].score(node);
      if (score > least) found.push({ node, score: score - this.lattice.rivals(node) });
    }
    found.sort((a, b) => b.score - a.score || a.node - b.node);
    for (let r = found.length; r > 0; r--)
      if (found[r - 1]!.score >= least - Math.log(r)) return found.slice(0, r).map(({ node }) => node);
    return [];
  }

  /** How much of its evidence over a window a slice keeps, given how far it strays beyond chance. */
  temper(kind: AlertKind, buckets: number): (node: number, information: number) => number {
    const { perHour } = this.expectations;
    return (node, information) =>
      1 / (1 + (information / buckets) * this.noise[kind].perBucket(node, perHour));
  }

  /** Takes back the newest buckets, to weigh them again; false where that is no longer possible. */
  takeBack(buckets: number): boolean {
    const { rate, volume } = this.cusums;
    return rate.takeBack(buckets) && volume.takeBack(buckets);
  }

  reset(): void {
    for (let node = 0; node < this.lattice.nodeCount; node++) {
      this.cusums.rate.reset(node);
      this.cusums.volume.reset(node);
    }
  }

  /** Drops the evidence of every slice above a leaf, because its sums now mean something else. */
  resetAbove(leaf: number): void {
    const nodes = this.lattice.nodesOfLeaves;
    const width = this.lattice.masks.length;
    for (let at = leaf * width; at < (leaf + 1) * width; at++) {
      this.cusums.rate.reset(nodes[at]!);
      this.cusums.volume.reset(nodes[at]!);
    }
  }
}
