/**
 * Small memories of what was worked out before. Invariant: a cache only ever saves work: dropping it changes nothing.
 */

export interface HourCache<T> {
  get: (hour: number) => T;
  put: (hour: number, value: T) => void;
  /** Forgets this hour and all later ones. */
  dropFrom: (hour: number) => void;
}

/** Remembers the values of the hours asked for last. */
export function createHourCache<T>(capacity: number, compute: (hour: number) => T): HourCache<T> {
  const values = new Map<number, T>();
  const put = (hour: number, value: T): T => {
    values.set(hour, value);
    const [oldest] = values.keys();
    if (values.size > capacity && oldest !== undefined) values.delete(oldest);
    return value;
  };
  return {
    put,
    get: (hour) => values.get(hour) ?? put(hour, compute(hour)),
    dropFrom: (hour) => {
      for (const known of values.keys()) if (known >= hour) values.delete(known);
    },
  };
}

/** The value under a key, worked out where it is missing. */
export function getOr<K, V>(map: Map<K, V>, key: K, compute: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = compute();
  map.set(key, value);
  return value;
}
