/**
 * What a partner is answerable for in a month, counted so that it can be shown to the partner.
 *
 * Invariants: failures that customers, their institutions or we ourselves caused are left out and counted as left out;
 * attempts that have not ended are neither; a share is never kept without what it is a share of.
 */
import { dayMs } from '../kernel/clock.js';
import type { PartnerTraffic } from '../ports/books.js';
import type { StoredEntry } from '../ports/audit.js';
import { fewestAttempts, noTraffic } from './health.js';
import type { Month } from '../kernel/month.js';

/** Of the attempts that succeeded or that the partner failed, how many succeeded. */
export interface Availability {
  succeeded: number;
  failedByPartner: number;
  /** Failures that are not the partner's. */
  leftOut: number;
  /** Neither succeeded nor failed yet. */
  underWay: number;
  latencyP50Ms: number | null;
  latencyP95Ms: number | null;
}

export interface MonthOfCard {
  month: Month;
  /** Why it could not be counted, where it could not. */
  counted: Availability | { unknown: string };
}

export function availabilityOf(traffic: PartnerTraffic = noTraffic): Availability {
  const { attempts, succeeded, failedBy, latencyP50Ms, latencyP95Ms } = traffic;
  const failed = Object.values(failedBy).reduce((sum, count) => sum + count, 0);
  const failedByPartner = failedBy.partner ?? 0;
  return {
    succeeded,
    failedByPartner,
    leftOut: failed - failedByPartner,
    underWay: attempts - succeeded - failed,
    latencyP50Ms,
    latencyP95Ms,
  };
}

export const judgedOf = ({ succeeded, failedByPartner }: Availability): number => succeeded + failedByPartner;

/** 0 to 1; null where too few attempts say anything. */
export const shareOf = (counted: Availability): number | null =>
  judgedOf(counted) < fewestAttempts ? null : counted.succeeded / judgedOf(counted);

/** Trouble that the partner's status page reported: how often it began, and how long it lasted within the month. */
export interface PublishedTrouble {
  begun: number;
  lastedMs: number;
}

/** `entries`: `partner.degraded` and `partner.recovered` of this partner, in any order. */
export function publishedTrouble(
  entries: readonly Pick<StoredEntry, 'kind' | 'at'>[],
  { from, to }: Month,
  now: Date,
): PublishedTrouble {
  const inOrder = entries.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const end = Math.min(to.getTime(), now.getTime());
  let sinceMs: number | null = null;
  let lastedMs = 0;
  const add = (untilMs: number): void => {
    if (sinceMs !== null) lastedMs += Math.max(0, Math.min(untilMs, end) - Math.max(sinceMs, from.getTime()));
    sinceMs = null;
  };
  for (const { kind, at } of inOrder) {
    if (kind === 'partner.recovered') add(at.getTime());
    else sinceMs ??= at.getTime();
  }
  add(end);
  const begun = inOrder.filter(({ kind, at }) => kind === 'partner.degraded' && at >= from && at < to).length;
  return { begun, lastedMs };
}

/** The middle of them; null for none. */
export function medianDays(durationsMs: readonly number[]): number | null {
  const sorted = durationsMs.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined ? null : middle / dayMs;
}
