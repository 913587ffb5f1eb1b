/**
 * Events of a payments provider on their way to being worked off, and how far its lists were read.
 *
 * Invariants: an event is kept once, whichever way and however often it comes; only its id, type and object's id are kept,
 * because what the object is now is read when the event is worked off.
 */
import type { Transaction } from './transaction.js';

type CameBy = 'webhook' | 'polling';

export interface IncomingEvent {
  id: string;
  type: string;
  /** The id of the object that it is about; null where it has none. */
  objectId: string | null;
  happenedAt: Date;
}

export interface WaitingEvent extends IncomingEvent {
  /** How often working it off failed. */
  failures: number;
  isFinished: boolean;
}

export interface ProviderInbox {
  /** How many of them are new. They are due at once. */
  put(events: readonly IncomingEvent[], cameBy: CameBy): Promise<number>;
  /** Null for one that is not there. */
  read(id: string): Promise<WaitingEvent | null>;
  finish(id: string, outcome: string): Promise<void>;
  postpone(id: string, until: Date): Promise<void>;
  /** Removes those that were finished before. */
  forget(before: Date): Promise<number>;
}

export interface Look {
  /** Since when this list is read at all. */
  begunAt: Date;
  /** Up to when it was read in full. */
  lookedTo: Date | null;
  /** After which object the next page begins; null at the start. */
  cursor: string | null;
  /** When its end was reached last. */
  wholeAt: Date | null;
  /** A sentence for each object that could not be read. */
  unread: readonly string[];
}

export interface Looks {
  /** Begins it where it was never looked. */
  of(name: string): Promise<Look>;
  put(name: string, look: Partial<Omit<Look, 'begunAt'>>): Promise<void>;
}

/** An alert that a partner raised about its own service. */
export interface PartnerSignal {
  id: string;
  partner: string;
  /** The partner's own word: `api_error`, `authorization_rate_drop`… */
  type: string;
  summary: string;
  severity: string | null;
  startedAt: Date | null;
  /** Null while it lasts. */
  resolvedAt: Date | null;
}

export interface PartnerSignals {
  /** Completes what is known; answers the signal where something of it is new. */
  note(tx: Transaction, signal: PartnerSignal): Promise<PartnerSignal | null>;
  open(partner: string): Promise<PartnerSignal[]>;
}
