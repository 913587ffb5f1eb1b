/**
 * What a partner publishes about itself: when a change of it is worth telling people.
 *
 * Invariant: a decision carries its reason. Only a changed indicator is worth a new line (`step`): the wording of a running
 * incident changes every few minutes, so that it only rewrites the card.
 */
import type { PublishedStatus, StatusIndicator } from '../ports/partner-status.js';
import type { RememberedStatus } from '../ports/partner-statuses.js';

export type StatusDecision =
  | { notify: false; reason: 'first_look_and_fine' | 'unchanged' }
  /** `step`: the card alone does not tell it, because it was there before. */
  | { notify: true; step: false; reason: 'degraded' | 'details_changed' }
  | { notify: true; step: true; reason: 'worse' | 'better' | 'recovered' };

const severity: Readonly<Record<StatusIndicator, number>> = {
  none: 0,
  maintenance: 1,
  minor: 2,
  major: 3,
  critical: 4,
};

export function decide(before: RememberedStatus | null, now: PublishedStatus): StatusDecision {
  const was = severity[before?.published.indicator ?? 'none'];
  const is = severity[now.indicator];
  if (was === 0 && is > was) return { notify: true, step: false, reason: 'degraded' };
  if (is > was) return { notify: true, step: true, reason: 'worse' };
  if (is < was) return { notify: true, step: true, reason: is === 0 ? 'recovered' : 'better' };
  if (is === 0) return { notify: false, reason: before ? 'unchanged' : 'first_look_and_fine' };
  return wording(before?.published) === wording(now)
    ? { notify: false, reason: 'unchanged' }
    : { notify: true, step: false, reason: 'details_changed' };
}

/** What the card shows of a running incident. */
function wording(status: PublishedStatus | undefined): string {
  return JSON.stringify([
    status?.description,
    status?.components.filter((component) => component.status !== 'operational'),
    status?.incidents.map(({ name, status: phase, latestUpdate }) => [name, phase, latestUpdate]),
  ]);
}

/** The status to remember next. `changedAt` moves only with the indicator, `troubleAt` only when trouble begins. */
export function remember(
  before: RememberedStatus | null,
  partner: string,
  published: PublishedStatus,
  now: Date,
): RememberedStatus {
  const wasFine = (before?.published.indicator ?? 'none') === 'none';
  const isFine = published.indicator === 'none';
  return {
    partner,
    published,
    changedAt: before?.published.indicator === published.indicator ? before.changedAt : now,
    troubleAt: wasFine && !isFine ? now : (before?.troubleAt ?? null),
    checkedAt: now,
  };
}
