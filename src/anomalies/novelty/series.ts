/**
 * One series under watch: a value that is new for it and lies outside what is usual at this hour begins a change; the change is
 * over when values are usual again for a while, or have become usual.
 *
 * Invariant: while a change lasts, its values teach nothing about what is usual, and what is usual says when it is over.
 */
import { NoveltyDetector } from './detector.js';
import { alertScore } from './score.js';

/** The values that raise an alert: above what is usual, below it, or both. */
type Direction = 'up' | 'down' | 'both';

export interface SeriesOptions {
  widthMs: number;
  direction: Direction;
  /** A smaller distance from what is usual is no change. */
  floor: number;
  /** Sums of many parts stray by the root of their size; their roots stray evenly. */
  isSum: boolean;
}

export interface Band {
  low: number;
  high: number;
}

export interface SeriesChange extends Band {
  sinceMs: number;
  raisedMs: number;
  /** The value that lies farthest from what is usual. */
  farthest: number;
  buckets: number;
}

const dayMs = 86_400_000;
const hourMs = dayMs / 24;
const weekMs = 7 * dayMs;
/** What a score counts as a week. */
const rowsOfWeek = 2_016;
const warmupMs = 14 * dayMs;
/** What is usual at an hour is known from so many days. */
const rememberedDays = 14;
const fewestDays = 3;
/** One value in twenty lies on either side of what is usual. */
const tail = 0.05;
const calmMs = hourMs / 2;
/** A value that is new may leave what is usual a little later. */
const newForMs = hourMs;
/** What lasts for longer is the new normal. */
const longestMs = dayMs;

export class Series {
  change: SeriesChange | null = null;
  last: { atMs: number; value: number } | null = null;
  private readonly novelty = new NoveltyDetector();
  private readonly hours = Array.from({ length: 24 }, (): number[] => []);
  private firstMs: number | null = null;
  private calmSinceMs: number | null = null;
  private newUntilMs = -Infinity;

  private readonly rowsOfHour: number;

  constructor(private readonly options: SeriesOptions) {
    this.rowsOfHour = Math.max(1, Math.floor(hourMs / options.widthMs));
  }

  /** `alertsPerWeek`: its share of the false alerts that people accept. */
  observe(atMs: number, value: number, alertsPerWeek: number): void {
    const { widthMs } = this.options;
    this.firstMs ??= atMs;
    this.last = { atMs, value };
    this.novelty.alertsPerWeek = (alertsPerWeek * rowsOfWeek * widthMs) / weekMs;
    const judged = this.options.isSum ? Math.sign(value) * Math.sqrt(Math.abs(value)) : value;
    const score = this.novelty.score({ wallTimeMs: atMs, value: judged });
    const band = this.usualAt(atMs);
    if (score >= alertScore) this.newUntilMs = atMs + newForMs;
    const isNew = atMs < this.newUntilMs && atMs - this.firstMs >= warmupMs;
    if (this.change) this.follow(this.change, atMs, value, band);
    else if (isNew && band && this.outside(value, band) > this.options.floor)
      this.change = { ...band, sinceMs: atMs, raisedMs: atMs + widthMs, farthest: value, buckets: 1 };
    if (!this.change) this.learn(atMs, value);
  }

  /** Null until it is known. */
  usualAt(atMs: number): Band | null {
    const near = [23, 0, 1].map((hour) => this.hours[(hourOf(atMs) + hour) % 24] ?? []);
    const values = near.flat().sort((a, b) => a - b);
    if (values.length < 3 * fewestDays * this.rowsOfHour) return null;
    const [low, high] = [
      values[Math.floor(tail * values.length)],
      values[Math.ceil((1 - tail) * values.length) - 1],
    ];
    return low === undefined || high === undefined ? null : { low, high };
  }

  /** How far a value lies outside, on the side that counts. */
  private outside(value: number, { low, high }: Band): number {
    const { direction } = this.options;
    if (direction !== 'down' && value > high) return value - high;
    return direction !== 'up' && value < low ? low - value : 0;
  }

  private follow(change: SeriesChange, atMs: number, value: number, band: Band | null): void {
    change.buckets++;
    const isCalm = band !== null && this.outside(value, band) <= this.options.floor;
    this.calmSinceMs = isCalm ? (this.calmSinceMs ?? atMs) : null;
    if (band && this.outside(value, band) > this.outside(change.farthest, change))
      Object.assign(change, band, { farthest: value });
    const isOver = this.calmSinceMs !== null && atMs + this.options.widthMs - this.calmSinceMs >= calmMs;
    if (!isOver && atMs - change.sinceMs < longestMs) return;
    // What did not end has become usual: it is learned anew.
    if (!isOver) for (const values of this.hours) values.length = 0;
    this.change = null;
    this.calmSinceMs = null;
  }

  private learn(atMs: number, value: number): void {
    const values = this.hours[hourOf(atMs)];
    values?.push(value);
    if (values && values.length > rememberedDays * this.rowsOfHour) values.shift();
  }
}

const hourOf = (atMs: number): number => Math.floor(atMs / hourMs) % 24;
