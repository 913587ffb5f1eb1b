/**
 * Watches one metric of counts over a hierarchy of slices, bucket by bucket: learns what is usual, gathers evidence for every
 * slice, and opens, refines and closes alerts, each with its reason.
 *
 * Invariants: strictly causal, one step per bucket; the same buckets give the same verdicts whatever the order of their rows.
 * The threshold follows from the false-alert budget alone: a score must be worth the buckets of a week, the number of slices
 * and 1 ⁄ budget. Deliberately absent: people, channels and storage; the caller keeps the state and tells people.
 */
import { localise, type LeafWindow } from '../localisation/localise.js';
import { Lattice, type Slice } from '../slices/lattice.js';
import { movedAlong } from '../volumes/moved.js';
import { isShown, OpenAlerts, type Ending, type OpenAlert } from './alerts.js';
import { SliceEvidence, type AlertKind } from './evidence.js';
import { Expectations } from './expectations.js';
import { glancedBuckets } from './ring.js';

export interface CountRow {
  /** One per dimension. */
  values: readonly string[];
  attempts: number;
  failures: number;
}

export interface CountBucket {
  atMs: number;
  rows: readonly CountRow[];
}

interface MonitorOptions {
  dimensions: readonly string[];
  widthMs: number;
  /** How many false alerts people accept per metric and week. Rates and volumes are a metric each. */
  budgetPerWeek: number;
  /** How long to learn before the first alert. */
  warmupMs: number;
}

export interface Verdict {
  type: 'raised' | 'refined' | 'resolved' | 'silent' | 'ignored';
  reason:
    | 'evidence'
    | 'explains_more'
    | 'traffic_moved'
    | 'recurs'
    | 'may_be_late'
    | 'too_few'
    | 'too_old'
    | Ending;
  atMs: number;
  alert: AlertView | null;
}

/** An alert as others see it. */
export interface AlertView {
  id: number;
  kind: AlertKind;
  slice: Slice;
  onsetMs: number;
  raisedAtMs: number;
  scoreMax: number;
  excessFailures: number;
  missingAttempts: number;
  shareExplained: number;
}

const weekMs = 7 * 24 * 3_600_000;
const dayMs = weekMs / 7;
/** Combinations of up to two dimensions, and the leaves. */
const judgedDepth = 2;
/**
 * A smaller rise is nothing to act on, however sure it is: in failures, and as a share of the attempts or of the usual failures.
 * Slices that always or never fail differ from their expectation by less for ever.
 */
const leastRise = { failures: 3, ofAttempts: 0.01, ofExpected: 0.25 };
/** Late data has this long to arrive before missing attempts are a fault. */
const latenessHours = 1;
/** How busy today is shows in this long before a fall of attempts. */
const lookBackHours = 2;
/** Of the budget, for false alerts by looking before a bucket has ended. */
const glanceShare = 0.1;
/** More causes at once than people can follow are one cause that is not understood. */
const mostAtOnce = 8;

export class Monitor {
  private readonly lattice: Lattice;
  private readonly expectations: Expectations;
  private readonly evidence: SliceEvidence;
  private readonly alerts: OpenAlerts;
  private readonly leastScore: number;
  private first = -1;
  private newest = -1;

  constructor(private readonly options: MonitorOptions) {
    const { dimensions, widthMs, budgetPerWeek } = options;
    this.lattice = new Lattice(dimensions, judgedDepth);
    this.expectations = new Expectations(this.lattice, widthMs);
    this.evidence = new SliceEvidence(this.lattice, this.expectations, dayMs / widthMs);
    this.alerts = new OpenAlerts(this.lattice, this.expectations, this.evidence, dayMs / widthMs);
    this.leastScore = Math.log(weekMs / widthMs / budgetPerWeek);
    this.grow();
  }

  get leafCount(): number {
    return this.lattice.leafCount;
  }

  observe({ atMs, rows }: CountBucket): Verdict[] {
    const bucket = Math.floor(atMs / this.options.widthMs);
    const { ring } = this.expectations;
    const isLate = this.newest >= 0 && bucket <= this.newest;
    if (isLate && !ring.has(bucket)) return [this.verdict('ignored', 'too_old', null)];
    const before = this.lattice.leafCount;
    const leaves = rows.map(({ values }) => this.lattice.leafOf(values));
    if (this.lattice.leafCount !== before) this.grow();
    return isLate ? this.correct(bucket, leaves, rows) : this.advance(bucket, leaves, rows);
  }

  /**
   * The largest change of a rate that buckets show which have not ended yet: at most two, after the newest, oldest first; null
   * where there is none. Nothing is learned or kept, so verdicts are the same whether or not anybody glances.
   *
   * The evidence of a part of a bucket is a likelihood ratio like that of the whole, so the bound of the CUSUM holds when its
   * threshold counts looks instead of buckets. A tenth of the budget is spent on them.
   */
  glance(buckets: readonly CountBucket[], looksPerBucket: number): AlertView | null {
    const { widthMs, warmupMs } = this.options;
    const ahead = buckets
      .slice(-glancedBuckets)
      .map(({ atMs, rows }) => ({ bucket: Math.floor(atMs / widthMs), rows }))
      .filter(({ bucket }) => bucket > this.newest);
    const last = ahead.at(-1)?.bucket ?? this.newest;
    if (this.first < 0 || last === this.newest || (last - this.first) * widthMs < warmupMs) return null;
    const seen = this.evidence.aside(() => {
      for (const { bucket, rows } of ahead) this.weighAside(bucket, rows);
      const least = this.leastScore + Math.log(looksPerBucket / glanceShare);
      const [alarm] = this.evidence.rejected('rate', least);
      return alarm === undefined ? null : this.glimpse(alarm, last);
    });
    this.expectations.reread();
    return seen;
  }

  private weighAside(bucket: number, rows: readonly CountRow[]): void {
    const { lattice, expectations, evidence, alerts } = this;
    const offset = expectations.ring.claim(bucket);
    const known = rows.filter(({ values }) => lattice.knownLeaf(values) !== null);
    this.count(
      offset,
      known.map(({ values }) => lattice.leafOf(values)),
      known,
    );
    expectations.predict(bucket);
    evidence.gather(bucket, alerts.covered);
    evidence.weigh(bucket);
  }

  private glimpse(alarm: number, last: number): AlertView | null {
    const { lattice, expectations, evidence, alerts } = this;
    const { widthMs } = this.options;
    const onset = Math.max(evidence.cusums.rate.onset(alarm), last - expectations.ring.length + 1);
    const window = expectations.window(onset, last);
    const [cause] = localise(lattice, window, {
      kind: 'rate',
      excluded: (leaf) => alerts.covered.rate[leaf] !== 0,
      temper: evidence.temper('rate', last - onset + 1),
      alarm,
    });
    const node = cause?.node ?? alarm;
    if (alerts.recurring.of(lattice.sliceOfNode(node), onset) !== null) return null;
    const excess = lattice
      .membersOf(node)
      .reduce((sum, leaf) => sum + window.failures[leaf]! - window.expectedFailures[leaf]!, 0);
    return {
      id: 0,
      kind: 'rate',
      slice: lattice.sliceOfNode(node),
      onsetMs: onset * widthMs,
      raisedAtMs: (last + 1) * widthMs,
      scoreMax: evidence.cusums.rate.score(alarm),
      excessFailures: excess,
      missingAttempts: 0,
      shareExplained: cause?.shareExplained ?? 1,
    };
  }

  private grow(): void {
    this.expectations.grow();
    this.evidence.grow();
    this.alerts.grow();
  }

  private advance(bucket: number, leaves: number[], rows: readonly CountRow[]): Verdict[] {
    const { expectations, evidence, alerts } = this;
    if (this.first < 0) this.first = bucket;
    alerts.expectReturns(bucket);
    expectations.settleUntil(this.first, bucket - expectations.ring.length, {
      rate: alerts.freezesRate,
      volume: alerts.freezesVolume,
    });
    this.newest = bucket;
    const offset = expectations.ring.claim(bucket);
    this.count(offset, leaves, rows);
    expectations.predict(bucket);
    evidence.gather(bucket, alerts.covered);
    const ageMs = (bucket - this.first) * this.options.widthMs;
    const isReady = ageMs >= this.options.warmupMs;
    if (isReady) evidence.weigh(bucket);
    evidence.followLevels();
    // The first half of the history is too little to tell noise from what is not known yet.
    if (ageMs >= this.options.warmupMs / 2) evidence.learnNoise(bucket);
    return isReady ? [...this.followOpen(), ...this.raise('rate'), ...this.raise('volume')] : [];
  }

  /**
   * A bucket that was judged before has new counts: they replace the old ones, and the evidence since then is weighed again. Behind
   * the newest buckets that forgets what is older than the ring.
   */
  private correct(bucket: number, leaves: number[], rows: readonly CountRow[]): Verdict[] {
    const { expectations, evidence, alerts } = this;
    const { ring } = expectations;
    const offset = ring.offset(bucket);
    for (const leaf of leaves) ring.attempts[offset + leaf] = ring.failures[offset + leaf] = 0;
    this.count(offset, leaves, rows);
    if ((this.newest - this.first) * this.options.widthMs < this.options.warmupMs) return [];
    const since = (from: number): number[] =>
      Array.from({ length: this.newest - from + 1 }, (_, step) => from + step).filter((at) => ring.has(at));
    let again = since(bucket);
    if (!evidence.takeBack(again.length)) {
      evidence.reset();
      again = since(Math.max(this.first, this.newest - ring.length + 1));
    }
    for (const at of again) {
      evidence.gather(at, alerts.covered);
      evidence.weigh(at);
    }
    return [...this.raise('rate'), ...this.raise('volume')];
  }

  private count(offset: number, leaves: number[], rows: readonly CountRow[]): void {
    const { attempts, failures } = this.expectations.ring;
    rows.forEach((row, at) => {
      const to = offset + leaves[at]!;
      attempts[to] = attempts[to]! + row.attempts;
      failures[to] = failures[to]! + row.failures;
    });
  }

  private followOpen(): Verdict[] {
    const verdicts: Verdict[] = [];
    for (const alert of [...this.alerts.open]) {
      const wasShown = isShown(alert);
      const isRefined = this.alerts.refine(alert, this.newest);
      const ending = this.alerts.follow(alert, this.newest);
      if (!isShown(alert)) continue;
      if (!wasShown) {
        alert.raised = this.newest;
        verdicts.push(this.verdict('raised', 'evidence', alert));
      } else if (isRefined) verdicts.push(this.verdict('refined', 'explains_more', alert));
      if (ending !== null) verdicts.push(this.verdict('resolved', ending, alert));
    }
    return verdicts;
  }

  private raise(kind: AlertKind): Verdict[] {
    const verdicts: Verdict[] = [];
    while (verdicts.length < mostAtOnce) {
      const [alarm] = this.evidence.rejected(kind, this.leastScore);
      if (alarm === undefined) break;
      const verdict = this.openAlert(kind, alarm);
      verdicts.push(verdict);
      if (verdict.reason === 'may_be_late') break;
    }
    return verdicts;
  }

  private openAlert(kind: AlertKind, alarm: number): Verdict {
    const { evidence, expectations, alerts, lattice, newest } = this;
    const cusums = evidence.cusums[kind];
    const onset = cusums.onset(alarm);
    const buckets = newest - onset + 1;
    if (kind === 'volume' && (buckets <= latenessHours * expectations.perHour || !this.isStillShort(alarm)))
      return this.verdict('silent', 'may_be_late', null);
    const window = expectations.window(onset, newest);
    if (kind === 'rate' && !this.isWorthAnAlert(alarm, window)) {
      cusums.reset(alarm);
      return this.verdict('silent', 'too_few', null);
    }
    const [cause] = localise(lattice, window, {
      kind,
      excluded: (leaf) => alerts.covered[kind][leaf] !== 0,
      temper: evidence.temper(kind, Math.min(buckets, expectations.ring.length)),
      alarm,
      remembered: (node) => cusums.score(node),
    });
    const found = cause?.node ?? alarm;
    const move = kind === 'volume' ? this.moveOf([found, alarm], onset) : null;
    const node = move?.node ?? found;
    const silent = move !== null;
    const score = cusums.score(alarm);
    // The cause may have gathered evidence for longer than the slice that raised the alarm, as in a slow drift.
    const isOlder = !silent && cusums.score(node) > score / 2;
    const alert = alerts.add({
      kind,
      node,
      slice: lattice.sliceOfNode(node),
      silent,
      movedFrom: move?.from ?? null,
      onset: isOlder ? Math.min(onset, cusums.onset(node)) : onset,
      raised: newest,
      scoreMax: score,
      shareExplained: cause?.shareExplained ?? 1,
    });
    cusums.reset(alarm);
    if (silent) return this.verdict('silent', 'traffic_moved', alert);
    return isShown(alert)
      ? this.verdict('raised', 'evidence', alert)
      : this.verdict('silent', 'recurs', alert);
  }

  /** Late events come all at once: while they do, what is missing since the onset says nothing about now. */
  private isStillShort(node: number): boolean {
    const { ring } = this.expectations;
    const offset = ring.offset(this.newest);
    const missing = this.lattice
      .membersOf(node)
      .reduce((sum, leaf) => sum + ring.volume[offset + leaf]! - ring.attempts[offset + leaf]!, 0);
    return missing > 0;
  }

  private isWorthAnAlert(node: number, window: LeafWindow): boolean {
    let [n, k, expected] = [0, 0, 0];
    for (const leaf of this.lattice.membersOf(node)) {
      n += window.attempts[leaf]!;
      k += window.failures[leaf]!;
      expected += window.expectedFailures[leaf]!;
    }
    const { failures, ofAttempts, ofExpected } = leastRise;
    return k - expected >= Math.max(failures, Math.min(ofAttempts * n, ofExpected * expected));
  }

  /** The first of these slices whose traffic moved to others, and what it left; null when none did. */
  private moveOf(nodes: number[], onset: number): { node: number; from: Slice } | null {
    const { evidence, expectations, alerts, newest, lattice } = this;
    const lookBack = lookBackHours * expectations.perHour;
    const sightFrom = newest - expectations.ring.length + 1;
    const unseen = Math.min(1, Math.max(0, (sightFrom - onset) / lookBack + 1));
    const spans = 1 / (newest - onset + 1) + 1 / lookBack;
    for (const node of nodes) {
      const slice = lattice.sliceOfNode(node);
      const known = alerts.movedLately(node, onset, newest);
      if (known !== null) return { node, from: known };
      const along = movedAlong(lattice, node, {
        since: expectations.window(onset, newest),
        before: expectations.window(onset - lookBack, onset - 1),
        noiseOf: (of) => spans * evidence.noise.volume.perBucket(of, expectations.perHour),
        unseen,
        levelNoiseOf: (of) => evidence.noise.volume.ofLevel(of),
      });
      if (along !== null) return { node, from: { [along]: slice[along] ?? '' } };
    }
    return null;
  }

  /** What is open now, with what it has cost so far. */
  open(): AlertView[] {
    return this.alerts.open.filter(isShown).map((alert) => this.viewOf(alert));
  }

  private verdict(type: Verdict['type'], reason: Verdict['reason'], alert: OpenAlert | null): Verdict {
    return { type, reason, atMs: this.endOf(this.newest), alert: alert && this.viewOf(alert) };
  }

  private viewOf(alert: OpenAlert): AlertView {
    const { id, kind, slice, scoreMax, excessFailures, missingAttempts, shareExplained } = alert;
    const onsetMs = alert.onset * this.options.widthMs;
    const raisedAtMs = this.endOf(alert.raised);
    return {
      id,
      kind,
      slice,
      onsetMs,
      raisedAtMs,
      scoreMax,
      excessFailures,
      missingAttempts,
      shareExplained,
    };
  }

  /** A bucket is known when it has ended. */
  private endOf(bucket: number): number {
    return (bucket + 1) * this.options.widthMs;
  }
}
