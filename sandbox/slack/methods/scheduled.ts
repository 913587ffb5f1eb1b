/**
 * Messages for later: chat.scheduleMessage, chat.scheduledMessages.list, chat.deleteScheduledMessage.
 * Source: docs.slack.dev/reference/methods/chat.deleteScheduledMessage: what is due within a minute stays.
 */
import { SlackError } from '../errors.js';
import { toJson } from '../json.js';
import type { JsonObject } from '../json.js';
import { metadataArgument } from '../metadata.js';
import { tiers } from '../rate-limits.js';
import { contentArgument } from '../responses.js';
import type { Scheduled } from '../scheduled.js';
import { postingPlace, threadOf } from './chat.js';
import { channelArgument, nextCursor, pageOf } from './method.js';
import type { Call, Method } from './method.js';

/** @throws SlackError invalid_time, or what the schedule refuses */
function schedule(call: Call): JsonObject {
  const { world, args } = call;
  const channel = postingPlace(call);
  const thread_ts = threadOf(call, channel);
  const content = contentArgument(world, args);
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

const shown = ({ id, postAtSec, createdSec, message }: Scheduled): JsonObject => ({
  id,
  channel_id: message.channel,
  post_at: postAtSec,
  date_created: createdSec,
  text: message.text,
});

/** @throws SlackError invalid_time */
function timeArgument({ args }: Call, name: string, absent: number): number {
  const value = args.text(name);
  const sec = value === undefined ? absent : Number(value);
  if (Number.isNaN(sec)) throw new SlackError('invalid_time');
  return sec;
}

/** @throws SlackError invalid_channel, invalid_time */
function list(call: Call): JsonObject {
  const { world, args } = call;
  const channel = args.text('channel');
  if (channel !== undefined && !world.store.channels.has(channel)) throw new SlackError('invalid_channel');
  const [oldest, latest] = [timeArgument(call, 'oldest', 0), timeArgument(call, 'latest', Infinity)];
  const waiting = world.schedule
    .list()
    .filter(({ message }) => channel === undefined || message.channel === channel)
    .filter(({ postAtSec }) => postAtSec >= oldest && postAtSec <= latest);
  const { page, cursor } = pageOf(waiting, call);
  return { scheduled_messages: page.map(shown), ...nextCursor(cursor) };
}

/** @throws SlackError channel_not_found, invalid_scheduled_message_id */
function remove(call: Call): JsonObject {
  const channel = channelArgument(call);
  const id = call.args.required('scheduled_message_id');
  if (!call.world.schedule.remove(channel.id, id)) throw new SlackError('invalid_scheduled_message_id');
  return {};
}

export const scheduled: readonly Method[] = [
  { name: 'chat.scheduleMessage', token: 'bot', scopes: ['chat:write'], rate: tiers.tier3, run: schedule },
  { name: 'chat.scheduledMessages.list', token: 'bot', scopes: [], rate: tiers.tier3, run: list },
  {
    name: 'chat.deleteScheduledMessage',
    token: 'bot',
    scopes: ['chat:write'],
    rate: tiers.tier3,
    run: remove,
  },
];
