/** CSV by a profile: marks, signs, dates, totals, kinds; and the profiles that ship. */
import { describe, expect, it } from 'vitest';
import { csvProfile, type CsvProfile } from '../../../src/reconciliation/formats/csv-profile.js';
import { formatNamed, profiles, recognise } from '../../../src/reconciliation/formats/index.js';
import { lines, read, rowsOf } from './support.js';
import { sniffFormat } from './sniff.js';

const usual: CsvProfile = {
  id: 'own',
  title: 'Own',
  delimiter: ',',
  decimal: '.',
  minorUnits: false,
  negativeFees: false,
  outgoing: [],
  kinds: {},
  dates: ['yyyy-MM-dd'],
  columns: { amount: ['amount'], currency: ['ccy'], partnerRef: ['ref'], valueDate: ['day'] },
};

const own = (changes: Partial<CsvProfile> = {}) => csvProfile({ ...usual, ...changes });
const csv = (amount: string, day = '2026-11-27', currency = 'EUR'): string =>
  lines('ref;amount;ccy;day', `R1;${amount};${currency};${day}`);

describe('amounts', () => {
  const comma = { delimiter: ';', decimal: ',' } as const;
  it.each([
    ['12.50', { delimiter: ';' }, '12.50', 'a decimal point'],
    ['1,234.50', { delimiter: ';', thousands: ',' }, '1234.50', 'thousands'],
    ['1.234,50', { ...comma, thousands: '.' }, '1234.50', 'a decimal comma'],
    ['1 234,50', { ...comma, thousands: ' ' }, '1234.50', 'blanks between thousands'],
    ["1'234.50", { delimiter: ';', thousands: "'" }, '1234.50', 'apostrophes (Switzerland)'],
    ['1\u202F234,50', { ...comma, thousands: ' ' }, '1234.50', 'narrow blanks that do not break a line'],
    ['1’234.50', { delimiter: ';', thousands: "'" }, '1234.50', 'apostrophes as printers set them'],
    ['12,34,567.50', { delimiter: ';', thousands: ',' }, '1234567.50', 'lakhs and crores (India)'],
    ['100.00 DR', { delimiter: ';' }, '-100.00', 'a word for a debit'],
    ['100.00CR', { delimiter: ';' }, '100.00', 'a word for a credit'],
    ['(100.00)', { delimiter: ';' }, '-100.00', 'brackets'],
    ['200.00-', { delimiter: ';' }, '-200.00', 'a sign behind'],
    ['+5', { delimiter: ';' }, '5.00', 'a plus'],
    ['-0.00', { delimiter: ';' }, '0.00', 'negative zero'],
    ['1.2345', { delimiter: ';' }, '1.2345', 'more decimals than the currency has'],
    ['1250', { delimiter: ';', minorUnits: true }, '12.50', 'minor units'],
  ] as [string, Partial<CsvProfile>, string, string][])('%s', (amount, changes, expected) => {
    const said = read(own(changes), csv(amount));
    expect(said).toMatchObject({ rows: [`2 payment ${expected} EUR`], problems: [] });
  });

  it.each([
    ['1,23', { delimiter: ';', thousands: ',' }, 'thousands in the wrong place'],
    ['1.234,50', { ...comma }, 'thousands that the profile does not have'],
    ['12.5', { delimiter: ';', minorUnits: true }, 'minor units with a point'],
    ['--5', { delimiter: ';' }, 'two signs'],
    ['-5 DR', { delimiter: ';' }, 'a minus and a word'],
    ['1,2,345.00', { delimiter: ';', thousands: ',' }, 'groups of neither kind'],
    ['1e5', { delimiter: ';' }, 'an exponent'],
    ['', { delimiter: ';' }, 'nothing'],
    ['NaN', { delimiter: ';' }, 'no number'],
  ] as [string, Partial<CsvProfile>, string][])('%j is a problem', (amount, changes) => {
    expect(read(own(changes), csv(amount))).toMatchObject({ rows: [], problems: ['2 bad_amount'] });
  });
});

describe('dates', () => {
  it.each([
    [['yyyy-MM-dd'], '2026-11-27', '2026-11-27'],
    [['dd.MM.yyyy'], '27.11.2026', '2026-11-27'],
    [['MM/dd/yyyy'], '11/27/2026', '2026-11-27'],
    [['yyyyMMdd'], '20261127', '2026-11-27'],
    [['dd/MM/yy'], '27/11/26', '2026-11-27'],
    [['d.M.yyyy'], '7.1.2026', '2026-01-07'],
    [['dd-MMM-yyyy'], '27-Nov-2026', '2026-11-27'],
    [['dd-MMM-yyyy'], '27-Xxx-2026', undefined],
    [['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd'], '2026-11-27', '2026-11-27'],
    [['yyyy-MM-dd HH:mm:ss'], '2026-11-27 10:20:30.123+00', '2026-11-27'],
    [['yyyy-MM-dd'], '27.11.2026', undefined],
    [['dd.MM.yyyy'], '31.02.2026', undefined],
    [['yyyy-MM-dd'], '2026-11-27x', undefined],
    [['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd'], '2026-11-27 25:00:00', undefined],
  ])('%j: %s', (dates, day, expected) => {
    const [row] = rowsOf(own({ delimiter: ';', dates }), csv('1', day));
    expect(row?.valueDate).toBe(expected);
    const problems = expected === undefined ? ['2 bad_date'] : [];
    expect(read(own({ delimiter: ';', dates }), csv('1', day)).problems).toEqual(problems);
  });

  it.each([
    ['2026-11-27 10:20:30', '2026-11-27T10:20:30'],
    ['2026-11-27 10:20:30.5+00', '2026-11-27T10:20:30Z'],
    ['2026-11-27 10:20:30+0530', '2026-11-27T10:20:30+05:30'],
    ['2026-11-27 10:20:30Z', '2026-11-27T10:20:30Z'],
  ])('a moment: %s', (day, bookedAt) => {
    const profile = own({
      delimiter: ';',
      dates: ['yyyy-MM-dd HH:mm:ss'],
      columns: { ...usual.columns, valueDate: undefined, bookedAt: ['day'] },
    });
    expect(rowsOf(profile, csv('1', day))[0]?.bookedAt).toBe(bookedAt);
  });
});

describe('signs, fees and kinds', () => {
  const header = 'ref,ccy,amount,fee,type,flag,in,out';
  const columns = { ...usual.columns, valueDate: undefined, kind: ['type'], fee: ['fee'] };
  const kinds = { Sale: 'payment', '*Fee': 'fee', 'Chargeback (*': 'chargeback', Out: 'payout' } as const;

  it.each([
    [
      'R,EUR,5.00,,Sale,DR,,',
      { sign: { column: 'flag', negative: ['DR'] } },
      'payment -5.00 EUR –',
      'a flag',
    ],
    [
      'R,EUR,-5.00,,Sale,DR,,',
      { sign: { column: 'flag', negative: ['DR'] } },
      'payment -5.00 EUR –',
      'a flag and a minus',
    ],
    [
      'R,EUR,5.00,,Sale,CR,,',
      { sign: { column: 'flag', negative: ['DR'] } },
      'payment 5.00 EUR –',
      'another flag',
    ],
    ['R,EUR,5.00,,Out,,,', { outgoing: ['payout'] }, 'payout -5.00 EUR –', 'a kind that leaves us'],
    ['R,EUR,-5.00,,Out,,,', { outgoing: ['payout'] }, 'payout -5.00 EUR –', 'negative already'],
    ['R,EUR,5.00,0.10,Sale,,,', {}, 'payment 5.00 EUR 10', 'a fee'],
    ['R,EUR,5.00,-0.10,Sale,,,', { negativeFees: true }, 'payment 5.00 EUR 10', 'a fee as a negative number'],
    ['R,EUR,5.00,0.125,Sale,,,', {}, 'payment 5.000 EUR 125', 'a fee finer than the amount'],
    ['R,EUR,5.00,,Scheme Fee,,,', {}, 'fee 5.00 EUR –', 'a kind by its end'],
    ['R,EUR,5.00,,Chargeback (Visa),,,', {}, 'chargeback 5.00 EUR –', 'a kind by its beginning'],
    ['R,EUR,5.00,,constructor,,,', {}, 'other 5.00 EUR –', 'a word outside the list'],
    [
      'R,EUR,,,Sale,,5.00,',
      { columns: { ...columns, amount: undefined, credit: ['in'], debit: ['out'] } },
      'payment 5.00 EUR –',
      'a credit column',
    ],
    [
      'R,EUR,,,Sale,,,5.00',
      { columns: { ...columns, amount: undefined, credit: ['in'], debit: ['out'] } },
      'payment -5.00 EUR –',
      'a debit column',
    ],
  ] as [string, Partial<CsvProfile>, string, string][])('%s', (row, changes, expected) => {
    const said = read(own({ columns, kinds, ...changes }), lines(header, row), 'feeMinor');
    expect(said).toMatchObject({ rows: [`2 ${expected}`], problems: [] });
  });
});

it.each([';', '\t', '|'])('columns that a spreadsheet separates with %j are found', (mark) => {
  const text = lines('ref,amount,ccy,day', 'R1,"5.00",EUR,2026-11-27').replaceAll(',', mark);
  expect(own().recognises(text)).toBe(true);
  expect(read(own(), text)).toMatchObject({ rows: ['2 payment 5.00 EUR'], problems: [] });
});

describe('totals', () => {
  const profile = own({ trailer: { column: 'ref', values: ['TOTAL'], leavesOut: [] } });
  const rows = ['ref,amount,ccy,day', 'R1,5.00,EUR,2026-11-27', 'R2,7.00,USD,2026-11-27'];
  it.each([
    [['TOTAL,5.00,EUR,', 'TOTAL,7.00,USD,'], [], 'per currency'],
    [['TOTAL,6.00,EUR,'], ['4 total_mismatch'], 'a wrong one'],
    [['TOTAL,,EUR,'], [], 'without an amount'],
  ])('%j', (totals, problems) => {
    expect(read(profile, lines(...rows, ...totals))).toMatchObject({ problems, rows: { length: 2 } });
  });
});

describe('profiles that ship', () => {
  it('have ids of their own', () => {
    expect(profiles.map(({ id }) => id)).toEqual(['checkout', 'dlocal', 'trustly']);
    expect(formatNamed('trustly', profiles).title).toContain('Trustly');
  });

  const files: Record<string, { text: string; rows: string[] }> = {
    checkout: {
      text: lines(
        'Client Entity ID,Payment ID,Action ID,Action Type,Reference,Requested On,Processed On,Processing Currency,Holding Currency,Payout ID,Breakdown Type,Processing Currency Amount,Holding Currency Amount,FX Rate Applied',
        'ent_1,pay_1,act_1,Capture,ord-1,2026-11-26T10:00:00.123,2026-11-26T10:00:01.456,USD,EUR,PO1,Capture,100.00,90.12345678,0.9012345678',
        'ent_1,pay_1,act_1,Capture,ord-1,2026-11-26T10:00:00,2026-11-26T10:00:01,EUR,EUR,PO1,Scheme Variable Fee,-0.10,-0.10,',
        'ent_1,pay_2,act_2,Refund,ord-2,2026-11-26T10:00:00,2026-11-26T10:00:01,EUR,EUR,PO1,Refund,-5,-5,',
      ),
      rows: [
        '2 payment 90.12345678 EUR pay_1 ord-1 PO1 – 2026-11-26T10:00:01 {"currency":"USD","rate":"0.9012345678","amountMinor":"10000","exponent":2}',
        '3 fee -0.10 EUR pay_1 ord-1 PO1 – 2026-11-26T10:00:01 –',
        '4 refund -5.00 EUR pay_2 ord-2 PO1 – 2026-11-26T10:00:01 –',
      ],
    },
    dlocal: {
      text: lines(
        'ROW_TYPE,TRANSFER_ID,TRANSFER_DATE,NET_TOTAL_AMOUNT,SETTLEMENT_CURRENCY',
        'HEADER,T-9,2026/11/27,3.60,USD',
        'ROW_TYPE,DLOCAL_TRANSACTION_ID,TRANSACTION_ID,CREATION_DATE,APPROVED_DATE,LOCAL_AMOUNT,LOCAL_CURRENCY,FX_RATE,GROSS_AMOUNT,FEE_AMOUNT,NET_AMOUNT',
        'TRANSACTION,T-1,ord-1,2026-11-25 10:00:00,2026-11-25 10:00:01,70.00,MXN,18.557,3.772123,-0.072123,3.700000',
        'ADJUSTMENT,A-1,,,,,,,,,-0.10',
      ),
      rows: [
        '4 payment 3.772123 USD T-1 ord-1 T-9 2026-11-27 2026-11-25T10:00:01 {"currency":"MXN","rate":"18.557","amountMinor":"7000","exponent":2}',
        '5 adjustment -0.10 USD A-1 – T-9 2026-11-27 – –',
      ],
    },
    trustly: {
      text: lines(
        'datestamp,accountname,currency,amount,total,orderid,ordertype,messageid,username,fxpaymentamount,fxpaymentcurrency,settlementbankwithdrawalid,externalreference',
        '"2026-11-27 12:52:22.293626+00",SUSPENSE_ACCOUNT_CLIENT_FUNDS_FINLAND,EUR,100.00,98.00,12882,Deposit,m-1,larkspur,1100.00,SEK,1434,ord-1',
        '"2026-11-27 12:52:22.293626+00",TRANSACTION_FEE_BANK_DEPOSIT,EUR,-1.00,98.00,12882,"Deposit Fee",m-1,larkspur,,,1434,',
        '"2026-11-27 12:53:21+00",TRANSACTION_FEE_BANK_WITHDRAWAL,EUR,-1.00,98.00,,"Settlement Fee",m-2,larkspur,,,1434,',
      ),
      rows: [
        '2 payment 100.00 EUR 12882 ord-1 1434 – 2026-11-27T12:52:22Z {"currency":"SEK","amountMinor":"110000","exponent":2}',
        '3 fee -1.00 EUR 12882 m-1 1434 – 2026-11-27T12:52:22Z –',
        '4 fee -1.00 EUR – m-2 1434 – 2026-11-27T12:53:21Z –',
      ],
    },
  };

  const breakdown = (...rows: string[]): string =>
    lines(
      'Client Entity ID,Type,Payment ID,Reference,Processed On,Available On,Holding Currency,Payout ID,Gross In Holding Currency,Deduction In Holding Currency,Net In Holding Currency,Processing Currency,Gross In Processing Currency,FX Rate Applied',
      ...rows.map((row) => `ent_1,${row}`),
    );
  it.each([
    [
      'Charge,pay_1,ord-1,2026-11-26T10:00:00.000,2026-11-27T00:00:00.000,EUR,PO1,50,-1.5,48.5,EUR,50,1',
      '2 payment 50.00 EUR 150 4850 2026-11-27 –',
      'fees are deductions',
    ],
    [
      'Refund,pay_1,ord-1,2026-11-26T10:00:00.000,2026-11-27T00:00:00.000,EUR,PO1,-9.5,-0.125,-9.625,USD,-10,0.95',
      '2 refund -9.500 EUR 125 -9625 2026-11-27 {"currency":"USD","rate":"0.95","amountMinor":"-1000","exponent":2}',
      'finer than cents, and converted',
    ],
    [
      'Network Token Update,pay_2,,2026-11-26T10:00:00.000,2026-11-26T10:00:00.000,EUR,PO1,0,-0.1,-0.1,,0,',
      '2 fee 0.00 EUR 10 -10 2026-11-26 –',
      'a deduction alone',
    ],
  ])('checkout, settlement breakdown: %s', (row, expected) => {
    const text = breakdown(row);
    expect(sniffFormat(text).id).toBe('checkout');
    const said = read(formatNamed('checkout', profiles), text, 'feeMinor', 'netMinor', 'valueDate', 'fx');
    expect(said).toMatchObject({ rows: [expected], problems: [] });
  });

  const dlocal = (totals: string, ...nets: string[]): string =>
    lines(
      'ROW_TYPE,SETTLEMENT_CURRENCY,NUMBER_OF_ITEMS,NET_TOTAL_AMOUNT,TRANSFER_DATE,TRANSFER_ID,',
      `HEADER,USD,${totals},2026-11-27,T-9,`,
      'ROW_TYPE,DLOCAL_TRANSACTION_ID,GROSS_AMOUNT,FEE_AMOUNT,NET_AMOUNT',
      ...nets.map((net, at) => `CAPTURE,T-${at},${net},0,${net}`),
    );
  it.each([
    [dlocal('2,3.000004', '1.000001', '2.000003'), [], 'six decimals'],
    [dlocal('2,3.01', '1.004', '2.004'), [], 'rounded to cents'],
    [dlocal('2,3', '1.01', '2'), ['2 total_mismatch'], 'rounded to less than cents'],
    [dlocal('2,3.01', '1.01', '2.01'), ['2 total_mismatch'], 'wrong'],
    [dlocal('3,3.00', '1', '2'), ['2 total_mismatch'], 'a row is missing'],
    [dlocal('2,3.00', '1', 'x'), ['5 bad_amount', '2 total_mismatch', '2 total_mismatch'], 'a bad row'],
    [dlocal(',', '1'), [], 'none'],
    [dlocal('1,1', '1') + dlocal('1,5', '2'), ['6 total_mismatch'], 'two reports glued together'],
  ])('dlocal: totals %#', (text, problems) => {
    expect(read(formatNamed('dlocal', profiles), text).problems).toEqual(problems);
  });

  it('dlocal: what is left after a fee is not what was paid', () => {
    const text = dlocal('1,0.90', '0.90').replace('GROSS_AMOUNT', 'AMOUNT').replace(',0,', ',-0.10,');
    const said = read(formatNamed('dlocal', profiles), text);
    expect(said).toMatchObject({
      rows: [],
      problems: ['4 missing_value', '2 total_mismatch', '2 total_mismatch'],
    });
  });

  const trustly = (...rows: string[]): string =>
    lines(
      'datestamp,accountname,currency,amount,total,orderid,ordertype,messageid,settlementbankwithdrawalid',
      ...rows.map((row) => `2026-11-27 12:52:22+00,A,${row}`),
    );
  it.each([
    [['EUR,5,4,1,Deposit,m,9', 'EUR,-1,4,1,Deposit Fee,m,9'], [], 'right'],
    [['EUR,5,4.00,1,Deposit,m,9', 'SEK,7.1,7.1,2,Deposit,m,9', 'EUR,-1,4,1,Fee,m,9'], [], 'by currency'],
    [['EUR,5,4,1,Deposit,m,9'], ['2 total_mismatch'], 'a row is missing'],
    [['EUR,5,5,1,Deposit,m,9', 'EUR,5,5,1,Deposit,m,9'], ['2 total_mismatch'], 'a row comes twice'],
    [['EUR,5,5,1,Deposit,m,9', 'EUR,6,6,1,Deposit,m,10'], [], 'two settlements'],
    [['EUR,5,,1,Deposit,m,9'], [], 'no total'],
  ] as [string[], string[], string][])('trustly: totals %#', (rows, problems) => {
    expect(read(formatNamed('trustly', profiles), trustly(...rows)).problems).toEqual(problems);
  });

  it.each(Object.entries(files))('%s', (id, { text, rows }) => {
    expect(sniffFormat(text).id).toBe(id);
    const said = read(
      formatNamed(id, profiles),
      text,
      'partnerRef',
      'ourRef',
      'batchRef',
      'valueDate',
      'bookedAt',
      'fx',
    );
    expect(said).toMatchObject({ rows, problems: [] });
  });
});

it('finds its columns in a large file, whose beginning may end within a character', () => {
  const profile = own({ columns: { amount: ['Größe'], currency: ['ccy'] } });
  for (let shift = 0; shift < 12; shift++) {
    const text = `Größe,ccy,${'x'.repeat(shift)}\n${'1.00,EUR,ü\n'.repeat(8_000)}`;
    expect(recognise(Buffer.from(text), [profile])?.text).toBe(text);
  }
});
