/**
 * Checks what must always hold in the books, and opens and closes its alerts. Apart from metrics, so that a slow question
 * about balances holds up no metric.
 */
import type { AlertService } from '../src/alerts/alerts.js';
import type { Job } from '../src/ports/jobs.js';

export interface CheckInvariantsDeps {
  /** Null while no books are connected. */
  alerts: Pick<AlertService, 'checkInvariants'> | null;
}

export const checkInvariantsJob: Job<CheckInvariantsDeps> = {
  id: 'check-invariants',
  summary:
    'Checks balances and data quality in the books every five minutes; opens an alert for each difference',
  schedule: '*/5 * * * *',
  catchUp: 1,
  run: async (_slot, { alerts }) => {
    await alerts?.checkInvariants();
  },
};
