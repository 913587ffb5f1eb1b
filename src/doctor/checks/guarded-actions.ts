/** Whether the policy can work: it has no contradiction, locks no one out, and its rates are fresh. */
import { slackClient } from '../../adapters/slack/client.js';
import { createDirectory } from '../../adapters/slack/directory.js';
import { createRunAnswers } from '../../adapters/slack/run-answers.js';
import { silentLog } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import type { Policy } from '../../remediation/policy/policy.js';
import { staleRates } from '../../remediation/policy/rates.js';
import { groupsOf, requireNoLockOut, requirePolicy } from '../../wiring/remediation.js';
import type { Check, ConfiguredFacts, Look } from '../check.js';

export function checkOfGuardedActions(facts: ConfiguredFacts): Check {
  const what = 'guarded actions';
  const { remediation } = facts.config;
  const token = facts.environment.SLACK_BOT_TOKEN;
  if (!remediation) return { what, absent: '`remediation` is not configured: guarded actions are off' };
  if (!token) return { what, absent: 'not checked without SLACK_BOT_TOKEN' };
  return { what, look: () => stateOf(remediation, token, facts) };
}

async function stateOf(
  policy: Policy,
  token: Secret,
  { config, environment, clock }: ConfiguredFacts,
): ReturnType<Look> {
  requirePolicy(policy, environment);
  const client = slackClient(token, environment.SLACK_API_URL, silentLog);
  await requireNoLockOut(
    policy,
    createDirectory({ client, answers: createRunAnswers(), groups: groupsOf(config) }),
  );
  const stale = staleRates(policy, clock.now());
  if (stale.length > 0)
    return { state: 'warning', says: stale.join(' '), hint: 'Update “remediation.rates” in paydesk.yaml.' };
  return `${policy.rules.length} rules, all of them satisfiable`;
}
