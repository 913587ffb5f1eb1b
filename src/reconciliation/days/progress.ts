/**
 * How far a long run is, for people who wait for it.
 *
 * Invariants: a short run is no news; a long one is said at most once per interval and only when it got further; what is
 * said does not hold up or fail the run.
 */
import { secondMs } from '../../kernel/clock.js';
import type { RunStage } from '../../ports/reconciliation.js';

/** Calls back after a while; returns how to prevent it. */
export type Later = (afterMs: number, work: () => void) => () => void;

/** Shorter runs are over before a person has read of them. */
const longMs = 5 * secondMs;
const everyMs = 3 * secondMs;

interface ProgressTeller {
  hear(stage: RunStage): void;
  /** When the run is over; whether anything was said of it. */
  end(): Promise<boolean>;
}

export function tellProgress(
  /** Null while the run waits for its turn. */
  say: (stage: RunStage | null) => Promise<void>,
  later: Later,
  onFault: (thrown: unknown) => void,
): ProgressTeller {
  let now: RunStage | null = null;
  let said: RunStage | null | undefined;
  let saying = Promise.resolve();
  let isOver = false;
  const look = (): void => {
    if (said !== now) {
      said = now;
      saying = say(now).catch(onFault);
    }
    void saying.then(() => {
      if (!isOver) prevent = later(everyMs, look);
    });
  };
  let prevent = later(longMs, look);
  return {
    hear: (stage) => {
      now = stage;
    },
    end: async () => {
      isOver = true;
      prevent();
      await saying;
      return said !== undefined;
    },
  };
}

export const afterTimeout: Later = (afterMs, work) => {
  const timer = setTimeout(work, afterMs).unref();
  return () => clearTimeout(timer);
};
