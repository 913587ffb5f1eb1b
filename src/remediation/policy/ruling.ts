/**
 * Which rule decides about a request, and on what terms.
 *
 * Invariants: the first rule about this action, risk and amount decides, also when it says no; a ruling carries its reason
 * and its trail; the fewer groups a person is in, the less they are allowed.
 * Deliberately absent: caps, freezes and the kill switch. They change from minute to minute and are asked again later.
 */
import { formatDuration } from '../../kernel/duration.js';
import { compare, formatMoney, type Money } from '../../kernel/money.js';
import type { AllowedRuling, Ask, Policy, RefusalReason, RefusedRuling, Rule, Ruling } from './policy.js';
import { hoursText, isOpen } from './calendar.js';
import { policyAmount, reportingOf } from './rates.js';

/** May this person ask for this, here and now, and who has to approve? Throws `misconfigured` for a policy that does not read. */
export function ruleOn(policy: Policy, ask: Ask): Ruling {
  return withReporting(policy, ask, (reporting, trail) => firstRule(policy, ask, reporting, trail));
}

/** Everything is counted in the reporting currency, so that nothing can be said about what has no rate. */
function withReporting(
  policy: Policy,
  ask: Ask,
  next: (reporting: Money | null, trail: readonly string[]) => Ruling,
): Ruling {
  if (ask.value === null) return next(null, ['No amount is at stake, so no amount limit applies.']);
  const converted = reportingOf(policy, ask.value, ask.at);
  if (!converted.ok) return refused('no_rate', converted.fault, null, []);
  return next(converted.value.reporting, [converted.value.note]);
}

function firstRule(policy: Policy, ask: Ask, reporting: Money | null, start: readonly string[]): Ruling {
  const trail = [...start];
  for (const rule of policy.rules) {
    const mismatch = mismatchOf(policy, rule, ask, reporting);
    // Who asks, where and when are conditions of the rule that matches, and no reason to look further: a laxer rule below
    // would otherwise open to exactly those whom the rule above keeps out.
    if (mismatch === null) return decided(rule, ask, reporting, trail);
    trail.push(`“${rule.id}” doesn’t apply: ${mismatch}.`);
  }
  const amount = reporting === null ? '' : ` of ${formatMoney(reporting)}`;
  const remedy = 'Your Paydesk admin can add one under “remediation.rules”.';
  return refused(
    'no_rule',
    `No rule allows ${ask.action}${amount} at ${ask.risk} risk. ${remedy}`,
    null,
    trail,
  );
}

/** Why a rule is about something else; null when it is about this. */
function mismatchOf(policy: Policy, rule: Rule, ask: Ask, reporting: Money | null): string | null {
  if (!covers(rule.actions, ask.action)) return `it does not cover ${ask.action}`;
  if (rule.risks && !rule.risks.includes(ask.risk))
    return `it covers ${rule.risks.join(' and ')} risk, this is ${ask.risk}`;
  return excessOf(policy, rule.upTo, reporting);
}

const covers = (actions: Rule['actions'], action: string): boolean =>
  actions === 'any' || actions.includes(action);

function excessOf(policy: Policy, upTo: string | undefined, reporting: Money | null): string | null {
  if (upTo === undefined || reporting === null) return null;
  const most = policyAmount(policy, upTo);
  if (compare(reporting, most) <= 0) return null;
  return `its limit is ${formatMoney(most)}, this is ${formatMoney(reporting)}`;
}

function decided(rule: Rule, ask: Ask, reporting: Money | null, trail: readonly string[]): Ruling {
  const unmet = unmetConditions(rule, ask);
  const [first] = unmet;
  if (first === undefined) return allowedBy(rule, reporting, [...trail, termsOf(rule)]);
  const message = unmet.map((condition) => condition.message).join(' ');
  return refused(first.reason, message, rule.id, [...trail, `“${rule.id}” applies and refuses: ${message}`]);
}

interface Unmet {
  reason: RefusalReason;
  message: string;
}

/** All of them, so that a person does not find them one by one. */
function unmetConditions(rule: Rule, ask: Ask): Unmet[] {
  const unmet: Unmet[] = [];
  if (!isIn(ask.requesterGroups, rule.request)) {
    const message = `Only ${rule.request.join(' or ')} can request this. Ask one of them.`;
    unmet.push({ reason: 'not_requester', message });
  }
  if (rule.channels && !rule.channels.includes(ask.channelId)) {
    const message = `This can only be requested in ${rule.channels.join(' or ')}.`;
    unmet.push({ reason: 'wrong_channel', message });
  }
  if (rule.hours && !isOpen(rule.hours, ask.at)) {
    const message = `This can only be requested on ${hoursText(rule.hours)}.`;
    unmet.push({ reason: 'outside_hours', message });
  }
  return unmet;
}

const isIn = (groups: ReadonlySet<string>, wanted: readonly string[]): boolean =>
  wanted.some((name) => groups.has(name));

function allowedBy(rule: Rule, reporting: Money | null, trail: readonly string[]): AllowedRuling {
  return {
    kind: 'allowed',
    rule: rule.id,
    approvals: rule.approvals,
    approverGroups: rule.approve,
    coolingOffMs: rule.coolingOff ?? 0,
    typeAmount: rule.typeAmount && reporting !== null,
    confirmOutside: rule.confirmOutside,
    reporting,
    trail,
  };
}

function termsOf(rule: Rule): string {
  const terms = [
    `${rule.approvals} ${rule.approvals === 1 ? 'approval' : 'approvals'} by ${rule.approve.join(' or ')}`,
    rule.coolingOff === undefined ? '' : `${formatDuration(rule.coolingOff)} cooling-off`,
    rule.typeAmount ? 'approvers type the amount' : '',
    rule.confirmOutside ? 'votes confirmed outside Slack' : '',
  ];
  return `“${rule.id}” applies: ${terms.filter((term) => term !== '').join(', ')}.`;
}

/** What a ruling by break-glass names as its rule. */
const breakGlassRule = 'break-glass';

/** May this person act without approvals? The reason that they give and the review afterwards are the caller's to see to. */
export function breakGlassOn(policy: Policy, ask: Ask): Ruling {
  return withReporting(policy, ask, (reporting, trail) => brokenGlass(policy, ask, reporting, trail));
}

function brokenGlass(policy: Policy, ask: Ask, reporting: Money | null, trail: readonly string[]): Ruling {
  const glass = policy.breakGlass;
  const refuse = (reason: RefusalReason, message: string): RefusedRuling =>
    refused(reason, message, breakGlassRule, [...trail, `Break-glass refused: ${message}`]);
  const remedy = 'Request it with approvals.';
  if (!glass || !covers(glass.actions ?? 'any', ask.action))
    return refuse('no_break_glass', `Break-glass is not available for ${ask.action}. ${remedy}`);
  if (!isIn(ask.requesterGroups, glass.groups))
    return refuse('not_requester', `Only ${glass.groups.join(' or ')} can break glass. ${remedy}`);
  const excess = excessOf(policy, glass.upTo, reporting);
  if (excess !== null)
    return refuse('above_break_glass', `Above the break-glass limit: ${excess}. ${remedy}`);
  const within = formatDuration(glass.reviewWithin);
  const terms = `Break-glass applies: no approvals; another person must review it within ${within}.`;
  return {
    kind: 'allowed',
    rule: breakGlassRule,
    approvals: 0,
    approverGroups: glass.groups,
    coolingOffMs: 0,
    typeAmount: false,
    confirmOutside: false,
    reporting,
    trail: [...trail, terms],
  };
}

const refused = (
  reason: RefusalReason,
  message: string,
  rule: string | null,
  trail: readonly string[],
): RefusedRuling => ({ kind: 'refused', reason, message, rule, trail });
