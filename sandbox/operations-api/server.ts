/**
 * A stateful stand-in for the operations API that a company puts in front of its own platform, over HTTP.
 * Invariant: every refusal is a problem with a 4xx and has done nothing; a POST has its effect once per idempotency key.
 * Source: the protocol in the house's openapi.yaml of the operations API.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { decoded, readBody } from '../http.js';
import { closeServer, listen } from '../listening.js';
import type { Clock } from '../world/clock.js';
import type { World } from '../world/world.js';
import { createEvents, type FindEvent, type RecentEvents } from './events.js';
import {
  createOperationsFaults,
  faultsOfReads,
  type OperationsFault,
  type OperationsFaults,
} from './faults.js';
import { createIdempotencyKeys, type Answer, type IdempotencyKeys } from './idempotency.js';
import { invalid, notFound, Problem, textOf } from './problems.js';
import { createRoutes } from './routes.js';
import { createStatementRequests, type StatementSource } from './statements.js';

export interface OperationsApiOptions {
  port: number;
  host: string;
  world: World;
  clock: Clock;
  token: string;
  findEvent: FindEvent;
  /** None where absent. */
  recentEvents?: RecentEvents;
  statements: StatementSource;
  log: (message: string) => void;
  /** Handed in where somebody else switches them as well. */
  faults?: OperationsFaults;
}

export interface OperationsApi {
  baseUrl: string;
  setFault(fault: OperationsFault): void;
  resetFaults(): void;
  close(): Promise<void>;
}

type Body = Readonly<Record<string, unknown>>;

interface Call {
  args: readonly string[];
  query: URLSearchParams;
  body: Body;
  /** The idempotency key of a write. */
  reference: string;
}

type Row = readonly [method: 'GET' | 'POST', path: RegExp, handler: (call: Call) => object | Promise<object>];

interface Service {
  rows: readonly Row[];
  token: string;
  keys: IdempotencyKeys;
  faults: OperationsFaults;
  log: (message: string) => void;
}

const maxBodyBytes = 100_000;

/** Starts to listen; rejects when the port is taken. */
export async function startOperationsApi(options: OperationsApiOptions): Promise<OperationsApi> {
  const { token, log, faults = createOperationsFaults() } = options;
  const service: Service = { rows: rowsOf(options), token, keys: createIdempotencyKeys(), faults, log };
  const server = createServer((request, response) => void serve(service, request, response));
  const port = await listen(server, options.port, options.host);
  return {
    baseUrl: `http://${options.host}:${port}`,
    setFault: faults.set,
    resetFaults: faults.reset,
    close: () => closeServer(server),
  };
}

function rowsOf(options: OperationsApiOptions): Row[] {
  const { world, clock, findEvent, statements, recentEvents = () => Promise.resolve([]) } = options;
  const routes = createRoutes(world, clock);
  const events = createEvents(world, clock, findEvent, recentEvents);
  const requests = createStatementRequests(statements, clock);
  const arg = ({ args }: Call, place = 0): string => args[place] ?? '';
  return [
    ['GET', /^\/v1\/routes$/, ({ query }) => ({ routes: routes.list(query.get('partner')) })],
    ['GET', /^\/v1\/routes\/([^/]+)$/, (call) => routes.get(arg(call))],
    [
      'POST',
      /^\/v1\/routes\/([^/]+)\/pause$/,
      (call) => {
        textOf(call.body, 'reason');
        const until = textOf(call.body, 'until');
        return routes.pause(arg(call), { until, probe: call.body.probePercent, reference: call.reference });
      },
    ],
    [
      'POST',
      /^\/v1\/routes\/([^/]+)\/resume$/,
      (call) => {
        textOf(call.body, 'reason');
        return routes.resume(arg(call), call.reference);
      },
    ],
    ['GET', /^\/v1\/events$/, async ({ query }) => ({ events: await events.list(limitOf(query)) })],
    ['GET', /^\/v1\/events\/([^/]+)$/, (call) => events.get(arg(call))],
    [
      'POST',
      /^\/v1\/events\/([^/]+)\/replays$/,
      (call) => events.replay(arg(call), textOf(call.body, 'target'), call.reference),
    ],
    ['GET', /^\/v1\/statements\/([^/]+)\/([^/]+)$/, (call) => requests.get(arg(call), arg(call, 1))],
    [
      'POST',
      /^\/v1\/statements\/([^/]+)\/([^/]+)\/requests$/,
      (call) => {
        textOf(call.body, 'reason');
        return requests.request(arg(call), arg(call, 1), call.reference);
      },
    ],
  ];
}

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? 20);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw invalid('limit must be a whole number from 1 to 100');
}

async function serve(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Split by hand: `URL` throws on some targets that HTTP lets through, such as `//`.
  const [pathname = '/', ...rest] = (request.url ?? '/').split('?');
  const query = new URLSearchParams(rest.join('?'));
  const isWrite = request.method === 'POST';
  try {
    const body = await readBody(request, maxBodyBytes);
    if (!body) throw new Problem(413, 'too_large', 'The body is too large.');
    authorise(service.token, request.headers.authorization);
    const fault = service.faults.take(pathname, isWrite ? undefined : faultsOfReads);
    if (fault?.kind === 'unavailable')
      throw new Problem(503, 'unavailable', 'The platform is under maintenance.');
    if (fault?.kind === 'error_before_effect')
      throw new Problem(500, 'internal', 'Something went wrong before anything was done.');
    const answer = await answerTo(service, request, { pathname, query, text: body.toString('utf8'), fault });
    // The caller waits for an answer that never comes.
    if (fault?.kind !== 'timeout_after_effect') send(response, answer);
  } catch (error) {
    send(response, refusalOf(service, error));
  }
}

interface Asked {
  pathname: string;
  query: URLSearchParams;
  text: string;
  fault: OperationsFault | null;
}

async function answerTo(service: Service, request: IncomingMessage, asked: Asked): Promise<Answer> {
  const { pathname, query, text, fault } = asked;
  const { method = '' } = request;
  const row = service.rows.find(([verb, path]) => verb === method && path.test(pathname));
  if (!row) throw notFound(`${method} ${pathname}`);
  const [, path, handler] = row;
  const args = (path.exec(pathname) ?? []).slice(1).map(decoded);
  const work = async (reference: string, body: Body): Promise<Answer> => {
    // While it waits, its idempotency key is taken.
    if (fault?.kind === 'slow') await delay(fault.delayMs ?? 1_000);
    try {
      return { status: 200, body: await handler({ args, query, body, reference }) };
    } catch (error) {
      return refusalOf(service, error);
    }
  };
  if (method === 'GET') return work('', {});
  const key = keyOf(request);
  const body = objectOf(text);
  return service.keys.once(key, `${pathname} ${JSON.stringify(body)}`, () => work(key, body));
}

function keyOf(request: IncomingMessage): string {
  const key = request.headers['idempotency-key'];
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw invalid('Idempotency-Key must be 1 to 255 printable characters without spaces');
}

function objectOf(text: string): Body {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('the body is not JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body;
  throw invalid('the body must be a JSON object');
}

function authorise(token: string, header: string | undefined): void {
  if (header !== `Bearer ${token}`) throw new Problem(401, 'unauthorised', 'The token is not known.');
}

function refusalOf({ log }: Service, error: unknown): Answer {
  if (!(error instanceof Problem)) log(`operations api: ${String(error)}`);
  const problem = error instanceof Problem ? error : new Problem(500, 'internal', 'Something went wrong.');
  return { status: problem.status, body: problem.toBody() };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, {
    'Content-Type': status < 400 ? 'application/json' : 'application/problem+json',
    ...(status === 503 ? { 'Retry-After': '1' } : {}),
  });
  response.end(JSON.stringify(body));
}
