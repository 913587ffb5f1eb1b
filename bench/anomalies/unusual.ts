/**
 * Faults of a third set of kinds, and a clock change, which is none: a slice in which every attempt fails, retries that double the
 * attempts while the successes hold, rows of a slice that are lost at any hour, one combination of all three dimensions, and two
 * partners at once.
 */
import { hour, loses, pairOf, scales, type Shape, type UnusualKind } from './changes.js';
import { bucketsPerDay, countries, methods, partners } from './company.js';
import type { Random } from './random.js';

const partnerOrPair = (random: Random): Record<string, string> =>
  random.uniform() < 0.5 ? { partner: random.pick(partners) } : pairOf(random);

const stuck = (random: Random): Shape => ({
  lasts: random.between(0.3, 3) * hour,
  slice: pairOf(random),
  finds: 'rate',
  change: (event) => loses(event, () => 1),
});

/** Every failed and every successful attempt is followed by one that fails. */
const retries = (random: Random): Shape => {
  const again = random.between(0.3, 1);
  return {
    lasts: random.between(0.5, 3) * hour,
    slice: partnerOrPair(random),
    finds: 'rate',
    change: (event) => ({
      apply({ mean, rate }) {
        for (const at of event.members) {
          const [n, p] = [mean[at]!, rate[at]!];
          const q = (p + again) / (1 + again);
          event.difference += n * (1 + again) * (q - p);
          event.variance += n * (1 + again) * p * (1 - p);
          mean[at] = n * (1 + again);
          rate[at] = q;
        }
      },
    }),
  };
};

const lostRows = (random: Random): Shape => {
  const left = random.between(0.1, 0.5);
  return {
    lasts: random.between(2, 6) * hour,
    slice: partnerOrPair(random),
    finds: 'volume',
    change: (event) => scales(event, left),
  };
};

const oneCombination = (random: Random): Shape => {
  const lost = random.between(0.2, 0.9);
  return {
    lasts: random.between(1, 5) * hour,
    slice: {
      partner: random.pick(partners),
      method: random.pick(methods.slice(0, 2)),
      country: random.pick(countries.slice(0, 5)),
    },
    finds: 'rate',
    change: (event) => loses(event, () => lost),
  };
};

const sibling =
  (from: number) =>
  (random: Random): Shape => {
    const lost = random.between(0.2, 0.7);
    return {
      lasts: random.between(1, 3) * hour,
      slice: { partner: random.pick(partners.slice(from, from + 3)) },
      finds: 'rate',
      change: (event) => loses(event, () => lost),
    };
  };

/** From now on every hour of some countries comes an hour earlier, or later. */
const clockChange = (random: Random): Shape => {
  const later = random.uniform() < 0.5 ? hour : -hour;
  return {
    lasts: 8 * bucketsPerDay,
    slice: { country: random.pick(countries.slice(0, 8)) },
    finds: null,
    change: (event) => ({
      apply({ mean, busyLater }) {
        for (const at of event.members) mean[at] = mean[at]! * busyLater(at, later);
      },
    }),
  };
};

export const unusualShapes: Record<UnusualKind, (random: Random) => Shape> = {
  stuck,
  retries,
  'lost rows': lostRows,
  'one combination': oneCombination,
  'first of siblings': sibling(0),
  'second of siblings': sibling(3),
  'clock change': clockChange,
};
