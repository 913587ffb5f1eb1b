/**
 * Doing what was approved, once.
 *
 * Invariants: right before acting everything is read again, people and world, and what no longer holds stops it; the
 * intent is in the database before the first call, and the key of the call with it; of the requests about one thing
 * only one is under way, because each changes what the others rest on; a call whose outcome nobody knows is
 * looked for before anything else; the same key is used for every try, and no try follows an unknown one before the
 * other side has said that nothing was done.
 * Deliberately absent: waiting. What comes later is due later, and the sweep starts it.
 */
import { secondMs } from '../kernel/clock.js';
import { messageOf, toOpsError, type OpsError } from '../kernel/errors.js';
import type { Remediation } from '../ports/remediations.js';
import type { Transaction } from '../ports/transaction.js';
import { paydesk, type RemediationDeps, type Snapshot } from './deps.js';
import { expire, lapse } from './expiry.js';
import { callLease, doneMove, failedMove } from './outcomes.js';
import { whatChanged } from './revalidation.js';
import { settle } from './settlement.js';
import { remindOfReview } from './review.js';
import {
  actionOf,
  enqueueStep,
  move,
  snapshotOf,
  stepLeaseMs,
  takeIf,
  wait,
  type Move,
} from './transitions.js';
import { followUp, verify } from './verification.js';

const heldUpMs = 15 * secondMs;

/** Moves a request on from wherever it stands. Safe to call at any time, from any replica, any number of times. */
export async function advance(deps: RemediationDeps, id: string): Promise<void> {
  const { remediation, votes } = await deps.remediations.read(id);
  const snapshot = snapshotOf(remediation, votes);
  switch (remediation.state) {
    case 'pending':
      return expire(deps, snapshot);
    case 'approved':
      return begin(deps, snapshot);
    // Somebody began and did not come back to say how it went.
    case 'executing':
    case 'unknown':
      return settle(deps, snapshot, (again) => order(deps, again, { isRepeat: true }));
    case 'done':
      return remediation.verified ? followUp(deps, snapshot) : verify(deps, snapshot);
    default:
      return remindOfReview(deps, snapshot);
  }
}

async function begin(deps: RemediationDeps, snapshot: Snapshot): Promise<void> {
  const { remediation } = snapshot;
  if (deps.clock.now() >= remediation.expiresAt) return expire(deps, snapshot);
  const { calls: rivalCalls, unsettledId } = await deps.remediations.rivalsOf(null, remediation);
  if (unsettledId !== null) return holdUp(deps, snapshot, { why: waitsFor(unsettledId), forMs: heldUpMs });
  const verdict = await whatChanged(deps, snapshot).catch((thrown: unknown) => {
    const error = toOpsError(thrown);
    deps.log.warn({ remediation: remediation.id, reference: error.reference, err: messageOf(error) }, 'the world cannot be read before acting');
    return { kind: 'wait', why: `On hold: ${error.publicMessage}`, forMs: heldUpMs, needsOperator: needsOperator(error) } as const;
  }); // prettier-ignore
  if (verdict.kind === 'wait') return holdUp(deps, snapshot, verdict);
  if (verdict.kind !== 'stands') return lapse(deps, snapshot, verdict);
  await deps.probe?.('before_intent');
  const intended = await intend(deps, remediation, rivalCalls);
  if (intended === null) return;
  await deps.probe?.('after_intent');
  await order(deps, { ...snapshot, remediation: intended }, { isRepeat: false });
}

const waitsFor = (id: string): string =>
  `Waiting for ${id}, which concerns the same item and whose outcome is not known yet.`;

/** It does not pass by itself: a key is refused, or a setting is wrong. */
const needsOperator = ({ code }: OpsError): boolean => code === 'misconfigured' || code === 'forbidden';

interface HoldUp {
  why: string;
  forMs: number;
  needsOperator?: boolean;
}

/** Nothing was done yet; it is tried again later, for as long as the approval lives. */
async function holdUp(deps: RemediationDeps, before: Snapshot, { why, forMs, needsOperator = false }: HoldUp): Promise<void> {
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, before.remediation);
    if (!current) return;
    if (needsOperator && current.stateWhy !== why)
      await deps.alarm(tx, paydesk, `can’t run ${current.id}, which is approved. ${why}`, before);
    await wait(tx, deps, current, {
      progress: { stateWhy: why, dueAt: new Date(tx.now.getTime() + forMs) },
      happening: { verb: 'held_up', actor: paydesk, why },
      news: { text: why, mention: needsOperator ? [current.requesterId] : [] },
    });
  });
} // prettier-ignore

/** Null when somebody else moved the request meanwhile: then it is theirs. */
function intend(deps: RemediationDeps, before: Remediation, rivalCalls: number): Promise<Remediation | null> {
  return deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, before);
    if (current?.state !== 'approved' || tx.now >= current.expiresAt) return null;
    // Under the lock through which a freeze has to pass: after a freeze nothing begins.
    if ((await deps.remediations.takeKillSwitch(tx)).frozen) return null;
    // And of two requests about the same thing one begins: what the other has read of the world may be over by then.
    if ((await deps.remediations.rivalsOf(tx, current)).calls !== rivalCalls)
      return readAgain(tx, deps, current);
    return move(tx, deps, current, {
      progress: { state: 'executing', stateWhy: null, calls: current.calls + 1, dueAt: callLease(tx.now) },
      happening: { verb: 'executing', actor: paydesk, why: null, details: { call: current.calls + 1 } },
      news: null,
    });
  });
}

async function readAgain(tx: Transaction, deps: RemediationDeps, { id }: Remediation): Promise<null> {
  await deps.remediations.change(tx, id, { dueAt: new Date(tx.now.getTime() + heldUpMs) });
  return null;
}

/** Orders the effect, under the key that stands in the request. */
async function order(
  deps: RemediationDeps,
  { remediation, plan }: Snapshot,
  { isRepeat }: { isRepeat: boolean },
): Promise<void> {
  const action = actionOf(deps, remediation.action);
  let outcome: Move;
  try {
    const effect = await action.execute(plan, remediation.idempotencyKey, deps.world);
    await deps.probe?.('after_effect');
    outcome = doneMove(remediation, effect, deps.clock.now());
  } catch (thrown) {
    outcome = failedMove(remediation, thrown, { isRepeat, now: deps.clock.now() });
  }
  await deps.transactions.run(async (tx) => {
    const current = await deps.remediations.take(tx, remediation.id);
    if (isAnsweredBy(current, remediation)) await move(tx, deps, current, outcome);
  });
  await deps.probe?.('after_record');
}

/** Other things may have changed meanwhile, such as a review; the answer to the last call counts until it is settled. */
const isAnsweredBy = (current: Remediation, { calls }: Remediation): boolean =>
  (current.state === 'executing' || current.state === 'unknown') && current.calls === calls;

/** How long the due requests of one sweep may be; the rest is due at the next. */
const sweepLimit = 50;

/** Starts whatever is due. Returns how many. */
export function sweep(deps: RemediationDeps): Promise<number> {
  return deps.transactions.run(async (tx) => {
    const due = await deps.remediations.takeDue(tx, sweepLimit);
    for (const remediation of due) await startDue(tx, deps, remediation);
    return due.length;
  });
}

/** Not a move: nothing that people would want to know of happens here. */
async function startDue(tx: Transaction, deps: RemediationDeps, { id }: Remediation): Promise<void> {
  const dueAt = new Date(tx.now.getTime() + stepLeaseMs);
  await enqueueStep(tx, deps, await deps.remediations.change(tx, id, { dueAt }));
}
