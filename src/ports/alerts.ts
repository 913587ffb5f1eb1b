/**
 * Alerts: what a metric's watch found, and what people did about it.
 *
 * Invariants: a cause has one open alert; `ruling` says why people were or were not notified, and is kept with the alert.
 * Errors of every call: `unavailable`; `not_found` for an id that no alert has.
 */
import type { Transaction } from './transaction.js';

/** What a detector judges: a slice behaves unusually; a value is new for its series; what should have arrived has not. */
export const judgedKinds = ['rate', 'volume', 'level', 'overdue'] as const;

/**
 * `late`: no data arrives. `unreadable`: the metric, or the invariant, cannot be evaluated. `invariant`: what must always hold does
 * not.
 */
type AlertKind = (typeof judgedKinds)[number] | 'late' | 'unreadable' | 'invariant';

export const isJudged = ({ kind }: { kind: AlertKind }): boolean =>
  judgedKinds.some((judged) => judged === kind);
type AlertState = 'open' | 'acknowledged' | 'snoozed' | 'resolved';

/** Dimension → value; empty for the whole metric. */
export type AlertSlice = Readonly<Record<string, string>>;

/** Two hours of a slice: its success, and between what it usually lies. */
export interface AlertSpan {
  /** ISO 8601. */
  at: string;
  success: number;
  low: number;
  high: number;
}

/** What failed beyond what is usual, by currency: whole minor units, as text. */
interface AmountAtRisk {
  currency: string;
  minor: string;
}

/** A level or an amount: the value farthest from what is usual, and between what it usually lies. */
export interface AlertValue {
  farthest: number;
  low: number;
  high: number;
  /** How many slices changed at the same time. */
  series: number;
  unit?: string;
  /** Of an amount, in whole minor units. */
  currency?: string;
}

/** What is known of the change, counted since it began. */
export interface AlertFacts {
  attempts: number;
  failures: number;
  /** Failures, or for a volume attempts, that were to be expected. */
  expected: number;
  /** Of all unusual failures of the metric, how many this slice explains: 0 to 1; null where no single slice does. */
  shareExplained: number | null;
  /** The last 24 hours; absent where it is not known. */
  day?: readonly AlertSpan[];
  /** Of the kind `level`. */
  value?: AlertValue;
  /** Absent where it is not known. */
  atRisk?: readonly AmountAtRisk[];
  /** Seen in a bucket that has not ended, which will confirm it or not. */
  early?: boolean;
  /** The detector's reason, or why the metric cannot be read. */
  reason: string;
  /** Of a broken invariant: what differs, and the rows that moved last; a line each. */
  findings?: readonly string[];
}

/** Where people handle an alert together. */
export interface AlertIncident {
  /** `INC-3`. */
  id: string;
  /** Null until it is made. */
  channel: string | null;
  /** Whether news go there. */
  open: boolean;
  /** Why there is no channel. */
  problem: string | null;
}

export interface NewAlert {
  metric: string;
  kind: AlertKind;
  slice: AlertSlice;
  facts: AlertFacts;
  /** When the change began. */
  onsetAt: Date;
  openedAt: Date;
}

export interface AlertProgress {
  state: AlertState;
  slice: AlertSlice;
  facts: AlertFacts;
  /** Why people were or were not notified when it opened. */
  ruling: string;
  ownerId: string | null;
  /** How often it was escalated because no one acknowledged it in time. */
  escalations: number;
  /** The person who marked it as not an anomaly. */
  dismissedBy: string | null;
  incident: AlertIncident | null;
  /** The alert of the same cause on whose card this one is shown; null for one with a card of its own. */
  joined: string | null;
  /** When it came back after it was over, the last time. */
  reopenedAt: Date | null;
  resolvedAt: Date | null;
  dueAt: Date | null;
}

export interface Alert extends NewAlert, AlertProgress {
  /** `ALR-7`. */
  readonly id: string;
  readonly version: number;
}

/** How many alerts of a metric people confirmed or dismissed: its measured precision. */
export interface Precision {
  metric: string;
  alerts: number;
  dismissed: number;
}

export interface Alerts {
  open(tx: Transaction, alert: NewAlert & AlertProgress): Promise<Alert>;
  /** Locked until the transaction ends. */
  take(tx: Transaction, id: string): Promise<Alert>;
  change(tx: Transaction, id: string, progress: Partial<AlertProgress>): Promise<Alert>;
  read(id: string): Promise<Alert>;
  /** Not resolved, oldest first; of a metric, or of all. */
  active(metric: string | null): Promise<Alert[]>;
  /** Resolved since an instant, newest first, at most `limit`. */
  resolvedSince(since: Date, limit: number): Promise<Alert[]>;
  /** Those that are shown on its card, oldest first. */
  joinedTo(id: string): Promise<Alert[]>;
  /** Ids of the alerts of an incident, oldest first. */
  ofIncident(incident: string): Promise<string[]>;
  /** Ids of alerts whose card is behind what it or one that joined it is, of those changed since. */
  withStaleCards(since: Date, limit: number): Promise<string[]>;
  precision(since: Date): Promise<Precision[]>;
  /** Of a partner, opened from an instant until before another, and not dismissed; oldest first, at most `limit`. */
  openedOf(partner: string, from: Date, to: Date, limit: number): Promise<Alert[]>;
}

/** A metric whose alerts are silenced until a time. */
export interface Quiet {
  metric: string;
  until: Date;
  by: string;
}

export interface Quiets {
  put(tx: Transaction, quiet: Quiet): Promise<void>;
  of(metric: string, now: Date): Promise<Quiet | null>;
}
