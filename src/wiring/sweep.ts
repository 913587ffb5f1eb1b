/**
 * Looks every second for what is due, for as long as we run. Every replica does; what one has in hand the others skip.
 *
 * Invariant: a sweep that fails is followed by the next one. Deliberately absent: slots and catching up, as jobs have
 * them. What is due stays due, so nothing is missed.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';

const everyMs = 1000;

export interface Sweeper {
  /** Lets the sweep in hand end, then stops. */
  stop(): Promise<void>;
}

export function startSweeper(sweep: () => Promise<number>, log: Log): Sweeper {
  const stopping = new AbortController();
  const { signal } = stopping;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await sweep().catch((error: unknown) =>
        log.warn({ err: messageOf(error) }, 'what is due cannot be looked for'),
      );
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}
