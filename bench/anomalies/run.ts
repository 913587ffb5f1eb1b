/**
 * The seeded payments benchmark: our detectors beside two crude ones, in one run, and what they cost.
 *
 * `npm run bench:anomalies` reports seeds that nothing was tuned on; `-- --seeds 1,2 [--metric latency|irregular|unusual|further] [--verbose]
 * [--anywhere]` runs others, ours alone; `--anywhere` lets events begin at any moment within a bucket.
 */
import { parseArgs } from 'node:util';
import { Monitor, type CountBucket } from '../../src/anomalies/monitor/monitor.js';
import { bucketMinutes, dimensions, metricOf, metrics, startMs, warmupDays, type Metric } from './company.js';
import { distanceOf } from './changes.js';
import { peers, runPeer } from './peers.js';
import { judge, summary, type RaisedAlert, type Run } from './score.js';
import { createWorld, type World } from './world.js';

const width = bucketMinutes * 60_000;
const reportedSeeds = [701, 702, 703];
/** The shipped default of `paydesk backtest`. */
const budgetPerWeek = 1;

function runOurs(world: World, verbose: boolean): RaisedAlert[] {
  const warmupMs = warmupDays * 24 * 3_600_000;
  const monitor = new Monitor({ dimensions, widthMs: width, budgetPerWeek, warmupMs });
  const alerts = new Map<number, RaisedAlert>();
  for (const { index, attempts, failures } of world.buckets()) {
    const rows = world.leaves.map(({ values }, at) => ({
      values,
      attempts: attempts[at]!,
      failures: failures[at]!,
    }));
    for (const { type, reason, alert } of monitor.observe({ atMs: startMs + index * width, rows })) {
      if (verbose && reason !== 'may_be_late')
        console.log(
          `  [${index}]`,
          type,
          reason,
          alert?.kind,
          JSON.stringify(alert?.slice),
          alert?.scoreMax.toFixed(1),
        );
      if (!alert || type === 'silent') continue;
      alerts.set(alert.id, {
        kind: alert.kind,
        slice: alert.slice,
        raised: (alert.raisedAtMs - startMs) / width - 1,
        resolved: type === 'resolved' ? index : null,
      });
    }
  }
  return [...alerts.values()];
}

function compare(
  name: string,
  seeds: number[],
  metric: Metric,
  detect: (world: World) => RaisedAlert[],
): Run[] {
  const startedAt = performance.now();
  const runs = seeds.map((seed) => {
    const world = createWorld(seed, metric, { begins });
    const alerts = detect(world);
    return { seed, events: world.events, judged: judge(world.events, alerts) };
  });
  const seconds = ((performance.now() - startedAt) / 1000 / seeds.length).toFixed(1);
  console.log(`\n${name}, ${metric}, seeds ${seeds.join(' ')}, ${seconds} s a world`);
  console.log(summary(runs));
  return runs;
}

function show(runs: Run[]): void {
  for (const { seed, events, judged } of runs) {
    for (const event of events) {
      const found = judged.found
        .get(event)
        ?.map((alert) => [alert.kind, alert.raised - event.from, alert.slice]);
      const d = distanceOf(event)?.toFixed(1) ?? '-';
      console.log(
        seed,
        event.kind,
        JSON.stringify(event.slice),
        event.from,
        event.until,
        d,
        JSON.stringify(found),
      );
    }
    for (const stray of judged.stray) console.log(seed, 'FALSE', JSON.stringify(stray));
  }
}

/** 10,000 slices evaluated each minute: the share of a core, and the memory of the process. */
function measureCost(): void {
  const slices = 10_000;
  const monitor = new Monitor({
    dimensions: ['merchant'],
    widthMs: 60_000,
    budgetPerWeek,
    warmupMs: 60 * 60_000,
  });
  const bucketAt = (minute: number): CountBucket => ({
    atMs: startMs + minute * 60_000,
    rows: Array.from({ length: slices }, (_, at) => {
      const attempts = 20 + ((at * 7919 + minute * 104_729) % 11);
      return { values: [`merchant ${at}`], attempts, failures: (at + minute) % 4 };
    }),
  });
  const minutes = 240;
  let busyMs = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const bucket = bucketAt(minute);
    const startedAt = process.cpuUsage();
    monitor.observe(bucket);
    const { user, system } = process.cpuUsage(startedAt);
    busyMs += (user + system) / 1000;
  }
  const share = (100 * busyMs) / minutes / 60_000;
  const megabytes = process.memoryUsage().rss / 2 ** 20;
  console.log(
    `\n10,000 slices a minute: ${share.toFixed(2)} % of a core, process ${megabytes.toFixed(0)} MB`,
  );
}

const { values: given } = parseArgs({
  options: {
    seeds: { type: 'string' },
    metric: { type: 'string' },
    verbose: { type: 'boolean' },
    cost: { type: 'boolean' },
    anywhere: { type: 'boolean' },
  },
});
const verbose = given.verbose === true;
const begins = given.anywhere === true ? 'anywhere' : 'with a bucket';
if (given.cost === true) measureCost();
else if (given.seeds !== undefined) {
  const metric = metricOf(given.metric);
  const seeds = given.seeds.split(',').map(Number);
  const runs = compare('Paydesk', seeds, metric, (world) => runOurs(world, verbose));
  if (verbose) show(runs);
} else {
  measureCost();
  for (const metric of metrics) compare('Paydesk', reportedSeeds, metric, (world) => runOurs(world, false));
  for (const [name, peer] of Object.entries(peers))
    compare(name, reportedSeeds, 'authorisation', (world) => runPeer(world, peer));
}
