/**
 * The directory of the workspace: people by `users.info`, all user groups of the policy by one `usergroups.list`.
 *
 * Invariants: what Slack said is shared by all replicas and asked for within Slack's limits; of the workspace's groups
 * only those of the policy are kept; a failure is not kept.
 */
import type { UsergroupsListResponse, UsersInfoResponse, WebClient } from '@slack/web-api';
import { secondMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import { isTimeZone } from '../../kernel/time-zone.js';
import type { Directory, DirectoryPerson, PersonKind } from '../../ports/directory.js';
import type { Pace, SharedAnswers } from '../../ports/shared-answers.js';
import { callError, callFault, isRefused } from './client.js';

export interface DirectoryFacts {
  client: WebClient;
  answers: SharedAnswers;
  /** Ids of the user groups that the policy names. */
  groups: readonly string[];
}

/** Slack takes 20 of these in a minute (Tier 2): 3 at once and 15 more leave room for a person's own tools. */
const groupPace: Pace = { name: 'usergroups.list', everyMs: 4 * secondMs, burst: 3 };
/** Slack takes 100 of these in a minute (Tier 4): 20 at once and 75 more. */
const peoplePace: Pace = { name: 'users.info', everyMs: 0.8 * secondMs, burst: 20 };
/** Asked once: neither changes while a token lives. */
const workspacePace: Pace = { name: 'auth.test', everyMs: secondMs, burst: 20 };
const lasting = { maxAgeMs: Infinity, atWorstMs: Infinity, patienceMs: 10 * secondMs };
/** For a changed group, which is read in the background. */
const soon = { maxAgeMs: Infinity, atWorstMs: 0, patienceMs: 10 * secondMs };

export function createDirectory({ client, answers, groups }: DirectoryFacts): Directory {
  const wanted = [...new Set(groups)].sort();
  const workspace = { key: 'workspace', pace: workspacePace, ask: () => workspaceOf(client) };
  const membership = {
    key: `groups ${wanted.join(' ')}`,
    pace: groupPace,
    ask: () => membersOf(client, wanted),
  };
  const ask = (userId: string) => async (): Promise<DirectoryPerson> => {
    const { value } = await answers.get(workspace, lasting);
    return personOf(client, userId, value);
  };
  return {
    person: async (userId, freshness) =>
      (await answers.get({ key: personKey(userId), pace: peoplePace, ask: ask(userId) }, freshness)).value,
    membership: async (freshness) => {
      const { value, ageMs } = await answers.get(membership, freshness);
      return { groups: new Map(Object.entries(value).map(([id, users]) => [id, new Set(users)])), ageMs };
    },
    personChanged: (userId) => answers.expire(personKey(userId)),
    groupChanged: async (groupId) => {
      if (!wanted.includes(groupId)) return;
      await answers.expire(membership.key);
      await answers.get(membership, soon);
    },
  };
}

const personKey = (userId: string): string => `person ${userId}`;

const strangers = ['user_not_found', 'users_not_found', 'user_not_visible'];

async function personOf(client: WebClient, userId: string, ours: Workspace): Promise<DirectoryPerson> {
  const nobody = (cause: unknown): OpsError =>
    new OpsError('not_found', 'This person is not in this workspace.', { cause });
  const { user } = await client.users.info({ user: userId }).catch((error: unknown) => {
    if (isRefused(callFault(error), strangers)) throw nobody(error);
    throw callError(error, 'Slack can’t identify this person right now.');
  });
  if (!user) throw nobody(null);
  return personFrom(userId, user, ours);
}

type SlackGroup = NonNullable<UsergroupsListResponse['usergroups']>[number];

/** By group id. Disabled groups are asked for too: they exist and have no members. */
async function membersOf(client: WebClient, wanted: readonly string[]): Promise<Record<string, string[]>> {
  const { usergroups } = await client.usergroups
    .list({ include_users: true, include_disabled: true, include_count: true })
    .catch((error: unknown) => {
      throw callError(error, 'Slack can’t list the members of the user groups right now.');
    });
  if (!Array.isArray(usergroups)) throw new OpsError('unavailable', 'Slack left out the user groups.');
  const known = new Map(usergroups.map((group) => [group.id, group]));
  return Object.fromEntries(
    wanted.flatMap((id) => {
      const group = known.get(id);
      return group ? [[id, usersOf(group)]] : [];
    }),
  );
}

/** A group whose people Slack left out is not an empty one: votes must not become void by that. */
function usersOf({ id, users, date_delete: deletedAt = 0, user_count: count }: SlackGroup): string[] {
  if (deletedAt !== 0) return [];
  if (Array.isArray(users)) return users;
  // Some answers write it as text.
  if (String(count) === '0') return [];
  throw new OpsError('unavailable', `Slack left out the members of the user group ${id ?? ''}.`);
}

/** Whose directory this is; people of the same enterprise are not strangers to each other. */
interface Workspace {
  teamId: string;
  enterpriseId: string | null;
}

async function workspaceOf(client: WebClient): Promise<Workspace> {
  const { team_id: teamId = '', enterprise_id: enterpriseId = null } = await client.auth
    .test()
    .catch((error: unknown) => {
      throw callError(error, 'Slack can’t identify this workspace right now.');
    });
  return { teamId, enterpriseId };
}

type SlackUser = NonNullable<UsersInfoResponse['user']>;

function personFrom(userId: string, user: SlackUser, ours: Workspace): DirectoryPerson {
  const names = [user.profile?.real_name, user.real_name, user.name];
  const name = names.find((each) => each !== undefined && each !== '') ?? userId;
  const timeZone = user.tz !== undefined && isTimeZone(user.tz) ? { timeZone: user.tz } : {};
  return { userId, name, email: user.profile?.email ?? null, kind: kindOf(user, ours), ...timeZone };
}

/** The kind that may do least comes first. */
function kindOf(user: SlackUser, ours: Workspace): PersonKind {
  if (user.deleted === true) return 'deactivated';
  if (user.is_bot === true || user.is_workflow_bot === true || user.id === 'USLACKBOT') return 'bot';
  if (user.is_stranger === true || !isOfOurs(user, ours)) return 'external';
  return user.is_restricted === true || user.is_ultra_restricted === true ? 'guest' : 'member';
}

function isOfOurs({ team_id: team, enterprise_user: enterprise }: SlackUser, ours: Workspace): boolean {
  if (team === ours.teamId) return true;
  return ours.enterpriseId !== null && enterprise?.enterprise_id === ours.enterpriseId;
}
