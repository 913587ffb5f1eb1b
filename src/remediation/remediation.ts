/**
 * Guarded remediation as the rest of the house sees it: one record of verbs.
 */
import { dayMs } from '../kernel/clock.js';
import { messageOf, toOpsError } from '../kernel/errors.js';
import { repairCards } from '../lifecycle/cards.js';
import type { Lease } from '../ports/lives.js';
import type { Remediation, Vote } from '../ports/remediations.js';
import type { VoteConfirmations } from '../ports/vote-confirmations.js';
import type { Action, ActionFault, Brief, Choice, Hints } from './kit/action.js';
import { createVoteConfirmations } from './life/confirmations.js';
import type { FreezeStory, RemediationDeps, Snapshot } from './life/deps.js';
import { revoke, undo } from './life/ending.js';
import { advance, lookAgain } from './life/execution.js';
import { freezeAll, freezeNow, lift, stopNow, type Stop } from './policy/kill-switch.js';
import { forReading, personOf, type KnownPerson } from './life/people.js';
import type { Policy } from './policy/policy.js';
import { eligibleVote } from './policy/votes.js';
import { faultsOfForm, request, type Requested, type RequestForm } from './life/requests.js';
import { closeReview } from './life/review.js';
import { brief, suggestions } from './kit/suggestions.js';
import { judge, type Judged, type Judgement } from './life/judgement.js';
import { armedApprovals, followAlerts, type StandingApproval } from './life/standing.js';
import type { SeenAlert } from './policy/bounds.js';
import { awaitsJudgement } from './life/settlement.js';
import { openStates, snapshotOf } from './life/transitions.js';
import { approve, cancel, reject, requireCouldDecide, type Ballot, type VoteOutcome } from './life/votes.js';

export interface RemediationService {
  readonly actions: readonly Action[];
  readonly policy: Policy;
  faultsOfForm(form: Pick<RequestForm, 'action' | 'typed' | 'why'>): ActionFault[];
  /** What could be meant in a field, as far as the world says so at once. */
  suggestions: (actionId: string, field: string, hints: Hints) => Promise<readonly Choice[]>;
  /** What has to be known about a thing before the form of an action is filled in; null where nothing does. */
  brief: (actionId: string, id: string) => Promise<Brief | null>;
  request(form: RequestForm): Promise<Requested>;
  approve(ballot: Ballot, typedAmount: string | null): Promise<VoteOutcome>;
  reject(ballot: Ballot, why: string): Promise<void>;
  /** Throws `forbidden` for somebody who could not vote, judge or review. */
  requireCouldDecide(who: { id: string; personId: string }): Promise<void>;
  cancel(id: string, personId: string): Promise<void>;
  /** For the pages outside the chat. */
  confirmations: VoteConfirmations;
  judge(verdict: { id: string; personId: string; judgement: Judgement; why: string }): Promise<Judged>;
  /** Looks for the effect now. Throws `conflict` where there is none to look for. */
  lookAgain(id: string): Promise<void>;
  /** Ends what Paydesk began by itself. */
  undo(id: string, personId: string): Promise<void>;
  /** Those that are armed now. */
  standing(): Promise<StandingApproval[]>;
  revokeStanding(id: string, personId: string): Promise<void>;
  /** Begins and ends what standing approvals allow; `alerts` are all that are not over. Never throws. */
  followAlerts(alerts: readonly SeenAlert[]): Promise<void>;
  closeReview(review: { id: string; personId: string; findings: string }): Promise<void>;
  /** Works from the last known membership where Slack does not answer; its age then, null otherwise. */
  freezeAll(personId: string, why: string): Promise<{ staleMs: number | null }>;
  lift(personId: string): Promise<'lifted' | 'one_more'>;
  /** The freeze that lasts now; null when there is none. */
  freezeNow: () => Promise<FreezeStory | null>;
  /** Why any request would be refused now; null where nothing stops it. */
  stopNow: (what: { actionId: string | null; breakGlass: boolean }) => Promise<Stop | null>;
  /** Throws `not_found`. */
  read(id: string): Promise<Snapshot>;
  /** The newest of those that are open, newest first. */
  open(): Promise<Snapshot[]>;
  /** How many are open. */
  openCount(): Promise<number>;
  /** What waits for this person: to vote on, to decide about, to review; and what they asked for themselves. */
  waitingFor(personId: string): Promise<{ toDecide: Snapshot[]; own: Snapshot[] }>;
  /** Moves a request on from wherever it stands. Safe to call at any time, from any replica, any number of times. */
  advance(id: string, lease: Lease): Promise<void>;
  /** Rewrites every card that is behind its request, such as one whose last update Slack refused; how many. */
  repairCards(): Promise<number>;
}

const mostListed = 100;
/** Fifty people with all the requests that they may have open. */
const mostWaiting = 1000;
/** People do not scroll back further than this to click a button. */
const staleAfterMs = 14 * dayMs;

export function createRemediationDesk(deps: RemediationDeps): RemediationService {
  const { actions, policy, remediations } = deps;
  const list = async (filter: Parameters<typeof remediations.list>[0]): Promise<Snapshot[]> =>
    (await remediations.list(filter)).flatMap(({ remediation, votes }) => readable(deps, remediation, votes));
  const isOpen = { states: openStates, orReviewOpen: true };
  const open = (): Promise<Snapshot[]> => list({ ...isOpen, limit: mostListed });
  return {
    actions,
    policy,
    faultsOfForm: (form) => faultsOfForm(deps, form),
    suggestions: (actionId, field, hints) => suggestions(deps, actionId, field, hints),
    brief: (actionId, id) => brief(deps, actionId, id),
    request: (form) => request(deps, form),
    approve: (ballot, typedAmount) => approve(deps, ballot, typedAmount),
    reject: (ballot, why) => reject(deps, ballot, why),
    requireCouldDecide: (who) => requireCouldDecide(deps, who),
    cancel: (id, personId) => cancel(deps, id, personId),
    confirmations: createVoteConfirmations(deps),
    judge: (verdict) => judge(deps, verdict),
    lookAgain: (id) => lookAgain(deps, id),
    undo: (id, personId) => undo(deps, id, personId),
    standing: () => armedApprovals(deps),
    revokeStanding: (id, personId) => revoke(deps, id, personId),
    followAlerts: (alerts) => followAlerts(deps, alerts),
    closeReview: (review) => closeReview(deps, review),
    freezeAll: (personId, why) => freezeAll(deps, personId, why),
    lift: (personId) => lift(deps, personId),
    freezeNow: () => freezeNow(deps),
    stopNow: (what) => stopNow(deps, what),
    read: async (id) => {
      const { remediation, votes } = await remediations.read(id);
      return snapshotOf(remediation, votes);
    },
    open,
    openCount: () => remediations.count(null, isOpen),
    waitingFor: async (personId) => {
      const [all, own, person] = await Promise.all([
        list({ ...isOpen, limit: mostWaiting }),
        list({ ...isOpen, requesterId: personId, limit: mostListed }),
        personOf(deps, personId, forReading),
      ]);
      return { toDecide: toDecideBy(person, all), own };
    },
    advance: (id, lease) => advance(deps, id, lease),
    repairCards: () => repairStaleCards(deps),
  };
}

/** A request that no longer reads, because somebody changed its row, must not take the others with it. */
function readable({ log }: RemediationDeps, remediation: Remediation, votes: readonly Vote[]): Snapshot[] {
  try {
    return [snapshotOf(remediation, votes)];
  } catch (thrown) {
    const { code, errorId } = toOpsError(thrown);
    log.error(
      { remediation: remediation.id, code, errorId, err: messageOf(thrown) },
      'a stored request cannot be read',
    );
    return [];
  }
}

function repairStaleCards(deps: RemediationDeps): Promise<number> {
  const { remediations, clock } = deps;
  return repairCards({
    ...deps,
    stale: () => remediations.withStaleCards(new Date(clock.now().getTime() - staleAfterMs), mostListed),
    show: async (tx, id) => {
      const current = await remediations.take(tx, id);
      await deps.tell(tx, snapshotOf(current, await remediations.votesOf(tx, id)), null);
    },
  });
}

function toDecideBy(person: KnownPerson, snapshots: readonly Snapshot[]): Snapshot[] {
  const waits = (remediation: Remediation): boolean =>
    remediation.state === 'pending' || awaitsJudgement(remediation) || remediation.review === 'open';
  return snapshots.filter(
    ({ remediation, ruling, votes }) =>
      waits(remediation) &&
      // Who voted decides later about the outcome like anybody else.
      eligibleVote(ruling, person, remediation.requesterId, remediation.state === 'pending' ? votes : []).ok,
  );
}
