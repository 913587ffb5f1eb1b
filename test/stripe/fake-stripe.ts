/**
 * A small Stripe over real HTTP: it keeps objects, retrieves and lists them as Stripe does (newest first, filters,
 * cursors), and can be told to fail the next requests in the ways that a network and a server fail.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault = (response: ServerResponse, request: IncomingMessage) => void;
interface Stored {
  id: string;
  created?: unknown;
  [field: string]: unknown;
}

export interface FakeStripe {
  baseUrl: string;
  /** Every request so far: address with its query, and headers. */
  requests: { url: string; headers: IncomingMessage['headers'] }[];
  /** Stores objects below a collection such as `charges`. */
  put(collection: string, ...objects: Stored[]): void;
  /** Lists these transactions in this payout. */
  settle(payoutId: string, ...transactionIds: string[]): void;
  /** The next requests meet these faults, one each. */
  failNext(...faults: Fault[]): void;
  close(): Promise<void>;
}

export async function startFakeStripe(): Promise<FakeStripe> {
  const collections = new Map<string, Stored[]>();
  const payoutsByTransaction = new Map<string, string>();
  const faults: Fault[] = [];
  const requests: FakeStripe['requests'] = [];

  const matches = (object: Stored, query: URLSearchParams): boolean =>
    [...query].every(([name, value]) => {
      if (name === 'limit' || name === 'starting_after') return true;
      if (name === 'payout') return payoutsByTransaction.get(object.id) === value;
      const range = /^(\w+)\[(gte|lte)\]$/.exec(name);
      if (!range) return object[name] === value;
      const field = Number(object[range[1]!]);
      return range[2] === 'gte' ? field >= Number(value) : field <= Number(value);
    });

  const pageOf = (objects: Stored[], query: URLSearchParams): object => {
    const found = objects
      .filter((object) => matches(object, query))
      .sort((a, b) => Number(b.created) - Number(a.created));
    const start = found.findIndex(({ id }) => id === query.get('starting_after')) + 1;
    const end = start + Number(query.get('limit') ?? 10);
    return { object: 'list', data: found.slice(start, end), has_more: end < found.length };
  };

  const answerTo = (request: IncomingMessage): Fault => {
    const { pathname, searchParams } = new URL(request.url!, 'http://fake');
    const path = decodeURIComponent(pathname).replace('/v1/', '');
    if (request.headers.authorization !== 'Bearer sk_test_fake') return refusal(401, {});
    if (path === 'balance') return json(200, { object: 'balance' });
    const objects = collections.get(path);
    if (objects) return json(200, pageOf(objects, searchParams));
    const [, collection = '', id] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
    const object = collections.get(collection)?.find((stored) => stored.id === id);
    return object ? json(200, object) : refusal(404, { code: 'resource_missing', param: 'id' });
  };

  const server = createServer((request, response) => {
    requests.push({ url: request.url!, headers: request.headers });
    response.setHeader('Request-Id', `req_${requests.length}`);
    const answer = faults.shift() ?? answerTo(request);
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    put: (collection, ...objects) =>
      void collections.set(collection, [...(collections.get(collection) ?? []), ...objects]),
    settle: (payoutId, ...transactionIds) =>
      transactionIds.forEach((id) => payoutsByTransaction.set(id, payoutId)),
    failNext: (...next) => void faults.push(...next),
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
