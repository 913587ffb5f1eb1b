/** What the rules of matching are set to. */
import type { Day } from '../../kernel/calendar-day.js';
import type { LedgerEntry, StatementLine } from '../findings.js';

/** How far a payment may differ and still match, in minor units of its currency. */
export interface Tolerance {
  /** The partner pays less, or collects more. */
  shortMinor: bigint;
  /** The partner pays more, or collects less. */
  overMinor: bigint;
}

/** `plain_reference` compares letters and digits alone, without leading zeros and whatever their case. */
type RuleCriterion = 'reference' | 'plain_reference' | 'batch' | 'date';

export interface UserRule {
  id: string;
  /** One at least: what both sides share besides currency and amount. */
  by: readonly RuleCriterion[];
  /** Types of ledger entries and of statement lines that it is about; empty for all. */
  ledgerTypes: readonly string[];
  statementTypes: readonly string[];
  /** Whether several entries may answer several lines when their sums agree. */
  many: boolean;
  /** How many days the rows of a match may lie apart, where the rule goes by date. */
  windowDays: number;
  tolerances: ReadonlyMap<string, Tolerance>;
}

export interface MatchSettings {
  /** How far the two value dates of one payment may lie apart, in days. */
  windowDays: number;
  /**
   * Whether entries and lines of one batch match when their sums agree. Not where a payout says what the batch comes to:
   * there a payment that is missing and another one of the same price that came twice would hide each other.
   */
  withinBatch: boolean;
  /** By currency; a currency that is not listed has none. */
  tolerances: ReadonlyMap<string, Tolerance>;
  /** Of paydesk.yaml, in its order. */
  rules: readonly UserRule[];
  /** The day on which an entry's money is due; null where no rule says. */
  dueOn: (entry: LedgerEntry) => Day | null;
  /** The day on which an entry's money is due when that day is still to come; null when it is due already. */
  dueLater: (entry: LedgerEntry) => Day | null;
}

export const defaultSettings: MatchSettings = {
  windowDays: 2,
  withinBatch: true,
  tolerances: new Map(),
  rules: [],
  dueOn: () => null,
  dueLater: () => null,
};

/**
 * Whether a line is near the day of its entry, or comes after it but by the day on which the money is due. A side that states
 * no day cannot contradict one.
 */
export function isNear(
  entry: LedgerEntry,
  { day }: StatementLine,
  { windowDays, dueOn }: Pick<MatchSettings, 'windowDays' | 'dueOn'>,
): boolean {
  if (entry.day === null || day === null || Math.abs(day - entry.day) <= windowDays) return true;
  const due = dueOn(entry);
  return due !== null && entry.day < day && day <= due;
}

/** Whether a difference, statement less ledger, is too small to matter. */
export const isTolerated = (difference: bigint, tolerance: Tolerance | undefined): boolean =>
  tolerance !== undefined && -tolerance.shortMinor <= difference && difference <= tolerance.overMinor;
