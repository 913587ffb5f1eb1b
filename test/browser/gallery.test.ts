/**
 * The gallery in a real browser: every block and element that Slack documents, drawn, readable and operable; and the
 * weight of the page that is shipped.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { exhibits } from '../../sandbox/slack/page/gallery.js';
import { deskUrl, inspect, keepPicture, useBrowser } from './browser.js';

const pageDir = join(import.meta.dirname, '../../dist/sandbox/slack/page');
const pageGzipBytesMax = 100_000;
const gallery = '#gallery';
/** High enough for the whole gallery, so that a picture holds all of it. */
const tall = { width: 1280, height: 11_000 };
const visitor = useBrowser(deskUrl);

describe('the gallery', () => {
  it('draws every exhibit, and a visible box for an unknown block', async () => {
    const page = await visitor.open(gallery, { viewport: tall });
    const items = page.locator('.gallery-item');
    expect(await items.count()).toBe(exhibits.length);
    for (const block of await items.locator('.block').all())
      expect(
        (await block.boundingBox())?.height ?? 0,
        (await block.getAttribute('class')) ?? '',
      ).toBeGreaterThan(0);
    const unknown = page.locator('.unknown');
    expect(await unknown.allInnerTexts()).toEqual(['This block of type hologram cannot be shown here']);
    await inspect(page, 'gallery');
  });

  it('opens a modal with every input, which shows the error of a field', async () => {
    const page = await visitor.open(gallery, { viewport: { width: 1280, height: 2_200 } });
    await page.getByRole('button', { name: 'Open a modal' }).click();
    const modal = page.getByRole('dialog', { name: 'Refund a payment' });
    await modal.waitFor();
    await modal.getByRole('button', { name: 'Request refund' }).click();
    await modal.getByText('larger than what is left').waitFor();
    expect(await page.locator('.unknown').count()).toBe(1);
    await inspect(page, 'gallery-modal');
  });

  it('folds a long section, and unfolds it for the keyboard too', async () => {
    const page = await visitor.open(gallery);
    const item = page.locator('.gallery-item').filter({ hasText: 'long section' });
    const more = item.getByRole('button', { name: 'See more' });
    const folded = (await item.locator('.foldable').first().boundingBox())?.height ?? 0;
    expect(await more.getAttribute('aria-expanded')).toBe('false');
    await more.press('Enter');
    await item.getByRole('button', { name: 'See less' }).waitFor();
    expect((await item.locator('.foldable').first().boundingBox())?.height).toBeGreaterThan(folded + 44);
    expect(await item.getByRole('button', { name: /^See/ }).count()).toBe(1);
  });

  it('formats what is typed into a rich text field, by mark, key and button', async () => {
    const page = await visitor.open(gallery, { viewport: { width: 1280, height: 2_200 } });
    await page.getByRole('button', { name: 'Open a modal' }).click();
    const field = page.getByRole('textbox', { name: 'Message to the customer' });
    expect(await field.inputValue()).toBe('Your refund of *€84.00* is on its way.');
    await field.fill('Sorry, it was a mistake');
    await field.press('ControlOrMeta+A');
    await field.press('ControlOrMeta+b');
    await page.getByRole('button', { name: 'Bulleted list' }).click();
    const shown = page.getByRole('group', { name: 'As it will be sent' });
    expect(await shown.locator('li strong').allInnerTexts()).toEqual(['Sorry, it was a mistake']);
    await inspect(page, 'rich-input');
  });

  it('reads well in the dark', async () => {
    const page = await visitor.open(gallery, { colorScheme: 'dark', viewport: tall });
    await inspect(page, 'gallery-dark');
  });

  it('fits a narrow screen', async () => {
    const page = await visitor.open(gallery, { viewport: { width: 390, height: 844 } });
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await keepPicture(page, 'gallery-narrow');
  });
});

it('the page weighs less than 100 KB, compressed, pictures and all', () => {
  const files = readdirSync(pageDir, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  const bytes = files.map(({ parentPath, name }) => gzipSync(readFileSync(join(parentPath, name))).length);
  expect(bytes.length).toBeGreaterThan(2);
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(pageGzipBytesMax);
});
