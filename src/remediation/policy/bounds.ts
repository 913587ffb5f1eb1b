/**
 * Whether an alert may let a standing approval act, by the bounds that people approved.
 *
 * Invariants: an alert that is about something else is passed over in silence, every other no has its reason; what is not
 * known counts against acting.
 */
import { hourMs } from '../../kernel/clock.js';
import type { Place, Standing } from '../kit/action.js';
import { hoursText, instantText, isOpen } from './calendar.js';

/** What is seen of an alert that is not over. */
export interface SeenAlert {
  id: string;
  metric: string;
  kind: string;
  state: string;
  slice: Place;
  facts: { attempts: number; failures: number; expected: number };
  openedAt: Date;
  /** When it came back after it was over; null for one that did not. */
  reopenedAt: Date | null;
}

/** An earlier use of the same approval that did something, or still may. */
interface EarlierUse {
  alertId: string | null;
  at: Date;
}

export type BoundsVerdict = { kind: 'passed_over' } | { kind: 'declined'; why: string } | { kind: 'fits' };

/** An alert that comes and goes does not use it up: between two uses lies so long. */
const coolDownMs = 2 * hourMs;

interface Circumstances {
  alerts: readonly SeenAlert[];
  uses: readonly EarlierUse[];
  /** When it was asked for: what went on then is not what people had in mind; what comes back later is. */
  armedAt: Date;
  now: Date;
}

export function boundsVerdict(standing: Standing, alert: SeenAlert, around: Circumstances): BoundsVerdict {
  const isUsed = around.uses.some(({ alertId }) => alertId === alert.id);
  const since = alert.reopenedAt ?? alert.openedAt;
  if (isUsed || since < around.armedAt || !isMeant(standing, alert)) return { kind: 'passed_over' };
  const why = whyNot(standing, alert, around);
  return why === null ? { kind: 'fits' } : { kind: 'declined', why };
}

/** Of the metric, naming the slice that was approved, and holding the place where it would act. */
const isMeant = ({ alert: bounds, place }: Standing, { metric, kind, slice }: SeenAlert): boolean =>
  kind === 'rate' && metric === bounds.metric && holds(bounds.slice, slice) && holds(slice, place);

/** Whether everything in the narrow place is in the wide one. */
const holds = (wide: Place, narrow: Place): boolean =>
  Object.entries(wide).every(([name, value]) => narrow[name] === value);

function whyNot(
  { alert: bounds, uses: most, hours, fallback }: Standing,
  alert: SeenAlert,
  { alerts, uses, now }: Circumstances,
): string | null {
  const { attempts, failures, expected } = alert.facts;
  const last = uses.at(-1);
  const coolUntil = last === undefined ? now : new Date(last.at.getTime() + coolDownMs);
  const failing = failingAt(fallback, bounds.metric, alerts);
  if (alert.state === 'snoozed') return 'someone snoozed it.';
  if (attempts < bounds.attempts) return `fewer than ${bounds.attempts} attempts are counted so far.`;
  if (!(failures - expected >= (bounds.dropPoints / 100) * attempts))
    return `the rate is less than ${bounds.dropPoints} points below usual.`;
  if (hours !== null && !isOpen(hours, now)) return `it acts only at ${hoursText(hours)}.`;
  if (uses.length >= most) return `all ${most} uses are used up.`;
  if (coolUntil > now) return `it was used recently; it can act again from ${instantText(coolUntil)}.`;
  return failing === null ? null : `the fallback fails as well (${failing.id}).`;
}

/** An alert about a place, if there is one. */
export const failingAt = (place: Place, metric: string, alerts: readonly SeenAlert[]): SeenAlert | null =>
  alerts.find((alert) => alert.metric === metric && alert.kind === 'rate' && holds(alert.slice, place)) ??
  null;
