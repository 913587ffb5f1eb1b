/**
 * Hours of the week in which something is allowed, as people write them: for rules, and for what is approved ahead.
 */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** By the clock on the wall of `timeZone`. `to` is exclusive; before `from` it means the next day. */
export interface Hours {
  /** The days on which the window begins. */
  days: readonly Weekday[];
  /** `HH:MM`. */
  from: string;
  /** `HH:MM`, `24:00` for the end of the day. */
  to: string;
  timeZone: string;
}
