/**
 * Faults on demand for a stand-in: its next calls go wrong in a chosen way. Each stand-in has its own kinds.
 * Invariant: a fault counts down once per call it hits. Deliberately absent: chance.
 */
export interface Fault<Kind extends string> {
  kind: Kind;
  /** For a kind that answers with a status. */
  status?: number;
  /** For a kind that waits, in milliseconds. */
  delayMs?: number;
  /** How many calls; 1 when absent. */
  count?: number;
  /** Only calls whose path begins so, for instance `/v1/refunds`. */
  path?: string;
}

export interface Faults<Kind extends string> {
  set: (fault: Fault<Kind>) => void;
  /** The same for a request from outside. Throws with a sentence for a person when it is not one. */
  request(body: Readonly<Record<string, unknown>>): void;
  reset: () => void;
  /** What is still to come; `count` is what is left. */
  list: () => Fault<Kind>[];
  /** The fault that hits a call to this path, if any; counts it. `kinds` are those that make sense for the call. */
  take(path: string, kinds?: readonly Kind[]): Fault<Kind> | null;
}

export function createFaults<Kind extends string>(known: readonly Kind[]): Faults<Kind> {
  const waiting: (Fault<Kind> & { count: number })[] = [];
  const set = (fault: Fault<Kind>): void => void waiting.push({ ...fault, count: fault.count ?? 1 });
  return {
    set,
    request: (body) => set(readFault(known, body)),
    reset: () => void waiting.splice(0),
    list: () => waiting.map((fault) => ({ ...fault })),
    take: (path, kinds = known) => {
      const hit = waiting.find((fault) => kinds.includes(fault.kind) && path.startsWith(fault.path ?? ''));
      if (!hit) return null;
      hit.count -= 1;
      if (hit.count === 0) waiting.splice(waiting.indexOf(hit), 1);
      return hit;
    },
  };
}

function readFault<Kind extends string>(
  known: readonly Kind[],
  { kind: wanted, status, delayMs, count, path }: Readonly<Record<string, unknown>>,
): Fault<Kind> {
  const kind = known.find((one) => one === wanted);
  if (kind === undefined) throw new Error(`kind must be one of ${known.join(', ')}, reset`);
  if (path !== undefined && typeof path !== 'string') throw new Error('path must be a string');
  return {
    kind,
    ...wholeNumber('status', status, 400, 599),
    ...wholeNumber('delayMs', delayMs, 0, 600_000),
    ...wholeNumber('count', count, 1, 1_000_000),
    ...(path === undefined ? {} : { path }),
  };
}

function wholeNumber<Name extends string>(
  name: Name,
  value: unknown,
  from: number,
  to: number,
): Partial<Record<Name, number>> {
  if (value === undefined) return {};
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to)
    return { [name]: value } as Record<Name, number>;
  throw new Error(`${name} must be a whole number from ${from} to ${to}`);
}
