/** Whether Slack accepts the bot token, with every scope that Paydesk needs. */
import { identityOf, slackClient } from '../../adapters/slack/client.js';
import { OpsError } from '../../kernel/errors.js';
import { silentLog } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import { botScopes } from '../../wiring/manifest.js';
import { missing, type Check, type EnvironmentFacts } from '../check.js';

export function checkOfSlackToken({ environment }: EnvironmentFacts): Check {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL } = environment;
  const look = (): Promise<string> =>
    token ? stateOf(token, SLACK_API_URL) : Promise.reject(missing('SLACK_BOT_TOKEN'));
  return { what: 'slack bot token', look };
}

async function stateOf(token: Secret, apiUrl: string): Promise<string> {
  const { teamName, scopes } = await identityOf(slackClient(token, apiUrl, silentLog));
  const lacking = Object.entries(botScopes).filter(([scope]) => scopes.length > 0 && !scopes.includes(scope));
  if (lacking.length === 0) return `accepted, workspace ${teamName}`;
  throw new OpsError(
    'misconfigured',
    `The bot token lacks ${lacking.map(([scope, why]) => `${scope} (${why})`).join(', ')}.`,
    { hint: 'Update the app from manifest.yml, then install it to the workspace again.' },
  );
}
