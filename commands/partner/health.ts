/**
 * Gathers how partners are: what their pages say and what the books count, side by side.
 *
 * Invariant: books that do not answer leave what the pages say standing.
 */
import { toOpsError } from '../../src/kernel/errors.js';
import {
  healthOf,
  healthWindows,
  measuredOf,
  type Measured,
  type Unmeasured,
} from '../../src/partners/health.js';
import type { RememberedStatus } from '../../src/ports/partner-statuses.js';
import type { PartnerHealth } from '../../src/views/partners/health.js';
import type { PartnerDeps } from './deps.js';

/** Of one partner, or of all (null). */
export async function healthOfPartners(
  desk: Pick<PartnerDeps, 'partners' | 'partnerStatuses' | 'books'>,
  only: string | null,
  now: Date,
  withinMs?: number,
): Promise<PartnerHealth[]> {
  const [statuses, measured] = await Promise.all([
    desk.partnerStatuses.all(),
    measuring(desk, only, now, withinMs),
  ]);
  return desk.partners
    .filter(({ id }) => only === null || id === only)
    .map(({ id, name, statusPage }) => {
      const status: RememberedStatus | null = statuses.find(({ partner }) => partner === id) ?? null;
      return {
        id,
        name,
        status,
        hasPage: statusPage !== undefined,
        measured: measured(id),
        health: healthOf(status, measured(id), now),
      };
    });
}

async function measuring(
  { books }: Pick<PartnerDeps, 'books'>,
  only: string | null,
  now: Date,
  withinMs: number | undefined,
): Promise<(partner: string) => Measured | Unmeasured> {
  if (!books) return () => ({ unknown: 'books not connected' });
  try {
    const counted = await books.trafficIn(healthWindows(now), only, withinMs);
    return (partner) => measuredOf(counted, partner);
  } catch (thrown) {
    const { publicMessage } = toOpsError(thrown);
    return () => ({ unknown: publicMessage });
  }
}
