/**
 * One order: its attempts and everything that will ever happen to it. No `now` in here: who looks decides how much of
 * this life has already passed.
 * Invariant: an order depends on seed, hour, index and the outages given, and on nothing else.
 */
import { HOUR_MS, SECOND_MS } from './clock.js';
import type { IdCodec } from './ids.js';
import { drawDecline, outageDecline, type Decline } from './outcomes.js';
import { MONEY, type Partner, type Route } from './partners.js';
import type { Customer, People } from './people.js';
import { hash, logSpread, normal, pick, pickWeighted, unit, whole } from './random.js';
import {
  captureLagHours,
  disputeLagsHours,
  refundLagsHours,
  slowLagHours,
  SLOT,
  AUTHORISATION_LIFE_MS,
  warningLagHours,
  type Traffic,
} from './traffic.js';

export interface Attempt {
  /** From 0. */
  no: number;
  createdMs: number;
  completedMs: number;
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

export type DisputeReason =
  | 'fraudulent'
  | 'product_not_received'
  | 'product_unacceptable'
  | 'duplicate'
  | 'subscription_canceled'
  | 'credit_not_processed'
  | 'unrecognized';

export interface Order {
  hour: number;
  index: number;
  key: number;
  orderId: string;
  /** The partner's name for the payment; at the payments API's partner its `pi_…`. */
  paymentId: string;
  route: Route;
  customer: Customer;
  amountMinor: number;
  attempts: readonly Attempt[];
  createdMs: number;
  /** When money is confirmed and captured; null when no attempt succeeds or nobody captures. */
  capturedMs: number | null;
  captureMethod: 'automatic' | 'manual';
  /** When an authorisation that nobody captures lapses. */
  lapsedMs: number | null;
  refunds: readonly RefundFact[];
  dispute: DisputeFact | null;
  warningMs: number | null;
}

/** A time in which a partner fails most of what it is asked. */
export interface Outage {
  partnerId: string;
  fromMs: number;
  /** Null while it lasts. */
  toMs: number | null;
}

export interface OrderMaker {
  order(hour: number, index: number): Order;
}

interface Parts {
  seed: number;
  ids: IdCodec;
  people: People;
  traffic: Traffic;
  outages: readonly Outage[];
  chance: SuccessChance;
}

/**
 * Offset within the hour, three waits of at most fourteen minutes and answers of at most four keep every attempt, and
 * every immediate answer, within the order's own hour and the next: the world looks no further.
 */
const MAX_ATTEMPTS = 4;
const RETRY_RATE = 0.5;
const RETRY_SUCCESS = 0.52;
const OUTAGE_SUCCESS = 0.25;
const SLOTS_PER_ATTEMPT = 16;

/** Makes the orders of one world. `outages` is read at each call, so it may grow. */
export function createOrderMaker(sources: Omit<Parts, 'chance'>): OrderMaker {
  const parts = { ...sources, chance: createSuccessChance(sources.seed) };
  return { order: (hour, index) => createOrder(parts, hour, index) };
}

function createOrder(parts: Parts, hour: number, index: number): Order {
  const { ids, people, traffic } = parts;
  const key = traffic.keyOf(hour, index);
  const route = traffic.routeOf(key, hour);
  const place = { hour, index, sub: 0 };
  const attempts = createAttempts(parts, key, hour, route);
  const amountMinor = drawAmount(key, route);
  const first = attempts[0]?.createdMs ?? hour * HOUR_MS;
  const paid = attempts.at(-1)?.decline === null ? attempts.at(-1) : undefined;
  const life = paid ? createLife(key, hour, route, amountMinor, paid.completedMs) : NO_LIFE;
  return {
    hour,
    index,
    key,
    orderId: ids.orderId(place),
    paymentId:
      route.partner.referenceStyle === 'stripe'
        ? ids.encode('payment_intent', place)
        : ids.reference(route.partner.referenceStyle, route.partnerIndex, place),
    route,
    customer: people.get(people.numberFor(key, SLOT.customer, route.countryIndex)),
    amountMinor,
    attempts,
    createdMs: first,
    ...life,
    captureMethod: captureLagHours(key, route) === null ? 'automatic' : 'manual',
  };
}

type Life = Pick<Order, 'capturedMs' | 'lapsedMs' | 'refunds' | 'dispute' | 'warningMs'>;
const NO_LIFE: Life = { capturedMs: null, lapsedMs: null, refunds: [], dispute: null, warningMs: null };

function createLife(key: number, hour: number, route: Route, amountMinor: number, paidMs: number): Life {
  const startMs = hour * HOUR_MS;
  const captureLag = captureLagHours(key, route);
  if (captureLag !== null && captureLag * HOUR_MS >= AUTHORISATION_LIFE_MS)
    return { ...NO_LIFE, lapsedMs: startMs + captureLag * HOUR_MS };
  const warningLag = warningLagHours(key, route);
  return {
    capturedMs: captureLag === null ? paidMs : startMs + captureLag * HOUR_MS,
    lapsedMs: null,
    refunds: createRefunds(key, startMs, route, amountMinor),
    dispute: createDispute(key, startMs, route, amountMinor),
    warningMs: warningLag === null ? null : wholeSecond(startMs + warningLag * HOUR_MS),
  };
}

const wholeSecond = (timeMs: number): number => Math.floor(timeMs / SECOND_MS) * SECOND_MS;

function createRefunds(key: number, startMs: number, route: Route, amountMinor: number): RefundFact[] {
  const lags = refundLagsHours(key, route);
  const partial = lags.length > 1 || unit(key, SLOT.refundShare) < 0.4;
  const share = 0.15 + 0.3 * unit(key, SLOT.refundShare);
  return lags.map((lag, no) => ({
    no,
    atMs: wholeSecond(startMs + lag * HOUR_MS),
    amountMinor: partial ? Math.max(1, Math.round(amountMinor * share)) : amountMinor,
    reason: pickWeighted(key, SLOT.refundReason, [
      ['requested_by_customer' as const, 80],
      ['duplicate' as const, 8],
      [null, 12],
    ]),
  }));
}

function createDispute(key: number, startMs: number, route: Route, amountMinor: number): DisputeFact | null {
  const lags = disputeLagsHours(key, route);
  if (!lags) return null;
  const at = (hours: number): number => wholeSecond(startMs + hours * HOUR_MS);
  const refunded = createRefunds(key, startMs, route, amountMinor).reduce(
    (sum, refund) => sum + refund.amountMinor,
    0,
  );
  return {
    openedMs: at(lags.opened),
    // Stripe's deadlines end with a day.
    dueMs: Math.ceil(at(lags.due) / (24 * HOUR_MS)) * 24 * HOUR_MS - SECOND_MS,
    repliedMs: lags.replied === null ? null : at(lags.replied),
    decidedMs: at(lags.decided),
    won: lags.replied !== null && unit(key, SLOT.disputeWon) < 0.45,
    inquiry: unit(key, SLOT.inquiry) < 0.15,
    amountMinor: Math.max(1, amountMinor - refunded),
    reason: drawReason(key),
  };
}

const drawReason = (key: number): DisputeReason =>
  pickWeighted(key, SLOT.disputeReason, [
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
  const money = MONEY[route.country.currency];
  if (unit(key, SLOT.amount) < 0.4) return pick(key, SLOT.amountSize, money.pricesMinor);
  const size = money.middlingMinor * Math.exp(0.85 * normal(key, SLOT.amountSize));
  return Math.max(50, Math.round(size));
}

function createAttempts(parts: Parts, key: number, hour: number, route: Route): Attempt[] {
  const attempts: Attempt[] = [];
  const slowMs = slowLagHours(key, route) * HOUR_MS;
  let createdMs = hour * HOUR_MS + Math.floor(unit(key, SLOT.offset) * HOUR_MS);
  for (let no = 0; no < MAX_ATTEMPTS; no += 1) {
    const slot = SLOT.attempts + no * SLOTS_PER_ATTEMPT;
    const attempt = createAttempt(parts, { key, slot, no, createdMs, hour, route });
    if (attempt.decline === null && slowMs > 0) attempt.completedMs = hour * HOUR_MS + slowMs;
    attempts.push(attempt);
    if (attempt.decline === null || unit(key, slot + 4) >= RETRY_RATE) break;
    createdMs = attempt.completedMs + Math.floor(logSpread(key, slot + 5, 15, 840) * SECOND_MS);
  }
  return attempts;
}

interface Draw {
  key: number;
  slot: number;
  no: number;
  createdMs: number;
  hour: number;
  route: Route;
}

function createAttempt({ chance: rate, outages }: Parts, draw: Draw): Attempt {
  const { key, slot, no, createdMs, route } = draw;
  const down = isDown(outages, route.partner.id, createdMs);
  const chance = no > 0 ? RETRY_SUCCESS : rate(draw.hour, route);
  const share = unit(key, slot);
  const succeeds = share < (down ? OUTAGE_SUCCESS * chance : chance);
  const latencyMs = Math.round(drawLatency(key, slot, route.partner) * (down ? 7 : 1));
  const answerMs = route.method === 'open_banking' ? whole(key, slot + 8, 8, 240) * SECOND_MS : latencyMs;
  return {
    no,
    createdMs,
    completedMs: createdMs + answerMs,
    latencyMs,
    decline: succeeds
      ? null
      : share < chance
        ? outageDecline(route.method)
        : drawDecline(key, slot + 6, route.method),
  };
}

const drawLatency = (key: number, slot: number, partner: Partner): number =>
  Math.min(
    30_000,
    partner.latencyMs * Math.exp(0.45 * normal(key, slot + 1)) * (unit(key, slot + 3) < 0.01 ? 6 : 1),
  );

const isDown = (outages: readonly Outage[], partnerId: string, atMs: number): boolean =>
  outages.some((o) => o.partnerId === partnerId && atMs >= o.fromMs && (o.toMs === null || atMs < o.toMs));

type SuccessChance = (hour: number, route: Route) => number;

/** The partner's rate, moved on the logit by market and method (fixed) and by partner and hour (noise). */
function createSuccessChance(seed: number): SuccessChance {
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

function getOr<K, V>(map: Map<K, V>, key: K, compute: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = compute();
  map.set(key, value);
  return value;
}
