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
import { actionOf } from './transitions.js';

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
  if (frozen) return { kind: 'wait', why: frozenMessage(why), forMs: frozenMs };
  const freezing = freezeOn(deps.policy, plan.action, deps.clock.now());
  if (freezing.frozen && !remediation.breakGlass)
    return { kind: 'wait', why: freezing.message, forMs: frozenMs };
  const people = await verdictOnPeople({ ...deps, directory: askedOnce(deps.directory) }, snapshot);
  if (people.kind !== 'stands') return people;
  const changes = await actionOf(deps, plan.action).changesSince(plan, deps.world);
  return changes.length > 0 ? { kind: 'void', changes } : { kind: 'stands' };
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
