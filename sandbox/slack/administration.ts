/**
 * What an administrator of the workspace does: who is in a group, whether it is disabled, who left the company.
 * Invariant: the app is told of none of it, as long as it subscribes to no such event; it finds out when it asks.
 */
import { ControlError } from './errors.js';
import { asArray, stringsOf } from './json.js';
import type { JsonObject } from './json.js';
import { requiredText } from './people.js';
import type { UserGroup } from './store.js';
import type { User } from './wire.js';
import type { World } from './world.js';

/** Changes what is given, and answers the group as it is then. */
export function changeGroup({ store }: World, body: JsonObject): { ok: true; group: UserGroup } {
  const name = requiredText(body, 'group');
  const group = store.findGroup(name);
  if (group === undefined) throw new ControlError(`there is no group ${JSON.stringify(name)}`, 404);
  if (asArray(body.users) !== undefined)
    group.users = stringsOf(body.users).map((user) => userOf(store, user).id);
  if (typeof body.disabled === 'boolean') group.is_disabled = body.disabled;
  return { ok: true, group };
}

/** Deactivates a person, or lets them come back. */
export function changePerson({ store, changes }: World, body: JsonObject): { ok: true; user: User } {
  const user = userOf(store, requiredText(body, 'user'));
  if (user.is_bot) throw new ControlError(`${user.name} is the app itself`);
  if (typeof body.deleted !== 'boolean') throw new ControlError('deleted must be true or false');
  user.deleted = body.deleted;
  changes.emit({ type: 'user', user });
  return { ok: true, user };
}

function userOf(store: World['store'], name: string): User {
  const user = store.findUser(name);
  if (user === undefined) throw new ControlError(`there is no user ${JSON.stringify(name)}`, 404);
  return user;
}
