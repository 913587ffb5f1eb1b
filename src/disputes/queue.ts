/**
 * How soon a dispute needs an answer.
 *
 * Invariant: a dispute that waits for an answer has an urgency, also where the provider names no date for it or the network
 * hears none.
 */
import { dayMs, hourMs } from '../kernel/clock.js';
import { answerTo } from '../nouns/dispute.js';
import type { DisputeFacts } from '../ports/dispute-register.js';

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
export function urgencyOf(dispute: DisputeFacts, now: Date): Urgency | null {
  const answer = answerTo(dispute, now);
  if (answer.kind === 'none') return null;
  if (answer.kind === 'late') return 'past_due';
  if (answer.kind !== 'due') return answer.kind;
  const leftMs = answer.by.getTime() - now.getTime();
  return limits.find(([, limitMs]) => leftMs <= limitMs)?.[0] ?? 'later';
}
