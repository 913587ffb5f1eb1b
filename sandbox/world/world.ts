/**
 * The world: a company's payments at its partners, as a pure function of seed and time. History, live traffic,
 * catching up after a restart and looking at one old payment are all the same calls, so they can never disagree.
 * Invariant: nothing is stored but caches, the disturbances that scenarios add, and what was moved by hand through the
 * payments API. Deliberately absent: `now`.
 */
import { createCardChecks, type CardCheck, type CheckPlan } from './card-checks.js';
import { createHourCache, getOr, type HourCache } from './caches.js';
import { startOfDay } from './calendar.js';
import { historyHours, hourMs, hourOf } from './clock.js';
import { createIdCodec, type IdCodec } from './ids.js';
import { withDetours } from './detours.js';
import { createLateIndex, unpack, type OrderPlace, type PackedOrder } from './late-index.js';
import { createDisturbances, moneyChangesFrom, type Disturbance, type Disturbances } from './disturbances.js';
import {
  createOrderMaker,
  createSuccessChance,
  type Attempt,
  type Order,
  type OrderDraw,
  type OrderFacts,
} from './orders.js';
import { countries, currencies, partners, type Partner, type Route } from './partners.js';
import { createPeople, type People } from './people.js';
import { createPlaces } from './places.js';
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
  payoutTimes,
  type Movement,
  type Payout,
  type Totals,
} from './settlement.js';
import { createTraffic, disputeLagsHours, lateHours, slotMs, warningLagHours, waveHours } from './traffic.js';
import { bookMovement, bookPayout, type Booking } from './bookings.js';
import { createWritten, type Written } from './written.js';

/** Changes whenever the same seed no longer gives the same world: stored books are then rebuilt. */
const worldVersion = '2';

export { historyHours } from './clock.js';

export interface OrderAttempt {
  order: Order;
  attempt: Attempt;
}

export interface World {
  readonly seed: string;
  /** Names this world: two with the same name are the same. */
  readonly name: string;
  readonly partners: readonly Partner[];
  /** Attempts in an hour, in the long run. */
  readonly attemptsPerHour: number;
  readonly checks: CheckPlan;
  readonly ids: IdCodec;
  readonly people: People;
  /** Orders that begin in an hour (hours since 1970), by index. */
  ordersOfHour: (hour: number) => readonly Order[];
  /** The order at a place, or null when the hour has fewer. */
  order: (hour: number, index: number) => Order | null;
  /** Orders of a partner that begin in an hour and look as wanted by their first draws. */
  ordersLike: (partner: Partner, hour: number, wanted: (draw: OrderDraw) => boolean) => Order[];
  /** Attempts that begin in an hour, oldest first. */
  attemptsOfHour: (hour: number) => OrderAttempt[];
  /** Checks of saved cards that begin in a minute (minutes since 1970). */
  checksOfMinute: (minute: number) => CardCheck[];
  /** Orders to which anything may happen in an hour, without doubles. */
  ordersTouchedIn: (hour: number) => Order[];
  /** Captures, refunds and disputes of an hour, oldest first. */
  movementsOfHour: (hour: number) => Movement[];
  /** The company's bookings of an hour, oldest first. */
  bookingsOfHour: (hour: number) => Booking[];
  /** Orders whose dispute opens in an hour. */
  ordersDisputedIn: (hour: number) => Order[];
  /** Orders of one customer that begin in an hour; cheap enough to walk weeks. */
  ordersOfCustomer: (number: number, hour: number) => Order[];
  /** Orders whose early fraud warning comes in an hour. */
  ordersWarnedIn: (hour: number) => Order[];
  /**
   * What a partner pays out on a day (days since 1970 in its zone), one per currency. With `beforeHour` only what has
   * moved before that hour is counted, which tells the balance on its way to a coming payout.
   */
  payoutsOfDay: (partner: Partner, day: number, beforeHour?: number) => Payout[];
  /** What a payout carries, oldest first. */
  movementsOfPayout: (payout: Payout) => Movement[];
  /** What all payouts of a partner on a day carry of the world's own, oldest first. */
  movementsOfPayouts: (partner: Partner, day: number) => Movement[];
  /** What was moved by hand through the payments API; payouts carry it besides the world's own. */
  written: Written;
  disturbances: Pick<Disturbances, 'list' | 'at'>;
  /**
   * Adds a disturbance, or ends one (see `Disturbances.put`). Resolves when everybody who keeps something of this world
   * has brought it up to date.
   */
  disturb: (disturbance: Disturbance) => Promise<void>;
  /** Calls back on each change with the time (ms) from which the world is another; returns how to stop that. */
  onDisturb: (follower: Follower) => () => void;
}

type Follower = (disturbance: Disturbance, fromMs: number) => void | Promise<void>;

interface WorldOptions {
  seed: string;
  /** Long-run average; 238 gives about 320,000 attempts in eight weeks. */
  attemptsPerHour?: number;
  /** None where absent. */
  checks?: CheckPlan;
}

/** Orders of this many hours stay at hand: those around the present. More costs memory and, in a load, time. */
const cachedHours = 4;

const noChecks: CheckPlan = { perMinute: 0, keptMs: 0 };

export function createWorld({ seed, attemptsPerHour = 238, checks = noChecks }: WorldOptions): World {
  const seedWord = hashText(seed);
  const sources = createSources(seedWord, attemptsPerHour);
  const { ids, people, orders, late, disturbances } = sources;
  const { movements, totalsOf, redraw } = createMovements(sources);
  const written = createWritten();
  const payoutsOfDay = (partner: Partner, day: number, beforeHour = Infinity): Payout[] =>
    sumPayouts({ ids, disturbances, totalsOf, written }, partner, day, beforeHour);
  const movementsOfPayouts = (partner: Partner, day: number): Movement[] =>
    hoursOfPayout(partner, day).flatMap((hour) =>
      movementsIn(hour, sources.factsTouched(hour, partners.indexOf(partner))).map((movement) => ({
        ...movement,
        order: sources.named(movement.order),
      })),
    );
  const followers = new Set<Follower>();
  const disturb = async (disturbance: Disturbance): Promise<void> => {
    const fromMs = disturbances.put(disturbance);
    if (fromMs === Infinity) return;
    // A dispute of today changes an order of last week, so no order at hand is certain.
    orders.dropFrom(-Infinity);
    sources.dropPlaces(hourOf(fromMs));
    redraw(hourOf(moneyChangesFrom(disturbance, fromMs)));
    for (const follow of followers) await follow(disturbance, fromMs);
  };
  return {
    seed,
    name: `${worldVersion}:${seed}:${attemptsPerHour}:${checks.perMinute}`,
    partners: partners,
    attemptsPerHour,
    checks,
    ids,
    people,
    ordersOfHour: orders.get,
    order: sources.order,
    ordersLike: sources.like,
    attemptsOfHour: (hour) => attemptsIn(hour, [...orders.get(hour - 1), ...orders.get(hour)]),
    checksOfMinute: createCardChecks({
      seed: seedWord,
      perMinute: checks.perMinute,
      disturbances,
      chance: createSuccessChance(seedWord),
    }),
    ordersTouchedIn: sources.touched,
    movementsOfHour: movements.get,
    ordersDisputedIn: (hour) =>
      [
        ...late((key, route) => disputeLagsHours(key, route)?.opened, hour),
        ...sources.hitByWave(hour),
      ].filter(({ dispute }) => dispute && hourOf(dispute.openedMs) === hour),
    ordersWarnedIn: (hour) =>
      late((key, route) => warningLagHours(key, route) ?? undefined, hour).filter(
        (order) => order.warningMs !== null,
      ),
    ordersOfCustomer: sources.ofCustomer,
    bookingsOfHour: (hour) =>
      bookingsIn({ ids, disturbances, movementsOf: movements.get, payoutsOfDay }, hour),
    payoutsOfDay,
    movementsOfPayouts,
    movementsOfPayout: ({ partner, day, currency }) =>
      movementsOfPayouts(partner, day).filter(({ order }) => order.route.country.currency === currency),
    written,
    disturbances,
    disturb,
    onDisturb: (follower) => {
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}

/** A lag in hours from the order's own hour, or undefined; told by the first draws alone. */
type LagOf = (key: number, route: Route) => number | undefined;

interface Sources {
  ids: IdCodec;
  people: People;
  disturbances: Disturbances;
  orders: HourCache<Order[]>;
  order: (hour: number, index: number) => Order | null;
  touched: (hour: number) => Order[];
  /** The same of one partner, without names. */
  factsTouched: (hour: number, partnerIndex: number) => OrderFacts[];
  like: World['ordersLike'];
  /** Forgets which orders are whose from an hour on, because routes may be paused. */
  dropPlaces: (fromHour: number) => void;
  named: (facts: OrderFacts) => Order;
  /** Candidates are tested by a draw first, so that weeks can be walked without making their orders. */
  late: (lagOf: LagOf, hour: number) => Order[];
  ofCustomer: (number: number, hour: number) => Order[];
  /** Older orders in whose dispute, opened by a wave, something may happen in an hour. */
  hitByWave: (hour: number) => Order[];
}

function createSources(seed: number, attemptsPerHour: number): Sources {
  const ids = createIdCodec(seed);
  const people = createPeople(seed);
  const disturbances = createDisturbances();
  const traffic = withDetours(createTraffic(seed, attemptsPerHour), disturbances);
  const index = createLateIndex(traffic, lateHours);
  const waveIndex = createLateIndex(traffic, waveHours);
  const maker = createOrderMaker({ seed, ids, people, traffic, disturbances });
  const orders = createHourCache(cachedHours, (hour) =>
    Array.from({ length: traffic.ordersInHour(hour) }, (_, i) => maker.order(hour, i)),
  );
  const places = createPlaces(traffic, maker);
  const make = (place: OrderPlace): Order => maker.order(place.hour, place.index);
  const hitByWave = (hour: number): readonly PackedOrder[] =>
    disturbances.any('dispute-wave') ? waveIndex.into(hour) : [];
  const olderPlaces = (hour: number): OrderPlace[] =>
    [...new Set([...index.into(hour), ...hitByWave(hour)])]
      .map(unpack)
      .filter((place) => place.hour < hour - 1);
  return {
    ids,
    people,
    disturbances,
    hitByWave: (hour) => hitByWave(hour).map(unpack).map(make),
    orders,
    order: (hour, index) => (index < traffic.ordersInHour(hour) ? maker.order(hour, index) : null),
    touched: (hour) => [...orders.get(hour - 1), ...orders.get(hour), ...olderPlaces(hour).map(make)],
    named: maker.named,
    like: (partner, hour, wanted) =>
      places
        .drawsOf(hour, partners.indexOf(partner))
        .filter(wanted)
        .map(({ index }) => maker.order(hour, index)),
    dropPlaces: places.dropFrom,
    factsTouched: (hour, partnerIndex) => {
      const isOwn = (place: OrderPlace): boolean =>
        traffic.routeOf(traffic.keyOf(place.hour, place.index), place.hour).partnerIndex === partnerIndex;
      const young = [hour - 1, hour].flatMap((one) =>
        places.of(one, partnerIndex).map((index) => ({ hour: one, index })),
      );
      return [...young, ...olderPlaces(hour).filter(isOwn)].map((place) =>
        maker.facts(place.hour, place.index),
      );
    },
    late: (lagOf, hour) => {
      const isDue = (place: OrderPlace): boolean => {
        const key = traffic.keyOf(place.hour, place.index);
        const lag = lagOf(key, traffic.routeOf(key, place.hour));
        return lag !== undefined && place.hour + Math.floor(lag) === hour;
      };
      return index.into(hour).map(unpack).filter(isDue).map(make);
    },
    ofCustomer: (number, hour) => {
      const country = number % countries.length;
      const isTheirs = (i: number): boolean => {
        const key = traffic.keyOf(hour, i);
        return (
          people.numberFor(key, slotMs.customer, country) === number &&
          traffic.routeOf(key, hour).countryIndex === country
        );
      };
      const indexes = Array.from({ length: traffic.ordersInHour(hour) }, (_, i) => i);
      return indexes.filter(isTheirs).map((i) => maker.order(hour, i));
    },
  };
}

/** By position of the partner, then of the currency; a partner that was not asked for is missing. */
type HourTotals = Map<number, Totals[]>;

interface Movements {
  movements: HourCache<Movement[]>;
  /** Sums of one hour at one partner, by position of the currency. */
  totalsOf: (hour: number, partnerIndex: number) => readonly Totals[];
  redraw: (fromHour: number) => void;
}

function createMovements({ touched, factsTouched }: Sources): Movements {
  const totals = createHourCache<HourTotals>(historyHours, () => new Map());
  const movements = createHourCache(cachedHours, (hour) => {
    const found = movementsIn(hour, touched(hour));
    // A payout asks for these sums days later, when the movements themselves are no longer at hand.
    totals.put(hour, sumByPartner(found));
    return found;
  });
  return {
    movements,
    totalsOf: (hour, partnerIndex) =>
      getOr(totals.get(hour), partnerIndex, () =>
        sumUp(currencies.map(noTotals), movementsIn(hour, factsTouched(hour, partnerIndex))),
      ),
    redraw: (fromHour) => {
      movements.dropFrom(-Infinity);
      totals.dropFrom(fromHour);
    },
  };
}

function sumUp(sums: Totals[], movements: readonly Movement<OrderFacts>[]): Totals[] {
  for (const movement of movements) {
    const sum = sums[currencies.indexOf(movement.order.route.country.currency)];
    if (sum) addMovement(sum, movement);
  }
  return sums;
}

function sumByPartner(movements: readonly Movement[]): HourTotals {
  const sums: HourTotals = new Map(partners.map((_, index) => [index, currencies.map(noTotals)]));
  for (const movement of movements) sumUp(sums.get(movement.order.route.partnerIndex) ?? [], [movement]);
  return sums;
}

interface BookingSources {
  ids: IdCodec;
  disturbances: Disturbances;
  movementsOf: (hour: number) => Movement[];
  payoutsOfDay: (partner: Partner, day: number) => Payout[];
}

function bookingsIn(sources: BookingSources, hour: number): Booking[] {
  const { ids, disturbances, movementsOf, payoutsOfDay } = sources;
  const arriving = partners.flatMap((partner) => {
    const day = payoutDayArriving(partner, hour);
    return day === null ? [] : payoutsOfDay(partner, day).flatMap((payout) => bookPayout(ids, payout));
  });
  // What is learnt late belongs to the hour before.
  const delayed = disturbances.any('webhook-delay') ? movementsOf(hour - 1) : [];
  const moved = [...delayed, ...movementsOf(hour)]
    .filter(({ duplicate }) => !duplicate)
    .map((movement) => bookMovement(ids, disturbances, movement))
    .filter(({ bookedMs }) => hourOf(bookedMs) === hour);
  return [...moved, ...arriving].sort((a, b) => a.bookedMs - b.bookedMs);
}

function movementsIn<Of extends OrderFacts>(hour: number, orders: readonly Of[]): Movement<Of>[] {
  const fromMs = hour * hourMs;
  const toMs = fromMs + hourMs;
  return orders
    .filter((order) => movesWithin(order, fromMs, toMs))
    .flatMap((order) => movementsOf(order))
    .filter((movement) => movement.atMs >= fromMs && movement.atMs < toMs)
    .sort((a, b) => a.atMs - b.atMs);
}

const attemptsIn = (hour: number, orders: readonly Order[]): OrderAttempt[] =>
  orders
    .flatMap((order) => order.attempts.map((attempt) => ({ order, attempt })))
    .filter(({ attempt }) => hourOf(attempt.createdMs) === hour)
    .sort((a, b) => a.attempt.createdMs - b.attempt.createdMs);

function hoursOfPayout(partner: Partner, day: number): number[] {
  return daysOfPayout(partner, day).flatMap((businessDay) => {
    const first = startOfDay(businessDay, partner.utcOffsetHours) / hourMs;
    return Array.from({ length: 24 }, (_, i) => first + i);
  });
}

interface PayoutSources {
  ids: IdCodec;
  disturbances: Disturbances;
  written: Written;
  totalsOf: (hour: number, partnerIndex: number) => readonly Totals[];
}

function sumPayouts(
  { ids, disturbances, totalsOf, written }: PayoutSources,
  partner: Partner,
  day: number,
  beforeHour: number,
): Payout[] {
  const hours = hoursOfPayout(partner, day).filter((hour) => hour < beforeHour);
  const { createdMs } = payoutTimes(partner, day);
  const isShort = disturbances.at('short-paid-settlement', partner.id, createdMs) !== null;
  const parts = hours.map((hour) => totalsOf(hour, partners.indexOf(partner)));
  const byHand = written.ofPayouts(partner, day, beforeHour);
  return currencies.flatMap((currency, currencyIndex) => {
    const sum = noTotals();
    for (const part of parts) addTotals(sum, part[currencyIndex] ?? noTotals());
    for (const movement of byHand) if (movement.currency === currency) addMovement(sum, movement);
    return sum.count > 0 ? [createPayout(ids, partner, day, currency, sum, isShort)] : [];
  });
}
