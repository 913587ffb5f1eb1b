/**
 * The stand-in platform in its world: a pause leads traffic around the route and ends by the clock, a statement that is
 * asked for again comes into the inbox, events are those of the payments API, and faults hit what they are meant for.
 */
import { mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFaults } from '../../../sandbox/faults.js';
import { eventsOf } from '../../../sandbox/operations-api/events.js';
import { startOperationsApi, type OperationsApi } from '../../../sandbox/operations-api/server.js';
import { startPaymentsApi, type PaymentsApi } from '../../../sandbox/payments-api/server.js';
import { startStatements, type Statements } from '../../../sandbox/statements/statements.js';
import { createManualClock, hourMs, hourOf, minuteMs } from '../../../sandbox/world/clock.js';
import { fallbackOf, pauseOf } from '../../../sandbox/world/detours.js';
import { allRoutes, type Route } from '../../../sandbox/world/partners.js';
import { createWorld, type World } from '../../../sandbox/world/world.js';

const start = new Date('2026-11-18T12:30:00Z');
const host = '127.0.0.1';
const log = (): void => undefined;

let world: World;
let clock: ReturnType<typeof createManualClock>;
let inbox: string;
let paymentsApi: PaymentsApi;
let statements: Statements;
let api: OperationsApi;

beforeEach(async () => {
  world = createWorld({ seed: 'platform', attemptsPerHour: 600 });
  clock = createManualClock(start);
  inbox = mkdtempSync(join(tmpdir(), 'paydesk-inbox-'));
  const common = { port: 0, host, world, clock, log };
  paymentsApi = await startPaymentsApi({ ...common, apiKey: 'sk_test_x' });
  statements = startStatements({ inbox, world, clock, log, tickMs: 0 });
  api = await startOperationsApi({ ...common, token: 't', findEvent: eventsOf(paymentsApi), statements });
});
afterEach(async () => {
  await Promise.all([api, paymentsApi, statements].map((one) => one.close()));
  await rm(inbox, { recursive: true });
});

async function call(path: string, body?: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${api.baseUrl}${path}`, {
    headers: { authorization: 'Bearer t', 'idempotency-key': `key-${path}`, ...headers },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const at = (byMs: number): string => new Date(start.getTime() + byMs).toISOString();
const northpayUs = allRoutes.find(
  ({ partner, method, country }) => partner.id === 'northpay' && method === 'card' && country.code === 'US',
)!;

describe('a pause', () => {
  const ordersOn = (route: Route, fromMs: number, toMs: number): string[] =>
    [hourOf(fromMs), hourOf(toMs)]
      .flatMap(world.ordersOfHour)
      .filter((order) => order.route === route && order.createdMs >= fromMs && order.createdMs < toMs)
      .map(({ orderId }) => orderId);
  const startMs = start.getTime();

  it('leads the orders that begin meanwhile to the fallback, and no others', async () => {
    const fallback = fallbackOf(northpayUs)!;
    const [from, to] = [startMs - 30 * minuteMs, startMs + hourMs];
    const untilMs = startMs + 20 * minuteMs;
    const stretches = [
      [from, startMs],
      [startMs, untilMs],
      [untilMs, to],
    ] as const;
    const before = stretches.map(([a, b]) => [ordersOn(northpayUs, a, b), ordersOn(fallback, a, b)] as const);
    expect(before.every(([own]) => own.length > 0)).toBe(true);
    await call('/v1/routes/northpay-card-us/pause', { until: at(20 * minuteMs), reason: 'x' });
    const after = stretches.map(([a, b]) => [ordersOn(northpayUs, a, b), ordersOn(fallback, a, b)] as const);
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]![0]).toEqual([]);
    expect([...after[1]![1]].sort()).toEqual([...before[1]![0], ...before[1]![1]].sort());
  });

  it('keeps customer and amount of an order that takes another way, and its payment is that partner’s', async () => {
    const [first] = ordersOn(northpayUs, startMs, startMs + 20 * minuteMs);
    const find = () =>
      [hourOf(startMs), hourOf(startMs) + 1]
        .flatMap(world.ordersOfHour)
        .find(({ orderId }) => orderId === first)!;
    const { amountMinor, customer, paymentId } = find();
    clock.advance(hourMs);
    expect(paymentsApi.find(paymentId)).not.toBeNull();
    clock.advance(-hourMs);
    await call('/v1/routes/northpay-card-us/pause', { until: at(20 * minuteMs), reason: 'x' });
    expect(find()).toMatchObject({ amountMinor, customer, route: fallbackOf(northpayUs) });
    clock.advance(hourMs);
    expect(paymentsApi.find(paymentId)).toBeNull();
  });

  it('shows in what goes through both, and ends by the clock', async () => {
    const volume = async (id: string) =>
      ((await call(`/v1/routes/${id}`)).body.volume as { count: number }).count;
    const before = [await volume('northpay-card-us'), await volume('halcyon-card-us')];
    await call('/v1/routes/northpay-card-us/pause', { until: at(hourMs), reason: 'x' });
    clock.advance(59 * minuteMs);
    expect(await volume('northpay-card-us')).toBeLessThan(before[0]! / 5);
    expect(await volume('halcyon-card-us')).toBeGreaterThan(before[1]!);
    expect((await call('/v1/routes/northpay-card-us')).body.state).toBe('paused');
    clock.advance(minuteMs);
    expect((await call('/v1/routes/northpay-card-us')).body).toMatchObject({
      state: 'active',
      pausedUntil: null,
    });
  });

  it('that somebody ends early leaves what was to come as it would have been', async () => {
    const later = ordersOn(northpayUs, startMs + 5 * minuteMs, startMs + hourMs);
    await call('/v1/routes/northpay-card-us/pause', { until: at(hourMs), reason: 'x' });
    clock.advance(5 * minuteMs);
    await call('/v1/routes/northpay-card-us/resume', { reason: 'x' });
    expect(ordersOn(northpayUs, startMs + 5 * minuteMs, startMs + hourMs)).toEqual(later);
    expect(pauseOf(world.disturbances, northpayUs, clock.now().getTime())).toBeNull();
  });

  it('of two routes of one partner at the same instant is two pauses', async () => {
    for (const id of ['northpay-card-us', 'northpay-card-gb'])
      expect((await call(`/v1/routes/${id}/pause`, { until: at(hourMs), reason: 'x' })).status).toBe(200);
    const { routes } = (await call('/v1/routes?partner=northpay')).body as {
      routes: { id: string; state: string }[];
    };
    expect(routes.filter(({ state }) => state === 'paused').map(({ id }) => id)).toEqual([
      'northpay-card-us',
      'northpay-card-gb',
    ]);
  });
});

it('every fallback is another partner’s route for the same country and method', () => {
  for (const route of allRoutes) {
    const fallback = fallbackOf(route);
    if (!fallback) continue;
    expect(fallback).toMatchObject({ country: route.country, method: route.method });
    expect(fallback.partner).not.toBe(route.partner);
  }
});

describe('a statement', () => {
  it('that is held back comes when it is asked for, once', async () => {
    clock.advance(-24 * hourMs);
    await world.disturb({
      name: 'missing-statement',
      partnerId: 'adria',
      country: null,
      reason: null,
      fromMs: clock.now().getTime(),
      toMs: null,
    });
    clock.advance(24 * hourMs);
    const path = '/v1/statements/adria/2026-11-17';
    expect((await call(path)).body).toMatchObject({ state: 'missing', requests: [] });
    expect((await call(`${path}/requests`, { reason: 'late' })).body).toMatchObject({ state: 'requested' });
    await expect.poll(async () => (await call(path)).body.state).toBe('received');
    expect(readdirSync(inbox)).toEqual(['adria_2026-11-17_settlement.csv']);
    const again = await call(`${path}/requests`, { reason: 'late' }, { 'idempotency-key': 'other' });
    expect(again).toMatchObject({ status: 409, body: { code: 'already_received' } });
  });

  it.each([
    ['2026-11-17', 200, 'received', 'it came in the morning'],
    ['2026-11-14', 404, undefined, 'a Saturday'],
    ['2026-11-18', 404, undefined, 'a day that is not over'],
    ['2026-01-05', 404, undefined, 'before the history'],
    ['..', 404, undefined, 'no day'],
  ])('of %s: %i %s (%s)', async (day, status, state, _reason) => {
    expect(await call(`/v1/statements/adria/${encodeURIComponent(day)}`)).toMatchObject({
      status,
      body: state === undefined ? { code: 'not_found' } : { state },
    });
  });

  it('that is not due yet cannot be asked for', async () => {
    // Cobalt reports 22 hours after the end of its day.
    const told = await call('/v1/statements/cobalt/2026-11-17/requests', { reason: 'early' });
    expect(told).toMatchObject({ status: 422, body: { code: 'not_due' } });
  });
});

it('an event is known when the payments API knows it', async () => {
  paymentsApi.putObjects([
    { id: 'evt_1', object: 'event', type: 'charge.captured', created: start.getTime() / 1000 - 60 },
    { id: 'evt_2', object: 'charge' },
  ]);
  expect((await call('/v1/events/evt_1')).body).toMatchObject({ id: 'evt_1', type: 'charge.captured' });
  expect((await call('/v1/events/evt_2')).status).toBe(404);
  expect((await call('/v1/events/evt_3')).status).toBe(404);
});

describe('a request is refused', () => {
  it.each<[reason: string, path: string, init: RequestInit, status: number]>([
    ['without a token', '/v1/routes', { headers: {} }, 401],
    ['with another token', '/v1/routes', { headers: { authorization: 'Bearer x' } }, 401],
    ['at an unknown address', '/v2/routes', {}, 404],
    ['at an address that is no URL', '//', {}, 404],
    ['with a method that is not served', '/v1/routes', { method: 'DELETE' }, 404],
    ['without a key', '/v1/routes/northpay-card-us/resume', { method: 'POST', body: '{"reason":"x"}' }, 400],
    [
      'without a body',
      '/v1/routes/northpay-card-us/resume',
      { method: 'POST', headers: { 'idempotency-key': 'k' } },
      400,
    ],
    [
      'with a list as its body',
      '/v1/routes/northpay-card-us/resume',
      { method: 'POST', body: '[]', headers: { 'idempotency-key': 'k' } },
      400,
    ],
    [
      'with too large a body',
      '/v1/routes/northpay-card-us/resume',
      { method: 'POST', body: 'x'.repeat(200_000) },
      413,
    ],
  ])('%s', async (_reason, path, { headers = {}, ...init }, status) => {
    const authorised = status === 401 ? headers : { authorization: 'Bearer t', ...(headers as object) };
    const response = await fetch(api.baseUrl + path, { ...init, headers: authorised });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ status, code: expect.stringMatching(/^[a-z_]+$/) });
  });
});

it('faults of writes leave reads alone, and are used up', async () => {
  api.setFault({ kind: 'error_before_effect' });
  expect((await call('/v1/routes')).status).toBe(200);
  const pause = { until: at(hourMs), reason: 'x' };
  expect((await call('/v1/routes/northpay-card-us/pause', pause)).status).toBe(500);
  expect((await call('/v1/routes/northpay-card-us/pause', pause)).status).toBe(200);
});

describe('a list of faults', () => {
  it('counts down those that were met, by path', () => {
    const faults = createFaults(['slow', 'drop']);
    faults.request({ kind: 'drop', count: 2, path: '/v1/a' });
    faults.set({ kind: 'slow' });
    expect(faults.take('/v1/b')?.kind).toBe('slow');
    expect(faults.take('/v1/b')).toBeNull();
    expect(faults.take('/v1/a/1')?.kind).toBe('drop');
    expect(faults.list()).toEqual([{ kind: 'drop', count: 1, path: '/v1/a' }]);
    expect(faults.take('/v1/a', ['slow'])).toBeNull();
    faults.reset();
    expect(faults.list()).toEqual([]);
  });

  it.each<[reason: string, body: object, says: RegExp]>([
    ['an unknown kind', { kind: 'boom' }, /kind must be one of slow, drop, reset/],
    ['no kind', {}, /kind must be one of/],
    ['a count of nothing', { kind: 'slow', count: 0 }, /count must be a whole number/],
    ['half a count', { kind: 'slow', count: 1.5 }, /count must be a whole number/],
    ['a status that is no fault', { kind: 'slow', status: 200 }, /status must be a whole number from 400/],
    ['a path that is none', { kind: 'slow', path: 7 }, /path must be a string/],
  ])('refuses %s', (_reason, body, says) => {
    expect(() => createFaults(['slow', 'drop']).request({ ...body })).toThrow(says);
  });
});
