/**
 * What people do about breaks and business days, kept beside the facts of reconciliation.
 *
 * Invariants: a break's life is bound to its identity, so it survives every new run; who changes a break has taken it
 * first (a row lock until the transaction ends); history is added to and never changed.
 * Errors: as Transactions, and `not_found` where a break is named that does not exist.
 */
import type { Day } from '../kernel/calendar-day.js';
import type { BreakKind, RuleName, UnitKey } from './reconciliation.js';
import type { Transaction } from './transaction.js';

/** Under these keys cards are live in the outbox. */
export const dayCardOf = (partner: string, day: string): string => `recon:${partner}:${day}`;
export const breakCardOf = (id: string): string => `break:${id}`;

/** open → owned → resolved or written off; a resolved one is reopened when a run finds it again. */
export type BreakState = 'open' | 'owned' | 'resolved' | 'written_off';

/** What ended a break by itself, or who did. */
interface Resolution {
  rule: RuleName | null;
  /** The statement line that answered it; null where a booking or a corrected file did. */
  line: { file: number; fileName: string; line: number } | null;
  /** The business day of the run that found the answer. */
  businessDay: Day | null;
  /** Slack user id; null where no person did. */
  by: string | null;
}

export interface Break {
  /** `BRK-12`: short enough to say on a call. */
  id: string;
  identity: string;
  partner: string;
  /** The day that found it; it is carried forward from there. */
  businessDay: Day;
  kind: BreakKind;
  currency: string;
  /** Statement less ledger, in minor units. */
  differenceMinor: bigint;
  state: BreakState;
  ownerId: string | null;
  material: boolean;
  openedAt: Date;
  changedAt: Date;
  resolution: Resolution | null;
  /** `REM-17`; null where nothing was started from it. */
  remediationId: string | null;
  /** It has a card and a thread of its own. */
  hasCard: boolean;
  version: number;
}

export type BreakEventKind =
  'opened' | 'taken' | 'released' | 'answered' | 'resolved' | 'written_off' | 'reopened' | 'linked';

export interface BreakEvent {
  at: Date;
  /** A Slack user id, or `paydesk`. */
  actor: string;
  kind: BreakEventKind;
  /** In the actor's words, or a sentence of ours; '' where there is nothing to say. */
  text: string;
}

/** What people change. */
export interface BreakProgress {
  state: BreakState;
  ownerId: string | null;
  /** Who resolved it or asked for its write-off; null when it is open again. */
  resolvedBy: string | null;
  remediationId: string;
  hasCard: boolean;
}

/** Largest first, measured by what matters in each currency. */
export interface BreakFilter {
  partner?: string;
  /** Found by this day's run. */
  businessDay?: Day;
  states?: readonly BreakState[];
  kind?: BreakKind;
  currency?: string;
  ownerId?: string;
  material?: boolean;
  /** Opened on a day before this one. */
  before?: Day;
  /** About one of these, in the ledger's word or the partner's. */
  references?: readonly string[];
  limit: number;
}

/** Breaks that are not closed, of one kind, currency and day. */
export interface OpenCount {
  businessDay: Day;
  kind: BreakKind;
  currency: string;
  count: number;
  material: number;
  /** The differences without their signs. */
  absoluteMinor: bigint;
}

/** What became of a partner's breaks in a span of time. */
export interface BreakRecord {
  opened: number;
  /** Differences of those that opened, without their signs, by currency. */
  openedMinor: readonly { currency: string; absoluteMinor: bigint }[];
  /** Resolved or written off. */
  closed: number;
  /** From opening to closing, of those that closed: half of them took at most this; null where none closed. */
  medianDaysToClose: number | null;
}

/** So many breaks, and their differences without their signs, in minor units of one currency. */
export interface BreakSum {
  count: number;
  minor: bigint;
}

/** Breaks of one currency in a span of time: what was open, what came, what went, what is open at its end. */
export interface BreakFlow {
  currency: string;
  opening: BreakSum;
  opened: BreakSum;
  reopened: BreakSum;
  resolved: BreakSum;
  writtenOff: BreakSum;
  closing: BreakSum;
}

/** What a run changed in the lives of breaks. */
export interface Followed {
  opened: number;
  reopened: number;
  /** At most a hundred of those that ended by themselves, those with a card first. */
  resolved: Break[];
  resolvedCount: number;
  /** Those that would have ended by themselves and are too large for it: a person confirms. */
  answered: { found: Break; by: string }[];
}

export interface DayState extends UnitKey {
  /** Up to which run of the unit the lives of its breaks are. */
  followedRuns: number;
  shown: boolean;
  lateAt: Date | null;
  signedBy: string | null;
  signedAt: Date | null;
}

export interface DayEvent {
  at: Date;
  actor: string;
  kind: 'signed' | 'reopened';
  text: string;
}

/** In minor units of one currency, without signs. */
export interface Movement {
  currency: string;
  grossMinor: bigint;
  openMinor: bigint;
}

export interface Breaks {
  /** Brings the lives of a partner's breaks in line with what its units' last runs found. Safe to repeat. */
  follow(tx: Transaction, key: UnitKey): Promise<Followed>;
  /** Locked until the transaction ends. */
  take(tx: Transaction, id: string): Promise<Break>;
  change(tx: Transaction, id: string, progress: Partial<BreakProgress>): Promise<Break>;
  /** Adds to the history. */
  note(tx: Transaction, id: string, event: Omit<BreakEvent, 'at'>): Promise<void>;
  find(id: string): Promise<Break>;
  list(filter: BreakFilter): Promise<Break[]>;
  count(filter: Omit<BreakFilter, 'limit'>): Promise<number>;
  /** Of what is not closed, by day, kind and currency; null for all partners. */
  openCounts(partner: string | null): Promise<OpenCount[]>;
  /** From an instant until before another. */
  record(partner: string, from: Date, to: Date): Promise<BreakRecord>;
  /**
   * From an instant until before another, by the history of breaks. Throws `internal` when the history says of a break
   * what its state does not.
   */
  flow(partner: string, from: Date, to: Date): Promise<BreakFlow[]>;
  /** Oldest first. */
  eventsOf(id: string): Promise<BreakEvent[]>;
  /** The request for a guarded action that has this key, and who made it; null when there is none. */
  requestOf(idempotencyKey: string): Promise<{ id: string; requesterId: string } | null>;
}

export interface Days {
  /** Locked until the transaction ends; a day without a row is a new one. */
  take(tx: Transaction, key: UnitKey): Promise<DayState>;
  put(tx: Transaction, day: DayState, event: Omit<DayEvent, 'at'> | null): Promise<void>;
  find(key: UnitKey): Promise<DayState | null>;
  /** Those whose last run the lives of their breaks do not follow yet, oldest first. */
  unfollowed(): Promise<UnitKey[]>;
  /** The newest reconciled day of each partner where no summary of it is in the channel. */
  unshown(): Promise<UnitKey[]>;
  eventsOf(key: UnitKey): Promise<DayEvent[]>;
  /** What moved on the statements of a day, and how much of it is in breaks of that day that are still open. */
  movementsOf(key: UnitKey): Promise<Movement[]>;
  isRolledUp(period: { kind: 'week' | 'month'; from: Day }): Promise<boolean>;
  /** Notes that the roll-up of a period is posted; false when it was before. */
  noteRollUp(tx: Transaction, period: { kind: 'week' | 'month'; from: Day }): Promise<boolean>;
  /** Who asked for a write-off of a break that this day's run found. */
  writersOff(key: UnitKey): Promise<string[]>;
}

/** Giving up a difference, as a guarded action orders it. */
export interface WriteOffs {
  find(id: string): Promise<Break>;
  /**
   * Writes the break off under the request that has this key. Safe to repeat. Throws `conflict` when it is over meanwhile.
   */
  writeOff(order: { id: string; idempotencyKey: string; reason: string }): Promise<Break>;
  /** The break when the request with this key wrote it off; null otherwise. */
  writtenOffBy(order: { id: string; idempotencyKey: string }): Promise<Break | null>;
}
