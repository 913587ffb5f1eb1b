/**
 * What an event does to the seeded company: rates, volumes, late data, traffic that moves; and how plain a fault is.
 *
 * How plain a fault is: the distance d between fault and no fault, in standard deviations of the failures (or attempts) of
 * its slice over its whole life, for an oracle that knows slice, times and rates. Its log-likelihood test at a level of
 * 1 in 10,000 has power .9 or more from d = 3.72 + 1.28 = 5.
 */
import type { Random } from './random.js';
import { bucketsPerDay, countries, methods, partners, type Leaf } from './company.js';

export type EventKind =
  | 'partner outage'
  | 'country degradation'
  | 'issuer degradation'
  | 'slow drift'
  | 'latency spike'
  | 'volume drop'
  | 'intermittent'
  | 'ramp'
  | 'webhook delay'
  | 'duplicates'
  | 'promotion'
  | 'migration'
  | 'mix shift'
  | 'slow recovery'
  | 'every other bucket'
  | 'silence'
  | 'first of two'
  | 'second of two'
  | UnusualKind
  | FurtherKind;

export type UnusualKind =
  | 'stuck'
  | 'retries'
  | 'lost rows'
  | 'one combination'
  | 'first of siblings'
  | 'second of siblings'
  | 'clock change';

export type FurtherKind =
  | 'wandering'
  | 'two countries'
  | 'on a holiday'
  | 'at night'
  | 'card testing'
  | 'fading'
  | 'improvement'
  | 'maintenance'
  | 'new slice';

export interface Moment {
  index: number;
  mean: Float64Array;
  rate: Float64Array;
  leaves: readonly Leaf[];
  /** How busy the country of a leaf is some buckets later, against now. */
  busyLater: (leaf: number, buckets: number) => number;
}

export interface Counted {
  index: number;
  attempts: Float64Array;
  failures: Float64Array;
  delayed: { attempts: number; failures: number }[];
  random: Random;
}

export interface WorldEvent {
  kind: EventKind;
  slice: Record<string, string>;
  /** Which detector has to find it; null for what must raise nothing. */
  finds: 'rate' | 'volume' | null;
  /** Bucket indices, the end excluded. */
  from: number;
  until: number;
  /** How far into its first bucket it begins, as a share of the bucket. */
  offset: number;
  members: number[];
  /** The bucket in which the oracle knows it; null until then. */
  knownAt: number | null;
  /** Sum of the differences and of the variances, for the oracle. */
  difference: number;
  variance: number;
  apply(moment: Moment): void;
  after?(counted: Counted): void;
}

/** From here on the oracle's test has power. */
export const detectableFrom = 5;

/** In standard deviations; null for what is no fault. */
export const distanceOf = ({ finds, difference, variance }: WorldEvent): number | null =>
  finds === null ? null : difference / Math.sqrt(Math.max(variance, 1e-9));

export const hour = bucketsPerDay / 24;

export interface Shape {
  /** Buckets. */
  lasts: number;
  slice: Record<string, string>;
  finds: 'rate' | 'volume' | null;
  change: (event: WorldEvent) => Pick<WorldEvent, 'apply'> & Partial<Pick<WorldEvent, 'after'>>;
  /** First bucket of the day at which it may begin, for nights. */
  startsAt?: number;
  /** From the first day to the last. */
  isAlways?: boolean;
}

/** Raises failures so that a share of the success is lost. */
export function loses(event: WorldEvent, shareAt: (index: number) => number): Pick<WorldEvent, 'apply'> {
  return {
    apply({ index, mean, rate, leaves }) {
      const share = shareAt(index);
      for (const at of event.members) {
        const [n, p] = [mean[at]!, rate[at]!];
        const q = 1 - (1 - p) * (1 - share);
        const v = n * p * (1 - p);
        const { sigma, persistence } = leaves[at]!;
        event.difference += n * (q - p);
        event.variance += v + (v * sigma) ** 2 * ((1 + persistence) / (1 - persistence));
        rate[at] = q;
      }
    },
  };
}

export function scales(event: WorldEvent, factor: number): Pick<WorldEvent, 'apply'> {
  return {
    apply({ mean, leaves }) {
      for (const at of event.members) {
        const before = mean[at]!;
        event.difference += Math.abs(before * (1 - factor));
        // An AR(1) of persistence .7 inflates the variance of a sum by (1 + .7) / (1 − .7).
        event.variance += before + (before * leaves[at]!.volumeSigma) ** 2 * 5.7;
        mean[at] = before * factor;
      }
    },
  };
}

export const pairOf = (random: Random): Record<string, string> =>
  random.pick([
    { country: random.pick(countries.slice(0, 6)), method: random.pick(methods.slice(0, 3)) },
    { country: random.pick(countries.slice(0, 6)), partner: random.pick(partners) },
    { method: random.pick(methods.slice(0, 3)), partner: random.pick(partners) },
  ]);

/** Events that arrive late are counted in the bucket of their arrival. */
export function delays(event: WorldEvent, share: number, late: number): Pick<WorldEvent, 'after'> {
  const arrivals = event.until - Math.max(1, Math.round((event.until - event.from - late) / 2)) - 1;
  return {
    after({ index, attempts, failures, delayed, random }) {
      for (const at of event.members) {
        const held = delayed[at]!;
        if (index < arrivals) {
          const lateFailures = random.binomial(failures[at]!, share);
          const lateAttempts = lateFailures + random.binomial(attempts[at]! - failures[at]!, share);
          held.attempts += lateAttempts;
          held.failures += lateFailures;
          attempts[at] = attempts[at]! - lateAttempts;
          failures[at] = failures[at]! - lateFailures;
        } else {
          const rest = event.until - index;
          const [n, k] = [Math.ceil(held.attempts / rest), Math.ceil(held.failures / rest)];
          attempts[at] = attempts[at]! + n;
          failures[at] = failures[at]! + Math.min(n, k);
          held.attempts -= n;
          held.failures -= Math.min(n, k);
        }
      }
    },
  };
}

/** Traffic of one partner goes to another one, with the rate that the other partner has. */
export function moves(event: WorldEvent, { mean, leaves }: Moment, to: string, moved: number): void {
  for (const at of event.members) {
    const [partner, ...rest] = leaves[at]!.values;
    if (partner === to) continue;
    const target = leaves.findIndex(
      ({ values }) => values[0] === to && values[1] === rest[0] && values[2] === rest[1],
    );
    if (target === -1) continue;
    mean[target] = mean[target]! + moved * mean[at]!;
    mean[at] = (1 - moved) * mean[at]!;
  }
}

/** Within a country, people leave one method for the others. */
export function shifts(event: WorldEvent, { mean, leaves }: Moment, factor: number): void {
  const left = event.members.filter((at) => leaves[at]!.values[1] === methods[0]);
  const others = event.members.filter((at) => leaves[at]!.values[1] !== methods[0]);
  const freed = left.reduce((sum, at) => sum + mean[at]! * (1 - factor), 0);
  const rest = others.reduce((sum, at) => sum + mean[at]!, 0);
  if (rest === 0) return;
  for (const at of left) mean[at] = mean[at]! * factor;
  for (const at of others) mean[at] = mean[at]! * (1 + freed / rest);
}
