/**
 * How soon the card of a partner outage is due in the sandbox, at every third hour of a day: the sandbox's own payments and
 * checks, counted and looked at every ten seconds as `watch-metrics` does there. What Slack takes comes on top.
 *
 * Run: `npm run bench:outage`.
 */
import { shippedMetrics } from '../src/alerts/shipped-metrics.js';
import { recentShare } from '../src/alerts/watch.js';
import { dayMs, hourMs, minuteMs, secondMs } from '../src/kernel/clock.js';
import type { MetricCount } from '../src/ports/metrics.js';
import { detectorOf } from '../src/wiring/detectors/detectors.js';
import { everydayChecks } from '../sandbox/world/card-checks.js';
import { createWorld } from '../sandbox/world/world.js';
import { percentile } from './harness.js';

const seeds = ['larkspur', 'second', 'third', 'fourth'];
const midnight = Date.parse('2026-11-25T00:00:00Z');
const stepMs = 10 * secondMs;
const lastsMs = 6 * minuteMs;
const [metric] = shippedMetrics;
if (!metric) throw new Error('no metric ships');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Row {
  atMs: number;
  learntMs: number;
  failed: boolean;
  values: readonly string[];
}

interface Seen {
  hour: number;
  /** Until the first card, and until its title named the partner; Infinity for never. */
  firstMs: number;
  namedMs: number;
}

const found: Seen[] = [];
let falseAlerts = 0;
for (const [index, seed] of seeds.entries()) {
  const begins = Array.from(
    { length: 8 },
    (_, at) => midnight + 3 * at * hourMs + ((7 * at + 3 * index) % 10) * 31 * secondMs,
  );
  watch(await rowsOf(seed, begins), begins);
}
say('| hour (UTC) | first card, median and slowest | names the partner, median and slowest |');
say('| ---------- | ------------------------------ | ------------------------------------- |');
for (let hour = 0; hour < 24; hour += 3) {
  const own = found.filter((one) => one.hour === hour);
  say(
    `| ${hour} | ${spread(own.map(({ firstMs }) => firstMs))} | ${spread(own.map(({ namedMs }) => namedMs))} |`,
  );
}
say(
  `all (n = ${found.length}): ${spread(found.map(({ namedMs }) => namedMs))}; other alerts: ${falseAlerts}`,
);

function spread(times: number[]): string {
  return `${percentile(times, 0.5) / secondMs} s, ${Math.max(...times) / secondMs} s`;
}

async function rowsOf(seed: string, begins: readonly number[]): Promise<Row[]> {
  const world = createWorld({ seed, checks: everydayChecks });
  const common = { name: 'partner-outage', partnerId: 'northpay', country: null, reason: null } as const;
  for (const fromMs of begins) await world.disturb({ ...common, fromMs, toMs: fromMs + lastsMs });
  const rows: Row[] = [];
  const end = midnight + dayMs;
  for (let hour = (midnight - 56 * dayMs) / hourMs; hour < end / hourMs; hour++)
    for (const { order, attempt } of world.attemptsOfHour(hour)) rows.push(rowOf(order.route, attempt));
  for (let minute = (midnight - everydayChecks.keptMs) / minuteMs; minute < end / minuteMs; minute++)
    for (const check of world.checksOfMinute(minute)) rows.push(rowOf(check.route, check));
  return rows.sort((a, b) => a.atMs - b.atMs);
}

type World = ReturnType<typeof createWorld>;
type Check = ReturnType<World['checksOfMinute']>[number];

function rowOf(
  { partner, method, country }: Check['route'],
  { createdMs, learntMs, decline }: Pick<Check, 'createdMs' | 'learntMs' | 'decline'>,
): Row {
  return { atMs: createdMs, learntMs, failed: decline !== null, values: [partner.id, method, country.code] };
}

/** A day after eight weeks, as the watch goes through it. */
function watch(rows: readonly Row[], begins: readonly number[]): void {
  const detector = detectorOf(metric!);
  const { bucketMs, lagMs } = metric!;
  const count = (fromMs: number, toMs: number): MetricCount[] => countsOf(rows, fromMs, toMs);
  let fedTo = midnight - 56 * dayMs;
  let suddenFrom: number | null = null;
  const seen = begins.map((at): Seen => ({
    hour: Math.floor((at - midnight) / hourMs),
    firstMs: Infinity,
    namedMs: Infinity,
  }));
  let wasOpen = false;
  for (let now = midnight; now < midnight + dayMs; now += stepMs) {
    const end = Math.floor((now - lagMs) / bucketMs) * bucketMs;
    for (; fedTo < end; fedTo += bucketMs)
      detector.observe({ at: new Date(fedTo), counts: count(fedTo, fedTo + bucketMs) });
    const unfinished = [end, end + bucketMs]
      .filter((at) => at < now)
      .map((at) => ({ at: new Date(at), counts: count(at, Math.min(now, at + bucketMs)) }));
    const from = Math.min(suddenFrom ?? Infinity, now - recentShare * bucketMs);
    suddenFrom =
      detector
        .glance({
          unfinished,
          recent: { from: new Date(from), counts: count(from, now) },
          now: new Date(now),
        })
        ?.getTime() ?? null;
    const open = detector.detected();
    const running = begins.findIndex((at) => now >= at && now < at + hourMs);
    const mine = seen[running];
    if (open.length > 0 && mine === undefined && !wasOpen) falseAlerts++;
    wasOpen = open.length > 0;
    if (!mine || open.length === 0) continue;
    const sinceMs = now - begins[running]!;
    mine.firstMs = Math.min(mine.firstMs, sinceMs);
    if (open.some(({ slice }) => slice.partner === 'northpay'))
      mine.namedMs = Math.min(mine.namedMs, sinceMs);
  }
  found.push(...seen);
}

function countsOf(rows: readonly Row[], fromMs: number, toMs: number): MetricCount[] {
  const counts = new Map<string, { values: readonly string[]; attempts: number; failures: number }>();
  for (let at = firstFrom(rows, fromMs); (rows[at]?.atMs ?? Infinity) < toMs; at++) {
    const { values, failed, learntMs } = rows[at]!;
    const key = values.join();
    const sum = counts.get(key) ?? { values, attempts: 0, failures: 0 };
    counts.set(key, sum);
    sum.attempts++;
    // Later buckets are counted after their lag, when nearly all answers are known.
    if (failed && (learntMs <= toMs || toMs % metric!.bucketMs === 0)) sum.failures++;
  }
  return [...counts.values()];
}

function firstFrom(rows: readonly Row[], fromMs: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.atMs < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
