/**
 * Who gets in: the check that comes before anything is looked up, shown or opened.
 *
 * Invariant: people of other companies, bots and deactivated accounts never get in.
 */
import { OpsError } from '../src/kernel/errors.js';
import type { Directory } from '../src/ports/directory.js';
import { forReading } from '../src/remediation/life/people.js';

interface Door {
  directory: Directory;
}

export async function isMember({ directory }: Door, userId: string): Promise<boolean> {
  return (await directory.person(userId, forReading.person)).kind === 'member';
}

/** Throws `forbidden`, with `what` as the subject: “Guarded actions”. */
export async function requireMember(door: Door, userId: string, what: string): Promise<void> {
  if (!(await isMember(door, userId))) throw membersOnly(what);
}

export interface LookupDoor extends Door {
  /** Ids of user groups whose guests may look up what members may. */
  guestGroups: readonly string[];
}

/** Members, and guests to whom the configuration gives the role. Throws `forbidden`. */
export async function requireLookups(
  { directory, guestGroups }: LookupDoor,
  userId: string,
  what: string,
): Promise<void> {
  const { kind } = await directory.person(userId, forReading.person);
  if (kind === 'member') return;
  if (kind !== 'guest' || guestGroups.length === 0) throw membersOnly(what);
  const { groups } = await directory.membership(forReading.groups);
  if (!guestGroups.some((id) => groups.get(id)?.has(userId) === true)) throw membersOnly(what);
}

const membersOnly = (what: string): OpsError =>
  new OpsError('forbidden', `${what} are for full members of this workspace.`, {
    hint: 'Ask somebody of the payments team.',
  });
