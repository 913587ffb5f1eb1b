/**
 * Tells a second delivery from a first: over all replicas by the database, in this process also by its own memory, so
 * that a database which is away or slow neither runs a double nor keeps people waiting.
 *
 * Invariant: answers within `patienceMs`. When only the database could know, and does not say, the delivery counts as
 * the first: people still get their lookups, and anything that acts guards itself.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Deliveries } from '../../ports/deliveries.js';

/** Slack delivers again within minutes; a busy workspace sends some hundred commands in that time. */
const mostKeys = 2000;
/** Of the three seconds that Slack allows; the answer itself needs the rest. */
const patienceMs = 1000;

export interface Seen {
  isFirst(key: string, log: Log): Promise<boolean>;
}

export function createSeen(deliveries: Deliveries, clock: Clock): Seen {
  const keys = new Set<string>();
  const remember = (key: string): void => {
    keys.add(key);
    const [oldest] = keys;
    if (keys.size > mostKeys && oldest !== undefined) keys.delete(oldest);
  };
  return {
    isFirst: async (key, log) => {
      if (keys.has(key)) return false;
      remember(key);
      const asked = deliveries
        .first(key, clock.now(), patienceMs)
        .catch((error: unknown) => messageOf(error));
      const answer = await Promise.race([asked, pause(patienceMs, 'no answer in time', { ref: false })]);
      if (typeof answer === 'boolean') return answer;
      log.warn({ err: answer }, 'cannot tell whether another replica has this delivery');
      return true;
    },
  };
}
