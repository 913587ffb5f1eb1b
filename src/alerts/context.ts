/**
 * What an alert says beside its counts: the last 24 hours against what is usual, and the money at risk.
 *
 * Invariant: context that cannot be read is left out, and the alert is opened without it.
 */
import { toOpsError } from '../kernel/errors.js';
import type { AlertFacts } from '../ports/alerts.js';
import type { Metric } from '../ports/metrics.js';
import { dayOf, spansOf } from './day.js';
import type { AlertDeps, Detected } from './deps.js';

export async function withContext(deps: AlertDeps, metric: Metric, change: Detected): Promise<Detected> {
  if (change.kind !== 'rate') return change;
  const [day, atRisk] = await Promise.all([
    orNothing(deps, metric, () => dayFor(deps, metric, change)),
    orNothing(deps, metric, () => atRiskFor(deps, metric, change)),
  ]);
  return { ...change, facts: { ...change.facts, ...(day && { day }), ...(atRisk && { atRisk }) } };
}

async function orNothing<Value>(
  { log }: AlertDeps,
  { id }: Metric,
  work: () => Promise<Value>,
): Promise<Value | null> {
  try {
    return await work();
  } catch (thrown) {
    const { code, errorId } = toOpsError(thrown);
    log.warn({ metric: id, code, errorId, err: thrown }, 'an alert goes without some of its context');
    return null;
  }
}

async function dayFor(deps: AlertDeps, metric: Metric, { slice }: Detected): Promise<AlertFacts['day']> {
  const now = deps.clock.now();
  const wanted = metric.dimensions.map((name) => slice[name] ?? null);
  return dayOf(await deps.buckets.hours(metric.id, wanted, spansOf(now)), now);
}

/** Of what failed since the change began, the share that is unusual. */
async function atRiskFor(
  deps: AlertDeps,
  metric: Metric,
  { slice, onsetAt, facts: { failures, expected } }: Detected,
): Promise<AlertFacts['atRisk']> {
  if (metric.failedAmountsSql === undefined || failures <= expected) return [];
  const amounts = await deps.source.failedAmounts(metric, slice, onsetAt, deps.clock.now());
  // Exact to a thousandth, and in whole minor units: it is an estimate, and must not look like more.
  const share = BigInt(Math.round((1000 * (failures - expected)) / failures));
  return amounts.map(({ currency, minor }) => ({ currency, minor: ((minor * share) / 1000n).toString() }));
}
