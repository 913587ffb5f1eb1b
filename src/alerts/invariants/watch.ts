/**
 * Checks invariants, and opens, updates and closes their alerts: one an invariant, with the differences and the rows that
 * moved last.
 *
 * Invariants: one that cannot be read has an alert of its own and does not stop the others; what a person called no
 * anomaly is not raised again until something else differs.
 */
import { dayMs } from '../../kernel/clock.js';
import { toOpsError } from '../../kernel/errors.js';
import type { Alert, AlertFacts } from '../../ports/alerts.js';
import type { Invariant, InvariantSources } from '../../ports/invariants.js';
import type { LifeDeps } from '../deps.js';
import { openAlert, resolveAlert, updateAlert } from '../life.js';
import { breachesOf, type Breach } from './check.js';

export interface InvariantDeps extends LifeDeps {
  invariants: readonly Invariant[];
  sources: InvariantSources;
}

export interface InvariantWatch {
  /** Never throws for an invariant. */
  checkInvariants(): Promise<void>;
}

/** People look at the first few; their number says the rest. */
const findingsMax = 5;
const dismissedMs = 7 * dayMs;
const recentMax = 200;

export const createInvariantWatch = (deps: InvariantDeps): InvariantWatch => ({
  checkInvariants: async () => {
    for (const invariant of deps.invariants)
      await check(deps, invariant).catch((thrown: unknown) => {
        deps.log.error(
          { invariant: invariant.id, err: toOpsError(thrown) },
          'an invariant cannot be told about',
        );
      });
  },
});

async function check(deps: InvariantDeps, invariant: Invariant): Promise<void> {
  const active = await deps.alerts.active(invariant.id);
  const facts = await factsNow(deps, invariant);
  await settle(deps, invariant, active, facts);
}

type Found = { kind: 'invariant' | 'unreadable'; facts: AlertFacts } | null;

async function factsNow(deps: InvariantDeps, invariant: Invariant): Promise<Found> {
  const now = deps.clock.now();
  try {
    const breaches = breachesOf(invariant, await deps.sources.read(invariant, now), now);
    if (breaches.length === 0) return null;
    return { kind: 'invariant', facts: factsOf(breaches, await findingsOf(deps, invariant, breaches)) };
  } catch (thrown) {
    const error = toOpsError(thrown);
    deps.log.warn(
      { invariant: invariant.id, code: error.code, err: error },
      'an invariant cannot be checked',
    );
    return { kind: 'unreadable', facts: { ...noCounts, reason: error.publicMessage } };
  }
}

const noCounts = { attempts: 0, failures: 0, expected: 0, shareExplained: null } as const;

function factsOf(breaches: readonly Breach[], findings: readonly string[]): AlertFacts {
  const [first] = breaches;
  const more = breaches.length > 1 ? ` and ${breaches.length - 1} more` : '';
  return { ...noCounts, failures: breaches.length, reason: `${first?.words ?? ''}${more}`, findings };
}

/** Each difference, and below it the rows that moved last; a question that fails hides no difference. */
async function findingsOf(
  { sources, log }: InvariantDeps,
  invariant: Invariant,
  breaches: readonly Breach[],
): Promise<string[]> {
  const shown = breaches.slice(0, findingsMax);
  const lines = shown.map(async ({ key, words }) => {
    const rows = key === null ? [] : await sources.moved(invariant, key).catch(unknownRows);
    return [words, ...rows.map((row) => `  ${row}`)];
  });
  return (await Promise.all(lines)).flat();

  function unknownRows(thrown: unknown): string[] {
    log.warn({ invariant: invariant.id, err: toOpsError(thrown) }, 'rows of an invariant cannot be read');
    return [];
  }
}

async function settle(
  deps: InvariantDeps,
  { id: metric }: Invariant,
  active: readonly Alert[],
  found: Found,
): Promise<void> {
  for (const alert of active.filter(({ kind }) => kind !== found?.kind))
    // What cannot be checked is neither broken nor whole: what is open stays open.
    if (found?.kind !== 'unreadable' || alert.kind === 'unreadable')
      await resolveAlert(deps, alert, alert.kind === 'unreadable' ? 'it is checked again' : 'it holds again');
  if (found === null) return;
  const { kind, facts } = found;
  const alert = active.find((one) => one.kind === kind);
  if (alert) {
    if (JSON.stringify(alert.facts) !== JSON.stringify(facts))
      await updateAlert(deps, alert, { slice: {}, facts });
    return;
  }
  if (await isDismissed(deps, metric, facts)) return;
  const now = deps.clock.now();
  await openAlert(deps, { metric, kind, slice: {}, facts, onsetAt: now, openedAt: now });
}

async function isDismissed(
  { alerts, clock }: InvariantDeps,
  metric: string,
  { reason }: AlertFacts,
): Promise<boolean> {
  const recent = await alerts.resolvedSince(new Date(clock.now().getTime() - dismissedMs), recentMax);
  return recent.some(
    (alert) => alert.metric === metric && alert.dismissedBy !== null && alert.facts.reason === reason,
  );
}
