/**
 * What a partner publishes about itself: for how long it holds, and when a change of it is worth telling people.
 *
 * Invariant: a page that has not been readable for long says nothing of the moment, neither that all is well nor that it is not.
 * Invariant: a decision carries its reason. Only a changed indicator is worth a new line (`step`): the wording of a running
 * incident changes every few minutes, so that it only rewrites the card.
 */
import { minuteMs } from '../kernel/clock.js';
import type { PublishedStatus, StatusIndicator } from '../ports/partner-status.js';
import type { RememberedStatus } from '../ports/partner-statuses.js';

export type StatusDecision =
  | { notify: false; reason: 'first_look_and_fine' | 'unchanged' }
  /** `step`: posted in the thread, because the card alone does not show the change. */
  | { notify: true; step: false; reason: 'degraded' | 'details_changed' | 'readable_again' }
  | { notify: true; step: true; reason: 'worse' | 'better' | 'recovered' };

/** A page that was read longer ago than this may tell of yesterday's weather. */
const staleMs = 10 * minuteMs;

/** Since when the page is unreadable; null while it was read a short time ago. */
export const unknownSince = ({ checkedAt }: RememberedStatus, now: Date): Date | null =>
  now.getTime() - checkedAt.getTime() >= staleMs ? checkedAt : null;

/** When an incident will have been unconfirmed for too long; null where there is none, or that was already reported. */
export const staleAt = ({
  published,
  checkedAt,
  staleToldAt,
}: Pick<RememberedStatus, 'published' | 'checkedAt' | 'staleToldAt'>): Date | null =>
  published.indicator === 'none' || staleToldAt !== null ? null : new Date(checkedAt.getTime() + staleMs);

/** Whether a live card shows an incident that can no longer be confirmed, and does not say so yet. */
export const isToBeMarked = (status: RememberedStatus, now: Date): boolean =>
  staleAt(status) !== null && unknownSince(status, now) !== null;

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
  if (before?.staleToldAt) return { notify: true, step: false, reason: 'readable_again' };
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
    status?.maintenances.map(({ name, until, latestUpdate }) => [name, until, latestUpdate]),
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
    staleToldAt: null,
  };
}
