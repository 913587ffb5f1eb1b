/**
 * Alerts: what a metric's watch found, and what people did about it.
 *
 * Invariants: a cause has one open alert; `ruling` says why people were or were not notified, and is kept with the alert.
 * Errors of every call: `unavailable`; `not_found` for an id that no alert has.
 */
import type { Transaction } from './transaction.js';

/** `rate`, `volume`: a slice behaves unusually. `late`: no data arrives. `unreadable`: the metric cannot be evaluated. */
type AlertKind = 'rate' | 'volume' | 'late' | 'unreadable';
type AlertState = 'open' | 'acknowledged' | 'snoozed' | 'resolved';

/** Dimension → value; empty for the whole metric. */
export type AlertSlice = Readonly<Record<string, string>>;

/** What is known of the change, counted since it began. */
export interface AlertFacts {
  attempts: number;
  failures: number;
  /** Failures, or for a volume attempts, that were to be expected. */
  expected: number;
  /** Of all unusual failures of the metric, how many this slice explains: 0 to 1; null where no single slice does. */
  shareExplained: number | null;
  /** The detector's reason, or why the metric cannot be read. */
  reason: string;
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
  /** How often nobody acknowledged it in time. */
  escalations: number;
  /** A person said that it is none, and who. */
  dismissedBy: string | null;
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
  precision(since: Date): Promise<Precision[]>;
  /** Of a partner, opened from an instant until before another, and not dismissed; oldest first, at most `limit`. */
  openedOf(partner: string, from: Date, to: Date, limit: number): Promise<Alert[]>;
}

/** A metric whose alerts notify nobody until a time. */
export interface Quiet {
  metric: string;
  until: Date;
  by: string;
}

export interface Quiets {
  put(tx: Transaction, quiet: Quiet): Promise<void>;
  of(metric: string, now: Date): Promise<Quiet | null>;
}
