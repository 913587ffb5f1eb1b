/**
 * How a request moves (`lifecycle/lifecycle.ts`), and what is particular to requests about it.
 *
 * Invariants: waiting on for the same reason is said once; what ends without an effect, and is looked for no longer, releases
 * its cap reservation; an ended request is due again while its review is still owed.
 */
import { canonicalJson, type JsonObject } from '../../kernel/canonical-json.js';
import { dayMs, minuteMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import * as lifecycle from '../../lifecycle/lifecycle.js';
import type { Remediation, RemediationProgress, RemediationState, Vote } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import type { Action } from '../kit/action.js';
import type { News, RemediationDeps, Snapshot } from './deps.js';
import { linesOf, thaw } from '../kit/plan.js';
import type { AllowedRuling } from '../policy/policy.js';
import { readRuling } from '../policy/ruling-text.js';

/** Nothing was done, and nothing will be. */
export const endedWithoutEffect: readonly RemediationState[] = [
  'refused',
  'rejected',
  'cancelled',
  'expired',
  'voided',
];
export const openStates: readonly RemediationState[] = [
  'pending',
  'approved',
  'executing',
  'unknown',
  'done',
];

/** Reading people and the world takes seconds; this leaves room for a slow provider. */
const oldestReadMs = 2 * minuteMs;
/** Whether a process was stopped since it read the world: what it read is no ground to act on any more. */
export const isTooOld = (startedAt: Date, now: Date): boolean =>
  now.getTime() - startedAt.getTime() >= oldestReadMs;

export type Happening = lifecycle.Happening<'remediation'>;
export type Move = lifecycle.Move<RemediationProgress, News, 'remediation'>;

const lifeOf = (
  deps: RemediationDeps,
): lifecycle.Life<Remediation, RemediationProgress, News, 'remediation'> => ({
  noun: 'remediation',
  things: deps.remediations,
  audit: deps.audit,
  entryOf: (after) => ({
    subjects: [after.id, ...after.subjects],
    details: { state: after.state, rule: rulingOf(after).rule, planHash: after.planHash },
  }),
  show: async (tx, after, news) =>
    deps.tell(tx, snapshotOf(after, await deps.remediations.votesOf(tx, after.id)), news),
});

export async function move(
  tx: Transaction,
  deps: RemediationDeps,
  before: Remediation,
  { progress, ...rest }: Move,
): Promise<Remediation> {
  const due = dueOf(deps, { ...before, ...progress });
  const after = await lifecycle.move(tx, lifeOf(deps), before, {
    progress: { ...progress, ...due },
    ...rest,
  });
  if (endedWithoutEffect.includes(after.state) && after.watchUntil === null)
    await deps.remediations.release(tx, after.id);
  return after;
}

/** It waits. Said when the reason is another one than before: a minute's waiting must not write the same line all day. */
export async function wait(
  tx: Transaction,
  deps: RemediationDeps,
  before: Remediation,
  waiting: Move,
): Promise<void> {
  const { progress } = waiting;
  if (before.stateWhy === progress.stateWhy) await deps.remediations.change(tx, before.id, progress);
  else await move(tx, deps, before, waiting);
}

/** An ended request is due when its review is overdue. */
function dueOf({ policy }: RemediationDeps, after: Remediation): Partial<RemediationProgress> {
  if (after.review !== 'open' || openStates.includes(after.state) || after.dueAt !== null) return {};
  return { dueAt: new Date(after.createdAt.getTime() + (policy.breakGlass?.reviewWithin ?? dayMs)) };
}

export function snapshotOf(remediation: Remediation, votes: readonly Vote[]): Snapshot {
  const plan = thaw({ text: remediation.planText, hash: remediation.planHash });
  return { remediation, plan, ruling: rulingOf(remediation), votes };
}

export function rulingOf({ rulingText }: Remediation): AllowedRuling {
  const ruling = readRuling(rulingText);
  if (ruling.kind === 'allowed') return ruling;
  throw new OpsError('internal', 'A request was made against its ruling.');
}

/** What an approver has in front of them, word for word. */
export const seenLines = ({ plan, remediation }: Snapshot): string[] => [
  ...linesOf(plan.preview),
  `Why: ${remediation.why}`,
];

/** The same, for the audit trail. */
export const seenBy = (snapshot: Snapshot): JsonObject => ({ seen: seenLines(snapshot) });

export function actionOf(deps: RemediationDeps, id: string): Action {
  const action = deps.actions.find((candidate) => candidate.id === id);
  if (action) return action;
  throw new OpsError('not_found', `There is no action ${canonicalJson(id.slice(0, 40))}.`, {
    hint: `The actions are: ${deps.actions.map((known) => known.id).join(', ')}.`,
  });
}

/** Takes a request, and only goes on when it is still as the caller believes. Null when it moved meanwhile. */
export const takeIf = (
  tx: Transaction,
  deps: RemediationDeps,
  before: Remediation,
): Promise<Remediation | null> => lifecycle.takeIf(tx, deps.remediations, before);
