/** Each partner's page speaks Statuspage's JSON and follows the outages of the world. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStatusPages, type StatusPages } from '../../../sandbox/status-page/status-page.js';
import { createManualClock, minuteMs } from '../../../sandbox/world/clock.js';
import type { Disturbance } from '../../../sandbox/world/disturbances.js';
import { createWorld } from '../../../sandbox/world/world.js';

const start = new Date('2026-11-18T12:00:00Z');
const world = createWorld({ seed: 'status', attemptsPerHour: 10 });
const clock = createManualClock(start);
let pages: StatusPages;

interface Summary {
  page: { name: string; time_zone: string };
  status: { indicator: string; description: string };
  components: { name: string; status: string }[];
  incidents: { status: string; resolved_at: string | null; incident_updates: { status: string }[] }[];
  scheduled_maintenances: unknown[];
}

const get = async (partner: string, document: string): Promise<Summary> =>
  (await fetch(`${pages.urls[partner]!}/api/v2/${document}.json`)).json() as Promise<Summary>;

beforeAll(async () => {
  pages = await startStatusPages({ port: 0, host: '127.0.0.1', world, clock });
});
afterAll(() => pages.close());

describe('status pages', () => {
  it('exist for every partner and are calm', async () => {
    expect(Object.keys(pages.urls)).toEqual(world.partners.map(({ id }) => id));
    const summary = await get('northpay', 'summary');
    expect(summary).toMatchObject({
      page: { name: 'Northpay', time_zone: 'Etc/UTC' },
      status: { indicator: 'none', description: 'All Systems Operational' },
      incidents: [],
      scheduled_maintenances: [],
    });
    expect(new Set(summary.components.map(({ status }) => status))).toEqual(new Set(['operational']));
    expect(await get('northpay', 'status')).toEqual({ page: summary.page, status: summary.status });
  });

  it('tell an outage from its start to its end, and leave other partners alone', async () => {
    const outage: Disturbance = {
      name: 'partner-outage',
      partnerId: 'adria',
      country: null,
      reason: null,
      fromMs: start.getTime(),
      toMs: null,
    };
    await world.disturb(outage);
    const during = await get('adria', 'summary');
    expect(during.status.indicator).toBe('major');
    expect(during.components.map(({ status }) => status)).toContain('major_outage');
    expect(during.incidents).toMatchObject([{ status: 'investigating', resolved_at: null }]);
    clock.advance(15 * minuteMs);
    expect((await get('adria', 'summary')).incidents[0]).toMatchObject({ status: 'identified' });
    expect((await get('northpay', 'status')).status.indicator).toBe('none');
    await world.disturb({ ...outage, toMs: clock.now().getTime() });
    const after = await get('adria', 'summary');
    expect([after.status.indicator, after.incidents]).toEqual(['none', []]);
    const { incidents } = await get('adria', 'incidents');
    expect(incidents[0]).toMatchObject({ status: 'resolved', resolved_at: clock.now().toISOString() });
    expect(incidents[0]!.incident_updates.map(({ status }) => status)).toEqual([
      'resolved',
      'identified',
      'investigating',
    ]);
  });

  it.each([
    ['country-degrading', 'halcyon', 'minor', 'Card processing'],
    ['late-statement', 'quill', 'minor', 'Payouts'],
    ['webhook-delay', 'lumen', 'minor', 'Webhooks'],
    ['slow-drift', 'sakura', 'none', null],
    ['duplicate-capture', 'klaro', 'none', null],
    ['short-paid-settlement', 'cobalt', 'none', null],
  ] as const)('say of %s at %s: %s, %s', async (name, partnerId, indicator, component) => {
    const fromMs = clock.now().getTime();
    await world.disturb({ name, partnerId, country: 'US', reason: null, fromMs, toMs: null });
    const summary = await get(partnerId, 'summary');
    expect(summary.status.indicator).toBe(indicator);
    const hit = summary.components.filter(({ status }) => status !== 'operational').map((one) => one.name);
    if (component === null) expect([hit, summary.incidents]).toEqual([[], []]);
    else expect([hit.includes(component), summary.incidents.length]).toEqual([true, 1]);
  });

  it.each(['/nobody/api/v2/summary.json', '/northpay/api/v2/secrets.json', '/', '/northpay/../adria'])(
    'answer 404 to %s',
    async (path) => {
      const { origin } = new URL(pages.urls.northpay!);
      expect((await fetch(origin + path)).status).toBe(404);
    },
  );
});
