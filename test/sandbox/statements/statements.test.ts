/** The files that arrive add up to the company's ledger, come when they should, and are corrected when they must be. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStatements } from '../../../sandbox/statements/statements.js';
import { dayOf } from '../../../sandbox/world/calendar.js';
import { createManualClock, dayMs, hourMs, hourOf } from '../../../sandbox/world/clock.js';
import type { Booking } from '../../../sandbox/world/bookings.js';
import { banks } from '../../../sandbox/world/banks.js';
import { partners, type StatementFormat } from '../../../sandbox/world/partners.js';
import { createScenarios } from '../../../sandbox/world/scenarios.js';
import { statementDueMs } from '../../../sandbox/world/settlement.js';
import { createWorld, type World } from '../../../sandbox/world/world.js';
import {
  accountTotals,
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
/** A Monday, so that its payouts carry three business days at some partners. */
const day = '2026-11-16';
const dayNumber = dayOf(Date.parse(`${day}T12:00:00Z`), 0);
const newWorld = (): World => createWorld({ seed: 'statements', attemptsPerHour: 30 });

const readers: Record<StatementFormat, (text: string) => ByCurrency> = {
  'stripe-payouts': stripeTotals,
  'adyen-settlement': adyenTotals,
  'paypal-stl': paypalTotals,
  'generic-csv': (text) => plainTotals(text, false),
  'decimal-comma-csv': (text) => plainTotals(text, true),
  camt053: (text) => accountTotals(camtAccounts(text)),
  bai2: (text) => accountTotals(bai2Accounts(text)),
};
const bankReaders = { camt053: camtAccounts, mt940: mt940Accounts, bai2: bai2Accounts };

const folders: string[] = [];
async function setUp() {
  const inbox = await mkdtemp(join(tmpdir(), 'paydesk-inbox-'));
  folders.push(inbox);
  const world = newWorld();
  const clock = createManualClock(start);
  const open = () => startStatements({ inbox, world, clock, log: () => undefined, tickMs: 0 });
  const scenarios = createScenarios({
    world,
    clock,
    putObjects: () => undefined,
    happen: () => Promise.resolve(null),
  });
  return {
    inbox,
    world,
    clock,
    scenarios,
    open,
    statements: open(),
    names: async () => (await readdir(inbox)).sort(),
    text: (name: string) => readFile(join(inbox, name), 'utf8'),
    find: async (owner: string, on = day) =>
      (await readdir(inbox)).filter((name) => name.startsWith(`${owner}_${on}`)),
  };
}
type Bench = Awaited<ReturnType<typeof setUp>>;

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** Everything the books have of a partner's batches of one settlement day, by currency, signed as for clearing. */
function ledgerOf(world: World, partnerId: string): ByCurrency {
  const hours = Array.from({ length: 24 * 16 }, (_, i) => hourOf(start.getTime()) - i);
  const bookings = hours.flatMap((hour) => world.bookingsOfHour(hour));
  const partner = partners.find(({ id }) => id === partnerId)!;
  const payouts = world.payoutsOfDay(partner, dayNumber);
  return Object.fromEntries(
    payouts.map((payout) => {
      const carried = new Set(world.movementsOfPayout(payout).map(({ order }) => order.paymentId));
      const from = settledFrom(payout.batchId, bookings);
      const isOf = (booking: Booking): boolean =>
        booking.batchId === payout.batchId ||
        (booking.batchId === null &&
          booking.settledFromMs === from &&
          booking.partner === partnerId &&
          booking.currency === payout.currency &&
          carried.has(booking.paymentId!));
      const own = bookings.filter(isOf);
      const sum = (test: (kind: Booking['kind']) => boolean): number =>
        own
          .filter(({ kind }) => test(kind))
          .reduce(
            (total, b) => total + (b.debit.startsWith('clearing:') ? b.amountMinor : -b.amountMinor),
            0,
          );
      const lines = own.filter(({ kind }) => kind !== 'fee' && kind !== 'payout');
      return [
        payout.currency,
        {
          count: lines.length,
          gross: sum((kind) => kind !== 'fee' && kind !== 'payout'),
          fee: -sum((kind) => kind === 'fee'),
          payout: -sum((kind) => kind === 'payout'),
        },
      ];
    }),
  );
}

const settledFrom = (batchId: string, bookings: readonly Booking[]): number | undefined =>
  bookings.find((booking) => booking.batchId === batchId)?.settledFromMs;

describe('an undisturbed world', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await setUp();
    await bench.statements.advance(start.getTime());
  });
  afterAll(() => bench.statements.close());

  it.each(partners.map(({ id, statementFormat }) => [id, statementFormat] as const))(
    '%s reports (%s) what the ledger has: count, gross, fee and payout per currency',
    async (id, format) => {
      const name = (await bench.find(id)).find((one) => one.includes('settlement'))!;
      const reported = readers[format](await bench.text(name));
      const booked = ledgerOf(bench.world, id);
      expect(Object.keys(reported).length).toBeGreaterThan(0);
      // Stripe's report does not name the payout; there it is the sum of the nets.
      const whole = Object.entries(reported).map(([currency, totals]) => [
        currency,
        { ...totals, payout: totals.payout ?? totals.gross - totals.fee },
      ]);
      expect(Object.fromEntries(whole)).toEqual(booked);
      for (const { gross, fee, payout } of Object.values(booked)) expect(gross - fee).toBe(payout);
    },
  );

  it.each(banks.map(({ id, statementFormat }) => [id, statementFormat] as const))(
    '%s tells (%s) every payout that arrived, and its balances hold together from day to day',
    async (id, format) => {
      const read = async (on: string): Promise<Account[]> =>
        bankReaders[format](await bench.text((await bench.find(id, on))[0]!));
      const [before, today] = [await read('2026-11-13'), await read(day)];
      const bank = banks.find((one) => one.id === id)!;
      const expected = partners
        .filter((partner) => partner.bank === id)
        .flatMap((partner) =>
          [-4, -3, -2, -1, 0].flatMap((back) => bench.world.payoutsOfDay(partner, dayNumber + back)),
        )
        .filter(({ arrivalMs }) => dayOf(arrivalMs, bank.utcOffsetHours) === dayNumber)
        .map(({ batchId, netMinor }) => [batchId, netMinor]);
      const told = today.flatMap(({ entries }) =>
        entries.map(({ reference, amount }) => [reference, amount] as const),
      );
      expect(expected.length).toBeGreaterThan(0);
      expect(new Map(told)).toEqual(new Map(expected as [string, number][]));
      for (const account of today) {
        const sum = account.entries.reduce((total, { amount }) => total + amount, 0);
        expect(account.closing).toBe(account.opening + sum);
        const friday = before.find(({ currency }) => currency === account.currency);
        expect(friday?.closing).toBe(account.opening);
      }
    },
  );

  it('sends the direct debits that came back in blocks of 94-character records that add up', async () => {
    const lines = (await bench.text('tidewire_2026-11-10_returns.ach')).split('\n').slice(0, -1);
    expect(new Set(lines.map((line) => line.length))).toEqual(new Set([94]));
    expect(lines.length % 10).toBe(0);
    const entries = lines.filter((line) => line.startsWith('6'));
    const addenda = lines.filter((line) => line.startsWith('799'));
    expect(entries.length).toBeGreaterThan(0);
    expect(addenda.map((line) => line.slice(3, 6)).every((code) => /^R\d\d$/.test(code))).toBe(true);
    expect(addenda.map((line) => line.slice(-15))).toEqual(entries.map((line) => line.slice(-15)));
    const total = entries.reduce((sum, line) => sum + Number(line.slice(29, 39)), 0);
    const hash = entries.reduce((sum, line) => sum + Number(line.slice(3, 11)), 0);
    const batch = lines.find((line) => line.startsWith('8'))!;
    const file = lines.find((line) => line.startsWith('9000'))!;
    const controls = [entries.length * 2, hash % 10 ** 10, total].map(Number);
    expect([batch.slice(4, 10), batch.slice(10, 20), batch.slice(20, 32)].map(Number)).toEqual(controls);
    expect([file.slice(13, 21), file.slice(21, 31), file.slice(31, 43)].map(Number)).toEqual(controls);
    expect(Number(file.slice(7, 13))).toBe(lines.length / 10);
  });

  it('sends seven business days at the start, nothing half written, and the same again to another inbox', async () => {
    const names = await bench.names();
    const days = names.filter((name) => name.startsWith('adria_')).map((name) => name.slice(6, 16));
    expect(days).toEqual([
      '2026-11-09',
      '2026-11-10',
      '2026-11-11',
      '2026-11-12',
      '2026-11-13',
      '2026-11-16',
      '2026-11-17',
    ]);
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
    const twin = await setUp();
    await twin.statements.advance(start.getTime());
    expect(await twin.names()).toEqual(names);
    for (const name of names) expect(await twin.text(name)).toBe(await bench.text(name));
    await twin.statements.close();
  });

  it('has columns in another order at another acquirer', async () => {
    const header = async (id: string): Promise<string> =>
      (await bench.text(`${id}_${day}_settlement.csv`)).split('\n')[0]!;
    const [adria, sakura] = [await header('adria'), await header('sakura')];
    expect(adria).not.toBe(sakura);
    expect(adria.split(',').sort()).toEqual(sakura.split(',').sort());
  });
});

describe('arrival', () => {
  it('is after the day at the usual hour, once, and leaves what is there alone', async () => {
    const { statements, clock, open, names, inbox, text } = await setUp();
    const dueMs = statementDueMs(
      partners.find(({ id }) => id === 'cobalt')!,
      dayNumber + 1,
    );
    expect(dueMs).toBeGreaterThan(start.getTime());
    await statements.advance(dueMs - 1);
    const file = 'cobalt_2026-11-17_settlement.csv';
    expect(await names()).not.toContain(file);
    await statements.advance(dueMs);
    expect(await names()).toContain(file);
    await writeFile(join(inbox, file), 'mine');
    await rm(join(inbox, 'adria_2026-11-16_settlement.csv'));
    await statements.advance(dueMs + hourMs);
    expect(await names()).not.toContain('adria_2026-11-16_settlement.csv');
    await statements.close();
    clock.advance(dueMs - start.getTime());
    const again = open();
    await again.advance(dueMs + hourMs);
    expect(await text(file)).toBe('mine');
    await again.close();
  });

  it.each([
    ['missing-statement', 30, 'never, until it is stopped'],
    ['late-statement', 5, 'six hours late'],
  ])('%s: not %d hours later (%s), all at once when stopped', async (name, hours) => {
    const { statements, scenarios, clock, names } = await setUp();
    await statements.advance(start.getTime());
    const result = (await scenarios.start(name)) as { partner: string; due: string };
    const dueMs = Date.parse(result.due);
    expect(dueMs - start.getTime()).toBeLessThan(dayMs);
    const before = (await names()).filter((one) => one.startsWith(result.partner));
    clock.advance(dueMs - start.getTime() + hours * hourMs);
    await statements.advance(clock.now().getTime());
    expect((await names()).filter((one) => one.startsWith(result.partner))).toEqual(before);
    await scenarios.stop(name);
    await statements.advance(clock.now().getTime());
    expect((await names()).filter((one) => one.startsWith(result.partner)).length).toBeGreaterThan(
      before.length,
    );
    await statements.close();
  });

  it('is late by six hours and no more', async () => {
    const { statements, scenarios, names } = await setUp();
    await statements.advance(start.getTime());
    const result = (await scenarios.start('late-statement', { partner: 'cobalt' })) as { due: string };
    const dueMs = Date.parse(result.due);
    const file = 'cobalt_2026-11-17_settlement.csv';
    await statements.advance(dueMs + 6 * hourMs - 1);
    expect(await names()).not.toContain(file);
    await statements.advance(dueMs + 6 * hourMs);
    expect(await names()).toContain(file);
    await statements.close();
  });
});

describe('corrections', () => {
  it('tell a short payout when it is paid, and nothing of one that was paid before', async () => {
    const { statements, scenarios, names, text } = await setUp();
    await statements.advance(start.getTime());
    const before = await names();
    const { short } = (await scenarios.start('short-paid-settlement', { partner: 'adria' })) as {
      short: { currency: string; missingMinor: number }[];
    };
    expect(await names()).toEqual(before);
    await statements.advance(start.getTime() + 3 * dayMs);
    const first = adyenTotals(await text(`adria_2026-11-19_settlement.csv`));
    const missing = Object.entries(first).map(([currency, { gross, fee, payout }]) => ({
      currency,
      missingMinor: gross - fee - payout!,
    }));
    expect(missing).toEqual(short.map(({ currency, missingMinor }) => ({ currency, missingMinor })));
    expect(missing.every(({ missingMinor }) => missingMinor > 0)).toBe(true);
    const next = adyenTotals(await text('adria_2026-11-20_settlement.csv'));
    for (const { gross, fee, payout } of Object.values(next)) expect(payout).toBeLessThan(gross - fee);
    await statements.close();
  });

  it('follow nothing that changes no file, a drift of the past included: what is paid out stays', async () => {
    const { statements, scenarios, names } = await setUp();
    await statements.advance(start.getTime());
    const before = await names();
    await scenarios.start('partner-outage', { partner: 'lumen' });
    expect(await names()).toEqual(before);
    for (const partner of ['adria', 'tidewire']) {
      await scenarios.start('slow-drift', { partner });
      await scenarios.stop('slow-drift');
    }
    expect(await names()).toEqual(before);
    await statements.close();
  });

  it('a partner that captures twice reports a line that the books do not have', async () => {
    const { statements, scenarios, text, world } = await setUp();
    await scenarios.start('duplicate-capture', { partner: 'halcyon' });
    await statements.advance(start.getTime() + 3 * dayMs);
    const rows = adyenTotals(await text('halcyon_2026-11-19_settlement.csv'));
    const partner = partners.find(({ id }) => id === 'halcyon')!;
    const movements = world.movementsOfPayouts(partner, dayNumber + 3);
    const twice = movements.filter(({ duplicate }) => duplicate);
    expect(twice.length).toBeGreaterThan(0);
    expect(rows.USD!.count).toBe(movements.length);
    expect(rows.USD!.payout).toBe(rows.USD!.gross - rows.USD!.fee);
    const references = (await text('halcyon_2026-11-19_settlement.csv')).match(
      new RegExp(twice[0]!.order.orderId, 'g'),
    );
    expect(references).toHaveLength(2);
    await statements.close();
  });
});
