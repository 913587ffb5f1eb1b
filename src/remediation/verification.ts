/**
 * After the effect: seeing it on the other side, and what belongs to the plan but comes later by itself.
 *
 * Invariants: a request is closed once its effect was seen; what went wrong with an effect is said aloud, not hidden in
 * a closed card; the end of a pause comes even when nobody looks.
 */
import { dayMs, hourMs, secondMs } from '../kernel/clock.js';
import { toOpsError } from '../kernel/errors.js';
import type { Remediation } from '../ports/remediations.js';
import type { Verification } from './action.js';
import { paydesk, type RemediationDeps, type Snapshot } from './deps.js';
import { actionOf, move, takeIf, wait, type Move } from './transitions.js';

const firstPauseMs = 5 * secondMs;
const longestPauseMs = hourMs;
/** Refunds may be pending for days. What is still not seen then is a person's to look at. */
const patienceMs = 10 * dayMs;
const followUpRetryMs = 30 * secondMs;

export async function verify(deps: RemediationDeps, { remediation, plan }: Snapshot): Promise<void> {
  const action = actionOf(deps, remediation.action);
  const { effectReference: reference, effectSummary, idempotencyKey } = remediation;
  const found = await action
    .verify(plan, idempotencyKey, { reference, summary: effectSummary ?? '' }, deps.world)
    .catch((thrown: unknown): Verification => ({ kind: 'not_yet', evidence: toOpsError(thrown).publicMessage }));
  const laterAt = action.followUpAt(plan);
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, remediation);
    if (!current) return;
    const verified = verifiedMove(found, current, laterAt, tx.now);
    await (verified.progress.state === undefined && !verified.progress.verified ? wait : move)(tx, deps, current, verified);
  });
} // prettier-ignore

function verifiedMove(found: Verification, current: Remediation, laterAt: Date | null, now: Date): Move {
  const { requesterId } = current;
  const happening = { verb: `verified_${found.kind}`, actor: paydesk, why: found.evidence };
  if (found.kind === 'visible') {
    const news = { text: `Verified: ${found.evidence}`, mention: [] };
    return laterAt === null
      ? { progress: { state: 'closed', verified: true, stateWhy: found.evidence, dueAt: null }, happening, news }
      : { progress: { verified: true, stateWhy: found.evidence, dueAt: laterAt }, happening, news };
  }
  const looks = current.looks + 1;
  const overdue = now.getTime() - current.createdAt.getTime() > patienceMs;
  if (found.kind === 'wrong' || overdue) {
    const text = `Look at this: the effect came about, but ${found.evidence}`;
    return {
      progress: { state: 'closed', verified: false, stateWhy: text, dueAt: null },
      happening,
      news: { text, mention: [requesterId] },
    };
  }
  const dueAt = new Date(now.getTime() + Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(looks, 20)));
  return { progress: { looks, stateWhy: found.evidence, dueAt }, happening, news: null };
} // prettier-ignore

export async function followUp(deps: RemediationDeps, { remediation, plan }: Snapshot): Promise<void> {
  const action = actionOf(deps, remediation.action);
  const at = action.followUpAt(plan);
  if (at !== null && deps.clock.now() < at) return again(deps, remediation, at);
  try {
    const effect = await action.followUp(plan, remediation.idempotencyKey, deps.world);
    await deps.transactions.run(async (tx) => {
      const current = await takeIf(tx, deps, remediation);
      if (!current) return;
      await move(tx, deps, current, {
        progress: { state: 'closed', stateWhy: effect.summary, dueAt: null },
        happening: { verb: 'followed_up', actor: paydesk, why: effect.summary },
        news: { text: effect.summary, mention: [] },
      });
    });
  } catch (thrown) {
    await complain(deps, remediation, thrown);
  }
}

/** Started before its time, by a second sweep for instance. */
async function again(deps: RemediationDeps, before: Remediation, at: Date): Promise<void> {
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, before);
    if (current) await deps.remediations.change(tx, current.id, { dueAt: at });
  });
}

async function complain(deps: RemediationDeps, before: Remediation, thrown: unknown): Promise<void> {
  const error = toOpsError(thrown);
  deps.log.error({ remediation: before.id, reference: error.reference, code: error.code, err: error }, 'what belongs to a plan failed and is tried again');
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, before);
    if (!current) return;
    const why = `What was to follow did not succeed yet: ${error.publicMessage}`;
    await wait(tx, deps, current, {
      progress: { stateWhy: why, dueAt: new Date(tx.now.getTime() + followUpRetryMs) },
      happening: { verb: 'follow_up_failed', actor: paydesk, why, details: { reference: error.reference } },
      news: { text: `${why} It is tried again.`, mention: [current.requesterId] },
    });
  });
} // prettier-ignore
