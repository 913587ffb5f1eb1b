/**
 * What a payment is traced through, and what it is known by before that.
 */
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Books } from '../ports/books.js';
import type { Break } from '../ports/breaks.js';
import type { PaymentsApi } from '../ports/payments-api.js';
import type { PayoutTrace } from '../ports/payouts.js';
import type { ReconciliationResults } from '../ports/reconciliation.js';
import type { LookedUp } from './findings.js';
import type { RetryLimits } from './retry-limits.js';

export interface Sources {
  /** The one provider whose API is connected, and the partner it is in the configuration; null when none is. */
  provider: { partner: string; name: string; api: PaymentsApi } | null;
  books: Books | null;
  /** Null where no statements are connected. */
  statements: Statements | null;
  /** Of the networks, for declined cards. */
  retryLimits: RetryLimits;
  clock: Clock;
  log: Log;
}

export interface Statements extends Pick<ReconciliationResults, 'linesBy' | 'placesOf' | 'batchSums'> {
  /** Where payouts are that a partner's report calls so; none where they are not followed to a bank. */
  payoutsNamed(partner: string, names: readonly string[], currency: string): Promise<PayoutTrace[]>;
  /** Open breaks about one of these references. */
  openBreaks(partner: string, references: readonly string[], limit: number): Promise<Break[]>;
}

/** What a payment is known by before it is traced. Old charges have no payment id. */
export interface Subject {
  paymentId: string | null;
  chargeId: string | null;
  lookedUp?: LookedUp;
}

export const isProviderId = (id: string | null): boolean => id !== null && /^(pi|ch|py)_/.test(id);
