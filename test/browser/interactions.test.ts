/**
 * The further ways to a bot, in a real browser: shortcuts, options asked of the bot, files in both directions, previews
 * of links, and the inspector that shows all of it.
 */
import type { App } from '@slack/bolt';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paydeskManifest, startApp, startBench, type Bench } from '../sandbox/slack/support.js';
import { composer, inspect, newest, say, useBrowser } from './browser.js';

const pageDir = join(import.meta.dirname, '../../dist/sandbox/slack/page');
const ops = '#/ana/payments-ops';
const shortcut = (type: 'global' | 'message', callback_id: string, name: string) => ({
  type,
  callback_id,
  name,
  description: `${name} now`,
});
const manifest = {
  ...paydeskManifest,
  features: {
    ...paydeskManifest.features,
    slash_commands: [{ command: '/evidence', description: 'Hands in evidence', usage_hint: '' }],
    shortcuts: [
      shortcut('global', 'find', 'Find a payment'),
      shortcut('message', 'trace', 'Trace this payment'),
    ],
  },
};
const plain = (text: string) => ({ type: 'plain_text' as const, text });
const payments = ['pi_alpha', 'pi_beta', 'ch_gamma'];
/** A red dot. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mP8z8BQz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC',
  'base64',
);

let bench: Bench;
let bot: { stop(): Promise<void> };
const visitor = useBrowser(() => bench.slack.url);

beforeAll(async () => {
  bench = await startBench({ pageDir: pageDir, manifest, limits: {}, rateLimits: false });
  bot = await startApp(bench, 'socket', 0, answer);
});
afterAll(async () => {
  await bot.stop();
  await bench.close();
});

function answer(app: App): void {
  app.shortcut('find', async ({ ack, client, body }) => {
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view: finder });
  });
  app.options('payment', ({ ack, payload }) => {
    const found = payments.filter((id) => id.includes(payload.value));
    return ack({ options: found.map((id) => ({ text: plain(id), value: id })) });
  });
  app.view('find', async ({ ack, view, client }) => {
    await ack();
    const chosen = view.state.values.payment?.payment?.selected_option?.value ?? 'nothing';
    await client.chat.postMessage({ channel: 'payments-ops', text: `Found ${chosen}` });
  });
  app.shortcut('trace', async ({ ack, client, shortcut: { type, ...rest } }) => {
    await ack();
    if (type !== 'message_action' || !('message' in rest)) return;
    await client.chat.postMessage({
      channel: rest.channel.id,
      thread_ts: rest.message.ts,
      text: `Tracing “${rest.message.text ?? ''}”`,
    });
  });
  app.command('/evidence', async ({ ack, client, body }) => {
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view: evidence });
  });
  app.view('evidence', async ({ ack, view, client }) => {
    await ack();
    const files = view.state.values.files?.files as { files?: { name: string }[] } | undefined;
    const names = files?.files?.map(({ name }) => name).join(', ') ?? 'nothing';
    await client.chat.postMessage({ channel: 'payments-ops', text: `Received ${names}` });
  });
}

const finder = {
  type: 'modal' as const,
  callback_id: 'find',
  title: plain('Find a payment'),
  submit: plain('Find'),
  blocks: [
    {
      type: 'input' as const,
      block_id: 'payment',
      label: plain('Payment'),
      element: { type: 'external_select' as const, action_id: 'payment', min_query_length: 2 },
    },
  ],
};
const evidence = {
  type: 'modal' as const,
  callback_id: 'evidence',
  title: plain('Evidence'),
  submit: plain('Hand in'),
  blocks: [
    {
      type: 'input' as const,
      block_id: 'files',
      label: plain('Files'),
      element: { type: 'file_input' as const, action_id: 'files', filetypes: ['csv'], max_files: 2 },
    },
  ],
};

describe('shortcuts', () => {
  it('from anywhere: its modal asks the bot for options as one types', async () => {
    const page = await visitor.open(ops);
    await page.locator('.stage').getByRole('button', { name: 'Shortcuts' }).click();
    await inspect(page, 'shortcuts');
    await page.getByRole('menuitem', { name: /Find a payment/ }).click();
    const modal = page.getByRole('dialog', { name: 'Find a payment' });
    const field = modal.getByRole('combobox', { name: 'Payment' });
    await field.fill('pi_');
    await page.getByRole('option', { name: 'pi_beta' }).waitFor();
    expect(await page.getByRole('option').allInnerTexts()).toEqual(['pi_alpha', 'pi_beta']);
    await inspect(page, 'external-select');
    await page.getByRole('option', { name: 'pi_beta' }).click();
    await modal.getByRole('button', { name: 'Find' }).click();
    await newest(page, 'Found pi_beta').waitFor();
  });

  it('from a message: the bot learns which one', async () => {
    const page = await visitor.open(ops);
    await say(page, 'Where is pi_alpha?');
    const message = newest(page, 'Where is pi_alpha?');
    await message.hover();
    await message.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: /Trace this payment/ }).click();
    await message.getByRole('button', { name: /1 reply/ }).click();
    await page
      .getByRole('complementary', { name: 'Thread' })
      .getByText('Tracing “Where is pi_alpha?”')
      .waitFor();
  });
});

describe('files', () => {
  const csv = {
    name: 'breaks.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('reference,amount\npi_1,9.99\n'),
  };

  it('attached to a message: pictures show, anything else can be downloaded', async () => {
    const page = await visitor.open(ops);
    const chooser = page.locator('.stage').getByLabel('Attach files').last();
    await chooser.setInputFiles([{ name: 'dot.png', mimeType: 'image/png', buffer: png }, csv]);
    await page.getByRole('button', { name: 'Remove breaks.csv' }).waitFor();
    await say(page, 'Two files');
    const message = newest(page, 'Two files');
    const picture = message.getByRole('img', { name: 'dot.png' });
    await picture.waitFor();
    await expect.poll(() => widthOf(page)).toBe(10);
    const downloading = page.waitForEvent('download');
    await message.getByRole('link', { name: /breaks.csv/ }).click();
    expect((await downloading).suggestedFilename()).toBe('breaks.csv');
    await inspect(page, 'files');
  });

  it('handed in with a form, of the types that the form asks for', async () => {
    const page = await visitor.open(ops);
    await say(page, '/evidence');
    const modal = page.getByRole('dialog', { name: 'Evidence' });
    const chooser = modal.getByLabel('Files');
    await chooser.setInputFiles({ ...csv, name: 'breaks.exe' });
    await page
      .getByRole('alert')
      .filter({ hasText: 'breaks.exe is not of a type asked for: csv.' })
      .waitFor();
    await chooser.setInputFiles(csv);
    await modal.getByRole('button', { name: 'Hand in' }).click();
    await newest(page, 'Received breaks.csv').waitFor();
  });
});

describe('the inspector', () => {
  it('lists what was sent and what was asked, with what was wrong', async () => {
    const page = await visitor.open(ops);
    await page.getByRole('button', { name: 'Inspector' }).click();
    const panel = page.getByRole('complementary', { name: 'Inspector' });
    await say(page, '/evidence');
    await page.getByRole('dialog', { name: 'Evidence' }).waitFor();
    await page.keyboard.press('Escape');
    const envelope = panel.locator('li').filter({ hasText: '/evidence' }).first();
    expect(await envelope.locator('.ack').innerText()).toMatch(/^\d+ ms$/);
    await bench.client.chat
      .postMessage({ channel: 'payments-ops', text: '', blocks: [{ type: 'header' }] })
      .catch(() => undefined);
    await panel.getByRole('button', { name: 'API calls' }).click();
    const refused = panel.locator('li').filter({ hasText: 'invalid_blocks' }).first();
    await refused.locator('summary').click();
    expect(await refused.locator('.finding').first().innerText()).toContain('/blocks/0');
    expect(await panel.locator('li').filter({ hasText: 'views.open' }).count()).toBeGreaterThan(0);
    await inspect(page, 'inspector');
    await composer(page).waitFor();
  });
});

/** The natural width of the newest picture of a message: zero while it has not loaded. */
function widthOf(page: Page): Promise<number> {
  return page.evaluate<number>(
    "[...document.querySelectorAll('.stage .message img')].at(-1)?.naturalWidth ?? 0",
  );
}
