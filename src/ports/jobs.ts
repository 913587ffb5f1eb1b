/**
 * A scheduled job: what runs, when, and how far back it catches up.
 *
 * Invariant: a slot (the instant for which cron fires) runs once over all replicas and restarts, or, when more than
 * `catchUp` slots were missed, only the newest `catchUp` of them.
 */
import type { Log } from '../kernel/log.js';

export interface Job<Desk> {
  /** Permanent: its cursor is kept under it. */
  readonly id: string;
  readonly summary: string;
  /** A cron expression in UTC; seconds first when it has six fields. */
  readonly schedule: string;
  /** Missed slots that are still worth running, newest first; 1 for a job that only looks at the present. */
  readonly catchUp: number;
  /** Aborted when the run takes too long: then it ends where it is safe, and the next slot goes on. */
  run(slot: Date, desk: Desk, log: Log, until?: AbortSignal): Promise<void>;
}
