/**
 * Draws `docs/pictures/payment.png`, the picture of the README: `npm run screenshot`, after `npm run build`.
 *
 * A refund that somebody asks about, traced by one person and shared with the channel: what one sees when it is used.
 * Invariant: everything in the picture is the running product; nothing is drawn for it.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Outcome, State } from '../../sandbox/slack/wire.js';
import { control, launchChromium, newest, say } from './browser.js';
import { startBuiltWorld } from './world.js';

const picture = join(import.meta.dirname, '../../docs/pictures/payment.png');

const world = await startBuiltWorld();
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(`${world.url}/#/mei/payments-ops`);
  await newest(page, 'Welcome to the Paydesk sandbox').waitFor();
  await tellTheStory(page, await refundedPayment());
  mkdirSync(dirname(picture), { recursive: true });
  await page.screenshot({ path: picture });
} finally {
  await browser.close();
  await world.stop();
}

/** The id that the welcome gives as refunded. */
async function refundedPayment(): Promise<string> {
  const { channels } = await control<State>(world.url, 'state');
  const id = /`\/payment (pi_\w+)`\s+refunded/.exec(JSON.stringify(channels))?.[1];
  if (id === undefined) throw new Error('the welcome names no refunded payment');
  return id;
}

async function tellTheStory(page: Page, id: string): Promise<void> {
  const post = (path: string, body: object): Promise<Outcome> => control(world.url, path, body);
  const ops = 'payments-ops';
  await say(page, `A customer asks where the refund of \`${id}\` is. Did it leave?`);
  await newest(page, 'Did it leave?').waitFor();
  const { messages } = await post('command', { user: 'ana', channel: ops, text: `/payment ${id}` });
  const trace = messages.at(-1)?.ts;
  await post('action', { user: 'ana', channel: ops, ts: trace, action_id: 'payment_share' });
  const shared = newest(page, 'shared by');
  const thread_ts = await shared.getAttribute('data-ts');
  await post('message', { user: 'lars', channel: ops, thread_ts, text: 'Thank you both :pray:' });
  await post('message', {
    user: 'tomas',
    channel: 'approvals',
    text: 'Two refunds wait for a second pair of eyes',
  });
  await post('message', { user: 'ana', channel: 'disputes', text: 'Three of them are due this week, @mei' });
  await post('message', { user: 'kofi', channel: '@mei', text: 'Northpay confirms the payout of tomorrow' });
  await shared.getByText('1 reply').waitFor();
  await page.locator('.channel-row', { hasText: 'Kofi' }).getByLabel('1 unread').waitFor();
}
