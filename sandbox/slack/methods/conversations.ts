/**
 * conversations.*: what channels there are, who is in them, what was said; making and joining them.
 */
import { kindOf } from '../channels.js';
import { SlackError } from '../errors.js';
import { toJson } from '../json.js';
import type { JsonObject } from '../json.js';
import { messagePayload } from '../payloads.js';
import { TIERS } from '../rate-limits.js';
import type { Channel, Message, User } from '../wire.js';
import type { World } from '../world.js';
import {
  channelArgument,
  conversationScopes,
  needMembership,
  needActive,
  needChannelScope,
  needScope,
  nextCursor,
  pageOf,
} from './method.js';
import type { Call, Method } from './method.js';

export function channelObject(world: World, channel: Channel): JsonObject {
  const isMember = channel.members.includes(world.store.bot.user_id);
  const kind = kindOf(channel);
  if (kind === 'im') {
    const other = channel.members.find((id) => id !== world.store.bot.user_id) ?? '';
    return { id: channel.id, is_im: true, is_archived: false, user: other, is_user_deleted: false };
  }
  const said = (value: string) => ({ value, creator: '', last_set: 0 });
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: kind === 'channel',
    is_group: kind === 'group',
    is_im: false,
    is_mpim: kind === 'mpim',
    is_private: channel.is_private,
    is_archived: channel.is_archived,
    is_general: channel.name === 'general',
    is_member: isMember,
    num_members: channel.members.length,
    topic: said(channel.topic),
    purpose: said(channel.purpose),
  };
}

/** The types of conversations.list, with the scope that each needs. */
const TYPE_OF = { im: 'im', mpim: 'mpim', group: 'private_channel', channel: 'public_channel' } as const;
const SCOPE_OF: Readonly<Record<string, string>> = {
  im: 'im:read',
  mpim: 'mpim:read',
  private_channel: 'groups:read',
  public_channel: 'channels:read',
};

/** @throws SlackError invalid_types, missing_scope */
function typesArgument({ world, args }: Call): string[] {
  const given = args.list('types');
  const types = given.length === 0 ? ['public_channel'] : given;
  for (const type of types) {
    const scope = SCOPE_OF[type];
    if (scope === undefined) throw new SlackError('invalid_types');
    needScope(world, [scope]);
  }
  return types;
}

const isOfType = (channel: Channel, types: readonly string[]): boolean =>
  types.includes(TYPE_OF[kindOf(channel)]);

/** Metadata is shown to whoever asks for it. */
const shownMessage = ({ world, args }: Call, message: Message): JsonObject => ({
  ...messagePayload(world, message),
  ...(message.metadata && args.flag('include_all_metadata') && { metadata: toJson(message.metadata) }),
});

/** Messages between `oldest` and `latest` that the app can see, newest first. */
function messagesBetween({ world, args }: Call, messages: readonly Message[]): Message[] {
  const [oldest, latest] = [Number(args.text('oldest') ?? 0), Number(args.text('latest') ?? Infinity)];
  const inclusive = args.flag('inclusive');
  return messages.filter(({ ts, ephemeral_to }) => {
    const at = Number(ts);
    const within = inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
    return within && (ephemeral_to === undefined || ephemeral_to === world.store.bot.user_id);
  });
}

function readable(call: Call): Channel {
  const channel = channelArgument(call);
  needChannelScope(call.world, channel, 'history');
  needMembership(call.world, channel);
  return channel;
}

/** Users by id, comma-separated. @throws SlackError user_not_found, no_user */
function peopleArgument({ world, args }: Call): User[] {
  const ids = args.list('users');
  if (ids.length === 0) throw new SlackError('no_user');
  return ids.map((id) => {
    const user = world.store.users.get(id);
    if (user === undefined) throw new SlackError('user_not_found');
    return user;
  });
}

function join(
  { world, events }: Call,
  channel: Channel,
  users: readonly string[],
  inviter?: string,
): Channel {
  const fresh = users.filter((id) => !channel.members.includes(id));
  if (fresh.length === 0) return channel;
  const changed = world.store.changeChannel(channel.id, { members: [...channel.members, ...fresh] });
  for (const id of fresh) events.memberJoined(changed, id, inviter);
  return changed;
}

const NAME = /^[a-z0-9\p{L}_-]{1,80}$/u;

/** A name for a channel that no other has. @throws SlackError invalid_name_…, name_taken */
export function nameArgument({ world, args }: Call): string {
  const name = args.text('name');
  if (name === undefined) throw new SlackError('invalid_name_required');
  if (name.length > 80) throw new SlackError('invalid_name_maxlength');
  if (!NAME.test(name) || name !== name.toLowerCase()) throw new SlackError('invalid_name_specials');
  if (/^[_-]+$/.test(name)) throw new SlackError('invalid_name_punctuation');
  if ([...world.store.channels.values()].some((channel) => channel.name === name))
    throw new SlackError('name_taken');
  return name;
}

function create(call: Call): JsonObject {
  const { world, args } = call;
  const name = nameArgument(call);
  const is_private = args.flag('is_private');
  needScope(world, [
    `${is_private ? 'groups' : 'channels'}:manage`,
    `${is_private ? 'groups' : 'channels'}:write`,
  ]);
  const channel = world.store.createChannel({ name, is_private, members: [world.store.bot.user_id] });
  return { channel: channelObject(world, channel) };
}

function replies(call: Call): JsonObject {
  const channel = readable(call);
  const ts = call.args.required('ts');
  const parent = channel.messages.find((message) => message.ts === ts && message.ephemeral_to === undefined);
  if (parent === undefined) throw new SlackError('thread_not_found');
  const root = parent.thread_ts ?? parent.ts;
  const thread = channel.messages.filter((message) => message.ts === root || message.thread_ts === root);
  const { page, cursor } = pageOf(messagesBetween(call, thread), call);
  const messages = page.map((message) => shownMessage(call, message));
  return { messages, has_more: cursor !== '', ...nextCursor(cursor) };
}

function history(call: Call): JsonObject {
  const channel = readable(call);
  const roots = channel.messages.filter(
    (message) => message.thread_ts === undefined || message.thread_ts === message.ts,
  );
  const { page, cursor } = pageOf(messagesBetween(call, roots).reverse(), call);
  const messages = page.map((message) => shownMessage(call, message));
  return { messages, has_more: cursor !== '', pin_count: 0, ...nextCursor(cursor) };
}

function open(call: Call): JsonObject {
  const { world, args } = call;
  const given = args.text('channel');
  const count = world.store.channels.size;
  const channel =
    given === undefined
      ? world.store.directMessage([
          ...new Set([...peopleArgument(call).map((user) => user.id), world.store.bot.user_id]),
        ])
      : channelArgument(call);
  if (!channel.is_im) throw new SlackError('method_not_supported_for_channel_type');
  needScope(world, [`${kindOf(channel)}:write`]);
  const wasThere = world.store.channels.size === count;
  return {
    channel: args.flag('return_im') ? channelObject(world, channel) : { id: channel.id },
    ...(wasThere && { no_op: true, already_open: true }),
  };
}

export const CONVERSATIONS: readonly Method[] = [
  {
    name: 'conversations.info',
    token: 'bot',
    scopes: conversationScopes('read'),
    rate: TIERS.tier3,
    run: (call) => {
      const channel = channelArgument(call);
      needChannelScope(call.world, channel, 'read');
      return { channel: channelObject(call.world, channel) };
    },
  },
  {
    name: 'conversations.list',
    token: 'bot',
    scopes: conversationScopes('read'),
    rate: TIERS.tier2,
    run: (call) => {
      const { world, args } = call;
      const types = typesArgument(call);
      const botId = world.store.bot.user_id;
      const all = [...world.store.channels.values()].filter(
        (channel) =>
          isOfType(channel, types) &&
          (!channel.is_private || channel.members.includes(botId)) &&
          !(args.flag('exclude_archived') && channel.is_archived),
      );
      const { page, cursor } = pageOf(all, call);
      return { channels: page.map((channel) => channelObject(world, channel)), ...nextCursor(cursor) };
    },
  },
  {
    name: 'conversations.members',
    token: 'bot',
    scopes: conversationScopes('read'),
    rate: TIERS.tier4,
    run: (call) => {
      const channel = channelArgument(call);
      needChannelScope(call.world, channel, 'read');
      const { page, cursor } = pageOf(channel.members, call);
      return { members: page, ...nextCursor(cursor) };
    },
  },
  {
    name: 'conversations.history',
    token: 'bot',
    scopes: conversationScopes('history'),
    rate: TIERS.tier3,
    run: history,
  },
  {
    name: 'conversations.replies',
    token: 'bot',
    scopes: conversationScopes('history'),
    rate: TIERS.tier3,
    run: replies,
  },
  {
    name: 'conversations.open',
    token: 'bot',
    scopes: ['im:write', 'mpim:write'],
    rate: TIERS.tier3,
    run: open,
  },
  {
    name: 'conversations.create',
    token: 'bot',
    scopes: ['channels:manage', 'groups:write'],
    rate: TIERS.tier2,
    run: create,
  },
  {
    name: 'conversations.invite',
    token: 'bot',
    scopes: ['channels:manage', 'channels:write.invites', 'groups:write', 'groups:write.invites'],
    rate: TIERS.tier3,
    run: (call) => {
      const channel = channelArgument(call);
      needMembership(call.world, channel);
      needActive(channel);
      const users = peopleArgument(call).map((user) => user.id);
      const botId = call.world.store.bot.user_id;
      if (users.includes(botId)) throw new SlackError('cant_invite_self');
      if (users.every((id) => channel.members.includes(id))) throw new SlackError('already_in_channel');
      return { channel: channelObject(call.world, join(call, channel, users, botId)) };
    },
  },
  {
    name: 'conversations.join',
    token: 'bot',
    scopes: ['channels:join'],
    rate: TIERS.tier3,
    run: (call) => {
      const channel = channelArgument(call);
      if (channel.is_private) throw new SlackError('method_not_supported_for_channel_type');
      needActive(channel);
      return { channel: channelObject(call.world, join(call, channel, [call.world.store.bot.user_id])) };
    },
  },
];
