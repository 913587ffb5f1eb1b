/**
 * Reads every partner's status page and notes what it says (`src/partners/watch.ts`).
 *
 * Invariant: one unreachable page, or one status that cannot be stored, does not keep the others from being read.
 */
import { toOpsError } from '../src/kernel/errors.js';
import type { Log } from '../src/kernel/log.js';
import type { PartnerWatch } from '../src/partners/watch.js';
import type { Job } from '../src/ports/jobs.js';
import type { StatusSource } from '../src/ports/partner-status.js';

export interface WatchedPartner {
  id: string;
  name: string;
  statusPage: string;
}

export interface PartnerStatusDeps {
  watchedPartners: readonly WatchedPartner[];
  statusSource: StatusSource;
  partnerWatch: Pick<PartnerWatch, 'note'>;
}

export const partnerStatusJob: Job<PartnerStatusDeps> = {
  id: 'partner-status',
  summary: 'Reads partner status pages and keeps one live card per incident in the alerts channel',
  schedule: '* * * * *',
  catchUp: 1,
  run: async (_slot, desk, log) => {
    await Promise.all(desk.watchedPartners.map((partner) => watch(partner, desk, log)));
  },
};

async function watch(
  { id, statusPage }: WatchedPartner,
  { statusSource, partnerWatch }: PartnerStatusDeps,
  log: Log,
): Promise<void> {
  const failed = (message: string) => (thrown: unknown) => {
    const error = toOpsError(thrown);
    log.warn({ err: error.cause ?? error, partner: id, reference: error.errorId }, message);
    return null;
  };
  const published = await statusSource.fetch(statusPage).catch(failed('a status page was not read'));
  if (!published) return;
  // The next check reports what could not be stored now.
  const decision = await partnerWatch.note(id, published).catch(failed('a status was not stored'));
  if (decision?.notify === true)
    log.info({ partner: id, reason: decision.reason }, 'a partner’s published status changed');
}
