/**
 * Takes statement files in, reconciles the business days that they are of, and says which files are late.
 *
 * Invariant: what a look leaves undone the next one does, so a failed or doubled slot harms nothing.
 */
import type { Job } from '../src/ports/jobs.js';
import type { ReconciliationService } from '../src/reconciliation/reconciliation.js';

export interface ReconcileDeps {
  /** Null while no partner has statements. */
  reconciliation: Pick<ReconciliationService, 'look'> | null;
}

export const reconcileJob: Job<ReconcileDeps> = {
  id: 'reconcile',
  summary: 'Reads new statements, reconciles their business days and reports late files',
  schedule: '*/30 * * * * *',
  catchUp: 1,
  run: async (_slot, { reconciliation }, log, until) => {
    if (reconciliation === null) return;
    const { taken, reconciled } = await reconciliation.look(until ? { until } : {});
    if (taken > 0 || reconciled > 0) log.info({ taken, reconciled }, 'statements were reconciled');
  },
};
