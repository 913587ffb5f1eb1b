/**
 * Counts the listeners that are running, because stopping Bolt does not wait for them.
 */
export interface InFlight {
  run<Value>(work: () => Promise<Value>): Promise<Value>;
  count(): number;
  /** Resolves when nothing runs any more, at the latest after `boundMs`. Says whether everything ended. */
  drain(boundMs: number): Promise<boolean>;
}

export function createInFlight(): InFlight {
  let running = 0;
  let whenIdle: (() => void)[] = [];
  return {
    count: () => running,
    run: async (work) => {
      running++;
      try {
        return await work();
      } finally {
        running--;
        if (running === 0) {
          whenIdle.forEach((resolve) => resolve());
          whenIdle = [];
        }
      }
    },
    drain: (boundMs) => {
      if (running === 0) return Promise.resolve(true);
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), boundMs);
        whenIdle.push(() => {
          clearTimeout(timer);
          resolve(true);
        });
      });
    },
  };
}
