/**
 * users.* and usergroups.*: people and the groups they are mentioned by.
 */
import { SlackError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { TIERS } from '../rate-limits.js';
import type { UserGroup } from '../store.js';
import type { User } from '../wire.js';
import type { World } from '../world.js';
import { nextCursor, pageOf, userArgument } from './method.js';
import type { Method } from './method.js';

/** Minutes east of UTC now, as Slack tells `tz_offset` in seconds. */
function tzOffsetSec(tz: string, now: Date): number {
  const name = new Intl.DateTimeFormat('en', { timeZone: tz, timeZoneName: 'longOffset' })
    .formatToParts(now)
    .find((part) => part.type === 'timeZoneName')?.value;
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name ?? '');
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60);
}

function userObject(world: World, user: User): JsonObject {
  const { team, bot } = world.store;
  const withEmail = world.manifest.scopes.has('users:read.email') && !user.is_bot;
  return {
    id: user.id,
    team_id: team.id,
    name: user.name,
    real_name: user.real_name,
    deleted: user.deleted,
    color: user.color.slice(1),
    tz: user.tz,
    tz_label: user.tz,
    tz_offset: tzOffsetSec(user.tz, world.clock.now()),
    is_bot: user.is_bot,
    is_app_user: false,
    is_admin: false,
    is_owner: false,
    is_restricted: user.is_restricted,
    is_ultra_restricted: false,
    profile: {
      real_name: user.real_name,
      display_name: user.name,
      title: user.title,
      team: team.id,
      ...(withEmail && { email: user.email }),
      ...(user.is_bot && { bot_id: bot.bot_id, api_app_id: bot.app_id }),
    },
  };
}

const groupObject = (world: World, group: UserGroup, withUsers: boolean): JsonObject => ({
  id: group.id,
  team_id: world.store.team.id,
  is_usergroup: true,
  name: group.name,
  handle: group.handle,
  description: '',
  is_external: false,
  date_delete: group.is_disabled ? 1 : 0,
  user_count: group.users.length,
  ...(withUsers && { users: group.users }),
});

export const PEOPLE: readonly Method[] = [
  {
    name: 'users.info',
    token: 'bot',
    scopes: ['users:read'],
    rate: TIERS.tier4,
    run: (call) => ({ user: userObject(call.world, userArgument(call)) }),
  },
  {
    name: 'users.list',
    token: 'bot',
    scopes: ['users:read'],
    rate: TIERS.tier2,
    run: (call) => {
      const { page, cursor } = pageOf([...call.world.store.users.values()], call);
      return {
        members: page.map((user) => userObject(call.world, user)),
        cache_ts: 0,
        ...nextCursor(cursor),
      };
    },
  },
  {
    name: 'users.lookupByEmail',
    token: 'bot',
    scopes: ['users:read.email'],
    rate: TIERS.tier3,
    run: ({ world, args }) => {
      const email = args.required('email').toLowerCase();
      const user = [...world.store.users.values()].find((each) => each.email === email);
      if (user === undefined) throw new SlackError('users_not_found');
      return { user: userObject(world, user) };
    },
  },
  {
    name: 'usergroups.list',
    token: 'bot',
    scopes: ['usergroups:read'],
    rate: TIERS.tier2,
    run: ({ world, args }) => ({
      usergroups: world.store.groups
        .filter(({ is_disabled }) => !is_disabled || args.flag('include_disabled'))
        .map((group) => groupObject(world, group, args.flag('include_users'))),
    }),
  },
  {
    name: 'usergroups.users.list',
    token: 'bot',
    scopes: ['usergroups:read'],
    rate: TIERS.tier2,
    run: ({ world, args }) => {
      const id = args.required('usergroup');
      const group = world.store.groups.find((each) => each.id === id);
      const isHidden = group?.is_disabled === true && !args.flag('include_disabled');
      if (group === undefined || isHidden) throw new SlackError('no_such_subteam');
      return { users: group.users };
    },
  },
];
