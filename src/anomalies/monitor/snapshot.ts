/**
 * The state of a monitor as JSON, so that a restart goes on where the last bucket ended.
 *
 * A snapshot holds the fields of the objects that a monitor is made of; it is restored into a monitor that was made with the
 * same options. Invariant: a restored monitor gives the same verdicts as the one that was saved.
 */
type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const isPlainValue = (value: unknown): value is null | boolean | number | string =>
  value === null || ['boolean', 'number', 'string'].includes(typeof value);

const isCollection = (value: unknown): boolean =>
  Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set;

/** What is reached twice, such as the slices that every part shares, is saved once. */
export function snapshotOf(part: object, seen = new Set<object>()): Record<string, Json> {
  seen.add(part);
  const saved: Record<string, Json> = {};
  for (const [name, value] of Object.entries(part) as [string, unknown][]) {
    if (isPlainValue(value) || isCollection(value)) saved[name] = encoded(value);
    else if (typeof value === 'object' && !seen.has(value)) saved[name] = snapshotOf(value, seen);
  }
  return saved;
}

export function restoreSnapshot(part: object, saved: Record<string, Json>): void {
  for (const [name, value] of Object.entries(saved)) {
    const current: unknown = Reflect.get(part, name);
    if (
      isPlainValue(current) ||
      current === undefined ||
      ArrayBuffer.isView(current) ||
      Array.isArray(current)
    )
      Reflect.set(part, name, decoded(value));
    else if (current instanceof Map) refill(current, decoded(value) as Map<unknown, unknown>);
    else if (current instanceof Set) refillSet(current, decoded(value) as Set<unknown>);
    else if (typeof current === 'object') restoreSnapshot(current, value as Record<string, Json>);
  }
}

function refill(map: Map<unknown, unknown>, from: Map<unknown, unknown>): void {
  map.clear();
  for (const [key, value] of from) map.set(key, value);
}

function refillSet(set: Set<unknown>, from: Set<unknown>): void {
  set.clear();
  for (const value of from) set.add(value);
}

function encoded(value: unknown): Json {
  if (isPlainValue(value)) return value;
  if (value instanceof Float64Array) return { $: 'float64', of: [...value] };
  if (value instanceof Int32Array) return { $: 'int32', of: [...value] };
  if (value instanceof Map) return { $: 'map', of: [...value].map((entry) => encoded(entry)) };
  if (value instanceof Set) return { $: 'set', of: [...value].map((item) => encoded(item)) };
  if (Array.isArray(value)) return value.map((item) => encoded(item));
  return Object.fromEntries(Object.entries(value as object).map(([name, each]) => [name, encoded(each)]));
}

function decoded(value: Json): unknown {
  if (isPlainValue(value)) return value;
  if (Array.isArray(value)) return value.map((item) => decoded(item));
  if (!Array.isArray(value.of) || typeof value.$ !== 'string')
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, decoded(each)]));
  switch (value.$) {
    case 'float64':
      return Float64Array.from(value.of as number[]);
    case 'int32':
      return Int32Array.from(value.of as number[]);
    case 'map':
      return new Map(decoded(value.of) as [unknown, unknown][]);
    default:
      return new Set(decoded(value.of) as unknown[]);
  }
}
