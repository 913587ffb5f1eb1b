/**
 * The state of the workspace: people, channels, and with them the messages. Every change goes through here and is announced
 * to the stream of changes.
 * Deliberately absent: who may do what; the Web API methods and the interactions decide that.
 */
import type { Clock } from './clock.js';
import type { Changes } from './changes.js';
import type { Ids } from './ids.js';
import type { Limits } from './limits.js';
import type { Manifest } from './manifest.js';
import { createMessages } from './messages.js';
import type { Messages } from './messages.js';
import type { Channel, User } from './wire.js';
import type { SeedChannel, SeedUser, Workspace } from './workspace.js';

export type { Clock } from './clock.js';

export interface UserGroup {
  id: string;
  handle: string;
  name: string;
  users: string[];
  is_disabled: boolean;
  /** Seconds. */
  created: number;
  updated: number;
  /** An administrator. */
  created_by: string;
}

type ChannelChange = Partial<
  Pick<
    Channel,
    | 'name'
    | 'previous_names'
    | 'topic'
    | 'topic_set'
    | 'purpose'
    | 'purpose_set'
    | 'members'
    | 'is_archived'
    | 'bookmarks'
  >
>;

export interface Store extends Directory, Messages {
  channels: ReadonlyMap<string, Channel>;
  /** By id, name or `#name`; never a direct message by name. */
  findChannel(reference: string): Channel | undefined;
  /** The direct message between these people; made when it is not there yet. */
  directMessage(userIds: readonly string[]): Channel;
  createChannel(input: { name: string; is_private: boolean; members: string[] }): Channel;
  changeChannel(channelId: string, change: ChannelChange): Channel;
}

/** Who is in the workspace. */
interface Directory {
  team: { id: string; name: string; domain: string };
  bot: { user_id: string; bot_id: string; app_id: string };
  users: ReadonlyMap<string, User>;
  groups: readonly UserGroup[];
  /** By id, name or `@name`. */
  findUser(reference: string): User | undefined;
  /** By id, handle or `@handle`. */
  findGroup(reference: string): UserGroup | undefined;
}

interface StoreDeps {
  workspace: Workspace;
  manifest: Manifest;
  ids: Ids;
  clock: Clock;
  changes: Changes;
  limits: Limits;
}

function seedUser(seed: SeedUser, id: string, domain: string, teams: ReadonlyMap<string, string>): User {
  const teamId = seed.company === undefined ? undefined : teams.get(seed.company);
  return {
    id,
    ...(teamId !== undefined && { team_id: teamId }),
    name: seed.name,
    real_name: seed.real_name,
    title: seed.title,
    email: `${seed.name}@${seed.company ?? domain}.example`,
    tz: seed.tz,
    is_bot: false,
    is_restricted: seed.is_restricted ?? false,
    deleted: seed.deleted ?? false,
    color: seed.color,
  };
}

function botUser(manifest: Manifest, id: string): User {
  const name = manifest.botName.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  return {
    id,
    name,
    real_name: manifest.displayName,
    title: 'App',
    email: '',
    tz: 'UTC',
    is_bot: true,
    is_restricted: false,
    deleted: false,
    color: '#334155',
  };
}

function channelMembers(seed: SeedChannel, people: readonly User[], botId: string): string[] {
  const chosen = people.filter(
    (user) => seed.members?.includes(user.name) ?? !(user.is_restricted || user.deleted || user.team_id),
  );
  return [...chosen.map((user) => user.id), ...(seed.bot === false ? [] : [botId])];
}

function emptyChannel(id: string, name: string, members: string[], now: Date): Channel {
  const created = Math.floor(now.getTime() / 1000);
  return {
    id,
    created,
    updated: now.getTime(),
    name,
    is_private: false,
    is_im: false,
    is_archived: false,
    topic: '',
    purpose: '',
    members,
    messages: [],
  };
}

function createDirectory({ workspace, manifest, ids, clock }: StoreDeps): Directory & { people: User[] } {
  const team = { id: ids.next('T'), ...workspace.team };
  const bot = { user_id: ids.next('U'), bot_id: ids.next('B'), app_id: ids.next('A') };
  const companies = new Set(workspace.users.flatMap(({ company }) => company ?? []));
  const teams = new Map([...companies].map((company) => [company, ids.next('T')]));
  const people = workspace.users.map((seed) => seedUser(seed, ids.next('U'), team.domain, teams));
  const users = new Map([...people, botUser(manifest, bot.user_id)].map((user) => [user.id, user]));
  const created = Math.floor(clock.now().getTime() / 1000);
  const groups = workspace.groups.map((group) => ({
    id: ids.next('S'),
    handle: group.handle,
    name: group.name,
    users: people.filter((user) => group.users.includes(user.name)).map((user) => user.id),
    is_disabled: group.disabled ?? false,
    created,
    updated: created,
    created_by: people[0]?.id ?? bot.user_id,
  }));
  const findUser = (reference: string) => {
    const name = reference.replace(/^@/, '').toLowerCase();
    return users.get(reference) ?? [...users.values()].find((user) => user.name === name);
  };
  const findGroup = (reference: string) => {
    const handle = reference.replace(/^@/, '').toLowerCase();
    return groups.find((group) => group.id === reference || group.handle === handle);
  };
  return { team, bot, people, users, groups, findUser, findGroup };
}

export function createStore(deps: StoreDeps): Store {
  const { workspace, ids, changes, clock } = deps;
  const { people, ...directory } = createDirectory(deps);
  const { bot, users } = directory;
  const channels = new Map<string, Channel>();

  const add = (channel: Channel): Channel => {
    channels.set(channel.id, channel);
    return channel;
  };
  const openDirectMessage = (members: string[]): Channel => {
    const other = members.find((id) => id !== bot.user_id) ?? bot.user_id;
    const name = `dm-${users.get(other)?.name ?? other}`;
    return add({ ...emptyChannel(ids.next('D'), name, members, clock.now()), is_private: true, is_im: true });
  };
  const told = (channel: Channel): Channel => {
    const { messages: _messages, ...rest } = channel;
    changes.emit({ type: 'channel', channel: rest });
    return channel;
  };
  for (const { name, topic, purpose, is_private = false, ...seed } of workspace.channels) {
    const members = channelMembers({ name, topic, purpose, ...seed }, people, bot.user_id);
    const empty = emptyChannel(ids.next('C'), name, members, clock.now());
    const { created: last_set = 0 } = empty;
    const creator = people[0]?.id ?? bot.user_id;
    const said = { topic, topic_set: { creator, last_set }, purpose, purpose_set: { creator, last_set } };
    add({ ...empty, ...said, creator, is_private });
  }
  const isHere = ({ deleted, team_id }: User) => !deleted && team_id === undefined;
  for (const person of people.filter(isHere)) openDirectMessage([person.id, bot.user_id]);
  const sharedWith = ({ members }: Channel) => [
    ...new Set(members.flatMap((id) => users.get(id)?.team_id ?? [])),
  ];
  for (const channel of channels.values()) {
    const teams = channel.is_im ? [] : sharedWith(channel);
    if (teams.length > 0) channel.shared_with = teams;
  }

  return {
    ...directory,
    ...createMessages(deps, channels, bot),
    channels,
    findChannel: (reference) => {
      const name = reference.replace(/^#/, '');
      return (
        channels.get(reference) ?? [...channels.values()].find((each) => !each.is_im && each.name === name)
      );
    },
    directMessage: (userIds) => {
      const isBetween = (channel: Channel) =>
        channel.members.length === userIds.length && userIds.every((id) => channel.members.includes(id));
      const existing = [...channels.values()].find((channel) => channel.is_im && isBetween(channel));
      return existing ?? told(openDirectMessage([...userIds]));
    },
    createChannel: ({ name, is_private, members }) =>
      told(
        add({ ...emptyChannel(ids.next('C'), name, members, clock.now()), creator: bot.user_id, is_private }),
      ),
    changeChannel(channelId, change) {
      const channel = channels.get(channelId);
      if (channel === undefined) throw new Error(`no channel ${channelId}`);
      return told(Object.assign(channel, change, { updated: clock.now().getTime() }));
    },
  };
}
