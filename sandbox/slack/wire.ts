/**
 * The control interface of the sandbox, as JSON over HTTP under `/_sandbox/`: what the page and the tests send
 * and what they get back. Types only, shared by the server and the page; `docs/sandbox.md` tells it in prose.
 *
 * Invariant: everything here is plain JSON. Wherever a request names a person or a channel, the id (`U…`, `C…`)
 * or the name (`ana`, `payments-ops` or `#payments-ops`) is accepted.
 */

import type { Block, Json } from './wire-json.js';
import type { ApiCall, Delivery } from './wire-log.js';

export type { Block, Json } from './wire-json.js';
export type { ApiCall, Delivery } from './wire-log.js';

/** A person, or the bot, as a member of the workspace. */
export interface User {
  id: string;
  name: string;
  real_name: string;
  /** Role in the company, for instance "Payments operations lead". */
  title: string;
  email: string;
  tz: string;
  is_bot: boolean;
  /** Single- or multi-channel guest. */
  is_restricted: boolean;
  /** Of another company, in a channel that both share. */
  is_stranger?: boolean;
  deleted: boolean;
  /** Set for a person of another company, who is here through a shared channel (Slack Connect). */
  team_id?: string;
  /** A colour for the drawn avatar, `#rrggbb`. */
  color: string;
}

export interface Message {
  ts: string;
  channel: string;
  /** Author; the bot's own user id for the bot's messages. */
  user: string;
  bot_id?: string;
  text: string;
  blocks?: Block[];
  thread_ts?: string;
  reply_count?: number;
  /** Who replied, first repliers first. */
  reply_users?: string[];
  latest_reply?: string;
  /** Set on a reply: who wrote the parent. */
  parent_user_id?: string;
  /** Only where Slack shows it: on a message whose text was changed, not its blocks. */
  edited?: { ts: string };
  /** Set on an ephemeral message: the one person who sees it. */
  ephemeral_to?: string;
  reactions?: { name: string; users: string[] }[];
  files?: FileRef[];
  /** What `chat.unfurl` showed below a link of this message. */
  attachments?: Attachment[];
  /** Channels in which the message is pinned: its own, or none. */
  pinned_to?: string[];
  pinned_info?: { channel: string; pinned_by: string; pinned_ts: number };
  subtype?: string;
  /** Set on the tombstone that a deleted message with replies leaves. */
  hidden?: true;
  /** What the app keeps with the message for itself, unseen by people. */
  metadata?: MessageMetadata;
}

export interface MessageMetadata {
  event_type: string;
  event_payload: Record<string, Json>;
}

/** The preview of one link. Either `blocks`, or Slack's older members such as `title` and `text`. */
export type Attachment = {
  id: number;
  from_url: string;
  app_unfurl_url: string;
  is_app_unfurl: true;
  bot_id: string;
  fallback: string;
  blocks?: Block[];
} & Record<string, Json | undefined>;

export interface FileRef {
  id: string;
  name: string;
  title: string;
  mimetype: string;
  size: number;
  url_private: string;
}

/** A file that a person hands over: at most 5 MB, its bytes in base64. */
export interface FileUpload {
  name: string;
  title: string;
  mimetype: string;
  size: number;
  content_base64: string;
}

/** A link in a channel's header. */
export interface Bookmark {
  id: string;
  title: string;
  link: string;
  emoji: string;
  date_created: number;
  date_updated: number;
}

/** Who set a topic or purpose, and when as Unix time. */
export interface TextSet {
  creator: string;
  last_set: number;
}

export interface Channel {
  id: string;
  name: string;
  is_private: boolean;
  is_im: boolean;
  is_archived: boolean;
  topic: string;
  purpose: string;
  members: string[];
  /** Unix time, and who made it. */
  created?: number;
  creator?: string;
  /** Unix time in milliseconds of the last change of the channel itself. */
  updated?: number;
  topic_set?: TextSet;
  purpose_set?: TextSet;
  previous_names?: string[];
  /** Ids of the other companies that the channel is shared with (Slack Connect). */
  shared_with?: string[];
  /** The newest ones; older ones are forgotten, see `docs/sandbox.md`. */
  messages: Message[];
  bookmarks?: Bookmark[];
}

/** An open modal as its person sees it. `errors` holds what the last submission answered, by block_id. */
export interface OpenView {
  id: string;
  root_view_id: string;
  previous_view_id: string | null;
  user: string;
  hash: string;
  view: { type: 'modal' | 'home'; blocks: Block[] } & Record<string, Json | undefined>;
  errors?: Record<string, string>;
}

export interface CommandHint {
  command: string;
  description: string;
  usage_hint: string;
}

/** A shortcut of the manifest: from anywhere, or from a message. */
export interface ShortcutHint {
  type: 'global' | 'message';
  callback_id: string;
  name: string;
  description: string;
}

/** Addresses and credentials of every stand-in, so that a bot can be pointed at them by hand. */
export interface Services {
  slack: { apiUrl: string; botToken: string; appToken: string; signingSecret: string };
  paymentsApi: { baseUrl: string; apiKey: string } | null;
  booksUrl: string | null;
  /** By partner id: the base address that speaks Statuspage's JSON. */
  statusPages: Record<string, string>;
  operationsApi: { baseUrl: string; token: string } | null;
  /** `smtpUrl` has the login in it; a GET of `listUrl` answers with all letters. */
  mail: { smtpUrl: string; listUrl: string } | null;
  /** Folder into which statements are dropped. */
  inbox: string | null;
  /** Where people sign in outside Slack, with one click. */
  identity: { issuer: string } | null;
}

export interface ScenarioInfo {
  name: string;
  title: string;
  /** What will be seen, and where. */
  expect: string;
  running: boolean;
  /** Where and since when it acts and what to look up, as mrkdwn; null while it does not run. */
  note: string | null;
  /** What it must be given besides its name; null when its name is enough. */
  takes: 'objects' | null;
  /** False for one that acts once and has no end, such as importing objects. */
  stoppable: boolean;
}

/** `GET /_sandbox/state` */
export interface State {
  team: { id: string; name: string; domain: string };
  bot: { user_id: string; bot_id: string; connection: 'none' | 'socket' | 'http' };
  users: User[];
  groups: { id: string; handle: string }[];
  channels: Channel[];
  views: OpenView[];
  /** By user id: the published App Home. */
  homes: Record<string, OpenView>;
  commands: CommandHint[];
  shortcuts: ShortcutHint[];
  services: Services;
  scenarios: ScenarioInfo[];
}

/** `GET /_sandbox/events`: server-sent events; each `data:` line is one of these. */
export type SandboxEvent =
  | { type: 'message'; message: Message }
  | { type: 'message_changed'; message: Message }
  | { type: 'message_deleted'; channel: string; ts: string }
  | { type: 'channel'; channel: Omit<Channel, 'messages'> }
  | { type: 'user'; user: User }
  | { type: 'view'; view: OpenView }
  | { type: 'view_closed'; view_id: string }
  | { type: 'home'; view: OpenView }
  | { type: 'bot'; connection: State['bot']['connection'] }
  | { type: 'scenarios'; scenarios: ScenarioInfo[] }
  | { type: 'delivery'; delivery: Delivery }
  | { type: 'call'; call: ApiCall };

/** `POST /_sandbox/command` */
export interface CommandRequest {
  user: string;
  channel: string;
  /** The whole line, for instance `/payment pi_3Q…`. */
  text: string;
}

/** `POST /_sandbox/action`: a click or a choice on a message (`ts`) or on an open view (`view_id`). */
export interface ActionRequest {
  user: string;
  channel?: string;
  ts?: string;
  view_id?: string;
  action_id: string;
  block_id?: string;
  /** Replaces the element's own value, to test tampering. */
  value?: string;
  /** For selects, radios, checkboxes, pickers: the chosen option value(s), date or time. */
  selected?: string | string[];
  /** Values of the other inputs of the message or view: block_id → action_id → Slack's state object. */
  state?: Record<string, Record<string, Json>>;
}

/** `POST /_sandbox/suggest`: options for an external select, of a message or of a view. */
export interface SuggestRequest {
  user: string;
  channel?: string;
  ts?: string;
  view_id?: string;
  block_id: string;
  action_id: string;
  /** What was typed so far. */
  value: string;
}

/** What the app offers: `options` or `option_groups`, as Slack's composition objects. */
export interface Suggestions {
  ok: boolean;
  error?: string;
  options?: Json;
  option_groups?: Json;
}

/** `POST /_sandbox/shortcut`: a message shortcut names the message. */
export interface ShortcutRequest {
  user: string;
  callback_id: string;
  channel?: string;
  ts?: string;
}

/** `POST /_sandbox/close`: closes one view; what lies below shows again. */
export interface CloseRequest {
  user: string;
  view_id: string;
}

/** `POST /_sandbox/pin`: a message is pinned, or its pin taken away. */
export interface PinRequest {
  user: string;
  channel: string;
  ts: string;
}

/** `POST /_sandbox/reaction`: an emoji is given, or taken back where it was given. */
export interface ReactionRequest {
  user: string;
  channel: string;
  ts: string;
  /** Short name, with or without colons. */
  name: string;
}

/**
 * `POST /_sandbox/submit`: block_id → action_id → a plain value, or Slack's own state object. The value of a file input
 * is a list of `FileUpload`.
 */
export interface SubmitRequest {
  user: string;
  view_id: string;
  values: Record<string, Record<string, Json>>;
}

/** `POST /_sandbox/message` */
export interface MessageRequest {
  user: string;
  channel: string;
  /** May be empty when there are files. */
  text: string;
  thread_ts?: string;
  files?: FileUpload[];
}

/** `POST /_sandbox/scenario`: further keys are the scenario's own parameters. */
export interface ScenarioRequest {
  name: string;
  action?: 'start' | 'stop';
  [parameter: string]: Json | undefined;
}

/** `POST /_sandbox/faults`: the next `count` matching calls fail so; `reset` clears them all. */
export interface FaultRequest {
  kind:
    | 'rate_limit'
    | 'server_error'
    | 'refuse'
    | 'slow'
    | 'drop_ack'
    | 'duplicate'
    | 'reorder'
    | 'disconnect'
    | 'reset';
  count?: number;
  /** Only calls of this Web API method, or `response_url`; every one when absent. */
  method?: string;
  /** For `refuse`: what Slack says, such as `is_archived`. */
  error?: string;
  /** `rate_limit`: Retry-After in seconds. `slow`: the delay; `reorder`: the longest wait, both in milliseconds. */
  amount?: number;
  /** For `disconnect`: the reason that the app gets. */
  reason?: 'refresh_requested' | 'warning';
}

/** Faults of another stand-in, in its own kinds; `reset` clears those of this one. */
export interface ServiceFaultRequest {
  service: string;
  kind: string;
  count?: number;
  /** Only calls whose path begins so. */
  path?: string;
  status?: number;
  delayMs?: number;
}

/** What a person would then see. Answer of command, action, shortcut, submit and message. */
export interface Outcome {
  ok: boolean;
  /** What Slack would show, for instance `operation_timeout`, or why the request itself was refused. */
  error?: string;
  /** Messages that appeared or changed and that this person can see, oldest first. */
  messages: Message[];
  /** A view that was opened or updated for this person. */
  view?: OpenView;
  /** Field errors of a refused submission. */
  errors?: Record<string, string>;
  /** Milliseconds from delivery to acknowledgement. */
  ack_ms?: number;
}
