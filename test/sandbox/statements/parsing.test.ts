/** Every file that the sandbox sends is read without a problem, and its rows come to what an independent reader adds up. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { statementProfiles } from '../../../sandbox/statement-profiles.js';
import { startStatements } from '../../../sandbox/statements/statements.js';
import { createManualClock } from '../../../sandbox/world/clock.js';
import { banks } from '../../../sandbox/world/banks.js';
import { partners, type StatementFormat } from '../../../sandbox/world/partners.js';
import { createWorld } from '../../../sandbox/world/world.js';
import { parseConfig } from '../../../src/config/load.js';
import { csvProfile } from '../../../src/reconciliation/formats/csv-profile.js';
import type { StatementItem, StatementRow } from '../../../src/reconciliation/formats/format.js';
import { formats, parseStatement, profiles, recognise } from '../../../src/reconciliation/formats/index.js';
import {
  adyenTotals,
  bai2Accounts,
  camtAccounts,
  mt940Accounts,
  paypalTotals,
  plainTotals,
  stripeTotals,
  type Account,
  type ByCurrency,
} from './totals.js';

const start = new Date('2026-11-18T12:00:00Z');
const day = '2026-11-16';

const settings = parseConfig(
  stringify({
    company: 'L',
    partners: [{ id: 'aa', name: 'A', kind: 'psp' }],
    statementProfiles: statementProfiles,
  }),
  'paydesk.yaml',
);
const known = [...formats, ...profiles, ...settings.statementProfiles.map((profile) => csvProfile(profile))];

function itemsOf(text: string): StatementItem[] {
  const found = recognise(Buffer.from(text), known);
  if (!found) throw new Error(`not recognised: ${text.slice(0, 80)}`);
  return [...parseStatement(found.format, found.text)];
}
const rowsOf = (items: StatementItem[]): StatementRow[] => items.filter((item) => item.type === 'row');
const problemsOf = (items: StatementItem[]) => items.filter((item) => item.type === 'problem');

/** The settlement as the canonical rows have it. */
function totalsOf(rows: StatementRow[]): ByCurrency {
  const totals: ByCurrency = {};
  for (const row of rows) {
    const of = (totals[row.currency] ??= { count: 0, gross: 0, fee: 0, payout: null });
    if (row.kind === 'payout') of.payout = (of.payout ?? 0) - Number(row.amountMinor);
    else {
      of.count += 1;
      of.gross += Number(row.amountMinor);
      of.fee += Number(row.feeMinor ?? 0n);
    }
  }
  return totals;
}

const settlements: Partial<Record<StatementFormat, (text: string) => ByCurrency>> = {
  'stripe-payouts': stripeTotals,
  'adyen-settlement': adyenTotals,
  'paypal-stl': paypalTotals,
  'generic-csv': (text) => plainTotals(text, false),
  'decimal-comma-csv': (text) => plainTotals(text, true),
};
const accountReaders = { camt053: camtAccounts, mt940: mt940Accounts, bai2: bai2Accounts };

let inbox: string;
let names: string[];
beforeAll(async () => {
  inbox = await mkdtemp(join(tmpdir(), 'paydesk-parsing-'));
  const world = createWorld({ seed: 'statements', attemptsPerHour: 30 });
  const statements = startStatements({
    inbox,
    world,
    clock: createManualClock(start),
    log: () => undefined,
    tickMs: 0,
  });
  await statements.advance(start.getTime());
  await statements.close();
  names = await readdir(inbox);
}, 120_000);
afterAll(() => rm(inbox, { recursive: true }));

const textOf = (owner: string, part: string): Promise<string> => {
  const name = names.find((one) => one.startsWith(`${owner}_${day}`) && one.includes(part));
  return readFile(join(inbox, name ?? 'missing'), 'utf8');
};

/** Entries of each account in the order of the file, and its balances. */
function expectAccounts(text: string, accounts: Account[]): void {
  const items = itemsOf(text);
  expect(problemsOf(items)).toEqual([]);
  const facts = items.filter((item) => item.type === 'statement');
  expect(
    facts.map(({ currency, openingMinor, closingMinor }) => [currency, openingMinor, closingMinor]),
  ).toEqual(accounts.map(({ currency, opening, closing }) => [currency, BigInt(opening), BigInt(closing)]));
  const amounts = accounts.flatMap(({ entries }) => entries.map(({ amount }) => BigInt(amount)));
  expect(rowsOf(items).map(({ amountMinor }) => amountMinor)).toEqual(amounts);
}

describe('the reports of partners', () => {
  it.each(partners.map(({ id, statementFormat }) => [id, statementFormat] as const))(
    '%s (%s)',
    async (id, format) => {
      const text = await textOf(id, 'settlement');
      const settlement = settlements[format];
      if (!settlement) return expectAccounts(text, accountReaders[format as 'camt053' | 'bai2'](text));
      const items = itemsOf(text);
      expect(problemsOf(items)).toEqual([]);
      expect(rowsOf(items).length).toBeGreaterThan(0);
      expect(totalsOf(rowsOf(items))).toEqual(settlement(text));
    },
  );

  it('that come back as ACH returns', async () => {
    const text = await textOf('tidewire', 'returns');
    const items = itemsOf(text);
    expect(problemsOf(items)).toEqual([]);
    const entries = text.split('\n').filter((line) => line.startsWith('6'));
    expect(rowsOf(items).map(({ amountMinor }) => amountMinor)).toEqual(
      entries.map((line) => -BigInt(line.slice(29, 39))),
    );
  });
});

describe('the statements of banks', () => {
  it.each(banks.map(({ id, statementFormat }) => [id, statementFormat] as const))(
    '%s (%s)',
    async (id, format) => {
      const text = await textOf(id, 'statement');
      expectAccounts(text, accountReaders[format](text));
    },
  );
});

it('no file of seven days has a problem', async () => {
  for (const name of names.filter((each) => !each.startsWith('.'))) {
    const items = itemsOf(await readFile(join(inbox, name), 'utf8'));
    expect([name, problemsOf(items)]).toEqual([name, []]);
  }
});
