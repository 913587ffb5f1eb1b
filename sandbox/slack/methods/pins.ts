/**
 * pins.*: messages that stay at hand in a channel.
 */
import { SlackError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { messagePayload } from '../payloads.js';
import { TIERS } from '../rate-limits.js';
import type { Channel } from '../wire.js';
import { channelArgument, messageArgument, needActive, needMembership } from './method.js';
import type { Call, Method } from './method.js';

/** Slack keeps at most a hundred pins in a channel. */
const PINS_MAX = 100;

function place(call: Call): Channel {
  const channel = channelArgument(call);
  needMembership(call.world, channel);
  return channel;
}

const pinnedIn = (channel: Channel) =>
  channel.messages.filter(({ pinned_info }) => pinned_info !== undefined);

function add(call: Call): JsonObject {
  const { store, clock } = call.world;
  const channel = place(call);
  needActive(channel);
  const message = messageArgument(call, channel);
  if (message.pinned_info) throw new SlackError('already_pinned');
  if (pinnedIn(channel).length >= PINS_MAX) throw new SlackError('too_many_pins');
  const pinned_ts = Math.floor(clock.now().getTime() / 1000);
  const pinned_info = { channel: channel.id, pinned_by: store.bot.user_id, pinned_ts };
  store.amend(message, { pinned_to: [channel.id], pinned_info });
  return {};
}

function remove(call: Call): JsonObject {
  const message = messageArgument(call, place(call));
  if (message.pinned_info === undefined) throw new SlackError('no_pin');
  call.world.store.amend(message, { pinned_to: undefined, pinned_info: undefined });
  return {};
}

/** The newest pin first. */
function list(call: Call): JsonObject {
  const pinned = pinnedIn(place(call)).sort(
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

export const PINS: readonly Method[] = [
  { name: 'pins.add', token: 'bot', scopes: ['pins:write'], rate: TIERS.tier2, run: add },
  { name: 'pins.remove', token: 'bot', scopes: ['pins:write'], rate: TIERS.tier2, run: remove },
  { name: 'pins.list', token: 'bot', scopes: ['pins:read'], rate: TIERS.tier2, run: list },
];
