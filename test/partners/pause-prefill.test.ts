/** What the form of a pause says beforehand, by the alert and by what the platform has of the partner's routes. */
import { expect, it } from 'vitest';
import { pausePrefill } from '../../commands/partner/pause.js';
import { partnerPrefill } from '../../commands/partner/prefill.js';
import { money } from '../../src/kernel/money.js';
import type { Alert, AlertSlice } from '../../src/ports/alerts.js';
import type { Route } from '../../src/ports/operations.js';

type Deps = Parameters<typeof partnerPrefill>[2];

const now = new Date('2026-11-27T12:02:30Z');
const inAnHour = String(Date.parse('2026-11-27T13:05:00Z') / 1000);

const route = (id: string, count: number, changed: Partial<Route> = {}): Route => ({
  id,
  partner: 'northpay',
  method: 'card',
  country: null,
  currency: 'EUR',
  state: 'active',
  pausedUntil: null,
  pausedBy: null,
  resumedBy: null,
  canProbe: true,
  probePercent: null,
  volume: { amount: money(1, 'EUR'), count, windowMs: 3_600_000 },
  fallback: null,
  ...changed,
});

const deskWith = (slices: AlertSlice[], routes: Route[] | Error): Deps =>
  ({
    alerts: {
      active: () =>
        Promise.resolve(
          slices.map(
            (slice, at) => ({ id: `ALR-${at + 1}`, metric: 'gone', slice, onsetAt: now }) as unknown as Alert,
          ),
        ),
      metrics: [],
    },
    operations: {
      routes: () =>
        routes instanceof Error ? Promise.reject(routes) : Promise.resolve({ rows: routes, unreadable: [] }),
    },
    clock: { now: () => now },
  }) as unknown as Deps;

const filled = { until: inAnHour, reason: 'ALR-1' };

it.each<[string, AlertSlice[], Route[] | Error, Record<string, string>]>([
  ['no alert is about the partner', [{ partner: 'adria' }], [route('r1', 5)], {}],
  [
    'the busiest route',
    [{ partner: 'northpay' }],
    [route('r1', 5), route('r2', 9)],
    { ...filled, route: 'r2' },
  ],
  [
    'a paused one is not paused again',
    [{ partner: 'northpay' }],
    [route('r1', 5), route('r2', 9, { state: 'paused' })],
    { ...filled, route: 'r1' },
  ],
  [
    'the alert is about another method',
    [{ partner: 'northpay', method: 'wallet' }],
    [route('r1', 5), route('r2', 1, { method: 'wallet' })],
    { ...filled, route: 'r2' },
  ],
  [
    'the alert is about one country, which a route for all serves too',
    [{ partner: 'northpay', country: 'BR' }],
    [route('r1', 9, { country: 'DE' }), route('r2', 1), route('r3', 2, { country: 'BR' })],
    { ...filled, route: 'r3' },
  ],
  ['no route fits', [{ partner: 'northpay', method: 'wallet' }], [route('r1', 5)], filled],
  ['the platform does not answer', [{ partner: 'northpay' }], new Error('away'), filled],
])('%s', async (_case, slices, routes, expected) => {
  expect(await pausePrefill('northpay', deskWith(slices, routes))).toEqual(expected);
});

it('is asked for by the action; another one has nothing to say of a partner', async () => {
  const desk = deskWith([{ partner: 'northpay' }], [route('r1', 5)]);
  expect(await partnerPrefill('northpay', 'pause-route', desk)).toEqual({ ...filled, route: 'r1' });
  expect(await partnerPrefill('northpay', 'resume-route', desk)).toEqual({});
});
