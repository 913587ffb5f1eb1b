/**
 * Counts each metric's new buckets and opens, updates and closes its alerts.
 */
import type { AlertDesk } from '../src/alerts/alerts.js';
import type { Job } from '../src/ports/jobs.js';

export interface WatchDesk {
  /** Null while no books are connected. */
  alerts: Pick<AlertDesk, 'tick'> | null;
}

export const watchMetricsJob: Job<WatchDesk> = {
  id: 'watch-metrics',
  summary: 'counts metrics over the books and opens alerts for what is unusual',
  schedule: '* * * * *',
  catchUp: 1,
  run: async (_slot, { alerts }) => {
    await alerts?.tick();
  },
};
