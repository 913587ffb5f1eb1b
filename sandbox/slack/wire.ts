/**
 * The control interface of the sandbox, as JSON over HTTP under `/_sandbox/`: what the page and the tests send
 * and what they get back. Types only, shared by the server and the page; `docs/sandbox.md` tells it in prose.
 *
 * Invariant: everything here is plain JSON. Wherever a request names a person or a channel, the id (`U…`, `C…`)
 * or the name (`ana`, `payments-ops` or `#payments-ops`) is accepted.
 */

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
  deleted: boolean;
  /** A colour for the drawn avatar, `#rrggbb`. */
  color: string;
}

/** Any Block Kit object: validated by `block-kit.ts`, rendered by the page. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Block = { type: string; block_id?: string } & Record<string, Json | undefined>;

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
  edited?: { ts: string };
  /** Set on an ephemeral message: the one person who sees it. */
  ephemeral_to?: string;
  reactions?: { name: string; users: string[] }[];
  files?: FileRef[];
  subtype?: string;
  /** What the app keeps with the message for itself; nobody sees it. */
  metadata?: MessageMetadata;
}

export interface MessageMetadata {
  event_type: string;
  event_payload: Record<string, Json>;
}

export interface FileRef {
  id: string;
  name: string;
  title: string;
  mimetype: string;
  size: number;
  url_private: string;
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
  messages: Message[];
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

/** Addresses and credentials of every stand-in, so that a bot can be pointed at them by hand. */
export interface Services {
  slack: { apiUrl: string; botToken: string; appToken: string; signingSecret: string };
  paymentsApi: { baseUrl: string; apiKey: string } | null;
  booksUrl: string | null;
  /** By partner id: the base address that speaks Statuspage's JSON. */
  statusPages: Record<string, string>;
  operationsApi: { baseUrl: string; apiKey: string } | null;
  /** Folder into which statements are dropped. */
  inbox: string | null;
}

export interface ScenarioInfo {
  name: string;
  title: string;
  /** What will be seen, and where. */
  expect: string;
  running: boolean;
  /** False for one that acts once and has no end, such as importing objects. */
  stoppable: boolean;
}

/** `GET /_sandbox/state` */
export interface State {
  team: { id: string; name: string; domain: string };
  bot: { user_id: string; bot_id: string; connection: 'none' | 'socket' | 'http' };
  users: User[];
  channels: Channel[];
  views: OpenView[];
  /** By user id: the published App Home. */
  homes: Record<string, OpenView>;
  commands: CommandHint[];
  services: Services;
  scenarios: ScenarioInfo[];
}

/** `GET /_sandbox/events`: server-sent events; each `data:` line is one of these. */
export type SandboxEvent =
  | { type: 'message'; message: Message }
  | { type: 'message_changed'; message: Message }
  | { type: 'message_deleted'; channel: string; ts: string }
  | { type: 'channel'; channel: Omit<Channel, 'messages'> }
  | { type: 'view'; view: OpenView }
  | { type: 'view_closed'; view_id: string }
  | { type: 'home'; view: OpenView }
  | { type: 'bot'; connection: State['bot']['connection'] }
  | { type: 'scenarios'; scenarios: ScenarioInfo[] }
  | { type: 'delivery'; delivery: Delivery };

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

/** `POST /_sandbox/submit`: block_id → action_id → a plain value, or Slack's own state object. */
export interface SubmitRequest {
  user: string;
  view_id: string;
  values: Record<string, Record<string, Json>>;
}

/** `POST /_sandbox/message` */
export interface MessageRequest {
  user: string;
  channel: string;
  text: string;
  thread_ts?: string;
}

/** `POST /_sandbox/scenario`: further keys are the scenario's own parameters. */
export interface ScenarioRequest {
  name: string;
  action?: 'start' | 'stop';
  [parameter: string]: Json | undefined;
}

/** `POST /_sandbox/faults`: the next `count` matching calls fail so; `reset` clears them all. */
export interface FaultRequest {
  kind: 'rate_limit' | 'server_error' | 'slow' | 'drop_ack' | 'duplicate' | 'disconnect' | 'reset';
  count?: number;
  /** Only calls of this Web API method; every method when absent. */
  method?: string;
  /** For `rate_limit`: Retry-After in seconds; for `slow`: the delay in milliseconds. */
  amount?: number;
}

/** What a person would then see. Answer of command, action, submit and message. */
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

/** `GET /_sandbox/deliveries` → `{deliveries: Delivery[]}`, newest last, at most the last 2,000. */
export interface Delivery {
  envelope_id: string;
  type: 'slash_commands' | 'interactive' | 'events_api';
  transport: 'socket' | 'http';
  /** ISO 8601. */
  sent_at: string;
  ack_ms: number | null;
  retry_attempt: number;
  /** `operation_timeout` when no acknowledgement came within three seconds. */
  error?: string;
  payload: Json;
}
