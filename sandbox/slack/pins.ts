/**
 * Pins: messages that stay at hand in a channel, for the app's methods and for people.
 * Invariant: a message is pinned once, by somebody, at a time; a channel has at most as many pins as Slack keeps.
 */
import { ControlError } from './errors.js';
import type { JsonObject } from './json.js';
import { messageOf, personOf, placeOf } from './people.js';
import type { Channel, Message, Outcome } from './wire.js';
import type { World } from './world.js';

/** Slack keeps at most a hundred pins in a channel. */
const pinsMax = 100;

export const pinnedIn = (channel: Channel): Message[] =>
  channel.messages.filter(({ pinned_info }) => pinned_info !== undefined);

export const isFull = (channel: Channel): boolean => pinnedIn(channel).length >= pinsMax;

export function pin({ store, clock }: World, message: Message, user: string): void {
  const pinned_ts = Math.floor(clock.now().getTime() / 1000);
  const pinned = { channel: message.channel, pinned_by: user, pinned_ts };
  const touch = { type: 'pin_added' as const, user, pinned };
  store.amend(message, { pinned_to: [message.channel], pinned_info: pinned }, { touch });
}

/** Answers false when there was no pin. */
export function unpin({ store }: World, message: Message, user: string): boolean {
  const pinned = message.pinned_info;
  if (pinned === undefined) return false;
  const touch = { type: 'pin_removed' as const, user, pinned };
  store.amend(message, { pinned_to: undefined, pinned_info: undefined }, { touch });
  return true;
}

/** A person pins a message, or takes the pin away that is there. */
export function pressPin(world: World, body: JsonObject): Outcome {
  const user = personOf(world, body);
  const channel = placeOf(world, body, user);
  const message = messageOf(world, body, user, channel);
  if (message.ephemeral_to !== undefined) throw new ControlError('an ephemeral message cannot be pinned');
  if (!unpin(world, message, user.id)) {
    if (isFull(channel)) throw new ControlError('this channel has as many pins as it can have');
    pin(world, message, user.id);
  }
  return { ok: true, messages: [message] };
}
