/**
 * What can go wrong in the world and when: each disturbance is one scenario's doing, with a start and an end. The world
 * is a function of seed, time and these; every reader of the world follows by itself.
 * Invariant: a disturbance never changes anything before its start, so what lies before stays as it was told.
 * Deliberately absent: what each of them does, which stands where it is done.
 */
import { hourMs, minuteMs } from './clock.js';
import type { DisputeReason } from './dispute-reasons.js';
import type { Method } from './partners.js';

/** Permanent names; the scenarios carry the same. A route is paused through the operations API. */
export type DisturbanceName =
  | 'partner-outage'
  | 'country-degrading'
  | 'slow-drift'
  | 'short-paid-settlement'
  | 'missing-statement'
  | 'late-statement'
  | 'duplicate-capture'
  | 'dispute-wave'
  | 'webhook-delay'
  | 'paused-route';

/** Plain data: it is stored as JSON. */
export interface Disturbance {
  name: DisturbanceName;
  /** Null for every partner. */
  partnerId: string | null;
  /** Two letters, where only one country is hit. */
  country: string | null;
  /** Where only one method is hit; absent for all. */
  method?: Method;
  /** Of a paused route: how many of its orders in a hundred stay on it; absent for none. */
  probePercent?: number;
  /** Of the disputes it opens; null draws one for each. */
  reason: DisputeReason | null;
  fromMs: number;
  /** For one that reaches into the past: money moved before this (ms) has been paid out and stays as it was. */
  settledMs?: number;
  /** Null while it lasts. */
  toMs: number | null;
}

export interface Disturbances {
  list(): readonly Disturbance[];
  /** The latest of this name that acts on a partner at a time (ms), or null. */
  at(name: DisturbanceName, partnerId: string, atMs: number): Disturbance | null;
  /** Whether one of this name has ever begun. */
  any(name: DisturbanceName): boolean;
  /**
   * Adds one, or ends one: the same name, place and start replaces. Returns from when on (ms) the world is another,
   * `Infinity` when nothing changes.
   */
  put(disturbance: Disturbance): number;
}

export function createDisturbances(): Disturbances {
  const known: Disturbance[] = [];
  return {
    list: () => known,
    any: (name) => known.some((one) => one.name === name),
    at: (name, partnerId, atMs) =>
      // Nearly always there are none, and a history asks a million times.
      known.length === 0
        ? null
        : (known.findLast(
            (one) =>
              one.name === name &&
              (one.partnerId === null || one.partnerId === partnerId) &&
              isActive(one, atMs),
          ) ?? null),
    put: (disturbance) => {
      const place = known.findIndex((one) => isSame(one, disturbance));
      const before = known[place];
      known.splice(place < 0 ? known.length : place, 1, { ...disturbance });
      return before ? firstDifference(before.toMs, disturbance.toMs) : disturbance.fromMs;
    },
  };
}

/** From when on (ms) a change of the world, from a time on, changes money as well. */
export const moneyChangesFrom = ({ settledMs = -Infinity }: Disturbance, fromMs: number): number =>
  Math.max(fromMs, settledMs);

export const isActive = ({ fromMs, toMs }: Disturbance, atMs: number): boolean =>
  atMs >= fromMs && (toMs === null || atMs < toMs);

const isSame = (a: Disturbance, b: Disturbance): boolean =>
  a.name === b.name &&
  a.partnerId === b.partnerId &&
  a.country === b.country &&
  a.method === b.method &&
  a.fromMs === b.fromMs;

function firstDifference(before: number | null, after: number | null): number {
  return before === after ? Infinity : Math.min(before ?? Infinity, after ?? Infinity);
}

/** Word from the partner comes so much later while `webhook-delay` acts; under an hour, so the world looks back one. */
const webhookDelayMs = 45 * minuteMs;

/** When the company learns of what happens at a partner: at once, or late; the backlog comes when the delay ends. */
export function learntMs(disturbances: Pick<Disturbances, 'at'>, partnerId: string, atMs: number): number {
  const delay = disturbances.at('webhook-delay', partnerId, atMs);
  return delay ? Math.min(atMs + webhookDelayMs, delay.toMs ?? Infinity) : atMs;
}

/** How much later a statement comes while `late-statement` acts. */
const statementDelayMs = 6 * hourMs;

/**
 * When a statement that is due at a time really comes (ms). A late one is hours late, a missing one does not come; when
 * the disturbance ends, the partner sends at once what it held back.
 */
export function statementArrivalMs(
  disturbances: Pick<Disturbances, 'at'>,
  partnerId: string,
  dueMs: number,
): number {
  const missing = disturbances.at('missing-statement', partnerId, dueMs);
  const late = disturbances.at('late-statement', partnerId, dueMs);
  if (missing) return missing.toMs ?? Infinity;
  return late ? Math.min(dueMs + statementDelayMs, late.toMs ?? Infinity) : dueMs;
}
