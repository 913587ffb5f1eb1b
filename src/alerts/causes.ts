/**
 * Whether two changes have one cause: one slice holds the other.
 */
import { minuteMs } from '../kernel/clock.js';
import { isJudged, type Alert, type AlertSlice, type NewAlert } from '../ports/alerts.js';

/** What begins further apart than this has another cause. */
const togetherMs = 30 * minuteMs;

export const holds = (wide: AlertSlice, narrow: AlertSlice): boolean =>
  Object.entries(wide).every(([name, value]) => narrow[name] === value);

/** The same change of a metric, seen again: of one kind, and one slice holds the other. */
export const isSameChange = (a: Changed, b: Changed): boolean =>
  a.kind === b.kind && (holds(a.slice, b.slice) || holds(b.slice, a.slice));

type Changed = Pick<NewAlert, 'kind' | 'slice'>;

/** Nothing is known of the cause of a change that no slice explains, so it has none in common with others. */
export const isSameCause = (a: AlertSlice, b: AlertSlice): boolean =>
  Object.keys(a).length > 0 && Object.keys(b).length > 0 && (holds(a, b) || holds(b, a));

/**
 * The open alert on whose card a new one belongs: of another metric, with the same cause, begun at about the same time. Null where
 * it has a card of its own.
 */
export const sharesCardWith = (found: NewAlert, active: readonly Alert[]): Alert | null =>
  !isJudged(found)
    ? null
    : (active.find(
        (alert) =>
          isJudged(alert) &&
          alert.joined === null &&
          alert.metric !== found.metric &&
          isSameCause(alert.slice, found.slice) &&
          Math.abs(alert.onsetAt.getTime() - found.onsetAt.getTime()) <= togetherMs,
      ) ?? null);
