/**
 * Disputes in the order in which they need an answer.
 *
 * Invariants: a dispute that waits for an answer is in the queue, also where the provider names no date for it or the
 * network hears none; an unknown date may be the nearest, so it comes first.
 */
import { dayMs, hourMs } from '../kernel/clock.js';
import { answerTo } from '../nouns/dispute.js';
import type { Dispute } from '../ports/payments-api.js';

export type Urgency =
  | 'no_date'
  | 'past_due'
  | 'within_24_hours'
  | 'within_72_hours'
  | 'within_7_days'
  | 'later'
  /** It can be accepted, and not be answered. */
  | 'not_allowed';

const limits: readonly (readonly [Urgency, number])[] = [
  ['within_24_hours', 24 * hourMs],
  ['within_72_hours', 72 * hourMs],
  ['within_7_days', 7 * dayMs],
];

/** How soon an answer is due; null when none is awaited. */
export function urgencyOf(dispute: Dispute, now: Date): Urgency | null {
  const answer = answerTo(dispute, now);
  if (answer.kind === 'none') return null;
  if (answer.kind === 'late') return 'past_due';
  if (answer.kind !== 'due') return answer.kind;
  const leftMs = answer.by.getTime() - now.getTime();
  return limits.find(([, limitMs]) => leftMs <= limitMs)?.[0] ?? 'later';
}

export interface QueuedDispute {
  dispute: Dispute;
  urgency: Urgency;
}

/** Those that wait for an answer, the nearest deadline first. */
export function queueOf(disputes: readonly Dispute[], now: Date): QueuedDispute[] {
  return disputes
    .flatMap((dispute) => {
      const urgency = urgencyOf(dispute, now);
      return urgency ? [{ dispute, urgency }] : [];
    })
    .sort((a, b) => placeOf(a) - placeOf(b));
}

function placeOf({ dispute, urgency }: QueuedDispute): number {
  if (urgency === 'not_allowed') return Infinity;
  return dispute.respondBy?.getTime() ?? 0;
}
