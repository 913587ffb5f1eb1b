/**
 * How new a number is for its series: its distance to the nearest number seen before, over the geometric mean of the
 * largest such distance so far and the usual step from one number to the next.
 *
 * Invariant: the measure has no unit (scaling or shifting a series changes nothing) and holds a fixed amount of memory:
 * two generations, of which the older is dropped at `nextGeneration`.
 */
import { SeenValues } from './seen-values.js';

/** Numbers that only fill the memory: against fewer every number is new. */
const warmUp = 100;
/** The first numbers are far apart because nothing is between them yet. */
const firstFew = 5;
const capacity = 1_024;
/** What a change after a history without any change is worth: as much as counts at all. */
const unbounded = 100;

class Generation {
  readonly seen = new SeenValues(capacity);
  largest = 0;
  steps = 0;
  stepSum = 0;

  clear(): void {
    this.seen.clear();
    this.largest = 0;
    this.steps = 0;
    this.stepSum = 0;
  }
}

export class Novelty {
  private older = new Generation();
  private newer = new Generation();
  private previous: number | null = null;
  private count = 0;

  /** Measures a number against what came before it, then remembers it. Distances below `resolution` are rounding. */
  of(value: number, resolution: number): number {
    const { older, newer } = this;
    if (this.previous !== null) {
      newer.steps++;
      newer.stepSum += Math.abs(value - this.previous);
    }
    this.previous = value;
    const nearest = Math.min(older.seen.distance(value), newer.seen.distance(value));
    const distance = nearest <= resolution ? 0 : nearest;
    newer.seen.add(value);
    const strength = this.count >= warmUp && distance > 0 ? this.strength(distance) : 0;
    if (this.count >= firstFew && distance > newer.largest) newer.largest = distance;
    this.count++;
    return strength;
  }

  /** Forgets what is older than the present generation. */
  nextGeneration(): void {
    const { older, newer } = this;
    older.clear();
    this.older = newer;
    this.newer = older;
  }

  private strength(distance: number): number {
    const { older, newer } = this;
    const largest = Math.max(older.largest, newer.largest);
    const usualStep = (older.stepSum + newer.stepSum) / (older.steps + newer.steps);
    // Two roots, because the product of very small numbers is zero.
    const usual = Math.sqrt(largest) * Math.sqrt(usualStep);
    return usual > 0 ? Math.min(unbounded, distance / usual) : unbounded;
  }
}
