/**
 * Faults of other kinds than those that the detectors were tuned on: a slow recovery, a failure in every other bucket, a slice
 * without any attempts, and two faults at once whose slices share traffic.
 */
import { hour, loses, pairOf, scales, type EventKind, type Shape } from './changes.js';
import { countries, partners } from './company.js';
import type { Random } from './random.js';

type Irregular = 'slow recovery' | 'every other bucket' | 'silence' | 'first of two' | 'second of two';

const slowRecovery = (random: Random): Shape => {
  const lost = random.between(0.2, 0.9);
  const halfLife = random.between(0.3, 1) * hour;
  return {
    lasts: 4 * halfLife,
    slice: random.uniform() < 0.5 ? { partner: random.pick(partners) } : pairOf(random),
    finds: 'rate',
    change: (event) => loses(event, (index) => lost * 0.5 ** ((index - event.from) / halfLife)),
  };
};

const everyOtherBucket = (random: Random): Shape => {
  const lost = random.between(0.15, 0.8);
  return {
    lasts: random.between(1, 4) * hour,
    slice: random.pick([
      { partner: random.pick(partners) },
      { country: random.pick(countries.slice(0, 8)) },
      pairOf(random),
    ]),
    finds: 'rate',
    change: (event) => loses(event, (index) => ((index - event.from) % 2 === 0 ? lost : 0)),
  };
};

const silence = (random: Random): Shape => ({
  lasts: random.between(1.5, 5) * hour,
  slice: random.uniform() < 0.4 ? { partner: random.pick(partners) } : pairOf(random),
  finds: 'volume',
  change: (event) => scales(event, 0),
});

const oneOfTwo =
  (slice: (random: Random) => Record<string, string>) =>
  (random: Random): Shape => {
    const lost = random.between(0.15, 0.6);
    return {
      lasts: random.between(1.5, 4) * hour,
      slice: slice(random),
      finds: 'rate',
      change: (event) => loses(event, () => lost),
    };
  };

export const irregularShapes: Record<Irregular & EventKind, (random: Random) => Shape> = {
  'slow recovery': slowRecovery,
  'every other bucket': everyOtherBucket,
  silence,
  'first of two': oneOfTwo((random) => ({ partner: random.pick(partners) })),
  'second of two': oneOfTwo((random) => ({ country: random.pick(countries.slice(0, 6)) })),
};
