/**
 * Payments that people watch.
 *
 * Invariants: a person watches a payment once at a time; what ends a watch is final.
 */
import type { Transaction } from './transaction.js';

type WatchState = 'watching' | 'arrived' | 'overdue' | 'ended' | 'stopped';

export interface WatchProgress {
  state: WatchState;
  /** When it is looked at next; null once it is over. */
  dueAt: Date | null;
}

interface NewWatch {
  personId: string;
  /** Their direct messages. */
  channel: string;
  paymentId: string;
  /** The step that is awaited. */
  hop: string;
  /** It was overdue already: then only its arrival is news. */
  wasOverdue: boolean;
  startedAt: Date;
}

export interface Watch extends NewWatch, WatchProgress {
  id: string;
  version: number;
}

export interface Watches {
  /** Null where the person watches that payment already. */
  start(tx: Transaction, watch: NewWatch & { dueAt: Date }): Promise<Watch | null>;
  /** Locked until the transaction ends. Throws `not_found`. */
  take(tx: Transaction, id: string): Promise<Watch>;
  change(tx: Transaction, id: string, progress: Partial<WatchProgress>): Promise<Watch>;
  /** Throws `not_found`. */
  read(id: string): Promise<Watch>;
  /** Those that go on, the newest first. */
  of(personId: string, limit: number): Promise<Watch[]>;
}
