/**
 * What an administrator of the workspace does: who is in a group, whether it is disabled, who left the company.
 * Invariant: the app is sent the events that it subscribes to, and finds out the rest when it asks.
 */
import { ControlError } from './errors.js';
import type { Events } from './events.js';
import { asArray, stringsOf } from './json.js';
import type { JsonObject } from './json.js';
import { requiredText } from './people.js';
import type { UserGroup } from './store.js';
import type { User } from './wire.js';
import type { World } from './world.js';

/** Changes what is given, and answers the group as it is then. */
export function changeGroup(
  { store, clock }: World,
  events: Events,
  body: JsonObject,
): { ok: true; group: UserGroup } {
  const name = requiredText(body, 'group');
  const group = store.findGroup(name);
  if (group === undefined) throw new ControlError(`there is no group ${JSON.stringify(name)}`, 404);
  const before = asArray(body.users) === undefined ? null : group.users;
  if (before !== null) group.users = stringsOf(body.users).map((user) => userOf(store, user).id);
  if (typeof body.disabled === 'boolean') group.is_disabled = body.disabled;
  if (before !== null || typeof body.disabled === 'boolean') {
    group.updated = Math.floor(clock.now().getTime() / 1000);
    events.groupChanged(group, before);
  }
  return { ok: true, group };
}

/** Deactivates a person or lets them come back, and makes them a guest or somebody of another company. */
export function changePerson(
  { store, changes }: World,
  events: Events,
  body: JsonObject,
): { ok: true; user: User } {
  const user = userOf(store, requiredText(body, 'user'));
  if (user.is_bot) throw new ControlError(`${user.name} is the app itself`);
  const given = (['deleted', 'is_restricted', 'is_stranger'] as const).filter((flag) => flag in body);
  if (given.length === 0 || given.some((flag) => typeof body[flag] !== 'boolean'))
    throw new ControlError('deleted, is_restricted or is_stranger must be true or false');
  for (const flag of given) user[flag] = body[flag] === true;
  changes.emit({ type: 'user', user });
  events.userChanged(user);
  return { ok: true, user };
}

function userOf(store: World['store'], name: string): User {
  const user = store.findUser(name);
  if (user === undefined) throw new ControlError(`there is no user ${JSON.stringify(name)}`, 404);
  return user;
}
