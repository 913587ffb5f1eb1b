/** BAI2 as banks write it: type codes, funds types, continuations, blanks, slashes, control totals. */
import { describe, expect, it } from 'vitest';
import { bai2 } from '../../../src/reconciliation/formats/bai2.js';
import { lines, read, rowsOf } from './support.js';
import { sniffFormat } from './sniff.js';

interface Totals {
  header?: string;
  account?: string;
  currency?: string;
  total?: number;
  records?: number;
}

/** A file of one account around its details; the counts are right unless a test says otherwise. */
function file(
  details: string[],
  { header = ',010,10000,,,015,10000,,/', account = 'A1', currency = 'USD', total, records }: Totals = {},
): string {
  const sum =
    total ??
    [
      ...(header.match(/(?<=,\d{3},)[+-]?\d+/g) ?? []),
      ...details.flatMap((each) => /^16,\d{3},([+-]?\d*)/.exec(each)?.[1] ?? []),
    ].reduce((whole, each) => whole + Number(each), 0);
  const count = records ?? details.length + 2;
  return lines(
    '01,BANK,US,261127,0600,1,80,,2/',
    '02,US,BANK,1,261127,,USD,2/',
    `03,${account},${currency}${header}`,
    ...details,
    `49,${sum},${count}/`,
    `98,${sum},1,${count + 2}/`,
    `99,${sum},1,${count + 4}/`,
  );
}

/** Each record filled up with blanks, one behind the other; the text of a detail needs no slash there. */
const inBlocks = (text: string, length: number): string =>
  text
    .trimEnd()
    .split('\n')
    .map((record) => (record.startsWith('16,') ? record.replace(/\/$/, '') : record).padEnd(length))
    .join('');

const noBalances = { header: ',,,,/' };

describe('the sign of a detail', () => {
  it.each([
    ['165', 1000n, 'transfer', 'an ACH credit'],
    ['399', 1000n, 'transfer', 'the last credit'],
    ['455', -1000n, 'transfer', 'an ACH debit'],
    ['699', -1000n, 'transfer', 'the last debit'],
    ['698', -1000n, 'fee', 'a fee'],
    ['354', 1000n, 'interest', 'interest'],
    ['555', -1000n, 'return', 'a returned deposit'],
    ['721', 1000n, 'other', 'the payment of a loan'],
    ['760', -1000n, 'other', 'the disbursement of a loan'],
    ['925', 1000n, 'other', 'a credit code of the bank'],
    ['965', -1000n, 'other', 'a debit code of the bank'],
  ])('%s', (code, amountMinor, kind) => {
    const text = file([`16,${code},1000,Z,B1,C1,text/`], noBalances);
    expect(read(bai2, text).problems).toEqual([]);
    expect(rowsOf(bai2, text)[0]).toMatchObject({ amountMinor, kind });
  });
});

describe('funds types, references and text', () => {
  it.each([
    ['16,165,1000,Z,B1,C1,paid/', 'B1 C1 2026-11-27 paid', 'Z: unknown availability'],
    ['16,165,1000,0,B1,C1,paid/', 'B1 C1 2026-11-27 paid', '0: immediate'],
    ['16,165,1000,,B1,C1,paid/', 'B1 C1 2026-11-27 paid', 'a blank funds type'],
    ['16,165,1000,V,261130,,B1,C1,paid/', 'B1 C1 2026-11-30 paid', 'V: a value date without a time'],
    ['16,165,1000,V,261130,0930,B1,C1,paid/', 'B1 C1 2026-11-30 paid', 'V: a value date and a time'],
    ['16,165,1000,S,100,200,700,B1,C1,paid/', 'B1 C1 2026-11-27 paid', 'S: three amounts'],
    ['16,165,1000,D,2,0,400,1,600,B1,C1,paid/', 'B1 C1 2026-11-27 paid', 'D: as many pairs as it says'],
    ['16,165,1000,D,x,B1,C1,paid/', 'B1 C1 2026-11-27 paid', 'D without a number of pairs'],
    ['16,165,1000,Z,,,/', '– – 2026-11-27 –', 'nothing else'],
    ['16,165,1000,Z/', '– – 2026-11-27 –', 'cut after the funds type'],
    ['16,165,1000/', '– – 2026-11-27 –', 'cut after the amount'],
    ['16,165,1000,Z,B1,C1,a, b, c/', 'B1 C1 2026-11-27 a, b, c', 'commas in the text'],
    [
      '16,165,1000,Z,B1,C1,see 12/2026',
      'B1 C1 2026-11-27 see 12/2026',
      'a slash in the text, none at the end',
    ],
    ['16,165,1000,Z,B1,C1,padded     /   ', 'B1 C1 2026-11-27 padded', 'padded'],
    ['16,165,1000,Z,B1/\n88,C1,paid/', 'B1 C1 2026-11-27 paid', 'continued in the fields'],
    [
      '16,165,1000,Z,B1,/\n88,paid, C1/',
      'B1 – 2026-11-27 paid, C1',
      'a comma before the slash is an empty field',
    ],
    [
      '16,165,1000,Z,B1,C1,first/\n88,second/\n88,third/',
      'B1 C1 2026-11-27 first\nsecond\nthird',
      'continued in the text',
    ],
    [
      '16,165,1000,Z,B1,C1,first\n     second   /\n88,third/',
      'B1 C1 2026-11-27 first\nsecond\nthird',
      'a text that goes on in a line without a record code',
    ],
    ['16,165,1000,Z,B1,C1,INV 03/ 16 more', 'B1 C1 2026-11-27 INV 03/ 16 more', 'no record behind the slash'],
    [
      '16,165,1000,Z,B1,C1,/\n88,only here/',
      'B1 C1 2026-11-27 only here',
      'a text that begins in the continuation',
    ],
  ])('%s', (detail, expected) => {
    const records = detail.split('\n').filter((line) => /^\d\d,/.test(line)).length;
    const text = file([detail], { ...noBalances, records: records + 2 });
    const said = read(bai2, text, 'partnerRef', 'ourRef', 'valueDate', 'description');
    expect(said.problems).toEqual([]);
    expect(said.rows).toEqual([`4 transfer 10.00 USD ${expected}`]);
  });
});

describe('accounts', () => {
  it.each([
    [',010,10000,,,015,10000,,/', 'A1 USD 10000 → 10000', 'opening and closing'],
    [',010,+10000,,,015,-500,,/', 'A1 USD 10000 → -500', 'signs'],
    [',010,10000,,Z,015,,,/', 'A1 USD 10000 → ?', 'a blank amount'],
    [',010,10000,/', 'A1 USD 10000 → ?', 'blank fields left out at the end'],
    [',010,10000,,015,20000,,/', 'A1 USD 10000 → 20000', 'a funds type left out between two codes'],
    [',100,500,3,V,261127,,015,20000,,/', 'A1 USD ? → 20000', 'a value date between'],
    [',010,10000,,S,1,2,3,015,20000,,/', 'A1 USD 10000 → 20000', 'three amounts between'],
    [',010,10000,,/\n88,015,20000,,/', 'A1 USD 10000 → 20000', 'continued'],
    ['/', 'A1 USD ? → ?', 'none'],
  ])('%s', (header, expected) => {
    expect(read(bai2, file([], { header })).statements).toEqual([expected]);
  });

  it.each([
    ['', 'USD', 'the group names it'],
    ['CAD', 'CAD', 'the account names it'],
    ['JPY', 'JPY', 'no decimals'],
  ])('%s: the currency is %s', (currency, expected) => {
    const [row] = rowsOf(bai2, file(['16,165,1000,Z,,,/'], { ...noBalances, currency }));
    expect(row?.currency).toBe(expected);
    expect(row?.exponent).toBe(expected === 'JPY' ? 0 : 2);
  });
});

describe('control totals and counts', () => {
  const detail = '16,165,500,Z,B1,C1,x/';
  const balances = { header: ',010,100,,,015,600,,/' };
  const good = file([detail], balances);

  it.each([
    [good, [], 1, 'right'],
    [good.replaceAll('\n', '\r\n'), [], 1, 'Windows line ends'],
    [good.replace('49,1200', '49,+00001200'), [], 1, 'signs and leading zeros'],
    [good.replaceAll('/\n', '/   '), [], 1, 'records one after another in a line'],
    [inBlocks(good, 80), [], 1, 'records padded to the length that the header states, without line ends'],
    [`${good}\u001A`, [], 1, 'the mark of the end of a file'],
    [good.replace('B1', 'B\0'), ['4 nul'], 1, 'a NUL byte'],
    [good.replace(',261127,,USD', ',261327,,USD'), ['2 bad_date'], 1, 'an as-of date that is none'],
    [good.replace('500,Z,', '500,V,261399,,'), ['4 bad_date'], 1, 'a value date that is none'],
    [good.replace(/^(03,[^,]*,)[A-Z]*/m, '$1U5D'), ['3 bad_currency'], 1, 'a currency that is none'],
    [file([], { header: ',010,100,,,015,250,,,100,200,,,400,50,,/' }), [], 0, 'sums without movements'],
    [
      file([], { header: ',010,100,,,015,251,,,100,200,,,400,50,,/' }),
      ['3 balance_mismatch'],
      0,
      'sums that do not lead from balance to balance',
    ],
    [
      good.replace('/\n03,', '/\n88/\n03,').replace(',5/', ',6/').replace(',7/', ',8/'),
      [],
      1,
      'a continued group',
    ],
    [
      good.replace('49,1200', '49,9'),
      ['5 total_mismatch', '6 total_mismatch'],
      1,
      'the total of the account',
    ],
    [good.replace('49,1200,3', '49,1200,9'), ['5 total_mismatch'], 1, 'the records of the account'],
    [good.replace('98,1200,1', '98,1200,4'), ['6 total_mismatch'], 1, 'the accounts of the group'],
    [good.replace('99,1200,1,7', '99,1200,1,70'), ['7 total_mismatch'], 1, 'the records of the file'],
    [file([detail], { header: ',010,100,,,015,700,,/' }), ['3 balance_mismatch'], 1, 'balances'],
    [
      file([detail, '16,16X,5,Z/', '16,165,5.5,Z/'], { ...noBalances, total: 500 }),
      ['5 bad_type', '6 bad_amount'],
      1,
      'bad details: neighbours stand',
    ],
    [
      good.replace('16,', '17,'),
      [
        '4 unknown_record',
        '5 total_mismatch',
        '5 total_mismatch',
        '3 balance_mismatch',
        '6 total_mismatch',
        '7 total_mismatch',
      ],
      0,
      'an unknown record',
    ],
    [good.slice(0, good.indexOf('49,')), ['4 truncated'], 1, 'cut before the trailer of the account'],
    [
      good.replace(/49,.*\n/, ''),
      [
        '5 truncated',
        '5 total_mismatch',
        '5 total_mismatch',
        '5 total_mismatch',
        '6 total_mismatch',
        '6 total_mismatch',
      ],
      1,
      'no trailer of the account',
    ],
    [good.slice(0, good.indexOf('99,')) + good, ['7 truncated', '9 balance_gap'], 2, 'a file within a file'],
    [good.replace(/03,.*\n/, ''), ['3 no_account'], 0, 'a detail outside an account'],
  ])('%#', (text, problems, rows) => {
    const said = read(bai2, text);
    if (problems.length === 0) expect(said.problems).toEqual([]);
    else expect(said.problems).toContain(problems[0]);
    if (problems.length < 3) expect(said.problems.slice(0, problems.length)).toEqual(problems);
    expect(said.rows).toHaveLength(rows);
  });

  it('is recognised by its content', () => {
    expect(sniffFormat(good).id).toBe('bai2');
    expect(sniffFormat(`\uFEFF${good}`).id).toBe('bai2');
    expect(sniffFormat(good.replaceAll('/\n', '/   ')).id).toBe('bai2');
    expect(sniffFormat(inBlocks(good, 80)).id).toBe('bai2');
  });
});

describe('the older layout (NAI)', () => {
  const nai = (...accounts: string[]): string =>
    lines('01,,RECV,261127,0400,1,78,78/', '02,RECV,BANKAU2S,1,261126,0000/', ...accounts);
  const account = [
    '03,123456789,AUD,015,2500-,100,500,102,100,400/',
    '88,3000,402,200/',
    '16,936,500,0,0,SALARY, NOVEMBER',
    '16,475,2000,0,0005607/',
    '16,501,1000,0,REF-2,RENT',
    '88,OF DECEMBER',
  ];

  it('has summaries in pairs, one reference, a sign behind, and a second total instead of record counts', () => {
    const text = nai(...account, '49,4800,4800/', '98,4800,1,4800/', '99,4800,1,11,4800/');
    expect(sniffFormat(text).id).toBe('bai2');
    expect(read(bai2, text, 'partnerRef', 'ourRef', 'description')).toEqual({
      rows: [
        '5 other 5.00 AUD – – SALARY, NOVEMBER',
        '6 transfer -20.00 AUD 0005607 – –',
        '7 transfer -10.00 AUD REF-2 – RENT\nOF DECEMBER',
      ],
      problems: [],
      statements: ['123456789 AUD ? → -2500'],
    });
  });

  it('states totals that must agree', () => {
    const text = nai(...account, '49,4801,4801/', '98,4801,2,4801/', '99,4801,1,12,4801/');
    expect(read(bai2, text).problems).toEqual(['9 total_mismatch', '10 total_mismatch', '11 total_mismatch']);
  });

  it('is not what a report of version 2 has, however many items it counts', () => {
    const text = lines(
      '01,SENDER,RECV,261127,0400,1,78,78,2/',
      '02,RECV,BANK,1,261126,0000,USD,2/',
      '03,123,USD,100,500,100,Z,400,300,100,Z/',
      '49,800,2/',
      '98,800,1,4/',
      '99,800,1,6/',
    );
    expect(read(bai2, text)).toMatchObject({ problems: [], statements: ['123 USD ? → ?'] });
  });
});
