/**
 * What a leaf is expected to do at an hour of the week: a sum of effects on the logit (rates) or the logarithm (volumes).
 *
 * Effects: the whole metric, each dimension value, and the leaf itself; each has a level that drifts slowly and an hour of the
 * week. A leaf with little history therefore borrows from the slices above it, and an hour from its neighbours. Every effect
 * has a mean and a variance, which one step of a diagonal Kalman filter moves for each hour of counts; its predictive mean and
 * variance are those of the Beta (or gamma) distribution that the tests use.
 * Invariant: an observation far from what is expected moves the baseline by no more than one at three standard deviations.
 */
import { grown, grownInts } from '../slices/columns.js';
import type { Lattice } from '../slices/lattice.js';

export const hoursOfWeek = 168;

/** Where effects begin and how fast they may change: variances on the logit or the logarithm. */
interface BaselineFamily {
  /** Mean of counts, and variance beside it, of `size` trials (rates) or of one bucket (volumes). */
  mean(effect: number): number;
  varianceOf(mean: number): number;
  start: number;
  level: Spread;
  season: Omit<Spread, 'leaf'>;
  /** What the days of the week differ in, at one hour, beside what all days share. */
  weekShare: number;
  /** The largest rise that teaches in one step what is known already: a promotion is not what is usual. */
  mostRise: number;
  /** How fast a level may drift, as a variance per day. */
  driftPerDay: number;
  /** Of an hour's count around its expectation, beside chance. */
  noise: number;
}

interface Spread {
  whole: number;
  value: number;
  leaf: number;
}

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Rates: successes differ between partners, methods and countries by some .5 on the logit (variance .25), less within
 * them; an hour of the day moves a rate by .15 or so. A level may wander by .0003 on the logit a day, so that what is known of it has a memory of some
 * weeks: a fault that takes 1 % of the success a day (.08 on the logit at 15 % failures) runs away from it.
 */
export const rateFamily: BaselineFamily = {
  mean: logistic,
  varianceOf: (p) => p * (1 - p),
  start: -2,
  level: { whole: 4, value: 0.25, leaf: 0.15 },
  season: { whole: 0.03, value: 0.02 },
  weekShare: 0.03,
  mostRise: Infinity,
  driftPerDay: 0.0000001,
  noise: 0.0025,
};

/** Volumes differ by orders of magnitude, and so do hours of the day; what changes within days is left to the recent level. */
export const volumeFamily: BaselineFamily = {
  mean: Math.exp,
  varianceOf: (mean) => mean,
  start: 0,
  level: { whole: 9, value: 2, leaf: 2 },
  season: { whole: 1, value: 0.5 },
  weekShare: 0.25,
  mostRise: 0.1,
  driftPerDay: 0.00001,
  noise: 0.01,
};

/** Per group: its level, an effect per hour of the day, and one per hour of the week beside it. */
const hoursOfDay = 24;
const width = 1 + hoursOfDay + hoursOfWeek;
/** An effect stays able to learn: its variance never falls below this share of where it began. */
const leastVariance = 1 / 1000;
const farthest = 3;
/** Below this variance an effect is known. */
const knownVariance = 0.1;

export class Baseline {
  private readonly groups = new Effects();
  /** Leaves have a level only: their hours are those of the slices above them. */
  private readonly leaves = new Effects();
  private groupsOfLeaf = new Int32Array(0);
  private readonly valueGroups: Int32Array<ArrayBuffer>[];
  /** Counts, expectation and information of the groups of one place, while an hour is learned. */
  private sums = new Float64Array(0);
  private readonly touched: number[] = [];
  private groupCount = 0;
  private knownLeaves = 0;
  private readonly groupsPerLeaf: number;

  constructor(
    private readonly lattice: Lattice,
    private readonly family: BaselineFamily,
  ) {
    this.groupsPerLeaf = lattice.dimensions.length + 1;
    this.valueGroups = lattice.dimensions.map(() => new Int32Array(0));
    this.addGroup('whole');
    this.groups.means[0] = family.start;
  }

  /** Makes room for leaves that appeared. */
  grow(): void {
    const { lattice, groupsPerLeaf, leaves } = this;
    const count = lattice.leafCount;
    if (count === this.knownLeaves) return;
    this.groupsOfLeaf = grownInts(this.groupsOfLeaf, count * groupsPerLeaf);
    leaves.grow(count, 1);
    // Room for all values at once: doubling it value by value would take twice the memory.
    const values = lattice.dimensions.reduce((sum, _, d) => sum + lattice.cardinality(d), 0);
    this.groups.grow(1 + values, width);
    for (let leaf = this.knownLeaves; leaf < count; leaf++) {
      const at = leaf * groupsPerLeaf;
      this.groupsOfLeaf[at] = 0;
      lattice.dimensions.forEach(
        (_, d) => (this.groupsOfLeaf[at + 1 + d] = this.valueGroup(d, lattice.leafCode(leaf, d))),
      );
      leaves.variances[leaf] = this.family.level.leaf;
    }
    this.sums = grown(this.sums, 3 * Math.max(count, this.groupCount));
    this.knownLeaves = count;
  }

  private valueGroup(d: number, code: number): number {
    const groups = grownInts(this.valueGroups[d]!, code + 1);
    this.valueGroups[d] = groups;
    // Group 0 is the whole metric, so 0 means that the value has none yet.
    if (groups[code] === 0) groups[code] = this.addGroup('value');
    return groups[code]!;
  }

  private addGroup(kind: 'whole' | 'value'): number {
    const group = this.groupCount++;
    this.groups.grow(this.groupCount, width);
    const { variances } = this.groups;
    const at = group * width;
    const season = this.family.season[kind];
    variances[at] = this.family.level[kind];
    variances.fill(season, at + 1, at + 1 + hoursOfDay);
    variances.fill(season * this.family.weekShare, at + 1 + hoursOfDay, at + width);
    return group;
  }

  /** The effects of a leaf at an hour of the week, summed. */
  effect(leaf: number, hour: number): number {
    const { groupsPerLeaf, groupsOfLeaf, groups } = this;
    let sum = this.leaves.means[leaf]!;
    for (let g = leaf * groupsPerLeaf, end = g + groupsPerLeaf; g < end; g++) {
      const at = groupsOfLeaf[g]! * width;
      const { means } = groups;
      sum += means[at]! + means[at + 1 + (hour % hoursOfDay)]! + means[at + 1 + hoursOfDay + hour]!;
    }
    return sum;
  }

  /** How uncertain the level of a leaf is beside those of the slices above it, as a variance: large for a new leaf. */
  uncertainty(leaf: number): number {
    return this.leaves.variances[leaf]!;
  }

  /**
   * Learns one hour: what each leaf counted over its exposure, which is attempts for rates and buckets for volumes. The whole
   * metric moves first, then each dimension, then the leaves, each to what the ones before left unexplained.
   */
  learn(hour: number, day: number, exposure: Float64Array, counted: Float64Array): void {
    const { season } = this.family;
    for (let place = 0; place <= this.groupsPerLeaf; place++) {
      this.gather(place, hour, exposure, counted);
      for (const to of this.touched)
        if (place === this.groupsPerLeaf) this.move(this.leaves, to, [to], day);
        else this.moveGroup(to, place === 0 ? season.whole : season.value, hour, day);
      this.touched.length = 0;
    }
  }

  /** Sums counts, expectations and information over the leaves of each group. */
  private gather(place: number, hour: number, exposure: Float64Array, counted: Float64Array): void {
    const { groupsPerLeaf, groupsOfLeaf, family, sums, touched } = this;
    for (let leaf = 0; leaf < this.knownLeaves; leaf++) {
      const size = exposure[leaf]!;
      if (size <= 0) continue;
      const to = place === groupsPerLeaf ? leaf : groupsOfLeaf[leaf * groupsPerLeaf + place]!;
      const mean = family.mean(this.effect(leaf, hour));
      const at = 3 * to;
      if (sums[at + 1] === 0) touched.push(to);
      sums[at] = sums[at]! + counted[leaf]!;
      sums[at + 1] = sums[at + 1]! + size * mean;
      sums[at + 2] = sums[at + 2]! + size * family.varianceOf(mean);
    }
  }

  private moveGroup(group: number, season: number, hour: number, day: number): void {
    const { variances } = this.groups;
    const at = group * width;
    const ofDay = at + 1 + (hour % hoursOfDay);
    const ofWeek = at + 1 + hoursOfDay + hour;
    variances[ofDay] = Math.max(variances[ofDay]!, leastVariance * season);
    variances[ofWeek] = Math.max(variances[ofWeek]!, leastVariance * season * this.family.weekShare);
    this.move(this.groups, group, [at, ofDay, ofWeek], day);
  }

  /** One Kalman step of the effects that an hour shows, of which the first is the level. */
  private move({ means, variances, days }: Effects, to: number, effects: number[], day: number): void {
    const { family, sums } = this;
    const [counted, expected, information] = [sums[3 * to]!, sums[3 * to + 1]!, sums[3 * to + 2]!];
    sums.fill(0, 3 * to, 3 * to + 3);
    if (information <= 0) return;
    const level = effects[0]!;
    const since = days[to]! < 0 ? 0 : Math.max(0, day - days[to]!);
    days[to] = day;
    variances[level] = variances[level]! + since * family.driftPerDay;
    const prior = effects.reduce((sum, effect) => sum + variances[effect]!, 0);
    // The places explain one residual after another, so each one takes it for noisier: together they learn at the pace of one.
    const total = prior + (this.groupsPerLeaf + 1) * (family.noise + 1 / information);
    const free = stepOf(counted, expected, information, family.noise + Math.min(1, prior));
    const step = prior < knownVariance ? Math.min(family.mostRise, free) : free;
    for (const effect of effects) {
      const gain = variances[effect]! / total;
      means[effect] = means[effect]! + gain * step;
      variances[effect] = variances[effect]! * (1 - gain);
    }
  }

  levelOf(leaf: number): number {
    return this.leaves.means[leaf]!;
  }

  /** Lets a leaf find back to a level that it had, within hours. */
  unsettle(leaf: number, formerly: number): void {
    const { means, variances } = this.leaves;
    if (means[leaf]! < formerly) variances[leaf] = Math.max(knownVariance, variances[leaf]!);
    else means[leaf] = formerly;
  }

  /** Forgets what is known of the level of a leaf, so that it is learned again. */
  forget(leaf: number): void {
    this.leaves.variances[leaf] = this.family.level.leaf;
  }
}

/** Means and variances of effects, and the day on which each owner last learned. */
class Effects {
  means = new Float64Array(0);
  variances = new Float64Array(0);
  days = new Float64Array(0);

  grow(owners: number, each: number): void {
    this.means = grown(this.means, owners * each);
    this.variances = grown(this.variances, owners * each);
    this.days = grown(this.days, owners, -1);
  }
}

/**
 * How far the counts are from their expectation, on the effect's scale. Low counts are skewed: one event where .05 are expected
 * is ordinary, so the limit leaves room for whole events; cutting those off would pull every rare rate to zero.
 */
function stepOf(counted: number, expected: number, information: number, variance: number): number {
  const straight = (counted - expected) / information;
  const limit = farthest * Math.sqrt(variance + 1 / information) + farthest / information;
  if (straight > limit) return Math.max(limit / 2, Math.min(limit, Math.log((counted + 1) / (expected + 1))));
  return Math.max(-limit, straight);
}
