/**
 * Which older orders have something coming in a given hour: refunds, disputes, late captures and completions.
 * Invariant: an entry is a candidate; the order itself says whether anything really happens (it may never have been
 * paid). Source hours are scanned once each, a few hashes per order.
 */
import type { Route } from './partners.js';
import { lastHappeningHours, type Traffic } from './traffic.js';

/** Candidates as (hour, index) pairs packed into hour × 4,096 + index. */
export type PackedOrder = number;
export interface OrderPlace {
  hour: number;
  index: number;
}

export const unpack = (packed: PackedOrder): OrderPlace => ({
  hour: Math.floor(packed / 4_096),
  index: packed % 4_096,
});

interface LateIndex {
  into(hour: number): readonly PackedOrder[];
}

/** `hoursOf` tells, by the first draws of an order, the hours after its own in which something may happen to it. */
export function createLateIndex(
  traffic: Traffic,
  hoursOf: (key: number, route: Route) => readonly number[],
): LateIndex {
  const scanned = new Set<number>();
  const complete = new Set<number>();
  const buckets = new Map<number, PackedOrder[]>();
  const scan = (hour: number): void => {
    scanned.add(hour);
    const count = traffic.ordersInHour(hour);
    for (let index = 0; index < count; index += 1) {
      const key = traffic.keyOf(hour, index);
      for (const lag of hoursOf(key, traffic.routeOf(key, hour))) {
        const bucket = buckets.get(hour + lag);
        if (bucket) bucket.push(hour * 4_096 + index);
        else buckets.set(hour + lag, [hour * 4_096 + index]);
      }
    }
  };
  return {
    into: (hour) => {
      if (!complete.has(hour)) {
        for (let source = hour - lastHappeningHours; source < hour; source += 1)
          if (!scanned.has(source)) scan(source);
        complete.add(hour);
      }
      return buckets.get(hour) ?? [];
    },
  };
}
