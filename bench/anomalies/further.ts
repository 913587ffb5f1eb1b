/**
 * A fourth set of kinds: a fault that moves from method to method, one that begins on a quiet holiday, one in the little traffic of a
 * night, one in two countries of a partner, card testing (attempts that all fail beside the usual ones), and traffic that fades over
 * two hours. Three changes are none: fewer failures, maintenance at the same hour of each week, and a slice that appears.
 */
import { hour, loses, pairOf, scales, type FurtherKind, type Moment, type Shape } from './changes.js';
import { bucketsPerDay, countries, methods, partners } from './company.js';
import type { Random } from './random.js';

const wandering = (random: Random): Shape => {
  const lost = random.between(0.3, 0.9);
  const stays = random.between(0.5, 1.5) * hour;
  return {
    lasts: 3 * stays,
    slice: { partner: random.pick(partners) },
    finds: 'rate',
    change: (event) => ({
      apply(moment: Moment) {
        const method = methods[Math.floor((moment.index - event.from) / stays) % 3]!;
        const members = event.members.filter((at) => moment.leaves[at]!.values[1] === method);
        lose(event, members, moment, lost);
      },
    }),
  };
};

const twoCountries = (random: Random): Shape => {
  const lost = random.between(0.3, 0.9);
  const first = random.below(4);
  const second = first + 1 + random.below(3);
  return {
    lasts: random.between(1, 4) * hour,
    slice: { partner: random.pick(partners) },
    finds: 'rate',
    change: (event) => ({
      apply(moment: Moment) {
        const members = event.members.filter((at) =>
          [countries[first], countries[second]].includes(moment.leaves[at]!.values[2]),
        );
        lose(event, members, moment, lost);
      },
    }),
  };
};

/** Like `loses`, of some of the members. */
function lose(event: Parameters<typeof loses>[0], members: number[], moment: Moment, share: number): void {
  const part = { ...event, members, difference: 0, variance: 0 };
  loses(part, () => share).apply(moment);
  event.difference += part.difference;
  event.variance += part.variance;
}

/** The country is quiet from three hours before the fault on, until its end. */
const onHoliday = (random: Random): Shape => {
  const quiet = random.between(0.55, 0.8);
  const lost = random.between(0.15, 0.6);
  return {
    lasts: random.between(5, 8) * hour,
    slice: { country: random.pick(countries.slice(0, 8)) },
    finds: 'rate',
    change: (event) => ({
      apply(moment: Moment) {
        for (const at of event.members) moment.mean[at] = moment.mean[at]! * quiet;
        if (moment.index >= event.from + 3 * hour) lose(event, event.members, moment, lost);
      },
    }),
  };
};

const atNight = (random: Random): Shape => {
  const lost = random.between(0.3, 1);
  return {
    lasts: random.between(2, 5) * hour,
    slice: pairOf(random),
    finds: 'rate',
    startsAt: random.below(3 * hour),
    change: (event) => loses(event, () => lost),
  };
};

/** Stolen cards are tried out: all of them fail, and the usual attempts go on. */
const cardTesting = (random: Random): Shape => {
  const more = random.between(0.5, 4);
  return {
    lasts: random.between(0.5, 3) * hour,
    slice: pairOf(random),
    finds: 'rate',
    change: (event) => ({
      apply({ mean, rate }) {
        for (const at of event.members) {
          const [n, p] = [mean[at]!, rate[at]!];
          const q = (p + more) / (1 + more);
          event.difference += n * (1 + more) * (q - p);
          event.variance += n * (1 + more) * p * (1 - p);
          mean[at] = n * (1 + more);
          rate[at] = q;
        }
      },
    }),
  };
};

const fading = (random: Random): Shape => {
  const left = random.between(0.05, 0.4);
  return {
    lasts: random.between(5, 9) * hour,
    slice: random.uniform() < 0.5 ? { partner: random.pick(partners) } : pairOf(random),
    finds: 'volume',
    change: (event) => ({
      apply(moment: Moment) {
        const progress = Math.min(1, (moment.index - event.from) / (2 * hour));
        scales(event, 1 - (1 - left) * progress).apply(moment);
      },
    }),
  };
};

const improvement = (random: Random): Shape => {
  const fewer = random.between(0.2, 0.7);
  return {
    lasts: random.between(4, 48) * hour,
    slice: random.uniform() < 0.5 ? { partner: random.pick(partners) } : pairOf(random),
    finds: null,
    change: (event) => ({
      apply({ rate }) {
        for (const at of event.members) rate[at] = rate[at]! * (1 - fewer);
      },
    }),
  };
};

/** Half of the attempts of a pair fail in the same hour of each week, from the first week on. */
const maintenance = (random: Random): Shape => {
  const begins = random.below(7 * bucketsPerDay - hour);
  return {
    lasts: 0,
    isAlways: true,
    slice: { country: random.pick(countries.slice(0, 6)), partner: random.pick(partners) },
    finds: null,
    change: (event) => ({
      apply({ index, rate }) {
        const at = (index % (7 * bucketsPerDay)) - begins;
        if (at < 0 || at >= hour) return;
        for (const member of event.members) rate[member] = 1 - (1 - rate[member]!) / 2;
      },
    }),
  };
};

/** Nothing of a pair until some day of the sixth week; from then on it is like any other. */
const newSlice = (random: Random): Shape => {
  const appears = Math.floor(random.between(21, 42) * bucketsPerDay);
  return {
    lasts: 0,
    isAlways: true,
    slice: { country: random.pick(countries.slice(2, 10)), partner: random.pick(partners) },
    finds: null,
    change: (event) => ({
      apply({ index, mean }) {
        if (index < appears) for (const at of event.members) mean[at] = 0;
      },
    }),
  };
};

export const furtherShapes: Record<FurtherKind, (random: Random) => Shape> = {
  wandering,
  'two countries': twoCountries,
  'on a holiday': onHoliday,
  'at night': atNight,
  'card testing': cardTesting,
  fading,
  improvement,
  maintenance,
  'new slice': newSlice,
};
