/**
 * Whether two changes have one cause: one slice holds the other.
 */
import type { AlertSlice } from '../ports/alerts.js';

export const holds = (wide: AlertSlice, narrow: AlertSlice): boolean =>
  Object.entries(wide).every(([name, value]) => narrow[name] === value);

/** Nothing is known of the cause of a change that no slice explains, so it has none in common with others. */
export const isSameCause = (a: AlertSlice, b: AlertSlice): boolean =>
  Object.keys(a).length > 0 && Object.keys(b).length > 0 && (holds(a, b) || holds(b, a));
