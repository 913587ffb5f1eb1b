/**
 * conversations.*: what channels there are and who is in them; opening and making them.
 */
import { channelObject } from '../channel-object.js';
import { kindOf } from '../channels.js';
import { SlackError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { tiers } from '../rate-limits.js';
import type { Channel } from '../wire.js';
import {
  channelArgument,
  conversationScopes,
  needChannelScope,
  needLimit,
  needScope,
  nextCursor,
  pageOf,
} from './method.js';
import type { Call, Method } from './method.js';

/** The types of conversations.list, with the scope that each needs. */
const typeOf = { im: 'im', mpim: 'mpim', group: 'private_channel', channel: 'public_channel' } as const;
const scopeOf: Readonly<Record<string, string>> = {
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
    const scope = scopeOf[type];
    if (scope === undefined) throw new SlackError('invalid_types');
    needScope(world, [scope]);
  }
  return types;
}

const isOfType = (channel: Channel, types: readonly string[]): boolean =>
  types.includes(typeOf[kindOf(channel)]);

/** Ids of people, comma-separated. @throws SlackError user_not_found, no_user */
function peopleArgument({ world, args }: Call): string[] {
  const ids = args.list('users');
  if (ids.length === 0) throw new SlackError('no_user');
  if (ids.some((id) => !world.store.users.has(id))) throw new SlackError('user_not_found');
  return ids;
}

const namePattern = /^[a-z0-9\p{L}_-]{1,80}$/u;

/** A name for a channel that no other has. @throws SlackError invalid_name_…, name_taken */
export function nameArgument({ world, args }: Call): string {
  const name = args.text('name');
  if (name === undefined) throw new SlackError('invalid_name_required');
  if (name.length > 80) throw new SlackError('invalid_name_maxlength');
  if (!namePattern.test(name) || name !== name.toLowerCase()) throw new SlackError('invalid_name_specials');
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

function open(call: Call): JsonObject {
  const { world, args } = call;
  const given = args.text('channel');
  const count = world.store.channels.size;
  const channel =
    given === undefined
      ? world.store.directMessage([...new Set([...peopleArgument(call), world.store.bot.user_id])])
      : channelArgument(call);
  if (!channel.is_im) throw new SlackError('method_not_supported_for_channel_type');
  needScope(world, [`${kindOf(channel)}:write`]);
  const wasThere = world.store.channels.size === count;
  return {
    channel: args.flag('return_im') ? channelObject(world, channel) : { id: channel.id },
    ...(wasThere && { no_op: true, already_open: true }),
  };
}

/** A list does not say what was read. */
const unmarked = ({ last_read: _mark, ...channel }: JsonObject): JsonObject => channel;

export const conversations: readonly Method[] = [
  {
    name: 'conversations.info',
    token: 'bot',
    scopes: conversationScopes('read'),
    rate: tiers.tier3,
    run: (call) => {
      const channel = channelArgument(call);
      needChannelScope(call.world, channel, 'read');
      const num_members = call.args.flag('include_num_members') && { num_members: channel.members.length };
      return { channel: { ...channelObject(call.world, channel), ...num_members } };
    },
  },
  {
    name: 'conversations.list',
    token: 'bot',
    scopes: conversationScopes('read'),
    rate: tiers.tier2,
    run: (call) => {
      const { world, args } = call;
      needLimit(call);
      const types = typesArgument(call);
      const botId = world.store.bot.user_id;
      const all = [...world.store.channels.values()].filter(
        (channel) =>
          isOfType(channel, types) &&
          (!channel.is_private || channel.members.includes(botId)) &&
          !(args.flag('exclude_archived') && channel.is_archived),
      );
      const { page, cursor } = pageOf(all, call);
      const channels = page.map((channel) => ({
        ...unmarked(channelObject(world, channel)),
        ...(kindOf(channel) !== 'im' && { num_members: channel.members.length }),
      }));
      return { channels, ...nextCursor(cursor) };
    },
  },
  {
    name: 'conversations.members',
    token: 'bot',
    scopes: conversationScopes('read'),
    rate: tiers.tier4,
    run: (call) => {
      const channel = channelArgument(call);
      needChannelScope(call.world, channel, 'read');
      needLimit(call);
      const { page, cursor } = pageOf(channel.members, call);
      return { members: page, ...nextCursor(cursor) };
    },
  },
  {
    name: 'conversations.open',
    token: 'bot',
    scopes: ['im:write', 'mpim:write'],
    rate: tiers.tier3,
    run: open,
  },
  {
    name: 'conversations.create',
    token: 'bot',
    scopes: ['channels:manage', 'groups:write'],
    rate: tiers.tier2,
    run: create,
  },
];
