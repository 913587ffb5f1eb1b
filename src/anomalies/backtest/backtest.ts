/**
 * Replays rows of counts through a monitor, bucket by bucket, and keeps the alerts it would have raised.
 *
 * Invariants: causal, an alert depends on no row after the bucket that raised it; rows of one bucket may come in any order and
 * several for a slice, which add up; buckets ascend: a row for an earlier bucket is refused, with the reason.
 */
import { Monitor, type AlertView, type Verdict } from '../monitor/monitor.js';
import { Pool } from '../slices/pool.js';
import type { CountRow } from '../monitor/monitor.js';

export interface ReplayedAlert extends AlertView {
  resolvedAtMs: number | null;
}

interface BacktestOptions {
  dimensions: readonly string[];
  warmupMs: number;
  /** False alerts per week that people accept. */
  budgetPerWeek: number;
}

/** Buckets from which the width is read. */
const probeBuckets = 64;

interface Bucket {
  atMs: number;
  rows: CountRow[];
}

export class Backtest {
  private readonly pool: Pool;
  private monitor: Monitor | null = null;
  private waiting: Bucket[] = [];
  private current: Bucket | null = null;
  private readonly byId = new Map<number, ReplayedAlert>();
  widthMs: number | null = null;

  constructor(private readonly options: BacktestOptions) {
    this.pool = new Pool(options.dimensions.length);
  }

  get series(): number {
    return this.monitor?.leafCount ?? 0;
  }

  /** False when the row is for a bucket before the newest one: then it is left out. */
  add(atMs: number, row: CountRow): boolean {
    if (this.current !== null && atMs < this.current.atMs) return false;
    if (this.current === null || this.beginOf(atMs) > this.beginOf(this.current.atMs)) {
      this.endBucket();
      this.current = { atMs, rows: [] };
    }
    this.current.rows.push(row);
    return true;
  }

  /** Starts that are not even belong to the bucket that they lie in. */
  private beginOf(atMs: number): number {
    return this.widthMs === null ? atMs : Math.floor(atMs / this.widthMs);
  }

  /** In the order in which they were raised. */
  finish(): ReplayedAlert[] {
    this.endBucket();
    this.start();
    for (const alert of this.monitor?.open() ?? []) this.byId.set(alert.id, { ...alert, resolvedAtMs: null });
    return [...this.byId.values()].sort((a, b) => a.raisedAtMs - b.raisedAtMs || a.id - b.id);
  }

  private endBucket(): void {
    if (this.current === null) return;
    if (this.monitor !== null) this.observe(this.current);
    else {
      this.waiting.push(this.current);
      if (this.waiting.length >= probeBuckets) this.start();
    }
    this.current = null;
  }

  private start(): void {
    if (this.monitor !== null || this.waiting.length === 0) return;
    this.widthMs = widthOf(this.waiting.map(({ atMs }) => atMs));
    this.monitor = new Monitor({ ...this.options, widthMs: this.widthMs });
    const buckets: Bucket[] = [];
    for (const { atMs, rows } of this.waiting) {
      const last = buckets.at(-1);
      if (last && this.beginOf(last.atMs) === this.beginOf(atMs)) last.rows.push(...rows);
      else buckets.push({ atMs, rows: [...rows] });
    }
    for (const bucket of buckets) this.observe(bucket);
    this.waiting = [];
  }

  private observe({ atMs, rows }: Bucket): void {
    const places = this.pool.place(rows);
    const placed = rows.map(({ attempts, failures }, at) => ({
      values: places[at] ?? [],
      attempts,
      failures,
    }));
    for (const verdict of this.monitor?.observe({ atMs, rows: placed }) ?? []) this.keep(verdict);
  }

  private keep({ type, alert, atMs }: Verdict): void {
    if (alert === null || type === 'silent' || type === 'ignored') return;
    this.byId.set(alert.id, { ...alert, resolvedAtMs: type === 'resolved' ? atMs : null });
  }
}

/** The most frequent gap between buckets; of equally frequent ones the smallest. */
function widthOf(starts: readonly number[]): number {
  const gaps = new Map<number, number>();
  for (let at = 1; at < starts.length; at++) {
    const gap = (starts[at] ?? 0) - (starts[at - 1] ?? 0);
    gaps.set(gap, (gaps.get(gap) ?? 0) + 1);
  }
  const [[width] = [1]] = [...gaps].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return width;
}
