/**
 * What happens to the seeded company: faults with their slice and their strength, and changes that must raise nothing.
 */
import {
  delays,
  hour,
  loses,
  moves,
  pairOf,
  scales,
  shifts,
  type EventKind,
  type Shape,
  type WorldEvent,
} from './changes.js';
import { furtherShapes } from './further.js';
import { irregularShapes } from './irregular.js';
import { unusualShapes } from './unusual.js';
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

const shapes: Record<EventKind, (random: Random) => Shape> = {
  ...irregularShapes,
  ...unusualShapes,
  ...furtherShapes,
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
  irregular: {
    'slow recovery': 6,
    'every other bucket': 6,
    silence: 4,
    'first of two': 4,
    migration: 1,
    promotion: 1,
  },
  unusual: {
    'clock change': 1,
    stuck: 4,
    retries: 4,
    'lost rows': 4,
    'one combination': 5,
    'first of siblings': 3,
  },
  further: {
    maintenance: 1,
    'new slice': 1,
    improvement: 2,
    wandering: 3,
    'two countries': 4,
    'on a holiday': 3,
    'at night': 4,
    'card testing': 4,
    fading: 4,
  },
  latency: { 'latency spike': 8, migration: 1, 'webhook delay': 1, promotion: 1 },
};

export function scheduleEvents(leaves: readonly Leaf[], random: Random, metric: Metric): WorldEvent[] {
  const events: WorldEvent[] = [];
  for (const [kind, count] of Object.entries(plans[metric]) as [EventKind, number][])
    for (let made = 0; made < count; made++) {
      const event = place(kind, leaves, random, events);
      if (event) events.push(event);
      const second = event && secondOf[event.kind];
      if (second) events.push(beside(second, event, leaves, random));
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
    if (shape.isAlways === true) {
      const members = membersOf(shape.slice, leaves);
      const isFree =
        members.length > 0 && !events.some((other) => other.members.some((at) => members.includes(at)));
      if (!isFree) continue;
      return eventOf(kind, shape, { from: 0, until: days * bucketsPerDay, members });
    }
    const lasts = Math.max(2, Math.round(shape.lasts));
    const day = warmupDays + 0.2 + random.between(0, days - warmupDays - 1 - lasts / bucketsPerDay);
    const from =
      shape.startsAt === undefined
        ? Math.floor(day * bucketsPerDay)
        : Math.floor(day) * bucketsPerDay + nightOf(shape.slice) + shape.startsAt;
    const until = from + lasts;
    if (until >= days * bucketsPerDay || from < (warmupDays + 0.1) * bucketsPerDay) continue;
    const members = membersOf(shape.slice, leaves);
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
    return eventOf(kind, shape, { from, until, members });
  }
  return null;
}

const secondOf: Partial<Record<EventKind, EventKind>> = {
  'first of two': 'second of two',
  'first of siblings': 'second of siblings',
};

/** A second fault that begins within a quarter of an hour of the first one. */
function beside(kind: EventKind, { from }: WorldEvent, leaves: readonly Leaf[], random: Random): WorldEvent {
  const shape = shapes[kind](random);
  const begins = from + random.below(4);
  const until = begins + Math.round(shape.lasts);
  return eventOf(kind, shape, { from: begins, until, members: membersOf(shape.slice, leaves) });
}

const membersOf = (slice: Record<string, string>, leaves: readonly Leaf[]): number[] =>
  leaves.flatMap(({ values }, at) =>
    dimensions.every((name, d) => slice[name] === undefined || slice[name] === values[d]) ? [at] : [],
  );

function eventOf(
  kind: EventKind,
  shape: Shape,
  place: Pick<WorldEvent, 'from' | 'until' | 'members'>,
): WorldEvent {
  const { slice, finds } = shape;
  const event: WorldEvent = {
    kind,
    slice,
    finds,
    ...place,
    offset: 0,
    knownAt: null,
    difference: 0,
    variance: 0,
    apply: () => undefined,
  };
  return Object.assign(event, shape.change(event));
}

/** Midnight of the slice's country, in buckets after midnight UTC; of Europe where it has none. */
function nightOf(slice: Record<string, string>): number {
  const ahead: Record<string, number> = { BR: -3, US: -6, IN: 5, JP: 9, MX: -6 };
  return (((24 - (ahead[slice.country ?? ''] ?? 1)) % 24) * bucketsPerDay) / 24;
}
