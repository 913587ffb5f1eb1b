/**
 * chat.*: posting, changing and deleting messages, and links to them.
 */
import { SlackError } from '../errors.js';
import { lengthOf, toJson } from '../json.js';
import { metadataArgument } from '../metadata.js';
import { messagePayload, permalinkOf } from '../payloads.js';
import { tiers } from '../rate-limits.js';
import { contentArgument } from '../responses.js';
import type { MessageEdit } from '../messages.js';
import type { Channel, Message } from '../wire.js';
import type { World } from '../world.js';
import { channelArgument, namedChannelArgument, needActive, needMembership } from './method.js';
import type { Call, Method } from './method.js';

/** Where to post: a channel that the app is in, by id or name, or a person's direct message by their id. */
export function postingPlace(call: Call): Channel {
  const { world, args } = call;
  const user = world.store.users.get(args.required('channel'));
  if (user && !user.is_bot) return world.store.directMessage([user.id, world.store.bot.user_id]);
  const channel = namedChannelArgument(call);
  needActive(channel);
  if (channel.is_private || !world.manifest.scopes.has('chat:write.public')) needMembership(world, channel);
  return channel;
}

/** The parent of a reply; a reply to a reply joins the same thread. @throws SlackError thread_not_found */
export function threadOf({ world, args }: Call, channel: Channel): string | undefined {
  const ts = args.text('thread_ts');
  if (ts === undefined) return undefined;
  const parent = world.store.findMessage(channel.id, ts);
  if (parent === undefined || parent.ephemeral_to !== undefined) throw new SlackError('thread_not_found');
  return parent.thread_ts ?? parent.ts;
}

/** A reply that is shown in the channel as well. */
const broadcast = ({ args }: Call, thread_ts: string | undefined): string | undefined =>
  thread_ts !== undefined && args.flag('reply_broadcast') ? 'thread_broadcast' : undefined;

/** An update takes shorter text than a post. */
const updateTextMax = 4_000;

/**
 * What an update makes of the message: new text without blocks takes the old blocks away, an update of metadata alone
 * keeps what is there.
 * @throws SlackError msg_too_long, or what the content refuses
 */
function editOf({ world, args }: Call, message: Message): MessageEdit {
  const metadata = metadataArgument(args);
  const says = ['text', 'blocks', 'markdown_text'].some((name) => args.json(name) !== undefined);
  if (!says && metadata !== undefined) return { text: message.text, blocks: message.blocks, metadata };
  if (lengthOf(args.text('text') ?? '') > updateTextMax) throw new SlackError('msg_too_long');
  return { ...contentArgument(world, args), metadata };
}

/** An old reply is shown in the channel as well. @throws SlackError no_dual_broadcast_content_update, cant_broadcast_message */
function broadcastReply({ world, args }: Call, message: Message): void {
  if (['text', 'blocks', 'markdown_text'].some((name) => args.json(name) !== undefined))
    throw new SlackError('no_dual_broadcast_content_update');
  if (message.thread_ts === undefined || message.thread_ts === message.ts)
    throw new SlackError('cant_broadcast_message');
  world.store.amend(message, { subtype: 'thread_broadcast' });
}

/** A message of the app itself. @throws SlackError message_not_found, or what `refusal` says for another's message */
function ownMessage({ world, args }: Call, channel: Channel, refusal: string): Message {
  const message = world.store.findMessage(channel.id, args.required('ts'));
  if (message === undefined || message.ephemeral_to !== undefined) throw new SlackError('message_not_found');
  if (message.user !== world.store.bot.user_id) throw new SlackError(refusal);
  return message;
}

/** In a person's direct message the app is addressed by channel id or by user id. */
function placeOfMessage(call: Call): Channel {
  const channel = channelArgument(call);
  needMembership(call.world, channel);
  return channel;
}

/** The answer to a post or an update holds the message, and its metadata in full. */
const shown = (world: World, message: Message) => ({
  channel: message.channel,
  ts: message.ts,
  message: {
    ...messagePayload(world, message),
    ...(message.metadata && { metadata: toJson(message.metadata) }),
  },
});

export const chat: readonly Method[] = [
  {
    name: 'chat.postMessage',
    token: 'bot',
    scopes: ['chat:write'],
    rate: tiers.posting,
    rateBy: 'channel',
    run: (call) => {
      const { world } = call;
      const channel = postingPlace(call);
      const thread_ts = threadOf(call, channel);
      const message = world.store.post({
        channel: channel.id,
        user: world.store.bot.user_id,
        ...contentArgument(world, call.args),
        thread_ts,
        subtype: broadcast(call, thread_ts),
        metadata: metadataArgument(call.args) ?? undefined,
      });
      return shown(world, message);
    },
  },
  {
    name: 'chat.postEphemeral',
    token: 'bot',
    scopes: ['chat:write'],
    rate: tiers.tier4,
    run: (call) => {
      const { world, args } = call;
      const channel = postingPlace(call);
      const user = world.store.users.get(args.required('user'));
      if (user === undefined || !channel.members.includes(user.id))
        throw new SlackError('user_not_in_channel');
      const thread_ts = threadOf(call, channel);
      const message = world.store.post({
        channel: channel.id,
        user: world.store.bot.user_id,
        ...contentArgument(world, args),
        thread_ts,
        ephemeral_to: user.id,
      });
      return { message_ts: message.ts };
    },
  },
  {
    name: 'chat.update',
    token: 'bot',
    scopes: ['chat:write'],
    rate: tiers.tier3,
    run: (call) => {
      const channel = placeOfMessage(call);
      if (channel.is_archived) throw new SlackError('is_inactive');
      const message = ownMessage(call, channel, 'cant_update_message');
      if (call.args.flag('reply_broadcast')) broadcastReply(call, message);
      else call.world.store.edit(message, editOf(call, message));
      return { ...shown(call.world, message), text: message.text };
    },
  },
  {
    name: 'chat.delete',
    token: 'bot',
    scopes: ['chat:write'],
    rate: tiers.tier3,
    run: (call) => {
      const channel = placeOfMessage(call);
      const message = ownMessage(call, channel, 'cant_delete_message');
      call.world.store.remove(message);
      return { channel: channel.id, ts: message.ts };
    },
  },
  {
    name: 'chat.getPermalink',
    token: 'bot',
    scopes: [],
    rate: tiers.special,
    run: (call) => {
      const channel = channelArgument(call);
      const message = call.world.store.findMessage(channel.id, call.args.required('message_ts'));
      if (message === undefined || message.ephemeral_to !== undefined)
        throw new SlackError('message_not_found');
      return { channel: channel.id, permalink: permalinkOf(call.world, message) };
    },
  },
];
