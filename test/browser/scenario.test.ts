/**
 * The scenario panel in a real browser: a partner breaks, Paydesk says so by itself, and takes it back.
 * Invariant: the real status pages and the real schedule of the sandbox; nothing is hurried.
 */
import { afterAll, expect, inject, it } from 'vitest';
import { control, inspect, newest, useBrowser } from './browser.js';

const url = inject('deskUrl');
const visitor = useBrowser(() => url);
/** The job reads the status pages every five seconds; a busy machine takes its time. */
const SLOTS_MS = 40_000;

afterAll(() => control(url, 'scenario', { name: 'partner-outage', action: 'stop' }));

it(
  'a partner outage brings one card into the alerts channel, which is rewritten when it is over',
  { timeout: 2 * SLOTS_MS + 20_000 },
  async () => {
    const page = await visitor.open('#/kofi/partner-alerts');
    await page.getByRole('button', { name: 'Scenarios' }).click();
    const panel = page.getByRole('complementary', { name: 'Scenarios' });
    expect(await panel.innerText()).toContain('Its status page turns to major');
    await panel.getByRole('button', { name: 'Start Partner outage' }).click();
    await panel.getByRole('button', { name: 'Stop Partner outage' }).waitFor();
    const card = page.locator('.stage .message').filter({ hasText: 'Northpay' }).last();
    await card.waitFor({ timeout: SLOTS_MS });
    const during = await card.innerText();
    const ts = await card.getAttribute('data-ts');
    await inspect(page, 'outage');
    await panel.getByRole('button', { name: 'Stop Partner outage' }).click();
    const rewritten = page.locator(`.message[data-ts="${ts ?? ''}"]`).filter({ hasText: '(edited)' });
    await rewritten.waitFor({ timeout: SLOTS_MS });
    await expect
      .poll(() => rewritten.innerText(), { timeout: SLOTS_MS })
      .toMatch(/resolved|over|operational/i);
    expect(await rewritten.innerText()).not.toBe(during);
    expect(await newest(page, 'Northpay').getAttribute('data-ts')).toBe(ts);
    await inspect(page, 'outage-over');
  },
);
