/**
 * Doing what was approved, once.
 *
 * Invariants: right before acting everything is read again, people and world, and what no longer holds stops it; the
 * intent is in the database before the first call, and the key of the call with it; of the requests about one thing
 * only one is under way, because each changes what the others rest on; a call with an unknown outcome is
 * looked for before anything else; the same key is used for every try, and no try follows an unknown one before the
 * other side has said that nothing was done.
 * Deliberately absent: waiting. What comes later is due later (`ports/lives.ts`).
 */
import { minuteMs, secondMs } from '../../kernel/clock.js';
import { toOpsError } from '../../kernel/errors.js';
import type { Remediation } from '../../ports/remediations.js';
import type { Lease } from '../../ports/lives.js';
import type { Transaction } from '../../ports/transaction.js';
import { paydesk, type RemediationDeps, type Snapshot } from './deps.js';
import { expire, lapse } from './expiry.js';
import { coversCall, fenced, requireLease } from './fence.js';
import { watch } from './judgement.js';
import { doneMove, failedMove, needsOperator } from './outcomes.js';
import { whatChanged } from './revalidation.js';
import { requireLookedFor, settle } from './settlement.js';
import { remindOfReview } from './review.js';
import { actionOf, isTooOld, move, snapshotOf, takeIf, wait, type Move } from './transitions.js';
import { followUp, verify } from './verification.js';

const heldUpMs = 15 * secondMs;
/** What people and the world said is no ground any more, so they are read at once, but not in a tight circle. */
const readAgainMs = secondMs;
/** A shorter wait than this, for a source that named its end, is not worth a message. */
const quietMs = minuteMs;

/** Moves a request on from wherever it stands. Safe to call at any time, from any replica, any number of times. */
export async function advance(deps: RemediationDeps, id: string, lease: Lease): Promise<void> {
  const { remediation, votes } = await deps.remediations.read(id);
  const snapshot = snapshotOf(remediation, votes);
  if (remediation.watchUntil !== null) return watch(deps, snapshot);
  switch (remediation.state) {
    case 'pending':
      return expire(deps, snapshot);
    case 'approved':
      return begin(deps, snapshot, lease);
    // Somebody began and did not come back to say how it went.
    case 'executing':
    case 'unknown':
      return settle(deps, snapshot, (again) => order(deps, again, { isRepeat: true, lease }));
    case 'done':
      return remediation.verified ? followUp(deps, snapshot, lease) : verify(deps, snapshot);
    default:
      return remindOfReview(deps, snapshot);
  }
}

/** A person wants to know now. Orders nothing. Throws `conflict` where there is no effect to look for. */
export async function lookAgain(deps: RemediationDeps, id: string): Promise<void> {
  const { remediation, votes } = await deps.remediations.read(id);
  requireLookedFor(remediation);
  const snapshot = snapshotOf(remediation, votes);
  if (remediation.watchUntil !== null) return watch(deps, snapshot);
  return remediation.state === 'unknown' ? settle(deps, snapshot, null) : verify(deps, snapshot);
}

async function begin(deps: RemediationDeps, snapshot: Snapshot, lease: Lease): Promise<void> {
  const { remediation } = snapshot;
  const startedAt = deps.clock.now();
  if (deps.clock.now() >= remediation.expiresAt) return expire(deps, snapshot);
  const { calls: rivalCalls, unsettledId } = await deps.remediations.rivalsOf(null, remediation);
  if (unsettledId !== null) return holdUp(deps, snapshot, { why: waitsFor(unsettledId), forMs: heldUpMs });
  const verdict = await whatChanged(deps, snapshot).catch((thrown: unknown) =>
    unreadable(deps, snapshot, thrown),
  );
  if (verdict.kind === 'wait_quietly') return lookAgainIn(deps, remediation, verdict.forMs);
  if (verdict.kind === 'wait') return holdUp(deps, snapshot, verdict);
  if (verdict.kind !== 'stands') return lapse(deps, snapshot, verdict);
  await deps.probe?.('before_intent');
  const intended = await intend(deps, remediation, { rivalCalls, startedAt });
  if (intended === null) return;
  await deps.probe?.('after_intent');
  await order(deps, { ...snapshot, remediation: intended }, { isRepeat: false, lease });
}

type Delay = ({ kind: 'wait' } & HoldUp) | { kind: 'wait_quietly'; forMs: number };

/** A source that named a moment is asked again then, and people hear of it when it lasts. */
function unreadable({ log, clock }: RemediationDeps, snapshot: Snapshot, thrown: unknown): Delay {
  const { id } = snapshot.remediation;
  const error = toOpsError(thrown);
  const { errorId, publicMessage, details, message } = error;
  log.warn(
    { remediation: id, errorId, err: message },
    'people or current state cannot be read before acting',
  );
  const named = details.retryAfterMs;
  const forMs = typeof named === 'number' ? Math.max(secondMs, named) : heldUpMs * (1 - jitterOf(id));
  const isMoment = typeof named === 'number' && clock.now().getTime() - startableAtMs(snapshot) < quietMs;
  if (isMoment) return { kind: 'wait_quietly', forMs };
  return { kind: 'wait', why: `On hold: ${publicMessage}`, forMs, needsOperator: needsOperator(error) };
}

/** Up to a fifth, so that requests that wait for one source do not come back in step. */
const jitterOf = (id: string): number => (Number(id.replace(/\D/g, '')) % 10) / 50;

const startableAtMs = ({ remediation, votes, ruling }: Snapshot): number =>
  Math.max(
    remediation.createdAt.getTime(),
    ...votes.map(({ castAt }) => castAt.getTime() + ruling.coolingOffMs),
  );

async function lookAgainIn(deps: RemediationDeps, before: Remediation, forMs: number): Promise<void> {
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, before);
    if (current)
      await deps.remediations.change(tx, current.id, { dueAt: new Date(tx.now.getTime() + forMs) });
  });
}

const waitsFor = (id: string): string =>
  `Waiting for ${id}, which concerns the same item and whose outcome is not known yet.`;

interface HoldUp {
  why: string;
  forMs: number;
  needsOperator?: boolean;
}

/** Nothing was done yet; it is tried again later, for as long as the approval lives. */
async function holdUp(
  deps: RemediationDeps,
  before: Snapshot,
  { why, forMs, needsOperator = false }: HoldUp,
): Promise<void> {
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, before.remediation);
    if (!current) return;
    if (needsOperator && current.stateWhy !== why)
      await deps.alarm(tx, {
        personId: null,
        text: `${current.id} is approved, but Paydesk can’t run it. ${why}`,
        about: { kind: 'request', snapshot: before },
      });
    await wait(tx, deps, current, {
      progress: { stateWhy: why, dueAt: new Date(tx.now.getTime() + forMs) },
      happening: { verb: 'held_up', actor: paydesk, why },
      news: { text: why, mention: needsOperator ? [current.requesterId] : [] },
    });
  });
}

/** What the intent rests on: the orders that others had given, and when the world was read. */
interface Ground {
  rivalCalls: number;
  startedAt: Date;
}

/** Null when somebody else moved the request meanwhile: then it is theirs. */
function intend(
  deps: RemediationDeps,
  before: Remediation,
  { rivalCalls, startedAt }: Ground,
): Promise<Remediation | null> {
  return deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, before);
    if (current && isTooOld(startedAt, tx.now)) return readAgain(tx, deps, current);
    if (current?.state !== 'approved' || tx.now >= current.expiresAt) return null;
    // Under the lock through which a freeze has to pass: after a freeze nothing begins.
    if ((await deps.remediations.takeKillSwitch(tx)).frozen) return readAgain(tx, deps, current);
    // And of two requests about the same thing one begins: what the other has read of the world may be over by then.
    if ((await deps.remediations.rivalsOf(tx, current)).calls !== rivalCalls)
      return readAgain(tx, deps, current);
    return move(tx, deps, current, {
      progress: { state: 'executing', stateWhy: null, calls: current.calls + 1, dueAt: tx.now },
      happening: { verb: 'executing', actor: paydesk, why: null, details: { call: current.calls + 1 } },
      news: null,
    });
  });
}

async function readAgain(tx: Transaction, deps: RemediationDeps, { id }: Remediation): Promise<null> {
  await deps.remediations.change(tx, id, { dueAt: new Date(tx.now.getTime() + readAgainMs) });
  return null;
}

const lostLease = 'an order lost its lease: this process was stopped for too long and sends nothing more';
const lateAnswer =
  'an order lost its lease: its outcome was settled elsewhere meanwhile, so this answer is dropped';

/** Orders the effect, under the key that is in the request. */
async function order(
  deps: RemediationDeps,
  snapshot: Snapshot,
  { isRepeat, lease }: { isRepeat: boolean; lease: Lease },
): Promise<void> {
  const { remediation, plan } = snapshot;
  const action = actionOf(deps, remediation.action);
  let outcome: Move;
  let alarm: string | null = null;
  try {
    requireLease(lease);
    const world = fenced(deps.world, lease);
    const effect = await action.execute(plan, remediation.idempotencyKey, world);
    await deps.probe?.('after_effect');
    outcome = doneMove(remediation, effect, deps.clock.now());
  } catch (thrown) {
    if (!coversCall(lease)) deps.log.warn({ remediation: remediation.id }, lostLease);
    const failed = failedMove(remediation, thrown, { isRepeat, now: deps.clock.now() });
    ({ alarm, ...outcome } = failed);
  }
  await deps.transactions.run(async (tx) => {
    const current = await deps.remediations.take(tx, remediation.id);
    if (!isAnsweredBy(current, remediation)) {
      deps.log.warn({ remediation: remediation.id }, lateAnswer);
      return;
    }
    if (alarm !== null)
      await deps.alarm(tx, { personId: null, text: alarm, about: { kind: 'request', snapshot } });
    await move(tx, deps, current, outcome);
  });
  await deps.probe?.('after_record');
  // It may have ended what another request began, such as a pause.
  await deps.transactions.run((tx) => deps.remediations.hastenFollowUps(tx, remediation));
}

/** Other things may have changed meanwhile, such as a review; the answer to the last call counts until it is settled. */
const isAnsweredBy = (current: Remediation, { calls }: Remediation): boolean =>
  (current.state === 'executing' || current.state === 'unknown') && current.calls === calls;
