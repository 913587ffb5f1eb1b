/**
 * The adapter against a server that answers anything: every answer ends as a noun or as an OpsError that says whether
 * nothing was done; a write is sent once, whatever comes back.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.js';
import { faultOf, inAnHour, setUp, token } from './support.js';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

let answers: Answer[] = [];
let asked: { url: string; headers: IncomingMessage['headers'] }[] = [];
let baseUrl = '';
const server = createServer((request, response) => {
  asked.push({ url: request.url ?? '', headers: request.headers });
  request.resume();
  (answers.length > 1 ? answers.shift() : answers[0])?.(response, request);
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  answers = [];
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const answerWith =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(body);
const json = (body: unknown): Answer =>
  answerWith(200, JSON.stringify(body), { 'content-type': 'application/json' });
const problem = (status: number, code: string, headers: Record<string, string> = {}): Answer =>
  answerWith(status, JSON.stringify({ title: 'no', status, code, detail: 'in its own words' }), {
    'content-type': 'application/problem+json; charset=utf-8',
    ...headers,
  });

const html = '<html><body>Please log in</body></html>';
const dropped: Answer = (_response, request) => void request.socket.destroy();
const cutOff: Answer = (response, request) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"id":"northpay', () => request.socket.destroy());
};
const silent: Answer = () => undefined;
const stalled: Answer = (response) => void response.writeHead(200).write('{"id":');

const route = {
  id: 'r1',
  partner: 'northpay',
  method: 'card',
  country: null,
  currency: 'EUR',
  state: 'active',
  pausedUntil: null,
  pausedBy: null,
  resumedBy: null,
  volume: { amount: { minor: '12345678901234567', currency: 'EUR' }, count: 1, windowMs: 3_600_000 },
  fallback: null,
};
const pause = { routeId: 'r1', until: inAnHour, reason: 'why', idempotencyKey: 'key-1' };

it('takes amounts beyond what a number holds, and unknown fields', async () => {
  answers = [json({ ...route, weather: 'fine' })];
  const told = await setUp(baseUrl).operations.route('r1');
  expect(told.volume.amount).toEqual({ minor: 12345678901234567n, currency: 'EUR' });
  expect(told).not.toHaveProperty('weather');
});

it('sends what the protocol asks for', async () => {
  answers = [json({ ...route, state: 'paused', pausedUntil: inAnHour.toISOString(), pausedBy: 'key-1' })];
  await setUp(baseUrl).operations.pauseRoute(pause);
  expect(asked).toMatchObject([
    {
      url: '/v1/routes/r1/pause',
      headers: {
        authorization: `Bearer ${token}`,
        'idempotency-key': 'key-1',
        'content-type': 'application/json',
      },
    },
  ]);
});

it.each<[string, unknown, string]>([
  ['an unknown state', { ...route, id: 'odd', state: 'draining' }, 'route odd cannot be read: state: '],
  [
    'a stablecoin',
    { ...route, id: 'odd', volume: { ...route.volume, amount: { minor: '5', currency: 'USDC' } } },
    'route odd cannot be read: volume.amount.currency is not an ISO 4217 currency',
  ],
  [
    'an id of no known form',
    { ...route, id: '<!channel>', state: 5 },
    'route (without id) cannot be read: state: ',
  ],
  ['no route at all', null, 'route (without id) cannot be read: the answer is null, not an object'],
])('a route with %s is named, and its neighbours stand', async (_what, odd, says) => {
  answers = [json({ routes: [route, odd, { ...route, id: 'r2', currency: 'HRK' }] })];
  const { rows, problems } = await setUp(baseUrl).operations.routes();
  expect(rows.map(({ id }) => id)).toEqual(['r1', 'r2']);
  expect(problems).toEqual([expect.stringContaining(says)]);
});

it('an unreadable event is named, and its neighbours are shown', async () => {
  const event = { id: 'evt_1', type: 'charge.succeeded', at: '2026-11-18T11:59:00Z' };
  answers = [
    json({ events: [event, { ...event, id: 'evt_odd', at: 'yesterday' }, { ...event, id: 'evt_2' }] }),
  ];
  const { rows, problems } = await setUp(baseUrl).operations.recentEvents(10);
  expect(rows.map(({ id }) => id)).toEqual(['evt_1', 'evt_2']);
  expect(problems).toEqual([expect.stringContaining('event evt_odd cannot be read: at: ')]);
});

it('a target, a replay or a request that cannot be read hides no other, nor what an order did', async () => {
  const fine = { id: 'ledger', idempotent: true, lastDeliveredAt: null };
  const replay = { reference: 'key-1', target: 'ledger', at: '2026-11-18T12:00:00Z' };
  const event = {
    id: 'evt_1',
    type: 'charge.succeeded',
    targets: [{ ...fine, id: 'odd', idempotent: 'yes' }, fine],
    replays: [{ ...replay, at: null }, replay],
  };
  answers = [json(event)];
  const { operations } = setUp(baseUrl);
  const order = { eventId: 'evt_1', target: 'ledger', idempotencyKey: 'key-1' };
  expect(await operations.replayEvent(order)).toMatchObject({
    targets: [{ id: 'ledger' }],
    replays: [{ reference: 'key-1' }],
    problems: [
      'target odd cannot be read: idempotent is text, not true or false',
      'replay (without id) cannot be read: at is null, not text',
    ],
  });
  const requests = [
    { reference: 'key-1', at: '18 Nov' },
    { reference: 'key-2', at: replay.at },
  ];
  answers = [json({ partner: 'northpay', businessDay: '2026-11-18', state: 'requested', requests })];
  expect(await operations.statement('northpay', '2026-11-18')).toMatchObject({
    requests: [{ reference: 'key-2' }],
    problems: [expect.stringContaining('request (without id) cannot be read: at: ')],
  });
});

it('names the field of an answer that cannot be read, and no proxy', async () => {
  answers = [json({ ...route, state: 'draining' })];
  const fault = await faultOf(setUp(baseUrl).operations.route('r1'));
  expect(fault.publicMessage).toMatch(/^The operations API’s answer cannot be read: state: /);
  expect(`${fault.publicMessage} ${fault.hint ?? ''}`).not.toMatch(/proxy|baseUrl/);
});

const noAnswers: [reason: string, answer: Answer][] = [
  ['dropped connection', dropped],
  ['answer cut off', cutOff],
  ['HTML with status 200', answerWith(200, html)],
  ['no content', answerWith(204, '')],
  ['JSON that is no route', json([])],
  [
    'an amount with decimals',
    json({ ...route, volume: { ...route.volume, amount: { minor: '1.5', currency: 'EUR' } } }),
  ],
  [
    'an amount as a number',
    json({ ...route, volume: { ...route.volume, amount: { minor: 15, currency: 'EUR' } } }),
  ],
  ['a currency that is none', json({ ...route, currency: 'EURO' })],
  ['a state that nobody knows', json({ ...route, state: 'sleeping' })],
  ['a time without an offset', json({ ...route, pausedUntil: '2026-11-18T12:00:00' })],
  ['a redirect', answerWith(307, '', { location: 'http://127.0.0.1:9/' })],
  ['a server error', answerWith(500, html)],
  ['a server error in its own words', problem(500, 'internal')],
  ['a gateway that gave up', answerWith(504, html)],
  ['a refusal that is not the platform’s', answerWith(403, html)],
  ['a missing page of something between', answerWith(404, html)],
  [
    'a problem without a code',
    answerWith(409, '{"title":"no","status":409}', { 'content-type': 'application/problem+json' }),
  ],
  [
    'a refusal in JSON that is no problem',
    answerWith(409, '{"code":"conflict"}', { 'content-type': 'application/json' }),
  ],
];

describe('no answer from the platform', () => {
  it.each(noAnswers)('%s: a read says unavailable', async (_reason, answer) => {
    answers = [answer];
    expect((await faultOf(setUp(baseUrl).operations.route('r1'))).code).toBe('unavailable');
  });

  it.each(noAnswers)('%s: a write, sent once, is unknown', async (_reason, answer) => {
    answers = [answer];
    const { operations, sleeps } = setUp(baseUrl);
    const told = await faultOf(operations.pauseRoute(pause));
    expect(told).toMatchObject({ code: 'unknown_outcome', details: { idempotencyKey: 'key-1' } });
    expect(asked).toHaveLength(1);
    expect(sleeps).toEqual([]);
  });

  it.each<[string, Answer]>([
    ['silence', silent],
    ['a body that stalls', stalled],
  ])('%s ends with the deadline', async (_reason, answer) => {
    answers = [answer];
    const { operations } = setUp(baseUrl, { timeoutMs: 50 });
    expect(await faultOf(operations.route('r1'))).toMatchObject({
      code: 'unavailable',
      details: { timeoutMs: 50 },
    });
    expect((await faultOf(operations.pauseRoute(pause))).code).toBe('unknown_outcome');
    expect(asked).toHaveLength(2);
  });

  it('a question that its asker gives up ends with it, without another attempt', async () => {
    answers = [silent];
    const { operations } = setUp(baseUrl);
    const asker = new AbortController();
    const asking = faultOf(operations.routes(undefined, asker.signal));
    await expect.poll(() => asked.length).toBe(1);
    asker.abort();
    expect((await asking).code).toBe('unavailable');
    expect(asked).toHaveLength(1);
  });

  it('no server', async () => {
    const { operations, sleeps } = setUp('http://127.0.0.1:9');
    expect((await faultOf(operations.route('r1'))).code).toBe('unavailable');
    expect(sleeps).toEqual([200, 400]);
    expect((await faultOf(operations.pauseRoute(pause))).code).toBe('unknown_outcome');
  });
});

describe('a refusal of the platform', () => {
  it.each([
    [400, 'invalid', 'invalid'],
    [401, 'unauthorised', 'misconfigured'],
    [403, 'forbidden', 'misconfigured'],
    [404, 'not_found', 'not_found'],
    [409, 'already_paused', 'conflict'],
    [422, 'until_out_of_range', 'invalid'],
    [429, 'too_many', 'rate_limited'],
  ])('%i %s is %s, and nothing was done', async (status, word, code) => {
    answers = [problem(status, word)];
    const { operations } = setUp(baseUrl);
    const told = await faultOf(operations.pauseRoute(pause));
    expect(told).toMatchObject({ code, details: { status, problem: word } });
    expect(inspect(told.cause)).toContain('in its own words');
    expect(`${told.publicMessage} ${told.hint ?? ''}`).not.toContain('in its own words');
    expect(asked).toHaveLength(1);
  });

  it('because the key is in use says nothing about what the first request does', async () => {
    answers = [problem(409, 'idempotency_key_in_use')];
    expect((await faultOf(setUp(baseUrl).operations.pauseRoute(pause))).code).toBe('unknown_outcome');
  });

  it('with a code that is a sentence is not shown', async () => {
    answers = [problem(409, 'Bearer ops_123 is bad')];
    expect((await faultOf(setUp(baseUrl).operations.pauseRoute(pause))).hint).toBeUndefined();
  });
});

describe('a read is sent again', () => {
  it('after what passes, with growing waits, three times at most', async () => {
    answers = [dropped, answerWith(502, html), json(route)];
    const { operations, sleeps } = setUp(baseUrl);
    expect((await operations.route('r1')).id).toBe('r1');
    expect(sleeps).toEqual([200, 400]);
    answers = [dropped];
    asked = [];
    await faultOf(operations.route('r1'));
    expect(asked).toHaveLength(3);
  });

  it('after the wait that the platform asks for, unless that is too long', async () => {
    answers = [problem(429, 'too_many', { 'retry-after': '2' }), json(route)];
    const { operations, sleeps } = setUp(baseUrl);
    expect((await operations.route('r1')).id).toBe('r1');
    expect(sleeps).toEqual([2000]);
    answers = [problem(429, 'too_many', { 'retry-after': '60' })];
    expect((await faultOf(operations.route('r1'))).code).toBe('rate_limited');
    expect(sleeps).toEqual([2000]);
  });

  it('not after a refusal', async () => {
    answers = [problem(404, 'not_found')];
    await faultOf(setUp(baseUrl).operations.route('r1'));
    expect(asked).toHaveLength(1);
  });
});

describe('the token', () => {
  it('is never shown', async () => {
    answers = [dropped];
    const told = await faultOf(setUp(baseUrl).operations.pauseRoute(pause));
    expect(inspect(told, { depth: 10, showHidden: true })).not.toContain(token);
  });

  it.each(['', 'two words', 'line\nbreak'])('%j is refused before anything is sent', (bad) => {
    expect(() => setUp(baseUrl, { token: new Secret(bad) })).toThrow(/OPERATIONS_API_TOKEN is empty/);
  });
});
