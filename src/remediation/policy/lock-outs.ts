/**
 * Rules that can never be satisfied, given who is in the groups: refused when Paydesk starts, rather than found out in the
 * night when money stands still.
 *
 * Invariant: approvers are counted besides the requester, for every possible requester; each sentence names the rule, the
 * numbers and the groups.
 */
import type { Policy, Rule } from './policy.js';

/** Group name → user ids of those who may decide at all (members of the workspace, no guests, no bots). */
export type Members = ReadonlyMap<string, ReadonlySet<string>>;

/** Empty when every rule can be satisfied for each of its requesters. A group that is not in `membersOf` is empty. */
export function lockOuts(policy: Policy, membersOf: Members): string[] {
  return [
    ...policy.rules.flatMap((rule) => lockOutsOf(rule, membersOf)),
    ...breakGlassLockOuts(policy, membersOf),
    ...killSwitchLockOuts(policy, membersOf),
  ];
}

function lockOutsOf(rule: Rule, membersOf: Members): string[] {
  const requesters = peopleIn(rule.request, membersOf);
  const approvers = peopleIn(rule.approve, membersOf);
  const name = `Rule “${rule.id}”`;
  if (requesters.size === 0)
    return [`${name} cannot be used: ${rule.request.join(' or ')} has no members to request it.`];
  const needs = `${name} needs ${people(rule.approvals)} of ${rule.approve.join(' or ')} to approve`;
  if (approvers.size < rule.approvals) return [`${needs}, but there ${are(approvers.size)}.`];
  const stuck = [...requesters].filter((id) => approvers.has(id) && approvers.size - 1 < rule.approvals);
  if (stuck.length === 0) return [];
  const others = approvers.size - 1;
  const can = others === 0 ? 'no other person' : `only ${others} other ${others === 1 ? 'person' : 'people'}`;
  return [`${needs}. With ${listed(stuck)} as the requester, ${can} can approve.`];
}

function breakGlassLockOuts({ breakGlass }: Policy, membersOf: Members): string[] {
  if (!breakGlass) return [];
  const { size } = peopleIn(breakGlass.groups, membersOf);
  if (size >= 2) return [];
  const groups = breakGlass.groups.join(' or ');
  return [
    `Break-glass needs 2 people of ${groups}, one to act and another to review, but there ${are(size)}.`,
  ];
}

function killSwitchLockOuts({ killSwitch }: Policy, membersOf: Members): string[] {
  const faults: string[] = [];
  if (peopleIn(killSwitch.freeze, membersOf).size === 0)
    faults.push(`The kill switch cannot be used: ${killSwitch.freeze.join(' or ')} has no members.`);
  const { size } = peopleIn(killSwitch.lift, membersOf);
  if (size < 2)
    faults.push(
      `Lifting the kill switch needs 2 people of ${killSwitch.lift.join(' or ')}, but there ${are(size)}.`,
    );
  return faults;
}

const peopleIn = (groups: readonly string[], membersOf: Members): ReadonlySet<string> =>
  new Set(groups.flatMap((name) => [...(membersOf.get(name) ?? [])]));

const people = (count: number): string => (count === 1 ? '1 person' : `${count} people`);
const are = (count: number): string =>
  count === 0 ? 'are none' : count === 1 ? 'is only 1' : `are only ${count}`;

/** At most three by name. */
function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 3).join(', ');
  return ids.length > 3 ? `${shown} and ${ids.length - 3} more` : shown;
}
