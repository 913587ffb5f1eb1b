/**
 * Slack's conversation object, as conversations.* answers it.
 * Source: docs.slack.dev/reference/objects/conversation-object. `num_members` is added where it was asked for.
 */
import { kindOf } from './channels.js';
import { toJson } from './json.js';
import type { JsonObject } from './json.js';
import type { Channel, TextSet } from './wire.js';
import type { World } from './world.js';

export function channelObject(world: World, channel: Channel): JsonObject {
  return toJson(kindOf(channel) === 'im' ? directObject(world, channel) : roomObject(world, channel));
}

const base = ({ store }: World, { id, created = 0, updated = 0, is_archived }: Channel) => ({
  id,
  created,
  updated,
  is_archived,
  is_org_shared: false,
  context_team_id: store.team.id,
});

function directObject(world: World, channel: Channel) {
  const { bot, users } = world.store;
  const other = channel.members.find((id) => id !== bot.user_id) ?? '';
  return {
    ...base(world, channel),
    is_im: true,
    user: other,
    is_user_deleted: users.get(other)?.deleted ?? false,
    is_open: true,
    last_read: neverRead,
    priority: 0,
  };
}

/** Apps read no channels, so their mark stays where it began. */
const neverRead = '0000000000.000000';

const said = (value: string, { creator, last_set }: TextSet = { creator: '', last_set: 0 }) => ({
  value,
  creator,
  last_set,
});

function roomObject(world: World, channel: Channel) {
  const { team, bot } = world.store;
  const kind = kindOf(channel);
  const { shared_with: sharedWith } = channel;
  const isMember = channel.members.includes(bot.user_id);
  return {
    ...base(world, channel),
    name: channel.name,
    name_normalized: channel.name,
    creator: channel.creator ?? '',
    is_channel: kind === 'channel',
    is_group: kind === 'group',
    is_im: false,
    is_mpim: kind === 'mpim',
    is_private: channel.is_private,
    is_general: channel.name === 'general',
    is_member: isMember,
    ...(isMember && { last_read: neverRead }),
    unlinked: 0,
    is_shared: sharedWith !== undefined,
    is_ext_shared: sharedWith !== undefined,
    is_pending_ext_shared: false,
    pending_shared: [],
    pending_connected_team_ids: [],
    shared_team_ids: [team.id, ...(sharedWith ?? [])],
    ...(sharedWith && { connected_team_ids: sharedWith, conversation_host_id: team.id }),
    parent_conversation: null,
    topic: said(channel.topic, channel.topic_set),
    purpose: said(channel.purpose, channel.purpose_set),
    previous_names: channel.previous_names ?? [],
  };
}
