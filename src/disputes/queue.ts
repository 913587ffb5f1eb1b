/**
 * Disputes in the order in which they need an answer.
 *
 * Invariants: the deadline is the provider's own (`respondBy`), never computed from a network's table; a dispute that
 * nobody can answer is not in the queue; one with a status that we do not know is, while its deadline is to come.
 */
import { dayMs, hourMs } from '../kernel/clock.js';
import type { Dispute } from '../ports/payments-api.js';

export type Urgency = 'past_due' | 'within_24_hours' | 'within_72_hours' | 'within_7_days' | 'later';

const limits: readonly (readonly [Urgency, number])[] = [
  ['past_due', 0],
  ['within_24_hours', 24 * hourMs],
  ['within_72_hours', 72 * hourMs],
  ['within_7_days', 7 * dayMs],
];

/** How soon an answer is due; null when none is possible or needed. */
export function urgencyOf(dispute: Dispute, now: Date): Urgency | null {
  if (!dispute.respondBy) return null;
  const leftMs = dispute.respondBy.getTime() - now.getTime();
  if (!needsResponse(dispute) && (isSettled(dispute) || leftMs <= 0)) return null;
  return limits.find(([, limitMs]) => leftMs <= limitMs)?.[0] ?? 'later';
}

/** The provider's words share their endings: `warning_needs_response`, and others to come. */
export const needsResponse = ({ status }: Dispute): boolean => /(^|_)needs_response$/.test(status);

const isSettled = ({ status }: Dispute): boolean =>
  /(^|_)(under_review|closed|won|lost|prevented|refunded)$/.test(status);

export interface QueuedDispute {
  dispute: Dispute;
  urgency: Urgency;
}

/** Those that need an answer, the nearest deadline first. */
export function queueOf(disputes: readonly Dispute[], now: Date): QueuedDispute[] {
  return disputes
    .flatMap((dispute) => {
      const urgency = urgencyOf(dispute, now);
      return urgency ? [{ dispute, urgency }] : [];
    })
    .sort((a, b) => (a.dispute.respondBy?.getTime() ?? 0) - (b.dispute.respondBy?.getTime() ?? 0));
}
