/** Arming the pause of a route: what could never act is refused before anybody approves it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { armRoute } from '../../../src/remediation/actions/arm-route.js';
import type { World } from '../../../src/remediation/kit/action.js';
import { start } from '../../operations-api/support.js';
import { planned } from '../payments-desk.js';
import { openPlatformDesk, typedAt, withRoutes, type PlatformDesk } from '../platform-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: PlatformDesk;
beforeEach(async () => {
  at = await openPlatformDesk();
});
afterEach(() => at.close());

const typed = {
  route: 'northpay-card-us',
  metric: 'authorisation-success',
  drop: '20',
  attempts: '50',
  minutes: '60',
  most: '5000',
  uses: '2',
  until: typedAt(start, 24 * 60),
  reason: 'Declines rise',
};

async function faultsOf(over: Record<string, string>, world: World = at.desk): Promise<string[]> {
  const unreadable = armRoute.faultsOf({ ...typed, ...over });
  if (unreadable.length > 0) return unreadable.map(({ field }) => field ?? '');
  const plan = await armRoute.plan({ ...typed, ...over }, world);
  return plan.ok ? [] : plan.faults.map(({ field }) => field ?? '');
}

it.each<[string, Record<string, string>, string[]]>([
  ['everything fits', {}, []],
  [
    'a probe, hours and a slice',
    { probe: '10', hours: '22:00-06:00 UTC', slice: 'partner=northpay country=US' },
    [],
  ],
  ['no such metric', { metric: 'no-such' }, ['metric']],
  ['a slice without the route', { slice: 'partner=adria' }, ['slice']],
  ['a slice that does not read', { slice: 'partner' }, ['slice']],
  ['another currency', { most: '100 EUR' }, ['most']],
  ['more than 30 days', { until: typedAt(start, 31 * 24 * 60) }, ['until']],
  ['less than an hour', { until: typedAt(start, 59) }, ['until']],
  ['hours of no length', { hours: '22:00-22:00 UTC' }, ['hours']],
  ['hours that no clock has', { hours: '25:00-26:00 UTC' }, ['hours']],
  ['a zone that does not exist', { hours: '22:00-06:00 Moon/Base' }, ['hours']],
  [
    'numbers out of bounds',
    { uses: '0', drop: '101', minutes: '4', probe: '51' },
    ['drop', 'minutes', 'probe', 'uses'],
  ],
])('%s', async (_name, over, fields) => {
  expect(await faultsOf(over)).toEqual(fields);
});

it('a share that the platform cannot keep, and a route without a fallback', async () => {
  expect(
    await faultsOf(
      { probe: '10' },
      withRoutes(at.desk, () => ({ canProbe: false })),
    ),
  ).toEqual(['probe']);
  expect(
    await faultsOf(
      {},
      withRoutes(at.desk, () => ({ fallback: null })),
    ),
  ).toEqual(['route']);
});

it('says all bounds, and puts twice the amount at stake', async () => {
  const { preview } = await planned(armRoute, { ...typed, probe: '10' }, at.desk);
  expect(preview.value).toMatchObject({ minor: 1_000_000n, currency: 'USD' });
  expect(preview.changes).toEqual([
    'When an alert of authorisation-success opens with partner = northpay, at least 20 points below usual, n ≥ 50',
    expect.stringMatching(
      /^northpay-card-us is paused for 1 h: payments go to [a-z-]+ \([a-z]+\), 10 of 100 stay as a probe$/,
    ),
    'At most 2 times, and 5,000.00 USD at stake in total; the policy counts that amount twice, because no one checks each use',
    'Acts at any hour',
    expect.stringContaining('Ends each pause'),
    'Reason: Declines rise',
  ]);
});

underOrdeals(armRoute, ({ now }) => ({
  typed: {
    route: 'adria-card-fr',
    metric: 'authorisation-success',
    drop: '20',
    attempts: '50',
    minutes: '60',
    most: '5000',
    uses: '2',
    until: typedAt(now, 24 * 60),
    reason: 'a drill',
  },
  // It has no effect but to be armed.
  effects: () => Promise.resolve(1),
}));
