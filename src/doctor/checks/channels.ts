/** Whether every configured channel exists and can be written to. There is one check for each of them. */
import { callFault, slackClient } from '../../adapters/slack/client.js';
import type { Config } from '../../config/schema.js';
import { OpsError } from '../../kernel/errors.js';
import { silentLog } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import type { Check, ConfiguredFacts } from '../check.js';
import { slackTrouble } from '../slack-trouble.js';

export function checksOfChannels({ environment, config }: ConfiguredFacts): Check[] {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL } = environment;
  return channelsOf(config).map((channel) => {
    const what = `channel ${channel}`;
    return token
      ? { what, look: () => stateOf(channel, token, SLACK_API_URL) }
      : { what, absent: 'not checked without SLACK_BOT_TOKEN' };
  });
}

const channelsOf = ({ channels, partners, remediation }: Config): string[] => [
  ...new Set(
    [
      channels.alerts,
      channels.audit,
      remediation?.channels.approvals,
      remediation?.channels.alarm,
      ...partners.map(({ alertsChannel }) => alertsChannel),
    ].filter((channel) => channel !== undefined),
  ),
];

async function stateOf(channel: string, token: Secret, apiUrl: string): Promise<string> {
  try {
    const { channel: found } = await slackClient(token, apiUrl, silentLog).conversations.info({ channel });
    if (found?.is_archived === true) {
      throw new OpsError('misconfigured', `#${found.name ?? channel} is archived.`, {
        hint: 'Name another channel in paydesk.yaml.',
      });
    }
    return `#${found?.name ?? channel}${found?.is_member === true ? '' : ', the bot is not a member'}`;
  } catch (error) {
    if (error instanceof OpsError) throw error;
    const fault = callFault(error);
    if (fault.kind !== 'refused') throw slackTrouble(error);
    throw new OpsError('misconfigured', `Slack says ${fault.error}.`, {
      hint: 'Use the channel’s ID and, for a private channel, invite the bot.',
      cause: error,
    });
  }
}
