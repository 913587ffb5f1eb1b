/**
 * Each scenario of the panel: started by a click, what its line promises is there, stopped by a click. Of an outage,
 * Paydesk speaks up by itself, and takes it back.
 * Invariant: what is promised is looked for where a bot would: status pages, payments API, books and statements inbox.
 * The real status pages and the real schedule of the sandbox; nothing is hurried.
 * Deliberately absent: what only hours bring, such as the missing file; the world's own tests hold that by a manual clock.
 */
import { readdirSync } from 'node:fs';
import pg from 'pg';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { control, deskUrl, inspect, keepPicture, useBrowser } from './browser.js';

interface Services {
  paymentsApi: { baseUrl: string; apiKey: string };
  booksUrl: string;
  statusPages: Record<string, string>;
  inbox: string;
}

interface Started {
  ok: boolean;
  result: { partner: string; [detail: string]: unknown };
}

interface Promised {
  name: string;
  title: string;
  /** Words of the panel's line. */
  line: RegExp;
  /** Words of the note while it runs. */
  note: RegExp;
  /** Remembers what was before the click. */
  before?: () => Promise<unknown>;
  check: (started: Started['result'], before: unknown) => Promise<void>;
}

interface ApiList {
  data: { id: string; amount: number; net: number; type: string; reason: string }[];
}

const partnerName = 'northpay';
const hourS = 3_600;
/** The job reads the status pages every five seconds; a busy machine takes its time. */
const slotsMs = 40_000;
/** A drift rewrites two weeks of the books before its start is answered. */
const rewrittenMs = 40_000;
const url = deskUrl();
const visitor = useBrowser(() => url);
let services: Services;
let books: pg.Client;

beforeAll(async () => {
  const state = await control<{ services: Services }>(url, 'state');
  services = state.services;
  books = new pg.Client({ connectionString: services.booksUrl });
  await books.connect();
});
afterAll(async () => {
  await control(url, 'scenario', { name: 'partner-outage', action: 'stop' });
  await books.end();
});

async function askApi<Answer = ApiList>(path: string): Promise<Answer> {
  const { baseUrl, apiKey } = services.paymentsApi;
  const response = await fetch(`${baseUrl}/v1/${path}`, { headers: { authorization: `Bearer ${apiKey}` } });
  return (await response.json()) as Answer;
}

async function statusOf(partner: string): Promise<{ indicator: string; incidents: string[] }> {
  const response = await fetch(`${services.statusPages[partner] ?? ''}/api/v2/summary.json`);
  const { status, incidents } = (await response.json()) as {
    status: { indicator: string };
    incidents: { name: string }[];
  };
  return { indicator: status.indicator, incidents: incidents.map(({ name }) => name) };
}

async function askBooks(sql: string, ...values: unknown[]): Promise<number> {
  const { rows } = await books.query<{ value: string | null }>(sql, values);
  return Number(rows[0]?.value);
}

/** Share of a partner's attempts in a stretch of days before now that succeeded. */
const successRate = (fromDays: number, toDays: number): Promise<number> =>
  askBooks(
    `select avg((status = 'succeeded')::int) as value from payment_attempts
     where partner = $1 and created_at between now() - $2::interval and now() - $3::interval`,
    partnerName,
    `${fromDays} days`,
    `${toDays} days`,
  );

const inboxFiles = (): string[] => readdirSync(services.inbox).filter((name) => !name.startsWith('.'));
const newFiles = (before: unknown): string[] =>
  inboxFiles().filter((name) => !(before as string[]).includes(name));

const recentDisputes = async (): Promise<string[]> => {
  const since = Math.floor(Date.now() / 1_000) - 2 * hourS;
  const { data } = await askApi(`disputes?limit=100&created[gte]=${since}`);
  return data.map(({ reason }) => reason);
};

/** Disputes at all partners that the books have had in so many hours. */
const disputesBooked = (hours: number): Promise<number> =>
  askBooks(
    `select count(*) as value from ledger_entries
     where kind = 'dispute' and account = 'disputes' and direction = 'debit' and booked_at > now() - $1::interval`,
    `${hours} hours`,
  );

const promises: Promised[] = [
  {
    name: 'country-degrading',
    title: 'One country degrading',
    line: /one country .* status page turns to minor/,
    note: /^At Northpay, [A-Z]{2} since/,
    check: async ({ partner, country }) => {
      const incident = `Degraded payments in ${String(country)}`;
      await expect(statusOf(partner)).resolves.toEqual({ indicator: 'minor', incidents: [incident] });
    },
  },
  {
    name: 'slow-drift',
    title: 'Slow drift',
    line: /falling by 1 % a day .* Compare weeks/,
    note: /^At Northpay since/,
    check: async ({ partner }) => {
      expect(await successRate(2, 0)).toBeLessThan((await successRate(21, 15)) - 0.05);
      expect((await statusOf(partner)).indicator).toBe('none');
    },
  },
  {
    name: 'short-paid-settlement',
    title: 'Short-paid settlement',
    line: /pays 3 % less than its own lines add up to/,
    note: /`?po_\w+`? is [\d.]+ [A-Z]{3} short/,
    check: async ({ short }) => {
      const [{ batch, missingMinor }] = short as [{ batch: string; missingMinor: number }];
      const { amount, status } = await askApi<{ amount: number; status: string }>(`payouts/${batch}`);
      expect((await sumOfPayout(batch)) - amount).toBe(missingMinor);
      const booked = await askBooks(
        `select sum(amount_minor) as value from ledger_entries
         where batch_id = $1 and kind = 'payout' and direction = 'debit'`,
        batch,
      );
      expect(booked).toBe(status === 'paid' ? amount : 0);
    },
  },
  {
    name: 'missing-statement',
    title: 'Missing statement',
    line: /next statement does not arrive/,
    note: /next statement is due .*alert/,
    before: () => Promise.resolve(inboxFiles()),
    check: async ({ partner, due }, before) => {
      expect(Date.parse(String(due))).toBeGreaterThan(Date.now());
      expect(newFiles(before).filter((name) => name.startsWith(partner))).toEqual([]);
      expect((await statusOf(partner)).indicator).toBe('none');
    },
  },
  {
    name: 'late-statement',
    title: 'Late statement',
    line: /six hours late, and its status page says so/,
    note: /Next statement due: /,
    check: async ({ partner }) =>
      expect(statusOf(partner)).resolves.toEqual({
        indicator: 'minor',
        incidents: ['Settlement reports are delayed'],
      }),
  },
  {
    name: 'duplicate-capture',
    title: 'Duplicate captures',
    line: /captures some payments twice/,
    note: /For instance `?pi_/,
    check: async ({ payments }) => {
      const [payment] = payments as [string];
      expect((await askApi(`charges?payment_intent=${payment}`)).data).toHaveLength(2);
      const booked = await askBooks(
        `select count(*) as value from ledger_entries where payment_id = $1 and kind = 'capture' and direction = 'debit'`,
        payment,
      );
      expect(booked).toBe(1);
    },
  },
  {
    name: 'dispute-wave',
    title: 'Dispute wave',
    line: /Many times the usual number of disputes/,
    note: /^At all partners since .* Reason: fraudulent\.$/,
    before: recentDisputes,
    check: async (_result, before) => {
      const now = await recentDisputes();
      expect(now.length).toBeGreaterThan((before as string[]).length);
      expect(now).toContain('fraudulent');
      const usual = (await disputesBooked(7 * 24)) / (7 * 12);
      expect(await disputesBooked(2)).toBeGreaterThan(3 * usual);
    },
  },
  {
    name: 'webhook-delay',
    title: 'Delayed webhooks',
    line: /reach the company 45 minutes late/,
    note: /^At Northpay since/,
    check: async ({ partner }) =>
      expect(statusOf(partner)).resolves.toEqual({ indicator: 'minor', incidents: ['Delayed webhooks'] }),
  },
];

/** The net of everything that a payout carries. */
async function sumOfPayout(payout: string): Promise<number> {
  let sum = 0;
  for (let after = ''; ;) {
    const { data } = await askApi(
      `balance_transactions?payout=${payout}&limit=100${after === '' ? '' : `&starting_after=${after}`}`,
    );
    if (data.length === 0) return sum;
    for (const { net, type } of data) if (type !== 'payout') sum += net;
    after = data.at(-1)?.id ?? '';
  }
}

/** Presses a button of the panel and answers what the sandbox answered, once all of the world has followed. */
async function press(page: Page, button: Locator): Promise<Started> {
  const answered = page.waitForResponse((response) => response.url().endsWith('/_sandbox/scenario'), {
    timeout: rewrittenMs,
  });
  await button.click();
  return (await (await answered).json()) as Started;
}

async function openCard(name: string, channel = 'payments-ops'): Promise<{ page: Page; card: Locator }> {
  const page = await visitor.open(`#/kofi/${channel}`);
  await page.getByRole('button', { name: 'Scenarios' }).click();
  const panel = page.getByRole('complementary', { name: 'Scenarios' });
  return { page, card: panel.locator(`[data-scenario="${name}"]`) };
}

describe('scenario panel', () => {
  it('knows a promise of each scenario', async () => {
    const { scenarios } = await control<{ scenarios: { name: string }[] }>(url, 'state');
    // What single events bring to the channels is watched in test/desk/disputes.test.ts.
    const single = ['new-dispute', 'fraud-warning', 'failed-payout', 'failed-refund'];
    const tested = [...promises.map(({ name }) => name), ...single, 'partner-outage', 'import-objects'];
    expect(scenarios.map(({ name }) => name).sort()).toEqual(tested.sort());
  });

  it(
    'partner-outage brings one card into the alerts channel, which is rewritten when it is over',
    { timeout: 2 * slotsMs + 20_000 },
    async () => {
      const { page, card: scenario } = await openCard('partner-outage', 'partner-alerts');
      expect(await scenario.innerText()).toContain('Its status page turns to major');
      await scenario.getByRole('button', { name: 'Start Partner outage' }).click();
      await scenario.getByRole('button', { name: 'Stop Partner outage' }).waitFor();
      await expect(statusOf(partnerName)).resolves.toMatchObject({ indicator: 'major' });
      const cards = page
        .locator('.stage .message')
        .filter({ hasText: 'as reported on the partner’s status page' });
      const card = cards.last();
      await card.waitFor({ timeout: slotsMs });
      const during = await card.innerText();
      const ts = await card.getAttribute('data-ts');
      await inspect(page, 'outage');
      await scenario.getByRole('button', { name: 'Stop Partner outage' }).click();
      const rewritten = page.locator(`.message[data-ts="${ts ?? ''}"]`);
      await expect.poll(() => rewritten.innerText(), { timeout: slotsMs }).toMatch(/has recovered/i);
      expect(await rewritten.innerText()).not.toBe(during);
      expect(await cards.count()).toBe(1);
      await inspect(page, 'outage-over');
    },
  );

  it.each(promises)('$name does what its line says', async ({ name, title, line, note, before, check }) => {
    const { page, card } = await openCard(name);
    expect(await card.innerText()).toMatch(line);
    const earlier = await before?.();
    const { ok, result } = await press(page, card.getByRole('button', { name: `Start ${title}` }));
    expect(ok).toBe(true);
    await card.getByText('Running').waitFor();
    expect(await card.locator('.scenario-note').innerText()).toMatch(note);
    await check(result, earlier);
    if (name === 'duplicate-capture') await inspect(page, 'scenario-running');
    const stopped = await press(page, card.getByRole('button', { name: `Stop ${title}` }));
    expect(stopped.ok).toBe(true);
    await card.getByRole('button', { name: `Start ${title}` }).waitFor();
    expect(await card.locator('.scenario-note').count()).toBe(0);
  });

  it('imports a pasted object, and reports at once when it is not one', async () => {
    const { page, card } = await openCard('import-objects');
    const field = card.getByRole('textbox', { name: 'Objects as JSON' });
    const start = card.getByRole('button', { name: 'Start Import objects' });
    expect(await start.isDisabled()).toBe(true);
    await field.fill('{ "id": ');
    await card.getByText('This is not a JSON object').waitFor();
    await keepPicture(page, 'scenario-import-refused');
    await field.fill('{ "id": "pi_pasted", "object": "payment_intent", "amount": 4200, "currency": "eur" }');
    expect((await press(page, start)).result).toEqual({ imported: 1, leftOut: 0 });
    await expect(askApi('payment_intents/pi_pasted')).resolves.toMatchObject({ amount: 4200 });
  });

  it('can be read in the dark and on a phone', async () => {
    const dark = await visitor.open('#/kofi/payments-ops', { colorScheme: 'dark' });
    await dark.getByRole('button', { name: 'Scenarios' }).click();
    await dark.getByRole('complementary', { name: 'Scenarios' }).waitFor();
    await inspect(dark, 'scenarios-dark');
    const phone = await visitor.open('#/kofi/payments-ops', { viewport: { width: 360, height: 740 } });
    await phone.getByRole('button', { name: 'Open the sidebar' }).click();
    await phone.getByRole('button', { name: 'Scenarios' }).click();
    await phone.getByRole('complementary', { name: 'Scenarios' }).waitFor();
    await phone.getByRole('navigation', { name: 'Workspace' }).waitFor({ state: 'hidden' });
    await inspect(phone, 'scenarios-phone');
  });
});
