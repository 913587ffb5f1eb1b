/**
 * Starts whatever of the guarded remediations is due: expiries, cooling-off times that are over, looks at what became of
 * an effect, ends of pauses, overdue reviews.
 */
import type { Job } from '../src/ports/jobs.js';

export interface RemediationDueDesk {
  /** Null where no guarded actions are configured. */
  remediation: { sweep(): Promise<number> } | null;
}

export const remediationDueJob = (schedule: string): Job<RemediationDueDesk> => ({
  id: 'remediation-due',
  summary: 'Moves guarded actions on whose time has come',
  schedule,
  catchUp: 1,
  run: async (_slot, { remediation }, log) => {
    const started = (await remediation?.sweep()) ?? 0;
    if (started > 0) log.info({ started }, 'guarded actions were due');
  },
});
