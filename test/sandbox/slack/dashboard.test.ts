/** The pages of the sandbox to which the deep links of cards lead. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSlack, type SlackServer } from '../../../sandbox/slack/server.js';
import { paydeskManifest } from './support.js';

const objects: Readonly<Record<string, object>> = {
  ch_1paid: {
    id: 'ch_1paid',
    object: 'charge',
    status: 'succeeded',
    amount: 2000,
    created: 1_763_632_800,
    payment_intent: 'pi_1paid',
    description: '<script>alert(1)</script> & "more"',
    metadata: { order: 'ORD-1' },
  },
  po_1out: { id: 'po_1out', object: 'payout', arrival_date: 1_763_596_800 },
};

let slack: SlackServer;
beforeAll(async () => {
  slack = await startSlack({
    port: 0,
    seed: 'dashboard',
    manifest: paydeskManifest,
    findObject: (id) => (Object.hasOwn(objects, id) ? objects[id]! : null),
  });
});
afterAll(() => slack.close());

const page = (id: string, init: RequestInit = {}) => fetch(`${slack.url}/dashboard/${id}`, init);

it('an object: what people look for first, then all of it, and nothing runs', async () => {
  const response = await page('ch_1paid');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const html = await response.text();
  expect(html).toContain('<title>charge ch_1paid</title>');
  expect(html).toContain('<dt>status</dt><dd>succeeded</dd>');
  expect(html).toContain('<dt>created</dt><dd>2025-11-20T10:00:00.000Z</dd>');
  expect(html).toContain('ORD-1');
  expect(html).not.toContain('<script');
});

it('a date that is not an instant is shown as the provider writes it', async () => {
  const html = await (await page('po_1out')).text();
  expect(html).toContain('payout po_1out');
  expect(html).toContain('<dt>arrival_date</dt><dd>2025-11-20T00:00:00.000Z</dd>');
});

it.each([
  ['ch_nobody', 'an unknown id'],
  [encodeURIComponent('<img src=x onerror=alert(1)>'), 'markup'],
  ['__proto__', 'a name that every object has'],
])('%s: there is no such object (%s)', async (id) => {
  const response = await page(id);
  const html = await response.text();
  expect([response.status, html.includes('The payments API has no such object.')]).toEqual([404, true]);
  expect(html).not.toContain('<img');
});
