/**
 * Counts each metric's new buckets and opens, updates and closes its alerts.
 */
import type { AlertService } from '../src/alerts/alerts.js';
import type { Job } from '../src/ports/jobs.js';

export interface WatchMetricsDeps {
  /** Null while no books are connected. */
  alerts: Pick<AlertService, 'tick'> | null;
}

export const watchMetricsJob: Job<WatchMetricsDeps> = {
  id: 'watch-metrics',
  summary: 'counts metrics over the books and opens alerts for what is unusual',
  schedule: '*/30 * * * * *',
  catchUp: 1,
  run: async (_slot, { alerts }) => {
    await alerts?.tick();
  },
};
