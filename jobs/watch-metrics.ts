/**
 * Counts each metric's new buckets, opens, updates and closes its alerts, and lets standing approvals act on them.
 */
import type { AlertService } from '../src/alerts/alerts.js';
import type { Job } from '../src/ports/jobs.js';
import type { RemediationService } from '../src/remediation/remediation.js';

export interface WatchMetricsDeps {
  /** Null while no books are connected. */
  alerts: Pick<AlertService, 'tick' | 'active'> | null;
  /** Null while guarded actions are not configured. */
  remediation: Pick<RemediationService, 'followAlerts'> | null;
}

export const watchMetricsJob: Job<WatchMetricsDeps> = {
  id: 'watch-metrics',
  summary: 'Evaluates metrics over the books every 30 seconds; opens, updates and closes alerts',
  schedule: '*/30 * * * * *',
  catchUp: 1,
  run: async (_slot, { alerts, remediation }) => {
    if (!alerts) return;
    await alerts.tick();
    await remediation?.followAlerts(await alerts.active());
  },
};
