/**
 * A real browser for a test file, and what every page in it is held to.
 *
 * Invariant: after each test, no page of it has logged an error, failed in a script, or asked anything of another host.
 * Each page is a new visitor: nothing is remembered between tests. Pictures are kept in `artefacts/`.
 */
import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';

const artefacts = join(import.meta.dirname, '../../artefacts');
const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How long anything on the page may take to appear before a test fails. */
const patienceMs = 15_000;

export interface Visitor {
  /** Opens the page at a place such as `#/ana/payments-ops`; waits until it is drawn. */
  open(place: string, options?: BrowserContextOptions): Promise<Page>;
}

/** Address of the page in the world of the worker that runs this file. */
export function deskUrl(): string {
  const url = inject('deskUrls')[Number(process.env.VITEST_POOL_ID) - 1];
  if (url === undefined) throw new Error('there is no world for this worker');
  return url;
}

/** Debian's chromium, or the one that CHROMIUM_PATH names. */
export function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: chromiumArguments });
}

/** A browser for this file's tests; `url` answers the address of the page once it is known. */
export function useBrowser(url: () => string): Visitor {
  let browser: Browser;
  let faults: string[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    const found = faults;
    faults = [];
    expect(found, 'errors in the console, or requests to another host').toEqual([]);
  });
  afterAll(() => browser.close());
  return {
    async open(place, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
      context.setDefaultTimeout(patienceMs);
      const page = await context.newPage();
      watch(page, new URL(url()).origin, faults);
      await page.goto(`${url()}/${place}`);
      await page.locator('.message, .intro, .home').first().waitFor();
      return page;
    },
  };
}

function watch(page: Page, origin: string, faults: string[]): void {
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== 'data:' && asked.origin !== origin) faults.push(`asked for ${request.url()}`);
  });
}

/** Keeps a picture of what is on the screen, for people to look at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(artefacts, { recursive: true });
  await page.screenshot({ path: join(artefacts, `${name}.png`) });
}

interface AxeResult {
  violations: { id: string; impact: string | null; nodes: { html: string; failureSummary: string }[] }[];
}

/** Accessibility faults that axe-core calls serious or critical, one line each. */
async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResult>(
    'Promise.all(document.getAnimations().filter((each) => Number.isFinite(each.effect?.getComputedTiming().endTime)).map((each) => each.finished)).then(() => axe.run())',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/** Looks at the screen as a person who may not see it well, and keeps a picture of it. */
export async function inspect(page: Page, name: string): Promise<void> {
  await keepPicture(page, name);
  expect(await seriousFaults(page), name).toEqual([]);
}

/** The field in which one writes to the open conversation. */
export function composer(page: Page): Locator {
  return page.locator('.stage').getByRole('textbox', { name: /^Message / });
}

/** Writes a line as a person does, and sends it. */
export async function say(page: Page, line: string): Promise<void> {
  await composer(page).fill(line);
  await composer(page).press('Enter');
}

/** The newest message of the open conversation that holds these words. */
export function newest(page: Page, words: string | RegExp): Locator {
  return page.locator('.stage .message').filter({ hasText: words }).last();
}

/** Sends a request to the control interface at this address. */
export async function control<Answer = { ok: boolean; error?: string }>(
  url: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const init =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return (await (await fetch(`${url}/_sandbox/${path}`, init)).json()) as Answer;
}
