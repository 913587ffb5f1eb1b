/**
 * chat.*: posting, changing and deleting messages, and links to them.
 */
import { SlackError } from '../errors.js';
import { toJson } from '../json.js';
import type { JsonObject } from '../json.js';
import { metadataArgument } from '../metadata.js';
import { messagePayload, permalinkOf } from '../payloads.js';
import { TIERS } from '../rate-limits.js';
import { acceptContent } from '../responses.js';
import type { Channel, Message } from '../wire.js';
import type { World } from '../world.js';
import { channelArgument, needActive, needMembership } from './method.js';
import type { Call, Method } from './method.js';

/** Where to post: a channel that the app is in, or a person's direct message when a user id is given. */
function postingPlace(call: Call): Channel {
  const { world, args } = call;
  const user = world.store.users.get(args.required('channel'));
  if (user && !user.is_bot) return world.store.directMessage([user.id, world.store.bot.user_id]);
  const channel = channelArgument(call);
  needActive(channel);
  if (channel.is_private || !world.manifest.scopes.has('chat:write.public')) needMembership(world, channel);
  return channel;
}

/** The parent of a reply; a reply to a reply joins the same thread. @throws SlackError thread_not_found */
function threadOf({ world, args }: Call, channel: Channel): string | undefined {
  const ts = args.text('thread_ts');
  if (ts === undefined) return undefined;
  const parent = world.store.findMessage(channel.id, ts);
  if (parent === undefined || parent.ephemeral_to !== undefined) throw new SlackError('thread_not_found');
  return parent.thread_ts ?? parent.ts;
}

function contentOf({ world, args }: Call) {
  return acceptContent(world, args.text('text'), args.json('blocks'));
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

/** @throws SlackError invalid_time, or what the schedule refuses */
function schedule(call: Call): JsonObject {
  const { world, args } = call;
  const channel = postingPlace(call);
  const thread_ts = threadOf(call, channel);
  const content = contentOf(call);
  const postAtSec = Number(args.required('post_at'));
  if (!Number.isInteger(postAtSec) || postAtSec < 0) throw new SlackError('invalid_time');
  const { bot } = world.store;
  const metadata = metadataArgument(args) ?? undefined;
  const message = { channel: channel.id, user: bot.user_id, ...content, thread_ts, metadata };
  return {
    channel: channel.id,
    scheduled_message_id: world.schedule.add(message, postAtSec),
    post_at: postAtSec,
    message: toJson({ ...content, bot_id: bot.bot_id, type: 'delayed_message', subtype: 'bot_message' }),
  };
}

const shown = (world: World, message: Message) => ({
  channel: message.channel,
  ts: message.ts,
  message: messagePayload(world, message),
});

export const CHAT: readonly Method[] = [
  {
    name: 'chat.postMessage',
    token: 'bot',
    scopes: ['chat:write'],
    rate: TIERS.posting,
    rateBy: 'channel',
    run: (call) => {
      const { world } = call;
      const channel = postingPlace(call);
      const thread_ts = threadOf(call, channel);
      const content = contentOf(call);
      const message = world.store.post({
        channel: channel.id,
        user: world.store.bot.user_id,
        ...content,
        thread_ts,
        metadata: metadataArgument(call.args) ?? undefined,
      });
      return shown(world, message);
    },
  },
  {
    name: 'chat.postEphemeral',
    token: 'bot',
    scopes: ['chat:write'],
    rate: TIERS.tier4,
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
        ...contentOf(call),
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
    rate: TIERS.tier3,
    run: (call) => {
      const channel = placeOfMessage(call);
      if (channel.is_archived) throw new SlackError('is_inactive');
      const message = ownMessage(call, channel, 'cant_update_message');
      const { text, blocks } = contentOf(call);
      // Slack keeps the old blocks, buttons and all, unless new ones or an empty list are sent.
      const keepsBlocks = call.args.json('blocks') === undefined;
      const metadata = metadataArgument(call.args);
      call.world.store.edit(message, { text, blocks: keepsBlocks ? undefined : (blocks ?? []), metadata });
      return { ...shown(call.world, message), text: message.text };
    },
  },
  {
    name: 'chat.delete',
    token: 'bot',
    scopes: ['chat:write'],
    rate: TIERS.tier3,
    run: (call) => {
      const channel = placeOfMessage(call);
      const message = ownMessage(call, channel, 'cant_delete_message');
      call.world.store.remove(message);
      return { channel: channel.id, ts: message.ts };
    },
  },
  { name: 'chat.scheduleMessage', token: 'bot', scopes: ['chat:write'], rate: TIERS.tier3, run: schedule },
  {
    name: 'chat.getPermalink',
    token: 'bot',
    scopes: [],
    rate: TIERS.special,
    run: (call) => {
      const channel = channelArgument(call);
      const message = call.world.store.findMessage(channel.id, call.args.required('message_ts'));
      if (message === undefined || message.ephemeral_to !== undefined)
        throw new SlackError('message_not_found');
      return { channel: channel.id, permalink: permalinkOf(call.world, message) };
    },
  },
];
