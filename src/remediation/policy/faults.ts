/**
 * What is wrong with a policy beside its shape: told when Paydesk starts, which it then does not.
 *
 * Invariant: every fault at once, each a sentence that names the place and what is known there.
 * Deliberately absent: who is in the groups. That changes while Paydesk runs; see `lock-outs.ts`.
 */
import { nearest } from '../../kernel/nearest.js';
import { compare } from '../../kernel/money.js';
import type { Risk } from '../kit/action.js';
import type { Policy, Rule } from './policy.js';
import { policyAmount } from './rates.js';

/** None when the policy fits the registered actions. Throws `misconfigured` for an amount that does not read. */
export function policyFaults(policy: Policy, actionIds: readonly string[]): string[] {
  return [
    ...unknownActions(policy, actionIds),
    ...nothingAllowed(policy, actionIds),
    ...unreached(policy, actionIds),
  ];
}

function unknownActions(policy: Policy, actionIds: readonly string[]): string[] {
  const named = [
    ...policy.rules.map(({ id, actions }) => ({ place: `Rule “${id}”`, actions })),
    ...policy.caps.map(({ id, actions }) => ({ place: `Cap “${id}”`, actions })),
    ...policy.freezes.map(({ id, actions }) => ({ place: `Freeze “${id}”`, actions })),
    { place: 'Break-glass', actions: policy.breakGlass?.actions },
  ];
  return named.flatMap(({ place, actions = 'any' }) =>
    (actions === 'any' ? [] : actions)
      .filter((id) => !actionIds.includes(id))
      .map((id) => `${place} names the action “${id}”, which does not exist. ${hintFor(id, actionIds)}`),
  );
}

function hintFor(id: string, actionIds: readonly string[]): string {
  const near = nearest(id, actionIds);
  return near === null ? `Known actions: ${actionIds.join(', ')}.` : `Did you mean “${near}”?`;
}

function nothingAllowed({ rules }: Policy, actionIds: readonly string[]): string[] {
  if (rules.some((rule) => actionsOf(rule, actionIds).length > 0)) return [];
  return ['No rule covers any action, so everything would be refused. Add one, or leave “remediation” out.'];
}

/** A rule that is never reached is a condition that somebody believes in and that does not hold. */
function unreached(policy: Policy, actionIds: readonly string[]): string[] {
  return policy.rules.flatMap((rule, index) => {
    const above = policy.rules.slice(0, index).find((other) => takesAllOf(policy, other, rule, actionIds));
    if (above === undefined) return [];
    return [`Rule “${rule.id}” is never reached: rule “${above.id}” above it covers all of it. Move it up.`];
  });
}

function takesAllOf(policy: Policy, above: Rule, rule: Rule, actionIds: readonly string[]): boolean {
  const actions = actionsOf(rule, actionIds);
  return (
    actions.length > 0 &&
    actions.every((id) => actionsOf(above, actionIds).includes(id)) &&
    risksOf(rule).every((risk) => risksOf(above).includes(risk)) &&
    reachesAsFar(policy, above, rule)
  );
}

const actionsOf = ({ actions }: Rule, actionIds: readonly string[]): readonly string[] =>
  actions === 'any' ? actionIds : actionIds.filter((id) => actions.includes(id));

const allRisks: readonly Risk[] = ['low', 'medium', 'high'];
const risksOf = ({ risks }: Rule): readonly Risk[] => risks ?? allRisks;

function reachesAsFar(policy: Policy, above: Rule, rule: Rule): boolean {
  if (above.upTo === undefined) return true;
  if (rule.upTo === undefined) return false;
  return compare(policyAmount(policy, above.upTo), policyAmount(policy, rule.upTo)) >= 0;
}
