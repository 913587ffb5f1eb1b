/** PayPal's settlement and transaction reports: row tags, flags, fees, totals, counts. */
import { describe, expect, it } from 'vitest';
import { itemLine } from '../../../src/reconciliation/formats/item-json.js';
import { paypal } from '../../../src/reconciliation/formats/paypal.js';
import { lines, read, rowsOf } from './support.js';
import { sniffFormat } from './sniff.js';

const columns = [
  'Transaction ID',
  'Invoice ID',
  'PayPal Reference ID',
  'PayPal Reference ID Type',
  'Transaction Event Code',
  'Transaction Initiation Date',
  'Transaction Completion Date',
  'Transaction Debit or Credit',
  'Gross Transaction Amount',
  'Gross Transaction Currency',
  'Fee Debit or Credit',
  'Fee Amount',
  'Fee Currency',
  'Custom Field',
];

interface Body {
  event?: string;
  mark?: string;
  amount?: string;
  currency?: string;
  fee?: [mark: string, amount: string, currency: string];
  invoice?: string;
}

const quote = (text: string): string => `"${text}"`;
const body = ({
  event = 'T0006',
  mark = 'CR',
  amount = '5200',
  currency = 'USD',
  fee = ['DR', '225', 'USD'],
  invoice = 'INV-1',
}: Body = {}): string =>
  [
    'SB',
    'TX1',
    invoice,
    '',
    '',
    event,
    '2026/11/27 00:00:30 -0800',
    '2026/11/27 10:00:30 -0800',
    mark,
    amount,
    currency,
    ...fee,
    'cart-7',
  ]
    .map(quote)
    .join(',');

const report = (rows: string[], sums: string[] = [], count = rows.length): string =>
  lines(
    '"RH","2026/11/28 04:00:00 -0800","A","ACC1",9',
    '"FH",1',
    '"SH","2026/11/27 00:00:00 -0800","2026/11/27 23:59:59 -0800","ACC1",""',
    ['CH', ...columns].map(quote).join(','),
    ...rows,
    ...sums.map((sum) => `"SF",${sum}`),
    `"SC",${count}`,
    `"RC",${count}`,
    `"FF",${count}`,
  );

it('is recognised by the names of its columns alone', () => {
  const text = lines(['CH', ...columns].map(quote).join(','), body(), '"RC",1');
  expect(sniffFormat(text).id).toBe('paypal');
  expect(read(paypal, text)).toMatchObject({ rows: ['2 payment 52.00 USD'], problems: [] });
  expect(paypal.recognises('"CH","Canton"')).toBe(false);
});

describe('a row', () => {
  it('has everything that the report says', () => {
    const { raw, ...row } = rowsOf(paypal, report([body()]))[0]!;
    expect(row).toEqual({
      type: 'row',
      line: 5,
      account: 'ACC1',
      kind: 'payment',
      partnerRef: 'TX1',
      ourRef: 'INV-1',
      amountMinor: 5200n,
      feeMinor: 225n,
      netMinor: 4975n,
      currency: 'USD',
      exponent: 2,
      valueDate: '2026-11-27',
      bookedAt: '2026-11-27T10:00:30-08:00',
      description: 'T0006',
    });
    expect(raw['Custom Field']).toBe('cart-7');
  });

  it.each([
    [
      { event: 'T1107', mark: 'DR', fee: ['CR', '47', 'USD'] },
      '5 refund -52.00 USD -47 -5153',
      'a refund with its fee given back',
    ],
    [{ event: 'T1201', mark: 'DR', fee: ['', '', ''] }, '5 chargeback -52.00 USD – –', 'a chargeback'],
    [{ event: 'T1202', fee: ['', '', ''] }, '5 chargeback_reversal 52.00 USD – –', 'a reversed one'],
    [{ event: 'T0400', mark: 'DR', fee: ['', '', ''] }, '5 payout -52.00 USD – –', 'the payout'],
    [{ event: 'T9999' }, '5 other 52.00 USD 225 4975', 'an event outside the list'],
    [
      { amount: '1500', currency: 'JPY', fee: ['DR', '54', 'JPY'] },
      '5 payment 1500 JPY 54 1446',
      'no minor digits',
    ],
    [
      { mark: 'DR', amount: '-5200', fee: ['DR', '-225', 'USD'] },
      '5 payment -52.00 USD 225 -5425',
      'both flag and minus',
    ],
    [{ event: 'T1114' }, '5 payout_reversal 52.00 USD 225 4975', 'one of many payments that came back'],
    [{ event: 'T1105' }, '5 reserve_release 52.00 USD 225 4975', 'the end of a hold'],
    [{ event: 'T2103', mark: 'DR' }, '5 reserve -52.00 USD 225 -5425', 'a reserve'],
    [{ event: 'T2104' }, '5 reserve_release 52.00 USD 225 4975', 'a reserve that is released'],
    [{ event: 'T2000' }, '5 transfer 52.00 USD 225 4975', 'between our own accounts'],
    [{ amount: '0', mark: '', fee: ['', '', ''] }, '5 payment 0.00 USD – –', 'nothing needs no flag'],
  ] as [Body, string, string][])('%j', (row, expected) => {
    const said = read(paypal, report([body(row)]), 'feeMinor', 'netMinor');
    expect(said).toMatchObject({ rows: [expected], problems: [] });
  });

  it.each([
    ['Transaction  Debit or Credit', 'two blanks, as in older versions'],
    ['TransactionDebitorCredit', 'none, as in the first one'],
  ])('finds a column by the letters of its name: %s', (name) => {
    const text = report([body({ mark: 'DR' })]).replace('Transaction Debit or Credit', name);
    expect(read(paypal, text)).toMatchObject({ rows: ['5 payment -52.00 USD'], problems: [] });
  });

  it.each([
    [
      'Transactional Status',
      'P',
      'the transaction is pending at PayPal (P)',
      'as the transaction report has it',
    ],
    ['Transaction Status', 'D', 'PayPal denied the transaction (D)', 'as its specification has it'],
    ['Transactional Status', 'S', undefined, 'it succeeded'],
  ] as [string, string, string | undefined, string][])('%s %s', (name, status, unsettled) => {
    const text = report([body().replace('cart-7', status)]).replace('Custom Field', name);
    expect(rowsOf(paypal, text)[0]?.unsettled).toBe(unsettled);
  });

  it('is printed without an account where the report names none', () => {
    const [row] = rowsOf(paypal, report([body()]).replace('"ACC1",""', '"",""'));
    expect(row && itemLine(row)).not.toContain('account');
  });

  it('keeps a fee in another currency apart', () => {
    const [row] = rowsOf(paypal, report([body({ fee: ['DR', '200', 'EUR'] })]));
    expect(row).toMatchObject({
      amountMinor: 5200n,
      foreignFee: { currency: 'EUR', amountMinor: 200n, exponent: 2 },
    });
    expect(row?.feeMinor).toBeUndefined();
  });

  it.each([
    ['', 'cart-7', 'the field of the merchant stands in for the invoice'],
    ['INV-1', 'INV-1', 'the invoice goes first'],
  ])('invoice %j', (invoice, ourRef) => {
    expect(rowsOf(paypal, report([body({ invoice })]))[0]?.ourRef).toBe(ourRef);
  });
});

describe('totals and counts', () => {
  const rows = [body(), body({ event: 'T1107', mark: 'DR', amount: '200', fee: ['CR', '25', 'USD'] })];
  const good = report(rows, ['"USD",5200,200,25,225']);

  it.each([
    [good, [], 2, 'as the specification says'],
    [report(rows, ['"USD",5200,200,225,25']), [], 2, 'fees in the other order, as real reports have them'],
    [report(rows, ['"USD",5200,200,25,225,"CR",4975,"CR",100,2']), [], 2, 'balances behind the sums'],
    [good.replaceAll('"', ''), [], 2, 'no quotes'],
    [good.replaceAll('"', '').replaceAll(',', '\t'), [], 2, 'tabs'],
    [good.replaceAll('\n', '\r\n'), [], 2, 'Windows line ends'],
    [lines(...good.split('\n').slice(2, -1)), [], 2, 'no report header'],
    [good.replaceAll('\n', '  \n'), [], 2, 'blanks at the end of lines'],
    [report(rows, ['"USD",9999,200,25,225']), ['7 total_mismatch'], 2, 'a wrong sum'],
    [report(rows, [], 3), ['7 total_mismatch', '8 total_mismatch'], 2, 'a wrong count'],
    [
      report([body({ fee: ['DR', '10', 'EUR'] })], ['"USD",5200,0,0,0', '"EUR",0,0,0,10']),
      [],
      1,
      'a fee in another currency',
    ],
    [good.slice(0, good.indexOf('"SF"')), ['6 truncated'], 2, 'cut off: rows before stand'],
    [report([body({ amount: '52.00' }), body()], [], 1), ['5 bad_amount'], 1, 'decimals are no minor units'],
    [report([body({ mark: 'XX' }), body()], [], 1), ['5 no_sign'], 1, 'no flag'],
    [report([body({ currency: 'ZZZ' }), body()], [], 1), ['5 bad_currency'], 1, 'no currency'],
    [report([body().replace('2026/11/27 10:00:30 -0800', '')]), [], 1, 'no day of completion'],
    [report([body().replace('2026/11/27 10:00', '27.11.2026 10:00')]), ['5 bad_date'], 1, 'a rewritten day'],
    [report([`${body()},more`, body()], [], 1), ['5 csv_width'], 1, 'a field too many'],
    [report([body().replace('SB', 'S?'), body()], [], 1), ['5 unknown_tag'], 1, 'a tag of no meaning'],
    [lines('"RH",1', body(), '"FF",0'), ['2 no_header'], 0, 'no names of columns'],
  ] as [string, string[], number, string][])('%#', (text, problems, count) => {
    const said = read(paypal, text);
    expect(said.problems).toEqual(problems);
    expect(said.rows).toHaveLength(count);
  });

  it.each([
    ['"USD",5200,200,25,225,"CR",100,"CR",4900,2', ['ACC1 USD 100 → 4900'], 'the whole balance'],
    ['"USD",5200,200,25,225,"DR",4800,"CR",0', ['ACC1 USD -4800 → 0'], 'it was owed to PayPal'],
    ['"USD",5200,200,25,225,"CR",1,"CR",2,"CR",7,"CR",4807', ['ACC1 USD 7 → 4807'], 'what is available'],
    ['"USD",5200,200,25,225,"CR",1,"CR",2', [], 'balances that the rows do not explain'],
  ])('balances in a footer %s', (footer, statements) => {
    expect(read(paypal, report(rows, [footer]))).toMatchObject({ statements, problems: [] });
  });

  it('balances of a day without movements', () => {
    const text = report([], ['"EUR",0,0,0,0,"CR",500,"CR",500,0']).replace('"ACC1",""', '"","PARTNER"');
    expect(read(paypal, text)).toMatchObject({ statements: ['PARTNER EUR 500 → 500'], problems: [] });
  });

  it('of a day without movements say the day', () => {
    expect([...paypal.parse(report([]))]).toEqual([
      { type: 'statement', line: 3, account: 'ACC1', currency: 'XXX', from: '2026-11-27', to: '2026-11-27' },
    ]);
  });

  it('are recognised by their tags', () => {
    expect(sniffFormat(good).id).toBe('paypal');
    expect(sniffFormat(`\n \n${good}`).id).toBe('paypal');
    expect(sniffFormat(good.replaceAll('"', '').replaceAll(',', '\t')).id).toBe('paypal');
  });
});
