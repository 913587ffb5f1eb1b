/**
 * The adapter against the stand-in for the platform: what is read and written arrives as the desk's nouns, a key has its
 * effect once, and what an unknown outcome left behind is found by its reference.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { money } from '../../src/kernel/money.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import type { Operations } from '../../src/ports/operations.js';
import { eventId, faultOf, inAnHour, openPlatform, setUp, start } from './support.js';

let platform: Awaited<ReturnType<typeof openPlatform>>;
let operations: Operations;
beforeEach(async () => {
  platform = await openPlatform();
  operations = setUp(platform.api.baseUrl).operations;
});
afterEach(async () => {
  await platform.api.close();
  expect(platform.log).toEqual([]);
});

const routeId = 'northpay-card-us';
const reason = 'raised failures';
const pause = { routeId, until: inAnHour, reason, idempotencyKey: 'pause-1' };

it('openapi.yaml is what openapi.gen.ts was made from (npm run generate)', async () => {
  const folder = join(packageRoot, 'src/adapters/operations-api');
  const generated =
    COMMENT_HEADER + astToString(await openapiTS(readFileSync(join(folder, 'openapi.yaml'), 'utf8')));
  expect(readFileSync(join(folder, 'openapi.gen.ts'), 'utf8')).toBe(generated);
});

describe('reads', () => {
  it('tell a route with what goes through it and where it would go instead', async () => {
    const route = await operations.route(routeId);
    expect(route).toMatchObject({
      id: routeId,
      partner: 'northpay',
      method: 'card',
      country: 'US',
      currency: 'USD',
      state: 'active',
      pausedUntil: null,
      pausedBy: null,
      resumedBy: null,
      fallback: { routeId: 'halcyon-card-us', partner: 'halcyon' },
    });
    expect(route.volume).toEqual({
      amount: money(route.volume.amount.minor, 'USD'),
      count: expect.any(Number),
      windowMs: 3_600_000,
    });
    expect(route.volume.count).toBeGreaterThan(0);
  });

  it('list the routes of a partner, of all, and of an unknown partner', async () => {
    const { rows: own } = await operations.routes('sakura');
    expect(own.map(({ id }) => id).sort()).toEqual(['sakura-card-jp', 'sakura-voucher-jp']);
    expect((await operations.routes()).rows.length).toBeGreaterThan(own.length);
    expect(await operations.routes('nobody')).toEqual({ rows: [], problems: [] });
    await operations.check();
  });

  it('tell an event with its consumers', async () => {
    expect(await operations.event(eventId)).toEqual({
      id: eventId,
      type: 'charge.succeeded',
      targets: [
        { id: 'ledger', idempotent: true, lastDeliveredAt: new Date('2026-11-18T11:59:00Z') },
        { id: 'customer-notices', idempotent: false, lastDeliveredAt: new Date('2026-11-18T11:59:00Z') },
        { id: 'order-service', idempotent: true, lastDeliveredAt: new Date('2026-11-18T11:59:00Z') },
      ],
      replays: [],
      problems: [],
    });
  });

  it.each<[reason: string, ask: (api: Operations) => Promise<unknown>]>([
    ['a route of another world', (api) => api.route('northpay-card-xx')],
    ['an event that never was', (api) => api.event('evt_none')],
    ['a statement of an unknown partner', (api) => api.statement('nobody', '2026-11-17')],
  ])('do not find %s', async (_reason, ask) => {
    expect(await faultOf(ask(operations))).toMatchObject({ code: 'not_found', details: { status: 404 } });
  });

  it.each(['', '..', '.', 'a/b', 'a?b', 'a b', 'x'.repeat(256)])('never send the id %j', async (id) => {
    expect(await faultOf(operations.route(id))).toMatchObject({ code: 'invalid', details: {} });
  });
});

describe('writes', () => {
  it('pause a route, which resumes by itself', async () => {
    const paused = { state: 'paused', pausedUntil: inAnHour, pausedBy: 'pause-1' };
    expect(await operations.pauseRoute(pause)).toMatchObject(paused);
    expect(await operations.route(routeId)).toMatchObject(paused);
    platform.clock.advance(3_600_000);
    expect(await operations.route(routeId)).toMatchObject({
      state: 'active',
      pausedUntil: null,
      pausedBy: null,
      resumedBy: null,
    });
  });

  it('resume a route early, and show under which key', async () => {
    await operations.pauseRoute(pause);
    platform.clock.advance(60_000);
    const resumed = await operations.resumeRoute({ routeId, reason, idempotencyKey: 'resume-1' });
    expect(resumed).toMatchObject({ state: 'active', pausedBy: null, resumedBy: 'resume-1' });
    await operations.pauseRoute({ ...pause, idempotencyKey: 'pause-2' });
    expect(await operations.route(routeId)).toMatchObject({ pausedBy: 'pause-2', resumedBy: null });
  });

  it('replay an event to one consumer', async () => {
    const replayed = await operations.replayEvent({ eventId, target: 'ledger', idempotencyKey: 'replay-1' });
    expect(replayed.replays).toEqual([{ reference: 'replay-1', target: 'ledger', at: start }]);
    const delivered = replayed.targets.map(({ id, lastDeliveredAt }) => [id, lastDeliveredAt?.toISOString()]);
    expect(delivered).toEqual([
      ['ledger', '2026-11-18T12:00:00.000Z'],
      ['customer-notices', '2026-11-18T11:59:00.000Z'],
      ['order-service', '2026-11-18T11:59:00.000Z'],
    ]);
  });

  it('ask for a statement, which then comes', async () => {
    const order = { partner: 'adria', businessDay: '2026-11-17', reason, idempotencyKey: 'ask-1' };
    const requests = [{ reference: 'ask-1', at: start }];
    expect(await operations.statement('adria', '2026-11-17')).toMatchObject({
      state: 'missing',
      requests: [],
    });
    expect(await operations.requestStatement(order)).toMatchObject({ state: 'requested', requests });
    expect(platform.sent).toEqual(['2026-11-17']);
    expect(await operations.statement('adria', '2026-11-17')).toMatchObject({ state: 'received', requests });
  });

  it.each<[reason: string, code: string, problem: string, write: (api: Operations) => Promise<unknown>]>([
    [
      'an end in the past',
      'invalid',
      'until_out_of_range',
      (api) => api.pauseRoute({ ...pause, until: start }),
    ],
    [
      'an end beyond a day',
      'invalid',
      'until_out_of_range',
      (api) => api.pauseRoute({ ...pause, until: new Date(start.getTime() + 86_400_001) }),
    ],
    ['no reason', 'invalid', 'invalid', (api) => api.pauseRoute({ ...pause, reason: ' ' })],
    [
      'no other way',
      'conflict',
      'no_fallback',
      (api) => api.pauseRoute({ ...pause, routeId: 'sakura-voucher-jp' }),
    ],
    [
      'nothing to resume',
      'conflict',
      'not_paused',
      (api) => api.resumeRoute({ routeId, reason, idempotencyKey: 'r' }),
    ],
    ['an unknown route', 'not_found', 'not_found', (api) => api.pauseRoute({ ...pause, routeId: 'none' })],
    [
      'an unknown consumer',
      'invalid',
      'unknown_target',
      (api) => api.replayEvent({ eventId, target: 'nobody', idempotencyKey: 'r' }),
    ],
    [
      'a statement that has come',
      'conflict',
      'already_received',
      (api) =>
        api.requestStatement({ partner: 'adria', businessDay: '2026-11-16', reason, idempotencyKey: 'r' }),
    ],
    [
      'a statement that is not due',
      'invalid',
      'not_due',
      (api) =>
        api.requestStatement({ partner: 'adria', businessDay: '2026-11-18', reason, idempotencyKey: 'r' }),
    ],
  ])('are refused: %s', async (_reason, code, problem, write) => {
    expect(await faultOf(write(operations))).toMatchObject({ code, details: { problem } });
  });

  it('are refused where the fallback is paused itself, and where the pause lasts already', async () => {
    await operations.pauseRoute(pause);
    const second = await faultOf(operations.pauseRoute({ ...pause, idempotencyKey: 'again' }));
    expect(second).toMatchObject({ code: 'conflict', details: { problem: 'already_paused' } });
    expect(second.hint).toBe('The platform’s reason: already_paused.');
    const other = { ...pause, routeId: 'halcyon-card-us', idempotencyKey: 'other' };
    expect((await faultOf(operations.pauseRoute(other))).details.problem).toBe('no_fallback');
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(256)])('never send the key %j', async (idempotencyKey) => {
    expect(await faultOf(operations.pauseRoute({ ...pause, idempotencyKey }))).toMatchObject({
      code: 'invalid',
    });
    expect((await operations.route(routeId)).state).toBe('active');
  });
});

describe('a key', () => {
  const replay = { eventId, target: 'ledger', idempotencyKey: 'same' };

  it('gives the first answer again, and no second effect', async () => {
    const first = await operations.replayEvent(replay);
    platform.clock.advance(60_000);
    expect(await operations.replayEvent(replay)).toEqual(first);
    expect((await operations.event(eventId)).replays).toHaveLength(1);
  });

  it('gives a refusal again too, even when things have changed', async () => {
    const resume = { routeId, reason, idempotencyKey: 'early' };
    expect((await faultOf(operations.resumeRoute(resume))).code).toBe('conflict');
    await operations.pauseRoute(pause);
    expect((await faultOf(operations.resumeRoute(resume))).details.problem).toBe('not_paused');
  });

  it('is refused for another order', async () => {
    await operations.replayEvent(replay);
    const told = await faultOf(operations.replayEvent({ ...replay, target: 'order-service' }));
    expect(told).toMatchObject({ code: 'conflict', details: { problem: 'idempotency_key_reused' } });
  });

  it('of an order that is still at work leaves the second one without an answer', async () => {
    // Whichever comes first waits and holds the key.
    platform.api.setFault({ kind: 'slow', delayMs: 400 });
    const both = await Promise.allSettled([operations.replayEvent(replay), operations.replayEvent(replay)]);
    const failed = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(failed).toMatchObject([
      { code: 'unknown_outcome', details: { idempotencyKey: 'same', problem: 'idempotency_key_in_use' } },
    ]);
    expect((await operations.event(eventId)).replays).toHaveLength(1);
  });
});

describe('an unknown outcome', () => {
  const writes: [
    what: string,
    send: (api: Operations) => Promise<unknown>,
    isDone: () => Promise<boolean>,
  ][] = [
    [
      'pause',
      (api) => api.pauseRoute({ ...pause, idempotencyKey: 'k' }),
      async () => (await operations.route(routeId)).pausedBy === 'k',
    ],
    [
      'replay',
      (api) => api.replayEvent({ eventId, target: 'ledger', idempotencyKey: 'k' }),
      async () => (await operations.event(eventId)).replays.some(({ reference }) => reference === 'k'),
    ],
    [
      'request',
      (api) =>
        api.requestStatement({ partner: 'adria', businessDay: '2026-11-17', reason, idempotencyKey: 'k' }),
      async () =>
        (await operations.statement('adria', '2026-11-17')).requests.some(
          ({ reference }) => reference === 'k',
        ),
    ],
  ];

  it.each(writes)('after the effect of a %s: it is found by its reference', async (_what, send, isDone) => {
    platform.api.setFault({ kind: 'timeout_after_effect' });
    // As long as a request may take to arrive on a busy machine.
    const impatient = setUp(platform.api.baseUrl, { timeoutMs: 500 }).operations;
    expect(await faultOf(send(impatient))).toMatchObject({
      code: 'unknown_outcome',
      details: { idempotencyKey: 'k', timeoutMs: 500 },
    });
    expect(await isDone()).toBe(true);
    await send(operations);
    expect(await isDone()).toBe(true);
  });

  it.each(writes)('before the effect of a %s: nothing is found', async (_what, send, isDone) => {
    platform.api.setFault({ kind: 'error_before_effect' });
    expect((await faultOf(send(operations))).code).toBe('unknown_outcome');
    expect(await isDone()).toBe(false);
  });

  it('is what a write gets from a platform that is being maintained; a read is sent again', async () => {
    platform.api.setFault({ kind: 'unavailable' });
    expect((await faultOf(operations.pauseRoute(pause))).code).toBe('unknown_outcome');
    platform.api.setFault({ kind: 'unavailable', count: 2 });
    const { operations: patient, sleeps } = setUp(platform.api.baseUrl);
    expect((await patient.route(routeId)).state).toBe('active');
    expect(sleeps).toEqual([1000, 1000]);
  });
});
