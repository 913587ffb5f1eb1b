/**
 * conversations.history and conversations.replies: what was said.
 * Invariant: a cursor is a position in time, so that what is written or deleted between two pages repeats nothing and
 * skips nothing.
 */
import { SlackError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { messagePayload } from '../payloads.js';
import { pinnedIn } from '../pins.js';
import { tiers } from '../rate-limits.js';
import type { Channel, Message } from '../wire.js';
import {
  channelArgument,
  conversationScopes,
  isTimestamp,
  needChannelScope,
  needMembership,
  nextCursor,
} from './method.js';
import type { Call, Method } from './method.js';

/** Without `include_all_metadata` a message tells the type of its metadata, not what is in it. */
function shownMessage({ world, args }: Call, message: Message): JsonObject {
  const { metadata } = message;
  const shown = args.flag('include_all_metadata') ? metadata : { event_type: metadata?.event_type ?? '' };
  return { ...messagePayload(world, message), ...(metadata && shown && { metadata: { ...shown } }) };
}

/** @throws SlackError invalid_ts_oldest, invalid_ts_latest */
function timeArgument({ args }: Call, name: 'oldest' | 'latest', absent: number): number {
  const value = args.text(name);
  if (value === undefined) return absent;
  if (!isTimestamp(value)) throw new SlackError(`invalid_ts_${name}`);
  return Number(value);
}

/** Messages between `oldest` and `latest` that the app can see, oldest first. */
function messagesBetween(call: Call, messages: readonly Message[]): Message[] {
  const [oldest, latest] = [timeArgument(call, 'oldest', 0), timeArgument(call, 'latest', Infinity)];
  const inclusive = call.args.flag('inclusive');
  return messages.filter(({ ts, ephemeral_to }) => {
    const at = Number(ts);
    const within = inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
    return within && ephemeral_to === undefined;
  });
}

/** The ts of the last message of the page before. @throws SlackError invalid_cursor */
function cursorArgument({ args }: Call): number | undefined {
  const cursor = args.text('cursor');
  if (cursor === undefined) return undefined;
  const match = /^next_ts:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString('utf8'));
  if (match === null) throw new SlackError('invalid_cursor');
  return Number(match[1]);
}

const microsOf = ({ ts }: Message): number => Number(ts.replace('.', ''));

/** One page of messages that are in the order of `direction`. */
function pageInTime(
  call: Call,
  messages: readonly Message[],
  direction: 1 | -1,
  limit: { max: number; default: number },
): { messages: JsonObject[]; has_more: boolean } {
  const after = cursorArgument(call);
  const rest =
    after === undefined ? messages : messages.filter((each) => (microsOf(each) - after) * direction > 0);
  const page = rest.slice(0, call.args.integer('limit', { min: 1, ...limit }));
  const last = page.at(-1);
  const has_more = page.length < rest.length;
  const cursor = has_more && last ? Buffer.from(`next_ts:${microsOf(last)}`).toString('base64') : '';
  return { messages: page.map((message) => shownMessage(call, message)), has_more, ...nextCursor(cursor) };
}

function readable(call: Call): Channel {
  const channel = channelArgument(call);
  needChannelScope(call.world, channel, 'history');
  needMembership(call.world, channel);
  return channel;
}

const isInChannel = ({ ts, thread_ts, subtype }: Message): boolean =>
  thread_ts === undefined || thread_ts === ts || subtype === 'thread_broadcast';

/** The newest first. */
function history(call: Call): JsonObject {
  const channel = readable(call);
  const shown = messagesBetween(call, channel.messages.filter(isInChannel)).reverse();
  const page = pageInTime(call, shown, -1, { max: 999, default: 100 });
  return { ...page, pin_count: pinnedIn(channel).length, channel_actions_ts: null, channel_actions_count: 0 };
}

/** The oldest first. */
function replies(call: Call): JsonObject {
  const channel = readable(call);
  const ts = call.args.required('ts');
  const parent = channel.messages.find((message) => message.ts === ts && message.ephemeral_to === undefined);
  if (parent === undefined) throw new SlackError('thread_not_found');
  const root = parent.thread_ts ?? parent.ts;
  const thread = channel.messages.filter((message) => message.ts === root || message.thread_ts === root);
  return pageInTime(call, messagesBetween(call, thread), 1, { max: 1_000, default: 1_000 });
}

export const historyMethods: readonly Method[] = [
  {
    name: 'conversations.history',
    token: 'bot',
    scopes: conversationScopes('history'),
    rate: tiers.tier3,
    run: history,
  },
  {
    name: 'conversations.replies',
    token: 'bot',
    scopes: conversationScopes('history'),
    rate: tiers.tier3,
    run: replies,
  },
];
