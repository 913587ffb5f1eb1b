/** How old a break is, in the buckets that operations talk about. */
import type { Day } from '../../kernel/calendar-day.js';

const buckets = [
  { label: '0–1 days', atMost: 1 },
  { label: '2–3 days', atMost: 3 },
  { label: '4–7 days', atMost: 7 },
  { label: '8–30 days', atMost: 30 },
  { label: 'over 30 days', atMost: Infinity },
] as const;

/** The bucket of a break that was found on a business day, seen from today. */
export const ageBucket = (businessDay: Day, today: Day): string =>
  buckets.find(({ atMost }) => today - businessDay <= atMost)?.label ?? buckets[4].label;

export const ageBuckets: readonly string[] = buckets.map(({ label }) => label);
