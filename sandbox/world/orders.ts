/**
 * One order: its attempts and everything that will ever happen to it. No `now` in here: who looks decides how much of
 * this life has already passed.
 * Invariant: an order depends on seed, hour, index and the disturbances given, and on nothing else.
 */
import { getOr } from './caches.js';
import { hourMs, hourOf, secondMs } from './clock.js';
import type { DisputeReason } from './dispute-reasons.js';
import { learntMs, type Disturbances } from './disturbances.js';
import { hardshipOf } from './hardship.js';
import type { IdCodec } from './ids.js';
import { drawDecline, type Decline } from './outcomes.js';
import { moneyFacts, type Partner, type Route } from './partners.js';
import type { Customer, People } from './people.js';
import { hash, logSpread, normal, pick, pickWeighted, unit, whole } from './random.js';
import {
  captureLagHours,
  disputeLagsHours,
  refundLagsHours,
  slowLagHours,
  slotMs,
  startMsOf,
  authorisationLifeMs,
  warningLagHours,
  waveLagsHours,
  type DisputeLags,
  type Traffic,
} from './traffic.js';

export interface Attempt {
  /** From 0. */
  no: number;
  createdMs: number;
  completedMs: number;
  /** When the company learns how it ended; later than `completedMs` only while word from the partner is delayed. */
  learntMs: number;
  latencyMs: number;
  /** Null when it succeeds. */
  decline: Decline | null;
}

export interface RefundFact {
  no: number;
  atMs: number;
  amountMinor: number;
  reason: 'requested_by_customer' | 'duplicate' | null;
}

export interface DisputeFact {
  openedMs: number;
  dueMs: number;
  repliedMs: number | null;
  decidedMs: number;
  won: boolean;
  /** An inquiry takes no money yet (Stripe's `warning_…` statuses). */
  inquiry: boolean;
  amountMinor: number;
  reason: DisputeReason;
}

/** What the first draws tell of an order: enough to refuse nearly all when one is searched for. */
export interface OrderDraw {
  index: number;
  route: Route;
  amountMinor: number;
  customerNumber: number;
  /** Null where the money is captured at once. */
  captureLag: number | null;
}

/** What an order is worth and what becomes of it: all that sums need. */
export interface OrderFacts {
  hour: number;
  index: number;
  key: number;
  route: Route;
  amountMinor: number;
  attempts: readonly Attempt[];
  createdMs: number;
  /** When money is confirmed and captured; null when no attempt succeeds or the money is not captured. */
  capturedMs: number | null;
  captureMethod: 'automatic' | 'manual';
  /** When the partner captures it a second time, unrequested; null for nearly all. */
  duplicateMs: number | null;
  /** When an authorisation that is never captured lapses. */
  lapsedMs: number | null;
  refunds: readonly RefundFact[];
  dispute: DisputeFact | null;
  warningMs: number | null;
}

export interface Order extends OrderFacts {
  orderId: string;
  /** The partner's name for the payment; at the payments API's partner its `pi_…`. */
  paymentId: string;
  customer: Customer;
}

export interface OrderMaker {
  draw: (hour: number, index: number) => OrderDraw;
  /** The same order without its names, at a fraction of the cost. */
  facts: (hour: number, index: number) => OrderFacts;
  /** Adds the names, to the same object. */
  named: (facts: OrderFacts) => Order;
  order: (hour: number, index: number) => Order;
}

interface Parts {
  seed: number;
  ids: IdCodec;
  people: People;
  traffic: Traffic;
  disturbances: Disturbances;
  chance: SuccessChance;
}

/**
 * Offset within the hour, three waits of at most fourteen minutes and answers of at most four keep every attempt, and
 * every immediate answer, within the order's own hour and the next: the world looks no further.
 */
const maxAttempts = 4;
export const retryRate = 0.5;
export const retrySuccess = 0.52;
const slotsPerAttempt = 16;

/** Makes the orders of one world. The disturbances are read at each call, so they may grow. */
export function createOrderMaker(sources: Omit<Parts, 'chance'>): OrderMaker {
  const parts = { ...sources, chance: createSuccessChance(sources.seed) };
  return {
    draw: (hour, index) => {
      const { traffic, people } = parts;
      const key = traffic.keyOf(hour, index);
      const route = traffic.routeOf(key, hour);
      const customerNumber = people.numberFor(key, slotMs.customer, route.countryIndex);
      const captureLag = captureLagHours(key, route);
      return { index, route, amountMinor: drawAmount(key, route), customerNumber, captureLag };
    },
    facts: (hour, index) => createFacts(parts, hour, index),
    named: (facts) => named(parts, facts),
    order: (hour, index) => named(parts, createFacts(parts, hour, index)),
  };
}

function createFacts(parts: Parts, hour: number, index: number): OrderFacts {
  const key = parts.traffic.keyOf(hour, index);
  const route = parts.traffic.routeOf(key, hour);
  const attempts = createAttempts(parts, key, hour, route);
  const amountMinor = drawAmount(key, route);
  const paid = attempts.at(-1)?.decline === null ? attempts.at(-1) : undefined;
  const life = paid ? createLife(parts, { key, hour, route, amountMinor }, paid.completedMs) : noLife;
  return {
    hour,
    index,
    key,
    route,
    amountMinor,
    attempts,
    createdMs: attempts[0]?.createdMs ?? hour * hourMs,
    ...life,
    captureMethod: captureLagHours(key, route) === null ? 'automatic' : 'manual',
  };
}

function named({ ids, people }: Parts, facts: OrderFacts): Order {
  const { hour, index, key, route } = facts;
  const place = { hour, index, sub: 0 };
  const { referenceStyle } = route.partner;
  return Object.assign(facts, {
    orderId: ids.orderId(place),
    paymentId:
      referenceStyle === 'stripe'
        ? ids.encode('payment_intent', place)
        : ids.reference(referenceStyle, route.partnerIndex, place),
    customer: people.get(people.numberFor(key, slotMs.customer, route.countryIndex)),
  });
}

type Life = Pick<OrderFacts, 'capturedMs' | 'duplicateMs' | 'lapsedMs' | 'refunds' | 'dispute' | 'warningMs'>;
const noLife: Life = {
  capturedMs: null,
  duplicateMs: null,
  lapsedMs: null,
  refunds: [],
  dispute: null,
  warningMs: null,
};

interface Paid {
  key: number;
  hour: number;
  route: Route;
  amountMinor: number;
}

function createLife({ disturbances }: Parts, paid: Paid, paidMs: number): Life {
  const { key, hour, route, amountMinor } = paid;
  const startMs = hour * hourMs;
  const captureLag = captureLagHours(key, route);
  if (captureLag !== null && captureLag * hourMs >= authorisationLifeMs)
    return { ...noLife, lapsedMs: startMs + captureLag * hourMs };
  const warningLag = warningLagHours(key, route);
  const capturedMs = captureLag === null ? paidMs : startMs + captureLag * hourMs;
  return {
    capturedMs,
    duplicateMs: duplicateOf(disturbances, key, route, capturedMs),
    lapsedMs: null,
    refunds: createRefunds(key, startMs, route, amountMinor),
    dispute: createDispute(paid, disputeLagsHours(key, route)) ?? waveDispute(disturbances, paid),
    warningMs: warningLag === null ? null : wholeSecond(startMs + warningLag * hourMs),
  };
}

const duplicateRate = 0.15;
const duplicateAfterMs = 90 * secondMs;

/** Only within the hour of the capture: there the world looks for it. */
function duplicateOf(
  disturbances: Disturbances,
  key: number,
  route: Route,
  capturedMs: number,
): number | null {
  if (!disturbances.at('duplicate-capture', route.partner.id, capturedMs)) return null;
  const atMs = capturedMs + duplicateAfterMs;
  return unit(key, slotMs.duplicate) < duplicateRate && hourOf(atMs) === hourOf(capturedMs) ? atMs : null;
}

function waveDispute(disturbances: Disturbances, paid: Paid): DisputeFact | null {
  if (!disturbances.any('dispute-wave')) return null;
  const dispute = createDispute(paid, waveLagsHours(paid.key, paid.route));
  const wave = dispute && disturbances.at('dispute-wave', paid.route.partner.id, dispute.openedMs);
  return wave && { ...dispute, reason: wave.reason ?? dispute.reason };
}

const wholeSecond = (timeMs: number): number => Math.floor(timeMs / secondMs) * secondMs;

function createRefunds(key: number, startMs: number, route: Route, amountMinor: number): RefundFact[] {
  const lags = refundLagsHours(key, route);
  const partial = lags.length > 1 || unit(key, slotMs.refundShare) < 0.4;
  const share = 0.15 + 0.3 * unit(key, slotMs.refundShare);
  return lags.map((lag, no) => ({
    no,
    atMs: wholeSecond(startMs + lag * hourMs),
    amountMinor: partial ? Math.max(1, Math.round(amountMinor * share)) : amountMinor,
    reason: pickWeighted(key, slotMs.refundReason, [
      ['requested_by_customer' as const, 80],
      ['duplicate' as const, 8],
      [null, 12],
    ]),
  }));
}

function createDispute(
  { key, hour, route, amountMinor }: Paid,
  lags: DisputeLags | null,
): DisputeFact | null {
  if (!lags) return null;
  const startMs = hour * hourMs;
  const at = (hours: number): number => wholeSecond(startMs + hours * hourMs);
  const refunded = createRefunds(key, startMs, route, amountMinor).reduce(
    (sum, refund) => sum + refund.amountMinor,
    0,
  );
  return {
    openedMs: at(lags.opened),
    // Stripe's deadlines end with a day.
    dueMs: Math.ceil(at(lags.due) / (24 * hourMs)) * 24 * hourMs - secondMs,
    repliedMs: lags.replied === null ? null : at(lags.replied),
    decidedMs: at(lags.decided),
    won: lags.replied !== null && unit(key, slotMs.disputeWon) < 0.45,
    inquiry: unit(key, slotMs.inquiry) < 0.15,
    amountMinor: Math.max(1, amountMinor - refunded),
    reason: drawReason(key),
  };
}

const drawReason = (key: number): DisputeReason =>
  pickWeighted(key, slotMs.disputeReason, [
    ['fraudulent', 46],
    ['product_not_received', 18],
    ['product_unacceptable', 10],
    ['duplicate', 6],
    ['subscription_canceled', 9],
    ['credit_not_processed', 6],
    ['unrecognized', 5],
  ]);

/** Two in five orders are for a listed price, so that equal amounts of one card are nothing rare. */
function drawAmount(key: number, route: Route): number {
  const money = moneyFacts[route.country.currency];
  if (unit(key, slotMs.amount) < 0.4) return pick(key, slotMs.amountSize, money.pricesMinor);
  const size = money.middlingMinor * Math.exp(0.85 * normal(key, slotMs.amountSize));
  return Math.max(50, Math.round(size));
}

function createAttempts(parts: Parts, key: number, hour: number, route: Route): Attempt[] {
  const attempts: Attempt[] = [];
  const slowMs = slowLagHours(key, route) * hourMs;
  let createdMs = startMsOf(key, hour);
  for (let no = 0; no < maxAttempts; no += 1) {
    const slot = slotMs.attempts + no * slotsPerAttempt;
    const attempt = createAttempt(parts, { key, slot, no, createdMs, hour, route, slowMs });
    attempts.push(attempt);
    if (attempt.decline === null || unit(key, slot + 4) >= retryRate) break;
    createdMs = nextAttemptMs(key, slot, attempt);
  }
  return [...attempts, ...vainAttempts(parts, { key, hour, route, slowMs }, attempts)];
}

const nextAttemptMs = (key: number, slot: number, { completedMs }: Attempt): number =>
  completedMs + Math.floor(logSpread(key, slot + 5, 15, 840) * secondMs);

/** Of the failed attempts of a partner, so many belong to an order that is never paid. */
const lostShare = 0.7;

/** What a disturbance adds to an order that failed; money that is confirmed later has returns of its own, so nothing there. */
function vainAttempts(
  parts: Parts,
  { key, hour, route, slowMs }: Pick<Draw, 'key' | 'hour' | 'route' | 'slowMs'>,
  attempts: readonly Attempt[],
): Attempt[] {
  const first = attempts.at(0);
  let last = attempts.at(-1);
  if (!first || !last?.decline || slowMs > 0) return [];
  const { vain } = hardshipOf(parts.disturbances, route, first.createdMs);
  if (vain === 0) return [];
  const wanted = vain / (lostShare * (1 - parts.chance(hour, route))) + unit(key, slotMs.vain);
  const added: Attempt[] = [];
  for (let no = attempts.length; no < maxAttempts && added.length < Math.floor(wanted); no += 1) {
    const slot = slotMs.attempts + no * slotsPerAttempt;
    const createdMs = nextAttemptMs(key, slot - slotsPerAttempt, last);
    const attempt = createAttempt(parts, { key, slot, no, createdMs, hour, route, slowMs });
    last = { ...attempt, decline: attempt.decline ?? drawDecline(key, slot + 6, route.method) };
    added.push(last);
  }
  return added;
}

interface Draw {
  key: number;
  slot: number;
  no: number;
  createdMs: number;
  hour: number;
  route: Route;
  /** From the hour's start until a slow method's success is known; 0 for the others. */
  slowMs: number;
}

function createAttempt({ chance: rate, disturbances }: Parts, draw: Draw): Attempt {
  const { key, slot, no, createdMs, route, slowMs } = draw;
  const hardship = hardshipOf(disturbances, route, createdMs);
  const chance = no > 0 ? retrySuccess : rate(draw.hour, route);
  const share = unit(key, slot);
  const succeeds = share < chance * hardship.successFactor;
  const latencyMs = Math.round(drawLatency(key, slot, route.partner) * hardship.latencyFactor);
  const answerMs = route.method === 'open_banking' ? whole(key, slot + 8, 8, 240) * secondMs : latencyMs;
  const completedMs = succeeds && slowMs > 0 ? draw.hour * hourMs + slowMs : createdMs + answerMs;
  // What would have succeeded fails for the disturbance's own reason; the rest as ever.
  const cause = share < chance ? hardship.decline : null;
  return {
    no,
    createdMs,
    completedMs,
    learntMs: learntMs(disturbances, route.partner.id, completedMs),
    latencyMs,
    decline: succeeds ? null : (cause ?? drawDecline(key, slot + 6, route.method)),
  };
}

export const drawLatency = (key: number, slot: number, partner: Partner): number =>
  Math.min(
    30_000,
    partner.latencyMs * Math.exp(0.45 * normal(key, slot + 1)) * (unit(key, slot + 3) < 0.01 ? 6 : 1),
  );

export type SuccessChance = (hour: number, route: Route) => number;

/** The partner's rate, moved on the logit by market and method (fixed) and by partner and hour (noise). */
export function createSuccessChance(seed: number): SuccessChance {
  const markets = new Map<Route, number>();
  let noise: { hour: number; byPartner: Map<number, number> } = { hour: -1, byPartner: new Map() };
  return (hour, route) => {
    if (noise.hour !== hour) noise = { hour, byPartner: new Map() };
    const market = getOr(markets, route, () => marketLogit(seed, route));
    const shift = getOr(noise.byPartner, route.partnerIndex, () => hourNoise(seed, hour, route));
    return 1 / (1 + Math.exp(-(market + shift)));
  };
}

function marketLogit(seed: number, { partner, partnerIndex, countryIndex, method }: Route): number {
  const market = 0.12 * normal(hash(seed, 0x3a7, partnerIndex, countryIndex), 0);
  return (
    Math.log(partner.successRate / (1 - partner.successRate)) + market + (method === 'wallet' ? 0.15 : 0)
  );
}

const hourNoise = (seed: number, hour: number, { partner, partnerIndex }: Route): number =>
  partner.overdispersion * normal(hash(seed, 0x9015e, hour, partnerIndex), 0);
