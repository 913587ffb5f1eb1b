/**
 * Standing approvals on the seeded companies: how soon a partner's traffic is moved when the partner fails, how often it is moved for
 * nothing, and what of the value is saved that an oracle would have saved.
 *
 * One approval a partner, as people arm them: success rate, 10 points and 50 attempts, a probe of 10 %, two hours. What is moved
 * fails as the partner it goes to does, and the detector sees the traffic as it is after that. Decided by the shipped detector and
 * the shipped bounds, at the end of each bucket. `npm run bench:standing -- --seeds 719,720,721`.
 */
import { parseArgs } from 'node:util';
import { dayMs, minuteMs } from '../../src/kernel/clock.js';
import { money } from '../../src/kernel/money.js';
import type { Metric, MetricCount } from '../../src/ports/metrics.js';
import type { Standing } from '../../src/remediation/kit/action.js';
import { boundsVerdict, failingAt, type SeenAlert } from '../../src/remediation/policy/bounds.js';
import { detectorOf } from '../../src/wiring/detectors/detectors.js';
import { detectableFrom, distanceOf, type WorldEvent } from './changes.js';
import { bucketMinutes, dimensions, partners, startMs, warmupDays } from './company.js';
import { randomOf, type Random } from './random.js';
import { createWorld, type WorldBucket } from './world.js';

const width = bucketMinutes * minuteMs;
const probe = 0.1;
const lastsMs = 120 * minuteMs;
const armedFrom = startMs + warmupDays * dayMs;

const metric: Metric = {
  id: 'authorisation-success',
  name: 'Success rate',
  kind: 'rate',
  dimensions,
  bucketMs: width,
  lagMs: 0,
  falseAlertsPerWeek: 1,
  sql: '',
};

/** Where a partner's traffic goes: to the next one. */
const fallbackOf = (partner: string): string =>
  partners[(partners.indexOf(partner) + 1) % partners.length] ?? '';

const approvalFor = (partner: string): Standing => ({
  action: 'pause-route',
  alert: { metric: metric.id, slice: { partner }, dropPoints: 10, attempts: 50 },
  place: { partner },
  fallback: { partner: fallbackOf(partner) },
  most: money(1_000_000n, 'EUR'),
  uses: 1000,
  hours: null,
  until: new Date(startMs + 366 * dayMs),
  typed: () => ({}),
  differences: () => [],
});

interface Use {
  partner: string;
  alertId: string;
  at: number;
  endedAt: number | null;
}

interface Fault {
  event: WorldEvent;
  /** Of each bucket, from the first one on: successes that the fault costs. */
  lost: number[];
  saved: number;
  movedAt: number | null;
}

interface Outcome {
  faults: Fault[];
  uses: Use[];
  wrong: { use: Use; near: string }[];
}

/** Rate faults of one partner, and of nothing but it. */
const isOfPartner = ({ finds, slice }: WorldEvent): boolean =>
  finds === 'rate' && Object.keys(slice).join() === 'partner';

function run(seed: number): Outcome {
  const world = createWorld(seed);
  const random = randomOf(seed);
  const detector = detectorOf(metric);
  const faults = world.events
    .filter(isOfPartner)
    .map((event): Fault => ({ event, lost: [], saved: 0, movedAt: null }));
  const known = new Map(world.events.map((event) => [event, 0]));
  const uses: Use[] = [];
  const ids = new Map<string, string>();
  for (const bucket of world.buckets()) {
    const moved = new Set(uses.filter(({ endedAt }) => endedAt === null).map(({ partner }) => partner));
    for (const fault of faults) {
      const { event } = fault;
      const cost = event.difference - (known.get(event) ?? 0);
      known.set(event, event.difference);
      if (bucket.index < event.from || bucket.index >= event.until) continue;
      fault.lost.push(cost);
      if (!moved.has(event.slice.partner ?? '')) continue;
      fault.saved += (1 - probe) * cost;
      fault.movedAt ??= bucket.index;
    }
    const counts = countsOf(world.leaves, bucket, moved, random);
    const end = startMs + (bucket.index + 1) * width;
    detector.observe({ at: new Date(end - width), counts });
    if (end > armedFrom) decide(uses, seenAlerts(detector.detected(), ids), end);
  }
  return { faults, uses, wrong: wrongUses(uses, world.events) };
}

/** What is counted while these partners keep the probe alone. */
function countsOf(
  leaves: readonly { values: readonly string[] }[],
  { attempts, failures }: WorldBucket,
  moved: ReadonlySet<string>,
  random: Random,
): MetricCount[] {
  const counts = leaves.map(({ values }, at) => ({
    values,
    attempts: attempts[at]!,
    failures: failures[at]!,
  }));
  if (moved.size === 0) return counts;
  const places = new Map(counts.map((count) => [count.values.join(), count]));
  for (const count of counts) {
    const [partner = '', ...rest] = count.values;
    const target = places.get([fallbackOf(partner), ...rest].join());
    if (!moved.has(partner) || !target || target.attempts === 0) continue;
    const left = random.binomial(count.attempts, 1 - probe);
    const failedRate = count.failures / Math.max(1, count.attempts);
    const fallbackRate = target.failures / target.attempts;
    count.attempts -= left;
    count.failures = Math.min(count.attempts, random.binomial(count.attempts, failedRate));
    target.attempts += left;
    target.failures += random.binomial(left, fallbackRate);
  }
  return counts;
}

/** One id for a change for as long as it is open. */
function seenAlerts(
  detected: ReturnType<ReturnType<typeof detectorOf>['detected']>,
  ids: Map<string, string>,
): SeenAlert[] {
  return detected.map(({ kind, slice, onsetAt, raisedAt, facts }) => {
    const key = `${kind} ${raisedAt.getTime()} ${onsetAt.getTime()}`;
    const id = ids.get(key) ?? `ALR-${ids.size + 1}`;
    ids.set(key, id);
    return { id, metric: metric.id, kind, state: 'open', slice, facts, openedAt: raisedAt, reopenedAt: null };
  });
}

function decide(uses: Use[], alerts: readonly SeenAlert[], at: number): void {
  for (const use of uses.filter(({ endedAt }) => endedAt === null)) {
    const isOver = !alerts.some(({ id }) => id === use.alertId);
    const fails = failingAt({ partner: fallbackOf(use.partner) }, metric.id, alerts) !== null;
    if (isOver || fails || at - use.at >= lastsMs) use.endedAt = at;
  }
  for (const partner of partners)
    for (const alert of alerts) {
      const own = uses.filter((use) => use.partner === partner);
      const earlier = own.map((use) => ({ alertId: use.alertId, at: new Date(use.at) }));
      const verdict = boundsVerdict(approvalFor(partner), alert, {
        alerts,
        uses: earlier,
        armedAt: new Date(armedFrom),
        now: new Date(at),
      });
      if (verdict.kind === 'fits' && own.every(({ endedAt }) => endedAt !== null))
        uses.push({ partner, alertId: alert.id, at, endedAt: null });
    }
}

/** Begun while no rate fault touches the partner, or within half an hour of its end. */
function wrongUses(uses: readonly Use[], events: readonly WorldEvent[]): Outcome['wrong'] {
  const during = (use: Use, { from, until, slice }: WorldEvent): boolean => {
    const bucket = (use.at - startMs) / width - 1;
    const isTouched = slice.partner === undefined || slice.partner === use.partner;
    return isTouched && bucket >= from && bucket < until + 6;
  };
  return uses
    .filter((use) => !events.some((event) => event.finds === 'rate' && during(use, event)))
    .map((use) => ({ use, near: events.find((event) => during(use, event))?.kind ?? 'nothing' }));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

function report(name: string, faults: readonly Fault[]): void {
  const moved = faults.filter(({ movedAt }) => movedAt !== null);
  const minutes = moved.map(({ event, movedAt }) => ((movedAt ?? 0) - event.from) * bucketMinutes);
  // The oracle knows a fault at the end of the bucket in which its test does, and moves as much for as long as it lasts.
  const oracle = ({ event, lost }: Fault): number =>
    (1 - probe) * sum(lost.slice((event.knownAt ?? event.until) + 1 - event.from));
  const saved = sum(faults.map((fault) => fault.saved));
  const all = (1 - probe) * sum(faults.map(({ lost }) => sum(lost)));
  console.log(
    `${name}: moved ${moved.length} of ${faults.length}, median ${median(minutes)} min from onset,` +
      ` saved ÷ oracle ${(saved / sum(faults.map(oracle))).toFixed(3)}, ÷ all from onset ${(saved / all).toFixed(3)}`,
  );
}

const { values: given } = parseArgs({ options: { seeds: { type: 'string', default: '719,720,721' } } });
const outcomes = given.seeds.split(',').map((seed) => run(Number(seed)));
const faults = outcomes.flatMap((outcome) => outcome.faults);
const detectable = faults.filter(({ event }) => (distanceOf(event) ?? 0) >= detectableFrom);
report('detectable rate faults of one partner', detectable);
for (const kind of new Set(detectable.map(({ event }) => event.kind)))
  report(
    `  ${kind}`,
    detectable.filter(({ event }) => event.kind === kind),
  );
const wrong = outcomes.flatMap((outcome) => outcome.wrong);
console.log(
  `uses ${sum(outcomes.map(({ uses }) => uses.length))}, for nothing ${wrong.length}: ${JSON.stringify(wrong.map(({ near }) => near))}`,
);
