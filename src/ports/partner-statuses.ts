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

/** As it is kept: a thing with a life. */
export interface KeptStatus extends RememberedStatus {
  /** The partner's. */
  id: string;
  version: number;
  /** When the page will have been unread for too long; null while that is no news. */
  dueAt: Date | null;
}

export interface StatusProgress extends Omit<RememberedStatus, 'partner'> {
  dueAt: Date | null;
  /** When its live card was last made. */
  toldAt: Date;
}

/** Key of the live card of a partner's latest trouble. */
export const troubleCardOf = ({ partner, troubleAt }: RememberedStatus): string =>
  `partner-status:${partner}:${troubleAt?.toISOString() ?? ''}`;

export interface PartnerStatuses {
  /** Outside a transaction: for showing. */
  all(): Promise<RememberedStatus[]>;
  /** Locked until the transaction ends. A partner that was never seen begins with this status. */
  takeOrBegin(tx: Transaction, first: RememberedStatus): Promise<{ status: KeptStatus; isNew: boolean }>;
  /** Locked until the transaction ends. Throws `not_found`. */
  take(tx: Transaction, partner: string): Promise<KeptStatus>;
  change(tx: Transaction, partner: string, progress: Partial<StatusProgress>): Promise<KeptStatus>;
  /** Partners whose live card was made since an instant, is behind, and is not on its way. */
  withStaleCards(toldSince: Date, limit: number): Promise<string[]>;
}
