/**
 * The alerts that are open: which leaves each covers, where it began, how bad it got, and when it is over.
 *
 * Invariant: for each kind, a leaf is covered by at most one alert. A silent alert is traffic that moved to other slices: it
 * covers leaves like any other while they learn their new volume, and people never see it.
 */
import { isNested, isWithin, type Lattice, type Slice } from '../slices/lattice.js';
import { grown } from '../slices/columns.js';
import { localise } from '../localisation/localise.js';
import type { AlertKind, SliceEvidence } from './evidence.js';
import type { Expectations } from './expectations.js';
import { isWorse, Recurring, type Recurrence } from './recurring.js';

export interface OpenAlert {
  id: number;
  kind: AlertKind;
  slice: Slice;
  node: number;
  /** Traffic moved: covered, and not shown. */
  silent: boolean;
  /** The value that it moved away from. */
  movedFrom: Slice | null;
  /** It is known from an earlier week: covered, and not shown while it is no worse and lasts no longer. */
  recurs: Recurrence | null;
  /** Buckets. */
  onset: number;
  raised: number;
  /** The newest bucket whose failures and attempts it counts. */
  countedTo: number;
  scoreMax: number;
  excessFailures: number;
  missingAttempts: number;
  shareExplained: number;
  /** Evidence that it is over, and for how many buckets there has been some. */
  recovery: number;
  calmBuckets: number;
  severity: number;
  /** The largest severity so far. */
  peak: number;
}

interface Counts {
  n: number;
  k: number;
  expected: number;
  /** Variance of chance. */
  chance: number;
}

interface Moved {
  slice: Slice;
  from: Slice;
  onset: number;
  bucket: number;
  usual: number;
  /** Of its leaves, before they moved. */
  levels: Map<number, number>;
}

/** An odds of 50 to 1 for normal against half of the fault. */
const recovered = Math.log(50);
/** A slice may be refined while the first hours of the fault are in sight. */
const refineHours = 2;
/** An alert that was raised on its first buckets may turn out to be about something else. */
const unsettledBuckets = 3;
/** What lasts for longer is the new normal. */
const longestDays = { alert: 7, silent: 1 };
/** A slice whose traffic moved raises nothing while its usual volume is learned again. */
const relearnDays = 1;
/** Most migrations are taken back within this time, or never. */
const returnDays = 7;
/** Falls that begin as close to each other as this have one cause; that of a smaller slice shows later. */
const sameMoveHours = { any: 1, smaller: 3 };
const smallestRateFault = 0.025;
const smallestVolumeFault = 0.3;

/** Whether people see an alert. */
export const isShown = ({ silent, recurs }: OpenAlert): boolean => !silent && recurs === null;

export type Ending = 'recovered' | 'new_normal' | 'joined';

export class OpenAlerts {
  readonly covered = { rate: new Float64Array(0), volume: new Float64Array(0) };
  open: OpenAlert[] = [];
  private moved: Moved[] = [];
  private lastId = 0;
  readonly recurring: Recurring;

  constructor(
    private readonly lattice: Lattice,
    private readonly expectations: Expectations,
    private readonly evidence: SliceEvidence,
    private readonly bucketsPerDay: number,
  ) {
    this.recurring = new Recurring(bucketsPerDay);
  }

  grow(): void {
    for (const kind of ['rate', 'volume'] as const)
      this.covered[kind] = grown(this.covered[kind], this.lattice.leafCount);
    // A leaf that appears inside a slice with an open alert belongs to that alert.
    for (const alert of this.open) this.cover(alert);
  }

  /** Whether a leaf must not teach what is usual. */
  freezesRate = (leaf: number): boolean => this.covered.rate[leaf] !== 0;
  freezesVolume = (leaf: number): boolean => {
    const id = this.covered.volume[leaf]!;
    return id !== 0 && this.open.some((alert) => alert.id === id && !alert.silent);
  };

  add(
    alert: Omit<
      OpenAlert,
      | 'id'
      | 'countedTo'
      | 'recovery'
      | 'calmBuckets'
      | 'severity'
      | 'peak'
      | 'recurs'
      | 'excessFailures'
      | 'missingAttempts'
    >,
  ): OpenAlert {
    const added: OpenAlert = {
      ...alert,
      id: ++this.lastId,
      countedTo: alert.raised,
      excessFailures: 0,
      missingAttempts: 0,
      recovery: 0,
      calmBuckets: 0,
      severity: 0,
      peak: 0,
      recurs: null,
    };
    this.open.push(added);
    this.cover(added);
    const { kind, slice, movedFrom, onset, raised } = added;
    if (movedFrom !== null)
      this.moved.push({
        levels: new Map(
          this.lattice.membersOf(added.node).map((leaf) => [leaf, this.expectations.volumes.levelOf(leaf)]),
        ),
        slice,
        from: movedFrom,
        onset,
        bucket: raised,
        usual: this.usualOf(added.node, raised),
      });
    this.countSinceOnset(added, raised);
    if (kind === 'rate') added.recurs = this.recurring.of(slice, onset);
    this.showIfWorse(added, this.countsOf(this.lattice.membersOf(added.node), raised), raised);
    return added;
  }

  /**
   * What the traffic of this slice left, when it moved so lately that its usual volume is not known again: all of it moved, or it
   * fell at the same time as others that left the same value.
   */
  movedLately(node: number, onset: number, bucket: number): Slice | null {
    const slice = this.lattice.sliceOfNode(node);
    if (Object.keys(slice).length === 0) return null;
    const { perHour } = this.expectations;
    const usual = this.usualOf(node, bucket);
    const known = this.moved.find((move) => {
      if (bucket - move.bucket >= relearnDays * this.bucketsPerDay) return false;
      const later = (onset - move.onset) / perHour;
      const isNear =
        Math.abs(later) <= sameMoveHours.any ||
        (later > 0 && later <= sameMoveHours.smaller && usual < move.usual);
      return isWithin(slice, move.slice) || (isNear && isWithin(slice, move.from));
    });
    return known?.from ?? null;
  }

  /** Traffic that moved may return any day, and is usual then. */
  expectReturns(bucket: number): void {
    this.moved = this.moved.filter((move) => bucket - move.bucket < returnDays * this.bucketsPerDay);
    for (const { levels } of this.moved)
      for (const [leaf, level] of levels) this.expectations.volumes.unsettle(leaf, level);
  }

  private usualOf(node: number, bucket: number): number {
    const { ring } = this.expectations;
    const offset = ring.offset(bucket);
    return this.lattice.membersOf(node).reduce((sum, leaf) => sum + ring.volume[offset + leaf]!, 0);
  }

  private cover(alert: OpenAlert): void {
    const kinds: AlertKind[] = alert.kind === 'rate' ? ['rate', 'volume'] : ['volume'];
    for (const leaf of this.lattice.membersOf(alert.node)) {
      for (const kind of kinds) if (this.covered[kind][leaf] === 0) this.covered[kind][leaf] = alert.id;
      this.evidence.resetAbove(leaf);
    }
  }

  private uncover(alert: OpenAlert): void {
    for (let leaf = 0; leaf < this.lattice.leafCount; leaf++)
      for (const kind of ['rate', 'volume'] as const)
        if (this.covered[kind][leaf] === alert.id) {
          this.covered[kind][leaf] = 0;
          this.evidence.resetAbove(leaf);
        }
  }

  private countSinceOnset(alert: OpenAlert, bucket: number): void {
    const window = this.expectations.window(alert.onset, bucket);
    alert.countedTo = bucket;
    alert.excessFailures = 0;
    alert.missingAttempts = 0;
    for (const leaf of this.lattice.membersOf(alert.node)) {
      if (alert.kind === 'rate')
        alert.excessFailures += window.failures[leaf]! - window.expectedFailures[leaf]!;
      else alert.missingAttempts += window.expectedAttempts[leaf]! - window.attempts[leaf]!;
    }
  }

  /** Looks again which slice explains an alert, while it is young. True when its slice changed. */
  refine(alert: OpenAlert, bucket: number): boolean {
    const { covered, expectations, evidence } = this;
    // Buckets after its end say nothing about its slice.
    if (alert.recovery > 0) return false;
    const from = bucket - expectations.ring.length + 1;
    if (bucket - alert.raised > refineHours * expectations.perHour || alert.onset < from) return false;
    const [cause] = localise(this.lattice, expectations.window(alert.onset, bucket), {
      kind: alert.kind,
      excluded: (leaf) => covered[alert.kind][leaf] !== 0 && covered[alert.kind][leaf] !== alert.id,
      temper: evidence.temper(alert.kind, bucket - alert.onset + 1),
      alarm: alert.node,
    });
    alert.scoreMax = Math.max(alert.scoreMax, cause?.score ?? 0);
    if (cause === undefined || cause.node === alert.node) return false;
    if (bucket - alert.raised > unsettledBuckets && !isNested(cause.slice, alert.slice)) return false;
    this.uncover(alert);
    Object.assign(alert, { node: cause.node, slice: cause.slice, shareExplained: cause.shareExplained });
    this.cover(alert);
    this.countSinceOnset(alert, bucket);
    if (alert.recurs !== null) alert.recurs = this.recurring.of(alert.slice, alert.onset);
    return true;
  }

  /** Counts one more bucket of an alert. Says how it ended, or null while it goes on. */
  follow(alert: OpenAlert, bucket: number): Ending | null {
    const members = this.lattice
      .membersOf(alert.node)
      .filter((leaf) => this.covered[alert.kind][leaf] === alert.id);
    if (members.length === 0) return this.close(alert, 'joined', bucket);
    // From here on the buckets that teach are those after the move.
    if (alert.silent && bucket === alert.onset + this.expectations.ring.length)
      for (const leaf of members) this.expectations.volumes.forget(leaf);
    const gain =
      alert.kind === 'rate'
        ? this.rateRecovery(alert, members, bucket)
        : this.volumeRecovery(alert, members, bucket);
    if (gain === null) return null;
    alert.recovery = Math.max(0, alert.recovery + gain);
    alert.calmBuckets = alert.recovery > 0 ? alert.calmBuckets + 1 : 0;
    const lasted = (bucket - alert.raised) / this.bucketsPerDay;
    if (lasted > (alert.silent ? longestDays.silent : longestDays.alert)) {
      if (!alert.silent) for (const leaf of members) this.forget(leaf);
      return this.close(alert, 'new_normal', bucket);
    }
    const calm = alert.calmBuckets >= this.expectations.perHour / 2;
    return alert.recovery > recovered && calm ? this.close(alert, 'recovered', bucket) : null;
  }

  private forget(leaf: number): void {
    this.expectations.rates.forget(leaf);
    this.expectations.volumes.forget(leaf);
  }

  private close(alert: OpenAlert, ending: Ending, bucket: number): Ending {
    const { kind, slice, onset, peak } = alert;
    if (kind === 'rate' && ending === 'recovered')
      this.recurring.remember({ slice, onset, ended: bucket, lost: peak });
    this.open = this.open.filter((other) => other !== alert);
    this.uncover(alert);
    return ending;
  }

  private countsOf(members: readonly number[], bucket: number): Counts {
    const { ring } = this.expectations;
    const offset = ring.offset(bucket);
    const counts = { n: 0, k: 0, expected: 0, chance: 0 };
    for (const leaf of members) {
      const [attempts, p] = [ring.attempts[offset + leaf]!, ring.rate[offset + leaf]!];
      counts.n += attempts;
      counts.k += ring.failures[offset + leaf]!;
      counts.expected += attempts * p;
      counts.chance += attempts * p * (1 - p);
    }
    return counts;
  }

  private showIfWorse(alert: OpenAlert, { n, k, expected }: Counts, bucket: number): void {
    const { recurs } = alert;
    if (recurs === null) return;
    const isLonger = bucket > recurs.until && alert.recovery === 0;
    if (isLonger || isWorse(recurs, n, k, expected)) alert.recurs = null;
  }

  /** ln(likelihood of normal ⁄ likelihood of half of the fault) of one bucket; null when nothing was attempted. */
  private rateRecovery(alert: OpenAlert, members: number[], bucket: number): number | null {
    const counts = this.countsOf(members, bucket);
    const { n, k, expected, chance } = counts;
    if (n === 0) return null;
    this.showIfWorse(alert, counts, bucket);
    alert.excessFailures += bucket > alert.countedTo ? k - expected : 0;
    const p = Math.min(1 - 1e-9, Math.max(1e-9, expected / n));
    const lost = Math.min(0.95, (k / n - p) / (1 - p));
    // Less than half of what it was at its worst is over as well: only then is the end of a short fault plain within the hour.
    alert.severity = Math.max(smallestRateFault, alert.peak / 2, 0.9 * alert.severity, lost);
    alert.peak = Math.max(alert.peak, alert.severity);
    const half = 1 - (1 - p) * (1 - alert.severity / 2);
    const { perHour } = this.expectations;
    const temper = 1 / (1 + chance * this.evidence.noise.rate.perBucket(alert.node, perHour));
    return temper * (k * Math.log(p / half) + (n - k) * Math.log((1 - p) / (1 - half)));
  }

  private volumeRecovery(alert: OpenAlert, members: number[], bucket: number): number {
    const { ring, perHour } = this.expectations;
    const offset = ring.offset(bucket);
    let [n, usual] = [0, 0];
    for (const leaf of members) {
      n += ring.attempts[offset + leaf]!;
      usual += ring.volume[offset + leaf]!;
    }
    alert.missingAttempts += bucket > alert.countedTo ? usual - n : 0;
    const lost = Math.min(0.95, 1 - n / Math.max(usual, 1e-9));
    alert.severity = Math.max(smallestVolumeFault, 0.9 * alert.severity, lost);
    const half = 1 - alert.severity / 2;
    const temper = 1 / (1 + usual * this.evidence.noise.volume.perBucket(alert.node, perHour));
    return -temper * (n * Math.log(half) + usual * (1 - half));
  }
}
