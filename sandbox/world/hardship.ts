/**
 * How disturbances make an attempt harder: its chance, its latency, and the reason given when it fails because of them.
 * A drift of the past leaves what was paid out alone: there those who failed try again in vain, which sinks the rate of
 * attempts and moves no money.
 * Invariant: without a disturbance the factors are one, so an undisturbed world is left exactly as it is.
 */
import { dayMs } from './clock.js';
import type { Disturbances } from './disturbances.js';
import { institutionDecline, outageDecline, type Decline } from './outcomes.js';
import type { Route } from './partners.js';

interface Hardship {
  /** What the usual chance of success is multiplied with. */
  successFactor: number;
  latencyFactor: number;
  /** Why those fail that would have succeeded; null for the usual mix of reasons. */
  decline: Decline | null;
  /** Attempts in vain for each attempt, besides the usual ones. */
  vain: number;
}

const none: Hardship = { successFactor: 1, latencyFactor: 1, decline: null, vain: 0 };

const dailyDrift = 0.99;
/** An unstopped drift levels out here. */
const leastDrift = 0.4;

/** The hardest that acts on a route at a time (ms): an outage before a country's trouble, that before a drift. */
export function hardshipOf(
  disturbances: Disturbances,
  { partner, country, method }: Route,
  atMs: number,
): Hardship {
  if (disturbances.list().length === 0) return none;
  if (disturbances.at('partner-outage', partner.id, atMs))
    return { ...none, successFactor: 0.25, latencyFactor: 7, decline: outageDecline(method) };
  if (disturbances.at('country-degrading', partner.id, atMs)?.country === country.code)
    return { ...none, successFactor: 0.5, latencyFactor: 1.6, decline: institutionDecline(method) };
  const drift = disturbances.at('slow-drift', partner.id, atMs);
  if (!drift) return none;
  const days = (atMs - drift.fromMs) / dayMs;
  const successFactor = Math.max(leastDrift, dailyDrift ** days);
  const isPaidOut = atMs < (drift.settledMs ?? -Infinity);
  return isPaidOut ? { ...none, vain: 1 / successFactor - 1 } : { ...none, successFactor };
}
