/**
 * Events API: what the app hears of without asking, for the events that its manifest subscribes to and has
 * the scopes for.
 * Invariant: the app hears only of channels that it is a member of, and of nothing that is ephemeral.
 */
import { kindOf } from './channels.js';
import type { Ack } from './delivery.js';
import type { JsonObject } from './json.js';
import { messagePayload, eventPayload, permalinkOf, viewPayload } from './payloads.js';
import { pinnedIn } from './pins.js';
import type { Touch } from './touch.js';
import { linksIn, unfurlId } from './unfurls.js';
import { groupObject, userObject } from './people-objects.js';
import type { UserGroup } from './store.js';
import type { Channel, Message, User } from './wire.js';
import type { World } from './world.js';

export interface Events {
  /** A message of a person or of the app. Resolves with the first acknowledgement; undefined when no app is subscribed. */
  message(message: Message): Promise<Ack | undefined>;
  messageChanged(message: Message, previous: Message | undefined): void;
  messageDeleted(deleted: Message): void;
  touched(message: Message, touch: Touch): void;
  memberJoined(channel: Channel, user: string, inviter?: string): void;
  homeOpened(user: string): Promise<Ack | undefined>;
  /** `before`: who was in the group; null when its people did not change. */
  groupChanged(group: UserGroup, before: readonly string[] | null): void;
  userChanged(user: User): void;
}

const subscriptionOf = {
  im: 'message.im',
  mpim: 'message.mpim',
  group: 'message.groups',
  channel: 'message.channels',
} as const;

/** What the app must have been granted to be told; Slack installs no app that subscribes without it. */
const scopes: Readonly<Record<string, readonly string[]>> = {
  'message.im': ['im:history'],
  'message.mpim': ['mpim:history'],
  'message.groups': ['groups:history'],
  'message.channels': ['channels:history'],
  app_mention: ['app_mentions:read'],
  link_shared: ['links:read'],
  member_joined_channel: ['channels:read', 'groups:read'],
  reaction_added: ['reactions:read'],
  reaction_removed: ['reactions:read'],
  pin_added: ['pins:read'],
  pin_removed: ['pins:read'],
  subteam_members_changed: ['usergroups:read'],
  subteam_updated: ['usergroups:read'],
  user_change: ['users:read'],
};

const isGranted = ({ manifest }: World, subscription: string): boolean =>
  scopes[subscription]?.some((scope) => manifest.scopes.has(scope)) ?? true;

type Send = (subscription: string, event: JsonObject) => Promise<Ack> | undefined;

/** The channel, when the app is a member of it. */
function memberChannel({ store }: World, channelId: string): Channel | undefined {
  const channel = store.channels.get(channelId);
  return channel?.members.includes(store.bot.user_id) === true ? channel : undefined;
}

/** Told wherever people write, also where the app is no member: it may unfurl there. */
function sendLinks(world: World, send: Send, message: Message): Promise<Ack> | undefined {
  const { bot } = world.store;
  const links = linksIn(message.text, world.manifest.unfurlDomains);
  if (links.length === 0 || message.user === bot.user_id || message.ephemeral_to !== undefined)
    return undefined;
  return send('link_shared', {
    type: 'link_shared',
    user: message.user,
    channel: message.channel,
    message_ts: message.ts,
    ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
    links,
    source: 'conversations_history',
    unfurl_id: unfurlId(world.ids, message),
    is_bot_user_member: memberChannel(world, message.channel) !== undefined,
    event_ts: message.ts,
  });
}

async function sendMessage(world: World, send: Send, message: Message): Promise<Ack | undefined> {
  const { bot } = world.store;
  const channel = memberChannel(world, message.channel);
  const shared = sendLinks(world, send, message);
  if (channel === undefined || message.ephemeral_to !== undefined) return shared;
  const type = kindOf(channel);
  const event = { ...messagePayload(world, message), channel: channel.id, event_ts: message.ts };
  const isMention =
    !channel.is_im && message.user !== bot.user_id && message.text.includes(`<@${bot.user_id}`);
  const mention = isMention ? send('app_mention', { ...event, type: 'app_mention' }) : undefined;
  const told = send(subscriptionOf[type], { ...event, channel_type: type });
  const acks = await Promise.all([told, mention, shared]);
  return acks.find((ack) => ack !== undefined);
}

/** A `message` event with a subtype, about something that was said before. */
function sendHidden(world: World, send: Send, channelId: string, event: JsonObject): void {
  const channel = memberChannel(world, channelId);
  if (channel === undefined) return;
  const type = kindOf(channel);
  void send(subscriptionOf[type], {
    type: 'message',
    channel: channelId,
    channel_type: type,
    hidden: true,
    ...event,
  });
}

/** Members of an event about a reaction or a pin, besides type, person and time. */
function touchedItem(world: World, message: Message, touch: Touch): JsonObject {
  if ('reaction' in touch) {
    const item = { type: 'message', channel: message.channel, ts: message.ts };
    return { reaction: touch.reaction, item_user: message.user, item };
  }
  const { pinned } = touch;
  const channel = world.store.channels.get(message.channel);
  const pins = channel === undefined ? [] : pinnedIn(channel);
  return {
    channel_id: message.channel,
    item: {
      type: 'message',
      channel: message.channel,
      created: pinned.pinned_ts,
      created_by: pinned.pinned_by,
      message: { ...messagePayload(world, message), permalink: permalinkOf(world, message) },
    },
    item_user: message.user,
    pin_count: String(pins.length),
    pinned_info: { ...pinned },
    ...(touch.type === 'pin_removed' && { has_pins: pins.length > 0 }),
  };
}

function membersChanged(world: World, { id, users }: UserGroup, before: readonly string[]): JsonObject {
  const added = users.filter((user) => !before.includes(user));
  const removed = before.filter((user) => !users.includes(user));
  const seconds = Math.floor(world.clock.now().getTime() / 1000);
  return {
    type: 'subteam_members_changed',
    subteam_id: id,
    team_id: world.store.team.id,
    date_previous_update: seconds,
    date_update: seconds,
    added_users: added,
    added_users_count: String(added.length),
    removed_users: removed,
    removed_users_count: String(removed.length),
  };
}

export function createEvents(world: World): Events {
  const { store, manifest, delivery } = world;
  const send: Send = (subscription, event) => {
    const isWanted = manifest.events.has(subscription) && isGranted(world, subscription);
    return isWanted && delivery.connection() !== 'none'
      ? delivery.deliverEvent(eventPayload(world, event))
      : undefined;
  };
  const nowTs = () => (world.clock.now().getTime() / 1000).toFixed(6);

  return {
    message: (message) => sendMessage(world, send, message),
    messageChanged(message, previous) {
      if (message.ephemeral_to !== undefined) return;
      const ts = message.edited?.ts ?? nowTs();
      sendHidden(world, send, message.channel, {
        subtype: 'message_changed',
        message: messagePayload(world, message),
        ...(previous && { previous_message: messagePayload(world, previous) }),
        ts,
        event_ts: ts,
      });
    },
    messageDeleted(deleted) {
      if (deleted.ephemeral_to !== undefined) return;
      const ts = nowTs();
      sendHidden(world, send, deleted.channel, {
        subtype: 'message_deleted',
        deleted_ts: deleted.ts,
        previous_message: messagePayload(world, deleted),
        ts,
        event_ts: ts,
      });
    },
    touched(message, touch) {
      if (memberChannel(world, message.channel) === undefined) return;
      const { type, user } = touch;
      void send(type, { type, user, ...touchedItem(world, message, touch), event_ts: nowTs() });
    },
    memberJoined(channel, user, inviter) {
      if (memberChannel(world, channel.id) === undefined) return;
      const by = inviter === undefined ? {} : { inviter };
      const event = { user, channel: channel.id, channel_type: channel.is_private ? 'G' : 'C', ...by };
      void send('member_joined_channel', {
        type: 'member_joined_channel',
        ...event,
        team: store.team.id,
        event_ts: nowTs(),
      });
    },
    groupChanged(group, before) {
      if (before) void send('subteam_members_changed', membersChanged(world, group, before));
      const subteam = groupObject(world, group, { withUsers: true, withCount: true });
      void send('subteam_updated', { type: 'subteam_updated', subteam, event_ts: nowTs() });
    },
    userChanged(user) {
      void send('user_change', { type: 'user_change', user: userObject(world, user), event_ts: nowTs() });
    },
    async homeOpened(user) {
      const home = world.views.homes()[user];
      return send('app_home_opened', {
        type: 'app_home_opened',
        user,
        channel: store.directMessage([user, store.bot.user_id]).id,
        tab: 'home',
        ...(home && { view: viewPayload(world, home) }),
        event_ts: nowTs(),
      });
    },
  };
}
