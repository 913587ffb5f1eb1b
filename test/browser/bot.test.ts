/**
 * The page with a bot that is not Paydesk: a bare Bolt app over Socket Mode, against the built page.
 * So that the page is proven for whatever a bot may do: a modal with a field error, four eyes, tables, charts, a Home.
 */
import type { App } from '@slack/bolt';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paydeskManifest, startApp, startBench, type Bench } from '../sandbox/slack/support.js';
import { inspect, newest, say, useBrowser } from './browser.js';

const pageDir = join(import.meta.dirname, '../../dist/sandbox/slack/page');
const leftMinor = 8_400;
const command = (name: string, usage_hint = '') => ({
  command: name,
  description: `Shows ${name}`,
  usage_hint,
});
const manifest = {
  ...paydeskManifest,
  features: {
    ...paydeskManifest.features,
    slash_commands: ['/refund', '/breaks', '/rates'].map((name) => command(name)),
  },
};
const plain = (text: string) => ({ type: 'plain_text' as const, text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text });
const raw = (text: string) => ({ type: 'raw_text', text });
const amounts = [120, 84, 42.5, 1999.99, 15, 640, 73.2];

let bench: Bench;
let bot: { stop(): Promise<void> };
const visitor = useBrowser(() => bench.slack.url);

beforeAll(async () => {
  bench = await startBench({ pageDir: pageDir, manifest, limits: {}, rateLimits: false });
  bot = await startApp(bench, 'socket', 0, (app) => {
    answerRefunds(app);
    answerTables(app);
    answerHome(app);
  });
});
afterAll(async () => {
  await bot.stop();
  await bench.close();
});

/** `/refund` opens a form; a valid one asks in #approvals for somebody else's approval. */
function answerRefunds(app: App): void {
  app.command('/refund', async ({ ack, client, body }) => {
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view: refundForm });
  });
  app.view('refund', async ({ ack, view, body, client }) => {
    const minor = Math.round(Number(view.state.values.amount?.amount?.value) * 100);
    const errors = { amount: 'Only €84.00 is left of the charge.' };
    if (minor > leftMinor) return ack({ response_action: 'errors', errors });
    await ack();
    await client.chat.postMessage({ channel: 'approvals', ...requestCard(body.user.id, minor) });
  });
  app.action('approve', async ({ ack, body, client, respond, action }) => {
    await ack();
    if (body.type !== 'block_actions' || body.channel === undefined || body.message === undefined) return;
    const text = `Approved by <@${body.user.id}>`;
    const blocks = [{ type: 'section', text: mrkdwn(`:white_check_mark: ${text}`) }];
    if ('value' in action && action.value === body.user.id)
      await respond({
        text: 'Somebody else must approve.',
        response_type: 'ephemeral',
        replace_original: false,
      });
    else await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text, blocks });
  });
}

const refundForm = {
  type: 'modal' as const,
  callback_id: 'refund',
  title: plain('Refund a payment'),
  submit: plain('Request'),
  close: plain('Cancel'),
  blocks: [
    {
      type: 'input' as const,
      block_id: 'amount',
      label: plain('Amount in EUR'),
      element: { type: 'number_input' as const, action_id: 'amount', is_decimal_allowed: true },
    },
    {
      type: 'input' as const,
      block_id: 'reason',
      label: plain('Reason'),
      element: {
        type: 'static_select' as const,
        action_id: 'reason',
        options: ['Duplicate', 'Fraudulent'].map((name) => ({
          text: plain(name),
          value: name.toLowerCase(),
        })),
      },
    },
  ],
};

function requestCard(requester: string, minor: number) {
  const what = `Refund of €${(minor / 100).toFixed(2)}, requested by <@${requester}>`;
  const button = {
    type: 'button' as const,
    action_id: 'approve',
    text: plain('Approve'),
    style: 'primary' as const,
    value: requester,
    confirm: {
      title: plain('Approve this refund?'),
      text: mrkdwn('It takes effect *once*.'),
      confirm: plain('Approve'),
      deny: plain('Not yet'),
    },
  };
  return {
    text: what,
    blocks: [
      { type: 'section' as const, text: mrkdwn(what) },
      { type: 'actions' as const, elements: [button] },
    ],
  };
}

function answerTables(app: App): void {
  app.command('/breaks', async ({ ack, client, body }) => {
    await ack();
    const rows = amounts.map((value, at) => [
      raw(`pi_${at}`),
      { type: 'raw_number', value, text: `€${value.toFixed(2)}` },
    ]);
    const table = {
      type: 'data_table',
      caption: 'Open breaks',
      page_size: 5,
      rows: [[raw('Reference'), raw('Amount')], ...rows],
    };
    await client.chat.postMessage({ channel: body.channel_id, text: 'Open breaks', blocks: [table] });
  });
  app.command('/rates', async ({ ack, client, body }) => {
    await ack();
    const categories = ['Mon', 'Tue', 'Wed'];
    const data = categories.map((label, at) => ({ label, value: 90 + at }));
    const chart = {
      type: 'data_visualization',
      title: 'Approval rate',
      chart: { type: 'line', series: [{ name: 'Adyen', data }], axis_config: { categories } },
    };
    await client.chat.postMessage({ channel: body.channel_id, text: 'Approval rate', blocks: [chart] });
  });
}

function answerHome(app: App): void {
  const home = (user: string, text: string) => ({
    user_id: user,
    view: {
      type: 'home' as const,
      blocks: [
        { type: 'header' as const, text: plain('Waiting for you') },
        { type: 'section' as const, text: mrkdwn(text) },
        {
          type: 'actions' as const,
          elements: [{ type: 'button' as const, action_id: 'take', text: plain('Take the next one') }],
        },
      ],
    },
  });
  app.event('app_home_opened', ({ event, client }) =>
    client.views.publish(home(event.user, 'Three approvals')).then(() => undefined),
  );
  app.action('take', async ({ ack, body, client }) => {
    await ack();
    await client.views.publish(home(body.user.id, 'Two approvals'));
  });
}

const amountsShown = async (cells: { allInnerTexts(): Promise<string[]> }): Promise<number[]> =>
  (await cells.allInnerTexts()).map((text) => Number(text.replace('€', '')));

describe('a modal', () => {
  it('shows missing inputs, then the app’s refusal at its field, then closes', async () => {
    const page = await visitor.open('#/ana/payments-ops');
    await say(page, '/refund');
    const modal = page.getByRole('dialog', { name: 'Refund a payment' });
    const amount = modal.getByRole('textbox', { name: 'Amount in EUR' });
    await amount.waitFor();
    await modal.getByRole('button', { name: 'Request' }).click();
    await modal.getByText('Please complete this required field.').first().waitFor();
    await amount.fill('90.00');
    await modal.getByRole('combobox', { name: 'Reason' }).click();
    await page.getByRole('option', { name: 'Duplicate' }).click();
    await modal.getByRole('button', { name: 'Request' }).click();
    await modal.getByText('Only €84.00 is left of the charge.').waitFor();
    expect(await amount.getAttribute('aria-invalid')).toBe('true');
    await inspect(page, 'modal-field-error');
    await amount.fill('84.00');
    await amount.press('Enter');
    await modal.waitFor({ state: 'detached' });
  });

  it('closes on Escape, and gives the focus back', async () => {
    const page = await visitor.open('#/ana/payments-ops');
    await say(page, '/refund');
    const modal = page.getByRole('dialog', { name: 'Refund a payment' });
    await modal.waitFor();
    await page.keyboard.press('Escape');
    await modal.waitFor({ state: 'detached' });
    await expect.poll(() => page.locator(':focus').getAttribute('aria-label')).toBe('Message #payments-ops');
  });
});

describe('four eyes', () => {
  it('the one who asked cannot approve; another can, after being asked once more, and the button goes', async () => {
    const { users } = await bench.control.state();
    const ana = users.find(({ name }) => name === 'ana')!.id;
    await bench.client.chat.postMessage({ channel: 'approvals', ...requestCard(ana, 4_200) });
    const page = await visitor.open('#/ana/approvals');
    const card = newest(page, 'Refund of €42.00');
    const approve = async (): Promise<void> => {
      await card.getByRole('button', { name: 'Approve' }).click();
      await page
        .getByRole('dialog', { name: 'Approve this refund?' })
        .getByRole('button', { name: 'Approve' })
        .click();
    };
    const ts = await card.getAttribute('data-ts');
    await card.getByRole('button', { name: 'Approve' }).click();
    await inspect(page, 'confirm');
    await page.getByRole('button', { name: 'Not yet' }).click();
    await approve();
    await newest(page, 'Somebody else must approve.').waitFor();
    await page.getByRole('button', { name: /You are Ana Ribeiro/ }).click();
    await page.getByRole('menuitemradio', { name: /Tomáš Novák/ }).click();
    await page.getByRole('button', { name: /You are Tomáš Novák/ }).waitFor();
    await approve();
    const approved = page.locator(`.message[data-ts="${ts ?? ''}"]`);
    await approved.filter({ hasText: 'Approved by @Tomáš Novák' }).waitFor();
    expect(await approved.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await inspect(page, 'approved');
  });
});

describe('numbers', () => {
  it('a data table sorts by value, filters and turns pages', async () => {
    const page = await visitor.open('#/ana/reconciliation');
    await say(page, '/breaks');
    const table = page.getByRole('table', { name: 'Open breaks' }).last();
    const cells = table.locator('tbody td');
    await table.waitFor();
    expect(await amountsShown(cells)).toEqual(amounts.slice(0, 5));
    await table.getByRole('button', { name: 'Amount' }).click();
    expect(await table.locator('th[aria-sort=ascending]').innerText()).toBe('Amount');
    expect(await amountsShown(cells)).toEqual(amounts.toSorted((a, b) => a - b).slice(0, 5));
    await table.getByRole('button', { name: 'Amount' }).click();
    expect(await amountsShown(cells)).toEqual(amounts.toSorted((a, b) => b - a).slice(0, 5));
    await inspect(page, 'data-table');
    await newest(page, 'Reference').getByRole('button', { name: 'Next page' }).click();
    expect(await amountsShown(cells)).toEqual(amounts.toSorted((a, b) => b - a).slice(5));
    await page.getByRole('searchbox', { name: 'Filter Open breaks' }).last().fill('1999');
    expect(await amountsShown(cells)).toEqual([1999.99]);
  });

  it('a chart is drawn, and its numbers can be read without seeing it', async () => {
    const page = await visitor.open('#/ana/reconciliation');
    await say(page, '/rates');
    const chart = page.locator('.stage figure.chart').last();
    await chart.waitFor();
    expect(await chart.locator('svg circle').count()).toBe(3);
    expect(await chart.locator('table').innerText()).toMatch(/Tue\s+91/);
    await inspect(page, 'chart');
  });
});

describe('the App Home', () => {
  it('is published when it is opened, acts, and is rewritten in place', async () => {
    const page = await visitor.open('#/lars/payments-ops');
    await page.locator('.channel-row').filter({ hasText: 'Paydesk' }).click();
    await page.getByRole('navigation', { name: 'Paydesk' }).getByRole('button', { name: 'Home' }).click();
    await page.getByRole('heading', { name: 'Waiting for you' }).waitFor();
    await inspect(page, 'home');
    await page.getByRole('button', { name: 'Take the next one' }).click();
    await page.locator('.home').getByText('Two approvals').waitFor();
  });
});
