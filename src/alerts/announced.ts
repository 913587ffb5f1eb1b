/**
 * Days that the company announced, such as a promotion or a holiday of its own. An alert about what is expected then wakes no one.
 *
 * Invariant: an announcement explains unusual volumes, values and arrivals, never a lower success rate or slow answers.
 */
import type { AlertSlice, NewAlert } from '../ports/alerts.js';

export interface Announced {
  name: string;
  /** From `from` until before `until`. */
  from: Date;
  until: Date;
  /** Ids; empty for all metrics. */
  metrics: readonly string[];
  /** What a slice must name; empty for every slice. */
  where: AlertSlice;
}

const explained: readonly NewAlert['kind'][] = ['volume', 'level', 'overdue'];

export const announcementOf = (
  { kind, metric, slice }: Pick<NewAlert, 'kind' | 'metric' | 'slice'>,
  announced: readonly Announced[],
  now: Date,
): Announced | null =>
  announced.find(
    ({ from, until, metrics, where }) =>
      explained.includes(kind) &&
      from <= now &&
      now < until &&
      (metrics.length === 0 || metrics.includes(metric)) &&
      Object.entries(where).every(([dimension, value]) => slice[dimension] === value),
  ) ?? null;
