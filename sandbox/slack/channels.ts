/**
 * What kind of conversation a channel is; Slack names it differently in payloads, in events and in scopes.
 * Invariant: a direct message of more than two is an `mpim`.
 */
import type { Channel } from './wire.js';

type ChannelKind = 'im' | 'mpim' | 'group' | 'channel';

export function kindOf(channel: Channel): ChannelKind {
  if (channel.is_im) return channel.members.length > 2 ? 'mpim' : 'im';
  return channel.is_private ? 'group' : 'channel';
}

/** The prefix of the scopes for this channel, for instance `groups` of `groups:read`. */
export function scopeKind(channel: Channel): 'im' | 'mpim' | 'groups' | 'channels' {
  const kind = kindOf(channel);
  return kind === 'group' ? 'groups' : kind === 'channel' ? 'channels' : kind;
}

/** A channel's name as it is in payloads. */
export function payloadName(channel: Channel): string {
  const kind = kindOf(channel);
  return kind === 'im' ? 'directmessage' : kind === 'group' ? 'privategroup' : channel.name;
}
