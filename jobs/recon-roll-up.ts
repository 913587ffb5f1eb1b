/**
 * Posts how the breaks of a week or a month rolled forward: on Monday, and on the first of a month.
 *
 * Invariant: a period is posted once, over all replicas and restarts; a desk that was down on Monday posts it later.
 */
import type { Job } from '../src/ports/jobs.js';
import type { ReconciliationService } from '../src/reconciliation/reconciliation.js';

export interface ReconRollUpDeps {
  /** Null while no partner has statements. */
  reconciliation: Pick<ReconciliationService, 'postRollUps'> | null;
}

export const reconRollUpJob: Job<ReconRollUpDeps> = {
  id: 'recon-roll-up',
  summary: 'Posts on Mondays and on the first of the month how breaks rolled forward over the week or month',
  schedule: '*/10 * * * *',
  catchUp: 1,
  run: async (_slot, { reconciliation }, log) => {
    const posted = await reconciliation?.postRollUps();
    if (posted !== undefined && posted > 0) log.info({ posted }, 'breaks were rolled forward');
  },
};
