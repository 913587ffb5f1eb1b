/**
 * The detector for any metric without a model of its own: a level, an amount, a queue. It scores how new each row is for
 * its series, and lets one alert stand for what follows from it.
 *
 * Invariant: a score depends on this row and the rows before it alone, and the same rows give the same scores. It needs
 * no length, range, unit or name. Deliberately absent: seasons longer than a day, and any knowledge of what is good.
 */
import { AlertLayer } from './alert-layer.js';
import { HourOfDay, RecentValues } from './aspects.js';
import { Novelty } from './novelty.js';
import { scoreOf, strengthAt } from './score.js';

/** One row: a value, and when it was taken by the clock of its source; null where the row has no readable time. */
export interface NoveltyRow {
  wallTimeMs: number | null;
  value: number;
}

/** The value itself counts in full; what is derived from it repeats part of what it says. */
const aspectWeight = 0.3;
/** Five-minute rows: an hour for unrest, two and a half hours for the level. */
const unrestRows = 12;
const levelRows = 30;

const hourMs = 3_600_000;
/** Memory reaches back four to eight weeks, and never less than as many five-minute rows. */
const generationMs = 28 * 24 * hourMs;
const generationRows = 8_064;

/** One absurd row must not deafen the detector: what lies far outside the range seen counts as this many ranges. */
const farthest = 10;
/** Far beyond any amount, and its square is still a number. */
const greatest = 1e100;
const rangeKnown = 20;
/** Rounding of doubles in sums of a few hundred terms, relative to the value. */
const rounding = 1e-12;

export class NoveltyDetector {
  private readonly novelty = {
    value: new Novelty(),
    level: new Novelty(),
    unrest: new Novelty(),
    hour: new Novelty(),
  };
  private readonly level = new RecentValues(levelRows);
  private readonly unrest = new RecentValues(unrestRows);
  private readonly hours = new HourOfDay();
  private readonly range = new RangeSeen();
  private readonly alerts = new AlertLayer();
  private alertStrength = 0;
  private rows = 0;
  private generationSince: number | null = null;

  /** With how many false alerts a week on an ordinary series people can live. */
  constructor(alertsPerWeek = 1) {
    this.alertsPerWeek = alertsPerWeek;
  }

  set alertsPerWeek(count: number) {
    this.alertStrength = strengthAt(count);
  }

  /** The score of the next row, 0 to 1. */
  score({ wallTimeMs, value }: NoveltyRow): number {
    this.rows++;
    if (wallTimeMs !== null) this.age(wallTimeMs);
    const near = this.range.clip(value);
    const resolution = Math.abs(near) * rounding;
    this.level.add(near);
    this.unrest.add(near);
    const hour = wallTimeMs === null ? null : this.hours.distance(hourOf(wallTimeMs), near);
    const strength =
      this.novelty.value.of(near, resolution) +
      aspectWeight *
        (strengthOf(this.novelty.level, this.level.mean(), resolution) +
          strengthOf(this.novelty.unrest, this.unrest.deviation(), resolution) +
          strengthOf(this.novelty.hour, hour, resolution));
    return scoreOf(this.alerts.next(strength, this.alertStrength), this.alertStrength);
  }

  private age(wallTimeMs: number): void {
    // A clock that went back starts the count again, or one time in the far future would stop it for good.
    this.generationSince = Math.min(this.generationSince ?? wallTimeMs, wallTimeMs);
    if (this.rows < generationRows || wallTimeMs - this.generationSince < generationMs) return;
    this.rows = 0;
    this.generationSince = wallTimeMs;
    this.range.nextGeneration();
    for (const novelty of Object.values(this.novelty)) novelty.nextGeneration();
  }
}

const strengthOf = (novelty: Novelty, aspect: number | null, resolution: number): number =>
  aspect === null ? 0 : novelty.of(aspect, resolution);

function hourOf(wallTimeMs: number): number {
  const hour = Math.floor(wallTimeMs / hourMs) % 24;
  return hour < 0 ? hour + 24 : hour;
}

/** Lowest and highest value of two generations. */
class RangeSeen {
  private older = { low: Infinity, high: -Infinity };
  private newer = { low: Infinity, high: -Infinity };
  private count = 0;

  clip(value: number): number {
    const { older, newer } = this;
    const low = Math.min(older.low, newer.low);
    const high = Math.max(older.high, newer.high);
    let near = Math.min(Math.max(value, -greatest), greatest);
    if (this.count >= rangeKnown && high > low) {
      const room = farthest * (high - low);
      near = Math.min(Math.max(near, low - room), high + room);
    }
    this.count++;
    newer.low = Math.min(newer.low, near);
    newer.high = Math.max(newer.high, near);
    return near;
  }

  nextGeneration(): void {
    this.older = this.newer;
    this.newer = { low: Infinity, high: -Infinity };
  }
}
