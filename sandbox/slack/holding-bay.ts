/**
 * Where a delivery waits when it is to come too late: until the next one is through, so that the app sees the two the
 * other way round.
 * Invariant: nothing waits for ever; what is not overtaken goes out after the fault's `amount` of milliseconds.
 */
import type { Faults } from './faults.js';

/** Well within the life of a trigger, which began before the wait. */
const waitMs = 1_000;

interface HoldingBay {
  /** Waits when a `reorder` fault asks for it. */
  hold(): Promise<void>;
  /** A delivery is through: all that wait may go. */
  release(): void;
}

export function createHoldingBay(faults: Faults): HoldingBay {
  const waiting = new Set<() => void>();
  return {
    async hold() {
      const fault = faults.take('reorder');
      if (fault === undefined) return;
      await new Promise<void>((resolve) => {
        const go = () => {
          waiting.delete(go);
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(go, fault.amount ?? waitMs);
        waiting.add(go);
      });
    },
    release() {
      for (const go of [...waiting]) go();
    },
  };
}
