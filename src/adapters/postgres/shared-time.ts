/**
 * Keeps this process's clock on the database's time, so that replicas agree about slots, leases and deadlines whatever
 * their machines say.
 *
 * Invariant: never throws; while the database is away the clock runs on by itself.
 */
import { secondMs, type FollowingClock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Querier } from './database.js';

export interface SharedTime {
  /** Why this machine's clock must be set; null when it need not. */
  fault(): string | null;
  aheadMs(): number | null;
  stop(): void;
}

/** A timer of a process is off by a millisecond or two in this time. */
const everyMs = 15 * secondMs;
/** Slack's signatures and certificates are still checked by the machine's clock, and bear minutes. */
const toleratedMs = 30 * secondMs;
/** What is worth a line of the log: more than a slow answer explains. */
const notableMs = 2 * secondMs;

/** Resolves when the clock was put right once, or the database did not answer. */
export async function followDatabaseTime(
  clock: FollowingClock,
  database: Querier,
  log: Log,
): Promise<SharedTime> {
  let wasOff = false;
  const follow = async (): Promise<void> => {
    try {
      const startedAt = performance.now();
      const [row] = await database.query<{ now: Date }>('select clock_timestamp() as now');
      if (!row) return;
      // The server looked at its clock about halfway between question and answer.
      clock.follow(new Date(row.now.getTime() + (performance.now() - startedAt) / 2));
    } catch (error) {
      log.debug({ err: messageOf(error) }, 'the time of the database could not be read');
      return;
    }
    const aheadMs = Math.round(clock.aheadMs() ?? 0);
    const isOff = Math.abs(aheadMs) >= notableMs;
    if (isOff && !wasOff)
      log.warn({ aheadMs }, 'the clock of this machine differs from the database’s, whose time counts');
    if (wasOff && !isOff) log.info({ aheadMs }, 'the clock of this machine agrees with the database’s again');
    wasOff = isOff;
  };
  await follow();
  const timer = setInterval(() => void follow(), everyMs).unref();
  return {
    aheadMs: () => clock.aheadMs(),
    fault: () => faultOf(clock.aheadMs()),
    stop: () => clearInterval(timer),
  };
}

function faultOf(aheadMs: number | null): string | null {
  if (aheadMs === null || Math.abs(aheadMs) < toleratedMs) return null;
  const seconds = Math.round(Math.abs(aheadMs) / secondMs);
  return `This machine’s clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database’s, whose time Paydesk uses. Correct it, for instance with NTP.`;
}
