/**
 * The control interface, JSON over HTTP under `/_sandbox/`: one table of routes.
 * Invariant: every refusal is `{ok: false, error, messages: []}` with a text for a person, so that an `Outcome` can be
 * read from any answer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http.js';
import { changeGroup, changePerson } from './administration.js';
import { ControlError } from './errors.js';
import type { Events } from './events.js';
import { readFault } from './faults.js';
import { answerJson } from './http.js';
import type { Interactions } from './interactions.js';
import { asObject, parseJson } from './json.js';
import type { JsonObject } from './json.js';
import { pressPin } from './pins.js';
import { pressReaction } from './reactions.js';
import { changeRequestUrl } from './request-url.js';
import { stateOfWorld } from './state.js';
import { uploadsBodyMaxBytes } from './uploads.js';
import type { SandboxEvent, ScenarioInfo, Services } from './wire.js';
import type { World } from './world.js';

/** What the world offers to start and stop; the sandbox's starter passes it in. */
export interface Scenarios {
  list(): ScenarioInfo[];
  start(name: string, parameters: JsonObject): Promise<unknown>;
  stop(name: string): Promise<unknown>;
  /** Calls the listener whenever the list has changed. */
  onChange(listener: () => void): unknown;
}

/** How another stand-in is made to fail; the sandbox's starter passes it in. */
interface FaultSwitch {
  /** Throws with a sentence for a person when it is not a fault of this stand-in. */
  request(fault: JsonObject): void;
  reset: () => void;
  /** What is still to come. */
  list: () => readonly object[];
}
/** By name of the service. */
export type FaultSwitches = Readonly<Record<string, FaultSwitch>>;

export interface Control {
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
}

type Route = (body: JsonObject) => object | Promise<object>;

/** A comment line on an idle event stream now and then, so that nothing in between closes it. */
const heartbeatMs = 15_000;

/** Routes whose body may carry files. */
const bodyMaxOf: Readonly<Record<string, number>> = {
  message: uploadsBodyMaxBytes,
  submit: uploadsBodyMaxBytes,
};

export function createControl(
  world: World,
  interactions: Interactions,
  events: Events,
  scenarios: Scenarios,
  services: () => Services,
  switches: FaultSwitches,
): Control {
  scenarios.onChange(() => world.changes.emit({ type: 'scenarios', scenarios: scenarios.list() }));

  const routes: Readonly<Record<string, Route>> = {
    'GET state': () => stateOfWorld(world, services(), scenarios.list()),
    'GET deliveries': () => ({ deliveries: world.delivery.log() }),
    'GET calls': () => ({ calls: world.calls.log() }),
    'POST command': (body) => interactions.command(body),
    'POST action': (body) => interactions.action(body),
    'POST shortcut': (body) => interactions.shortcut(body),
    'POST suggest': (body) => interactions.suggest(body),
    'POST submit': (body) => interactions.submit(body),
    'POST close': (body) => interactions.close(body),
    'POST message': (body) => interactions.message(body),
    'POST home': (body) => interactions.home(body),
    'POST reaction': (body) => pressReaction(world, body),
    'POST pin': (body) => pressPin(world, body),
    'POST group': (body) => changeGroup(world, events, body),
    'POST person': (body) => changePerson(world, events, body),
    'POST scenario': (body) => playScenario(scenarios, body),
    'GET faults': () => ({ faults: allFaults(world, switches) }),
    'POST faults': (body) => {
      if (body.service === undefined) setFault(world, switches, body);
      else setServiceFault(switches, body);
      return { ok: true, faults: allFaults(world, switches) };
    },
    'POST request_url': async (body) => {
      await changeRequestUrl(world, body.url);
      return { ok: true, connection: world.delivery.connection() };
    },
  };

  return {
    async handle(request, response, path) {
      const key = `${request.method ?? ''} ${path}`;
      try {
        if (key === 'GET events') {
          streamEvents(world, request, response);
          return;
        }
        const route = Object.hasOwn(routes, key) ? routes[key] : undefined;
        if (route === undefined) throw new ControlError(`there is no ${key} here; see docs/sandbox.md`, 404);
        const body = request.method === 'GET' ? {} : await readJson(request, bodyMaxOf[path]);
        const result = await route(body);
        answerJson(response, result);
      } catch (error) {
        if (!(error instanceof ControlError)) throw error;
        answerJson(response, { ok: false, error: error.message, messages: [] }, error.status);
      }
    },
  };
}

async function readJson(request: IncomingMessage, maxBytes?: number): Promise<JsonObject> {
  const raw = await readBody(request, maxBytes);
  if (raw === undefined) throw new ControlError('the body is too large', 413);
  const body = asObject(parseJson(raw.toString('utf8')));
  if (body === undefined) throw new ControlError('the body must be a JSON object');
  return body;
}

async function playScenario(scenarios: Scenarios, body: JsonObject): Promise<object> {
  const { name, action, ...parameters } = body;
  const info = scenarios.list().find((scenario) => scenario.name === name);
  if (info === undefined) {
    const names = scenarios.list().map((scenario) => scenario.name);
    throw new ControlError(
      `there is no scenario ${JSON.stringify(name ?? null)}; there are: ${names.join(', ')}`,
      404,
    );
  }
  try {
    const result =
      action === 'stop' ? await scenarios.stop(info.name) : await scenarios.start(info.name, parameters);
    return { ok: true, result: result ?? null, scenarios: scenarios.list() };
  } catch (error) {
    throw new ControlError(error instanceof Error ? error.message : String(error));
  }
}

function allFaults(world: World, switches: FaultSwitches): object[] {
  const others = Object.entries(switches).flatMap(([service, { list }]) =>
    list().map((fault) => ({ service, ...fault })),
  );
  return [...world.faults.list(), ...others];
}

/** Slack's own. `reset` clears those of all services. */
function setFault(world: World, switches: FaultSwitches, body: JsonObject): void {
  const fault = readFault(body);
  if (fault.kind === 'reset') {
    world.faults.clear();
    Object.values(switches).forEach(({ reset }) => reset());
  } else if (fault.kind === 'disconnect')
    world.delivery.sockets.disconnectAll(fault.reason ?? 'refresh_requested');
  else {
    const { kind, count = 1, method, amount, error } = fault;
    world.faults.add({ kind, count, method, amount, error });
  }
}

function setServiceFault(switches: FaultSwitches, { service, ...fault }: JsonObject): void {
  const known = typeof service === 'string' && Object.hasOwn(switches, service) ? switches[service] : null;
  if (!known) throw new ControlError(`service must be one of ${Object.keys(switches).join(', ')}`);
  if (fault.kind === 'reset') {
    known.reset();
    return;
  }
  try {
    known.request(fault);
  } catch (error) {
    throw new ControlError(error instanceof Error ? error.message : String(error));
  }
}

/** Server-sent events: each change of the workspace as one `data:` line. */
function streamEvents(world: World, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'keep-alive',
  });
  response.write('retry: 1000\n\n');
  const write = (event: SandboxEvent) => response.write(`data: ${JSON.stringify(event)}\n\n`);
  const stop = world.changes.on(write);
  const heartbeat = setInterval(() => response.write(': alive\n\n'), heartbeatMs).unref();
  request.on('close', () => {
    stop();
    clearInterval(heartbeat);
  });
}
