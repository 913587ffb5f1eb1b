/**
 * The directory of the workspace: people by `users.info`, user groups by `usergroups.users.list`.
 *
 * Invariants: an answer is never older than the question allows, counted from when Slack was asked; of one thing there
 * is at most one question under way, and whoever may not have its answer shares the next one, because Slack answers
 * only twenty questions about groups in a minute; a failure is not kept.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { UsersInfoResponse, WebClient } from '@slack/web-api';
import type { Clock } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import { isTimeZone } from '../../kernel/time-zone.js';
import type { Directory, DirectoryPerson, PersonKind } from '../../ports/directory.js';
import { createFreshCache } from './fresh-cache.js';
import { callError, callFault, isRefused } from './client.js';

export interface DirectoryFacts {
  client: WebClient;
  clock: Clock;
  log: Log;
}

/** A click waits for it. */
const longestRetryAfterMs = 3000;

export function createDirectory({ client, clock, log }: DirectoryFacts): Directory {
  const workspaces = createFreshCache<Workspace>(clock);
  const people = createFreshCache<DirectoryPerson>(clock);
  const groups = createFreshCache<ReadonlySet<string>>(clock);
  const ask = <Answer>(call: () => Promise<Answer>): Promise<Answer> => patiently(call, log);
  const ourWorkspace = () => workspaces.get('', Infinity, () => ask(() => workspaceOf(client)));
  return {
    person: (userId, { maxAgeMs }) =>
      people.get(userId, maxAgeMs, async () => {
        const [ours, { user }] = await Promise.all([
          ourWorkspace(),
          ask(() => client.users.info({ user: userId })),
        ]).catch(explained('Slack did not say who this is.'));
        if (!user) throw nobody(null);
        return personFrom(userId, user, ours);
      }),
    membersOf: (groupId, { maxAgeMs }) =>
      groups.get(groupId, maxAgeMs, () =>
        ask(() => members(client, groupId)).catch(explained('Slack did not say who is in this group.')),
      ),
  };
}

/** Once more after a short `Retry-After`. */
async function patiently<Answer>(call: () => Promise<Answer>, log: Log): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    const fault = callFault(error);
    if (fault.kind !== 'rate_limited' || fault.retryAfterMs > longestRetryAfterMs) throw error;
    log.info({ waitMs: fault.retryAfterMs }, 'the directory waits for Slack');
    await pause(fault.retryAfterMs);
    return call();
  }
}

const strangers = ['user_not_found', 'users_not_found', 'user_not_visible'];
const noGroup = ['no_such_subteam', 'subteam_not_found'];

const nobody = (cause: unknown): OpsError =>
  new OpsError('not_found', 'There is no such person in this workspace.', { cause });

const explained =
  (sentence: string) =>
  (error: unknown): never => {
    const fault = callFault(error);
    if (isRefused(fault, strangers)) throw nobody(error);
    if (isRefused(fault, noGroup)) {
      throw new OpsError('not_found', 'There is no such user group in this workspace.', { cause: error });
    }
    throw callError(error, sentence);
  };

/** Slack shows a disabled group only to those who ask for one, and nobody counts as its member. */
async function members(client: WebClient, usergroup: string): Promise<ReadonlySet<string>> {
  try {
    const { users = [] } = await client.usergroups.users.list({ usergroup });
    return new Set(users);
  } catch (error) {
    if (!isRefused(callFault(error), noGroup)) throw error;
    await client.usergroups.users.list({ usergroup, include_disabled: true });
    return new Set();
  }
}

/** Whose directory this is; people of the same enterprise are not strangers to each other. */
interface Workspace {
  teamId: string;
  enterpriseId: string | null;
}

async function workspaceOf(client: WebClient): Promise<Workspace> {
  const { team_id: teamId = '', enterprise_id: enterpriseId = null } = await client.auth.test();
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
