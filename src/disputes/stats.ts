/**
 * A month of disputes in numbers: those that opened in it, and what has become of them by now.
 *
 * Invariants: a rate is over disputes that are decided, with their number and an interval, because few decisions prove
 * little; inquiries are no disputes and are counted apart; an unanswered dispute is lost, and is named.
 */
import { isInquiry } from '../nouns/dispute.js';
import type { OpenedCount } from '../ports/dispute-register.js';

export interface WinRate {
  won: number;
  /** Decided, that is won or lost. */
  n: number;
  /** Between 0 and 1; null where nothing is decided. */
  rate: number | null;
  /** 95 % confidence interval of the rate. */
  low: number;
  high: number;
}

export interface DisputeStats {
  opened: number;
  inquiries: number;
  undecided: number;
  /** All decided ones. */
  all: WinRate;
  /** Those that were answered. */
  answered: WinRate;
  lostWithoutAnswer: number;
  /** The most frequent first. */
  reasons: readonly { reason: string; opened: number; winRate: WinRate }[];
}

const sumOf = (counts: readonly OpenedCount[]): number => counts.reduce((sum, { count }) => sum + count, 0);
const isWon = ({ status }: OpenedCount): boolean => /(^|_)won$/.test(status);
const isLost = ({ status }: OpenedCount): boolean => /(^|_)lost$/.test(status);

export function statsOf(counts: readonly OpenedCount[]): DisputeStats {
  const disputes = counts.filter((count) => !isInquiry(count));
  const opened = sumOf(disputes);
  const all = winRateOf(disputes);
  const reasons = [...new Set(disputes.map(({ reason }) => reason))].map((reason) => {
    const own = disputes.filter((count) => count.reason === reason);
    return { reason, opened: sumOf(own), winRate: winRateOf(own) };
  });
  return {
    opened,
    inquiries: sumOf(counts) - opened,
    undecided: opened - all.n,
    all,
    answered: winRateOf(disputes.filter(({ answered }) => answered)),
    lostWithoutAnswer: sumOf(disputes.filter((count) => isLost(count) && !count.answered)),
    reasons: reasons.sort((a, b) => b.opened - a.opened || a.reason.localeCompare(b.reason)),
  };
}

const winRateOf = (counts: readonly OpenedCount[]): WinRate => {
  const won = sumOf(counts.filter(isWon));
  const n = won + sumOf(counts.filter(isLost));
  return { won, n, rate: n === 0 ? null : won / n, ...wilson(won, n) };
};

/** Wilson's score interval, which holds for few decisions and for rates near 0 and 1. */
export function wilson(won: number, n: number): { low: number; high: number } {
  if (n === 0) return { low: 0, high: 1 };
  const z = 1.959964;
  const rate = won / n;
  const middle = (rate + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((rate * (1 - rate)) / n + (z * z) / (4 * n * n));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
