/**
 * A payout in its three places, as people see it: the partner's report, our ledger, and the line of the bank that brought it.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../src/kernel/calendar-day.js';
import type { PayoutTrace } from '../../src/ports/payouts.js';
import { breakCard } from '../../src/views/reconciliation/breaks.js';
import { dayCard } from '../../src/views/reconciliation/day.js';
import { faultsOf, linesOf } from '../support/cards.js';
import { startBench, type Bench, type Reported } from './bench.js';

const thursday = '2026-11-26';
const friday = '2026-11-27';
let bench: Bench;
beforeAll(async () => {
  bench = await startBench('2026-11-27T06:00:00Z', undefined, { hasBank: true });
});
afterAll(() => bench.close());
afterEach(() => {
  expect(bench.faults).toEqual([]);
});
/** Northpay pays 98.00 EUR out on Thursday, after a fee of 2.00; it is due at the bank on Friday. */
beforeEach(async () => {
  await bench.clear();
  bench.setTime('2026-11-27T06:00:00Z');
  const payout = { batch: 'PO1', reference: 'PO1', day: thursday };
  await bench.book(
    { id: 'L1', reference: 'P1', minor: 10_000, day: '2026-11-25', batch: 'PO1' },
    { ...payout, id: 'L2', minor: -200, kind: 'fee' },
    { ...payout, id: 'L3', minor: -9_800, kind: 'payout' },
    { ...payout, id: 'L4', minor: 9_800, kind: 'payout', account: 'cash:harbour' },
  );
  await bench.put(
    'northpay_26.csv',
    { reference: 'P1', batch: 'PO1', amount: '100.00', fee: '2.00', day: thursday },
    { reference: 'PO1', batch: 'PO1', kind: 'payout', amount: '-98.00', day: thursday },
  );
  await bench.settle();
});

/** The bank's statements of Thursday, without a line, and of Friday. */
async function bankSays(...rows: Reported[]): Promise<void> {
  bench.setTime('2026-11-28T06:00:00Z');
  await bench.put('harbour_26.csv', { reference: 'OLD', amount: '1.00', day: thursday });
  await bench.settle();
  await bench.put('harbour_27.csv', { reference: 'OTHER', amount: '1.00', day: friday }, ...rows);
  await bench.settle();
}

const onDay = async (): Promise<string[]> => {
  const report = await bench.desk.day({ partner: 'northpay', businessDay: parseDay(thursday) ?? 0 });
  const card = dayCard(report!);
  expect(faultsOf(card)).toEqual([]);
  return [card.text, ...linesOf(card)];
};
const traced = async (): Promise<PayoutTrace | undefined> =>
  (await bench.desk.payoutsNamed('northpay', ['PO1'], 'EUR'))[0];

const row = (more: Partial<Reported>): Reported => ({
  reference: 'BK1',
  order: 'PO1',
  amount: '98.00',
  day: friday,
  ...more,
});

describe('the card of the partner’s day says of its payouts', () => {
  it.each<[string, Reported[] | null, string, string]>([
    ['that one is not due yet', null, '1 not due yet, 98.00 EUR: next Fri 27 Nov', 'whole'],
    ['that one has arrived by its name', [row({})], '1 arrived, 98.00 EUR', 'whole'],
    ['that one has arrived by its amount', [row({ order: '' })], '1 arrived, 98.00 EUR', 'whole'],
    ['that one is missing', [], '1 missing, 98.00 EUR', '; 1 payout missing at Harbour Bank'],
    [
      'by how much one is short, and where',
      [row({ amount: '95.00' })],
      '`PO1` · 95.00 EUR of 98.00 EUR arrived Fri 27 Nov (harbour_27.csv, line 3): 3.00 EUR short · BRK-',
      '; 1 payout short paid at Harbour Bank',
    ],
    [
      'that one was paid too much',
      [row({ amount: '99.00' })],
      '99.00 EUR arrived Fri 27 Nov (harbour_27.csv, line 3): 1.00 EUR more than the 98.00 EUR reported',
      '; 1 payout overpaid at Harbour Bank',
    ],
    [
      'which lines could be one',
      [row({ order: '' }), row({ order: '', reference: 'BK2' })],
      '98.00 EUR matches any of 2 lines: Fri 27 Nov (harbour_27.csv, line 3; harbour_27.csv, line 4)',
      '; 1 payout ambiguous at Harbour Bank',
    ],
  ])('%s', async (_what, rows, line, headline) => {
    if (rows) await bankSays(...rows);
    const [first, ...lines] = await onDay();
    expect(lines.join('\n')).toContain('Payouts at Harbour Bank, last 30 days');
    expect(lines.join('\n')).toContain(line);
    expect(first).toContain(headline);
  });
});

it('the card that is in the channel is rewritten when the bank’s statement comes', async () => {
  bench.posted();
  await bankSays(row({ amount: '95.00' }));
  const rewritten = bench
    .posted()
    .flatMap((message) =>
      'liveCard' in message && message.liveCard === 'recon:northpay:2026-11-26' ? [message.card.text] : [],
    );
  expect(rewritten.at(-1)).toContain('1 payout short paid at Harbour Bank');
});

describe('a break of a payout shows all three places', () => {
  it.each<[string, Reported[], string]>([
    [
      'that is missing',
      [],
      'Harbour Bank: 98.00 EUR was due Fri 27 Nov and is on no statement of Harbour Bank',
    ],
    ['that is short', [row({ amount: '95.00' })], 'Harbour Bank: 95.00 EUR of 98.00 EUR arrived Fri 27 Nov'],
  ])('%s', async (_what, rows, atBank) => {
    await bankSays(...rows);
    const { breaks } = await bench.desk.breaks({ partner: 'harbour', states: ['open'], limit: 10 });
    const about = breaks.find(({ differenceMinor }) => [-9_800n, -300n].includes(differenceMinor));
    const card = breakCard(await bench.desk.break(about?.id ?? ''), []);
    const lines = linesOf(card).join('\n');
    expect(lines).toContain('entry `L4`');
    expect(lines).toContain('Northpay: 98.00 EUR reported Thu 26 Nov (northpay_26.csv, line 3)');
    expect(lines).toContain(atBank);
  });

  it('but not one of a single payment', async () => {
    await bankSays(row({}));
    const { breaks } = await bench.desk.breaks({ partner: 'harbour', states: ['open'], limit: 10 });
    const report = await bench.desk.break(breaks[0]?.id ?? '');
    expect(report.payouts).toEqual([]);
  });
});

it('a corrected statement of the bank changes what is said of a payout', async () => {
  await bankSays(row({ amount: '95.00' }));
  expect(await traced()).toMatchObject({ state: 'short', differenceMinor: -300n });
  await bench.put('harbour_27b.csv', { reference: 'OTHER', amount: '1.00', day: friday }, row({}));
  await bench.settle();
  expect(await traced()).toMatchObject({ state: 'arrived', differenceMinor: 0n });
});

it('nothing is missing at a bank whose statements begin later', async () => {
  bench.setTime('2026-12-01T06:00:00Z');
  await bench.put('harbour_30.csv', { reference: 'OTHER', amount: '1.00', day: '2026-11-30' });
  await bench.settle();
  expect(await traced()).toBeUndefined();
});

it('a partner that pays into no bank, and an unknown one, have no payouts to follow', async () => {
  expect(await bench.desk.payoutsNamed('harbour', ['P1'], 'EUR')).toEqual([]);
  expect(await bench.desk.payoutsNamed('nobody', ['PO1'], 'EUR')).toEqual([]);
});
