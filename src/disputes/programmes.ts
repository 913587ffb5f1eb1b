/**
 * The card networks' monitoring programmes: how a month compares with their thresholds, and how far it is from the next.
 *
 * Invariants: a ratio has its numerator and denominator; where the denominator is not known there is no ratio; of several
 * thresholds those in force in the month count. Both conditions of a threshold, a ratio and a count, must hold.
 * Deliberately absent: fines. They depend on the acquirer.
 */
import type { OpenedCount } from '../ports/dispute-register.js';
import { isInquiry } from '../nouns/dispute.js';
import type { Month } from '../kernel/month.js';

export interface Threshold {
  /** “excessive”. */
  name: string;
  /** The first day on which it is in force, `YYYY-MM-DD`; null for one that always was. */
  from: string | null;
  /** In per cent. */
  percent: number;
  /** It needs so many as well. */
  count: number;
}

export interface Programme {
  id: string;
  name: string;
  /** As the provider names the network: `visa`. */
  network: string;
  /** What is counted: disputes alone, or early fraud warnings too. */
  counts: 'disputes' | 'disputes_and_warnings';
  /** Whose settled payments it is divided by. */
  dividedBy: 'same_month' | 'month_before';
  thresholds: readonly Threshold[];
}

/** Where paydesk.yaml says nothing. Sources: docs/disputes.md. */
export const shippedProgrammes: readonly Programme[] = [
  {
    id: 'vamp',
    name: 'Visa VAMP',
    network: 'visa',
    counts: 'disputes_and_warnings',
    dividedBy: 'same_month',
    thresholds: [
      { name: 'excessive', from: '2025-06-01', percent: 2.2, count: 1500 },
      { name: 'excessive', from: '2026-04-01', percent: 1.5, count: 1500 },
    ],
  },
  {
    id: 'ecm',
    name: 'Mastercard ECM',
    network: 'mastercard',
    counts: 'disputes',
    dividedBy: 'month_before',
    thresholds: [
      { name: 'ECM', from: null, percent: 1.5, count: 100 },
      { name: 'HECM', from: null, percent: 3, count: 300 },
    ],
  },
];

export interface Standing {
  programme: Programme;
  disputes: number;
  /** Null where the programme does not count them. */
  warnings: number | null;
  /** False where warnings of the month came before Paydesk began to count them: the ratio is at least what is said. */
  isWhole: boolean;
  /** Settled payments; null where the books do not say. */
  settled: number | null;
  thresholds: readonly ThresholdStanding[];
}

export interface ThresholdStanding {
  threshold: Threshold;
  /** From so many on it is reached; null without a denominator. */
  reachedAt: number | null;
  /** How many more reach it, 0 where it is reached. */
  away: number | null;
}

export const counted = ({ disputes, warnings }: Standing): number => disputes + (warnings ?? 0);

/** In per cent; null where there is nothing to divide by. */
export function ratioOf(standing: Standing): number | null {
  const { settled } = standing;
  return settled === null || settled === 0 ? null : (counted(standing) / settled) * 100;
}

interface Facts {
  disputes: number;
  warnings: number;
  /** Whether the warnings of the whole month were counted. */
  warningsWhole: boolean;
  settled: number | null;
}

export function standingOf(programme: Programme, month: Month, facts: Facts): Standing {
  const { disputes, settled } = facts;
  const warnings = programme.counts === 'disputes' ? null : facts.warnings;
  const total = disputes + (warnings ?? 0);
  return {
    programme,
    disputes,
    warnings,
    isWhole: warnings === null || facts.warningsWhole,
    settled,
    thresholds: inForce(programme.thresholds, month).map((threshold) => {
      const reachedAt = reachedFrom(threshold, settled);
      return { threshold, reachedAt, away: reachedAt === null ? null : Math.max(0, reachedAt - total) };
    }),
  };
}

/** Of each name the latest that began by the end of the month. */
function inForce(thresholds: readonly Threshold[], month: Month): Threshold[] {
  const begun = thresholds.filter(({ from }) => (from ?? '') <= `${month.text}-31`);
  const names = [...new Set(begun.map(({ name }) => name))];
  return names.flatMap((name) =>
    begun
      .filter((one) => one.name === name)
      .sort((a, b) => (b.from ?? '').localeCompare(a.from ?? ''))
      .slice(0, 1),
  );
}

/** Hundredths of a per cent, so that no fraction is lost on the way. */
const reachedFrom = ({ percent, count }: Threshold, settled: number | null): number | null =>
  settled === null ? null : Math.max(count, Math.ceil((Math.round(percent * 100) * settled) / 10_000));

/** Inquiries are no chargebacks, and networks do not count them. */
export const chargebacksAt = (opened: readonly OpenedCount[], network: string): number =>
  opened
    .filter((one) => one.network === network && !isInquiry(one))
    .reduce((sum, { count }) => sum + count, 0);

/** From this share of a threshold on people are warned. */
const warnedFrom = 0.8;

/** The furthest that a programme has come: the threshold, and whether it is reached or near; null for neither. */
export function alarmOf(standing: Standing): { threshold: Threshold; isReached: boolean } | null {
  const total = counted(standing);
  const near = standing.thresholds.filter(
    ({ reachedAt }) => reachedAt !== null && total >= reachedAt * warnedFrom,
  );
  const furthest = near.sort((a, b) => (b.reachedAt ?? 0) - (a.reachedAt ?? 0))[0];
  return furthest ? { threshold: furthest.threshold, isReached: furthest.away === 0 } : null;
}
