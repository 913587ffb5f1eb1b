/**
 * The last 24 hours of a slice beside what is usual: the same hours of the four weeks before, two hours at a time.
 *
 * Invariant: a span is left out in which nothing was attempted or of which nothing is known, so that no point is made up.
 */
import { dayMs, hourMs } from '../kernel/clock.js';
import type { AlertSpan } from '../ports/alerts.js';
import type { MetricHour } from '../ports/metrics.js';

const spanMs = 2 * hourMs;
const spans = 12;
const weeks = 4;
const weekMs = 7 * dayMs;
/** Two deviations: one span in twenty lies outside by chance. */
const deviations = 2;

interface Span {
  from: Date;
  to: Date;
}

/** What to count: today first, then the same hours of earlier weeks. */
export function spansOf(now: Date): [Span, ...Span[]] {
  const end = (Math.floor(now.getTime() / spanMs) + 1) * spanMs;
  const back = (count: number): Span => ({
    from: new Date(end - spans * spanMs - count * weekMs),
    to: new Date(end - count * weekMs),
  });
  return [back(0), ...Array.from({ length: weeks }, (_, at) => back(at + 1))];
}

export function dayOf(hours: readonly MetricHour[], now: Date): AlertSpan[] {
  const counts = new Map<number, Counts>();
  for (const { at, attempts, failures } of hours) {
    const begin = Math.floor(at.getTime() / spanMs) * spanMs;
    const before = counts.get(begin) ?? { attempts: 0, failures: 0 };
    counts.set(begin, { attempts: before.attempts + attempts, failures: before.failures + failures });
  }
  const begin = spansOf(now)[0].from.getTime();
  return Array.from({ length: spans }, (_, index) => begin + index * spanMs).flatMap((at) => {
    const seen = counts.get(at);
    const past = Array.from({ length: weeks }, (_, back) => counts.get(at - (back + 1) * weekMs));
    const band =
      seen &&
      bandOf(
        past.filter((each) => each !== undefined),
        seen.attempts,
      );
    return seen && band ? [{ at: new Date(at).toISOString(), success: successOf(seen), ...band }] : [];
  });
}

interface Counts {
  attempts: number;
  failures: number;
}

const successOf = ({ attempts, failures }: Counts): number => 1 - failures / attempts;

/** What a span of so many attempts may show: chance, and how far earlier ones lay apart. Null where none is known. */
function bandOf(past: readonly Counts[], attempts: number): Pick<AlertSpan, 'low' | 'high'> | null {
  const total = past.reduce((sum, each) => sum + each.attempts, 0);
  if (total === 0) return null;
  const mean = 1 - past.reduce((sum, each) => sum + each.failures, 0) / total;
  const spread = past.reduce((sum, each) => sum + (each.attempts / total) * (successOf(each) - mean) ** 2, 0);
  // The spread of earlier spans holds their own chance as well, so the larger of both is enough.
  const width = deviations * Math.sqrt(Math.max(spread, (mean * (1 - mean)) / attempts));
  return { low: Math.max(0, mean - width), high: Math.min(1, mean + width) };
}
