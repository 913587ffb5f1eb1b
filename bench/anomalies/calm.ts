/** False alerts a week in companies in which nothing happens, by budget: `tsx bench/anomalies/calm.ts 1,2,3 1,8,64`. */
import { Monitor } from '../../src/anomalies/monitor/monitor.js';
import { bucketMinutes, days, dimensions, startMs, warmupDays } from './company.js';
import { createWorld } from './world.js';

const width = bucketMinutes * 60_000;
const [seeds = [], budgets = []] = process.argv.slice(2).map((list) => list.split(',').map(Number));

function countFalse(seed: number, budgetPerWeek: number, raised: { rate: number; volume: number }): void {
  const world = createWorld(seed, 'authorisation', { isCalm: true });
  const warmupMs = warmupDays * 24 * 3_600_000;
  const monitor = new Monitor({ dimensions, widthMs: width, budgetPerWeek, warmupMs });
  for (const { index, attempts, failures } of world.buckets()) {
    const rows = world.leaves.map(({ values }, at) => ({
      values,
      attempts: attempts[at]!,
      failures: failures[at]!,
    }));
    for (const { type, alert } of monitor.observe({ atMs: startMs + index * width, rows }))
      if (type === 'raised' && alert !== null) raised[alert.kind]++;
  }
}

for (const budget of budgets) {
  const raised = { rate: 0, volume: 0 };
  for (const seed of seeds) countFalse(seed, budget, raised);
  const weeks = (seeds.length * (days - warmupDays)) / 7;
  const perWeek = (count: number): string => (count / weeks).toFixed(3);
  console.log(`budget ${budget}: rate ${perWeek(raised.rate)}, volume ${perWeek(raised.volume)} a week`);
}
