/**
 * Finding out what became of an effect that was ordered and not heard of again.
 *
 * Invariants: looking comes before repeating; an order is repeated under the same key, only after the other side said
 * that nothing was done, only while the plan stands as when it was begun, and only so often; what looking cannot tell is
 * for a person, who gets the evidence.
 */
import { dayMs, minuteMs, secondMs } from '../kernel/clock.js';
import { OpsError, toOpsError } from '../kernel/errors.js';
import type { Remediation } from '../ports/remediations.js';
import type { ReadBack } from './action.js';
import { paydesk, type RemediationDeps, type Snapshot } from './deps.js';
import { callLease, doneMove, mostCalls } from './outcomes.js';
import { forClicks, personOf } from './people.js';
import { eligibleVote } from './policy/votes.js';
import { requireReason } from './reason.js';
import { whatChanged } from './revalidation.js';
import { actionOf, move, rulingOf, seenBy, snapshotOf, takeIf, type Move } from './transitions.js';

const mostLooks = 6;
const firstPauseMs = 2 * secondMs;
const longestPauseMs = 5 * minuteMs;
/** What is for a person is looked for again all the same, and said again. */
const reminderMs = dayMs;
/**
 * Providers forget a key a day after its first use, Stripe among them (docs.stripe.com/api/idempotent_requests): after
 * that an order under it would be a new one. Counted from the request, which has the key from its beginning.
 */
const keyLifeMs = dayMs;

/** Someone said so, with the evidence before them. */
export type Judgement = 'took_effect' | 'did_not';

export async function settle(
  deps: RemediationDeps,
  snapshot: Snapshot,
  orderAgain: (snapshot: Snapshot) => Promise<void>,
): Promise<void> {
  const { remediation, plan } = snapshot;
  const voters = snapshot.votes.map(({ personId }) => personId);
  const action = actionOf(deps, remediation.action);
  const read = await action
    .readBack(plan, remediation.idempotencyKey, deps.world)
    .catch((thrown: unknown) => cannotLook(deps, remediation, thrown));
  const found = wouldRepeat(read, remediation) ? await unlessHindered(deps, snapshot, read) : read;
  const moved = await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, remediation);
    if (!current) return null;
    // Under the lock through which a freeze has to pass, as the first order was.
    const { frozen } = wouldRepeat(found, current)
      ? await deps.remediations.takeKillSwitch(tx)
      : { frozen: false };
    return move(
      tx,
      deps,
      current,
      moveAfter(frozen ? notAgain(found, 'Guarded actions are frozen.') : found, current, voters, tx.now),
    );
  });
  if (moved?.state === 'executing') await orderAgain({ ...snapshot, remediation: moved });
}

function cannotLook({ log }: RemediationDeps, { id }: Remediation, thrown: unknown): ReadBack {
  const error = toOpsError(thrown);
  log.warn(
    { remediation: id, reference: error.reference, code: error.code },
    'the effect cannot be looked for',
  );
  return { kind: 'cannot_tell', evidence: [`Could not check: ${error.publicMessage}`] };
}

/** Said twice in a row, some time apart: an order that was still on its way at the first look has arrived by the second. */
const wouldRepeat = ({ kind }: ReadBack, { misses, calls }: Remediation): boolean =>
  kind === 'not_done' && misses + 1 >= 2 && calls < mostCalls;

/** To order again is to act: what was asked right before the first order is asked anew. */
async function unlessHindered(deps: RemediationDeps, snapshot: Snapshot, found: ReadBack): Promise<ReadBack> {
  const { expiresAt, createdAt } = snapshot.remediation;
  const now = deps.clock.now();
  if (now >= expiresAt) return notAgain(found, 'The approval has expired.');
  if (now.getTime() >= createdAt.getTime() + keyLifeMs)
    return notAgain(found, 'Its idempotency key is a day old and may have expired on the other side.');
  const verdict = await whatChanged(deps, snapshot).catch(
    (thrown: unknown) => ({ kind: 'wait', why: toOpsError(thrown).publicMessage }) as const,
  );
  if (verdict.kind === 'stands') return found;
  return notAgain(found, verdict.kind === 'void' ? verdict.changes.join(' · ') : verdict.why);
}

const notAgain = (found: ReadBack, why: string): ReadBack => ({
  kind: 'cannot_tell',
  evidence: [...(found.kind === 'done' ? [] : found.evidence), `Not retried: ${why}`],
});

function moveAfter(found: ReadBack, current: Remediation, voters: readonly string[], now: Date): Move {
  if (found.kind === 'done') return doneMove(current, found.effect, now);
  const looks = current.looks + 1;
  const evidence = [...current.evidence, ...found.evidence.map((line) => `${now.toISOString().slice(11, 19)} UTC ${line}`)].slice(-12);
  if (wouldRepeat(found, current)) {
    return {
      progress: { state: 'executing', looks: 0, misses: 0, evidence, calls: current.calls + 1, dueAt: callLease(now) },
      happening: { verb: 'repeated', actor: paydesk, why: 'Checked: nothing was done.', details: { call: current.calls + 1, evidence } },
      news: { text: 'Checked: nothing was done. Retried under the same key.', mention: [] },
    };
  }
  const handOver = looks >= mostLooks;
  const pauseMs = handOver ? reminderMs : Math.min(longestPauseMs, firstPauseMs * 2 ** looks);
  const misses = found.kind === 'not_done' ? current.misses + 1 : 0;
  return {
    progress: {
      state: 'unknown', looks, misses, evidence, stateWhy: current.stateWhy ?? 'The process that sent the order was interrupted.',
      dueAt: new Date(now.getTime() + pauseMs),
    },
    happening: { verb: handOver ? 'handed_over' : 'looked', actor: paydesk, why: null, details: { found: found.kind, evidence } },
    news: handOver
      ? { text: 'Paydesk can’t determine whether it took effect. A person must decide, based on the evidence.', mention: [current.requesterId, ...voters] }
      : null,
  };
} // prettier-ignore

/** Whether it is for people now. */
export const awaitsJudgement = ({ state, looks }: Remediation): boolean =>
  state === 'unknown' && looks >= mostLooks;

/** Somebody who may approve, and did not ask, says what became of it. Throws `forbidden` or `conflict`. */
export async function judge(
  deps: RemediationDeps,
  { id, personId, judgement, why }: { id: string; personId: string; judgement: Judgement; why: string },
): Promise<void> {
  const person = await personOf(deps, personId, forClicks);
  const reason = requireReason(why, 'Say how you know.');
  await deps.transactions.run(async (tx) => {
    const current = await deps.remediations.take(tx, id);
    if (!awaitsJudgement(current)) throw new OpsError('conflict', `${id} is ${current.state}: there is nothing to decide.`);
    const eligible = eligibleVote(rulingOf(current), person, current.requesterId, []);
    if (!eligible.ok) throw new OpsError('forbidden', eligible.message);
    const snapshot = snapshotOf(current, []);
    const laterAt = actionOf(deps, current.action).followUpAt(snapshot.plan);
    await move(tx, deps, current, judgedMove(snapshot, { judgement, laterAt, actor: personId, why: reason }));
  });
} // prettier-ignore

interface Verdict {
  judgement: Judgement;
  /** When what belongs to the plan comes by itself; null where nothing does. */
  laterAt: Date | null;
  actor: string;
  why: string;
}

/** A pause that took effect, as a person says, has to end all the same. */
function judgedMove(snapshot: Snapshot, { judgement, laterAt, actor, why }: Verdict): Move {
  const { evidence, requesterId } = snapshot.remediation;
  const took = judgement === 'took_effect';
  const stateWhy = `A person decided: ${why}`;
  return {
    progress: took
      ? { state: laterAt ? 'done' : 'closed', looks: 0, stateWhy, effectSummary: 'A person found that it took effect.', dueAt: laterAt }
      : { state: 'refused', stateWhy, dueAt: null },
    happening: { verb: 'judged', actor, why, details: { ...seenBy(snapshot), judgement, evidence } },
    news: {
      text: took ? `Settled: it took effect. ${why}` : `Settled: it did not take effect. ${why}`,
      mention: [requesterId],
    },
  };
} // prettier-ignore
