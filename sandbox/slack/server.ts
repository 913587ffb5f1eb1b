/**
 * The strict stand-in for Slack: one HTTP server for the Web API, Socket Mode, response_url, files, the page and the
 * control interface. An unmodified Bolt app works against it through `clientOptions.slackApiUrl`.
 * Invariant: no request, frame or body can end the process. Deliberately absent: TLS, OAuth, more than one app.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { closeServer, listen } from '../listening.js';
import { createCalls } from './calls.js';
import { createChanges } from './changes.js';
import { createControl } from './control.js';
import type { FaultSwitches, Scenarios } from './control.js';
import type { FindObject } from './dashboard.js';
import { createDeliverer } from './delivery.js';
import { createEvents } from './events.js';
import type { Events } from './events.js';
import { createFaults } from './faults.js';
import { createFiles } from './files.js';
import { createCredentials, createIds } from './ids.js';
import { createInteractions } from './interactions.js';
import { slackLimits } from './limits.js';
import type { Limits } from './limits.js';
import { readManifest } from './manifest.js';
import { createOpenViews } from './open-views.js';
import { acceptContent } from './responses.js';
import { createRouter } from './router.js';
import { createSchedule } from './scheduled.js';
import { createStore } from './store.js';
import type { Clock } from './store.js';
import { createResponseUrls, createTriggers } from './triggers.js';
import { createWebApi } from './web-api.js';
import type { Block, Message, Services } from './wire.js';
import { larkspur } from './workspace.js';
import type { Workspace } from './workspace.js';
import type { World } from './world.js';

type OtherServices = Omit<Services, 'slack'>;

export interface SlackOptions {
  /** 0 takes any free port that browsers and Node's fetch do not block. */
  port: number;
  /** Loopback unless told otherwise. */
  host?: string;
  /** The parsed manifest.yml: scopes, commands and events are taken from it. */
  manifest: unknown;
  workspace?: Workspace;
  services?: Partial<OtherServices>;
  scenarios?: Scenarios;
  /** By service: how the other stand-ins are made to fail. */
  faultSwitches?: FaultSwitches;
  clock?: Clock;
  /** Ids and credentials come from it. */
  seed?: string | number;
  /** For the pages that deep links lead to: objects of the payments API. */
  findObject?: FindObject;
  /** Folder of the built page. */
  pageDir?: string;
  log?: (line: string) => void;
  /** Deliver over signed HTTP to this address instead of Socket Mode. */
  requestUrl?: string;
  /** Shorter times for tests; Slack's own when absent. */
  limits?: Partial<Limits>;
  rateLimits?: boolean;
}

export interface SlackServer {
  /** The page, without a trailing slash. */
  url: string;
  /** For `slackApiUrl`, with a trailing slash. */
  apiUrl: string;
  credentials: Services['slack'];
  /** Fills in the addresses of the other stand-ins once they are known. */
  setServices(services: Partial<OtherServices>): void;
  /**
   * Posts as the app without the app, for instance a welcome.
   * @param place a channel, or a person for their direct message with the app
   * @throws SlackError when Slack would refuse the content
   */
  postAs(place: string, text: string, blocks?: Block[]): Message;
  close(): Promise<void>;
}

const noServices: OtherServices = {
  paymentsApi: null,
  booksUrl: null,
  statusPages: {},
  operationsApi: null,
  mail: null,
  inbox: null,
  identity: null,
};

const noScenarios: Scenarios = {
  list: () => [],
  start: () => Promise.resolve(null),
  stop: () => Promise.resolve(),
  onChange: () => undefined,
};

export async function startSlack(options: SlackOptions): Promise<SlackServer> {
  const host = options.host ?? '127.0.0.1';
  const log = options.log ?? (() => undefined);
  const server = createServer();
  const port = await listenReachably(server, options.port, host);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const world = createWorld(options, url, log);
  const events = createEvents(world);
  tellTheApp(world, events);

  const credentials = slackService(world);
  let services: Services = { slack: credentials, ...noServices, ...options.services };
  const control = createControl(
    world,
    createInteractions(world, events),
    events,
    options.scenarios ?? noScenarios,
    () => services,
    options.faultSwitches ?? {},
  );
  const webApi = createWebApi(world, events, { rateLimits: options.rateLimits ?? true });
  const findObject = options.findObject ?? (() => null);
  const { pageDir } = options;
  server.on('request', createRouter({ world, webApi, control, pageDir, findObject, host, log }));
  server.on('upgrade', (request, socket, head) => world.delivery.sockets.upgrade(request, socket, head));

  return {
    url,
    apiUrl: credentials.apiUrl,
    credentials,
    setServices: (more) => void (services = { ...services, ...more }),
    postAs(place, text, blocks) {
      const { store } = world;
      const person = store.findChannel(place) === undefined ? store.findUser(place) : undefined;
      const channel = person ? store.directMessage([person.id, store.bot.user_id]) : store.findChannel(place);
      if (channel === undefined) throw new Error(`there is no channel or person ${place}`);
      return store.post({
        channel: channel.id,
        user: store.bot.user_id,
        ...acceptContent(world, text, blocks),
      });
    },
    close() {
      world.delivery.close();
      world.schedule.close();
      return closeServer(server);
    },
  };
}

function createWorld(options: SlackOptions, url: string, log: (line: string) => void): World {
  const clock = options.clock ?? { now: () => new Date() };
  const limits = { ...slackLimits, ...options.limits };
  const ids = createIds(options.seed ?? 'paydesk', clock.now());
  const manifest = readManifest(options.manifest);
  const changes = createChanges(log);
  const faults = createFaults();
  const store = createStore({
    workspace: options.workspace ?? larkspur,
    manifest,
    ids,
    clock,
    changes,
    limits,
  });
  const appId = store.bot.app_id;
  const credentials = createCredentials(ids, appId);
  const requestUrl = options.requestUrl ?? null;
  const deps = { ids, clock, limits, faults, changes, credentials, appId, log, requestUrl };
  return {
    clock,
    ids,
    limits,
    manifest,
    credentials,
    changes,
    store,
    faults,
    views: createOpenViews({ ids, changes }),
    files: createFiles({ ids, clock, limits, baseUrl: () => url }),
    schedule: createSchedule({ ids, clock, limits, store }),
    calls: createCalls({ credentials, changes, clock }),
    triggers: createTriggers({ ids, clock, limits }),
    responseUrls: createResponseUrls({ ids, clock, limits }),
    delivery: createDeliverer(deps),
    baseUrl: () => url,
  };
}

/** The app's own messages and every later change are events too; people's messages become events where they are written. */
function tellTheApp(world: World, events: Events): void {
  world.changes.on((event, { isEdit, touch, previous }) => {
    if (event.type === 'message' && event.message.user === world.store.bot.user_id)
      void events.message(event.message);
    else if (event.type === 'message_changed' && touch) events.touched(event.message, touch);
    else if (event.type === 'message_changed' && isEdit) events.messageChanged(event.message, previous);
    else if (event.type === 'message_deleted' && previous) events.messageDeleted(previous);
  });
}

function slackService(world: World): Services['slack'] {
  const { botToken, appToken, signingSecret } = world.credentials;
  return { apiUrl: `${world.baseUrl()}/api/`, botToken, appToken, signingSecret };
}

/** Ports above 1024 that browsers and Node's fetch refuse (WHATWG Fetch, "bad port"). */
const badPorts = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080,
]);

/** Listens and answers the port. @throws when the port is taken, or is one that fetch cannot reach */
async function listenReachably(server: Server, wanted: number, host: string): Promise<number> {
  if (badPorts.has(wanted)) throw new Error(`port ${wanted} cannot be reached by browsers: choose another`);
  const port = await listen(server, wanted, host);
  if (!badPorts.has(port)) return port;
  await closeServer(server);
  return listenReachably(server, wanted, host);
}
