/**
 * The payloads that Slack delivers, built from the state: commands, block actions, views and events.
 * Shapes are those of docs.slack.dev/reference/interaction-payloads and /apis/events-api.
 */
import type { JsonObject } from './json.js';
import { toJson } from './json.js';
import type { Channel, Message, OpenView, User } from './wire.js';
import type { World } from './world.js';

/** A channel as a person sees its name in payloads. */
const channelName = (channel: Channel): string =>
  channel.is_im ? 'directmessage' : channel.is_private ? 'privategroup' : channel.name;

function common(world: World, user: User): JsonObject {
  const { team, bot } = world.store;
  return {
    token: world.credentials.verificationToken,
    api_app_id: bot.app_id,
    team: { id: team.id, domain: team.domain },
    user: { id: user.id, username: user.name, name: user.name, team_id: team.id },
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
    channel_name: channelName(parts.channel),
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

/** A view with its state, as it stands in payloads and in the answers of views.*. */
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
  return toJson({
    type: 'message',
    ...rest,
    team: world.store.team.id,
    ...(botId !== undefined && { bot_id: botId, app_id: world.store.bot.app_id }),
    ...(edited && { edited: { user: message.user, ts: edited.ts } }),
  });
}

interface ActionParts {
  user: User;
  action: JsonObject;
  values: JsonObject;
  triggerId: string;
}

export function messageActionPayload(
  world: World,
  parts: ActionParts & { channel: Channel; message: Message; responseUrl: string },
): JsonObject {
  const { channel, message } = parts;
  const isEphemeral = message.ephemeral_to !== undefined;
  return {
    type: 'block_actions',
    ...common(world, parts.user),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
    },
    trigger_id: parts.triggerId,
    channel: { id: channel.id, name: channelName(channel) },
    // An ephemeral message is not stored by Slack, so it is not in the payload either.
    ...(!isEphemeral && { message: messagePayload(world, message) }),
    state: { values: parts.values },
    response_url: parts.responseUrl,
    actions: [parts.action],
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
  const { team, bot } = world.store;
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
    is_ext_shared_channel: false,
  };
}
