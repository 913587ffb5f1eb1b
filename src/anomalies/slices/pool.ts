/**
 * Which dimension values get a slice of their own; rare ones are pooled as “other”, so that memory is bounded.
 *
 * A dimension admits its first thousand values at once; later ones when they show a share of the attempts that is worth one of
 * the places (lossy counting). Invariant: what is admitted does not depend on the order of the rows of one bucket.
 */
const pooledValue = 'other';

interface PooledRow {
  values: readonly string[];
  attempts: number;
}

const admittedAtOnce = 1000;
/** Slices that a metric may have. */
const mostLeaves = 20_000;
/** A value with fewer attempts than these has shown nothing yet. */
const fewestAttempts = 30;
const mostCandidates = 200_000;

export class Pool {
  private readonly dimensions: DimensionPool[];
  private readonly leaves = new Set<string>();

  constructor(dimensionCount: number) {
    this.dimensions = Array.from({ length: dimensionCount }, () => new DimensionPool());
  }

  /** The values that each row of a bucket is counted under. */
  place(rows: readonly PooledRow[]): (readonly string[])[] {
    this.dimensions.forEach((pool, d) => pool.count(rows, d));
    const places = rows.map(({ values }) => this.admitted(values));
    const fresh = new Set<string>();
    for (const values of places) {
      const key = values.join('\0');
      if (!this.leaves.has(key)) fresh.add(key);
    }
    for (const key of [...fresh].sort()) if (this.leaves.size < mostLeaves) this.leaves.add(key);
    return fresh.size === 0
      ? places
      : places.map((values) => (this.leaves.has(values.join('\0')) ? values : this.pooled));
  }

  /** The values that a row is counted under so far; counts nothing. */
  placeOf(values: readonly string[]): readonly string[] {
    const admitted = this.admitted(values);
    return this.leaves.has(admitted.join('\0')) ? admitted : this.pooled;
  }

  private readonly pooledValues: string[] = [];
  private get pooled(): readonly string[] {
    while (this.pooledValues.length < this.dimensions.length) this.pooledValues.push(pooledValue);
    return this.pooledValues;
  }

  private admitted(values: readonly string[]): readonly string[] {
    return this.dimensions.every((pool, d) => pool.has(values[d] ?? ''))
      ? values
      : values.map((value, d) => (this.dimensions[d]?.has(value) === true ? value : pooledValue));
  }
}

class DimensionPool {
  private readonly admitted = new Set<string>();
  private readonly candidates = new Map<string, number>();
  private total = 0;

  has(value: string): boolean {
    return this.admitted.has(value);
  }

  count(rows: readonly PooledRow[], dimension: number): void {
    const fresh = new Set<string>();
    for (const { values, attempts } of rows) {
      this.total += attempts;
      const value = values[dimension] ?? '';
      if (this.admitted.has(value)) continue;
      fresh.add(value);
      this.candidates.set(value, (this.candidates.get(value) ?? 0) + attempts);
    }
    if (fresh.size === 0) return;
    const needed = fewestAttempts + this.total / mostLeaves;
    const seen = (value: string): number => this.candidates.get(value) ?? 0;
    const largestFirst = [...fresh].sort((a, b) => seen(b) - seen(a) || (a < b ? -1 : 1));
    for (const value of largestFirst) {
      const isWorth = this.admitted.size < admittedAtOnce || seen(value) >= needed;
      if (!isWorth || this.admitted.size >= mostLeaves) continue;
      this.admitted.add(value);
      this.candidates.delete(value);
    }
    while (this.candidates.size > mostCandidates) this.forgetRare();
  }

  private forgetRare(): void {
    for (const [value, attempts] of this.candidates)
      if (attempts < 2) this.candidates.delete(value);
      else this.candidates.set(value, attempts / 2);
  }
}
