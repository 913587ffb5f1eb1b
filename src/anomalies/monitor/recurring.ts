/**
 * What happens again in the same hour of a later week: maintenance that was reported once is known from then on.
 *
 * A fault that hits the same slice in the same half hour of the week by chance is far rarer than work that is done every week, so
 * once is enough to know it. Invariant: only what begins at that time, lasts no longer and is no worse is known; anything else
 * is reported. Deliberately absent: days and months; what recurs on them is reported each time.
 */
import { isWithin, type Slice } from '../slices/lattice.js';

/** A week without it, or in which it was too small to be found, is not its end. */
const rememberedWeeks = 4;
/** How far its beginning and its end may be from those of the week before. */
const slackHours = 0.5;
/** More failures than then, by so many standard deviations of chance, are worse. */
const worseDeviations = 3;

interface Past {
  slice: Slice;
  onset: number;
  ended: number;
  /** The largest share of the successes that it took. */
  lost: number;
}

/** What is expected of a fault that is known. */
export interface Recurrence {
  until: number;
  lost: number;
}

export class Recurring {
  private past: Past[] = [];
  private readonly week: number;
  private readonly slack: number;

  constructor(bucketsPerDay: number) {
    this.week = 7 * bucketsPerDay;
    this.slack = Math.ceil((slackHours / 24) * bucketsPerDay);
  }

  remember(past: Past): void {
    const oldest = past.ended - rememberedWeeks * this.week - this.slack;
    this.past = [...this.past.filter(({ onset }) => onset >= oldest), past];
  }

  /** What a slice did at this time of an earlier week; null where that is no reason to expect a fault now. */
  of(slice: Slice, onset: number): Recurrence | null {
    const { week, slack } = this;
    for (const past of this.past) {
      const weeks = Math.round((onset - past.onset) / week);
      const isThen = weeks >= 1 && weeks <= rememberedWeeks;
      if (isThen && Math.abs(onset - past.onset - weeks * week) <= slack && isWithin(slice, past.slice))
        return { until: past.ended + weeks * week + slack, lost: past.lost };
    }
    return null;
  }
}

/** Whether a bucket of n attempts and k failures is worse than then. */
export function isWorse({ lost }: Recurrence, n: number, k: number, expected: number): boolean {
  const failures = n - (n - expected) * (1 - lost);
  const variance = failures * (1 - failures / Math.max(n, 1));
  return k - failures > worseDeviations * Math.sqrt(Math.max(0, variance));
}
