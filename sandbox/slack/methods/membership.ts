/**
 * conversations.{invite, join}: who comes into a channel.
 * Source: docs.slack.dev/reference/methods/conversations.invite: one person who cannot come keeps out all of them,
 * unless `force` is set; only those who left the company are passed over without that.
 */
import { channelObject } from '../channel-object.js';
import { invalidArguments, SlackError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { tiers } from '../rate-limits.js';
import type { Channel } from '../wire.js';
import type { World } from '../world.js';
import { channelArgument, needActive, needMembership } from './method.js';
import type { Call, Method } from './method.js';

function join(
  { world, events }: Call,
  channel: Channel,
  users: readonly string[],
  inviter?: string,
): Channel {
  if (users.length === 0) return channel;
  const changed = world.store.changeChannel(channel.id, { members: [...channel.members, ...users] });
  for (const id of users) events.memberJoined(changed, id, inviter);
  return changed;
}

const invitedMax = 1_000;

/** Why this person cannot be invited here, or null. */
function refusalOf({ store }: World, channel: Channel, id: string): string | null {
  const user = store.users.get(id);
  if (id === store.bot.user_id) return 'cant_invite_self';
  if (user === undefined) return 'user_not_found';
  if (channel.members.includes(id)) return 'already_in_channel';
  if (user.deleted) return 'cant_invite';
  const isForeign = user.team_id !== undefined && channel.shared_with?.includes(user.team_id) !== true;
  return isForeign ? 'no_external_invite_permission' : null;
}

function invite(call: Call): JsonObject {
  const { world, args } = call;
  const channel = channelArgument(call);
  needMembership(world, channel);
  needActive(channel);
  const users = [...new Set(args.list('users'))];
  if (users.length === 0) throw new SlackError('no_user');
  if (users.length > invitedMax) throw invalidArguments('no more than 1000 items allowed');
  const refusals = users.map((user) => ({ user, error: refusalOf(world, channel, user) }));
  const welcome = refusals.flatMap(({ user, error }) => (error === null ? user : []));
  const errors = refusals.flatMap(({ user, error }) => (error === null ? [] : { user, ok: false, error }));
  const [first] = errors;
  const isFatal = errors.some(({ user }) => world.store.users.get(user)?.deleted !== true);
  const comes = args.flag('force') || !isFatal ? welcome : [];
  const changed = join(call, channel, comes, world.store.bot.user_id);
  if (first && (!args.flag('force') || welcome.length === 0)) throw new SlackError(first.error, { errors });
  return { channel: channelObject(world, changed), ...(first && { errors }) };
}

/** A member of the channel gets a warning. */
function joinAlone(call: Call): JsonObject {
  const { world } = call;
  const channel = channelArgument(call);
  if (channel.is_private) throw new SlackError('method_not_supported_for_channel_type');
  needActive(channel);
  const { user_id: botId } = world.store.bot;
  if (!channel.members.includes(botId))
    return { channel: channelObject(world, join(call, channel, [botId])) };
  const warning = 'already_in_channel';
  return { channel: channelObject(world, channel), warning, response_metadata: { warnings: [warning] } };
}

export const membership: readonly Method[] = [
  {
    name: 'conversations.invite',
    token: 'bot',
    scopes: ['channels:manage', 'channels:write.invites', 'groups:write', 'groups:write.invites'],
    rate: tiers.tier3,
    run: invite,
  },
  { name: 'conversations.join', token: 'bot', scopes: ['channels:join'], rate: tiers.tier3, run: joinAlone },
];
