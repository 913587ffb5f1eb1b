/**
 * Who can read a conversation, as `conversations.info` says it at this moment.
 *
 * Invariant: a channel that Slack does not describe (a private one without us, a direct message) is unknown, never our own;
 * what Slack cannot say at the moment is an error, because no invitation would help.
 * Source: docs.slack.dev/reference/objects/conversation-object; `is_ext_shared` is Slack Connect, `is_pending_ext_shared` an
 * invitation that is not accepted yet. `is_org_shared` stays within the enterprise.
 */
import type { WebClient } from '@slack/web-api';
import { OpsError } from '../../kernel/errors.js';
import type { Channels } from '../../ports/channels.js';
import { callError, callFault } from './client.js';

export const createChannels = (client: WebClient): Channels => ({
  audienceOf: async (channelId) => {
    try {
      const { channel } = await client.conversations.info({ channel: channelId });
      if (channel?.id === undefined) return 'unknown';
      return channel.is_ext_shared === true || channel.is_pending_ext_shared === true ? 'external' : 'own';
    } catch (error) {
      if (callFault(error).kind === 'refused') return 'unknown';
      throw callError(error, 'Slack can’t say right now who reads this conversation.');
    }
  },
  directWith: async (personId) => {
    try {
      const { channel } = await client.conversations.open({ users: personId });
      if (channel?.id !== undefined) return channel.id;
    } catch (error) {
      throw callError(error, 'Slack did not open your direct messages.');
    }
    throw new OpsError('unavailable', 'Slack did not open your direct messages.');
  },
});
