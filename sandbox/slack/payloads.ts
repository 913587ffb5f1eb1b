/**
 * The payloads that Slack delivers, built from the state: commands, block actions, views and events.
 * Shapes are those of docs.slack.dev/reference/interaction-payloads and /apis/events-api.
 */
import { payloadName } from './channels.js';
import type { JsonObject } from './json.js';
import { botIcons } from './pictures.js';
import { asObject, textOf, toJson } from './json.js';
import type { Attachment, Channel, Message, OpenView, User } from './wire.js';
import type { World } from './world.js';

/** The company that a person belongs to. */
export const teamIdOf = ({ store }: World, user: User | undefined): string => user?.team_id ?? store.team.id;

function common(world: World, user: User): JsonObject {
  const { team, bot } = world.store;
  return {
    token: world.credentials.verificationToken,
    api_app_id: bot.app_id,
    team: { id: team.id, domain: team.domain },
    user: { id: user.id, username: user.name, name: user.name, team_id: teamIdOf(world, user) },
    is_enterprise_install: false,
    enterprise: null,
  };
}

interface CommandParts {
  user: User;
  channel: Channel;
  command: string;
  text: string;
  triggerId: string;
  responseUrl: string;
}

export function commandPayload(world: World, parts: CommandParts): JsonObject {
  const { team, bot } = world.store;
  return {
    token: world.credentials.verificationToken,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: parts.channel.id,
    channel_name: payloadName(parts.channel),
    user_id: parts.user.id,
    user_name: parts.user.name,
    command: parts.command,
    text: parts.text,
    api_app_id: bot.app_id,
    is_enterprise_install: 'false',
    response_url: parts.responseUrl,
    trigger_id: parts.triggerId,
  };
}

/** A view with its state, as it is in payloads and in the answers of views.*. */
export function viewPayload(world: World, open: OpenView, values: JsonObject = {}): JsonObject {
  const { team, bot } = world.store;
  return {
    private_metadata: '',
    callback_id: '',
    external_id: '',
    title: null,
    submit: null,
    close: null,
    clear_on_close: false,
    notify_on_close: false,
    ...toJson(open.view),
    id: open.id,
    team_id: team.id,
    state: { values },
    hash: open.hash,
    root_view_id: open.root_view_id,
    previous_view_id: open.previous_view_id,
    app_id: bot.app_id,
    app_installed_team_id: team.id,
    bot_id: bot.bot_id,
  };
}

/** A message as the Web API and the events show it; what is private to the page, and metadata, stay out. */
export function messagePayload(world: World, message: Message): JsonObject {
  const {
    channel: _channel,
    ephemeral_to: _to,
    metadata: _metadata,
    edited,
    bot_id: botId,
    ...rest
  } = message;
  const { reactions, files, ts, thread_ts } = message;
  return toJson({
    type: 'message',
    ...rest,
    ...(reactions && { reactions: reactions.map((each) => ({ ...each, count: each.users.length })) }),
    ...(files && { files: files.map((ref) => world.files.describe(ref)) }),
    ...(thread_ts === ts && threadFields(message)),
    ...(message.subtype === 'thread_broadcast' && { root: rootOf(world, message) }),
    ...teamFields(world, message),
    ...(botId !== undefined && {
      bot_id: botId,
      app_id: world.store.bot.app_id,
      bot_profile: botProfile(world),
    }),
    ...(edited && { edited: { user: message.user, ts: edited.ts } }),
  });
}

/** So many of those who replied are named; all are counted. */
const replyUsersNamed = 5;

const threadFields = ({ reply_count = 0, reply_users = [] }: Message) => ({
  reply_count,
  reply_users_count: reply_users.length,
  reply_users: reply_users.slice(0, replyUsersNamed),
  is_locked: false,
  subscribed: false,
});

function rootOf(world: World, { channel, thread_ts = '' }: Message): JsonObject | null {
  const root = world.store.findMessage(channel, thread_ts);
  return root ? messagePayload(world, root) : null;
}

/** What comes from another company says so. */
function teamFields(world: World, { user }: Message) {
  const own = world.store.team.id;
  const team = teamIdOf(world, world.store.users.get(user));
  return team === own ? { team } : { team, user_team: team, source_team: team };
}

const botProfile = (world: World, { store: { team, bot }, manifest } = world): JsonObject => ({
  id: bot.bot_id,
  app_id: bot.app_id,
  user_id: bot.user_id,
  name: manifest.displayName,
  icons: botIcons(world),
  deleted: false,
  updated: 0,
  team_id: team.id,
});

/** Where the message can be opened; this page does, as Slack would. */
export function permalinkOf(world: World, { channel, ts, thread_ts }: Message): string {
  const thread = thread_ts === undefined ? '' : `?thread_ts=${thread_ts}&cid=${channel}`;
  return `${world.baseUrl()}/archives/${channel}/p${ts.replace('.', '')}${thread}`;
}

interface ActionParts {
  user: User;
  action: JsonObject;
  values: JsonObject;
  triggerId: string;
}

const messageContainer = (channel: Channel, message: Message): JsonObject => ({
  type: 'message',
  message_ts: message.ts,
  channel_id: channel.id,
  is_ephemeral: message.ephemeral_to !== undefined,
  ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
});

const unfurlContainer = (channel: Channel, message: Message, attachment: Attachment): JsonObject => ({
  ...messageContainer(channel, message),
  type: 'message_attachment',
  attachment_id: attachment.id,
  is_app_unfurl: true,
  app_unfurl_url: attachment.app_unfurl_url,
});

/** In interactions the message comes without the profile of its app. */
function touchedMessage(world: World, message: Message): JsonObject {
  const { bot_profile: _profile, ...rest } = messagePayload(world, message);
  return rest;
}

/** An ephemeral message is not stored by Slack, so it is not in the payload either. */
const shownMessage = (world: World, message: Message): JsonObject =>
  message.ephemeral_to === undefined ? { message: touchedMessage(world, message) } : {};

export function messageActionPayload(
  world: World,
  parts: ActionParts & {
    channel: Channel;
    message: Message;
    /** The preview that was clicked, when it was not the message itself. */
    attachment: Attachment | undefined;
    responseUrl: string;
  },
): JsonObject {
  const { channel, message, attachment } = parts;
  return {
    type: 'block_actions',
    ...common(world, parts.user),
    container: attachment
      ? unfurlContainer(channel, message, attachment)
      : messageContainer(channel, message),
    trigger_id: parts.triggerId,
    channel: { id: channel.id, name: payloadName(channel) },
    ...(attachment ? { app_unfurl: toJson(attachment) } : shownMessage(world, message)),
    state: { values: parts.values },
    response_url: parts.responseUrl,
    actions: [parts.action],
  };
}

/** Where a select stands: in a view, or in a message of a channel. */
export type Standing = { view: OpenView; values: JsonObject } | { channel: Channel; message: Message };

export function suggestionPayload(
  world: World,
  parts: { user: User; actionId: string; blockId: string; value: string; standing: Standing },
): JsonObject {
  const { standing } = parts;
  return {
    type: 'block_suggestion',
    ...common(world, parts.user),
    action_id: parts.actionId,
    block_id: parts.blockId,
    value: parts.value,
    ...('view' in standing
      ? {
          container: { type: 'view', view_id: standing.view.id },
          view: viewPayload(world, standing.view, standing.values),
        }
      : {
          container: messageContainer(standing.channel, standing.message),
          channel: { id: standing.channel.id, name: payloadName(standing.channel) },
          ...shownMessage(world, standing.message),
        }),
  };
}

interface ShortcutParts {
  user: User;
  callbackId: string;
  triggerId: string;
  actionTs: string;
}

export function globalShortcutPayload(world: World, parts: ShortcutParts): JsonObject {
  const { api_app_id: _appId, ...rest } = common(world, parts.user);
  return {
    type: 'shortcut',
    ...rest,
    action_ts: parts.actionTs,
    callback_id: parts.callbackId,
    trigger_id: parts.triggerId,
  };
}

export function messageShortcutPayload(
  world: World,
  parts: ShortcutParts & { channel: Channel; message: Message; responseUrl: string },
): JsonObject {
  const { channel, message } = parts;
  return {
    type: 'message_action',
    ...common(world, parts.user),
    action_ts: parts.actionTs,
    callback_id: parts.callbackId,
    trigger_id: parts.triggerId,
    response_url: parts.responseUrl,
    channel: { id: channel.id, name: payloadName(channel) },
    message_ts: message.ts,
    message: touchedMessage(world, message),
  };
}

export function viewActionPayload(world: World, parts: ActionParts & { view: OpenView }): JsonObject {
  return {
    type: 'block_actions',
    ...common(world, parts.user),
    container: { type: 'view', view_id: parts.view.id },
    trigger_id: parts.triggerId,
    view: viewPayload(world, parts.view, parts.values),
    actions: [parts.action],
  };
}

export function viewSubmissionPayload(
  world: World,
  parts: { user: User; view: OpenView; values: JsonObject; triggerId: string },
): JsonObject {
  return {
    type: 'view_submission',
    ...common(world, parts.user),
    trigger_id: parts.triggerId,
    view: viewPayload(world, parts.view, parts.values),
    response_urls: [],
  };
}

export function viewClosedPayload(
  world: World,
  parts: { user: User; view: OpenView; isCleared: boolean },
): JsonObject {
  return {
    type: 'view_closed',
    ...common(world, parts.user),
    view: viewPayload(world, parts.view),
    is_cleared: parts.isCleared,
  };
}

/** The envelope of an event, with a new event_id. */
export function eventPayload(world: World, event: JsonObject): JsonObject {
  const { team, bot, channels } = world.store;
  const channel = channels.get(textOf(event.channel ?? event.channel_id ?? asObject(event.item)?.channel));
  return {
    token: world.credentials.verificationToken,
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: bot.app_id,
    event,
    type: 'event_callback',
    event_id: world.ids.next('Ev'),
    event_time: Math.floor(world.clock.now().getTime() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: team.id,
        user_id: bot.user_id,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: channel?.shared_with !== undefined,
    event_context: world.ids.next('EC'),
  };
}
