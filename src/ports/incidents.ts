/**
 * Incidents: a channel in which people handle alerts of one cause, from its making to its archive.
 *
 * Invariants: every step of an incident's life may be done again without a second effect; what Slack refuses is kept as a
 * sentence and does not hold up the steps after it, except that without a channel there is nothing to do.
 * Errors of every call: `unavailable`; `not_found` for an id that no incident has.
 */
import type { Transaction } from './transaction.js';

type IncidentState = 'opening' | 'open' | 'failed' | 'closing' | 'closed';
/** What is done next. */
export type IncidentStep = 'create' | 'invite' | 'topic' | 'card' | 'pin' | 'summary' | 'archive';

export interface NewIncident {
  /** Of the alert that it began with. */
  title: string;
  /** Of the channel, without its number. */
  name: string;
  /** A person, or `paydesk`. */
  openedBy: string;
  openedAt: Date;
}

export interface IncidentProgress {
  state: IncidentState;
  step: IncidentStep | null;
  channel: string | null;
  /** What Slack refused, in words. */
  problems: readonly string[];
  cause: string | null;
  impact: string | null;
  closedBy: string | null;
  closedAt: Date | null;
  /** The summary may be in the channel already. */
  summaryTried: boolean;
  dueAt: Date | null;
}

export interface Incident extends NewIncident, IncidentProgress {
  /** `INC-3`. */
  readonly id: string;
  readonly version: number;
}

/** Something that happened, for the timeline. */
export interface IncidentEntry {
  /** Names it: a second entry from the same source is ignored. */
  source: string;
  at: Date;
  by: string | null;
  text: string;
}

export interface Incidents {
  open(tx: Transaction, incident: NewIncident & IncidentProgress): Promise<Incident>;
  take(tx: Transaction, id: string): Promise<Incident>;
  change(tx: Transaction, id: string, progress: Partial<IncidentProgress>): Promise<Incident>;
  read(id: string): Promise<Incident>;
  note(tx: Transaction, id: string, entry: IncidentEntry): Promise<void>;
  /** Oldest first. */
  timeline(id: string): Promise<IncidentEntry[]>;
  /** Where a live card stands; null until it is posted. */
  placeOf(liveCard: string): Promise<{ channel: string; ts: string } | null>;
  /** Whether messages to a channel have not left yet. */
  hasMessagesFor(channel: string): Promise<boolean>;
  /** Whose card is behind, of those changed since. */
  withStaleCards(since: Date, limit: number): Promise<string[]>;
}

/**
 * The channels themselves. Throws `unavailable` and `rate_limited` for what passes, or may pass: a refusal that is not
 * known has its word in `details.refusal`. Any other error is a refusal, whose `publicMessage` says what the chat platform
 * does not allow.
 */
export interface IncidentRooms {
  /** A channel of this name, or the one that was made for this incident before; another name where that is taken. */
  create(name: string, since: Date): Promise<string>;
  /** Whom the platform takes; throws when it does not take one of the others, except who is there already. */
  invite(channel: string, people: readonly string[]): Promise<void>;
  setTopic(channel: string, topic: string): Promise<void>;
  /** All of them; throws when one is refused. */
  pin(channel: string, timestamps: readonly string[]): Promise<void>;
  /** Messages that somebody marked with 📌, oldest first. */
  marked(channel: string): Promise<IncidentEntry[]>;
  hasFile(channel: string, name: string): Promise<boolean>;
  upload(channel: string, file: { name: string; title: string; text: string }): Promise<void>;
  archive(channel: string): Promise<void>;
  /** The people of user groups. */
  peopleOf(groups: readonly string[]): Promise<string[]>;
}
