/**
 * Votes: approving, rejecting and cancelling a request, and confirming a vote outside the chat.
 *
 * Invariants: a vote is for the plan whose hash the voter saw; the requester never votes; a person counts once, whatever
 * groups they are in; a vote that has to be confirmed counts for nothing until it is; the last vote, the state, the
 * audit entry and the start of the execution are one transaction.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { JsonObject } from '../../kernel/canonical-json.js';
import { OpsError } from '../../kernel/errors.js';
import { formatMajor, formatMoney } from '../../kernel/money.js';
import type { Remediation, Vote } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import type { RemediationDeps, Snapshot } from './deps.js';
import { amountIn, amountField } from '../kit/fields.js';
import { frozenMessage, requireUnfrozen } from '../policy/kill-switch.js';
import { forClicks, forWindows, personOf, type KnownPerson } from './people.js';
import { countedVotes, eligibleVote, type Voter } from '../policy/votes.js';
import { requireReason } from '../kit/reason.js';
import { capEntryOf, capRulingOf } from './reservations.js';
import { move, rulingOf, seenBy, snapshotOf } from './transitions.js';

export interface Ballot {
  id: string;
  /** The beginning of the hash of the plan that was on the card, from outside. */
  planHash: string;
  personId: string;
}

export type VoteOutcome =
  | { kind: 'counted'; missing: number }
  | { kind: 'approved' }
  /** The rule wants the amount typed by the voter. */
  | { kind: 'needs_amount'; snapshot: Snapshot }
  /** The rule wants the vote confirmed outside the chat; the token is shown to the voter alone, and only once. */
  | { kind: 'needs_confirmation'; token: string; snapshot: Snapshot };

/** How much of a hash a button carries: enough to tell plans apart. */
const shortHash = 16;
export const shortHashOf = ({ planHash }: Pick<Remediation, 'planHash'>): string =>
  planHash.slice(0, shortHash);

/** Throws `forbidden` or `conflict` with the reason for the person; nothing was changed then. */
export async function approve(
  deps: RemediationDeps,
  ballot: Ballot,
  typedAmount: string | null,
): Promise<VoteOutcome> {
  const [voter] = await Promise.all([personOf(deps, ballot.personId, forClicks), requireUnfrozen(deps)]);
  return deps.transactions.run(async (tx) => {
    const { remediation, votes } = await takeVotable(tx, deps, ballot, { voter, choice: 'approve' });
    const snapshot = snapshotOf(remediation, votes);
    if (snapshot.ruling.typeAmount && typedAmount === null) return { kind: 'needs_amount', snapshot };
    requireAmount(snapshot, typedAmount);
    const token = snapshot.ruling.confirmOutside ? randomBytes(32).toString('base64url') : null;
    await deps.remediations.putVote(tx, remediation.id, {
      personId: ballot.personId,
      state: token === null ? 'counted' : 'unconfirmed',
      castAt: tx.now,
      voidWhy: null,
      tokenHash: token === null ? null : tokenHashOf(token),
      confirmedBy: null,
    });
    if (token === null) return count(tx, deps, remediation, ballot.personId, {});
    await move(tx, deps, remediation, {
      progress: {},
      happening: {
        verb: 'voted',
        actor: ballot.personId,
        why: null,
        details: { ...seenBy(snapshot), unconfirmed: true },
      },
      news: null,
    });
    return { kind: 'needs_confirmation', token, snapshot };
  });
}

export const tokenHashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** A request that expired is closed when it is due; the voter hears it now. */
function requireOpen({ id, state, expiresAt }: Remediation, now: Date): void {
  if (state !== 'pending') throw new OpsError('conflict', `${id} is ${state}: voting has closed.`);
  if (now >= expiresAt) throw new OpsError('conflict', `${id} has expired.`);
}

interface Votable {
  remediation: Remediation;
  votes: Vote[];
}

async function takeVotable(
  tx: Transaction,
  deps: RemediationDeps,
  { id, planHash }: Ballot,
  { voter, choice }: { voter: KnownPerson; choice: 'approve' | 'reject' },
): Promise<Votable> {
  const remediation = await deps.remediations.take(tx, id);
  requireOpen(remediation, tx.now);
  if (shortHashOf(remediation) !== planHash)
    throw new OpsError('conflict', `This button belongs to an older plan of ${id}.`, {
      hint: `See \`/remediate show ${id}\`.`,
    });
  const votes = await deps.remediations.votesOf(tx, id);
  // A person who lost the link of an unconfirmed vote votes again and gets a new one; the old one is void then. And
  // a person who approved may still reject.
  const counts = (vote: Vote): boolean => vote.state === 'counted' && choice === 'approve';
  const eligible = eligibleVote(rulingOf(remediation), voter, remediation.requesterId, votes.filter(counts));
  if (!eligible.ok) throw new OpsError('forbidden', eligible.message);
  return { remediation, votes };
}

/** The amount as the plan says it, with or without its currency. */
function requireAmount({ plan, ruling }: Snapshot, typed: string | null): void {
  const { value } = plan.preview;
  if (!ruling.typeAmount || !value) return;
  const parsed = amountField('Amount').parse((typed ?? '').trim());
  const amount = parsed.ok ? amountIn(parsed.value, value.currency) : parsed;
  if (amount.ok && amount.value.minor === value.minor) return;
  const why = amount.ok ? `The plan says ${formatMoney(value)}.` : amount.fault;
  throw new OpsError('invalid', `This isn’t the amount in the plan. ${why}`, {
    hint: `Type ${formatMajor(value)} to approve that amount.`,
  });
}

/** Counts a vote that was just put, and sends the request on its way when it was the last one needed. */
async function count(
  tx: Transaction,
  deps: RemediationDeps,
  remediation: Remediation,
  voterId: string,
  details: Readonly<Record<string, string>>,
): Promise<VoteOutcome> {
  const votes = await deps.remediations.votesOf(tx, remediation.id);
  const snapshot = snapshotOf(remediation, votes);
  const missing = missingApprovals(snapshot);
  const happening = { actor: voterId, why: null, details: { ...seenBy(snapshot), ...details, missing } };
  if (missing > 0) {
    await move(tx, deps, remediation, {
      progress: {},
      happening: { ...happening, verb: 'voted' },
      news: null,
    });
    return { kind: 'counted', missing };
  }
  await reserveOrRefuse(tx, deps, snapshot);
  await move(tx, deps, remediation, approvedMove(snapshot, deps, tx.now, happening));
  return { kind: 'approved' };
}

/** How many people more have to approve. */
export const missingApprovals = (snapshot: Snapshot): number =>
  Math.max(0, snapshot.ruling.approvals - distinctPeople(snapshot));

/** By the votes alone; who is still entitled is asked again before acting. */
function distinctPeople({ votes, ruling, remediation }: Snapshot): number {
  const entitled = votes.map(({ personId }): Voter => ({
    personId,
    kind: 'member',
    groups: new Set(ruling.approverGroups),
  }));
  const voters = new Map(entitled.map((voter) => [voter.personId, voter]));
  return countedVotes(ruling, votes, remediation.requesterId, voters).people.length;
}

function approvedMove(
  { remediation, ruling }: Snapshot,
  { policy }: RemediationDeps,
  now: Date,
  happening: { actor: string; why: null; details: JsonObject },
): Parameters<typeof move>[3] {
  const startsAt = new Date(now.getTime() + ruling.coolingOffMs);
  const waits = ruling.coolingOffMs > 0;
  return {
    progress: {
      state: 'approved',
      stateWhy: null,
      dueAt: startsAt,
      // An approval lives as long as a request does: what is held up longer than that has to be asked for again.
      expiresAt: new Date(startsAt.getTime() + policy.expiry),
    },
    happening: { ...happening, verb: 'approved' },
    // What starts at once is heard of in a moment; the card says that it was approved.
    news: waits
      ? {
          text: `Approved. It starts after the cooling-off time; until then the requester can withdraw ${remediation.id}.`,
          mention: [remediation.requesterId],
        }
      : null,
  };
}

/** Throws `conflict`: the vote is not kept either, so that it can be cast again when there is room. */
async function reserveOrRefuse(tx: Transaction, deps: RemediationDeps, snapshot: Snapshot): Promise<void> {
  const { frozen, why } = await deps.remediations.takeKillSwitch(tx);
  if (frozen) throw new OpsError('conflict', frozenMessage(why));
  const entry = capEntryOf(deps, snapshot, tx.now);
  if (!entry) return;
  const caps = await capRulingOf(tx, deps, entry);
  if (!caps.ok) throw new OpsError('conflict', caps.message);
  await deps.remediations.reserve(tx, entry);
}

export async function reject(deps: RemediationDeps, ballot: Ballot, why: string): Promise<void> {
  const voter = await personOf(deps, ballot.personId, forClicks);
  const reason = requireReason(why, 'Say why: the requester will see this.');
  await deps.transactions.run(async (tx) => {
    const { remediation, votes } = await takeVotable(tx, deps, ballot, { voter, choice: 'reject' });
    await move(tx, deps, remediation, {
      progress: { state: 'rejected', stateWhy: reason, decidedBy: ballot.personId, dueAt: null },
      happening: {
        verb: 'rejected',
        actor: ballot.personId,
        why: reason,
        details: seenBy(snapshotOf(remediation, votes)),
      },
      news: { by: ballot.personId, text: `rejected this: ${reason}`, mention: [remediation.requesterId] },
    });
  });
}

/**
 * Throws `forbidden` for somebody whose decision would be refused, before they write down their reasons. Says nothing where the
 * workspace does not say who they are: the decision itself is checked again.
 */
export async function requireCouldDecide(
  deps: RemediationDeps,
  { id, personId }: { id: string; personId: string },
): Promise<void> {
  const [{ remediation }, person] = await Promise.all([
    deps.remediations.read(id),
    personOf(deps, personId, forWindows).catch(() => null),
  ]);
  if (person === null) return;
  const eligible = eligibleVote(rulingOf(remediation), person, remediation.requesterId, []);
  if (!eligible.ok) throw new OpsError('forbidden', eligible.message);
}

/** The requester takes it back, for as long as nothing was begun. */
export async function cancel(deps: RemediationDeps, id: string, personId: string): Promise<void> {
  await deps.transactions.run(async (tx) => {
    const remediation = await deps.remediations.take(tx, id);
    if (remediation.requesterId !== personId)
      throw new OpsError(
        'forbidden',
        `Only the requester of ${id} can withdraw it. Approvers can reject it.`,
      );
    if (remediation.state !== 'pending' && remediation.state !== 'approved')
      throw new OpsError('conflict', `${id} is ${remediation.state}: there is nothing to withdraw.`);
    await move(tx, deps, remediation, {
      progress: { state: 'cancelled', stateWhy: null, decidedBy: personId, dueAt: null },
      happening: { verb: 'cancelled', actor: personId, why: null },
      news: { by: personId, text: 'withdrew this request.', mention: [] },
    });
  });
}

/** The vote of a token becomes one that counts. `confirmedBy`: who the identity provider says it was. */
export async function confirm(
  deps: RemediationDeps,
  id: string,
  token: string,
  confirmedBy: string,
): Promise<VoteOutcome> {
  const tokenHash = tokenHashOf(token);
  return deps.transactions.run(async (tx) => {
    const remediation = await deps.remediations.take(tx, id);
    requireOpen(remediation, tx.now);
    const vote = (await deps.remediations.votesOf(tx, id)).find((cast) => cast.tokenHash === tokenHash);
    if (vote?.state !== 'unconfirmed') throw new OpsError('conflict', 'This link has already been used.');
    await deps.remediations.putVote(tx, id, { ...vote, state: 'counted', confirmedBy });
    return count(tx, deps, remediation, vote.personId, { confirmedBy });
  });
}

/** The voter takes an unconfirmed vote back. */
export async function withdraw(deps: RemediationDeps, id: string, token: string): Promise<void> {
  const tokenHash = tokenHashOf(token);
  await deps.transactions.run(async (tx) => {
    const remediation = await deps.remediations.take(tx, id);
    const vote = (await deps.remediations.votesOf(tx, id)).find((cast) => cast.tokenHash === tokenHash);
    if (vote?.state !== 'unconfirmed') throw new OpsError('conflict', 'This link has already been used.');
    await deps.remediations.putVote(tx, id, { ...vote, state: 'void', voidWhy: 'withdrawn by the voter' });
    await move(tx, deps, remediation, {
      progress: {},
      happening: { verb: 'vote_withdrawn', actor: vote.personId, why: null },
      news: null,
    });
  });
}
