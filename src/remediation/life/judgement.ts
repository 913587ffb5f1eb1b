/**
 * What a person decides about an outcome that Paydesk cannot tell, and how that decision is held against the world.
 *
 * Invariants: it is looked for right before a decision counts, and what is found contradicts the person; afterwards it is
 * looked for again for a day, and an effect that shows up late is announced and counts for the caps; the caps keep what
 * the request holds until the other side says that nothing was done, or the day is over.
 */
import { dayMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { Remediation } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import type { Effect } from '../kit/action.js';
import { paydesk, type RemediationDeps, type Snapshot } from './deps.js';
import { answered, look, nextLookAt, nextTryAt, noted, type Look } from './looking.js';
import { doneMove, foundOut } from './outcomes.js';
import { forFinalWords, personOf, type KnownPerson } from './people.js';
import { eligibleVote } from '../policy/votes.js';
import { requireReason } from '../kit/reason.js';
import { capEntryOf } from './reservations.js';
import { awaitsJudgement } from './settlement.js';
import {
  actionOf,
  move,
  rulingOf,
  seenBy,
  snapshotOf,
  takeIf,
  type Happening,
  type Move,
} from './transitions.js';

/** Someone said so, with the evidence before them. */
export type Judgement = 'took_effect' | 'did_not';

export type Judged =
  | { kind: 'settled' }
  /** What the other side says; the decision was not taken. */
  | { kind: 'contradicted'; snapshot: Snapshot; found: readonly string[] };

const watchMs = dayMs;

interface Verdict {
  judgement: Judgement;
  actor: string;
  why: string;
}

/** Somebody who may approve, and did not ask, says what became of it. Throws `forbidden` or `conflict`. */
export async function judge(
  deps: RemediationDeps,
  { id, personId, judgement, why }: { id: string; personId: string; judgement: Judgement; why: string },
): Promise<Judged> {
  const person = await personOf(deps, personId, forFinalWords);
  const verdict = { judgement, actor: personId, why: requireReason(why, 'Say how you know.') };
  const { remediation, votes } = await deps.remediations.read(id);
  requireJudge(remediation, person);
  const found = await look(deps, snapshotOf(remediation, votes));
  return deps.transactions.run(async (tx) => {
    const current = await deps.remediations.take(tx, id);
    requireJudge(current, person);
    return record(tx, deps, snapshotOf(current, await deps.remediations.votesOf(tx, id)), verdict, found);
  });
}

function requireJudge(remediation: Remediation, person: KnownPerson): void {
  const { id, state, requesterId } = remediation;
  if (!awaitsJudgement(remediation))
    throw new OpsError('conflict', `${id} is ${state}: there is nothing to decide.`);
  const eligible = eligibleVote(rulingOf(remediation), person, requesterId, []);
  if (!eligible.ok) throw new OpsError('forbidden', eligible.message);
}

async function record(
  tx: Transaction,
  deps: RemediationDeps,
  snapshot: Snapshot,
  verdict: Verdict,
  found: Look,
): Promise<Judged> {
  const { remediation } = snapshot;
  const { judgement, actor, why } = verdict;
  const isContradicted = found.kind === (judgement === 'took_effect' ? 'not_done' : 'done');
  if (!isContradicted) {
    await move(tx, deps, remediation, judgedMove(deps, snapshot, verdict, found, tx.now));
    if (judgement === 'did_not' && found.kind === 'not_done')
      await deps.remediations.release(tx, remediation.id);
    return { kind: 'settled' };
  }
  const lines = found.kind === 'done' ? [found.effect.summary] : found.evidence;
  const contradicted = await move(tx, deps, remediation, {
    progress:
      found.kind === 'done'
        ? doneMove(remediation, found.effect, tx.now).progress
        : { evidence: noted(remediation.evidence, lines, tx.now) },
    happening: {
      verb: 'judgement_contradicted',
      actor,
      why,
      details: { ...seenBy(snapshot), judgement, found: lines },
    },
    news: {
      by: actor,
      text: `decided that it ${judgedWords[judgement]}, but Paydesk looked and found: ${lines.join(' ')}`,
      mention: [remediation.requesterId],
    },
  });
  return { kind: 'contradicted', snapshot: snapshotOf(contradicted, snapshot.votes), found: lines };
}

const judgedWords: Readonly<Record<Judgement, string>> = {
  took_effect: 'took effect',
  did_not: 'did not take effect',
};

/** A pause that took effect, as a person says, has to end all the same. */
function judgedMove(
  deps: RemediationDeps,
  snapshot: Snapshot,
  { judgement, actor, why }: Verdict,
  found: Look,
  now: Date,
): Move {
  const { remediation, plan } = snapshot;
  const happening: Happening = {
    verb: 'judged',
    actor,
    why,
    details: { ...seenBy(snapshot), judgement, found: found.kind, evidence: remediation.evidence },
  };
  const news = {
    by: actor,
    text: `decided that it ${judgedWords[judgement]}: ${why}`,
    mention: [remediation.requesterId],
  };
  if (found.kind === 'done') {
    const { progress } = doneMove(remediation, found.effect, now);
    return { progress: { ...progress, decidedBy: actor }, happening, news };
  }
  const laterAt = actionOf(deps, plan.action).followUpAt(plan);
  const watched = { ...foundOut, stateWhy: why, decidedBy: actor, ...watchFrom(now, laterAt) };
  const progress =
    judgement === 'took_effect'
      ? {
          state: laterAt ? ('done' as const) : ('closed' as const),
          effectSummary: 'It took effect, as a person confirmed.',
        }
      : { state: 'refused' as const };
  return { progress: { ...watched, ...progress }, happening, news };
}

function watchFrom(now: Date, laterAt: Date | null): { watchUntil: Date; dueAt: Date } {
  const until = Math.min(now.getTime() + watchMs, laterAt?.getTime() ?? Infinity);
  return { watchUntil: new Date(until), dueAt: nextLookAt(0, now) };
}

/** Looks for the effect of a request that a person decided about. */
export async function watch(deps: RemediationDeps, snapshot: Snapshot): Promise<void> {
  const found = await look(deps, snapshot);
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, snapshot.remediation);
    const until = current?.watchUntil ?? null;
    if (current && until) await watched(tx, deps, { ...snapshot, remediation: current }, until, found);
  });
  if (found.kind !== 'unanswered') await answered(deps);
}

async function watched(
  tx: Transaction,
  deps: RemediationDeps,
  snapshot: Snapshot,
  watchUntil: Date,
  found: Look,
): Promise<void> {
  const { remediation } = snapshot;
  if (found.kind === 'done') return confirmed(tx, deps, snapshot, found.effect);
  const denied = remediation.state === 'refused';
  if (found.kind === 'not_done' && denied) await deps.remediations.release(tx, remediation.id);
  // A day without an answer does not count as a day of looking.
  if (found.kind !== 'unanswered' && tx.now >= watchUntil)
    return found.kind === 'not_done' && !denied
      ? missed(tx, deps, snapshot, found.evidence)
      : watchOver(tx, deps, snapshot);
  const isAnswered = found.kind !== 'unanswered';
  const looks = remediation.looks + (isAnswered ? 1 : 0);
  const failedLooks = isAnswered ? 0 : remediation.failedLooks + 1;
  const next = isAnswered
    ? nextLookAt(looks, tx.now)
    : await nextTryAt(tx, deps, remediation.id, failedLooks);
  const dueAt = tx.now < watchUntil && next > watchUntil ? watchUntil : next;
  await deps.remediations.change(tx, remediation.id, { looks, failedLooks, dueAt });
}

/** It is there: as the person said, or against it, which everybody has to hear. */
async function confirmed(
  tx: Transaction,
  deps: RemediationDeps,
  snapshot: Snapshot,
  effect: Effect,
): Promise<void> {
  const { remediation, votes } = snapshot;
  const done = doneMove(remediation, effect, tx.now);
  if (remediation.state !== 'refused') {
    await move(tx, deps, remediation, {
      ...done,
      news: { text: `Found, as decided: ${effect.summary}`, mention: [] },
    });
    return;
  }
  await deps.remediations.takeKillSwitch(tx);
  const entry = capEntryOf(deps, snapshot, tx.now);
  if (entry) await deps.remediations.reserve(tx, entry);
  const text = `${remediation.id} took effect after all, although a person decided that it did not: ${effect.summary}`;
  await alarming(tx, deps, snapshot, text, {
    progress: { ...done.progress, decidedBy: null },
    happening: {
      verb: 'took_effect_late',
      actor: paydesk,
      why: remediation.stateWhy,
      details: { effect: effect.summary, reference: effect.id },
    },
    news: { text, mention: [remediation.requesterId, ...votes.map(({ personId }) => personId)] },
  });
}

/** A person said that it took effect, and a day later there is still nothing. */
async function missed(
  tx: Transaction,
  deps: RemediationDeps,
  snapshot: Snapshot,
  findings: readonly string[],
): Promise<void> {
  const { remediation, votes } = snapshot;
  const text = `${remediation.id} did not take effect, although a person decided that it did: ${findings.join(' ')}`;
  await alarming(tx, deps, snapshot, text, {
    progress: { ...foundOut, state: 'closed', verified: false, decidedBy: null, stateWhy: text, dueAt: null },
    happening: {
      verb: 'never_took_effect',
      actor: paydesk,
      why: remediation.stateWhy,
      details: { found: findings },
    },
    news: { text, mention: [remediation.requesterId, ...votes.map(({ personId }) => personId)] },
  });
}

async function alarming(
  tx: Transaction,
  deps: RemediationDeps,
  snapshot: Snapshot,
  text: string,
  told: Move,
): Promise<void> {
  const after = await move(tx, deps, snapshot.remediation, told);
  await deps.alarm(tx, {
    personId: null,
    text,
    about: { kind: 'request', snapshot: { ...snapshot, remediation: after } },
  });
}

/** Nothing spoke against the person. What belongs to the plan and comes later is due now. */
async function watchOver(tx: Transaction, deps: RemediationDeps, { remediation }: Snapshot): Promise<void> {
  await move(tx, deps, remediation, {
    progress: { ...foundOut, dueAt: remediation.state === 'done' ? tx.now : null },
    happening: { verb: 'watch_over', actor: paydesk, why: 'Nothing found contradicts the decision.' },
    news: null,
  });
}
