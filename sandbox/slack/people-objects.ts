/**
 * People and user groups as Slack describes them in answers and in events.
 */
import type { JsonObject } from './json.js';
import { teamIdOf } from './payloads.js';
import { pictures } from './pictures.js';
import type { UserGroup } from './store.js';
import type { User } from './wire.js';
import type { World } from './world.js';

/** Slack's own robot, which every workspace has; not a member that the page or the groups know. */
export const slackbot: User = {
  id: 'USLACKBOT',
  name: 'slackbot',
  real_name: 'Slackbot',
  title: '',
  email: '',
  tz: 'America/Los_Angeles',
  is_bot: false,
  is_restricted: false,
  deleted: false,
  color: '#757575',
};

/** The name of the zone at this time of the year, for instance "Central European Standard Time". */
const tzLabel = (tz: string, now: Date): string =>
  new Intl.DateTimeFormat('en', { timeZone: tz, timeZoneName: 'long' })
    .formatToParts(now)
    .find((part) => part.type === 'timeZoneName')?.value ?? tz;

const imageSizes = [24, 32, 48, 72, 192, 512];

/** Minutes east of UTC now, as Slack tells `tz_offset` in seconds. */
function tzOffsetSec(tz: string, now: Date): number {
  const name = new Intl.DateTimeFormat('en', { timeZone: tz, timeZoneName: 'longOffset' })
    .formatToParts(now)
    .find((part) => part.type === 'timeZoneName')?.value;
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name ?? '');
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60);
}

/** Of another company. */
const isOfOthers = ({ team_id, is_stranger }: User): boolean => team_id !== undefined || is_stranger === true;

/** Of a person who left, little more than the name is given. */
export function userObject(world: World, user: User): JsonObject {
  return {
    id: user.id,
    team_id: teamIdOf(world, user),
    name: user.name,
    deleted: user.deleted,
    is_bot: user.is_bot,
    is_app_user: false,
    updated: 0,
    profile: profileOf(world, user),
    ...(!user.deleted && activeFields(world, user)),
    ...(isOfOthers(user) && { is_stranger: user.is_stranger ?? !isMet(world, user) }),
  };
}

function activeFields(world: World, user: User): JsonObject {
  const now = world.clock.now();
  return {
    real_name: user.real_name,
    color: user.color.slice(1),
    tz: user.tz,
    tz_label: tzLabel(user.tz, now),
    tz_offset: tzOffsetSec(user.tz, now),
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.is_restricted,
    is_ultra_restricted: false,
    is_email_confirmed: !user.is_bot,
    who_can_share_contact_card: 'EVERYONE',
  };
}

/** The address of another company's people is not told. */
function profileOf(world: World, user: User): JsonObject {
  const { bot } = world.store;
  const withEmail =
    world.manifest.scopes.has('users:read.email') && user.email !== '' && user.team_id === undefined;
  const [first = '', ...others] = user.real_name.split(' ');
  return {
    real_name: user.real_name,
    real_name_normalized: user.real_name,
    display_name: user.name,
    display_name_normalized: user.name,
    first_name: first,
    last_name: others.join(' '),
    title: user.title,
    phone: '',
    skype: '',
    status_text: '',
    status_emoji: '',
    status_expiration: 0,
    avatar_hash: '',
    team: teamIdOf(world, user),
    ...pictures(world, user.id, imageSizes),
    ...(withEmail && { email: user.email }),
    ...(user.is_bot && { bot_id: bot.bot_id, api_app_id: bot.app_id }),
  };
}

/** Whether the app shares a channel with this person of another company. */
const isMet = ({ store }: World, { id }: User): boolean =>
  [...store.channels.values()].some(
    ({ members }) => members.includes(id) && members.includes(store.bot.user_id),
  );

export const groupObject = (
  world: World,
  group: UserGroup,
  { withUsers, withCount }: { withUsers: boolean; withCount: boolean },
): JsonObject => ({
  id: group.id,
  team_id: world.store.team.id,
  is_usergroup: true,
  is_subteam: true,
  name: group.name,
  handle: group.handle,
  description: '',
  is_external: false,
  date_create: group.created,
  date_update: group.updated,
  date_delete: group.is_disabled ? group.updated : 0,
  auto_type: null,
  auto_provision: false,
  enterprise_subteam_id: '',
  created_by: group.created_by,
  updated_by: group.created_by,
  deleted_by: group.is_disabled ? group.created_by : null,
  prefs: { channels: [], groups: [] },
  ...(withCount && { user_count: group.users.length, channel_count: 0 }),
  ...(withUsers && { users: group.users }),
});
