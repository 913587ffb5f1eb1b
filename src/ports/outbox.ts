/**
 * Messages that must reach a channel. Enqueued in the transaction that changes the state they tell of; sent later.
 *
 * Invariants: nothing that was enqueued is dropped; messages of one channel leave in the order in which they were
 * enqueued, except that a message which is held aside lets the others pass, apart from its own card's; of a live card
 * only the newest state is sent; a message with `once` exists at most once a month; a message that is tried again is
 * looked for in the channel first, so that it is posted once.
 */
import type { Card } from './card.js';
import type { Transaction } from './transaction.js';

interface AnyMessage {
  /** Channel id. */
  channel: string;
  card: Card;
  /** Posts into the thread of this live card, after it; on its own when that card is in another channel. */
  threadOf?: string;
  /** The id of a person who expects it there, and who learns when it is held. */
  concerns?: string;
}

/** Told by its state, so telling it twice does no harm. */
interface LiveMessage extends AnyMessage {
  /** Names a live card: the first message with this key is posted, later ones rewrite it. */
  liveCard: string;
  once?: never;
  file?: never;
}

/** A text file, such as a table as CSV. */
interface OutgoingFile {
  /** With its extension. One name is posted to a thread once, so that it can be found there again. */
  name: string;
  text: string;
}

interface PlainMessage extends AnyMessage {
  liveCard?: never;
  /** Goes with the card’s text beside it. Where the channel takes no files, the card goes alone. */
  file?: OutgoingFile;
  /** A second message with the same value is ignored, for a month after the first was sent. */
  once?: string;
}

export type OutgoingMessage = LiveMessage | PlainMessage;

export interface Outbox {
  enqueue(tx: Transaction, message: OutgoingMessage): Promise<void>;
}

/** Since when the chat platform refuses messages to a channel; null when it takes them, as far as is known. */
export type HeldSince = (channel: string) => Promise<Date | null>;

/** A message that one sender has claimed. */
export interface ClaimedMessage {
  id: bigint;
  channel: string;
  card: Card;
  liveCard: string | null;
  /** Where the live card is in this channel, when it was posted before. */
  ts: string | null;
  /** Where the thread starts. */
  threadTs: string | null;
  file: OutgoingFile | null;
  /** How often it was claimed, this time included. Tells this claim from a later one. */
  attempts: number;
  enqueuedAt: Date;
  /** An earlier try had an unknown outcome: the message may be in the channel already. */
  outcomeUnknown: boolean;
  /** Since when it is refused; null when it was not refused. */
  heldSince: Date | null;
  /** Who gets a message when it is held; null when no one expects it. */
  concerns: string | null;
  /** Until then it belongs to the claimer. */
  leaseUntil: Date;
}

/** How a refused message waits. */
interface Hold {
  /** The platform's own word. */
  refusal: string;
  until: Date;
  /** Whether the channel goes on without it. */
  aside: boolean;
}

/** The notice about refused messages, posted in another channel than theirs. */
export type OutboxNews = OperatorNews | PersonNews;

type OperatorNews =
  /** Messages are kept and tried again; `waiting` of them in the channel. */
  | { kind: 'held'; channel: string; refusal: string; waiting: number }
  /** The channel takes messages again. */
  | { kind: 'delivered'; channel: string; since: Date }
  /** A message will never be taken. `text` is what it said. */
  | { kind: 'refused'; channel: string; refusal: string; text: string };

/** For the person whom a message concerns. `text` is what it says. */
type PersonNews =
  | { kind: 'yours_held'; channel: string; text: string }
  | { kind: 'yours_delivered'; channel: string; text: string };

export interface OutboxBacklog {
  /** Held ones included. */
  waiting: number;
  /** Refused for now, and tried again. */
  held: number;
  refused: number;
  oldestWaitingAt: Date | null;
  /** Of the message that has been held longest: since when, and what the chat platform last said of it. */
  oldestHeld: { since: Date; refusal: string } | null;
}

/**
 * What a sender needs. All instants come from the caller's clock. A sender that settles a message after its lease
 * ended, when another one has it, changes nothing.
 */
export interface OutboxQueue {
  /**
   * The next message that may leave now, or null. It and its channel belong to the caller until `leaseUntil`; a sender that
   * gets a message whose lease ran out finds it marked `outcomeUnknown`.
   */
  claim(now: Date, leaseUntil: Date): Promise<ClaimedMessage | null>;
  /** `nextAt`: when the channel may receive its next message. */
  sent(message: ClaimedMessage, ts: string, now: Date, nextAt: Date): Promise<void>;
  /** Back into the queue, at its old place. */
  postpone(message: ClaimedMessage, until: Date, why: string): Promise<void>;
  /** Refused, and perhaps taken later: kept, tried again, and told to an operator in the same transaction. */
  hold(message: ClaimedMessage, hold: Hold, now: Date): Promise<void>;
  /** Nothing will ever make this message acceptable: kept for a person to see, and told to an operator. */
  refuse(message: ClaimedMessage, why: string, now: Date): Promise<void>;
  backlog(): Promise<OutboxBacklog>;
}
