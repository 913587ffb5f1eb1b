/**
 * Guarded remediation as the rest of the house sees it: one record of verbs.
 */
import { dayMs } from '../kernel/clock.js';
import { messageOf, toOpsError } from '../kernel/errors.js';
import type { Remediation, Vote } from '../ports/remediations.js';
import type { VoteConfirmations } from '../ports/vote-confirmations.js';
import type { Action, ActionFault, Choice, Hints } from './action.js';
import { createVoteConfirmations } from './confirmations.js';
import type { RemediationDeps, Snapshot } from './deps.js';
import { advance, sweep } from './execution.js';
import { freezeAll, lift } from './kill-switch.js';
import { forClicks, personOf } from './people.js';
import type { Policy } from './policy.js';
import { eligibleVote } from './policy/votes.js';
import { faultsOfForm, request, type Requested, type RequestForm } from './requests.js';
import { closeReview } from './review.js';
import { suggestions } from './suggestions.js';
import { awaitsJudgement, judge, type Judgement } from './settlement.js';
import { openStates, snapshotOf } from './transitions.js';
import { approve, cancel, reject, type Ballot, type VoteOutcome } from './votes.js';

export interface RemediationDesk {
  readonly actions: readonly Action[];
  readonly policy: Policy;
  faultsOfForm(form: Pick<RequestForm, 'action' | 'typed' | 'why'>): ActionFault[];
  /** What could be meant in a field, as far as the world says so at once. */
  suggestions(actionId: string, field: string, hints: Hints): Promise<readonly Choice[]>;
  request(form: RequestForm): Promise<Requested>;
  approve(ballot: Ballot, typedAmount: string | null): Promise<VoteOutcome>;
  reject(ballot: Ballot, why: string): Promise<void>;
  cancel(id: string, personId: string): Promise<void>;
  /** For the pages outside the chat. */
  confirmations: VoteConfirmations;
  judge(verdict: { id: string; personId: string; judgement: Judgement; why: string }): Promise<void>;
  closeReview(review: { id: string; personId: string; findings: string }): Promise<void>;
  freezeAll(personId: string, why: string): Promise<void>;
  lift(personId: string): Promise<'lifted' | 'one_more'>;
  /** Throws `not_found`. */
  read(id: string): Promise<Snapshot>;
  /** Open ones, newest first. */
  open(): Promise<Snapshot[]>;
  /** What waits for this person: to vote on, to decide about, to review; and what they asked for themselves. */
  waitingFor(personId: string): Promise<{ toDecide: Snapshot[]; own: Snapshot[] }>;
  /** The durable task. */
  advance(id: string): Promise<void>;
  /** Starts what is due; how many. */
  sweep(): Promise<number>;
  /** Rewrites every card that is behind its request, such as one whose last update Slack refused; how many. */
  repairCards(): Promise<number>;
}

const mostListed = 100;
/** Nobody scrolls back further to click a button. */
const staleAfterMs = 14 * dayMs;

export function createRemediationDesk(deps: RemediationDeps): RemediationDesk {
  const { actions, policy, remediations } = deps;
  const list = async (filter: Parameters<typeof remediations.list>[0]): Promise<Snapshot[]> =>
    (await remediations.list(filter)).flatMap(({ remediation, votes }) => readable(deps, remediation, votes));
  const open = (): Promise<Snapshot[]> => list({ states: openStates, orReviewOpen: true, limit: mostListed });
  return {
    actions,
    policy,
    faultsOfForm: (form) => faultsOfForm(deps, form),
    suggestions: (actionId, field, hints) => suggestions(deps, actionId, field, hints),
    request: (form) => request(deps, form),
    approve: (ballot, typedAmount) => approve(deps, ballot, typedAmount),
    reject: (ballot, why) => reject(deps, ballot, why),
    cancel: (id, personId) => cancel(deps, id, personId),
    confirmations: createVoteConfirmations(deps),
    judge: (verdict) => judge(deps, verdict),
    closeReview: (review) => closeReview(deps, review),
    freezeAll: (personId, why) => freezeAll(deps, personId, why),
    lift: (personId) => lift(deps, personId),
    read: async (id) => {
      const { remediation, votes } = await remediations.read(id);
      return snapshotOf(remediation, votes);
    },
    open,
    waitingFor: async (personId) => waitingOf(await open(), await personOf(deps, personId, forClicks)),
    advance: (id) => advance(deps, id),
    sweep: () => sweep(deps),
    repairCards: () => repairCards(deps),
  };
}

/** A request that no longer reads, because somebody changed its row, must not take the others with it. */
function readable({ log }: RemediationDeps, remediation: Remediation, votes: readonly Vote[]): Snapshot[] {
  try {
    return [snapshotOf(remediation, votes)];
  } catch (thrown) {
    const { code, reference } = toOpsError(thrown);
    log.error({ remediation: remediation.id, code, reference, err: messageOf(thrown) }, 'a stored request no longer reads');
    return [];
  }
} // prettier-ignore

async function repairCards(deps: RemediationDeps): Promise<number> {
  const { remediations, transactions, clock } = deps;
  const changedSince = new Date(clock.now().getTime() - staleAfterMs);
  const stale = await remediations.withStaleCards(changedSince, mostListed);
  for (const id of stale) {
    await transactions.run(async (tx) => {
      // Taken, so that no card of an earlier moment follows one that somebody's click makes meanwhile.
      const current = await remediations.take(tx, id);
      for (const snapshot of readable(deps, current, await remediations.votesOf(tx, current.id)))
        await deps.tell(tx, snapshot, null);
    });
  }
  return stale.length;
}

function waitingOf(
  snapshots: readonly Snapshot[],
  person: Awaited<ReturnType<typeof personOf>>,
): { toDecide: Snapshot[]; own: Snapshot[] } {
  const waits = (remediation: Remediation): boolean =>
    remediation.state === 'pending' || awaitsJudgement(remediation) || remediation.review === 'open';
  return {
    toDecide: snapshots.filter(
      ({ remediation, ruling, votes }) =>
        waits(remediation) &&
        // Who voted decides later about the outcome like anybody else.
        eligibleVote(ruling, person, remediation.requesterId, remediation.state === 'pending' ? votes : [])
          .ok,
    ),
    own: snapshots.filter(({ remediation }) => remediation.requesterId === person.personId),
  };
}
