/**
 * The state of the workspace: people, channels, messages, files. Every change goes through here and is told to the
 * stream of changes.
 * Invariant: a message's `ts` is unique in the workspace and grows; messages of a channel are in the order of `ts`.
 * Deliberately absent: who may do what; the Web API methods and the interactions decide that.
 */
import type { Cause, Changes } from './changes.js';
import type { Ids } from './ids.js';
import type { Manifest } from './manifest.js';
import type { Block, Channel, FileRef, Message, User } from './wire.js';
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
}

export interface UserGroup {
  id: string;
  handle: string;
  name: string;
  users: string[];
}

export interface Store {
  team: { id: string; name: string; domain: string };
  bot: { user_id: string; bot_id: string; app_id: string };
  users: ReadonlyMap<string, User>;
  channels: ReadonlyMap<string, Channel>;
  groups: readonly UserGroup[];
  /** By id, name or `@name`. */
  findUser(reference: string): User | undefined;
  /** By id, name or `#name`; never a direct message. */
  findChannel(reference: string): Channel | undefined;
  /** The direct message between these people; made when it is not there yet. */
  directMessage(userIds: readonly string[]): Channel;
  findMessage(channelId: string, ts: string): Message | undefined;
  createChannel(input: { name: string; is_private: boolean; members: string[] }): Channel;
  changeChannel(channelId: string, change: Partial<Pick<Channel, 'topic' | 'members'>>): Channel;
  post(message: NewMessage, cause?: Cause): Message;
  edit(message: Message, change: { text?: string; blocks?: Block[] | undefined }, cause?: Cause): Message;
  remove(message: Message, cause?: Cause): void;
  react(message: Message, name: string, user: string): void;
}

interface StoreDeps {
  workspace: Workspace;
  manifest: Manifest;
  ids: Ids;
  clock: Clock;
  changes: Changes;
}

/** Unique, growing timestamps in Slack's form `seconds.micros`. */
export function createTimestamps(clock: Clock): () => string {
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
    deleted: false,
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
  const chosen = people.filter((user) => seed.members?.includes(user.name) ?? !user.is_restricted);
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

export function createStore({ workspace, manifest, ids, clock, changes }: StoreDeps): Store {
  const team = { id: ids.next('T'), ...workspace.team };
  const bot = { user_id: ids.next('U'), bot_id: ids.next('B'), app_id: ids.next('A') };
  const people = workspace.users.map((seed) => seedUser(seed, ids.next('U'), team.domain));
  const users = new Map([...people, botUser(manifest, bot.user_id)].map((user) => [user.id, user]));
  const channels = new Map<string, Channel>();
  const nextTs = createTimestamps(clock);

  const seedChannel = (seed: SeedChannel): Channel => ({
    ...emptyChannel(ids.next('C'), seed.name, channelMembers(seed, people, bot.user_id)),
    is_private: seed.is_private ?? false,
    topic: seed.topic,
    purpose: seed.purpose,
  });
  const openDirectMessage = (members: string[]): Channel => {
    const other = members.find((id) => id !== bot.user_id) ?? bot.user_id;
    const name = `dm-${users.get(other)?.name ?? other}`;
    const channel = { ...emptyChannel(ids.next('D'), name, members), is_private: true, is_im: true };
    channels.set(channel.id, channel);
    return channel;
  };
  const told = (channel: Channel): Channel => {
    const { messages: _messages, ...rest } = channel;
    changes.emit({ type: 'channel', channel: rest });
    return channel;
  };
  const parentOf = (message: Message): Message | undefined =>
    message.thread_ts === undefined || message.thread_ts === message.ts
      ? undefined
      : channels.get(message.channel)?.messages.find((other) => other.ts === message.thread_ts);
  const countReply = (message: Message, by: 1 | -1, cause?: Cause) => {
    const parent = message.ephemeral_to === undefined ? parentOf(message) : undefined;
    if (parent === undefined) return;
    parent.reply_count = (parent.reply_count ?? 0) + by;
    parent.thread_ts = parent.ts;
    changes.emit({ type: 'message_changed', message: parent }, cause);
  };

  for (const seed of workspace.channels) {
    const channel = seedChannel(seed);
    channels.set(channel.id, channel);
  }
  for (const person of people) openDirectMessage([person.id, bot.user_id]);
  const groups = workspace.groups.map((group) => ({
    id: ids.next('S'),
    handle: group.handle,
    name: group.name,
    users: people.filter((user) => group.users.includes(user.name)).map((user) => user.id),
  }));

  return {
    team,
    bot,
    users,
    channels,
    groups,
    findUser: (reference) =>
      users.get(reference) ??
      [...users.values()].find((user) => user.name === reference.replace(/^@/, '').toLowerCase()),
    findChannel: (reference) =>
      channels.get(reference) ??
      [...channels.values()].find(
        (channel) => !channel.is_im && channel.name === reference.replace(/^#/, ''),
      ),
    directMessage: (userIds) =>
      [...channels.values()].find(
        (channel) =>
          channel.is_im &&
          channel.members.length === userIds.length &&
          userIds.every((id) => channel.members.includes(id)),
      ) ?? told(openDirectMessage([...userIds])),
    findMessage: (channelId, ts) => channels.get(channelId)?.messages.find((message) => message.ts === ts),
    createChannel({ name, is_private, members }) {
      const channel = { ...emptyChannel(ids.next('C'), name, members), is_private };
      channels.set(channel.id, channel);
      return told(channel);
    },
    changeChannel(channelId, change) {
      const channel = channels.get(channelId);
      if (channel === undefined) throw new Error(`no channel ${channelId}`);
      return told(Object.assign(channel, change));
    },
    post(input, cause) {
      const message: Message = {
        ts: nextTs(),
        channel: input.channel,
        user: input.user,
        text: input.text,
        ...(input.user === bot.user_id && { bot_id: bot.bot_id }),
        ...(input.blocks && { blocks: input.blocks }),
        ...(input.thread_ts !== undefined && { thread_ts: input.thread_ts }),
        ...(input.ephemeral_to !== undefined && { ephemeral_to: input.ephemeral_to }),
        ...(input.files && { files: input.files }),
        ...(input.subtype !== undefined && { subtype: input.subtype }),
      };
      channels.get(input.channel)?.messages.push(message);
      changes.emit({ type: 'message', message }, cause);
      countReply(message, 1, cause);
      return message;
    },
    edit(message, change, cause) {
      if (change.text !== undefined) message.text = change.text;
      if (change.blocks !== undefined) message.blocks = change.blocks;
      else if (change.text !== undefined) delete message.blocks;
      message.edited = { ts: nextTs() };
      changes.emit({ type: 'message_changed', message }, cause);
      return message;
    },
    remove(message, cause) {
      const channel = channels.get(message.channel);
      if (channel) channel.messages = channel.messages.filter((other) => other !== message);
      changes.emit({ type: 'message_deleted', channel: message.channel, ts: message.ts }, cause);
      countReply(message, -1, cause);
    },
    react(message, name, user) {
      message.reactions ??= [];
      const reaction = message.reactions.find((other) => other.name === name);
      if (reaction) reaction.users.push(user);
      else message.reactions.push({ name, users: [user] });
      changes.emit({ type: 'message_changed', message });
    },
  };
}
