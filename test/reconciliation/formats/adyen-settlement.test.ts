/** Adyen's settlement details: both currencies, fees, columns in any order, newer columns. */
import { describe, expect, it } from 'vitest';
import { adyenSettlement } from '../../../src/reconciliation/formats/adyen-settlement.js';
import { lines, read, rowsOf } from './support.js';
import { sniffFormat } from './sniff.js';

const columns = [
  'Company Account',
  'Merchant Account',
  'Psp Reference',
  'Merchant Reference',
  'Payment Method',
  'Creation Date',
  'TimeZone',
  'Type',
  'Modification Reference',
  'Gross Currency',
  'Gross Debit (GC)',
  'Gross Credit (GC)',
  'Exchange Rate',
  'Net Currency',
  'Net Debit (NC)',
  'Net Credit (NC)',
  'Commission (NC)',
  'Markup (NC)',
  'Scheme Fees (NC)',
  'Interchange (NC)',
  'Payment Method Variant',
  'Modification Merchant Reference',
  'Batch Number',
  'Payment Fees (NC)',
  'DCC Markup (NC)',
];

const sale = {
  'Merchant Account': 'Larkspur',
  'Psp Reference': 'PSP1',
  'Merchant Reference': 'ord-1',
  'Creation Date': '2026-11-27 10:00:00',
  Type: 'Settled',
  'Gross Currency': 'EUR',
  'Gross Credit (GC)': '100.00',
  'Exchange Rate': '1',
  'Net Currency': 'EUR',
  'Net Credit (NC)': '98.50',
  'Markup (NC)': '0.50',
  'Scheme Fees (NC)': '0.30',
  'Interchange (NC)': '0.70',
  'Batch Number': '42',
};

type Row = Partial<Record<string, string>>;

const csv = (rows: Row[], order = columns, delimiter = ','): string =>
  lines(order.join(delimiter), ...rows.map((row) => order.map((name) => row[name] ?? '').join(delimiter)));

const debit = (amount: string): Row => ({
  'Gross Debit (GC)': amount,
  'Gross Credit (GC)': '',
  'Net Debit (NC)': amount,
  'Net Credit (NC)': '',
  'Markup (NC)': '',
  'Scheme Fees (NC)': '',
  'Interchange (NC)': '',
});
const noGross: Row = {
  'Gross Currency': '',
  'Gross Debit (GC)': '',
  'Gross Credit (GC)': '',
  'Exchange Rate': '',
};

describe('a row', () => {
  it('has everything that the report says', () => {
    const { raw, ...row } = rowsOf(adyenSettlement, csv([sale]))[0]!;
    expect(row).toEqual({
      type: 'row',
      line: 2,
      account: 'Larkspur',
      kind: 'payment',
      partnerRef: 'PSP1',
      ourRef: 'ord-1',
      batchRef: '42',
      amountMinor: 10_000n,
      feeMinor: 150n,
      netMinor: 9850n,
      currency: 'EUR',
      exponent: 2,
      bookedAt: '2026-11-27T10:00:00',
      description: 'Settled',
    });
    expect(raw['Exchange Rate']).toBe('1');
  });

  it.each([
    [{ Type: 'Refunded', ...debit('10.00') }, '2 refund -10.00 EUR 0 -1000', 'a refund'],
    [{ Type: 'Chargeback', ...debit('10.00') }, '2 chargeback -10.00 EUR 0 -1000', 'a chargeback'],
    [
      { Type: 'ChargebackReversed' },
      '2 chargeback_reversal 100.00 EUR 150 9850',
      'a reversed one keeps its own sign',
    ],
    [
      { Type: 'MerchantPayout', ...debit('98.50'), ...noGross },
      '2 payout -98.50 EUR – –',
      'the payout has a net side alone',
    ],
    [{ Type: 'Fee', ...debit('0.10'), ...noGross }, '2 fee -0.10 EUR – –', 'a fee'],
    [
      { Type: 'PaymentCost', ...debit('1.75'), ...noGross },
      '2 fee -1.75 EUR – –',
      'a cost that is billed apart',
    ],
    [{ Type: 'InvoiceDeduction', ...debit('5.00'), ...noGross }, '2 fee -5.00 EUR – –', 'an invoice'],
    [{ Type: 'DepositCorrection', ...debit('5.00'), ...noGross }, '2 reserve -5.00 EUR – –', 'a deposit'],
    [{ Type: 'NewThing' }, '2 other 100.00 EUR 150 9850', 'a type outside the list'],
    [
      { 'Markup (NC)': '0.50001', 'Net Credit (NC)': '98.49999' },
      '2 payment 100.00000 EUR 150001 9849999',
      'five decimals',
    ],
    [
      { 'Payment Fees (NC)': '0.25', 'Net Credit (NC)': '98.25' },
      '2 payment 100.00 EUR 175 9825',
      'a newer column of fees',
    ],
    [
      { 'Payment Fees (NC)': '1.50' },
      '2 payment 100.00 EUR 150 9850',
      'a newer column that repeats the others',
    ],
  ] as [Row, string, string][])('%j', (row, expected) => {
    const said = read(adyenSettlement, csv([{ ...sale, ...row }]), 'feeMinor', 'netMinor');
    expect(said).toMatchObject({ rows: [expected], problems: [] });
  });

  it('is in the net currency, and the shopper’s amount is the one before conversion', () => {
    const row = {
      ...sale,
      'Gross Currency': 'JPY',
      'Gross Credit (GC)': '16000',
      'Exchange Rate': '0.00625',
    };
    expect(rowsOf(adyenSettlement, csv([row]))[0]).toMatchObject({
      amountMinor: 10_000n,
      feeMinor: 150n,
      netMinor: 9850n,
      currency: 'EUR',
      fx: { currency: 'JPY', amountMinor: 16_000n, exponent: 0, rate: '0.00625' },
    });
  });
});

describe('files', () => {
  it.each([
    [csv([sale, sale], [...columns].reverse()), [], 2, 'columns in another order'],
    [csv([sale], [...columns, 'Reserved4', 'Something new']), [], 1, 'columns that are not known'],
    [csv([sale], columns, ';'), [], 1, 'semicolons'],
    [csv([sale]) + csv([sale], [...columns].reverse()), [], 2, 'columns that change within a file'],
    [csv([{ ...sale, 'Net Credit (NC)': '1.00' }]), ['2 net_mismatch'], 1, 'gross less fees is not net'],
    [csv([{ ...sale, 'Gross Credit (GC)': '1,00' }, sale]), ['2 csv_width'], 1, 'a comma too many'],
    [csv([{ ...sale, 'Markup (NC)': 'x' }, sale]), ['2 bad_amount'], 1, 'no fee'],
    [csv([{ ...sale, 'Net Currency': '' }, sale]), ['2 bad_currency'], 1, 'no currency'],
    [csv([{ Type: 'Settled' }, sale]), ['2 missing_value'], 1, 'no amounts'],
  ])('%#', (text, problems, rows) => {
    const said = read(adyenSettlement, text);
    expect(said.problems).toEqual(problems);
    expect(said.rows).toHaveLength(rows);
  });

  it('are recognised by their columns', () => {
    expect(sniffFormat(csv([], [...columns].reverse())).id).toBe('adyen-settlement');
  });
});
