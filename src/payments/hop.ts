/**
 * A hop of a trace: what it is made of, and the rules that all hops share.
 *
 * Invariants: a hop whose forerunner failed or was cancelled is `not_expected`, one whose forerunner is unknown is unknown;
 * no answer is `unknown_source` and never an absence; a date is over when its day has ended.
 */
import { dayMs } from '../kernel/clock.js';
import type { Money } from '../kernel/money.js';
import type { Finding, SourceName } from './findings.js';

/** When the next step of a payment should have happened; from the partner's configuration. */
export interface Expectations {
  /** From an automatic capture's authorisation to its capture. */
  captureMs: number;
  /** From the balance being available to the payout's arrival. */
  payoutMs: number;
  /** From capture to the ledger entry. */
  ledgerMs: number;
  /** That day, or the next on which banks are open. */
  openDay: (day: Date) => Date;
}

export type HopKind = 'attempt' | 'authorization' | 'capture' | 'balance' | 'payout' | 'statement' | 'ledger';

export type HopState =
  | 'present'
  | 'expected'
  | 'overdue'
  /** It was tried and refused, or the one who must know of it does not: nothing after it can happen. */
  | 'failed'
  /** The money will not come this far: cancelled, lapsed, or the step before it failed. */
  | 'not_expected'
  | 'unknown_source';

export interface Hop {
  kind: HopKind;
  state: HopState;
  source: SourceName;
  at: Date | null;
  /** For `expected` and `overdue`; null where it cannot be known, or where the step before comes first. */
  expectedBy: Date | null;
  amount: Money | null;
  /** The object or entry behind it. */
  reference: string | null;
  /** One short clause for people, such as a decline reason. */
  note: string | null;
}

export type Facts = Partial<Omit<Hop, 'kind' | 'state' | 'source'>>;

export const hop = (kind: HopKind, source: SourceName, state: Hop['state'], facts: Facts = {}): Hop => ({
  kind,
  source,
  state,
  at: null,
  expectedBy: null,
  amount: null,
  reference: null,
  note: null,
  ...facts,
});

/** `unknown_source` unless the source answered: the one place where "did not answer" becomes a hop. */
export function unanswered(kind: HopKind, source: SourceName, finding: Finding<unknown>): Hop | null {
  if (finding.state === 'failed') return hop(kind, source, 'unknown_source', { note: finding.why });
  if (finding.state === 'waiting')
    return hop(kind, source, 'unknown_source', { note: 'has not answered yet' });
  return null;
}

/** What the step before settles for the one after it; null when that step happened. */
export function settledBy(before: Hop, kind: HopKind): Hop | null {
  switch (before.state) {
    case 'present':
      return null;
    case 'expected':
    case 'overdue':
      return hop(kind, 'payments_api', 'expected');
    case 'failed':
    case 'not_expected':
      return hop(kind, 'payments_api', 'not_expected');
    case 'unknown_source':
      return hop(kind, 'payments_api', 'unknown_source', { note: before.note });
  }
}

export const dueState = (expectedBy: Date, asOf: Date): 'expected' | 'overdue' =>
  asOf > expectedBy ? 'overdue' : 'expected';

export const later = (instant: Date, durationMs: number): Date => new Date(instant.getTime() + durationMs);

export const notes = (...parts: (string | null | undefined)[]): string | null =>
  parts.filter((part) => part !== null && part !== undefined).join(', ') || null;

export const plain = (word: string): string => word.replaceAll('_', ' ');

export const dayOf = (instant: Date): string => instant.toISOString().slice(0, 10);

export const dateOf = (day: string): Date => new Date(`${day}T00:00:00Z`);

/** A day is over when it has ended, not when it begins. */
export const dueOn = (day: Date, asOf: Date): 'expected' | 'overdue' =>
  dueState(later(dateOf(dayOf(day)), dayMs), asOf);
