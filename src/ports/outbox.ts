/**
 * Messages that must reach a channel. Enqueued in the transaction that changes the state they tell of; sent later.
 *
 * Invariants: nothing that was enqueued is dropped; messages of one channel leave in the order in which they were
 * enqueued; of a live card only the newest state is sent; a message with `once` exists at most once.
 */
import type { Card } from './card.js';
import type { Transaction } from './transaction.js';

export interface OutgoingMessage {
  /** Channel id. */
  channel: string;
  card: Card;
  /** Names a live card: the first message with this key is posted, later ones rewrite it. */
  liveCard?: string;
  /** Posts into the thread of this live card, after it. */
  threadOf?: string;
  /** A second message with the same value is ignored. */
  once?: string;
}

export interface Outbox {
  enqueue(tx: Transaction, message: OutgoingMessage): Promise<void>;
}

/** A message that one sender has taken in hand. */
export interface ClaimedMessage {
  id: bigint;
  channel: string;
  card: Card;
  liveCard: string | null;
  /** Where the live card stands, when it was posted before. */
  ts: string | null;
  /** Where the thread starts. */
  threadTs: string | null;
  attempts: number;
  enqueuedAt: Date;
  /** An earlier sender took it and never said what came of it: it may be in the channel already. */
  outcomeUnknown: boolean;
}

export interface OutboxBacklog {
  waiting: number;
  refused: number;
  oldestWaitingAt: Date | null;
}

/** What a sender needs. All instants come from the caller's clock. */
export interface OutboxQueue {
  /** The next message that may leave now, or null. No two senders get the same one or the same channel. */
  claim(now: Date, staleBefore: Date): Promise<ClaimedMessage | null>;
  /** `nextAt`: when the channel may receive its next message. */
  sent(message: ClaimedMessage, ts: string, now: Date, nextAt: Date): Promise<void>;
  /** Back into the queue, at its old place. */
  postpone(message: ClaimedMessage, until: Date, why: string): Promise<void>;
  /** Nothing will ever make this message acceptable: kept for a person to see. */
  refuse(message: ClaimedMessage, why: string, now: Date): Promise<void>;
  backlog(): Promise<OutboxBacklog>;
}
