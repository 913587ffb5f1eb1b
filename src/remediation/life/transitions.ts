/**
 * The one way for a request to change: state, audit entry, card and news in one transaction.
 *
 * Invariants: nobody changes a request without saying so in the audit trail, save that waiting on for the same reason is
 * said once; what ends without an effect, and is looked for no longer, gives back what it held of the caps; the next step of an approved request is
 * enqueued in the transaction that made it due.
 */
import { canonicalJson, type JsonObject } from '../../kernel/canonical-json.js';
import { minuteMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { VerbOf } from '../../ports/audit.js';
import type { Remediation, RemediationProgress, RemediationState, Vote } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import type { Action } from '../kit/action.js';
import { advanceTask, type News, type RemediationDeps, type Snapshot } from './deps.js';
import { linesOf, thaw } from '../kit/plan.js';
import type { AllowedRuling } from '../policy/policy.js';
import { readRuling } from '../policy/ruling-text.js';

/** Nothing was done, and nothing will be. */
const endedWithoutEffect: readonly RemediationState[] = [
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

/**
 * How long a started step may go unheard of. While the engine is to move a request it is always due, so that a step which
 * failed, or was lost with its process, is taken up by a sweep; starting one twice does no harm.
 */
export const stepLeaseMs = minuteMs;

/** Reading people and the world takes seconds; this leaves room for a slow provider. */
const oldestReadMs = 2 * minuteMs;
/** Whether a process was stopped since it read the world: what it read is no ground to act on any more. */
export const isTooOld = (startedAt: Date, now: Date): boolean =>
  now.getTime() - startedAt.getTime() >= oldestReadMs;

/** Why the change happens, for the audit trail. */
export interface Happening {
  verb: VerbOf<'remediation'>;
  actor: string;
  why: string | null;
  details?: JsonObject;
}

export interface Move {
  progress: Partial<RemediationProgress>;
  happening: Happening;
  news: News | null;
  /** The engine moves it on as soon as this is committed. */
  advance?: boolean;
}

export async function move(
  tx: Transaction,
  deps: RemediationDeps,
  before: Remediation,
  { progress, happening, news, advance = false }: Move,
): Promise<Remediation> {
  const after = await deps.remediations.change(tx, before.id, {
    ...progress,
    ...dueOf(deps, { ...before, ...progress }, advance, tx.now),
  });
  const votes = await deps.remediations.votesOf(tx, before.id);
  if (endedWithoutEffect.includes(after.state) && after.watchUntil === null)
    await deps.remediations.release(tx, after.id);
  const snapshot = snapshotOf(after, votes);
  await deps.audit.append(tx, {
    kind: `remediation.${happening.verb}`,
    actor: happening.actor,
    subjects: [after.id, ...after.subjects],
    why: happening.why,
    details: {
      state: after.state,
      rule: snapshot.ruling.rule,
      planHash: after.planHash,
      ...happening.details,
    },
  });
  if (advance) await enqueueStep(tx, deps, after);
  await deps.tell(tx, snapshot, news);
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

/** A started step is due again when nothing is heard of it; an ended request, when its review is still owed. */
function dueOf(
  { policy }: RemediationDeps,
  after: Remediation,
  advance: boolean,
  now: Date,
): Partial<RemediationProgress> {
  if (advance) return { dueAt: new Date(now.getTime() + stepLeaseMs) };
  if (after.review !== 'open' || openStates.includes(after.state) || after.dueAt !== null) return {};
  return { dueAt: new Date(after.createdAt.getTime() + (policy.breakGlass?.reviewWithin ?? 0)) };
}

/** Keyed by version: the same moment is moved on from once. */
export const enqueueStep = (
  tx: Transaction,
  deps: RemediationDeps,
  { id, version }: Remediation,
): Promise<void> => deps.tasks.enqueue(tx, advanceTask, `remediation:${id}:${version}`, id);

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
export async function takeIf(
  tx: Transaction,
  deps: RemediationDeps,
  { id, version }: Remediation,
): Promise<Remediation | null> {
  const current = await deps.remediations.take(tx, id);
  return current.version === version ? current : null;
}
