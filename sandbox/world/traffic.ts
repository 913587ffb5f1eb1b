/**
 * How much happens when, and along which route: the hour's number of orders and, for each, the cheap first draws
 * (route, and what comes late: captures, completions, refunds, disputes, warnings).
 * Invariant: everything here costs a few hashes per order, so weeks can be scanned for late happenings in
 * milliseconds; details are drawn in `orders.ts`, from the same key and the slots below.
 */
import { hourMs } from './clock.js';
import { partners, paymentsApiPartner, allRoutes, type Country, type Route } from './partners.js';
import { hash, logSpread, normal, unit } from './random.js';

/** Slots of the draws of one order. Attempts take sixteen slots each from `attempts` on. */
export const slotMs = {
  route: 0,
  capture: 1,
  captureLag: 2,
  slowLag: 3,
  refund: 4,
  refundLag: 5,
  secondRefund: 6,
  dispute: 7,
  disputeLag: 8,
  disputeReply: 9,
  disputeVerdict: 10,
  warning: 11,
  warningLag: 12,
  customer: 13,
  offset: 14,
  amount: 15,
  amountSize: 16,
  refundShare: 18,
  disputeReason: 19,
  neverCaptured: 20,
  disputeWon: 21,
  refundReason: 22,
  inquiry: 23,
  duplicate: 25,
  wave: 26,
  waveLag: 27,
  vain: 28,
  probe: 29,
  attempts: 32,
} as const;

/** Nothing about an order happens later than this many hours after its own hour. */
export const lastHappeningHours = 60 * 24;

const refundRate = 0.028;
const secondRefundRate = 0.12;
const disputeRate = 0.0017;
const loneWarningRate = 0.0008;
const manualCaptureRate = 0.03;
/** Card authorisations that are never captured lapse after seven days. */
export const authorisationLifeMs = 7 * 24 * hourMs;

/** Share of a day's traffic by local hour, then by UTC weekday (Sunday first): both average about one. */
const byHour = [
  0.35, 0.22, 0.16, 0.14, 0.15, 0.25, 0.45, 0.75, 1.0, 1.2, 1.35, 1.45, 1.55, 1.45, 1.3, 1.25, 1.25, 1.35,
  1.55, 1.7, 1.75, 1.6, 1.2, 0.7,
];
const byWeekday = [0.9, 0.97, 0.98, 1.0, 1.04, 1.12, 0.99];

/** How busy a country is in an hour since 1970, or of the day, against its average. */
export const dayShare = (hour: number, { utcOffsetHours }: Country): number =>
  byHour[(hour + utcOffsetHours + 24) % 24] ?? 1;

/** Attempts per order, used to turn a wanted number of attempts into a number of orders. */
const attemptsPerOrder = 1.048;

export interface Traffic {
  ordersInHour(hour: number): number;
  /** The key of all draws of one order. */
  keyOf(hour: number, index: number): number;
  routeOf(key: number, hour: number): Route;
}

/** When an order of an hour begins (ms). */
export const startMsOf = (key: number, hour: number): number =>
  hour * hourMs + Math.floor(unit(key, slotMs.offset) * hourMs);

/** Traffic of one seed. `attemptsPerHour` is the long-run average; 4,000 is the most an hour's identifiers can hold. */
export function createTraffic(seed: number, attemptsPerHour: number): Traffic {
  const mixes = Array.from({ length: 24 }, (_, utcHour) => createMix(utcHour));
  const mean = mixes.reduce((sum, mix) => sum + mix.total, 0) / 24;
  const mixOf = (hour: number): Mix => mixes[hour % 24] ?? createMix(hour % 24);
  return {
    ordersInHour: (hour) => {
      const weekday = byWeekday[(Math.floor(hour / 24) + 4) % 7] ?? 1;
      const noise = Math.exp(
        0.09 * normal(hash(seed, hour), 1) + 0.05 * normal(hash(seed, Math.floor(hour / 24)), 3),
      );
      const expected = ((attemptsPerHour / attemptsPerOrder) * weekday * noise * mixOf(hour).total) / mean;
      return Math.min(4_000, Math.floor(expected + unit(hash(seed, hour), 5)));
    },
    keyOf: (hour, index) => hash(seed, hour, index, 0x07d3),
    routeOf: (key, hour) => mixOf(hour).at(unit(key, slotMs.route)),
  };
}

interface Mix {
  total: number;
  at(share: number): Route;
}

/** Routes weighted by the local hour of their country. */
function createMix(utcHour: number): Mix {
  let total = 0;
  const bounds = allRoutes.map((route) => {
    total += route.weight * dayShare(utcHour, route.country);
    return total;
  });
  const at = (share: number): Route => {
    const route = allRoutes[lowerBound(bounds, share * total)];
    if (!route) throw new RangeError('share outside [0, 1)');
    return route;
  };
  return { total, at };
}

/** First position whose bound is above the value. */
function lowerBound(bounds: readonly number[], value: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] ?? Infinity) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

const apiIndex = partners.findIndex((partner) => partner.id === paymentsApiPartner);
const isCardLike = (route: Route): boolean => route.method === 'card' || route.method === 'wallet';

const never: readonly number[] = [];

/** Hours after which a slow method's money is confirmed, or 0 for the methods that answer at once. */
export function slowLagHours(key: number, route: Route): number {
  if (route.method === 'direct_debit') return 18 + 26 * unit(key, slotMs.slowLag);
  if (route.method === 'voucher') return logSpread(key, slotMs.slowLag, 1.5, 30);
  return 0;
}

/** Manual capture exists at the payments API's partner only. Hours to the capture, or null for automatic. */
export function captureLagHours(key: number, route: Route): number | null {
  if (route.partnerIndex !== apiIndex || unit(key, slotMs.capture) >= manualCaptureRate) return null;
  if (unit(key, slotMs.neverCaptured) < 0.1) return authorisationLifeMs / hourMs;
  return logSpread(key, slotMs.captureLag, 2.5, 48);
}

/** Hours before which nothing may follow a payment: its money is confirmed and captured by then. */
const settledBy = (key: number, route: Route): number =>
  slowLagHours(key, route) > 0 || captureLagHours(key, route) !== null ? 50 : 2.5;

/** Hours to each refund of the order: none, one or two. */
export function refundLagsHours(key: number, route: Route): readonly number[] {
  if (unit(key, slotMs.refund) >= refundRate) return never;
  const first = settledBy(key, route) + logSpread(key, slotMs.refundLag, 0.5, 20 * 24);
  return unit(key, slotMs.secondRefund) < secondRefundRate ? [first, first + 30] : [first];
}

export interface DisputeLags {
  opened: number;
  due: number;
  /** When evidence goes in; null when there is no answer. */
  replied: number | null;
  decided: number;
}

/** Hours to the stages of the order's dispute, or null for most. */
export function disputeLagsHours(key: number, route: Route): DisputeLags | null {
  if (!isCardLike(route) || unit(key, slotMs.dispute) >= disputeRate) return null;
  return stagesAfter(key, settledBy(key, route) + 24 * (1.5 + 26 * unit(key, slotMs.disputeLag) ** 1.5));
}

function stagesAfter(key: number, opened: number): DisputeLags {
  const due = opened + 24 * 14;
  const reply = unit(key, slotMs.disputeReply);
  const replied = reply < 0.75 ? opened + (due - opened) * (0.15 + reply) : null;
  return { opened, due, replied, decided: due + 24 * (1 + 11 * unit(key, slotMs.disputeVerdict)) };
}

const waveRate = 0.035;

/**
 * Hours to the stages of a dispute that comes with a wave, for the few orders that would be hit by one: paid between a
 * day and nine days before. Null for all others.
 */
export function waveLagsHours(key: number, route: Route): DisputeLags | null {
  if (!isCardLike(route) || unit(key, slotMs.wave) >= waveRate || disputeLagsHours(key, route)) return null;
  return stagesAfter(key, settledBy(key, route) + 24 * (1 + 8 * unit(key, slotMs.waveLag)));
}

/** Every hour, counted from the order's own, in which a wave's dispute would change. */
export function waveHours(key: number, route: Route): readonly number[] {
  const lags = waveLagsHours(key, route);
  if (!lags) return never;
  return [lags.opened, lags.replied, lags.decided].filter((lag) => lag !== null).map(Math.floor);
}

/** Hours to the issuer's early fraud warning, or null for most. Fraud disputes are often announced so. */
export function warningLagHours(key: number, route: Route): number | null {
  if (!isCardLike(route)) return null;
  const dispute = disputeLagsHours(key, route);
  if (dispute) return unit(key, slotMs.warning) < 0.25 ? dispute.opened - 20 : null;
  if (unit(key, slotMs.warning) >= loneWarningRate) return null;
  return settledBy(key, route) + logSpread(key, slotMs.warningLag, 6, 12 * 24);
}

/** Every hour, counted from the order's own, in which something late may happen to it. */
export function lateHours(key: number, route: Route): readonly number[] {
  const slow = slowLagHours(key, route);
  const capture = captureLagHours(key, route);
  const refunds = refundLagsHours(key, route);
  const dispute = disputeLagsHours(key, route);
  const warning = warningLagHours(key, route);
  // Nine orders in ten end here, and weeks of them are scanned at once.
  if (slow === 0 && capture === null && refunds.length === 0 && !dispute && warning === null) return never;
  const disputed = dispute ? [dispute.opened, dispute.replied, dispute.decided] : [];
  const lags = [slow, capture, ...refunds, ...disputed, warning];
  return [...new Set(lags.filter((lag) => lag !== null && lag > 0).map((lag) => Math.floor(lag ?? 0)))];
}
