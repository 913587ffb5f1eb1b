/** Adyen's settlement details: both currencies, fees, columns in any order, newer columns, spreadsheets. */
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

const kuwaiti: Row = {
  'Gross Currency': 'KWD',
  'Gross Credit (GC)': '10.125',
  'Net Currency': 'KWD',
  'Net Credit (NC)': '8.625',
};

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
      { 'Gross Credit (GC)': '', 'Gross Debit (GC)': '100.00' },
      '2 payment 100.00 EUR 150 9850',
      'a sale whose gross is in the column of debits, as in a published sample: the net side gives the sign',
    ],
    [
      { 'Gross Credit (GC)': '0.10', 'Net Credit (NC)': '', 'Net Debit (NC)': '1.40' },
      '2 payment 0.10 EUR 150 -140',
      'fees larger than the sale turn the net alone',
    ],
    [kuwaiti, '2 payment 10.125 KWD 1500 8625', 'a currency with three decimals'],
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

  it.each([
    ['SettledInInstallments', 'payment', 'an instalment'],
    ['SettledInstallmentExternallyWithInfo', 'payment', 'an instalment through another acquirer'],
    ['UnmatchedRefundedExternallyWithInfo', 'refund', 'a refund without its payment'],
    ['ChargebackReversedExternallyWithInfo', 'chargeback_reversal', 'through another acquirer'],
    ['CaptureFailed (Sales Day payout)', 'reversal', 'paid out before it was settled'],
    ['BankInstructionReturned', 'payout_reversal', 'the bank sent the payout back'],
    ['AuthorisationSchemeFee', 'fee', 'fees billed apart'],
    ['ManualCorrected', 'adjustment', 'booked by hand'],
    ['MatchedStatement', 'transfer', 'money that we wired'],
    ['SuspendInstallment', 'other', 'outside the list'],
  ])('%s is a %s: %s', (Type, kind) => {
    expect(rowsOf(adyenSettlement, csv([{ ...sale, Type }]))[0]?.kind).toBe(kind);
  });

  it.each([
    ['CET', '2026-11-27T10:00:00+01:00', 'winter'],
    ['CEST', '2026-11-27T10:00:00+02:00', 'summer'],
    ['PDT', '2026-11-27T10:00:00-07:00', 'behind UTC'],
    ['IST', '2026-11-27T10:00:00', 'India, Israel or Ireland: nothing is guessed'],
    ['', '2026-11-27T10:00:00', 'none'],
  ])('in the time zone %s', (TimeZone, bookedAt) => {
    expect(rowsOf(adyenSettlement, csv([{ ...sale, TimeZone }]))[0]?.bookedAt).toBe(bookedAt);
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
    [
      csv([{ ...sale, ...kuwaiti }, sale], columns, ';').replaceAll('.', ','),
      [],
      2,
      'decimal commas: where `10,125` could be thousands, another amount of the file decides',
    ],
    [
      csv([{ ...sale, ...kuwaiti }], columns, ';').replaceAll('10.125', '10,125'),
      ['2 bad_amount'],
      0,
      'a comma that nothing in the file explains',
    ],
    [csv([sale]).replace('Psp Reference', 'PSP Reference'), [], 1, 'a name in another case'],
    [`\n\n${csv([sale])}`, [], 1, 'blank lines before the header'],
    [csv([sale, { ...sale, 'Batch Number': '43' }]), [], 2, 'two batches in one file'],
    [csv([sale]) + csv([sale], [...columns].reverse()), [], 2, 'columns that change within a file'],
    [csv([{ ...sale, 'Net Credit (NC)': '1.00' }]), ['2 net_mismatch'], 1, 'gross less fees is not net'],
    [csv([{ ...sale, 'Gross Credit (GC)': '1,00' }, sale]), ['2 csv_width'], 1, 'a comma too many'],
    [csv([{ ...sale, 'Markup (NC)': 'x' }, sale]), ['2 bad_amount'], 1, 'no fee'],
    [csv([{ ...sale, 'Net Currency': '' }, sale]), ['2 bad_currency'], 1, 'no currency'],
    [
      csv([{ ...sale, 'Net Currency': 'EUX' }, sale]),
      ['2 bad_currency'],
      1,
      'a currency that does not exist',
    ],
    [csv([{ Type: 'Settled' }, sale]), ['2 missing_value'], 1, 'no amounts'],
    [
      csv([sale, sale]).replace('Gross Credit', 'Gross In'),
      ['2 missing_column', '3 missing_column'],
      0,
      'a renamed column',
    ],
    [csv([sale]).replace('Net Debit', 'Net Out'), [], 1, 'a renamed column that the row does not need'],
    [csv([{ ...sale, 'Creation Date': '27/11/2026 10:00' }]), ['2 bad_date'], 1, 'a rewritten day'],
  ])('%#', (text, problems, rows) => {
    const said = read(adyenSettlement, text);
    expect(said.problems).toEqual(problems);
    expect(said.rows).toHaveLength(rows);
  });

  it('are recognised by their columns', () => {
    expect(sniffFormat(csv([], [...columns].reverse())).id).toBe('adyen-settlement');
  });
});
