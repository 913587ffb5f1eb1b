/**
 * The routes of the company's platform: those that the world's payments take, with what goes through them.
 * Invariant: only the world knows whether a route is paused, so it resumes by the clock and stays paused over a
 * restart. Who paused or resumed it is known since the start only.
 */
import { fallbackOf, pauseOf } from '../world/detours.js';
import { dayMs, hourMs, hourOf, type Clock } from '../world/clock.js';
import { allRoutes, type Route } from '../world/partners.js';
import { hash, hashText, unit } from '../world/random.js';
import type { World } from '../world/world.js';
import { invalid, notFound, Problem } from './problems.js';

export interface Routes {
  list(partner: string | null): object[];
  get(id: string): object;
  /** From now until a time (ISO 8601) at most a day away; `probe`: orders in a hundred that stay. */
  pause(id: string, order: { until: string; probe: unknown; reference: string }): Promise<object>;
  resume(id: string, reference: string): Promise<object>;
}

const longestPauseMs = dayMs;

interface Load {
  count: number;
  amountMinor: number;
}

export function createRoutes(world: World, clock: Clock): Routes {
  const pausedBy = new Map<Route, { fromMs: number; reference: string }>();
  const resumedBy = new Map<Route, string>();
  const nowMs = (): number => clock.now().getTime();
  const view = (route: Route, loads: ReadonlyMap<Route, Load>): object => {
    const pause = pauseOf(world.disturbances, route, nowMs());
    const by = pausedBy.get(route);
    return {
      id: idOf(route),
      partner: route.partner.id,
      method: route.method,
      country: route.country.code,
      currency: route.country.currency,
      state: pause ? 'paused' : 'active',
      pausedUntil: pause ? new Date(pause.toMs ?? Infinity).toISOString() : null,
      probePercent: pause?.probePercent ?? null,
      pausedBy: pause && by?.fromMs === pause.fromMs ? by.reference : null,
      resumedBy: pause ? null : (resumedBy.get(route) ?? null),
      ...traffic(world, route, loads),
    };
  };
  const loads = (): Map<Route, Load> => loadsOf(world, nowMs());
  return {
    list: (partner) => {
      const now = loads();
      return allRoutes
        .filter((route) => partner === null || route.partner.id === partner)
        .map((route) => view(route, now));
    },
    get: (id) => view(find(id), loads()),
    pause: async (id, { until, probe, reference }) => {
      const route = find(id);
      const probePercent = requireProbe(probe);
      const toMs = requireUntil(until, nowMs());
      requirePausable(world, route, nowMs());
      const fromMs = nowMs();
      pausedBy.set(route, { fromMs, reference });
      resumedBy.delete(route);
      const { partner, country, method } = route;
      const place = { partnerId: partner.id, country: country.code, method };
      await world.disturb({ name: 'paused-route', ...place, reason: null, fromMs, toMs, ...probePercent });
      return view(route, loads());
    },
    resume: async (id, reference) => {
      const route = find(id);
      const pause = pauseOf(world.disturbances, route, nowMs());
      if (!pause) throw new Problem(409, 'not_paused', 'The route is active.');
      resumedBy.set(route, reference);
      await world.disturb({ ...pause, toMs: nowMs() });
      return view(route, loads());
    },
  };
}

/** `northpay-card-us` */
const idOf = ({ partner, method, country }: Route): string =>
  `${partner.id}-${method}-${country.code.toLowerCase()}`;

function find(id: string): Route {
  const route = allRoutes.find((one) => idOf(one) === id);
  if (!route) throw notFound(`route ${id}`);
  return route;
}

function requireUntil(until: string, nowMs: number): number {
  const toMs = Date.parse(until);
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(until) || Number.isNaN(toMs))
    throw invalid('until must be an instant such as 2026-11-20T09:30:00Z');
  if (toMs > nowMs && toMs <= nowMs + longestPauseMs) return toMs;
  throw new Problem(422, 'until_out_of_range', 'until must be in the future, and at most 24 hours away.');
}

function requireProbe(probe: unknown): { probePercent?: number } {
  if (probe === undefined) return {};
  if (typeof probe === 'number' && Number.isInteger(probe) && probe >= 1 && probe <= 50)
    return { probePercent: probe };
  throw invalid('probePercent must be a whole number from 1 to 50');
}

function requirePausable({ disturbances }: World, route: Route, nowMs: number): void {
  if (pauseOf(disturbances, route, nowMs))
    throw new Problem(409, 'already_paused', 'The route is already paused.');
  const fallback = fallbackOf(route);
  if (!fallback || pauseOf(disturbances, fallback, nowMs))
    throw new Problem(
      409,
      'no_fallback',
      fallback ? 'The fallback is also paused.' : 'Payments have no other way.',
    );
}

/** Of the orders that began in the last hour. */
function loadsOf(world: World, nowMs: number): Map<Route, Load> {
  const loads = new Map<Route, Load>();
  const hour = hourOf(nowMs);
  for (const { route, createdMs, amountMinor } of [hour - 1, hour].flatMap(world.ordersOfHour)) {
    if (createdMs <= nowMs - hourMs || createdMs > nowMs) continue;
    const load = loads.get(route) ?? { count: 0, amountMinor: 0 };
    loads.set(route, { count: load.count + 1, amountMinor: load.amountMinor + amountMinor });
  }
  return loads;
}

function traffic(world: World, route: Route, loads: ReadonlyMap<Route, Load>): object {
  const { count, amountMinor } = loads.get(route) ?? { count: 0, amountMinor: 0 };
  const fallback = fallbackOf(route);
  return {
    volume: {
      amount: { minor: String(amountMinor), currency: route.country.currency },
      count,
      windowMs: hourMs,
    },
    fallback: fallback && {
      routeId: idOf(fallback),
      partner: fallback.partner.id,
      capacityPerHour: capacityOf(world, fallback),
      loadPerHour: loads.get(fallback)?.count ?? 0,
    },
  };
}

const totalWeight = allRoutes.reduce((sum, { weight }) => sum + weight, 0);
/** The busiest local hour has so many times the traffic of an average one. */
const peak = 1.75;

/** A fifth more than a route's own peak up to six times as much, by seed: a small route cannot carry a large one. */
function capacityOf({ seed, attemptsPerHour }: World, route: Route): number {
  const ownPeak = ((attemptsPerHour * route.weight) / totalWeight) * peak;
  return Math.ceil(ownPeak * (1.2 + 4.8 * unit(hash(hashText(seed), hashText(idOf(route))), 0xca9)));
}
