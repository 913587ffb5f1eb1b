/** Trustly's funding report of the Americas: records, signs, fees, payouts, and what the last record states. */
import { describe, expect, it } from 'vitest';
import { trustlyFunding } from '../../../src/reconciliation/formats/trustly-funding.js';
import { sniffFormat } from './sniff.js';
import { lines, read, rowsOf } from './support.js';

const header = (part = '0001of0001'): string =>
  `H,P11KFUN,1.0.0,2026-11-26T12:00:00.000Z,2026-11-27T12:00:00.000Z,4711,${part}`;

interface Item {
  id?: string;
  type?: string;
  inBatch?: string;
  amount?: string;
  trace?: string;
  reason?: string;
  fee?: string;
}

const item = ({
  id = '9001',
  type = 'Capture',
  inBatch = 'Sale',
  amount = '20.00',
  trace = 'TR1',
  reason = 'AC118',
  fee = '',
}: Item = {}): string =>
  [
    'I',
    id,
    '2026-11-25T10:00:00.000Z',
    '8001',
    '4711',
    'Deferred,1,1,12',
    `ord-${id}`,
    type,
    'Completed',
    '2026-11-26T10:00:00.000Z',
    '2026-11-26T09:00:00.000Z',
    'USD',
    amount,
    trace,
    reason,
    '77',
    inBatch,
    'auth-1',
    'ptx-1',
    fee,
  ].join(',');

const funding = (amount: string, trace = 'TR1', currency = 'USD'): string =>
  `F,Bank One,,${trace},${currency},${amount},2,2026-11-27T10:00:00.000Z`;

it('reads items, their fees, and the payout that they come to', () => {
  const text = lines(
    header(),
    funding('10.35'),
    item({ fee: '-0.15' }),
    item({ id: '9002', type: 'Refund', inBatch: 'Refund', amount: '-3.10' }),
    item({ id: '9003', inBatch: 'Return', amount: '-6.40', reason: 'R10', fee: '0.00' }),
    'L,3,10.50,1,10.35',
  );
  expect(sniffFormat(text).id).toBe('trustly-funding');
  expect(
    read(trustlyFunding, text, 'feeMinor', 'netMinor', 'partnerRef', 'ourRef', 'batchRef', 'valueDate'),
  ).toEqual({
    rows: [
      '2 payout -10.35 USD – – TR1 – TR1 2026-11-27',
      '3 payment 20.00 USD 15 1985 9001 ord-9001 TR1 2026-11-27',
      '4 refund -3.10 USD – – 9002 ord-9002 TR1 2026-11-27',
      '5 return -6.40 USD 0 -640 9003 ord-9003 TR1 2026-11-27',
    ],
    problems: [],
    statements: [],
  });
  expect(rowsOf(trustlyFunding, text)[1]).toMatchObject({
    account: '4711',
    bookedAt: '2026-11-26T09:00:00Z',
    description: 'Capture Completed AC118',
    raw: { 'Batch ID': '77', 'Original Merchant Reference': 'auth-1' },
  });
});

it('knows the day of a payout that stands behind its items', () => {
  const text = lines(header(), item(), funding('20.00'), 'L,1,20.00,1,20.00');
  expect(read(trustlyFunding, text, 'valueDate')).toMatchObject({
    rows: ['2 payment 20.00 USD 2026-11-27', '3 payout -20.00 USD 2026-11-27'],
    problems: [],
  });
});

it('says that an item without a payout has moved nothing yet', () => {
  const text = lines(header(), item({ amount: '0.00', trace: '', inBatch: '' }), 'L,1,0.00,0,0.00');
  expect(read(trustlyFunding, text, 'unsettled')).toMatchObject({
    rows: ['2 payment 0.00 USD Trustly has not settled the item yet'],
    problems: [],
  });
});

it('reads items of earlier versions, which end sooner, and keeps fields of later ones', () => {
  const whole = item().split(',');
  const text = lines(header(), whole.slice(0, 18).join(','), `${whole.join(',')},new`);
  const [early, late] = rowsOf(trustlyFunding, text);
  expect(early).toMatchObject({ kind: 'payment', amountMinor: 2000n });
  expect(late?.raw['Field 24']).toBe('new');
});

it('gives the days of a report in which nothing happened', () => {
  expect(read(trustlyFunding, lines(header(), 'L,0,0.00,0,0.00'))).toEqual({
    rows: [],
    problems: [],
    statements: ['4711 XXX ? → ?'],
  });
});

describe('reports', () => {
  it.each([
    [
      'a payout that its items do not come to',
      [funding('19.99'), item(), 'L,1,20.00,1,19.99'],
      ['2 total_mismatch'],
    ],
    ['fewer items than are stated', [funding('20.00'), item(), 'L,2,20.00,1,20.00'], ['4 total_mismatch']],
    ['fewer payouts than are stated', [funding('20.00'), item(), 'L,1,20.00,2,20.00'], ['4 total_mismatch']],
    [
      'payouts that do not come to their total',
      [funding('20.00'), item(), 'L,1,20.00,1,21.00'],
      ['4 total_mismatch'],
    ],
    ['a total that is no number', [funding('20.00'), item(), 'L,1,20.00,1,x'], ['4 bad_amount']],
    ['a file that was cut off', [funding('20.00'), item()], ['3 truncated']],
    ['an amount that is none', [item({ amount: '2O.00' }), 'L,1,,0,'], ['2 bad_amount']],
    ['a settled item without an amount', [item({ amount: '' }), 'L,1,,0,'], ['2 bad_amount']],
    ['a fee that is none', [item({ fee: '?' }), 'L,1,,0,'], ['2 bad_amount']],
    ['a payout without a currency', [funding('1.00', 'TR1', ''), 'L,0,,1,'], ['2 bad_currency']],
    ['a record of another kind', ['T,9001', 'L,0,,0,'], ['2 unknown_record']],
  ])('%s', (_, records, problems) => {
    expect(read(trustlyFunding, lines(header(), ...records)).problems).toEqual(problems);
  });

  it('records before the first header', () => {
    expect(read(trustlyFunding, lines(item(), header(), 'L,0,,0,')).problems).toEqual(['1 no_header']);
  });

  it('no sums of one of several parts, whose items may lie in another', () => {
    const text = lines(header('0001of0002'), funding('50.00'), item(), 'L,1,20.00,1,50.00');
    expect(read(trustlyFunding, text).problems).toEqual([]);
  });
});
