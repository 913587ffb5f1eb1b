/**
 * Which orders of an hour are whose, and what their first draws tell: an index of eight weeks that costs a few hashes an
 * order, so that a search makes only the orders that it is after.
 * Invariant: like every cache, dropping it changes nothing; it is dropped where routes are paused.
 */
import { createHourCache, getOr } from './caches.js';
import { historyHours } from './clock.js';
import type { OrderDraw, OrderMaker } from './orders.js';
import { partners } from './partners.js';
import type { Traffic } from './traffic.js';

interface Places {
  /** Indexes of a partner's orders in an hour. */
  of: (hour: number, partnerIndex: number) => readonly number[];
  drawsOf: (hour: number, partnerIndex: number) => readonly OrderDraw[];
  dropFrom: (hour: number) => void;
}

export function createPlaces(traffic: Traffic, maker: Pick<OrderMaker, 'draw'>): Places {
  /** By position of the partner: twelve partners ask for the same hours. */
  const indexes = createHourCache(historyHours, (hour) => {
    const own: number[][] = partners.map(() => []);
    const count = traffic.ordersInHour(hour);
    for (let index = 0; index < count; index += 1)
      own[traffic.routeOf(traffic.keyOf(hour, index), hour).partnerIndex]?.push(index);
    return own;
  });
  const of = (hour: number, partnerIndex: number): readonly number[] => indexes.get(hour)[partnerIndex] ?? [];
  /** By position of a partner that was searched. */
  const draws = createHourCache<Map<number, OrderDraw[]>>(historyHours, () => new Map());
  return {
    of,
    drawsOf: (hour, partnerIndex) =>
      getOr(draws.get(hour), partnerIndex, () =>
        of(hour, partnerIndex).map((index) => maker.draw(hour, index)),
      ),
    dropFrom: (hour) => {
      indexes.dropFrom(hour);
      draws.dropFrom(hour);
    },
  };
}
