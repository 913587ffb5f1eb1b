/** What the rules of matching are set to. */
import type { Day } from '../../kernel/calendar-day.js';
import type { LedgerEntry } from '../findings.js';

export interface MatchSettings {
  /** How far the two value dates of one payment may lie apart, in days. */
  windowDays: number;
  /** The day on which an entry's money is due when that day is still to come; null when it is due already. */
  dueLater: (entry: LedgerEntry) => Day | null;
}

export const defaultSettings: MatchSettings = { windowDays: 2, dueLater: () => null };

/** A side that states no day cannot contradict one. */
export const withinWindow = (a: Day | null, b: Day | null, windowDays: number): boolean =>
  a === null || b === null || Math.abs(a - b) <= windowDays;
