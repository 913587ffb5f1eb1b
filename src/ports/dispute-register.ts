/**
 * Disputes as the desk remembers them: what the provider said last, and who works on each.
 *
 * Invariants: a provider's older answer never overwrites a newer one; a dispute has one owner at most. It is for lists,
 * counts and ownership; a look at one dispute, or an act on it, reads it at the provider.
 */
import type { Dispute } from './payments-api.js';
import type { Transaction } from './transaction.js';

/** What of a dispute is remembered. */
export type DisputeFacts = Pick<
  Dispute,
  | 'id'
  | 'chargeId'
  | 'paymentId'
  | 'amount'
  | 'status'
  | 'reason'
  | 'brand'
  | 'networkReasonCode'
  | 'caseType'
  | 'createdAt'
  | 'answerAllowed'
  | 'respondBy'
  | 'pastDue'
  | 'submissionCount'
>;

export interface DisputeProgress {
  /** A user id; null where it has no owner. */
  ownerId: string | null;
  takenAt: Date | null;
  /** It has a live card in the channel. */
  announced: boolean;
  /** When that card was last made. */
  toldAt: Date | null;
  /** How ready its draft answer was when it was last assembled; null while it was not. */
  draft: KnownDraft | null;
  /** When its draft is assembled next; null where no answer is awaited. */
  dueAt: Date | null;
}

/** Of a draft only this is remembered: what the books say is nowhere kept. */
export interface KnownDraft {
  word: 'ready' | 'nearly' | 'not_ready';
  reason: string;
}

export interface KnownDispute extends DisputeFacts, DisputeProgress {
  partner: string;
  version: number;
}

/** Read at the provider at an instant. `awaits`: whether an answer is awaited. */
export interface Sighting {
  dispute: DisputeFacts;
  awaits: boolean;
}

/** A dispute that is new, or says something else than before. */
export interface NotedDispute {
  dispute: KnownDispute;
  /** Null where it was not known. */
  statusBefore: string | null;
}

export type QueuePart = 'open' | 'missed' | 'not_allowed';

export interface QueueFilter {
  /** Null for all. */
  partner: string | null;
  /** Due by then; what has no date always is. Null for no limit. */
  dueBy: Date | null;
  now: Date;
}

export type QueueCounts = Readonly<Record<QueuePart, number>>;

/** Disputes that opened in a span, counted by what they are and what became of them. */
export interface OpenedCount {
  status: string;
  reason: string;
  network: string | null;
  /** Whether it was ever answered. */
  answered: boolean;
  count: number;
}

export interface Span {
  partner: string | null;
  from: Date;
  /** Exclusive. */
  to: Date;
}

/** How long before a deadline people are reminded, the nearest last. */
export const reminderHours = [72, 24, 3] as const;

export interface DisputeRegister {
  /** Remembers what was read at `readAt`; answers those that are new or changed. */
  note(
    tx: Transaction,
    partner: string,
    sightings: readonly Sighting[],
    readAt: Date,
  ): Promise<NotedDispute[]>;
  /** Locked until the transaction ends. Throws `not_found`. */
  take(tx: Transaction, id: string): Promise<KnownDispute>;
  change(tx: Transaction, id: string, progress: Partial<DisputeProgress>): Promise<KnownDispute>;
  find(id: string): Promise<KnownDispute | null>;
  counts(filter: QueueFilter): Promise<QueueCounts>;
  /** The nearest deadline first; what has no date comes before all. */
  queue(
    filter: QueueFilter,
    part: QueuePart,
    page: { offset: number; limit: number },
  ): Promise<KnownDispute[]>;
  /** Untaken ones for which a reminder is due that was not sent, the nearest deadline first. */
  toRemind(now: Date, limit: number): Promise<KnownDispute[]>;
  /** Of these, those for which it is still so; their reminder counts as sent. */
  reminded(tx: Transaction, ids: readonly string[]): Promise<KnownDispute[]>;
  opened(span: Span): Promise<OpenedCount[]>;
  /** Announced ones whose live card, made since an instant, is behind and not on its way. */
  withStaleCards(toldSince: Date, limit: number): Promise<string[]>;
}

/** An early fraud warning as it is counted. */
interface KnownWarning {
  id: string;
  partner: string;
  chargeId: string;
  /** The card network; null where the provider does not say. */
  network: string | null;
  warnedAt: Date;
}

export interface FraudWarnings {
  /** Whether it is new. */
  note(tx: Transaction, warning: KnownWarning): Promise<boolean>;
  count(span: Span, network: string): Promise<number>;
}
