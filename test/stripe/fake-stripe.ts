/**
 * A small Stripe over real HTTP: it keeps objects, retrieves and lists them as Stripe does (newest first, filters,
 * cursors), writes with an effect and an idempotency key, and can be told to fail the next requests in the ways that a
 * network and a server fail, before or after the effect.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arrayBuffer } from 'node:stream/consumers';
import { file, refund } from './objects.js';

export type Fault = (response: ServerResponse, request: IncomingMessage) => void;
interface Stored {
  id: string;
  created?: unknown;
  [field: string]: unknown;
}

const statusAfter: Record<string, string> = { capture: 'succeeded', cancel: 'canceled', close: 'lost' };

export interface FakeStripe {
  baseUrl: string;
  /** Every request so far: address with its query, headers, and the fields of its form in order. */
  requests: {
    url: string;
    headers: IncomingMessage['headers'];
    form: [name: string, value: string][];
    body: Buffer<ArrayBuffer>;
  }[];
  /** The writes that took effect, as paths; a replayed one took effect before. */
  effects: string[];
  /** Stores objects below a collection such as `charges`. */
  put(collection: string, ...objects: Stored[]): void;
  /** Lists these transactions in this payout. */
  settle(payoutId: string, ...transactionIds: string[]): void;
  /** The next requests meet these faults, one each. */
  failNext(...faults: Fault[]): void;
  /** Every request whose address contains the text meets this fault. */
  failWhere(text: string, fault: Fault): void;
  /** The next requests take effect, and then their answers meet these faults. */
  loseNext(...faults: Fault[]): void;
  close(): Promise<void>;
}

export async function startFakeStripe(): Promise<FakeStripe> {
  const collections = new Map<string, Stored[]>();
  const payoutsByTransaction = new Map<string, string>();
  const faults: Fault[] = [];
  const lost: Fault[] = [];
  const standing: { text: string; fault: Fault }[] = [];
  const requests: FakeStripe['requests'] = [];
  const effects: string[] = [];
  const answersByKey = new Map<string, { asked: string; answer: Fault }>();

  const matches = (object: Stored, query: URLSearchParams): boolean =>
    [...query].every(([name, value]) => {
      if (name === 'limit' || name === 'starting_after' || name.startsWith('expand[')) return true;
      if (name === 'payout') return payoutsByTransaction.get(object.id) === value;
      const range = /^(\w+)\[(gte|lte)\]$/.exec(name);
      if (!range) return object[name] === value;
      const field = Number(object[range[1]!]);
      return range[2] === 'gte' ? field >= Number(value) : field <= Number(value);
    });

  /** What anybody expands here: a charge's balance transaction, and a payment's latest charge with it. */
  const expanded = (object: Stored, query: URLSearchParams, prefix = ''): Stored => {
    const place = query.get('expand[0]')?.replace(prefix, '').split('.') ?? [];
    return withExpanded(object, place);
  };
  const homes: Record<string, string> = {
    balance_transaction: 'balance_transactions',
    latest_charge: 'charges',
  };
  const withExpanded = (object: Stored, [field = '', ...rest]: string[]): Stored => {
    const found = collections.get(homes[field] ?? '')?.find(({ id }) => id === object[field]);
    return { ...object, ...(found && { [field]: withExpanded(found, rest) }) };
  };

  const pageOf = (objects: Stored[], query: URLSearchParams): object => {
    const found = objects
      .filter((object) => matches(object, query))
      .sort((a, b) => Number(b.created) - Number(a.created));
    const start = found.findIndex(({ id }) => id === query.get('starting_after')) + 1;
    const end = start + Number(query.get('limit') ?? 10);
    const data = found.slice(start, end).map((object) => expanded(object, query, 'data.'));
    return { object: 'list', data, has_more: end < found.length };
  };

  const stored = (path: string): Stored | undefined => {
    const [, collection = '', id] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
    return collections.get(collection)?.find((object) => object.id === id);
  };

  /** What a write does: a refund appears, a verb becomes the status, evidence is counted. */
  const effectOf = (path: string, form: URLSearchParams): Fault => {
    const [, target = path, verb] = /^(\w+\/\w+)\/(\w+)$/.exec(path) ?? [];
    const object =
      path === 'refunds'
        ? refund({ id: `re_${effects.length + 1}`, amount: Number(form.get('amount')) })
        : path === 'files'
          ? file({ id: `file_${effects.length + 1}` })
          : stored(target);
    if (!object) return refusal(404, { code: 'resource_missing', param: 'id' });
    effects.push(path);
    return json(200, Object.assign(object, verb && { status: statusAfter[verb] }));
  };

  const answerToWrite = (path: string, form: string, key: string | undefined): Fault => {
    if (key === undefined) return refusal(400, { message: 'the fake wants a key' });
    const asked = `${path}?${form}`;
    const known = answersByKey.get(key);
    if (known) return known.asked === asked ? known.answer : refusal(400, { type: 'idempotency_error' });
    const answer = effectOf(path, new URLSearchParams(form));
    answersByKey.set(key, { asked, answer });
    return answer;
  };

  const answerTo = (request: IncomingMessage, body: string): Fault => {
    const { pathname, searchParams } = new URL(request.url!, 'http://fake');
    const path = decodeURIComponent(pathname).replace('/v1/', '');
    if (request.headers.authorization !== 'Bearer sk_test_fake') return refusal(401, {});
    if (request.method === 'POST')
      return answerToWrite(path, body, request.headers['idempotency-key'] as string | undefined);
    if (path === 'balance') return json(200, { object: 'balance' });
    const objects = collections.get(path);
    if (objects) return json(200, pageOf(objects, searchParams));
    const object = stored(path);
    return object
      ? json(200, expanded(object, searchParams))
      : refusal(404, { code: 'resource_missing', param: 'id' });
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bytes = Buffer.from(await arrayBuffer(request));
    const body = bytes.toString('latin1');
    const { url = '', headers } = request;
    requests.push({ url, headers, form: [...new URLSearchParams(bytes.toString('utf8'))], body: bytes });
    response.setHeader('Request-Id', `req_${requests.length}`);
    const fault = faults.shift() ?? standing.find((rule) => url.includes(rule.text))?.fault;
    const answer = fault ?? answerTo(request, body);
    ((fault ? undefined : lost.shift()) ?? answer)(response, request);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    effects,
    put: (collection, ...objects) =>
      void collections.set(collection, [...(collections.get(collection) ?? []), ...objects]),
    settle: (payoutId, ...transactionIds) =>
      transactionIds.forEach((id) => payoutsByTransaction.set(id, payoutId)),
    failNext: (...next) => void faults.push(...next),
    failWhere: (text, fault) => void standing.push({ text, fault }),
    loseNext: (...next) => void lost.push(...next),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Any answer, with any headers. */
export const answerWith =
  (status: number, body: string, headers: Record<string, string> = {}): Fault =>
  (response) =>
    void response.writeHead(status, headers).end(body);

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Fault =>
  answerWith(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });

/** An error in Stripe's shape. */
export const refusal = (status: number, error: object, headers: Record<string, string> = {}): Fault =>
  json(status, { error: { type: 'invalid_request_error', ...error } }, headers);

/** The connection ends before a byte is sent. */
export const dropped: Fault = (_response, request) => void request.socket.destroy();

/** The connection ends in the middle of the body. */
export const cutOff: Fault = (response, request) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"id":"pi_1",', () => request.socket.destroy());
};

/** Takes the request and never answers. */
export const silent: Fault = () => undefined;

/** Sends headers and the first bytes, and nothing more. */
export const stalled: Fault = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"id":');
};
