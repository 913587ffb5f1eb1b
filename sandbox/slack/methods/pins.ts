/**
 * pins.*: messages that stay at hand in a channel.
 */
import { SlackError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { messagePayload } from '../payloads.js';
import { isFull, pin, pinnedIn, unpin } from '../pins.js';
import { tiers } from '../rate-limits.js';
import { channelArgument, itemArgument, needActive, needMembership } from './method.js';
import type { Call, Method } from './method.js';

function add(call: Call): JsonObject {
  const { channel, message } = itemArgument(call);
  needActive(channel);
  if (message.pinned_info) throw new SlackError('already_pinned');
  if (isFull(channel)) throw new SlackError('too_many_pins');
  pin(call.world, message, call.world.store.bot.user_id);
  return {};
}

function remove(call: Call): JsonObject {
  const { message } = itemArgument(call);
  if (!unpin(call.world, message, call.world.store.bot.user_id)) throw new SlackError('no_pin');
  return {};
}

/** The newest pin first. */
function list(call: Call): JsonObject {
  const channel = channelArgument(call);
  needMembership(call.world, channel);
  const pinned = pinnedIn(channel).sort(
    (a, b) => (b.pinned_info?.pinned_ts ?? 0) - (a.pinned_info?.pinned_ts ?? 0),
  );
  return {
    items: pinned.map((message) => ({
      type: 'message',
      channel: message.channel,
      created: message.pinned_info?.pinned_ts ?? 0,
      created_by: message.pinned_info?.pinned_by ?? '',
      message: messagePayload(call.world, message),
    })),
  };
}

export const pins: readonly Method[] = [
  { name: 'pins.add', token: 'bot', scopes: ['pins:write'], rate: tiers.tier2, run: add },
  { name: 'pins.remove', token: 'bot', scopes: ['pins:write'], rate: tiers.tier2, run: remove },
  { name: 'pins.list', token: 'bot', scopes: ['pins:read'], rate: tiers.tier2, run: list },
];
