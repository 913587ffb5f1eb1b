/**
 * A stateful stand-in for Stripe's API over HTTP: the generated world underneath, everything written on top.
 * Invariant: every answer carries a request id and Stripe's shape, errors included; a POST with an idempotency key has
 * its effect once. Deliberately absent: Connect.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { readBody } from '../http.js';
import { closeServer, listen } from '../listening.js';
import { boundaryOf } from '../multipart.js';
import type { ObjectMemory, WrittenObject } from '../books/memory.js';
import { secondMs, type Clock } from '../world/clock.js';
import { hash } from '../world/random.js';
import type { Happening } from '../world/scenarios.js';
import type { World } from '../world/world.js';
import { createApi, type Api } from './api.js';
import { createArchive } from './archive.js';
import { companyRecord, type PaymentsChange } from './company-record.js';
import { ApiError, failureOf, unauthorised, unknownUrl } from './errors.js';
import { expand } from './expand.js';
import { parseMultipart, type MultipartBody } from './multipart.js';
import { createPaymentsFaults, faultsOfReads, type PaymentsFault, type PaymentsFaults } from './faults.js';
import { parseForm } from './form.js';
import { createIdempotencyKeys, type Answer, type IdempotencyKeys } from './idempotency.js';
import { isApiObject, isRecord, textOf, type ApiObject } from './objects/api-object.js';
import { expandPaths } from './params.js';
import { matchRoute } from './routes.js';
import { createStore, type Store } from './store.js';
import { happen } from './happenings.js';
import { createWebhooks, type WebhookEndpoint } from './webhooks.js';
import { writtenMovement } from './written-movement.js';

/** The version whose objects these are; another one asked for is echoed, not emulated. */
const apiVersion = '2026-10-28.endive';

interface PaymentsApiOptions {
  port: number;
  host: string;
  world: World;
  clock: Clock;
  apiKey: string;
  log: (message: string) => void;
  /** Where what is written outlives a restart; without one it is forgotten. */
  memory?: ObjectMemory;
  /** Handed in where somebody else switches them as well. */
  faults?: PaymentsFaults;
}

export interface PaymentsApi {
  baseUrl: string;
  close(): Promise<void>;
  /** Adds or replaces Stripe-shaped objects; each needs `id` and `object` only. Throws TypeError on anything less. */
  putObjects(objects: readonly unknown[]): void;
  /** An object as it is now, however old; null when there is none. */
  find(id: string): ApiObject | null;
  /** The newest of what happened, at most so many, of the last two days. */
  newestEvents(limit: number): Promise<ApiObject[]>;
  /** Makes something happen at the partner, and answers what. */
  happen(what: Happening): Promise<object>;
  /** Where its events are sent from now on. */
  sendWebhooksTo(endpoint: WebhookEndpoint): void;
  setFault(fault: PaymentsFault): void;
  resetFaults(): void;
  /**
   * Calls back after every write, with the rows for the company's books; returns how to stop that. What was remembered
   * from before the start is reported first, so that books that were made again hear of it again.
   */
  onChange(listener: (change: PaymentsChange) => void): () => void;
}

interface Service {
  api: Api;
  apiKey: string;
  keys: IdempotencyKeys;
  faults: PaymentsFaults;
  log: (message: string) => void;
  nextRequestId(): string;
}

/** A file of evidence and its form. */
const maxBodyBytes = 6_000_000;
const noBody = Buffer.alloc(0);
const recentSeconds = 2 * 86_400;

/** Starts to listen; rejects when the port is taken. */
export async function startPaymentsApi(options: PaymentsApiOptions): Promise<PaymentsApi> {
  const { world, clock, apiKey, log, memory, faults = createPaymentsFaults() } = options;
  const remembered = (await memory?.load()) ?? [];
  const answered = (await memory?.loadAnswers()) ?? [];
  const listeners = new Set<(change: PaymentsChange) => void>();
  const store = createStore(
    createArchive(world, apiVersion),
    () => clock.now().getTime(),
    (written) => void memory?.keep(written),
  );
  store.remember(remembered);
  const api = createApi({
    world,
    store,
    clock,
    apiVersion: apiVersion,
    onEvent: (event) => {
      const movement = writtenMovement(event.type, event.object, (id) => store.find(id));
      if (movement) world.written.put(movement);
      listeners.forEach((listener) => listener({ ...event, ...companyRecord(event) }));
    },
  });
  const service: Service = {
    api,
    apiKey,
    faults,
    log,
    keys: createIdempotencyKeys(clock, answered, memory),
    nextRequestId: createRequestIds(api.nowMs()),
  };
  const webhooks = createWebhooks({ store, world, log });
  const server = createServer((request, response) => void serve(service, request, response));
  const port = await listen(server, options.port, options.host);
  return {
    baseUrl: `http://${options.host}:${port}`,
    close: () => {
      webhooks.close();
      return closeServer(server);
    },
    happen: (what) => happen(api, what),
    sendWebhooksTo: (endpoint) => webhooks.sendTo(endpoint),
    putObjects: (objects) => objects.map(checkedObject).forEach((object) => store.put(object)),
    find: (id) => store.find(id),
    newestEvents: (limit) => newestEvents(store, limit),
    setFault: faults.set,
    resetFaults: faults.reset,
    onChange: (listener) => {
      remembered.flatMap(rememberedChange).forEach((change) => listener(change));
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function newestEvents(store: Store, limit: number): Promise<ApiObject[]> {
  const to = Math.floor(store.nowMs() / secondMs);
  const events: ApiObject[] = [];
  for await (const event of store.newest('event', { from: to - recentSeconds, to })) {
    if (events.push(event) >= limit) break;
  }
  return events;
}

/** The events among what was written are what happened, each with the object as it was then. */
function rememberedChange({ object: event, atMs }: WrittenObject): PaymentsChange[] {
  const type = textOf(event, 'type');
  const object = isRecord(event.data) ? event.data.object : null;
  if (event.object !== 'event' || type === null || !isApiObject(object)) return [];
  return [{ type, object, atMs, ...companyRecord({ type, object, atMs }) }];
}

function checkedObject(value: unknown): ApiObject {
  const candidate = value as Partial<ApiObject> | null;
  if (typeof candidate?.id !== 'string' || typeof candidate.object !== 'string')
    throw new TypeError('an object of the payments API needs an id and an object type');
  return candidate as ApiObject;
}

function createRequestIds(seed: number): () => string {
  let count = 0;
  const part = (salt: number): string => hash(seed, count, salt).toString(36).padStart(7, '0');
  return () => {
    count += 1;
    return `req_${part(1)}${part(2)}`.slice(0, 18);
  };
}

async function serve(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = service.nextRequestId();
  const [pathname = '/', ...query] = (request.url ?? '/').split('?');
  const fault = service.faults.take(pathname, request.method === 'GET' ? faultsOfReads : undefined);
  if (fault?.kind === 'drop') {
    request.socket.destroy();
    return;
  }
  try {
    const body = request.method === 'GET' ? noBody : await readBody(request, maxBodyBytes);
    if (!body) throw new ApiError(413, 'invalid_request_error', 'The request body is too large.');
    const asked: Asked = { request, pathname, query: query.join('?'), body, requestId, fault };
    const { answer, replayed } = await answerFor(service, asked);
    if (fault?.kind === 'crash_after_effect') request.socket.destroy();
    else send(response, request, answer, replayed);
  } catch (error) {
    send(response, request, errorAnswer(service, error, requestId), false);
  }
}

interface Asked {
  request: IncomingMessage;
  pathname: string;
  query: string;
  body: Buffer;
  requestId: string;
  fault: PaymentsFault | null;
}

async function answerFor(service: Service, asked: Asked): Promise<{ answer: Answer; replayed: boolean }> {
  const { request, requestId, pathname, fault } = asked;
  if (fault?.kind === 'status') throw failureOf(fault.status ?? 500);
  if (fault?.kind === 'garbage')
    return {
      answer: { status: 200, body: '<html><body>Bad gateway</body></html>', requestId },
      replayed: false,
    };
  authorise(service.apiKey, request.headers.authorization);
  const key = request.method === 'POST' ? (request.headers['idempotency-key'] ?? null) : null;
  const work = (): Promise<Answer> => perform(service, asked);
  if (typeof key !== 'string') return { answer: await work(), replayed: false };
  if (key.length === 0 || key.length > 255)
    throw new ApiError(
      400,
      'idempotency_error',
      'Idempotency keys must be between 1 and 255 characters long.',
    );
  return service.keys.once(key, `${request.method ?? ''} ${pathname} ${fingerprintOf(asked)}`, work);
}

/** Finds the handler and answers; an API error becomes an answer too, so that it is kept under the key. */
async function perform(service: Service, asked: Asked): Promise<Answer> {
  const { request, pathname, requestId } = asked;
  try {
    // While it waits, its idempotency key is taken, as it is with a slow call at Stripe.
    if (asked.fault?.kind === 'slow') await delay(asked.fault.delayMs ?? 1_000);
    const match = matchRoute(request.method ?? '', pathname);
    if (!match) throw unknownUrl(request.method ?? '', pathname);
    const { form, upload } = bodyOf(asked);
    const { api } = service;
    const result: unknown = await match.handler({ api, form, upload, args: match.args, path: pathname });
    return {
      status: 200,
      body: JSON.stringify(expand(api.store, result, expandPaths(form)), null, 2),
      requestId,
    };
  } catch (error) {
    return errorAnswer(service, error, requestId);
  }
}

function bodyOf({ request, body, query }: Asked): MultipartBody {
  const contentType = request.headers['content-type'];
  if (request.method === 'POST' && boundaryOf(contentType) !== null) return parseMultipart(contentType, body);
  return { form: parseForm(request.method === 'POST' ? body.toString('utf8') : query), upload: null };
}

/** What makes two requests the same: of a multipart body everything but its boundary, which clients make up anew. */
function fingerprintOf({ request, body }: Asked): string {
  const boundary = boundaryOf(request.headers['content-type']);
  const text = body.toString('latin1');
  const told = boundary === null ? text : text.replaceAll(boundary, '');
  return createHash('sha256').update(told, 'latin1').digest('hex');
}

function errorAnswer(service: Service, error: unknown, requestId: string): Answer {
  if (!(error instanceof ApiError)) service.log(`payments api: ${requestId}: ${String(error)}`);
  const known = error instanceof ApiError ? error : failureOf(500);
  return { status: known.status, body: JSON.stringify(known.toBody(requestId)), requestId };
}

/** Bearer, or Basic with the key as the user name. */
function authorise(apiKey: string, header: string | undefined): void {
  const [scheme, value = ''] = (header ?? '').split(' ');
  const basic = scheme === 'Basic' ? (Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '') : '';
  const given = scheme === 'Bearer' ? value : basic;
  if (given === '') throw unauthorised(null);
  if (given !== apiKey) throw unauthorised(given);
}

function send(response: ServerResponse, request: IncomingMessage, answer: Answer, replayed: boolean): void {
  const key = request.headers['idempotency-key'];
  response.writeHead(answer.status, {
    'Content-Type': 'application/json',
    'Request-Id': answer.requestId,
    'Stripe-Version': request.headers['stripe-version'] ?? apiVersion,
    ...(typeof key === 'string' ? { 'Idempotency-Key': key } : {}),
    ...(replayed ? { 'Idempotent-Replayed': 'true', 'Original-Request': answer.requestId } : {}),
    ...(answer.status === 409 || answer.status === 429 ? { 'Stripe-Should-Retry': 'true' } : {}),
  });
  response.end(answer.body);
}
