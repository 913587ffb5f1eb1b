/**
 * The state of the workspace: people, channels, messages. Every change goes through here and is told to the stream of
 * changes.
 * Invariant: a message's `ts` is unique in the workspace and grows; messages of a channel are in the order of `ts`, and
 * only its newest are kept.
 * Deliberately absent: who may do what; the Web API methods and the interactions decide that.
 */
import type { Cause, Changes } from './changes.js';
import type { Ids } from './ids.js';
import type { Limits } from './limits.js';
import type { Manifest } from './manifest.js';
import type { Block, Channel, FileRef, Message, MessageMetadata, User } from './wire.js';
import type { SeedChannel, SeedUser, Workspace } from './workspace.js';

export interface Clock {
  now(): Date;
}

export interface NewMessage {
  channel: string;
  user: string;
  text: string;
  blocks?: Block[] | undefined;
  thread_ts?: string | undefined;
  ephemeral_to?: string | undefined;
  files?: FileRef[] | undefined;
  subtype?: string | undefined;
  metadata?: MessageMetadata | undefined;
}

export interface UserGroup {
  id: string;
  handle: string;
  name: string;
  users: string[];
  is_disabled: boolean;
}

type ChannelChange = Partial<
  Pick<Channel, 'name' | 'topic' | 'purpose' | 'members' | 'is_archived' | 'bookmarks'>
>;

/** What stands around a message's text. */
type Surroundings = Pick<Message, 'reactions' | 'attachments' | 'pinned_to' | 'pinned_info'>;

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

/** What was said. */
interface Messages {
  findMessage(channelId: string, ts: string): Message | undefined;
  post(message: NewMessage, cause?: Cause): Message;
  /** Without `blocks` or `metadata` the message keeps its own; an empty list, or null, takes them away. */
  edit(
    message: Message,
    change: { text: string; blocks?: Block[] | undefined; metadata?: MessageMetadata | null | undefined },
    cause?: Cause,
  ): Message;
  remove(message: Message, cause?: Cause): void;
  /** Changes what stands around the text; a member that is undefined goes away. */
  amend(
    message: Message,
    change: { [key in keyof Surroundings]: Surroundings[key] | undefined },
    cause?: Cause,
  ): void;
}

interface StoreDeps {
  workspace: Workspace;
  manifest: Manifest;
  ids: Ids;
  clock: Clock;
  changes: Changes;
  limits: Limits;
}

/** Unique, growing timestamps in Slack's form `seconds.micros`. */
function createTimestamps(clock: Clock): () => string {
  let lastMicros = 0;
  return () => {
    lastMicros = Math.max(clock.now().getTime() * 1000, lastMicros + 1);
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
  };
}

function seedUser(seed: SeedUser, id: string, domain: string): User {
  return {
    id,
    name: seed.name,
    real_name: seed.real_name,
    title: seed.title,
    email: `${seed.name}@${domain}.example`,
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
    (user) => seed.members?.includes(user.name) ?? !(user.is_restricted || user.deleted),
  );
  return [...chosen.map((user) => user.id), ...(seed.bot === false ? [] : [botId])];
}

function emptyChannel(id: string, name: string, members: string[]): Channel {
  return {
    id,
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

function createDirectory({ workspace, manifest, ids }: StoreDeps): Directory & { people: User[] } {
  const team = { id: ids.next('T'), ...workspace.team };
  const bot = { user_id: ids.next('U'), bot_id: ids.next('B'), app_id: ids.next('A') };
  const people = workspace.users.map((seed) => seedUser(seed, ids.next('U'), team.domain));
  const users = new Map([...people, botUser(manifest, bot.user_id)].map((user) => [user.id, user]));
  const groups = workspace.groups.map((group) => ({
    id: ids.next('S'),
    handle: group.handle,
    name: group.name,
    users: people.filter((user) => group.users.includes(user.name)).map((user) => user.id),
    is_disabled: group.disabled ?? false,
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

const TOMBSTONE = 'tombstone';
const tombstone = {
  user: 'USLACKBOT',
  text: 'This message was deleted.',
  subtype: TOMBSTONE,
  hidden: true,
} as const;

function createMessages(
  { clock, changes, limits }: StoreDeps,
  channels: ReadonlyMap<string, Channel>,
  bot: Store['bot'],
): Messages {
  const nextTs = createTimestamps(clock);
  const findMessage = (channelId: string, ts: string) =>
    channels.get(channelId)?.messages.find((message) => message.ts === ts);
  const countReply = (message: Message, by: 1 | -1, cause?: Cause) => {
    if (message.thread_ts === undefined || message.ephemeral_to !== undefined) return;
    const parent = findMessage(message.channel, message.thread_ts);
    if (parent === undefined || parent === message) return;
    parent.reply_count = (parent.reply_count ?? 0) + by;
    parent.thread_ts = parent.ts;
    if (parent.subtype === TOMBSTONE && parent.reply_count === 0) takeAway(parent, cause);
    else changes.emit({ type: 'message_changed', message: parent }, cause);
  };
  const takeAway = (message: Message, cause?: Cause) => {
    const channel = channels.get(message.channel);
    if (channel) channel.messages = channel.messages.filter((other) => other !== message);
    changes.emit({ type: 'message_deleted', channel: message.channel, ts: message.ts }, cause);
  };
  /** The replies to a deleted message stay, below a tombstone in its place. */
  const bury = ({ channel: id, ts, reply_count }: Message, cause?: Cause) => {
    const message = { ...tombstone, channel: id, ts, thread_ts: ts, ...(reply_count && { reply_count }) };
    const channel = channels.get(id);
    if (channel) channel.messages = channel.messages.map((other) => (other.ts === ts ? message : other));
    changes.emit({ type: 'message_changed', message }, { ...cause, isEdit: true });
  };
  return {
    findMessage,
    post(input, cause) {
      const given = Object.entries(input).filter(([, value]) => value !== undefined);
      const author = input.user === bot.user_id ? { bot_id: bot.bot_id } : {};
      const message = { ...Object.fromEntries(given), ...author, ts: nextTs() } as unknown as Message;
      const kept = channels.get(input.channel)?.messages ?? [];
      kept.push(message);
      kept.splice(0, kept.length - limits.messagesKept);
      changes.emit({ type: 'message', message }, cause);
      countReply(message, 1, cause);
      return message;
    },
    edit(message, change, cause) {
      message.text = change.text;
      if (change.blocks !== undefined) message.blocks = change.blocks;
      if (message.blocks?.length === 0) delete message.blocks;
      if (change.metadata === null) delete message.metadata;
      else if (change.metadata !== undefined) message.metadata = change.metadata;
      message.edited = { ts: nextTs() };
      changes.emit({ type: 'message_changed', message }, { ...cause, isEdit: true });
      return message;
    },
    remove(message, cause) {
      if ((message.reply_count ?? 0) > 0) {
        bury(message, cause);
        return;
      }
      takeAway(message, cause);
      countReply(message, -1, cause);
    },
    amend(message, change, cause) {
      Object.assign(message, change);
      changes.emit({ type: 'message_changed', message }, cause);
    },
  };
}

export function createStore(deps: StoreDeps): Store {
  const { workspace, ids, changes } = deps;
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
    return add({ ...emptyChannel(ids.next('D'), name, members), is_private: true, is_im: true });
  };
  const told = (channel: Channel): Channel => {
    const { messages: _messages, ...rest } = channel;
    changes.emit({ type: 'channel', channel: rest });
    return channel;
  };
  for (const { name, topic, purpose, is_private = false, ...seed } of workspace.channels) {
    const members = channelMembers({ name, topic, purpose, ...seed }, people, bot.user_id);
    add({ ...emptyChannel(ids.next('C'), name, members), topic, purpose, is_private });
  }
  for (const person of people.filter(({ deleted }) => !deleted)) openDirectMessage([person.id, bot.user_id]);

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
      told(add({ ...emptyChannel(ids.next('C'), name, members), is_private })),
    changeChannel(channelId, change) {
      const channel = channels.get(channelId);
      if (channel === undefined) throw new Error(`no channel ${channelId}`);
      return told(Object.assign(channel, change));
    },
  };
}
