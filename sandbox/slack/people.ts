/**
 * Who and where a request of the control interface means: by id or by name, and only what that person can see.
 * Every failure is a ControlError that says which name was not known.
 */
import { ControlError } from './errors.js';
import { asString } from './json.js';
import type { JsonObject } from './json.js';
import type { Channel, Message, OpenView, User } from './wire.js';
import type { World } from './world.js';

/** A text member of the request. @throws ControlError when it is missing or no string. */
export function requiredText(body: JsonObject, name: string): string {
  const value = asString(body[name]);
  if (value === undefined || value === '') throw new ControlError(`${name} is missing: it must be a string`);
  return value;
}

export function personOf(world: World, body: JsonObject): User {
  const name = requiredText(body, 'user');
  const user = world.store.findUser(name);
  if (user === undefined) throw new ControlError(`there is no user ${JSON.stringify(name)}`, 404);
  if (user.is_bot) throw new ControlError(`${name} is the app itself; only people act here`);
  if (user.deleted) throw new ControlError(`${name} is deactivated and cannot act`);
  return user;
}

/** For what only people of the company that installed the app can start, such as shortcuts and the Home. */
export function ownPersonOf(world: World, body: JsonObject): User {
  const user = personOf(world, body);
  if (user.team_id !== undefined)
    throw new ControlError(`${user.name} belongs to another company, which has not installed the app`, 403);
  return user;
}

/** When somebody did something, as payloads tell it. */
export const actionTimestamp = ({ clock }: World): string => (clock.now().getTime() / 1000).toFixed(6);

/** A channel, `#channel`, `@person`, or the person's direct message with the app by the app's name. */
export function placeOf(world: World, body: JsonObject, user: User): Channel {
  const name = requiredText(body, 'channel');
  const { store } = world;
  const other = store.findChannel(name) === undefined ? store.findUser(name) : undefined;
  const channel = other ? store.directMessage([user.id, other.id]) : store.findChannel(name);
  if (channel === undefined) throw new ControlError(`there is no channel ${JSON.stringify(name)}`, 404);
  const isOutside = user.team_id !== undefined || channel.is_private;
  if (isOutside && !channel.members.includes(user.id)) {
    throw new ControlError(`${user.name} is not a member of ${channel.name}`);
  }
  if (channel.is_archived) throw new ControlError(`${channel.name} is archived`);
  return channel;
}

/** A message of the channel that this person can see. */
export function messageOf(world: World, body: JsonObject, user: User, channel: Channel): Message {
  const ts = requiredText(body, 'ts');
  const message = world.store.findMessage(channel.id, ts);
  const hidden = message?.ephemeral_to !== undefined && message.ephemeral_to !== user.id;
  if (message === undefined || hidden)
    throw new ControlError(`there is no message ${ts} in ${channel.name}`, 404);
  return message;
}

/** An open modal or Home of this person; only the topmost modal can be touched. */
export function viewOf(world: World, body: JsonObject, user: User): OpenView {
  const id = requiredText(body, 'view_id');
  const view = world.views.find(id);
  if (view?.user !== user.id) throw new ControlError(`${user.name} has no open view ${id}`, 404);
  if (view.view.type === 'modal' && world.views.top(user.id) !== view) {
    throw new ControlError(`view ${id} is under another one`);
  }
  return view;
}
