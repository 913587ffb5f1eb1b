/**
 * Faults on demand: the next calls fail in a chosen way. Invariant: a fault counts down once per call it hits.
 */
export interface Fault {
  /**
   * `status`: answers that status in Stripe's shape. `slow`: waits first. `garbage`: answers something that is not JSON.
   * `drop`: closes the connection before anything happens. `crash_after_effect`: does it, then closes unanswered.
   */
  kind: 'status' | 'slow' | 'garbage' | 'drop' | 'crash_after_effect';
  /** For `status`. */
  status?: number;
  /** For `slow`, in milliseconds. */
  delayMs?: number;
  /** How many calls; 1 when absent. */
  count?: number;
  /** Only calls whose path begins so, for instance `/v1/refunds`. */
  path?: string;
}

export interface Faults {
  set: (fault: Fault) => void;
  reset: () => void;
  /** The fault that hits a call to this path, if any; counts it. */
  take(path: string): Fault | null;
}

export function createFaults(): Faults {
  const waiting: { fault: Fault; left: number }[] = [];
  return {
    set: (fault) => waiting.push({ fault, left: fault.count ?? 1 }),
    reset: () => waiting.splice(0),
    take: (path) => {
      const hit = waiting.find(({ fault, left }) => left > 0 && path.startsWith(fault.path ?? ''));
      if (!hit) return null;
      hit.left -= 1;
      if (hit.left === 0) waiting.splice(waiting.indexOf(hit), 1);
      return hit.fault;
    },
  };
}
