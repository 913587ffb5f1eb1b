/**
 * Forgets slots that finished a week ago: a job that runs every minute leaves half a million rows a year.
 *
 * Until then the row of a slot is what keeps it from running twice; after that only the job's cursor does.
 */
import { dayMs, hourMs, type Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import { faultOf } from './session.js';

const keepMs = 7 * dayMs;

export interface ForgetterOptions {
  /** Removes slots that finished before an instant; how many. */
  forget: (before: Date) => Promise<number>;
  clock: Clock;
  log: Log;
}

/** Forgets now and every hour, until the returned function is called. */
export function startForgetter({ forget, clock, log }: ForgetterOptions): () => Promise<void> {
  const sweep = async (): Promise<void> => {
    try {
      const count = await forget(new Date(clock.now().getTime() - keepMs));
      if (count > 0) log.debug({ count }, 'old slots forgotten');
    } catch (error) {
      log.warn(faultOf(error), 'old slots cannot be forgotten now');
    }
  };
  let running = sweep();
  const timer = setInterval(() => void (running = sweep()), hourMs);
  return () => {
    clearInterval(timer);
    return running;
  };
}
