/**
 * The last published status of each partner, as the desk remembers it.
 */
import type { PublishedStatus } from './partner-status.js';
import type { Transaction } from './transaction.js';

export interface RememberedStatus {
  partner: string;
  published: PublishedStatus;
  /** Since when the indicator has been what it is. */
  changedAt: Date;
  /** When the latest trouble began; stays after the recovery. Null while there was none. */
  troubleAt: Date | null;
  /** When the page was read last. */
  checkedAt: Date;
  /** When the live card was marked as out of date; null while the page is read, and where no card runs. */
  staleToldAt: Date | null;
}

export interface PartnerStatuses {
  /** Outside a transaction: for showing. */
  all(): Promise<RememberedStatus[]>;
  /** Nobody else takes this partner's status, a first one included, until the transaction ends. */
  take(tx: Transaction, partner: string): Promise<RememberedStatus | null>;
  put(tx: Transaction, status: RememberedStatus): Promise<void>;
}
