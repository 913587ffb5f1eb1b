/**
 * Counts how often a declined card was tried.
 *
 * Invariants: a network without a limit is not asked about; tries that the provider kept from the network do not count;
 * the try that is looked at counts although a search may not list it yet.
 * Deliberately absent: amounts. Networks count tries of one amount, so this count is never too low.
 */
import { dayMs, type Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Charge, PaymentsApi } from '../ports/payments-api.js';
import { askRows } from './ask.js';
import type { Finding } from './findings.js';
import type { CardTries, RetryLimits } from './retry-limits.js';

/** What a search gives at once; no limit is higher. */
const mostTries = 100;

export interface TriesDeps {
  api: PaymentsApi;
  limits: RetryLimits;
  clock: Clock;
  log: Log;
}

/** Null where there is nothing to count: the card was not declined, has no name at the provider, or has no limit. */
export function askTries(
  charge: Charge | null,
  { api, limits, clock, log }: TriesDeps,
): Promise<Finding<CardTries>> | null {
  const { brand, fingerprint, network: over } = charge?.card ?? {};
  const network = over ?? brand;
  const limit = network ? limits[network] : undefined;
  if (charge?.status !== 'failed' || !network || !fingerprint || !limit) return null;
  const since = new Date(clock.now().getTime() - limit.days * dayMs);
  return askRows(log, () => api.failedChargesOfCard(fingerprint, since, mostTries)).then((found) => {
    if (found.state !== 'known') return found;
    const others = found.value.filter(({ id }) => id !== charge.id);
    const own = charge.createdAt >= since ? [charge] : [];
    const tries = [...others, ...own].filter(reachedTheNetwork).length;
    const more = found.value.length >= mostTries || (found.problems ?? []).length > 0;
    return { state: 'known', value: { network, limit, tries, more } };
  });
}

const reachedTheNetwork = ({ outcome }: Charge): boolean => outcome?.networkStatus !== 'not_sent_to_network';
