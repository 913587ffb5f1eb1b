/**
 * What a Web API method is: a name, the token and scopes it needs, its rate, and what it does.
 * Invariant: a method answers an object without `ok`, or throws a SlackError.
 */
import type { Arguments } from '../arguments.js';
import { scopeKind } from '../channels.js';
import { SlackError } from '../errors.js';
import type { Events } from '../events.js';
import type { JsonObject } from '../json.js';
import type { Rate } from '../rate-limits.js';
import type { Channel, Json, Message, User } from '../wire.js';
import type { World } from '../world.js';

export interface Call {
  world: World;
  events: Events;
  args: Arguments;
}

export interface Method {
  name: string;
  token: 'bot' | 'app' | 'none';
  /** One of these is enough; none are needed when empty. */
  scopes: readonly string[];
  rate: Rate;
  /** The rate holds for each value of this argument, not for the method as a whole. */
  rateBy?: string;
  run(call: Call): JsonObject;
}

/** The scopes for a family over all kinds of conversations, for instance `channels:read`, `groups:read`. */
export const conversationScopes = (verb: string): string[] =>
  ['channels', 'groups', 'im', 'mpim'].map((kind) => `${kind}:${verb}`);

/** @throws SlackError missing_scope */
export function needScope(world: World, scopes: readonly string[]): void {
  if (scopes.length === 0 || scopes.some((scope) => world.manifest.scopes.has(scope))) return;
  throw new SlackError('missing_scope', {
    needed: scopes.join(','),
    provided: [...world.manifest.scopes].join(','),
  });
}

/** Reading what is in this channel, for instance `groups:history`. @throws SlackError missing_scope */
export const needChannelScope = (world: World, channel: Channel, verb: string): void =>
  needScope(world, [`${scopeKind(channel)}:${verb}`]);

/** @throws SlackError missing_scope */
export function needManageScope(world: World, channel: Channel): void {
  const kind = scopeKind(channel);
  needScope(world, [kind === 'channels' ? 'channels:manage' : `${kind}:write`]);
}

/** A channel by id that the app may know of. @throws SlackError channel_not_found */
export const channelArgument = ({ world, args }: Call, name = 'channel'): Channel =>
  known(world, world.store.channels.get(args.required(name)));

/** Where to post: the only methods that take a channel's name as well. @throws SlackError channel_not_found */
export const namedChannelArgument = ({ world, args }: Call): Channel =>
  known(world, world.store.findChannel(args.required('channel')));

function known(world: World, channel: Channel | undefined): Channel {
  const isMember = channel?.members.includes(world.store.bot.user_id) === true;
  if (channel === undefined || (channel.is_private && !isMember)) throw new SlackError('channel_not_found');
  return channel;
}

/** @throws SlackError not_in_channel */
export function needMembership(world: World, channel: Channel): void {
  if (!channel.members.includes(world.store.bot.user_id)) throw new SlackError('not_in_channel');
}

/** @throws SlackError is_archived */
export function needActive(channel: Channel): void {
  if (channel.is_archived) throw new SlackError('is_archived');
}

/** A point in time as Slack writes it, `seconds.micros`. */
export const isTimestamp = (text: string): boolean => /^\d{1,12}(\.\d{1,6})?$/.test(text);

/**
 * Channel and timestamp of what a reaction or a pin belongs to.
 * @throws SlackError no_item_specified, channel_not_found, not_in_channel, bad_timestamp, message_not_found
 */
export function itemArgument(call: Call): { channel: Channel; message: Message } {
  const { args, world } = call;
  if (args.text('channel') === undefined || args.text('timestamp') === undefined)
    throw new SlackError('no_item_specified');
  const channel = channelArgument(call);
  needMembership(world, channel);
  return { channel, message: messageArgument(call, channel) };
}

/** A message that everybody in the channel can see. @throws SlackError bad_timestamp, message_not_found */
function messageArgument({ world, args }: Call, channel: Channel): Message {
  const ts = args.required('timestamp');
  if (!isTimestamp(ts)) throw new SlackError('bad_timestamp');
  const message = world.store.findMessage(channel.id, ts);
  if (message === undefined || message.ephemeral_to !== undefined) throw new SlackError('message_not_found');
  return message;
}

/** @throws SlackError user_not_found */
export function userArgument({ world, args }: Call, name = 'user'): User {
  const user = world.store.users.get(args.required(name));
  if (user === undefined) throw new SlackError('user_not_found');
  return user;
}

/** Some methods refuse a limit out of bounds, and others bring it within. @throws SlackError invalid_limit */
export function needLimit({ args }: Call): void {
  const limit = args.text('limit');
  if (limit !== undefined && !/^(0*[1-9]\d{0,2}|0*1000)$/.test(limit)) throw new SlackError('invalid_limit');
}

/** One page of a list, with Slack's opaque cursor. @throws SlackError invalid_cursor */
export function pageOf<T>(
  items: readonly T[],
  { args }: Call,
  defaultLimit = 100,
): { page: T[]; cursor: string } {
  const limit = args.integer('limit', { min: 1, max: 1000, default: defaultLimit });
  const start = readCursor(args.text('cursor'));
  const next = start + limit;
  return { page: items.slice(start, next), cursor: next < items.length ? writeCursor(next) : '' };
}

const writeCursor = (offset: number): string => Buffer.from(`offset:${offset}`).toString('base64');

function readCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const match = /^offset:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString('utf8'));
  if (match === null) throw new SlackError('invalid_cursor');
  return Number(match[1]);
}

export const nextCursor = (cursor: string): { response_metadata: Json } => ({
  response_metadata: { next_cursor: cursor },
});
