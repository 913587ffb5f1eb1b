/**
 * When things of one series usually arrive, and whether one is overdue: files, payouts, batches.
 *
 * An occasion is the first, second, … arrival of a weekday. It is expected when three of the last four such weekdays had it that
 * were no bank holidays. It is
 * overdue when it is later than its usual time by more than chance makes it: the time beyond the median is taken as exponential,
 * with the mean that was seen, and the caller says how often chance may be wrong.
 * Invariant: an arrival that was overdue teaches nothing about the usual time; all times are the caller's, in order.
 */
const dayMs = 86_400_000;
const hourMs = dayMs / 24;

export interface Overdue {
  /** When it usually arrives. */
  usualMs: number;
  /** From when on its absence is news. */
  dueMs: number;
  raisedMs: number;
}

interface Arrival {
  atMs: number;
  teaches: boolean;
}

interface Occasion {
  /** Since the begin of the day. */
  usual: number;
  /** Mean time beyond it, of the later half. */
  beyond: number;
}

const rememberedDays = 56;
/** Only the first arrivals of a day are occasions: of what arrives all day long, the volume says more. */
const mostADay = 6;
const expectedOf = { weeks: 4, least: 3 };
/** Clocks of other countries change by an hour. */
const leastGraceMs = 1.5 * hourMs;
/** What has not come for so long comes no more. */
const longestDays = 7;

export class Arrivals {
  overdue: Overdue | null = null;
  private arrivals: Arrival[] = [];
  private dayStartMs = 0;
  private occasions: Occasion[] = [];
  private readonly counts = new Map<number, number>();

  /** `rests`: whether nothing needs to come at a time, because banks are closed. */
  constructor(private readonly rests: (atMs: number) => boolean = () => false) {}

  /** One more step of time, with what arrived in it. `wrong` is the chance of a false alert at one occasion. */
  observe(nowMs: number, count: number, wrong: number): void {
    for (let at = 0; at < Math.min(count, mostADay); at++) this.arrive(nowMs);
    if (count > 0) this.learn(nowMs);
    if (this.overdue === null) this.overdue = this.missing(nowMs, wrong);
    else if (nowMs - this.overdue.raisedMs > longestDays * dayMs) this.forget();
  }

  get lastMs(): number | null {
    return this.arrivals.at(-1)?.atMs ?? null;
  }

  /** How many occasions a week has. */
  expectedPerWeek(nowMs: number): number {
    const today = this.dayOf(nowMs);
    const days = Array.from({ length: 7 }, (_, back) => this.expectedOn(today - back));
    return days.reduce((sum, count) => sum + count, 0);
  }

  /** The next occasion that has not come, of today; null where none is expected any more. */
  next(nowMs: number, wrong: number): Omit<Overdue, 'raisedMs'> | null {
    const today = this.dayOf(nowMs);
    const come = this.counts.get(today) ?? 0;
    const occasion = this.occasions[come];
    if (!occasion || come >= this.expectedOn(today)) return null;
    const usualMs = this.dayStartMs + today * dayMs + occasion.usual;
    if (this.rests(usualMs)) return null;
    const tail = occasion.beyond * Math.log(0.5 / Math.min(0.5, wrong));
    return { usualMs, dueMs: usualMs + Math.max(leastGraceMs, tail) };
  }

  private arrive(nowMs: number): void {
    const { overdue } = this;
    this.overdue = null;
    // It is the one that was missing, on whichever day it comes.
    this.arrivals.push(overdue ? { atMs: overdue.usualMs, teaches: false } : { atMs: nowMs, teaches: true });
  }

  private missing(nowMs: number, wrong: number): Overdue | null {
    const next = this.next(nowMs, wrong);
    return next && nowMs >= next.dueMs ? { ...next, raisedMs: nowMs } : null;
  }

  private learn(nowMs: number): void {
    this.arrivals = this.arrivals.filter(({ atMs }) => nowMs - atMs < rememberedDays * dayMs);
    this.dayStartMs = quietestHour(this.arrivals) * hourMs;
    const offsets = Array.from({ length: mostADay }, (): number[] => []);
    this.counts.clear();
    for (const { atMs, teaches } of this.arrivals) {
      const day = this.dayOf(atMs);
      const place = this.counts.get(day) ?? 0;
      this.counts.set(day, place + 1);
      if (teaches) offsets[place]?.push(atMs - this.dayStartMs - day * dayMs);
    }
    this.occasions = offsets.map(occasionOf);
  }

  private expectedOn(day: number): number {
    const first = this.arrivals[0];
    if (first === undefined) return 0;
    const since = this.dayOf(first.atMs);
    const counts = Array.from({ length: rememberedDays / 7 }, (_, back) => day - 7 * (back + 1))
      .filter((earlier) => earlier >= since && !this.rests(this.usualOn(earlier)))
      .slice(0, expectedOf.weeks)
      .map((earlier) => this.counts.get(earlier) ?? 0);
    return Math.min(mostADay, counts.sort((a, b) => b - a)[expectedOf.least - 1] ?? 0);
  }

  private usualOn = (day: number): number => this.dayStartMs + day * dayMs + (this.occasions[0]?.usual ?? 0);

  private dayOf = (atMs: number): number => Math.floor((atMs - this.dayStartMs) / dayMs);

  private forget(): void {
    this.overdue = null;
    this.arrivals = [];
    this.occasions = [];
    this.counts.clear();
  }
}

function occasionOf(offsets: readonly number[]): Occasion {
  const sorted = [...offsets].sort((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const later = sorted.slice(Math.floor(sorted.length / 2));
  return {
    usual,
    beyond: later.reduce((sum, offset) => sum + offset - usual, 0) / Math.max(1, later.length),
  };
}

/** Where a day begins: in the middle of the longest span of the clock without arrivals, so that no occasion lies across it. */
function quietestHour(arrivals: readonly Arrival[]): number {
  const busy = new Set(arrivals.map(({ atMs }) => Math.floor(atMs / hourMs) % 24));
  let best = { hour: 0, length: 0 };
  for (let hour = 0; hour < 24; hour++) {
    let length = 0;
    while (length < 24 && !busy.has((hour + length) % 24)) length++;
    if (length > best.length) best = { hour: (hour + Math.floor(length / 2)) % 24, length };
  }
  return best.hour;
}
