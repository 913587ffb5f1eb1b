/**
 * Emoji below messages: who reacted with what, for the app's methods and for people.
 * Invariant: a person reacts once with the same emoji, and an emoji without reactions is gone.
 */
import { ControlError } from './errors.js';
import type { JsonObject } from './json.js';
import { messageOf, personOf, placeOf, requiredText } from './people.js';
import type { Message, Outcome } from './wire.js';
import type { World } from './world.js';

type Reactions = NonNullable<Message['reactions']>;

/** A short name without colons, as Slack takes it. */
export const emojiName = /^[a-z0-9_+'-]{1,100}$/;

export const hasReacted = (reactions: Reactions, name: string, user: string): boolean =>
  reactions.some((reaction) => reaction.name === name && reaction.users.includes(user));

function withReaction(reactions: Reactions, name: string, user: string): Reactions {
  if (!reactions.some((reaction) => reaction.name === name)) return [...reactions, { name, users: [user] }];
  return reactions.map((each) => (each.name === name ? { name, users: [...each.users, user] } : each));
}

function withoutReaction(reactions: Reactions, name: string, user: string): Reactions | undefined {
  const rest = reactions
    .map((each) => (each.name === name ? { name, users: each.users.filter((id) => id !== user) } : each))
    .filter((each) => each.users.length > 0);
  return rest.length === 0 ? undefined : rest;
}

/** Gives a message an emoji of somebody's, or takes it away; an event says so. */
export function react(world: World, message: Message, name: string, user: string, gives: boolean): void {
  const change = gives ? withReaction : withoutReaction;
  const type = gives ? 'reaction_added' : 'reaction_removed';
  world.store.amend(
    message,
    { reactions: change(message.reactions ?? [], name, user) },
    { touch: { type, user, reaction: name } },
  );
}

/** A person presses an emoji: theirs goes if it was there, and comes if it was not. */
export function pressReaction(world: World, body: JsonObject): Outcome {
  const user = personOf(world, body);
  const message = messageOf(world, body, user, placeOf(world, body, user));
  const name = requiredText(body, 'name').replaceAll(':', '');
  if (!emojiName.test(name)) throw new ControlError(`${name} is not the name of an emoji`);
  if (message.ephemeral_to !== undefined) throw new ControlError('an ephemeral message takes no reactions');
  react(world, message, name, user.id, !hasReacted(message.reactions ?? [], name, user.id));
  return { ok: true, messages: [message] };
}
