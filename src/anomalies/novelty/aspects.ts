/**
 * What else of a series can be new besides its value: its level over the last rows, its unrest, and its distance from
 * what is usual at this hour.
 *
 * Invariant: each aspect looks back only and keeps a fixed amount.
 */

/** The last values of a series. */
export class RecentValues {
  private readonly values: Float64Array;
  private next = 0;
  private isFull = false;

  constructor(private readonly length: number) {
    this.values = new Float64Array(length);
  }

  add(value: number): void {
    this.values[this.next] = value;
    if (++this.next < this.length) return;
    this.next = 0;
    this.isFull = true;
  }

  /** Null until there are enough. Summed again each time: a running sum would drift over millions of rows. */
  mean(): number | null {
    if (!this.isFull) return null;
    const { values, length } = this;
    let sum = 0;
    for (let at = 0; at < length; at++) sum += values[at]!;
    return sum / length;
  }

  deviation(): number | null {
    const mean = this.mean();
    if (mean === null) return null;
    const { values, length } = this;
    let squares = 0;
    for (let at = 0; at < length; at++) {
      const off = values[at]! - mean;
      squares += off * off;
    }
    return Math.sqrt(squares / length);
  }
}

const hoursOfDay = 24;
/** A new day counts for a tenth of the usual: a habit changes within two weeks. */
const newDay = 0.1;

/** What is usual at each hour of the day, by the clock on which the rows are written. */
export class HourOfDay {
  private readonly usual = new Float64Array(hoursOfDay).fill(Number.NaN);
  private hour = -1;
  private sum = 0;
  private count = 0;

  /** The distance from what is usual at this hour; null on its first day. */
  distance(hour: number, value: number): number | null {
    if (hour !== this.hour) this.enter(hour);
    this.sum += value;
    this.count++;
    const usual = this.usual[hour] ?? Number.NaN;
    return Number.isNaN(usual) ? null : value - usual;
  }

  private enter(hour: number): void {
    if (this.count > 0) {
      const mean = this.sum / this.count;
      const usual = this.usual[this.hour] ?? Number.NaN;
      this.usual[this.hour] = Number.isNaN(usual) ? mean : usual + newDay * (mean - usual);
    }
    this.hour = hour;
    this.sum = 0;
    this.count = 0;
  }
}
