/**
 * A stand-in for Slack with a bare Bolt app against it, for tests: one manifest, shortened times, a control client.
 * Invariant: every server and app that was started here is stopped again by `close`.
 */
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { Logger, Receiver } from '@slack/bolt';
import { ErrorCode, WebClient } from '@slack/web-api';
import type { WebClientOptions } from '@slack/web-api';
import { expect } from 'vitest';
import { startSlack } from '../../../sandbox/slack/server.js';
import type { SlackOptions, SlackServer } from '../../../sandbox/slack/server.js';
import type { Channel, Delivery, Json, Message, Outcome, State } from '../../../sandbox/slack/wire.js';

export const paydeskManifest = {
  display_information: { name: 'Paydesk' },
  features: {
    bot_user: { display_name: 'paydesk' },
    app_home: { home_tab_enabled: true },
    slash_commands: [
      { command: '/payment', description: 'Find a payment', usage_hint: '<id>', should_escape: false },
      { command: '/assign', description: 'Assign a case', usage_hint: '@person', should_escape: true },
      { command: '/late', description: 'Acknowledged too late', usage_hint: '' },
      { command: '/form', description: 'Opens a form', usage_hint: '' },
      { command: '/nobody', description: 'Has no listener', usage_hint: '' },
    ],
    shortcuts: [
      { type: 'global', callback_id: 'start', name: 'Start a case', description: 'Opens a case' },
      { type: 'message', callback_id: 'trace', name: 'Trace', description: 'Follows what stands here' },
    ],
    unfurl_domains: ['pay.example'],
  },
  oauth_config: {
    scopes: {
      bot: [
        'commands',
        'chat:write',
        'app_mentions:read',
        'bookmarks:read',
        'bookmarks:write',
        'channels:read',
        'channels:history',
        'channels:join',
        'channels:manage',
        'groups:read',
        'groups:history',
        'groups:write',
        'im:read',
        'im:history',
        'im:write',
        'links:read',
        'links:write',
        'mpim:read',
        'mpim:write',
        'pins:read',
        'pins:write',
        'reactions:read',
        'files:read',
        'files:write',
        'reactions:write',
        'team:read',
        'usergroups:read',
        'users:read',
        'users:read.email',
      ],
    },
  },
  settings: {
    event_subscriptions: {
      bot_events: [
        'app_home_opened',
        'app_mention',
        'link_shared',
        'member_joined_channel',
        'message.channels',
        'message.groups',
        'message.im',
        'pin_added',
        'pin_removed',
        'reaction_added',
        'reaction_removed',
        'subteam_members_changed',
        'subteam_updated',
        'user_change',
      ],
    },
  },
};

/** A tenth of Slack's patience, so that being late takes 300 ms and not three seconds. */
export const short = { ackMs: 300, effectMs: 300, quietMs: 40, eventRetryMs: [0], scheduleTickMs: 10 };

/** Refusals are what most tests are about; they need not be printed. */
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** The control interface, typed. */
interface Control {
  state(): Promise<State>;
  channel(name: string): Promise<Channel>;
  message(channel: string, predicate: (message: Message) => boolean): Promise<Message | undefined>;
  deliveries(): Promise<Delivery[]>;
  post(path: string, body: Json): Promise<Outcome & Record<string, unknown>>;
}

function controlOf(slack: SlackServer): Control {
  const get = async <T>(path: string): Promise<T> =>
    (await fetch(`${slack.url}/_sandbox/${path}`)).json() as T;
  const channel = async (name: string) => {
    const { channels } = await get<State>('state');
    return channels.find((each) => each.name === name)!;
  };
  return {
    state: () => get('state'),
    channel,
    message: async (name, predicate) => (await channel(name)).messages.find(predicate),
    deliveries: async () => (await get<{ deliveries: Delivery[] }>('deliveries')).deliveries,
    post: async (path, body) => {
      const response = await fetch(`${slack.url}/_sandbox/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return response.json() as Promise<Outcome & Record<string, unknown>>;
    },
  };
}

export interface Bench {
  slack: SlackServer;
  control: Control;
  client: WebClient;
  /** With the app-level token. */
  appClient: WebClient;
  /** Names of the Web API methods that have answered the client with `ok`. */
  called: ReadonlySet<string>;
  close(): Promise<void>;
}

export async function startBench(options: Partial<SlackOptions> = {}): Promise<Bench> {
  const slack = await startSlack({ port: 0, manifest: paydeskManifest, seed: 7, limits: short, ...options });
  const called = new Set<string>();
  const clientOptions: WebClientOptions = {
    slackApiUrl: slack.apiUrl,
    logger: silent,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const isJson = response.headers.get('content-type')?.includes('json') === true;
      const answer = isJson ? ((await response.clone().json()) as { ok?: boolean }) : {};
      if (answer.ok === true) called.add(new URL(input).pathname.replace('/api/', ''));
      return response;
    },
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  };
  const client = new WebClient(slack.credentials.botToken, clientOptions);
  const appClient = new WebClient(slack.credentials.appToken, clientOptions);
  return { slack, client, appClient, called, control: controlOf(slack), close: () => slack.close() };
}

interface PlatformError {
  code: string;
  data: Record<string, unknown> & { response_metadata?: { messages?: string[] } };
}

/** The `data` of the error that Slack's client throws. */
export async function refusal(call: Promise<unknown>): Promise<PlatformError['data']> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown as PlatformError,
  );
  expect(error?.code).toBe(ErrorCode.PlatformError);
  return error!.data;
}

export type Transport = 'socket' | 'http';

/** A bare Bolt app against the stand-in, over either transport; `listen` registers its listeners. */
export async function startApp(
  bench: Bench,
  transport: Transport,
  httpPort: number,
  listen: (app: App) => void,
): Promise<{ stop(): Promise<void> }> {
  const { apiUrl, botToken, appToken, signingSecret } = bench.slack.credentials;
  const clientOptions = { slackApiUrl: apiUrl };
  const logLevel = LogLevel.ERROR;
  const receiver: Receiver =
    transport === 'socket'
      ? new SocketModeReceiver({ appToken, logLevel, installerOptions: { clientOptions } })
      : new HTTPReceiver({ signingSecret, port: httpPort, logLevel });
  const app = new App({ token: botToken, receiver, clientOptions, logLevel });
  listen(app);
  await app.start();
  if (transport === 'http') {
    const set = await bench.control.post('request_url', { url: `http://127.0.0.1:${httpPort}/slack/events` });
    if (!set.ok) throw new Error(set.error);
  }
  return {
    stop: async () => {
      await app.stop();
    },
  };
}
