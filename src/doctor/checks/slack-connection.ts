/** Whether Slack accepts the app-level token; signed HTTP has none. */
import { appTokenError, slackClient } from '../../adapters/slack/client.js';
import { silentLog } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import { missing, type Check, type EnvironmentFacts } from '../check.js';
import { slackTrouble } from '../slack-trouble.js';

export function checkOfSlackConnection({ environment }: EnvironmentFacts): Check {
  const { SLACK_APP_TOKEN: token, SLACK_SIGNING_SECRET: signingSecret, SLACK_API_URL } = environment;
  const what = 'slack connection';
  if (token) return { what, look: () => stateOf(token, SLACK_API_URL) };
  if (signingSecret) return { what, absent: 'signed HTTP; Slack must be able to reach /slack/events' };
  return { what, look: () => Promise.reject(missing('SLACK_APP_TOKEN or SLACK_SIGNING_SECRET')) };
}

async function stateOf(token: Secret, apiUrl: string): Promise<string> {
  try {
    await slackClient(token, apiUrl, silentLog).apps.connections.open();
    return 'Socket Mode, the app-level token is accepted';
  } catch (error) {
    throw appTokenError(error) ?? slackTrouble(error);
  }
}
