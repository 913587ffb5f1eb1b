/**
 * The world seen through the payments API: any object by id, and all objects of a type from the newest back.
 * Invariant: nothing that lies after `nowMs` is ever shown, and nothing of another partner. History ends eight weeks
 * back for lists; a single object is found however old it is.
 */
import { hourMs, hourOf, secondMs } from '../world/clock.js';
import { learntMs } from '../world/disturbances.js';
import type { IdCodec } from '../world/ids.js';
import type { Order, OrderDraw } from '../world/orders.js';
import { currencies, paymentsApiPartner, type Partner } from '../world/partners.js';
import { movementsOf, payoutDayOf, txnSub, type Movement, type Payout } from '../world/settlement.js';
import { historyHours, type World } from '../world/world.js';
import { numberOf, type ApiObject } from './objects/api-object.js';
import { balanceTransactionOf, payoutOf, payoutTransactionOf } from './objects/balance.js';
import { customerOf } from './objects/customers.js';
import { disputeOf, earlyFraudWarningOf } from './objects/disputes.js';
import { eventOf, eventsOfOrder, eventsOfPayout, isPayoutEvent, type EventFact } from './objects/events.js';
import {
  chargeOf,
  customerNumber,
  duplicateChargeOf,
  paymentIntentOf,
  refundOf,
} from './objects/payments.js';

/** Types that can be listed, by their `object` field. */
export type ObjectType =
  | 'payment_intent'
  | 'charge'
  | 'refund'
  | 'dispute'
  | 'payout'
  | 'balance_transaction'
  | 'event'
  | 'radar.early_fraud_warning'
  | 'customer';

export type SearchedType = 'payment_intent' | 'charge';
export type Wanted = (draw: OrderDraw) => boolean;

export interface Archive {
  ids: IdCodec;
  find(id: string, nowMs: number): ApiObject | null;
  /** Objects of a type created in an hour (since 1970), newest first. */
  createdIn(type: ObjectType, hour: number, nowMs: number): ApiObject[];
  /** The same of orders that look as wanted by their first draws, without making any other order. */
  likeIn(type: SearchedType, hour: number, nowMs: number, wanted: Wanted): ApiObject[];
  /** Everything of one payment; empty for an id that is not of this world. */
  ofPayment(type: ObjectType, paymentId: string, nowMs: number): ApiObject[];
  /** Payments or charges of one customer of the last eight weeks, newest first. */
  ofCustomer(type: 'payment_intent' | 'charge', customerId: string, nowMs: number): ApiObject[];
  /** What a payout carries, newest first, its own transaction included. */
  ofPayout(payoutId: string, nowMs: number): ApiObject[];
  /** Whether a payout carries a balance transaction; told without reading all that it carries. */
  carries(payoutId: string, transaction: ApiObject, nowMs: number): boolean;
  /** Money on its way to coming payouts. */
  comingPayouts(nowMs: number): Payout[];
  customersOfEmail(email: string): ApiObject[];
  /** Customers by number, newest first. */
  customer(number: number): ApiObject | null;
  paymentOfOrderId(orderId: string, nowMs: number): ApiObject | null;
}

interface View {
  world: World;
  partner: Partner;
  apiVersion: string;
}

export function createArchive(world: World, apiVersion: string): Archive {
  const partner = world.partners.find(({ id }) => id === paymentsApiPartner);
  if (!partner) throw new Error(`no partner ${paymentsApiPartner}`);
  const view = { world, partner, apiVersion };
  const { ids, people } = world;
  return {
    ids,
    find: (id, nowMs) => find(view, id, nowMs),
    createdIn: (type, hour, nowMs) => createdIn(view, type, hour, nowMs),
    likeIn: (type, hour, nowMs, wanted) => likeIn(view, type, hour, nowMs, wanted),
    ofPayment: (type, paymentId, nowMs) => {
      const place = ids.decode(paymentId);
      const order = place?.kind === 'payment_intent' ? ownOrder(view, place.hour, place.index, nowMs) : null;
      return order ? ofOrder(view, type, order, nowMs) : [];
    },
    ofCustomer: (type, customerId, nowMs) => {
      const place = ids.decode(customerId);
      if (place?.kind !== 'customer') return [];
      const now = hourOf(nowMs);
      return Array.from({ length: historyHours }, (_, back) => now - back)
        .flatMap((hour) => world.ordersOfCustomer(customerNumber(place), hour))
        .filter((order) => order.route.partner === partner && order.createdMs <= nowMs)
        .flatMap((order) => ofOrder(view, type, order, nowMs));
    },
    ofPayout: (payoutId, nowMs) => {
      const payout = findPayout(view, payoutId, nowMs);
      if (!payout) return [];
      const carried = world.movementsOfPayout(payout).toReversed();
      return [
        payoutTransactionOf(ids, payout, nowMs),
        ...carried.map((movement) => balanceTransactionOf(ids, movement, nowMs)),
      ];
    },
    carries: (payoutId, transaction, nowMs) => {
      const payout = findPayout(view, payoutId, nowMs);
      const createdMs = Number(transaction.created) * secondMs;
      return (
        payout !== null &&
        transaction.currency === payout.currency.toLowerCase() &&
        payoutDayOf(partner, createdMs) === payout.day
      );
    },
    comingPayouts: (nowMs) => {
      const today = Math.floor(hourOf(nowMs) / 24);
      // A payout lies at most four days ahead: two weekdays, and a weekend between.
      const days = [0, 1, 2, 3, 4].map((ahead) => today + ahead);
      return days
        .flatMap((day) => world.payoutsOfDay(partner, day, hourOf(nowMs)))
        .filter((payout) => payout.createdMs > nowMs);
    },
    customersOfEmail: (email) => {
      const number = people.numberOfEmail(email);
      return number === null ? [] : [customerOf(ids, people.get(number))];
    },
    customer: (number) => (number < people.count ? customerOf(ids, people.get(number)) : null),
    paymentOfOrderId: (orderId, nowMs) => {
      const place = ids.decodeOrderId(orderId);
      const order = place && ownOrder(view, place.hour, place.index, nowMs);
      return order ? paymentIntentOf(ids, order, nowMs) : null;
    },
  };
}

/** An order of the API's partner that has begun, or null. */
function ownOrder({ world, partner }: View, hour: number, index: number, nowMs: number): Order | null {
  const order = world.order(hour, index);
  return order?.route.partner === partner && order.createdMs <= nowMs ? order : null;
}

function find(view: View, id: string, nowMs: number): ApiObject | null {
  const { ids, people } = view.world;
  const place = ids.decode(id);
  if (!place) return null;
  if (place.kind === 'customer') {
    const number = customerNumber(place);
    return number < people.count ? customerOf(ids, people.get(number)) : null;
  }
  if (place.kind === 'payout' || place.sub === txnSub.payout) {
    const payout = payoutAt(view, place.hour, place.index, nowMs);
    if (!payout) return null;
    return place.kind === 'payout' ? payoutOf(ids, payout, nowMs) : payoutTransactionOf(ids, payout, nowMs);
  }
  if (place.kind === 'event') return findEvent(view, place, nowMs);
  if (place.kind === 'payment_method' || place.kind === 'file') return null;
  const order = ownOrder(view, place.hour, place.index, nowMs);
  const type = place.kind === 'early_fraud_warning' ? 'radar.early_fraud_warning' : place.kind;
  return order && (ofOrder(view, type, order, nowMs).find((object) => object.id === id) ?? null);
}

function findEvent(
  view: View,
  place: { hour: number; index: number; sub: number },
  nowMs: number,
): ApiObject | null {
  const { ids } = view.world;
  const order = ownOrder(view, place.hour, place.index, nowMs);
  const payout = isPayoutEvent(place.sub) ? payoutAt(view, place.hour, place.index, nowMs) : null;
  const events = isPayoutEvent(place.sub)
    ? payout && eventsOfPayout(ids, payout)
    : order && eventsOfOrder(ids, order);
  const event = events?.find((fact) => fact.sub === place.sub && fact.atMs <= nowMs);
  return event ? told(view, event, nowMs) : null;
}

function findPayout(view: View, payoutId: string, nowMs: number): Payout | null {
  const place = view.world.ids.decode(payoutId);
  return place?.kind === 'payout' ? payoutAt(view, place.hour, place.index, nowMs) : null;
}

function payoutAt({ world, partner }: View, hour: number, index: number, nowMs: number): Payout | null {
  // A payout of the future has no members yet; asking the world for it would cost and mean nothing.
  if (hour * hourMs > nowMs) return null;
  const payouts = world.payoutsOfDay(partner, hour / 24);
  const payout = payouts.find(({ currency }) => currency === currencies[index]);
  return payout && payout.createdMs <= nowMs ? payout : null;
}

/** All objects of a type that one order has by now, newest first. */
function ofOrder(view: View, type: ObjectType, order: Order, nowMs: number): ApiObject[] {
  const { ids } = view.world;
  const paid = order.attempts.at(-1)?.decline === null;
  switch (type) {
    case 'payment_intent':
      return [paymentIntentOf(ids, order, nowMs)];
    case 'charge':
      return [
        ...order.attempts
          .filter((attempt) => attempt.createdMs <= nowMs)
          .map((attempt) => chargeOf(ids, order, attempt, nowMs)),
        ...(order.duplicateMs !== null && order.duplicateMs <= nowMs
          ? [duplicateChargeOf(ids, order, order.duplicateMs, nowMs)]
          : []),
      ].toReversed();
    case 'refund':
      return order.refunds
        .filter((refund) => paid && refund.atMs <= nowMs)
        .map((refund) => refundOf(ids, order, refund, nowMs))
        .toReversed();
    case 'dispute':
      return order.dispute && order.dispute.openedMs <= nowMs
        ? [disputeOf(ids, order, order.dispute, nowMs)]
        : [];
    case 'radar.early_fraud_warning':
      return order.warningMs !== null && order.warningMs <= nowMs
        ? [earlyFraudWarningOf(ids, order, order.warningMs, nowMs)]
        : [];
    case 'balance_transaction':
      return movementsOf(order)
        .filter((movement) => movement.atMs <= nowMs)
        .map((movement) => balanceTransactionOf(ids, movement, nowMs))
        .toReversed();
    case 'event':
      return render(view, eventsOfOrder(ids, order), nowMs, (atMs) => atMs <= nowMs);
    case 'payout':
    case 'customer':
      return [];
  }
}

function createdIn(view: View, type: ObjectType, hour: number, nowMs: number): ApiObject[] {
  const { world, partner } = view;
  const { ids } = world;
  const inHour = (timeMs: number): boolean => hourOf(timeMs) === hour && timeMs <= nowMs;
  const own = (order: Order): boolean => order.route.partner === partner;
  const movements = (test: (movement: Movement) => boolean): Movement[] =>
    world
      .movementsOfHour(hour)
      .filter((movement) => own(movement.order) && inHour(movement.atMs) && test(movement))
      .toReversed();
  switch (type) {
    case 'payment_intent':
      return world
        .ordersOfHour(hour)
        .filter((order) => own(order) && inHour(order.createdMs))
        .sort((a, b) => b.createdMs - a.createdMs)
        .map((order) => paymentIntentOf(ids, order, nowMs));
    case 'charge':
      return [
        ...world
          .attemptsOfHour(hour)
          .filter(({ order, attempt }) => own(order) && inHour(attempt.createdMs))
          .map(({ order, attempt }) => chargeOf(ids, order, attempt, nowMs)),
        ...movements(({ duplicate }) => duplicate).map(({ order, atMs }) =>
          duplicateChargeOf(ids, order, atMs, nowMs),
        ),
      ].sort((a, b) => numberOf(b, 'created') - numberOf(a, 'created'));
    case 'refund':
      return movements(({ kind }) => kind === 'refund').flatMap(({ order, no }) =>
        order.refunds
          .filter((refund) => refund.no === no)
          .map((refund) => refundOf(ids, order, refund, nowMs)),
      );
    case 'dispute':
    case 'radar.early_fraud_warning':
      return (type === 'dispute' ? world.ordersDisputedIn(hour) : world.ordersWarnedIn(hour))
        .filter(own)
        .flatMap((order) => ofOrder(view, type, order, nowMs));
    case 'balance_transaction':
      return [
        ...payoutsIn(view, hour, inHour).map((payout) => payoutTransactionOf(ids, payout, nowMs)),
        ...movements(() => true).map((movement) => balanceTransactionOf(ids, movement, nowMs)),
      ];
    case 'payout':
      return payoutsIn(view, hour, inHour).map((payout) => payoutOf(ids, payout, nowMs));
    case 'event':
      return render(view, hourEvents(view, hour, own), nowMs, inHour);
    case 'customer':
      return [];
  }
}

/** A duplicate of a late capture is the only charge made later than the hour after its order. */
function likeIn(view: View, type: SearchedType, hour: number, nowMs: number, wanted: Wanted): ApiObject[] {
  const { world, partner } = view;
  const isDoubling = [hour, hour + 1].some((edge) =>
    world.disturbances.at('duplicate-capture', partner.id, edge * hourMs),
  );
  if (isDoubling) return createdIn(view, type, hour, nowMs);
  const made = [hour - 1, hour].flatMap((begun) => world.ordersLike(partner, begun, wanted));
  const isThen = (object: ApiObject): boolean => {
    const createdMs = numberOf(object, 'created') * secondMs;
    return hourOf(createdMs) === hour && createdMs <= nowMs;
  };
  return made
    .filter((order) => order.createdMs <= nowMs)
    .flatMap((order) => ofOrder(view, type, order, nowMs))
    .filter(isThen)
    .sort((a, b) => numberOf(b, 'created') - numberOf(a, 'created'));
}

/** Payouts leave once a day, at the first hour, and arrive on another. */
const payoutsIn = ({ world, partner }: View, hour: number, inHour: (timeMs: number) => boolean): Payout[] =>
  hour % 24 === 0 ? world.payoutsOfDay(partner, hour / 24).filter((payout) => inHour(payout.createdMs)) : [];

function hourEvents({ world, partner }: View, hour: number, own: (order: Order) => boolean): EventFact[] {
  const today = Math.floor(hour / 24);
  // Created today, or arriving today after a weekend at most.
  const days = hour % 24 === 0 ? [today] : hour % 24 === 9 ? [today - 3, today - 2, today - 1] : [];
  return [
    ...world
      .ordersTouchedIn(hour)
      .filter(own)
      .flatMap((order) => eventsOfOrder(world.ids, order)),
    ...days
      .flatMap((day) => world.payoutsOfDay(partner, day))
      .flatMap((payout) => eventsOfPayout(world.ids, payout)),
  ];
}

const render = (
  view: View,
  facts: readonly EventFact[],
  nowMs: number,
  test: (atMs: number) => boolean,
): ApiObject[] =>
  facts
    .filter((fact) => test(fact.atMs))
    .sort((a, b) => b.atMs - a.atMs || b.sub - a.sub)
    .map((fact) => told(view, fact, nowMs));

/** An event as of now: one that has not reached the company yet has a webhook pending. */
function told({ world, partner, apiVersion }: View, fact: EventFact, nowMs: number): ApiObject {
  const pending = learntMs(world.disturbances, partner.id, fact.atMs) > nowMs;
  return { ...eventOf(world.ids, fact, apiVersion), pending_webhooks: pending ? 1 : 0 };
}
