/**
 * After the effect: seeing it on the other side, and what belongs to the plan but comes later by itself.
 *
 * Invariants: a request is closed once its effect was seen; what went wrong with an effect is said aloud, not hidden in
 * a closed card; a pause ends even when the check fails.
 */
import { dayMs, minuteMs, secondMs } from '../../kernel/clock.js';
import { toOpsError } from '../../kernel/errors.js';
import type { Remediation } from '../../ports/remediations.js';
import type { Lease } from '../../ports/lives.js';
import type { Transaction } from '../../ports/transaction.js';
import type { Action, Effect, Verification } from '../kit/action.js';
import { paydesk, type RemediationDeps, type Snapshot } from './deps.js';
import { fenced } from './fence.js';
import { answered, isAnswer, nextLookAt, nextTryAt } from './looking.js';
import { actionOf, move, takeIf, wait, type Happening, type Move } from './transitions.js';

/** Refunds may be pending for days. What is still not seen then is a person's to look at. */
const patienceMs = 10 * dayMs;
const followUpRetryMs = 30 * secondMs;
const standingMs = 10 * minuteMs;

/** `unanswered`: the other side could not be asked, which says nothing about the effect. */
type Seen = Verification | { kind: 'unanswered'; evidence: string };

export async function verify(deps: RemediationDeps, snapshot: Snapshot): Promise<void> {
  const { remediation, plan } = snapshot;
  const action = actionOf(deps, remediation.action);
  const laterAt = action.followUpAt(plan);
  const found = await see(deps, snapshot);
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, remediation);
    if (!current) return;
    const ended = endOf(found, current, { action, laterAt, now: tx.now });
    if (ended) await move(tx, deps, current, ended);
    else await wait(tx, deps, current, await waitingMove(tx, deps, current, found));
  });
  if (found.kind !== 'unanswered') await answered(deps);
}

async function see(deps: RemediationDeps, { remediation, plan }: Snapshot): Promise<Seen> {
  const { action, effectReference: id, effectSummary, idempotencyKey } = remediation;
  const effect = { id, summary: effectSummary ?? '' };
  try {
    return await actionOf(deps, action).verify(plan, idempotencyKey, effect, deps.world);
  } catch (thrown) {
    const evidence = `Paydesk could not verify it yet: ${toOpsError(thrown).publicMessage}`;
    return { kind: isAnswer(thrown) ? 'not_yet' : 'unanswered', evidence };
  }
}

/** Null while it has to be looked for again. */
function endOf(
  found: Seen,
  current: Remediation,
  { action, laterAt, now }: { action: Action; laterAt: Date | null; now: Date },
): Move | null {
  const happening: Happening = { verb: `verified_${found.kind}`, actor: paydesk, why: found.evidence };
  if (found.kind === 'visible') {
    const words = laterAt === null ? (action.closedWords ?? 'verified') : 'verified';
    const news = {
      text: `${words.replace(/^./, (first) => first.toUpperCase())}: ${found.evidence}`,
      mention: [],
    };
    const seen = { verified: true, failedLooks: 0, stateWhy: found.evidence };
    return laterAt === null
      ? { progress: { ...seen, state: 'closed', dueAt: null }, happening, news }
      : {
          progress: { ...seen, dueAt: current.endWhy === null ? lookBefore(action, laterAt, now) : now },
          happening,
          news,
        };
  }
  const isOverdue = now.getTime() - current.createdAt.getTime() > patienceMs;
  if (found.kind !== 'wrong' && !isOverdue) return null;
  const text = `Check this: the action took effect, but ${found.evidence}`;
  return {
    progress: { state: 'closed', verified: false, failedLooks: 0, stateWhy: text, dueAt: null },
    happening,
    news: { text, mention: [current.requesterId] },
  };
}

async function waitingMove(
  tx: Transaction,
  deps: RemediationDeps,
  current: Remediation,
  found: Seen,
): Promise<Move> {
  const isAnswered = found.kind !== 'unanswered';
  const looks = current.looks + (isAnswered ? 1 : 0);
  const failedLooks = isAnswered ? 0 : current.failedLooks + 1;
  const dueAt = isAnswered ? nextLookAt(looks, tx.now) : await nextTryAt(tx, deps, current.id, failedLooks);
  return {
    progress: { looks, failedLooks, stateWhy: found.evidence, dueAt },
    happening: { verb: `verified_${found.kind}`, actor: paydesk, why: found.evidence },
    news: null,
  };
}

export async function followUp(
  deps: RemediationDeps,
  { remediation, plan }: Snapshot,
  lease: Lease,
): Promise<void> {
  const action = actionOf(deps, remediation.action);
  const at = action.followUpAt(plan);
  const { idempotencyKey: key, endWhy: early } = remediation;
  if (early === null && at !== null && deps.clock.now() < at)
    return beforeItsTime(deps, { remediation, plan }, at);
  try {
    const effect = await action.followUp(plan, { key, early }, fenced(deps.world, lease));
    await close(deps, remediation, effect);
  } catch (thrown) {
    await complain(deps, remediation, thrown);
  }
}

async function close(deps: RemediationDeps, before: Remediation, effect: Effect): Promise<void> {
  const why = await namingRequest(deps, effect);
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, before);
    if (!current) return;
    await move(tx, deps, current, {
      progress: { state: 'closed', stateWhy: why, dueAt: null },
      happening: { verb: 'followed_up', actor: paydesk, why },
      news: { text: why, mention: [] },
    });
  });
}

/** “by order paydesk-0f…” as “by REM-18”, where it was an order of ours. */
async function namingRequest(
  { remediations }: RemediationDeps,
  { summary, id: key }: Effect,
): Promise<string> {
  const id = key === null ? null : await remediations.idOfKey(key);
  return id === null ? summary : summary.replaceAll(`order ${key}`, id);
}

/** Somebody may end it early, and then nothing is left to come. */
async function beforeItsTime(
  deps: RemediationDeps,
  { remediation, plan }: Pick<Snapshot, 'remediation' | 'plan'>,
  at: Date,
): Promise<void> {
  const action = actionOf(deps, remediation.action);
  const effect = await action
    .endedEarly?.(plan, remediation.idempotencyKey, deps.world)
    .catch((thrown: unknown) => notSeen(deps, remediation, thrown));
  if (effect) return close(deps, remediation, effect);
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, remediation);
    if (current) await deps.remediations.change(tx, current.id, { dueAt: lookBefore(action, at, tx.now) });
  });
}

function notSeen({ log }: RemediationDeps, { id }: Remediation, thrown: unknown): null {
  const { code, errorId } = toOpsError(thrown);
  log.warn({ remediation: id, code, errorId }, 'a past effect could not be rechecked');
  return null;
}

/** Where it can end early it is looked at now and then. */
const lookBefore = ({ endedEarly }: Action, at: Date, now: Date): Date =>
  endedEarly ? new Date(Math.min(at.getTime(), now.getTime() + standingMs)) : at;

async function complain(deps: RemediationDeps, before: Remediation, thrown: unknown): Promise<void> {
  const error = toOpsError(thrown);
  deps.log.error(
    { remediation: before.id, errorId: error.errorId, code: error.code, err: error },
    'a follow-up failed and will be retried',
  );
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, before);
    if (!current) return;
    const why = `The follow-up has not succeeded yet: ${error.publicMessage}`;
    await wait(tx, deps, current, {
      progress: { stateWhy: why, dueAt: new Date(tx.now.getTime() + followUpRetryMs) },
      happening: { verb: 'follow_up_failed', actor: paydesk, why, details: { errorId: error.errorId } },
      news: { text: `${why} Paydesk will retry.`, mention: [current.requesterId] },
    });
  });
}
