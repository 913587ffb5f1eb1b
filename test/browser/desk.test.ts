/**
 * The desk as a newcomer meets it: the built sandbox with the real Paydesk in it, in a real browser.
 * What is typed, who sees the answer, and how it looks in the dark, on a telephone and to a screen reader.
 */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Outcome, State } from '../../sandbox/slack/wire.js';
import { composer, control, deskUrl, inspect, keepPicture, newest, say, useBrowser } from './browser.js';

const url = deskUrl();
const visitor = useBrowser(() => url);
const ops = '#/ana/payments-ops';
const traceShownMs = 1_500;

/** By what the welcome says of it: the command that it suggests. */
const suggested: Record<string, string> = {};

function suggestion(does: string): string {
  const command = suggested[does];
  if (command === undefined) throw new Error(`the welcome suggests nothing that is "${does}"`);
  return command;
}

/** What a command names: `pi_…` of `/payment pi_…`. */
const subject = (command: string): string => command.replace(/^\/\S+ /, '');

beforeAll(async () => {
  const { channels } = await control<State>(url, 'state');
  const welcome = channels.flatMap(({ messages }) => messages).find(({ text }) => text.startsWith('Welcome'));
  const lines = JSON.stringify(welcome?.blocks).matchAll(/`(\/payment [^`]+)`\s+([^\\"]+)/g);
  for (const [, command = '', does = ''] of lines) suggested[does] = command;
});

async function trace(page: Page, does = 'paid out, confirmed by every source'): Promise<string> {
  const id = subject(suggestion(does));
  await say(page, `/payment ${id}`);
  await page
    .locator('.message.ephemeral')
    .filter({ hasText: id })
    .filter({ hasText: 'booked in ledger' })
    .last()
    .waitFor();
  return id;
}

describe('the first visit', () => {
  it('begins with the welcome, whatever came since', async () => {
    const page = await visitor.open('');
    await page.getByRole('heading', { name: 'payments-ops', exact: true }).waitFor();
    await newest(page, 'Welcome to the Paydesk sandbox').waitFor();
  });

  it('has a welcome with ids that can be typed', async () => {
    const page = await visitor.open(ops);
    const welcome = newest(page, 'Welcome to the Paydesk sandbox');
    expect(await welcome.innerText()).toMatch(/\/payment pi_\w+/);
    expect(Object.keys(suggested).length).toBeGreaterThan(8);
    await inspect(page, 'welcome');
  });

  it('lists the commands with their hints as soon as a slash is typed', async () => {
    const page = await visitor.open(ops);
    await composer(page).pressSequentially('/');
    const list = page.getByRole('listbox', { name: 'Commands' });
    await list.waitFor();
    const shown = await list.innerText();
    for (const part of ['/payment', '/dispute', '/partner', 'Follow a payment through every system', 'pi_…'])
      expect(shown).toContain(part);
    await inspect(page, 'autocomplete');
    await composer(page).pressSequentially('pay');
    expect(await list.getByRole('option').count()).toBe(2);
    await composer(page).press('Escape');
    await list.waitFor({ state: 'detached' });
  });
});

describe('what makes the first minute easy', () => {
  it('a press on a command in the welcome writes it into the composer, ready to send', async () => {
    const page = await visitor.open(ops);
    const command = suggestion('refunded');
    await newest(page, 'Welcome to the Paydesk sandbox')
      .getByRole('button', { name: command, exact: true })
      .click();
    await expect.poll(() => composer(page).inputValue()).toBe(command);
    await page.keyboard.press('Enter');
    await newest(page, 'booked in ledger').waitFor();
    await page.locator('.channel-row').filter({ hasText: 'general' }).click();
    await page.getByRole('heading', { name: 'general', exact: true }).waitFor();
    expect(await composer(page).inputValue()).toBe('');
  });

  it('Ctrl+K jumps to the place that a few letters name', async () => {
    const page = await visitor.open(ops);
    await composer(page).waitFor();
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Jump to' });
    await field.fill('alerts');
    await page.getByRole('option', { name: /#partner-alerts/ }).waitFor();
    await inspect(page, 'switcher');
    await field.press('Enter');
    await page.getByRole('heading', { name: 'partner-alerts', exact: true }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
  });

  it('the inspector shows how fast each envelope was acknowledged', async () => {
    const page = await visitor.open(ops);
    await page.getByRole('button', { name: 'Inspector' }).click();
    await say(page, '/paydesk');
    const envelope = page
      .getByRole('complementary', { name: 'Inspector' })
      .locator('li')
      .filter({ hasText: '/paydesk' })
      .first();
    await expect.poll(() => envelope.locator('.ack').innerText()).toMatch(/^\d+ ms$/);
    await inspect(page, 'envelopes');
  });
});

describe('a lookup', () => {
  it('answers with a trace within a second and a half', async () => {
    const page = await visitor.open(ops);
    const id = subject(suggestion('paid out, confirmed by every source'));
    await composer(page).fill(`/payment ${id}`);
    const shown = page.locator('.message.ephemeral').filter({ hasText: id });
    const before = await shown.count();
    const pressedMs = performance.now();
    await composer(page).press('Enter');
    await shown.nth(before).filter({ hasText: 'booked in ledger' }).waitFor();
    expect(performance.now() - pressedMs).toBeLessThan(traceShownMs);
    expect(await shown.nth(before).innerText()).toContain('Only visible to you');
    expect(await composer(page).inputValue()).toBe('');
    await inspect(page, 'trace');
  });

  it('is seen by no one else until it is shared, and by everyone afterwards', async () => {
    const mine = await visitor.open(ops);
    const theirs = await visitor.open('#/tomas/payments-ops');
    const id = await trace(mine, 'refunded');
    await newest(theirs, 'Welcome to the Paydesk sandbox').waitFor();
    expect(
      await theirs
        .locator('.message')
        .filter({ hasText: 'booked in ledger' })
        .filter({ hasText: id })
        .count(),
    ).toBe(0);
    await newest(mine, id).getByRole('button', { name: 'Share this trace with the channel' }).click();
    const shared = theirs
      .locator('.message:not(.ephemeral)')
      .filter({ hasText: id })
      .filter({ hasText: 'Shared by' });
    await shared.waitFor();
    expect(await shared.innerText()).toContain('Ana Ribeiro');
    await inspect(theirs, 'shared');
  });

  it('offers candidates for what somebody remembers, and traces the chosen one', async () => {
    const page = await visitor.open(ops);
    const remembered = suggestion('last four digits, amount and day: payments that match');
    await say(page, remembered);
    const candidates = newest(page, 'payments match');
    await candidates
      .getByRole('button', { name: /^Trace / })
      .last()
      .click();
    await newest(page, 'booked in ledger').waitFor();
    await inspect(page, 'candidates');
  });

  it('refuses a card number', async () => {
    const page = await visitor.open(ops);
    await say(page, '/payment 4242 4242 4242 4242');
    const refusal = newest(page, 'This looks like a card number');
    await refusal.waitFor();
    expect(await refusal.innerText()).not.toContain('4242 4242 4242 4242');
  });

  it('says what Slack says when the app does not acknowledge', async () => {
    const page = await visitor.open(ops);
    await control(url, 'faults', { kind: 'drop_ack', count: 1 });
    await say(page, '/paydesk');
    const toast = page.getByRole('alert').filter({ hasText: 'operation_timeout' });
    await toast.waitFor();
    expect(await toast.innerText()).toContain('/paydesk failed with the error “operation_timeout”');
    expect(await composer(page).inputValue()).toBe('/paydesk');
    await inspect(page, 'operation-timeout');
    await control(url, 'faults', { kind: 'reset' });
  });

  it('refuses a command that does not exist, and keeps what was typed', async () => {
    const page = await visitor.open(ops);
    await say(page, '/payout po_1');
    await page.getByRole('alert').filter({ hasText: '/payout is not a valid command' }).waitFor();
    expect(await composer(page).inputValue()).toBe('/payout po_1');
  });
});

describe('the conversation', () => {
  it('has threads in a panel at the side', async () => {
    const page = await visitor.open('#/ines/incidents');
    await say(page, 'Northpay is slow, who is looking?');
    const parent = newest(page, 'who is looking?');
    await parent.hover();
    await parent.getByRole('button', { name: 'Reply in thread' }).click();
    const panel = page.getByRole('complementary', { name: 'Thread' });
    const field = panel.getByRole('textbox', { name: /Reply in thread/ });
    await field.fill('I am, *three* cards so far');
    await field.press('Enter');
    await panel.locator('.message strong').filter({ hasText: 'three' }).waitFor();
    await parent.getByRole('button', { name: /1 reply/ }).waitFor();
    await inspect(page, 'thread');
    await field.press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  it('takes reactions, and gives them back', async () => {
    const ana = await visitor.open('#/ana/general');
    const kofi = await visitor.open('#/kofi/general');
    await say(ana, 'The payout of Northpay has arrived');
    const mine = newest(ana, 'has arrived');
    await mine.hover();
    await mine.getByRole('button', { name: 'React with eyes' }).click();
    const theirs = newest(kofi, 'has arrived').locator('.reaction');
    await theirs.click();
    await expect.poll(() => mine.locator('.reaction').innerText()).toMatch(/2$/);
    await inspect(ana, 'reactions');
    await mine.locator('.reaction').click();
    await expect.poll(() => theirs.innerText()).toMatch(/1$/);
    expect(await theirs.getAttribute('aria-pressed')).toBe('true');
    await theirs.click();
    await theirs.waitFor({ state: 'detached' });
  });

  it('shows what other people have not read yet, and who one is', async () => {
    const page = await visitor.open('#/lars/payments-ops');
    await control<Outcome>(url, 'message', {
      user: 'ana',
      channel: 'approvals',
      text: 'Two refunds are waiting, @lars',
    });
    const row = page.locator('.channel-row').filter({ hasText: 'approvals' });
    await row.getByLabel('1 unread').waitFor();
    await page.getByRole('button', { name: /You are Lars Holm/ }).click();
    const people = page.getByRole('menu', { name: 'People' });
    await people.waitFor();
    expect(await people.getByRole('menuitemradio').count()).toBeGreaterThanOrEqual(4);
    await inspect(page, 'people');
    await people.getByRole('menuitemradio', { name: /Mei Tanaka/ }).click();
    await page.getByRole('button', { name: /You are Mei Tanaka/ }).waitFor();
    await page.locator('.channel-row').filter({ hasText: 'disputes' }).waitFor();
  });

  it('lets two people write to each other, seen by no one else', async () => {
    const theirs = await visitor.open('#/lars/payments-ops');
    const mine = await visitor.open('#/ines/incidents');
    await mine.locator('.channel-row').filter({ hasText: 'Lars Holm' }).click();
    await mine.getByRole('heading', { name: 'Lars Holm' }).first().waitFor();
    await say(mine, 'Are you there? :wave:');
    await newest(mine, 'Are you there?').waitFor();
    const row = theirs.locator('.channel-row').filter({ hasText: 'Inés Duarte' });
    await row.getByLabel('1 unread').waitFor();
    await row.click();
    await newest(theirs, 'Are you there?').waitFor();
    await inspect(theirs, 'direct-message');
    const kofi = await visitor.open('#/kofi/payments-ops');
    await kofi.locator('.channel-row').filter({ hasText: 'Inés Duarte' }).click();
    await kofi.getByText('This is the very beginning').waitFor();
    expect(await kofi.locator('.stage .message').count()).toBe(0);
  });

  it('keeps a guest out of what a guest may not see', async () => {
    const page = await visitor.open('#/priya/disputes');
    await page.locator('.channel-row').filter({ hasText: 'reconciliation' }).waitFor();
    expect(await page.locator('.channel-row').filter({ hasText: 'disputes' }).count()).toBe(0);
    expect(await page.locator('.channel-head h1').innerText()).not.toBe('disputes');
  });

  it('shows markup as text, wherever it was written', async () => {
    const page = await visitor.open('#/ana/random');
    await say(page, '<img src=x onerror=alert(1)><script>alert(2)</script> & done');
    const message = newest(page, '& done');
    await message.waitFor();
    expect(await message.locator('img, script').count()).toBe(0);
    expect(await message.innerText()).toContain('<script>alert(2)</script>');
  });
});

describe('however one works', () => {
  it('in the dark', async () => {
    const page = await visitor.open(ops, { colorScheme: 'dark' });
    await trace(page, 'disputed, a response is due');
    const [red = 255] = await brightness(page, '.stage');
    expect(red).toBeLessThan(60);
    await inspect(page, 'dark');
  });

  it('on a narrow screen, where the sidebar is a drawer', async () => {
    const page = await visitor.open(ops, { viewport: { width: 390, height: 844 }, hasTouch: true });
    await trace(page);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await inspect(page, 'narrow');
    await page.getByRole('button', { name: 'Open the sidebar' }).click();
    await page.locator('.channel-row').filter({ hasText: 'incidents' }).click();
    await page.getByRole('heading', { name: 'incidents', exact: true }).waitFor();
    await keepPicture(page, 'narrow-incidents');
  });

  it('with the keyboard alone: a command chosen, typed, sent and shared', async () => {
    const page = await visitor.open(ops);
    const id = subject(suggestion('just captured, payout on its way'));
    const keys = page.keyboard;
    await composer(page).waitFor();
    await keys.type('/pa');
    await page.getByRole('listbox', { name: 'Commands' }).waitFor();
    await keys.press('ArrowDown');
    await keys.press('ArrowUp');
    await keys.press('Enter');
    expect(await composer(page).inputValue()).toMatch(/^\/pa\w+ $/);
    await keys.press('ControlOrMeta+a');
    await keys.type(`/payment ${id}`);
    await keys.press('Enter');
    await page
      .locator('.message.ephemeral')
      .filter({ hasText: id })
      .filter({ hasText: 'booked in ledger' })
      .waitFor();
    // The card's last button offers a repair; sharing stands before it.
    await keys.press('Shift+Tab');
    expect(await page.locator(':focus').getAttribute('data-action-id')).toMatch(/^remediation_start_/);
    const focused = async (): Promise<string> =>
      (await page.locator(':focus').getAttribute('data-action-id')) ?? '';
    while (/^(?!payment_share$)(?:payment|partner|remediation_start)_/.test(await focused()))
      await keys.press('Shift+Tab');
    expect(await focused()).toBe('payment_share');
    await keys.press('Enter');
    await page
      .locator('.message:not(.ephemeral)')
      .filter({ hasText: id })
      .filter({ hasText: 'Shared by' })
      .waitFor();
  });
});

/** Red, green and blue of an element's background. */
async function brightness(page: Page, selector: string): Promise<number[]> {
  const element = `document.querySelector(${JSON.stringify(selector)})`;
  const color = await page.evaluate<string>(`getComputedStyle(${element}).backgroundColor`);
  return (color.match(/\d+/g) ?? []).map(Number);
}
