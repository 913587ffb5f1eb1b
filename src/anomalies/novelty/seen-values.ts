/**
 * The values that a series has taken, sorted, within a fixed number of places.
 *
 * Invariant: never more than `capacity` values. When they run out, neighbours closer than a tolerance are thinned and the
 * tolerance grows, so a distance is off by less than the tolerance and lone values are never lost. Nothing is forgotten here.
 */
export class SeenValues {
  private readonly values: Float64Array;
  private size = 0;
  private tolerance = 0;
  /** What the last look found, so that adding the same value need not search again. */
  private place = 0;
  private nearest = Infinity;

  constructor(private readonly capacity: number) {
    this.values = new Float64Array(capacity);
  }

  /** How far a value is from the nearest one seen; infinite while none is. */
  distance(value: number): number {
    const { values, size } = this;
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[middle]! < value) low = middle + 1;
      else high = middle;
    }
    const above = low < size ? values[low]! - value : Infinity;
    const below = low > 0 ? value - values[low - 1]! : Infinity;
    this.place = low;
    this.nearest = above < below ? above : below;
    return this.nearest;
  }

  /** Remembers the value whose distance was asked for last. */
  add(value: number): void {
    if (this.nearest <= this.tolerance) return;
    if (this.size === this.capacity) {
      this.thin();
      this.distance(value);
    }
    const { values, place } = this;
    values.copyWithin(place + 1, place, this.size);
    values[place] = value;
    this.size++;
  }

  clear(): void {
    this.size = 0;
    this.tolerance = 0;
  }

  /** Frees at least a quarter. The median gap thins where values are dense and leaves lone values alone. */
  private thin(): void {
    const { values, size, capacity } = this;
    const gaps = new Float64Array(size - 1);
    for (let at = 1; at < size; at++) gaps[at - 1] = values[at]! - values[at - 1]!;
    gaps.sort();
    this.tolerance = Math.max(this.tolerance, gaps[gaps.length >>> 1]!);
    while (this.size > capacity * 0.75) {
      let kept = 1;
      for (let at = 1; at < this.size; at++)
        if (values[at]! - values[kept - 1]! > this.tolerance) values[kept++] = values[at]!;
      this.size = kept;
      this.tolerance *= 2;
    }
  }
}
