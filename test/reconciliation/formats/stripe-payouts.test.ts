/** Stripe's itemized payout reconciliation: kinds, amounts, references, dates, columns in any order. */
import { describe, expect, it } from 'vitest';
import { stripePayouts } from '../../../src/reconciliation/formats/stripe-payouts.js';
import { lines, read, rowsOf } from './support.js';
import { sniffFormat } from './sniff.js';

const whole: Record<string, string> = {
  automatic_payout_id: 'po_1',
  automatic_payout_effective_at: '2026-11-27 00:00:00',
  balance_transaction_id: 'txn_1',
  created: '2026-11-25 10:11:12',
  created_utc: '2026-11-25 09:11:12',
  currency: 'eur',
  gross: '25.00',
  fee: '0.95',
  net: '24.05',
  reporting_category: 'charge',
  source_id: 'ch_1',
  description: 'Order 7',
  customer_facing_amount: '',
  customer_facing_currency: '',
  charge_id: 'ch_1',
  order_id: 'ord_7',
  invoice_id: '',
  'payment_metadata[colour]': 'red',
};

const quote = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const csv = (...rows: Record<string, string>[]): string => {
  const columns = Object.keys(whole);
  return lines(
    columns.join(','),
    ...rows.map((row) => columns.map((name) => quote({ ...whole, ...row }[name] ?? '')).join(',')),
  );
};

describe('a row', () => {
  it('has everything that the report says', () => {
    expect(rowsOf(stripePayouts, csv({}))[0]).toEqual({
      type: 'row',
      line: 2,
      kind: 'payment',
      amountMinor: 2500n,
      feeMinor: 95n,
      netMinor: 2405n,
      currency: 'EUR',
      exponent: 2,
      partnerRef: 'ch_1',
      ourRef: 'ord_7',
      batchRef: 'po_1',
      description: 'Order 7',
      valueDate: '2026-11-27',
      bookedAt: '2026-11-25T09:11:12Z',
      raw: whole,
    });
  });

  it('has columns by the words of their names, as exports by hand write them', () => {
    const text = csv({}).replace('created_utc', 'Created (UTC)').replace('source_id', 'Source ID');
    expect(rowsOf(stripePayouts, text)[0]).toMatchObject({
      partnerRef: 'ch_1',
      bookedAt: '2026-11-25T09:11:12Z',
    });
  });

  it.each([
    ['charge', 'payment'],
    ['refund', 'refund'],
    ['refund_failure', 'reversal'],
    ['dispute', 'chargeback'],
    ['dispute_reversal', 'chargeback_reversal'],
    ['fee', 'fee'],
    ['payout', 'payout'],
    ['payout_reversal', 'payout_reversal'],
    ['risk_reserved_funds', 'reserve'],
    ['connect_reserved_funds', 'reserve'],
    ['connect_collection_transfer', 'transfer'],
    ['something_new', 'other'],
  ])('%s is a %s', (reporting_category, kind) => {
    expect(rowsOf(stripePayouts, csv({ reporting_category }))[0]?.kind).toBe(kind);
  });

  it.each([
    [{ gross: '-10', fee: '0', net: '-10' }, '2 payment -10.00 EUR 0 -1000', 'a refund without decimals'],
    [
      { gross: '1500', fee: '54', net: '1446', currency: 'jpy' },
      '2 payment 1500 JPY 54 1446',
      'no minor digits',
    ],
    [
      { gross: '1.234', fee: '0', net: '1.234', currency: 'kwd' },
      '2 payment 1.234 KWD 0 1234',
      'three of them',
    ],
    [
      { gross: '1.00', fee: '0.001', net: '0.999' },
      '2 payment 1.000 EUR 1 999',
      'a fee finer than the currency',
    ],
    [{ gross: '-0.00', fee: '0', net: '0' }, '2 payment 0.00 EUR 0 0', 'negative zero'],
    [{ fee: '', net: '25.00' }, '2 payment 25.00 EUR 0 2500', 'no fee'],
  ] as [Record<string, string>, string, string][])('%j', (row, expected) => {
    expect(read(stripePayouts, csv(row), 'feeMinor', 'netMinor')).toMatchObject({
      rows: [expected],
      problems: [],
    });
  });

  it('is read with the columns of a connected account’s report', () => {
    const text = csv({ automatic_payout_effective_at: '2026-11-27 00:00:00' })
      .replace('automatic_payout_effective_at', 'automatic_payout_effective_at_utc')
      .replace('payment_metadata[colour]', 'connected_account');
    expect(rowsOf(stripePayouts, text)[0]).toMatchObject({ account: 'red', valueDate: '2026-11-27' });
  });

  it('is read with the columns of the report by payout', () => {
    const text = csv({ automatic_payout_effective_at: '2026-11-27 00:00:00' }).replace(
      'automatic_payout_effective_at',
      'effective_at',
    );
    expect(rowsOf(stripePayouts, text)[0]).toMatchObject({ valueDate: '2026-11-27' });
  });

  it('keeps what the customer paid in another currency', () => {
    const [row] = rowsOf(
      stripePayouts,
      csv({ customer_facing_amount: '30.00', customer_facing_currency: 'usd' }),
    );
    expect(row?.fx).toEqual({ currency: 'USD', amountMinor: 3000n, exponent: 2 });
  });
});

describe('files', () => {
  const good = csv({}, { balance_transaction_id: 'txn_2', description: 'two\nlines, and a "quote"' });
  const reversed = good.split('\n')[0]?.split(',').reverse().join(',') ?? '';

  it('are read with columns in any order', () => {
    const row = csv({}).split('\n')[1]?.split(',').reverse().join(',') ?? '';
    expect(read(stripePayouts, lines(reversed, row)).rows).toEqual(['2 payment 25.00 EUR']);
  });

  it.each([
    [good, [], 2, 'line breaks, commas and quotes in a field'],
    [good.replaceAll('\n', '\r\n'), [], 2, 'Windows line ends'],
    [good.trimEnd(), [], 2, 'no line end at the end'],
    [good + good, [], 4, 'two files glued together'],
    [csv({ description: 'a, b' }).replace('b"', 'b" \t'), [], 1, 'blanks behind a closing quote'],
    [csv({ description: 'a, b' }, {}).replace('b"', 'b" c'), ['2 csv_quote'], 1, 'more than blanks'],
    [`${good}\u001A`, [], 2, 'the mark of the end of a file'],
    [csv({ gross: 'abc' }, {}), ['2 bad_amount'], 1, 'no amount: the neighbour stands'],
    [csv({ gross: '1e3' }, {}), ['2 bad_amount'], 1, 'an exponent is no amount'],
    [csv({ gross: '1,234' }, {}), ['2 bad_amount'], 1, 'a comma that could be either mark'],
    [csv({ gross: '1,234.00', net: '1233.00', fee: '1,00' }), [], 1, 'marks that a spreadsheet has changed'],
    [csv({ currency: '€' }, {}), ['2 bad_currency'], 1, 'no currency'],
    [csv({ currency: 'eux' }, {}), ['2 bad_currency'], 1, 'a currency that does not exist'],
    [csv({ currency: 'usdc' }, {}), [], 2, 'a stablecoin'],
    [csv({ created_utc: '11/25/26 9:11' }, {}), ['2 bad_date'], 2, 'a day that a spreadsheet has rewritten'],
    [csv({ automatic_payout_effective_at: '46353' }), ['2 bad_date'], 1, 'the number of a day'],
    [csv({ net: '1.00' }), ['2 net_mismatch'], 1, 'gross less fee is not net'],
    [csv({}).replace('txn_1', 'txn\0_1'), ['2 csv_nul'], 0, 'a NUL byte'],
    [csv({}, {}).replace('po_1', '"po_1'), ['2 csv_quote'], 1, 'an unclosed quote costs its own line'],
    [csv({}, {}).replace('po_1', 'po_1,'), ['2 csv_width'], 1, 'a field too many'],
    [`Report of today\n${csv({})}`, ['1 before_header'], 1, 'a line before the header'],
    [
      'balance_transaction_id,gross\ntxn_1,5\n',
      ['1 before_header', '2 before_header', '1 no_header'],
      0,
      'not the columns',
    ],
  ])('%#', (text, problems, rows) => {
    const said = read(stripePayouts, text);
    expect(said.problems).toEqual(problems);
    expect(said.rows).toHaveLength(rows);
  });

  it('are recognised by their columns', () => expect(sniffFormat(good).id).toBe('stripe-payouts'));
});
