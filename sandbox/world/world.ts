/**
 * The world: a company's payments at its partners, as a pure function of seed and time. History, live traffic,
 * catching up after a restart and looking at one old payment are all the same calls, so they can never disagree.
 * Invariant: nothing is stored but caches, and the outages that scenarios add. Deliberately absent: `now`.
 */
import { startOfDay } from './calendar.js';
import { HOUR_MS, hourOf } from './clock.js';
import { createIdCodec, type IdCodec } from './ids.js';
import { createLateIndex, unpack } from './late-index.js';
import { createOrderMaker, type Attempt, type Order, type Outage } from './orders.js';
import { CURRENCIES, PARTNERS, type Partner } from './partners.js';
import { createPeople, type People } from './people.js';
import { hashText } from './random.js';
import {
  addMovement,
  addTotals,
  createPayout,
  daysOfPayout,
  movementsOf,
  movesWithin,
  noTotals,
  payoutDayArriving,
  type Movement,
  type Payout,
  type Totals,
} from './settlement.js';
import { createTraffic } from './traffic.js';
import { bookMovement, bookPayout, type Booking } from './bookings.js';

/** Changes whenever the same seed no longer gives the same world: stored books are then rebuilt. */
export const WORLD_VERSION = '1';

/** History reaches back eight weeks. */
export const HISTORY_HOURS = 56 * 24;

export interface OrderAttempt {
  order: Order;
  attempt: Attempt;
}

export interface World {
  readonly seed: string;
  /** Names this world: two with the same name are the same. */
  readonly name: string;
  readonly partners: readonly Partner[];
  readonly ids: IdCodec;
  readonly people: People;
  /** Orders that begin in an hour (hours since 1970), by index. */
  ordersOfHour: (hour: number) => readonly Order[];
  /** The order at a place, or null when the hour has fewer. */
  order: (hour: number, index: number) => Order | null;
  /** Attempts that begin in an hour, oldest first. */
  attemptsOfHour: (hour: number) => OrderAttempt[];
  /** Orders to which anything may happen in an hour, without doubles. */
  ordersTouchedIn: (hour: number) => Order[];
  /** Captures, refunds and disputes of an hour, oldest first. */
  movementsOfHour: (hour: number) => Movement[];
  /** The company's bookings of an hour, oldest first. */
  bookingsOfHour: (hour: number) => Booking[];
  /** What a partner pays out on a day (days since 1970 in its zone), one per currency. */
  payoutsOfDay: (partner: Partner, day: number) => Payout[];
  /** What a payout carries, oldest first. */
  movementsOfPayout: (payout: Payout) => Movement[];
  outages: () => readonly Outage[];
  /** Adds an outage and returns how to end it (both in ms). Hours from its start on are drawn anew. */
  startOutage: (partnerId: string, fromMs: number) => (toMs: number) => void;
}

export interface WorldOptions {
  seed: string;
  /** Long-run average; 238 gives about 320,000 attempts in eight weeks. */
  attemptsPerHour?: number;
}

/** Orders of this many hours stay at hand; more would cost memory and win little. */
const CACHED_HOURS = 30;

export function createWorld({ seed, attemptsPerHour = 238 }: WorldOptions): World {
  const seedWord = hashText(seed);
  const ids = createIdCodec(seedWord);
  const people = createPeople(seedWord);
  const traffic = createTraffic(seedWord, attemptsPerHour);
  const late = createLateIndex(traffic);
  const outages: Outage[] = [];
  const maker = createOrderMaker({ seed: seedWord, ids, people, traffic, outages });
  const orders = createHourCache(CACHED_HOURS, (hour) =>
    Array.from({ length: traffic.ordersInHour(hour) }, (_, index) => maker.order(hour, index)),
  );
  const order = (hour: number, index: number): Order | null => orders.get(hour)[index] ?? null;
  const touched = (hour: number): Order[] => {
    const recent = [...orders.get(hour - 1), ...orders.get(hour)];
    const older = late
      .into(hour)
      .map(unpack)
      .filter((place) => place.hour < hour - 1);
    return [...recent, ...older.map((place) => maker.order(place.hour, place.index))];
  };
  const totals = createHourCache(HISTORY_HOURS, (hour) => sumByPartner(moving(hour)));
  const moving = (hour: number): Movement[] => movementsIn(hour, touched(hour));
  const movements = createHourCache(CACHED_HOURS, (hour) => {
    const found = moving(hour);
    // A payout asks for these sums days later, when the movements themselves are no longer at hand.
    totals.put(hour, sumByPartner(found));
    return found;
  });
  const payoutsOfDay = (partner: Partner, day: number): Payout[] =>
    sumPayouts({ ids, totalsOf: totals.get }, partner, day);
  return {
    seed,
    name: `${WORLD_VERSION}:${seed}:${attemptsPerHour}`,
    partners: PARTNERS,
    ids,
    people,
    ordersOfHour: orders.get,
    order,
    attemptsOfHour: (hour) => attemptsIn(hour, [...orders.get(hour - 1), ...orders.get(hour)]),
    ordersTouchedIn: touched,
    movementsOfHour: movements.get,
    bookingsOfHour: (hour) =>
      [
        ...movements.get(hour).map((movement) => bookMovement(ids, movement)),
        ...PARTNERS.flatMap((partner) => {
          const day = payoutDayArriving(partner, hour);
          return day === null ? [] : payoutsOfDay(partner, day).flatMap((payout) => bookPayout(ids, payout));
        }),
      ].sort((a, b) => a.bookedMs - b.bookedMs),
    payoutsOfDay,
    movementsOfPayout: (payout) =>
      hoursOfPayout(payout.partner, payout.day)
        .flatMap(movements.get)
        .filter(
          ({ order: { route } }) =>
            route.partner === payout.partner && route.country.currency === payout.currency,
        ),
    outages: () => outages,
    startOutage: (partnerId, fromMs) => {
      const outage: Outage = { partnerId, fromMs, toMs: null };
      const redraw = (): void =>
        [orders, movements, totals].forEach((cache) => cache.dropFrom(hourOf(fromMs) - 1));
      outages.push(outage);
      redraw();
      return (toMs) => {
        outage.toMs = toMs;
        redraw();
      };
    },
  };
}

interface HourCache<T> {
  get: (hour: number) => T;
  put: (hour: number, value: T) => void;
  dropFrom: (hour: number) => void;
}

/** Remembers the values of the hours asked for last. */
function createHourCache<T>(capacity: number, compute: (hour: number) => T): HourCache<T> {
  const values = new Map<number, T>();
  const put = (hour: number, value: T): T => {
    values.set(hour, value);
    const [oldest] = values.keys();
    if (values.size > capacity && oldest !== undefined) values.delete(oldest);
    return value;
  };
  return {
    put,
    get: (hour) => values.get(hour) ?? put(hour, compute(hour)),
    dropFrom: (hour) => {
      for (const known of values.keys()) if (known >= hour) values.delete(known);
    },
  };
}

function movementsIn(hour: number, orders: readonly Order[]): Movement[] {
  const fromMs = hour * HOUR_MS;
  const toMs = fromMs + HOUR_MS;
  return orders
    .filter((order) => movesWithin(order, fromMs, toMs))
    .flatMap(movementsOf)
    .filter((movement) => movement.atMs >= fromMs && movement.atMs < toMs)
    .sort((a, b) => a.atMs - b.atMs);
}

const attemptsIn = (hour: number, orders: readonly Order[]): OrderAttempt[] =>
  orders
    .flatMap((order) => order.attempts.map((attempt) => ({ order, attempt })))
    .filter(({ attempt }) => hourOf(attempt.createdMs) === hour)
    .sort((a, b) => a.attempt.createdMs - b.attempt.createdMs);

const totalsKey = (partnerIndex: number, currencyIndex: number): number =>
  partnerIndex * CURRENCIES.length + currencyIndex;

function sumByPartner(movements: readonly Movement[]): Map<number, Totals> {
  const sums = new Map<number, Totals>();
  for (const movement of movements) {
    const { partnerIndex, country } = movement.order.route;
    const key = totalsKey(partnerIndex, CURRENCIES.indexOf(country.currency));
    const totals = sums.get(key) ?? noTotals();
    addMovement(totals, movement);
    sums.set(key, totals);
  }
  return sums;
}

function hoursOfPayout(partner: Partner, day: number): number[] {
  return daysOfPayout(partner, day).flatMap((businessDay) => {
    const first = startOfDay(businessDay, partner.utcOffsetHours) / HOUR_MS;
    return Array.from({ length: 24 }, (_, i) => first + i);
  });
}

interface PayoutSources {
  ids: IdCodec;
  totalsOf: (hour: number) => Map<number, Totals>;
}

function sumPayouts({ ids, totalsOf }: PayoutSources, partner: Partner, day: number): Payout[] {
  const hours = hoursOfPayout(partner, day);
  return CURRENCIES.flatMap((currency, currencyIndex) => {
    const sum = noTotals();
    for (const hour of hours) {
      const totals = totalsOf(hour).get(totalsKey(PARTNERS.indexOf(partner), currencyIndex));
      if (totals) addTotals(sum, totals);
    }
    return sum.count > 0 ? [createPayout(ids, partner, day, currency, sum)] : [];
  });
}
