/**
 * Who gets in: the check that comes before anything is looked up, shown or opened.
 *
 * Invariant: people of other companies, bots and deactivated accounts never get in.
 */
import { OpsError } from '../src/kernel/errors.js';
import type { Channels } from '../src/ports/channels.js';
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

/** Throws `forbidden` where people of another company read along, or where that cannot be ruled out. */
export async function requireInternal(channels: Channels, channelId: string): Promise<void> {
  const audience = await channels.audienceOf(channelId);
  if (audience === 'external')
    throw new OpsError(
      'forbidden',
      'This channel includes people from another company, so Paydesk shares nothing here.',
      { hint: 'Share it in a channel of your own company only.' },
    );
  if (audience === 'unknown')
    throw new OpsError(
      'forbidden',
      'Slack does not say who can read this conversation, so Paydesk shares nothing here.',
      { hint: 'Invite Paydesk into this channel, or share in another one.' },
    );
}

export interface RoleDoor extends Door {
  /** User groups by role. */
  roles: Readonly<Record<string, readonly string[]>>;
}

/** Whether a member of the workspace has one of these roles. People of other companies and guests never have. */
export async function hasRole(
  { directory, roles }: RoleDoor,
  userId: string,
  wanted: readonly string[],
): Promise<boolean> {
  if (!(await isMember({ directory }, userId))) return false;
  const groupIds = wanted.flatMap((role) => roles[role] ?? []);
  if (groupIds.length === 0) return false;
  const { groups } = await directory.membership(forReading.groups);
  return groupIds.some((id) => groups.get(id)?.has(userId) === true);
}

/** Throws `forbidden`, with `what` as the subject: “Personal data”. */
export async function requireRole(
  door: RoleDoor,
  userId: string,
  wanted: readonly string[],
  what: string,
): Promise<void> {
  if (await hasRole(door, userId, wanted)) return;
  throw new OpsError('forbidden', `${what} requires a role that you do not have.`, {
    hint:
      wanted.length === 0
        ? 'No role has this right yet: your Paydesk admin can grant it in paydesk.yaml.'
        : `Roles with this right: ${wanted.join(', ')}.`,
  });
}

const membersOnly = (what: string): OpsError =>
  new OpsError('forbidden', `${what} are for full members of this workspace.`, {
    hint: 'Ask a member of the payments team.',
  });
