/**
 * Why each detectable fault was found late or missed: `tsx bench/anomalies/diagnose.ts --seeds 1,2 [--all]`.
 *
 * One line per fault: its slice and distance d, the buckets an oracle needs (until d reaches 5) and ours, the best score of
 * its slice against the threshold, and what takes evidence away: the noise and the margin. It reads the monitor's own parts,
 * because none of this is anybody else's business.
 */
import { parseArgs } from 'node:util';
import { Monitor } from '../../src/anomalies/monitor/monitor.js';
import type { SliceEvidence } from '../../src/anomalies/monitor/evidence.js';
import type { Lattice } from '../../src/anomalies/slices/lattice.js';
import { bucketMinutes, dimensions, metricOf, startMs, warmupDays, type Metric } from './company.js';
import { detectableFrom, distanceOf, type WorldEvent } from './changes.js';
import { judge, sameSlice, type RaisedAlert } from './score.js';
import { createWorld } from './world.js';

const width = bucketMinutes * 60_000;

interface Trace {
  peak: number;
  least: number;
  noise: string;
  attempts: number;
  reasons: Map<string, number>;
}

function diagnose(seed: number, budgetPerWeek: number, metric: Metric, all: boolean): void {
  const world = createWorld(seed, metric);
  const monitor = new Monitor({
    dimensions,
    widthMs: width,
    budgetPerWeek,
    warmupMs: warmupDays * 86_400_000,
  });
  const evidence = Reflect.get(monitor, 'evidence') as SliceEvidence;
  const lattice = Reflect.get(monitor, 'lattice') as Lattice;
  const leastScore = Reflect.get(monitor, 'leastScore') as number;
  const rejected = evidence.rejected.bind(evidence);
  const traces = new Map<WorldEvent, Trace>();
  let live: WorldEvent[] = [];
  // Scores are read when the monitor decides, before an alert resets them.
  evidence.rejected = (kind, least) => {
    for (const event of live) {
      if (event.finds !== kind) continue;
      const node = lattice.nodeOfSlice(event.slice)!;
      const trace = traces.get(event)!;
      const score = evidence.cusums[kind].score(node) - lattice.rivals(node);
      if (score <= trace.peak) continue;
      trace.peak = score;
      const noise = evidence.noise[kind];
      trace.noise = [noise.ofBucket(node), noise.perBucket(node, 12), noise.slow(node)]
        .map((value, at) => (at < 2 ? Math.sqrt(value) : value).toFixed(3))
        .join('/');
    }
    return rejected(kind, least);
  };
  const alerts = new Map<number, RaisedAlert>();
  for (const { index, attempts, failures } of world.buckets()) {
    live = world.events.filter(({ finds, from, until }) => finds !== null && index >= from && index < until);
    for (const event of live) {
      const trace = traces.get(event) ?? {
        peak: -Infinity,
        least: leastScore,
        noise: '',
        attempts: 0,
        reasons: new Map<string, number>(),
      };
      traces.set(event, trace);
      for (const at of event.members) trace.attempts += attempts[at]!;
    }
    const rows = world.leaves.map(({ values }, at) => ({
      values,
      attempts: attempts[at]!,
      failures: failures[at]!,
    }));
    for (const { type, reason, alert } of monitor.observe({ atMs: startMs + index * width, rows })) {
      if (type === 'silent')
        for (const event of live) {
          const { reasons } = traces.get(event)!;
          reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        }
      if (!alert || type === 'silent') continue;
      const known = alerts.get(alert.id);
      alerts.set(alert.id, {
        kind: alert.kind,
        slice: alert.slice,
        raised: known?.raised ?? (alert.raisedAtMs - startMs) / width - 1,
        resolved: type === 'resolved' ? index : null,
      });
    }
  }
  const { found, stray } = judge(world.events, [...alerts.values()]);
  for (const event of world.events) {
    const d = distanceOf(event);
    if (d === null || d < detectableFrom) continue;
    const trace = traces.get(event)!;
    const hits = found.get(event) ?? [];
    const oracle = event.knownAt === null ? null : event.knownAt - event.from + 1;
    const ours = hits[0] ? hits[0].raised - event.from + 1 : null;
    const isRight = hits[0] !== undefined && sameSlice(hits[0].slice, event.slice);
    if (!all && ours !== null && isRight && ours <= (oracle ?? 0) + 2) continue;
    const lasts = event.until - event.from;
    console.log(
      [
        seed,
        event.kind,
        Object.values(event.slice).join('+'),
        `d=${d.toFixed(1)}`,
        `lasts=${lasts}`,
        `n=${(trace.attempts / lasts).toFixed(0)}`,
        `oracle=${oracle}`,
        `ours=${ours ?? 'MISS'}`,
        `peak=${trace.peak.toFixed(1)}/${trace.least.toFixed(1)}`,
        `noise=${trace.noise}`,
        isRight || ours === null
          ? ''
          : `WRONG ${JSON.stringify(hits.map(({ slice }) => Object.values(slice).join('+')))}`,
        JSON.stringify(Object.fromEntries(trace.reasons)),
      ].join(' '),
    );
  }
  for (const { alert, near } of stray)
    console.log(
      seed,
      'FALSE',
      alert.kind,
      alert.raised,
      (alert.resolved ?? 0) - alert.raised,
      JSON.stringify(alert.slice),
      near,
      JSON.stringify(
        world.events
          .filter((e) => alert.raised >= e.from && alert.raised < e.until + 72)
          .map((e) => [e.kind, e.slice, alert.raised - e.from]),
      ),
    );
}

const { values: given } = parseArgs({
  options: {
    metric: { type: 'string' },
    seeds: { type: 'string', default: '1,2' },
    all: { type: 'boolean', default: false },
    budget: { type: 'string', default: '1' },
  },
});
for (const seed of given.seeds.split(',').map(Number))
  diagnose(seed, Number(given.budget), metricOf(given.metric), given.all);
