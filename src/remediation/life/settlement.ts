/**
 * Finding out what became of an effect that was ordered and not heard of again.
 *
 * Invariants: looking comes before repeating; an order is repeated under the same key, only after the other side said
 * that nothing was done, only while the plan stands as when it was begun, and only so often; what looking cannot tell is
 * for a person, who gets the evidence, and is looked for all the same for as long as it is unknown.
 */
import { dayMs, minuteMs } from '../../kernel/clock.js';
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type { Remediation } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import { paydesk, type RemediationDeps, type Snapshot } from './deps.js';
import { answered, isNoted, look, nextLookAt, nextTryAt, noted, type Look } from './looking.js';
import { doneMove, mostCalls } from './outcomes.js';
import { whatChanged } from './revalidation.js';
import { isTooOld, move, takeIf, type Move } from './transitions.js';

/** A person is asked after so many looks that could not tell, or when nothing was answered for so long. */
const mostLooks = 6;
const askAfterMs = 10 * minuteMs;
const reminderMs = dayMs;
/**
 * Providers forget a key a day after its first use, Stripe among them (docs.stripe.com/api/idempotent_requests): after
 * that an order under it would be a new one. Counted from the request, which has the key from its beginning.
 */
const keyLifeMs = dayMs;

/** `orderAgain` is null for a look that a person asked for: two of those can follow too closely to repeat an order. */
export async function settle(
  deps: RemediationDeps,
  snapshot: Snapshot,
  orderAgain: ((snapshot: Snapshot) => Promise<void>) | null,
): Promise<void> {
  const { remediation } = snapshot;
  const startedAt = deps.clock.now();
  const read = await look(deps, snapshot);
  const repeats = orderAgain !== null && wouldRepeat(read, remediation);
  const found = repeats ? await unlessHindered(deps, snapshot, read) : read;
  const moved = await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, remediation);
    if (!current) return null;
    const mayRepeat = repeats && wouldRepeat(found, current) && !isTooOld(startedAt, tx.now);
    // Under the lock through which a freeze has to pass, as the first order was.
    const isFrozen = mayRepeat && (await deps.remediations.takeKillSwitch(tx)).frozen;
    const counted = isFrozen ? notAgain(found, 'Guarded actions are frozen.') : found;
    return counted.kind === 'not_done' && mayRepeat
      ? move(tx, deps, current, repeatMove(current, counted.evidence, tx.now))
      : keepLooking(tx, deps, { ...snapshot, remediation: current }, counted, orderAgain !== null);
  });
  if (read.kind !== 'unanswered') await answered(deps);
  if (moved?.state === 'executing') await orderAgain?.({ ...snapshot, remediation: moved });
}

/** Said twice in a row, some time apart: an order that was still on its way at the first look has arrived by the second. */
const wouldRepeat = ({ kind }: Look, { misses, calls }: Remediation): boolean =>
  kind === 'not_done' && misses + 1 >= 2 && calls < mostCalls;

/** To order again is to act: what was asked right before the first order is asked again. */
async function unlessHindered(deps: RemediationDeps, snapshot: Snapshot, found: Look): Promise<Look> {
  const { expiresAt, createdAt } = snapshot.remediation;
  const now = deps.clock.now();
  if (now >= expiresAt) return notAgain(found, 'The approval has expired.');
  if (now.getTime() >= createdAt.getTime() + keyLifeMs)
    return notAgain(found, 'Its idempotency key is a day old and may have expired at the provider.');
  const verdict = await whatChanged(deps, snapshot).catch(
    (thrown: unknown) => ({ kind: 'wait', why: toOpsError(thrown).publicMessage }) as const,
  );
  if (verdict.kind === 'stands') return found;
  return notAgain(found, verdict.kind === 'void' ? verdict.changes.join(' · ') : verdict.why);
}

const notAgain = (found: Look, why: string): Look => ({
  kind: 'cannot_tell',
  evidence: [...(found.kind === 'done' ? [] : found.evidence), `Not retried: ${why}`],
});

const repeatMove = (current: Remediation, findings: readonly string[], now: Date): Move => {
  const evidence = noted(current.evidence, findings, now);
  return {
    progress: {
      state: 'executing',
      looks: 0,
      misses: 0,
      failedLooks: 0,
      askedAt: null,
      evidence,
      calls: current.calls + 1,
      dueAt: now,
    },
    happening: {
      verb: 'repeated',
      actor: paydesk,
      why: 'Checked: nothing was done.',
      details: { call: current.calls + 1, evidence },
    },
    news: { text: 'Checked: nothing was done. Retried under the same key.', mention: [] },
  };
};

/** What was found, or that nothing was: a person is asked in time, and it is looked for again. */
async function keepLooking(
  tx: Transaction,
  deps: RemediationDeps,
  { remediation: current, votes }: Snapshot,
  found: Look,
  counts: boolean,
): Promise<Remediation> {
  if (found.kind === 'done') return move(tx, deps, current, doneMove(current, found.effect, tx.now));
  const isAnswered = found.kind !== 'unanswered';
  const looks = current.looks + (isAnswered && counts ? 1 : 0);
  const failedLooks = isAnswered ? 0 : current.failedLooks + 1;
  const misses = counts ? (found.kind === 'not_done' ? current.misses + 1 : 0) : current.misses;
  const unknownSince = current.unknownSince ?? tx.now;
  const evidence = noted(current.evidence, found.evidence, tx.now);
  const dueAt = isAnswered ? nextLookAt(looks, tx.now) : await nextTryAt(tx, deps, current.id, failedLooks);
  const asks = isPersonDue({ ...current, looks, unknownSince }, isAnswered, tx.now);
  const progress = {
    state: 'unknown' as const,
    looks,
    misses,
    failedLooks,
    unknownSince,
    evidence,
    dueAt,
    askedAt: asks ? tx.now : current.askedAt,
    stateWhy: current.stateWhy ?? 'The process that ordered it was interrupted.',
  };
  const isNews = asks || current.state !== 'unknown' || !isNoted(current.evidence, found.evidence);
  if (!isNews) return deps.remediations.change(tx, current.id, progress);
  const voters = votes.map(({ personId }) => personId);
  return move(tx, deps, current, {
    progress,
    happening: {
      verb: asks ? 'handed_over' : 'looked',
      actor: paydesk,
      why: null,
      details: { found: found.kind, evidence },
    },
    news: asks
      ? {
          text: 'Paydesk cannot tell yet whether it took effect and keeps looking. A person who knows can decide.',
          mention: [current.requesterId, ...voters],
        }
      : null,
  });
}

function isPersonDue({ looks, unknownSince, askedAt }: Remediation, isAnswered: boolean, now: Date): boolean {
  if (askedAt !== null) return now.getTime() - askedAt.getTime() >= reminderMs;
  const isLong = now.getTime() - (unknownSince ?? now).getTime() >= askAfterMs;
  return looks >= mostLooks || (!isAnswered && isLong);
}

/** Whether it is for people now. Paydesk keeps looking meanwhile. */
export const awaitsJudgement = ({ state, askedAt }: Remediation): boolean =>
  state === 'unknown' && askedAt !== null;

/** Whether there is an effect that was not seen yet. */
export const isLookedFor = ({ state, verified, watchUntil }: Remediation): boolean =>
  state === 'unknown' || (state === 'done' && !verified) || watchUntil !== null;

/** Throws `conflict`. */
export function requireLookedFor(remediation: Remediation): void {
  if (isLookedFor(remediation)) return;
  throw new OpsError('conflict', `${remediation.id} is ${remediation.state}: there is nothing to check.`);
}
