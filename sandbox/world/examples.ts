/**
 * Interesting payments of the last weeks, for a welcome message and for tests.
 * Invariant: every id is real at `now`: what is said of it is what the payments API and the books show.
 */
import { hourMs, hourOf, minuteMs } from './clock.js';
import type { Order, OrderDraw } from './orders.js';
import { moneyFacts, paymentsApiPartner } from './partners.js';
import { eurRates } from './rates.js';
import { referencesOf } from './references.js';
import { payoutDayOf, payoutTimes } from './settlement.js';
import { historyHours, type World } from './world.js';

export interface Examples {
  /** Payment intents (`pi_…`). */
  paidOut: string;
  inFlight: string;
  failedThenSucceeded: string;
  refunded: string;
  disputed: string;
  warned: string;
  uncaptured: string;
  /** Worth more than the company's `large` and `exceptional` limits ask for; null where eight weeks hold none. */
  large: string | null;
  exceptional: string | null;
  /** Of one and the same payment. */
  orderId: string;
  arn: string;
  customerEmail: string;
  /** Last four digits, amount and day (UTC) that several payments share. */
  ambiguous: { last4: string; amountMinor: number; currency: string; date: string };
}

/** Looks back from `now` until every kind is found; throws when eight weeks hold none, which no normal seed does. */
export function examples(world: World, now: Date): Examples {
  const nowMs = now.getTime();
  const paid = (order: Order): boolean =>
    order.capturedMs !== null && order.capturedMs <= nowMs - 5 * minuteMs;
  const plain = (order: Order): boolean =>
    paid(order) &&
    order.attempts.length === 1 &&
    order.refunds.length === 0 &&
    !order.dispute &&
    order.warningMs === null;
  const paidOutMs = (order: Order): number =>
    payoutTimes(order.route.partner, payoutDayOf(order.route.partner, order.capturedMs ?? nowMs)).arrivalMs;
  const find = (what: string, test: (order: Order) => boolean, skipHours = 0): Order =>
    findOrder(world.ordersOfHour, nowMs, what, test, skipHours);
  const paidOut = find('paid out', (order) => plain(order) && paidOutMs(order) < nowMs, 72);
  const open = (order: Order): boolean =>
    order.dispute !== null && order.dispute.openedMs <= nowMs && !order.dispute.inquiry;
  const unanswered = (order: Order): boolean =>
    open(order) && (order.dispute?.repliedMs ?? Infinity) > nowMs && (order.dispute?.dueMs ?? 0) > nowMs;
  return {
    paidOut: paidOut.paymentId,
    inFlight: find('in flight', plain).paymentId,
    failedThenSucceeded: find('failed then succeeded', (order) => paid(order) && order.attempts.length > 1)
      .paymentId,
    refunded: find('refunded', (order) => paid(order) && (order.refunds[0]?.atMs ?? Infinity) <= nowMs)
      .paymentId,
    disputed: findOrder(world.ordersDisputedIn, nowMs, 'disputed', unanswered, 0).paymentId,
    warned: findOrder(
      world.ordersWarnedIn,
      nowMs,
      'warned',
      (order) => (order.warningMs ?? Infinity) <= nowMs && !order.dispute,
      0,
    ).paymentId,
    uncaptured: find('uncaptured', (order) => isUncaptured(order, nowMs)).paymentId,
    large: findWorth(world, nowMs, [largeEur, exceptionalEur], plain),
    exceptional: findWorth(world, nowMs, [exceptionalEur, Infinity], plain),
    orderId: paidOut.orderId,
    arn: referencesOf(paidOut, paidOut.attempts.length - 1).arn ?? '',
    customerEmail: paidOut.customer.email,
    ambiguous: findAmbiguous(world, nowMs),
  };
}

/** Above these a refund asks for more than everyday approval; the policy of the sandbox has the same. */
const largeEur = 500;
const exceptionalEur = 800;

function findWorth(
  world: World,
  nowMs: number,
  [above, upTo]: readonly [number, number],
  test: (order: Order) => boolean,
): string | null {
  const partner = world.partners.find(({ id }) => id === paymentsApiPartner);
  const isWorth = ({ route: { country }, amountMinor }: OrderDraw): boolean => {
    const { currency } = country;
    const rate = currency === 'EUR' ? 1 : eurRates[currency];
    const eur = (amountMinor / 10 ** moneyFacts[currency].decimals) * rate;
    return eur > above && eur <= upTo;
  };
  for (let back = 0; partner && back < historyHours; back += 1) {
    const found = world.ordersLike(partner, hourOf(nowMs) - back, isWorth).find(test);
    if (found) return found.paymentId;
  }
  return null;
}

const isUncaptured = (order: Order, nowMs: number): boolean =>
  order.attempts.at(-1)?.decline === null &&
  order.captureMethod === 'manual' &&
  (order.attempts.at(-1)?.completedMs ?? Infinity) <= nowMs &&
  (order.capturedMs ?? Infinity) > nowMs &&
  (order.lapsedMs ?? Infinity) > nowMs;

function findOrder(
  ordersOf: (hour: number) => readonly Order[],
  nowMs: number,
  what: string,
  test: (order: Order) => boolean,
  skipHours: number,
): Order {
  for (let back = skipHours; back < historyHours; back += 1) {
    const found = ordersOf(hourOf(nowMs) - back).find(
      (order) => order.route.partner.id === paymentsApiPartner && order.createdMs <= nowMs && test(order),
    );
    if (found) return found;
  }
  throw new Error(`this world holds no payment that is ${what}`);
}

/** Walks whole days back until one holds two card payments of equal last four digits and amount. */
function findAmbiguous(world: World, nowMs: number): Examples['ambiguous'] {
  const today = Math.floor(hourOf(nowMs) / 24);
  for (let day = today - 1; day > today - historyHours / 24; day -= 1) {
    const seen = new Map<string, Order>();
    const orders = Array.from({ length: 24 }, (_, i) => world.ordersOfHour(day * 24 + i)).flat();
    for (const order of orders.filter((found) => found.route.method === 'card')) {
      const { last4 } = order.customer.card;
      const key = `${last4}/${order.amountMinor}/${order.route.country.currency}`;
      const other = seen.get(key);
      if (other && other.customer !== order.customer && hourOf(order.createdMs) < (day + 1) * 24)
        return {
          last4,
          amountMinor: order.amountMinor,
          currency: order.route.country.currency,
          date: new Date(day * 24 * hourMs).toISOString().slice(0, 10),
        };
      seen.set(key, order);
    }
  }
  throw new Error('this world holds no two payments that look alike');
}
