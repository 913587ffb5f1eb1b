/**
 * conversations.{rename, setTopic, setPurpose, archive}: changes of a channel itself.
 * Invariant: only a member changes a channel, and an archived one is not changed.
 */
import { channelObject } from '../channel-object.js';
import { SlackError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { tiers } from '../rate-limits.js';
import type { Channel } from '../wire.js';
import { nameArgument } from './conversations.js';
import { channelArgument, needActive, needManageScope, needMembership } from './method.js';
import type { Call, Method } from './method.js';

const managing = ['channels:manage', 'groups:write', 'im:write', 'mpim:write'];
const telling = [
  'channels:manage',
  'channels:write.topic',
  'groups:write',
  'groups:write.topic',
  'im:write',
  'mpim:write',
];
const textMax = 250;

function changeable(call: Call): Channel {
  const channel = channelArgument(call);
  needMembership(call.world, channel);
  needActive(channel);
  return channel;
}

function setText(call: Call, member: 'topic' | 'purpose'): JsonObject {
  const channel = changeable(call);
  const text = call.args.text(member) ?? '';
  if (text.length > textMax) throw new SlackError('too_long');
  const set = {
    creator: call.world.store.bot.user_id,
    last_set: Math.floor(call.world.clock.now().getTime() / 1000),
  };
  const changed = call.world.store.changeChannel(channel.id, { [member]: text, [`${member}_set`]: set });
  return { [member]: text, channel: channelObject(call.world, changed) };
}

function rename(call: Call): JsonObject {
  const channel = changeable(call);
  if (channel.is_im) throw new SlackError('method_not_supported_for_channel_type');
  needManageScope(call.world, channel);
  const previous_names = [channel.name, ...(channel.previous_names ?? [])];
  const changed = call.world.store.changeChannel(channel.id, { name: nameArgument(call), previous_names });
  return { channel: channelObject(call.world, changed) };
}

function archive(call: Call): JsonObject {
  const channel = channelArgument(call);
  if (channel.is_im) throw new SlackError('method_not_supported_for_channel_type');
  if (channel.name === 'general') throw new SlackError('cant_archive_general');
  if (channel.is_archived) throw new SlackError('already_archived');
  needManageScope(call.world, channel);
  needMembership(call.world, channel);
  call.world.store.changeChannel(channel.id, { is_archived: true });
  return {};
}

export const channelSettings: readonly Method[] = [
  { name: 'conversations.rename', token: 'bot', scopes: managing, rate: tiers.tier2, run: rename },
  {
    name: 'conversations.setTopic',
    token: 'bot',
    scopes: telling,
    rate: tiers.tier2,
    run: (call) => setText(call, 'topic'),
  },
  {
    name: 'conversations.setPurpose',
    token: 'bot',
    scopes: telling,
    rate: tiers.tier2,
    run: (call) => setText(call, 'purpose'),
  },
  { name: 'conversations.archive', token: 'bot', scopes: managing, rate: tiers.tier2, run: archive },
];
