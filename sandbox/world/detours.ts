/**
 * Paused routes: while one is paused, the orders that would begin on it begin on its fallback, which is another
 * partner's route for the same country and method.
 * Invariant: an order keeps the route on which it began; customer, amount and key stay as they would have been.
 * Deliberately absent: what the late index knows of hours that were scanned before. Only orders that began after the
 * pause take another way, and hours to come have not been scanned.
 */
import type { Disturbance, Disturbances } from './disturbances.js';
import { allRoutes, type Route } from './partners.js';
import { unit } from './random.js';
import { slotMs, startMsOf, type Traffic } from './traffic.js';

const fallbacks: ReadonlyMap<Route, Route | null> = new Map(
  allRoutes.map((route) => [
    route,
    allRoutes.filter((other) => serves(other, route)).sort(heaviestFirst)[0] ?? null,
  ]),
);

function serves(other: Route, route: Route): boolean {
  return other.country === route.country && other.method === route.method && other.partner !== route.partner;
}

function heaviestFirst(a: Route, b: Route): number {
  return b.weight - a.weight;
}

/** Where the payments of a route go while it is paused: the busiest other partner; null where there is none. */
export const fallbackOf = (route: Route): Route | null => fallbacks.get(route) ?? null;

/** The pause that acts on a route at a time (ms), or null. */
export const pauseOf = (
  disturbances: Pick<Disturbances, 'list'>,
  { partner, country, method }: Route,
  atMs: number,
): Disturbance | null =>
  disturbances
    .list()
    .find(
      (one) =>
        one.name === 'paused-route' &&
        one.partnerId === partner.id &&
        one.country === country.code &&
        one.method === method &&
        atMs >= one.fromMs &&
        atMs < (one.toMs ?? Infinity),
    ) ?? null;

/** The same traffic, led around the routes that are paused. The disturbances are read at each call. */
export function withDetours(traffic: Traffic, disturbances: Disturbances): Traffic {
  return {
    ...traffic,
    routeOf: (key, hour) => {
      const route = traffic.routeOf(key, hour);
      return wayOf(disturbances, route, { atMs: startMsOf(key, hour), lot: unit(key, slotMs.probe) });
    },
  };
}

/** A fallback may be paused as well; where every way is, the route itself is taken. `lot` in [0, 1) draws who stays as a probe. */
export function wayOf(
  disturbances: Disturbances,
  route: Route,
  { atMs, lot }: { atMs: number; lot: number },
): Route {
  if (!disturbances.any('paused-route')) return route;
  const { probePercent = 0 } = pauseOf(disturbances, route, atMs) ?? {};
  if (lot * 100 < probePercent) return route;
  const tried = new Set<Route>();
  for (let way: Route | null = route; way && !tried.has(way); way = fallbackOf(way)) {
    if (!pauseOf(disturbances, way, atMs)) return way;
    tried.add(way);
  }
  return route;
}
