/**
 * Checks of saved cards: attempts of no amount that a subscription business sends at every hour, half of them through its
 * main partner, so that trouble there shows within minutes, at night as well, and can be told from trouble everywhere.
 * Invariant: a check depends on seed, minute, index and the disturbances, like an order; it moves no money, so no ledger,
 * payout or statement knows of it. Deliberately absent: retries, and a life after the answer.
 */
import { dayMs, hourOf, minuteMs } from './clock.js';
import { wayOf } from './detours.js';
import { learntMs, type Disturbances } from './disturbances.js';
import { hardshipOf } from './hardship.js';
import { drawLatency, retryRate, retrySuccess, type Attempt, type SuccessChance } from './orders.js';
import { drawDecline } from './outcomes.js';
import { allRoutes, paymentsApiPartner, type Route } from './partners.js';
import { hash, normal, unit } from './random.js';
import { dayShare } from './traffic.js';

export interface CardCheck extends Omit<Attempt, 'no'> {
  minute: number;
  index: number;
  route: Route;
}

interface CheckSources {
  seed: number;
  perMinute: number;
  disturbances: Disturbances;
  chance: SuccessChance;
}

export interface CheckPlan {
  /** On average; none without. */
  perMinute: number;
  /** The company keeps them for so long. */
  keptMs: number;
}

/** Enough at any hour for an outage of the main partner to be told from chance within two minutes. */
export const everydayChecks: CheckPlan = { perMinute: 70, keptMs: 1.5 * dayMs };

const slots = { route: 0, offset: 1, probe: 2, outcome: 3, latency: 4, reason: 8 } as const;
/** So much of the traffic is the same at every hour: renewals do not sleep. */
const floor = 0.7;

/** Of what its payments would suggest: nearly half of all checks are the main partner's. */
const mainPartnerFactor = 1.5;

const routes = allRoutes.filter(({ method }) => method === 'card' || method === 'wallet');
const shareOf = ({ partner, weight, country }: Route, hour: number): number =>
  weight *
  (partner.id === paymentsApiPartner ? mainPartnerFactor : 1) *
  (floor + (1 - floor) * dayShare(hour, country));
const totalOf = (hour: number): number => routes.reduce((sum, route) => sum + shareOf(route, hour), 0);
const totals = Array.from({ length: 24 }, (_, hour) => totalOf(hour));
const meanTotal = totals.reduce((sum, total) => sum + total, 0) / totals.length;

/** Those that begin in a minute (minutes since 1970), by index. */
export function createCardChecks(sources: CheckSources): (minute: number) => CardCheck[] {
  const { seed, perMinute } = sources;
  return (minute) => {
    if (perMinute === 0) return [];
    const expected = (perMinute * (totals[hourOf(minute * minuteMs) % 24] ?? meanTotal)) / meanTotal;
    const count = Math.max(
      0,
      Math.round(expected + Math.sqrt(expected) * normal(hash(seed, minute, 0xcad), 0)),
    );
    return Array.from({ length: count }, (_, index) => createCheck(sources, minute, index));
  };
}

function createCheck({ seed, disturbances, chance }: CheckSources, minute: number, index: number): CardCheck {
  const key = hash(seed, minute, index, 0xcadc);
  const createdMs = minute * minuteMs + Math.floor(unit(key, slots.offset) * minuteMs);
  const hour = hourOf(createdMs);
  const planned = routeAt(unit(key, slots.route), hour);
  const route = wayOf(disturbances, planned, { atMs: createdMs, lot: unit(key, slots.probe) });
  const hardship = hardshipOf(disturbances, route, createdMs);
  const usual = overAttempts(chance(hour, route));
  const share = unit(key, slots.outcome);
  const latencyMs = Math.round(drawLatency(key, slots.latency, route.partner) * hardship.latencyFactor);
  const completedMs = createdMs + latencyMs;
  const succeeds = share < usual * hardship.successFactor;
  const cause = share < usual ? hardship.decline : null;
  return {
    minute,
    index,
    route,
    createdMs,
    completedMs,
    learntMs: learntMs(disturbances, route.partner.id, completedMs),
    latencyMs,
    decline: succeeds ? null : (cause ?? drawDecline(key, slots.reason, route.method)),
  };
}

/** Orders are tried again, with less success: over all attempts a rate is a little lower, and checks are no different. */
function overAttempts(first: number): number {
  const retries = ((1 - first) * retryRate) / (1 - (1 - retrySuccess) * retryRate);
  return (first + retries * retrySuccess) / (1 + retries);
}

function routeAt(lot: number, hour: number): Route {
  let left = lot * (totals[hour % 24] ?? meanTotal);
  const found = routes.find((route) => (left -= shareOf(route, hour)) < 0) ?? routes[0];
  if (!found) throw new RangeError('there is no card route');
  return found;
}
