/**
 * People and user groups as Slack describes them in answers and in events.
 */
import type { JsonObject } from './json.js';
import type { UserGroup } from './store.js';
import type { User } from './wire.js';
import type { World } from './world.js';

/** The workspace that people of another company belong to. */
const otherTeamId = 'T0OTHERCO';

/** Minutes east of UTC now, as Slack tells `tz_offset` in seconds. */
function tzOffsetSec(tz: string, now: Date): number {
  const name = new Intl.DateTimeFormat('en', { timeZone: tz, timeZoneName: 'longOffset' })
    .formatToParts(now)
    .find((part) => part.type === 'timeZoneName')?.value;
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name ?? '');
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60);
}

export function userObject(world: World, user: User): JsonObject {
  const { team, bot } = world.store;
  const isStranger = user.is_stranger === true;
  const teamId = isStranger ? otherTeamId : team.id;
  const withEmail = world.manifest.scopes.has('users:read.email') && !user.is_bot;
  return {
    id: user.id,
    team_id: teamId,
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
    ...(isStranger && { is_stranger: true }),
    profile: {
      real_name: user.real_name,
      display_name: user.name,
      title: user.title,
      team: teamId,
      ...(withEmail && { email: user.email }),
      ...(user.is_bot && { bot_id: bot.bot_id, api_app_id: bot.app_id }),
    },
  };
}

export const groupObject = (
  world: World,
  group: UserGroup,
  { withUsers, withCount }: { withUsers: boolean; withCount: boolean },
): JsonObject => ({
  id: group.id,
  team_id: world.store.team.id,
  is_usergroup: true,
  name: group.name,
  handle: group.handle,
  description: '',
  is_external: false,
  date_delete: group.is_disabled ? 1 : 0,
  ...(withCount && { user_count: group.users.length }),
  ...(withUsers && { users: group.users }),
});
