/**
 * Reads all disputes of the provider into the register, some pages at a time, and again every hour.
 */
import type { DisputeService } from '../src/disputes/desk.js';
import type { Job } from '../src/ports/jobs.js';

export interface DisputeRegisterDeps {
  /** Null while no payments API is connected. */
  disputes: Pick<DisputeService, 'walk'> | null;
}

export const disputeRegisterJob: Job<DisputeRegisterDeps> = {
  id: 'dispute-register',
  summary: 'Reads all disputes hourly, so that the queue misses none',
  schedule: '* * * * *',
  catchUp: 1,
  run: async (_slot, { disputes }, log) => {
    const walked = await disputes?.walk();
    if (walked && walked.pages > 0) log.info({ ...walked }, 'disputes were read');
  },
};
