/**
 * What happens to the seeded company: faults with their slice and their strength, and changes that must raise nothing.
 *
 * How plain a fault is: the distance d between fault and no fault, in standard deviations of the failures (or attempts) of
 * its slice over its whole life, for an oracle that knows slice, times and rates. Its log-likelihood test at a level of
 * 1 in 10,000 has power .9 or more from d = 3.72 + 1.28 = 5.
 */
import type { Random } from './random.js';
import {
  bucketsPerDay,
  countries,
  days,
  dimensions,
  methods,
  partners,
  warmupDays,
  type Leaf,
  type Metric,
} from './company.js';

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
  | 'mix shift';

export interface Moment {
  index: number;
  mean: Float64Array;
  rate: Float64Array;
  leaves: readonly Leaf[];
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
  members: number[];
  /** Sum of the differences and of the variances, for the oracle. */
  difference: number;
  variance: number;
  apply(moment: Moment): void;
  after?(counted: Counted): void;
}

/** In standard deviations; null for what is no fault. */
export const distanceOf = ({ finds, difference, variance }: WorldEvent): number | null =>
  finds === null ? null : difference / Math.sqrt(Math.max(variance, 1e-9));

const hour = bucketsPerDay / 24;

interface Shape {
  /** Buckets. */
  lasts: number;
  slice: Record<string, string>;
  finds: 'rate' | 'volume' | null;
  change: (event: WorldEvent) => Pick<WorldEvent, 'apply'> & Partial<Pick<WorldEvent, 'after'>>;
  /** First bucket of the day at which it may begin, for nights. */
  startsAt?: number;
}

/** Raises failures so that a share of the success is lost. */
function loses(event: WorldEvent, shareAt: (index: number) => number): Pick<WorldEvent, 'apply'> {
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

function scales(event: WorldEvent, factor: number): Pick<WorldEvent, 'apply'> {
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

const shapes: Record<EventKind, (random: Random) => Shape> = {
  'partner outage': (random) => {
    const lost = random.between(0.2, 0.95);
    return {
      lasts: random.between(0.4, 3) * hour,
      slice: { partner: random.pick(partners) },
      finds: 'rate',
      change: (event) => loses(event, () => lost),
    };
  },
  'country degradation': (random) => {
    const lost = random.between(0.05, 0.4);
    return {
      lasts: random.between(1, 6) * hour,
      slice: { country: random.pick(countries.slice(0, 9)) },
      finds: 'rate',
      change: (event) => loses(event, () => lost),
    };
  },
  'issuer degradation': (random) => {
    const lost = random.between(0.1, 0.7);
    return {
      lasts: random.between(1, 6) * hour,
      slice: pairOf(random),
      finds: 'rate',
      change: (event) => loses(event, () => lost),
    };
  },
  'slow drift': (random) => ({
    lasts: random.between(5, 8) * bucketsPerDay,
    slice:
      random.uniform() < 0.6
        ? { partner: random.pick(partners) }
        : { country: random.pick(countries.slice(0, 5)) },
    finds: 'rate',
    change: (event) => loses(event, (index) => (0.01 * (index - event.from)) / bucketsPerDay),
  }),
  'latency spike': (random) => {
    const lost = random.between(0.05, 0.5);
    return {
      lasts: random.between(0.5, 4) * hour,
      slice: random.uniform() < 0.5 ? { partner: random.pick(partners) } : pairOf(random),
      finds: 'rate',
      change: (event) => loses(event, () => lost),
    };
  },
  'volume drop': (random) => {
    const factor = random.between(0.05, 0.5);
    return {
      lasts: random.between(1.5, 6) * hour,
      slice: random.pick([
        { partner: random.pick(partners) },
        { country: random.pick(countries.slice(0, 8)) },
        { country: random.pick(countries.slice(0, 4)), method: random.pick(methods.slice(0, 2)) },
      ]),
      finds: 'volume',
      startsAt: random.below(5 * hour),
      change: (event) => scales(event, factor),
    };
  },
  intermittent: (random) => {
    const lost = random.between(0.3, 0.9);
    return {
      lasts: random.between(1, 3) * hour,
      slice: random.uniform() < 0.5 ? { partner: random.pick(partners) } : pairOf(random),
      finds: 'rate',
      change: (event) => loses(event, (index) => (Math.floor((index - event.from) / 2) % 2 === 0 ? lost : 0)),
    };
  },
  ramp: (random) => {
    const lost = random.between(0.2, 0.6);
    const lasts = random.between(2, 6) * hour;
    return {
      lasts,
      slice: random.uniform() < 0.5 ? { country: random.pick(countries.slice(0, 8)) } : pairOf(random),
      finds: 'rate',
      change: (event) => loses(event, (index) => lost * Math.min(1, (index - event.from) / (2 * hour))),
    };
  },
  'webhook delay': (random) => {
    const share = random.between(0.6, 1);
    const late = Math.round(random.between(0.3, 1) * hour);
    return {
      lasts: late + random.below(4),
      slice: random.uniform() < 0.7 ? { partner: random.pick(partners) } : {},
      finds: null,
      change: (event) => ({ apply: () => undefined, ...delays(event, share, late) }),
    };
  },
  duplicates: (random) => ({
    lasts: random.between(0.5, 3) * hour,
    slice: { partner: random.pick(partners) },
    finds: null,
    change: (event) => ({
      apply: () => undefined,
      after: ({ attempts, failures }) => {
        for (const at of event.members) {
          attempts[at] = 2 * attempts[at]!;
          failures[at] = 2 * failures[at]!;
        }
      },
    }),
  }),
  promotion: (random) => {
    const factor = random.between(1.4, 3);
    return {
      lasts: random.between(3, 24) * hour,
      slice: random.pick([{ country: random.pick(countries) }, { method: random.pick(methods) }, {}]),
      finds: null,
      change: (event) => scales(event, factor),
    };
  },
  migration: (random) => {
    const [from, to] = [random.pick(partners), random.pick(partners)];
    const moved = random.between(0.5, 1);
    const scope = random.pick([{}, { country: random.pick(countries) }, { method: random.pick(methods) }]);
    return {
      lasts: random.between(0.5, 4) * bucketsPerDay,
      slice: { partner: from, ...scope },
      finds: null,
      change: (event) => ({ apply: (moment) => moves(event, moment, to, moved) }),
    };
  },
  'mix shift': (random) => {
    const factor = random.between(0.5, 0.8);
    return {
      lasts: random.between(6, 48) * hour,
      slice: { country: random.pick(countries.slice(0, 6)) },
      finds: null,
      change: (event) => ({ apply: (moment) => shifts(event, moment, factor) }),
    };
  },
};

const pairOf = (random: Random): Record<string, string> =>
  random.pick([
    { country: random.pick(countries.slice(0, 6)), method: random.pick(methods.slice(0, 3)) },
    { country: random.pick(countries.slice(0, 6)), partner: random.pick(partners) },
    { method: random.pick(methods.slice(0, 3)), partner: random.pick(partners) },
  ]);

/** Events that arrive late are counted in the bucket of their arrival. */
function delays(event: WorldEvent, share: number, late: number): Pick<WorldEvent, 'after'> {
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
function moves(event: WorldEvent, { mean, leaves }: Moment, to: string, moved: number): void {
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
function shifts(event: WorldEvent, { mean, leaves }: Moment, factor: number): void {
  const left = event.members.filter((at) => leaves[at]!.values[1] === methods[0]);
  const others = event.members.filter((at) => leaves[at]!.values[1] !== methods[0]);
  const freed = left.reduce((sum, at) => sum + mean[at]! * (1 - factor), 0);
  const rest = others.reduce((sum, at) => sum + mean[at]!, 0);
  if (rest === 0) return;
  for (const at of left) mean[at] = mean[at]! * factor;
  for (const at of others) mean[at] = mean[at]! * (1 + freed / rest);
}

const plans: Record<Metric, Partial<Record<EventKind, number>>> = {
  authorisation: {
    'slow drift': 1,
    migration: 2,
    'mix shift': 2,
    'partner outage': 4,
    'country degradation': 4,
    'issuer degradation': 6,
    'volume drop': 5,
    intermittent: 1,
    ramp: 1,
    'webhook delay': 3,
    duplicates: 1,
    promotion: 2,
  },
  latency: { 'latency spike': 8, migration: 1, 'webhook delay': 1, promotion: 1 },
};

export function scheduleEvents(leaves: readonly Leaf[], random: Random, metric: Metric): WorldEvent[] {
  const events: WorldEvent[] = [];
  for (const [kind, count] of Object.entries(plans[metric]) as [EventKind, number][])
    for (let made = 0; made < count; made++) {
      const event = place(kind, leaves, random, events);
      if (event) events.push(event);
    }
  return events.sort((a, b) => a.from - b.from);
}

/** Long ones may have others beside them on other leaves; two events on one leaf would have no clear truth. */
function place(
  kind: EventKind,
  leaves: readonly Leaf[],
  random: Random,
  events: WorldEvent[],
): WorldEvent | null {
  for (let tries = 0; tries < 60; tries++) {
    const shape = shapes[kind](random);
    const lasts = Math.max(2, Math.round(shape.lasts));
    const day = warmupDays + 0.2 + random.between(0, days - warmupDays - 1 - lasts / bucketsPerDay);
    const from =
      shape.startsAt === undefined
        ? Math.floor(day * bucketsPerDay)
        : Math.floor(day) * bucketsPerDay + nightOf(shape.slice) + shape.startsAt;
    const until = from + lasts;
    if (until >= days * bucketsPerDay || from < (warmupDays + 0.1) * bucketsPerDay) continue;
    const members = leaves.flatMap(({ values }, at) =>
      dimensions.every((name, d) => shape.slice[name] === undefined || shape.slice[name] === values[d])
        ? [at]
        : [],
    );
    if (members.length === 0) continue;
    const pad = 6 * hour;
    const near = events.filter((other) => from < other.until + pad && until + pad > other.from);
    const long = 2 * bucketsPerDay;
    const clash = near.some(
      (other) =>
        (lasts < long && other.until - other.from < long) ||
        other.members.some((at) => members.includes(at)) ||
        other.kind === 'migration' ||
        kind === 'migration',
    );
    if (clash) continue;
    const { slice, finds } = shape;
    const event: WorldEvent = {
      kind,
      slice,
      finds,
      from,
      until,
      members,
      difference: 0,
      variance: 0,
      apply: () => undefined,
    };
    return Object.assign(event, shape.change(event));
  }
  return null;
}

/** Midnight of the slice's country, in buckets after midnight UTC; of Europe where it has none. */
function nightOf(slice: Record<string, string>): number {
  const ahead: Record<string, number> = { BR: -3, US: -6, IN: 5, JP: 9, MX: -6 };
  return (((24 - (ahead[slice.country ?? ''] ?? 1)) % 24) * bucketsPerDay) / 24;
}
