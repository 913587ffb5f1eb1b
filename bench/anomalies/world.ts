/**
 * A seeded company of about 200 slices over 8 weeks: Zipf mix, hour of week by country, holidays, overdispersion, slow mix
 * shift, routing that depends on country and method; with faults whose truth is known, and changes that are no faults.
 *
 * Buckets are produced one by one, so a world needs no more memory than one bucket.
 */
import { detectableFrom, distanceOf, type Moment, type WorldEvent } from './changes.js';
import { scheduleEvents } from './events.js';
import { randomOf, type Random } from './random.js';
import {
  bucketMinutes,
  bucketsPerDay,
  countries,
  days,
  hoursAhead,
  methods,
  partners,
  type Leaf,
  type Metric,
} from './company.js';

export type Begins = 'with a bucket' | 'anywhere';

export interface World {
  seed: number;
  leaves: Leaf[];
  events: WorldEvent[];
  buckets(): Generator<WorldBucket>;
}

export interface WorldBucket {
  index: number;
  attempts: Float64Array;
  failures: Float64Array;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const zipf = (count: number, random: Random): number[] => {
  const weights = Array.from({ length: count }, (_, at) => (1 / (at + 1)) * random.between(0.7, 1.4));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
};

interface Character {
  leaves: Leaf[];
  night: number[];
  weekend: number[];
  phase: number[];
  swing: number[];
  holidays: Map<number, { day: number; factor: number; logit: number }[]>;
}

function characterOf(random: Random, metric: Metric): Character {
  const total = random.between(500, 2000);
  const byCountry = zipf(countries.length, random);
  const byMethod = zipf(methods.length, random);
  const effects = (count: number, sigma: number): number[] =>
    Array.from({ length: count }, () => sigma * random.normal());
  const spread = metric === 'latency' ? 0.2 : 1;
  const base = metric === 'latency' ? -2.94 : random.between(-2.4, -1.6);
  const [ofPartner, ofMethod, ofCountry] = [effects(6, 0.3), effects(4, 0.4), effects(12, 0.3)];
  const leaves: Leaf[] = [];
  countries.forEach((country, c) =>
    methods.forEach((method, m) => {
      // Which partners serve a method in a country, and how much each, is a decision of routing.
      const weights = partners.map((): number => (random.uniform() < 0.7 ? random.between(0.05, 1) ** 2 : 0));
      if (!weights.some((weight) => weight > 0)) weights[random.below(partners.length)] = 1;
      const sum = weights.reduce((all, weight) => all + weight, 0);
      partners.forEach((partner, p) => {
        const weight = weights[p] ?? 0;
        if (weight === 0) return;
        leaves.push({
          values: [partner, method, country],
          volume: (total * byCountry[c]! * byMethod[m]! * weight) / sum,
          logit: base + spread * (ofPartner[p]! + ofMethod[m]! + ofCountry[c]! + 0.15 * random.normal()),
          sigma: random.between(0.05, 0.2),
          persistence: random.pick([0, 0.5, 0.9]),
          volumeSigma: random.between(0.05, 0.15),
        });
      });
    }),
  );
  const holidays = new Map(
    countries.map((_, c) => [
      c,
      Array.from({ length: random.below(3) }, () => ({
        day: random.below(days),
        factor: random.between(0.55, 0.85),
        logit: random.between(-0.05, 0.1),
      })),
    ]),
  );
  const perCountry = (low: number, high: number): number[] => countries.map(() => random.between(low, high));
  return {
    leaves,
    night: perCountry(0.08, 0.25),
    weekend: perCountry(0.6, 1.2),
    phase: perCountry(0, 24),
    swing: perCountry(0.05, 0.2),
    holidays,
  };
}

/** Between the depth of the night and 1 at the height of the day. */
function dayShape(localHour: number, night: number): number {
  const height = 0.5 - 0.5 * Math.cos(((localHour - 3.5) / 24) * 2 * Math.PI);
  return night + (1 - night) * height ** 0.8;
}

interface CountryNow {
  volume: number;
  logit: number;
}

function countryNow(character: Character, c: number, index: number): CountryNow {
  const hour = (index * bucketMinutes) / 60 + hoursAhead[c]!;
  const day = Math.floor(hour / 24);
  const weekday = ((day % 7) + 7) % 7;
  const local = ((hour % 24) + 24) % 24;
  const holiday = character.holidays.get(c)?.find((each) => each.day === day);
  const volume =
    1.6 *
    dayShape(local, character.night[c]!) *
    (weekday >= 5 ? character.weekend[c]! : 1) *
    (holiday?.factor ?? 1);
  const logit =
    character.swing[c]! * Math.sin(((local - character.phase[c]!) / 24) * 2 * Math.PI) +
    (weekday >= 5 ? 0.05 : 0) +
    (holiday?.logit ?? 0);
  return { volume, logit };
}

/**
 * A calm world has no events: all that it raises is false. With `begins: 'anywhere'` events begin at any moment within their first
 * bucket, which then is partly as usual.
 */
export function createWorld(
  seed: number,
  metric: Metric = 'authorisation',
  { isCalm = false, begins = 'with a bucket' }: { isCalm?: boolean; begins?: Begins } = {},
): World {
  const random = randomOf(
    seed * 7919 + { authorisation: 0, latency: 17, irregular: 31, unusual: 43, further: 59 }[metric],
  );
  const character = characterOf(random, metric);
  const events = isCalm ? [] : scheduleEvents(character.leaves, random, metric);
  const drawSeed = random.below(2 ** 31);
  if (begins === 'anywhere') for (const event of events) event.offset = random.uniform();
  return { seed, leaves: character.leaves, events, buckets: () => produce(character, events, drawSeed) };
}

/** Applies an event for a part of a bucket; the rest of it is as usual. */
function applyPart(event: WorldEvent, part: number, moment: Moment): void {
  const { mean, rate } = moment;
  const before = {
    mean: mean.slice(),
    rate: rate.slice(),
    difference: event.difference,
    variance: event.variance,
  };
  event.apply(moment);
  if (part === 1) return;
  event.difference = before.difference + part * (event.difference - before.difference);
  event.variance = before.variance + part * (event.variance - before.variance);
  mean.forEach((changed, at) => {
    const [left, now] = [(1 - part) * before.mean[at]!, part * changed];
    mean[at] = left + now;
    rate[at] = (left * before.rate[at]! + now * rate[at]!) / Math.max(left + now, 1e-9);
  });
}

function* produce(
  { leaves, ...rest }: Character,
  events: WorldEvent[],
  drawSeed: number,
): Generator<WorldBucket> {
  const character = { leaves, ...rest };
  const random = randomOf(drawSeed);
  const countryOf = leaves.map(({ values }) => countries.indexOf(values[2]!));
  const partnerOf = leaves.map(({ values }) => partners.indexOf(values[0]!));
  const noise = new Float64Array(leaves.length);
  const volumeNoise = new Float64Array(leaves.length);
  const mix = new Float64Array(leaves.length);
  const partnerNoise = new Float64Array(partners.length);
  const rate = new Float64Array(leaves.length);
  const mean = new Float64Array(leaves.length);
  const delayed = leaves.map((): { attempts: number; failures: number } => ({ attempts: 0, failures: 0 }));
  let common = 0;
  for (let index = 0; index < days * bucketsPerDay; index++) {
    const now = countries.map((_, c) => countryNow(character, c, index));
    common = 0.95 * common + 0.01 * random.normal();
    partnerNoise.forEach((was, p) => (partnerNoise[p] = 0.9 * was + 0.015 * random.normal()));
    leaves.forEach((leaf, at) => {
      const fresh = Math.sqrt(1 - leaf.persistence ** 2);
      noise[at] = leaf.persistence * noise[at]! + fresh * leaf.sigma * random.normal();
      volumeNoise[at] = 0.7 * volumeNoise[at]! + 0.71 * leaf.volumeSigma * random.normal();
      mix[at] = mix[at]! + 0.0015 * random.normal();
      const { volume, logit } = now[countryOf[at]!]!;
      mean[at] = leaf.volume * volume * Math.exp(volumeNoise[at] + mix[at] + common);
      rate[at] = sigmoid(leaf.logit + logit + noise[at] + partnerNoise[partnerOf[at]!]!);
    });
    const busyLater = (leaf: number, buckets: number): number => {
      const c = countryOf[leaf]!;
      return countryNow(character, c, index + buckets).volume / now[c]!.volume;
    };
    const live = events.filter((event) => index >= event.from && index < event.until);
    for (const event of live) {
      applyPart(event, index === event.from ? 1 - event.offset : 1, { index, mean, rate, leaves, busyLater });
      if ((distanceOf(event) ?? 0) >= detectableFrom) event.knownAt ??= index;
    }
    const attempts = new Float64Array(leaves.length);
    const failures = new Float64Array(leaves.length);
    leaves.forEach((_, at) => {
      attempts[at] = random.poisson(mean[at]!);
      failures[at] = random.binomial(attempts[at], rate[at]!);
    });
    for (const event of live) event.after?.({ index, attempts, failures, delayed, random });
    yield { index, attempts, failures };
  }
}
