/**
 * Guarded actions in the page, as two people who take turns: asked for on a payment card, refused to the one who asked,
 * approved by another, seen in the audit log; behind broken glass; and from App Home. What takes minutes is seen on a desk
 * whose clock can be set ahead: the same programs in this process, and the same page.
 */
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { State } from '../../sandbox/slack/wire.js';
import { root } from '../house/source-tree.js';
import { startDesk, type TestDesk } from '../support/desk.js';
import { guardedOf, type Guarded } from '../support/guarded.js';
import { pausableRoute, routeNow } from '../support/platform-routes.js';
import { control, deskUrl, inspect, newest, say, useBrowser } from './browser.js';

const url = deskUrl();
const visitor = useBrowser(() => url);
const people = { ana: 'Ana Ribeiro', lars: 'Lars Holm', kofi: 'Kofi Mensah' } as const;
const minuteMs = 60_000;
type Person = keyof typeof people;

/** Verifying follows some seconds after the effect, and a card is rewritten once a second. */
const closedMs = 40_000;

/** Payments by what the welcome says of them. */
const payments: Record<string, string> = {};

beforeAll(async () => {
  const { channels } = await control<State>(url, 'state');
  const welcome = channels.flatMap(({ messages }) => messages).find(({ text }) => text.startsWith('Welcome'));
  for (const [, id = '', does = ''] of JSON.stringify(welcome?.blocks).matchAll(
    /`\/payment ([^`]+)`\s+([^\\"]+)/g,
  ))
    payments[does] = id;
});

const paidOut = (): string => payments['paid out, confirmed by every source'] ?? '';
const retried = (): string => payments['declined first, then paid'] ?? '';

async function become(page: Page, person: Person): Promise<void> {
  await page.getByRole('button', { name: /^You are / }).click();
  await page.getByRole('menuitemradio', { name: new RegExp(people[person]) }).click();
  await page.getByRole('button', { name: new RegExp(`You are ${people[person]}`) }).waitFor();
}

async function goTo(page: Page, channel: string): Promise<void> {
  await page.locator('.channel-row').filter({ hasText: channel }).click();
  await page.getByRole('heading', { name: channel, exact: true }).waitFor();
}

const dialog = (page: Page, name: string | RegExp): Locator => page.getByRole('dialog', { name });

/** Fills the form of a refund and sends it; answers the id of the request. */
async function askForRefund(page: Page, form: Locator, amount: string): Promise<string> {
  await fillRefund(page, form, amount);
  return send(page, form);
}

async function send(page: Page, form: Locator): Promise<string> {
  await form.getByRole('button', { name: /Request approval|Run now/ }).click();
  const asked = dialog(page, /^REM-\d+ submitted$/);
  await asked.waitFor();
  const [id = ''] = /REM-\d+/.exec(await asked.innerText()) ?? [];
  return id;
}

async function fillRefund(page: Page, form: Locator, amount: string): Promise<void> {
  await form.waitFor();
  await form.getByRole('textbox', { name: 'Amount' }).fill(amount);
  await form.getByRole('combobox', { name: 'Reason' }).click();
  await page.getByRole('option', { name: 'Duplicate payment' }).click();
  await form
    .getByRole('textbox', { name: /^Why/ })
    .fill('The shop sent the order twice & took the money twice');
}

/** The live card, not what was said below or privately. */
const cardOf = (page: Page, id: string): Locator =>
  page
    .locator('.stage .message:not(.ephemeral)')
    .filter({ hasText: `${id} requested by` })
    .last();

async function approve(page: Page, id: string): Promise<void> {
  await cardOf(page, id)
    .getByRole('button', { name: `Approve ${id}` })
    .click();
  await dialog(page, `Approve ${id}?`).getByRole('button', { name: 'Approve' }).click();
}

describe('a refund', () => {
  it('goes from the payment card over another person to the audit log', { timeout: 120_000 }, async () => {
    const page = await visitor.open('#/ana/payments-ops');
    await say(page, `/payment ${paidOut()}`);
    await newest(page, paidOut())
      .getByRole('button', { name: /^Refund/ })
      .click();
    const form = dialog(page, 'Refund payment');
    await form.waitFor();
    expect(await form.getByRole('textbox', { name: 'Payment or charge' }).inputValue()).toBe(paidOut());
    await inspect(page, 'remediation-form');
    await fillRefund(page, form, '１００');
    await form.getByRole('button', { name: 'Request approval' }).click();
    await form.getByText('Enter an amount above zero').waitFor();
    await inspect(page, 'remediation-form-error');
    const id = await askForRefund(page, form, '1');
    await inspect(page, 'remediation-asked');
    await dialog(page, /submitted/)
      .getByRole('button', { name: 'Close' })
      .last()
      .click();

    await goTo(page, 'approvals');
    await cardOf(page, id).waitFor();
    await inspect(page, 'remediation-card');
    await approve(page, id);
    await newest(page, 'You requested this, so another person must decide').waitFor();
    await become(page, 'lars');
    await cardOf(page, id)
      .getByRole('button', { name: `Approve ${id}` })
      .click();
    await inspect(page, 'remediation-confirm');
    await dialog(page, `Approve ${id}?`).getByRole('button', { name: 'Approve' }).click();
    const closed = cardOf(page, id).filter({ hasText: 'done and verified' });
    await closed.waitFor({ timeout: closedMs });
    expect(await closed.getByRole('button', { name: /Approve|Reject|Withdraw/ }).count()).toBe(0);
    await closed.getByRole('button', { name: /repl/ }).click();
    await page.getByRole('complementary', { name: 'Thread' }).getByText('Verified:').first().waitFor();
    await inspect(page, 'remediation-closed');
    await page.keyboard.press('Escape');
    await say(page, `/audit ${id}`);
    const audit = newest(page, 'in the audit log');
    for (const words of ['requested', 'approved', 'started to execute', 'executed'])
      expect(await audit.innerText()).toContain(`${words} ${id}`);
    await inspect(page, 'remediation-audit');
  });

  it('goes ahead behind broken glass, and owes a review', { timeout: 120_000 }, async () => {
    const page = await visitor.open('#/lars/payments-ops');
    await say(page, `/remediate break-glass refund-payment ${retried()}`);
    const form = dialog(page, 'Break glass');
    await form.waitFor();
    await inspect(page, 'break-glass-form');
    const id = await askForRefund(page, form, '2');
    await dialog(page, /submitted/)
      .getByRole('button', { name: 'Close' })
      .last()
      .click();
    await goTo(page, 'break-glass');
    await newest(page, `used break-glass for ${id}`).waitFor();
    await inspect(page, 'break-glass-alarm');
    await goTo(page, 'approvals');
    await cardOf(page, id).filter({ hasText: 'done and verified' }).waitFor({ timeout: closedMs });
    await inspect(page, 'break-glass-card');
    await become(page, 'ana');
    await cardOf(page, id)
      .getByRole('button', { name: `Close review: ${id}` })
      .click();
    const review = dialog(page, `Review of ${id}`);
    await review.getByRole('textbox', { name: 'What did you find?' }).fill('It was right');
    await inspect(page, 'break-glass-review');
    await review.getByRole('button', { name: 'Close review' }).click();
    await cardOf(page, id).filter({ hasText: 'Reviewed by' }).waitFor({ timeout: closedMs });
  });

  it('waits in App Home, and is approved there', { timeout: 120_000 }, async () => {
    const page = await visitor.open('#/kofi/payments-ops');
    await say(page, '/remediate');
    await dialog(page, 'Guarded actions').getByRole('combobox').click();
    await page.getByRole('option', { name: /Refund payment/ }).waitFor();
    await inspect(page, 'remediation-chooser');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await say(page, `/remediate refund-payment ${paidOut()}`);
    const id = await askForRefund(page, dialog(page, 'Refund payment'), '3');
    await dialog(page, /submitted/)
      .getByRole('button', { name: 'Close' })
      .last()
      .click();
    await become(page, 'lars');
    await page.locator('.channel-row').filter({ hasText: 'Paydesk' }).click();
    await page.getByRole('navigation', { name: 'Paydesk' }).getByRole('button', { name: 'Home' }).click();
    const home = page.locator('.home');
    await home.getByRole('heading', { name: 'Needs my decision' }).waitFor();
    await inspect(page, 'remediation-home');
    await home.getByRole('button', { name: `Approve ${id}` }).click();
    await dialog(page, `Approve ${id}?`).getByRole('button', { name: 'Approve' }).click();
    await home.getByText('Nothing needs your decision.').waitFor();
    await goTo(page, 'approvals');
    await cardOf(page, id).filter({ hasText: 'done and verified' }).waitFor({ timeout: closedMs });
  });
});

describe('a world that goes on', () => {
  let desk: TestDesk;
  let guarded: Guarded;
  const visitor = useBrowser(() => desk.slack.url);

  beforeAll(async () => {
    desk = await startDesk('socket', { pageDir: join(root, 'dist/sandbox/slack/page') });
    guarded = await guardedOf(desk);
  });

  afterAll(async () => {
    await guarded.close();
    await desk.close();
  });

  /** What a person of this time zone writes into a field of day and time. */
  const wallTime = (at: Date, timeZone: string): string =>
    at.toLocaleString('sv-SE', { timeZone }).slice(0, 16).replace(' ', 'T');

  it('ends the pause of a route by itself, and says so', { timeout: 120_000 }, async () => {
    const route = await pausableRoute(desk, 'northpay');
    const page = await visitor.open('#/ana/payments-ops');
    await say(page, '/partner northpay');
    await newest(page, 'Northpay')
      .getByRole('button', { name: /^Pause a route/ })
      .click();
    const form = dialog(page, 'Pause route');
    await form.getByRole('combobox', { name: 'Route' }).click();
    await page.getByRole('option').first().waitFor();
    await inspect(page, 'pause-route-menu');
    await page.getByRole('option', { name: `${route.id} ` }).click();
    const { tz = '' } = (await desk.state()).users.find(({ name }) => name === 'ana') ?? {};
    await form.getByLabel('Resumes at').fill(wallTime(new Date(Date.now() + 15 * minuteMs), tz));
    await form.getByRole('textbox', { name: /^Reason/ }).fill('Its failures rise');
    await form.getByRole('textbox', { name: /^Why/ }).fill('Customers give up at the payment page');
    await inspect(page, 'pause-route-form');
    const id = await send(page, form);
    await dialog(page, /submitted/)
      .getByRole('button', { name: 'Close' })
      .last()
      .click();

    await become(page, 'lars');
    await goTo(page, 'approvals');
    await cardOf(page, id).waitFor();
    await inspect(page, 'pause-route-card');
    await approve(page, id);
    await cardOf(page, id).filter({ hasText: 'done, verification pending' }).waitFor();
    desk.skip(3000);
    await cardOf(page, id)
      .filter({ hasText: 'done and verified; the rest follows automatically' })
      .waitFor({ timeout: closedMs });
    await inspect(page, 'pause-route-paused');
    expect(await routeNow(desk, route.id)).toMatchObject({ state: 'paused' });
    desk.skip(16 * minuteMs);
    const closed = cardOf(page, id).filter({ hasNotText: 'the rest follows automatically' });
    await closed.filter({ hasText: '· over' }).waitFor({ timeout: closedMs });
    await closed.getByRole('button', { name: /repl/ }).click();
    await page
      .getByRole('complementary', { name: 'Thread' })
      .getByText(new RegExp(`^${route.id} is active: it resumed automatically`))
      .waitFor();
    await inspect(page, 'pause-route-resumed');
    expect(await routeNow(desk, route.id)).toMatchObject({ state: 'active' });
  });

  it('voids a plan whose payment changed between the votes', { timeout: 120_000 }, async () => {
    const { payment, charge } = await guarded.pay({ amount: '90000' });
    const page = await visitor.open('#/kofi/payments-ops');
    await say(page, `/remediate refund-payment ${payment}`);
    const id = await askForRefund(page, dialog(page, 'Refund payment'), '700');
    await dialog(page, /submitted/)
      .getByRole('button', { name: 'Close' })
      .last()
      .click();
    await goTo(page, 'approvals');
    await cardOf(page, id).filter({ hasText: 'needs 2 more approvals' }).waitFor();
    await voteTyping(page, 'ana', id);
    await cardOf(page, id).filter({ hasText: 'needs 1 more approval ' }).waitFor();
    await guarded.payments('refunds', { charge, amount: '100' });
    await voteTyping(page, 'lars', id);
    const voided = cardOf(page, id).filter({ hasText: 'voided, no action taken' });
    await voided.filter({ hasText: /What changed: .*1\.00 EUR/ }).waitFor({ timeout: closedMs });
    expect(await voided.getByRole('button', { name: /Approve|Reject|Withdraw/ }).count()).toBe(0);
    await voided.getByRole('button', { name: /repl/ }).click();
    await page.getByRole('complementary', { name: 'Thread' }).getByText('the approvals are void').waitFor();
    await inspect(page, 'remediation-voided');
    expect((await guarded.refundsOf(charge)).map(({ amount }) => amount)).toEqual([100]);
  });

  async function voteTyping(page: Page, person: Person, id: string): Promise<void> {
    await become(page, person);
    await approve(page, id);
    const typing = dialog(page, 'Type the amount');
    await typing.getByRole('textbox').fill('700');
    await inspect(page, 'remediation-amount');
    await typing.getByRole('button', { name: 'Approve' }).click();
    await typing.waitFor({ state: 'detached' });
  }
});

describe('however one works', () => {
  it.each([
    ['dark', { colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 390, height: 844 }, hasTouch: true }],
  ] as const)('%s', async (name, options) => {
    const page = await visitor.open('#/lars/approvals', options);
    await newest(page, 'requested by').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await inspect(page, `remediation-card-${name}`);
    await say(page, '/remediate pause-route northpay-card-us');
    await dialog(page, 'Pause route').waitFor();
    await inspect(page, `remediation-form-${name}`);
    await dialog(page, 'Pause route').getByRole('button', { name: 'Cancel' }).click();
    await dialog(page, 'Pause route').waitFor({ state: 'detached' });
  });
});
