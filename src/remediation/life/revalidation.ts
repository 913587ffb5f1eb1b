/**
 * Whether an approved plan still stands, right before it is carried out: freezes, people, policy, and the world.
 *
 * Invariant: people and world are read again, or from what all replicas read since the last vote; every difference is
 * named in words that go into the thread.
 */
import { secondMs } from '../../kernel/clock.js';
import type { Remediation, Vote } from '../../ports/remediations.js';
import type { RemediationDeps, Snapshot } from './deps.js';
import { frozenMessage } from '../policy/kill-switch.js';
import { askedOnce, forExecution, personOf } from './people.js';
import type { AllowedRuling, Ask } from '../policy/policy.js';
import { freezeOn } from '../policy/calendar.js';
import { breakGlassOn, ruleOn } from '../policy/ruling.js';
import { countedVotes } from '../policy/votes.js';
import { thaw } from '../kit/plan.js';
import { actionOf, snapshotOf } from './transitions.js';

export type Verdict =
  | { kind: 'stands' }
  /** Later perhaps; the approvals hold meanwhile. */
  | { kind: 'wait'; why: string; forMs: number }
  /** Some votes no longer count, and others are needed in their place. */
  | { kind: 'votes_void'; votes: readonly Vote[]; why: string }
  /** It is not the plan, or not the rule, that was approved. */
  | { kind: 'void'; changes: readonly string[] };

const frozenMs = 15 * secondMs;

/** Throws when people or the world cannot be read. */
export async function whatChanged(deps: RemediationDeps, snapshot: Snapshot): Promise<Verdict> {
  const { remediation, plan } = snapshot;
  const { frozen, why } = await deps.remediations.readKillSwitch();
  if (frozen) return whileFrozen(remediation, frozenMessage(why));
  const freezing = freezeOn(deps.policy, plan.action, deps.clock.now());
  if (freezing.frozen && !remediation.breakGlass) return whileFrozen(remediation, freezing.message);
  const asking = { ...deps, directory: askedOnce(deps.directory) };
  const people =
    remediation.standingId === null
      ? await verdictOnPeople(asking, snapshot)
      : await verdictOnStanding(asking, remediation.standingId);
  if (people.kind !== 'stands') return people;
  const changes = await actionOf(deps, plan.action).changesSince(plan, deps.world);
  return changes.length > 0 ? { kind: 'void', changes } : { kind: 'stands' };
}

/** What Paydesk began by itself does not wait: by the end of the freeze its alert may be over. */
const whileFrozen = ({ standingId }: Remediation, why: string): Verdict =>
  standingId === null ? { kind: 'wait', why, forMs: frozenMs } : { kind: 'void', changes: [why] };

/** The approval has to be armed still, as it was hashed, and by people whose votes still count. */
export async function verdictOnStanding(deps: RemediationDeps, id: string): Promise<Verdict> {
  const { remediation, votes } = await deps.remediations.read(id);
  if (!isArmed(remediation, deps.clock.now()))
    return { kind: 'void', changes: [`${id} is no longer armed.`] };
  if (!isAsHashed(remediation))
    return { kind: 'void', changes: [`The stored plan of ${id} is not the one that was approved.`] };
  const people = await verdictOnPeople(deps, snapshotOf(remediation, votes));
  return people.kind === 'votes_void' ? { kind: 'void', changes: [people.why] } : people;
}

/** Approved, done, and not ended; what is verified waits for its end. */
export const isArmed = ({ state, verified, endWhy, dueAt }: Remediation, now: Date): boolean =>
  state === 'done' && verified && endWhy === null && dueAt !== null && dueAt > now;

export function isAsHashed({ planText: text, planHash: hash }: Remediation): boolean {
  try {
    thaw({ text, hash });
    return true;
  } catch {
    return false;
  }
}

async function verdictOnPeople(
  deps: RemediationDeps,
  { remediation, plan, ruling, votes }: Snapshot,
): Promise<Verdict> {
  const requester = await personOf(deps, remediation.requesterId, forExecution(votes, deps.clock.now()));
  const ask: Ask = {
    action: plan.action,
    risk: actionOf(deps, plan.action).risk,
    value: plan.preview.value,
    requesterGroups: requester.groups,
    channelId: remediation.channelId,
    // Hours are for asking; the answer may come later.
    at: remediation.createdAt,
  };
  if (requester.kind !== 'member')
    return { kind: 'void', changes: ['The requester is no longer a member of this workspace.'] };
  const now = remediation.breakGlass ? breakGlassOn(deps.policy, ask) : ruleOn(deps.policy, ask);
  if (now.kind === 'refused')
    return { kind: 'void', changes: [`Policy no longer allows this: ${now.message}`] };
  if (now.rule !== ruling.rule || isStricter(now, ruling))
    return {
      kind: 'void',
      changes: [`Policy changed: rule “${now.rule}” now requires more than was approved.`],
    };
  if (remediation.breakGlass) return { kind: 'stands' };
  return verdictOnVotes(deps, now, remediation, votes);
}

const isStricter = (now: AllowedRuling, before: AllowedRuling): boolean =>
  now.approvals > before.approvals ||
  now.coolingOffMs > before.coolingOffMs ||
  (now.typeAmount && !before.typeAmount) ||
  (now.confirmOutside && !before.confirmOutside);

async function verdictOnVotes(
  deps: RemediationDeps,
  ruling: AllowedRuling,
  { requesterId }: Remediation,
  votes: readonly Vote[],
): Promise<Verdict> {
  const recency = forExecution(votes, deps.clock.now());
  const voters = await Promise.all(votes.map(({ personId }) => personOf(deps, personId, recency)));
  const known = new Map(voters.map((voter) => [voter.personId, voter]));
  const { people, lapsed } = countedVotes(ruling, votes, requesterId, known);
  if (people.length >= ruling.approvals) return { kind: 'stands' };
  const gone = votes.flatMap((vote): Vote[] => {
    const why = lapsed.find(({ personId }) => personId === vote.personId)?.why;
    return why === undefined ? [] : [{ ...vote, state: 'void', voidWhy: why }];
  });
  const why = lapsed.map(({ personId, why: reason }) => `${personId}’s vote is void. ${reason}`).join(' ');
  return { kind: 'votes_void', votes: gone, why: why === '' ? 'Approvals are missing.' : why };
}
