/** NACHA files: returned debits and credits, notifications of change, ordinary entries, hashes and totals. */
import { describe, expect, it } from 'vitest';
import { nacha } from '../../../src/reconciliation/formats/nacha.js';
import { lines, read, rowsOf } from './support.js';
import { sniffFormat } from './sniff.js';

const record = (...parts: [at: number, text: string][]): string => {
  let text = '';
  for (const [at, part] of parts) text = text.padEnd(at) + part;
  return text.padEnd(94);
};
const number = (value: number, digits: number): string => String(value).padStart(digits, '0');

const header = record([0, '101 091400606 6910001341811270306A094101'], [40, 'BANK'], [63, 'LARKSPUR']);
const batch = (no: number, entryClass = 'PPD', service = '200'): string =>
  record(
    [0, `5${service}LARKSPUR`],
    [40, '1234567890'],
    [50, `${entryClass}COLLECT`],
    [69, '261127'],
    [78, '109100001'],
    [87, number(no, 7)],
  );

const entry = (code: string, cents: number, { reference = 'INV-1', addenda = 0 } = {}): string =>
  record(
    [0, `6${code}091400606`],
    [12, '123456789'],
    [29, number(cents, 10)],
    [39, reference],
    [54, 'JANE DOE'],
    [78, `${addenda}091000010000001`],
  );
const returned = (reason: string): string =>
  record([0, `799${reason}091400600000077      09100001`], [79, '091000010000001']);
const changed = (code: string, data: string): string =>
  record([0, `798${code}091400600000077      09100001${data}`], [79, '091000010000001']);

interface Sums {
  debits?: number;
  credits?: number;
  entries: number;
  parts: number;
}

const batchEnd = ({ debits = 0, credits = 0, entries, parts }: Sums): string =>
  record(
    [
      0,
      `8200${number(parts, 6)}${number(entries * 9_140_060, 10)}${number(debits, 12)}${number(credits, 12)}1234567890`,
    ],
    [79, '091000010000001'],
  );
const fileEnd = ({ debits = 0, credits = 0, entries, parts }: Sums, batches = 1): string =>
  record([
    0,
    `9${number(batches, 6)}000001${number(parts, 8)}${number(entries * 9_140_060, 10)}${number(debits, 12)}${number(credits, 12)}`,
  ]);

const file = (sums: Sums, ...records: string[]): string =>
  lines(header, batch(1), ...records, batchEnd(sums), fileEnd(sums), '9'.repeat(94));

describe('entries', () => {
  it.each([
    [
      ['26', 1250, returned('R01')],
      { debits: 1250 },
      '3 return -12.50 USD 091400600000077 R01 insufficient funds',
      'a returned debit takes money back from us',
    ],
    [
      ['21', 1250, returned('R03')],
      { credits: 1250 },
      '3 return 12.50 USD 091400600000077 R03 no account, or unable to locate the account',
      'a returned credit brings it back',
    ],
    [
      ['36', 1250, returned('R10')],
      { debits: 1250 },
      /^3 return -12\.50 USD 091400600000077 R10 /,
      'from a savings account',
    ],
    [
      ['26', 1250, returned('R68')],
      { debits: 1250 },
      '3 return 12.50 USD 091400600000077 R68 untimely return',
      'a dishonoured return of a debit: our bank takes the money again',
    ],
    [
      ['21', 1250, returned('R61')],
      { credits: 1250 },
      '3 return -12.50 USD 091400600000077 R61 misrouted return',
      'a dishonoured return of a credit: what came back leaves again',
    ],
    [
      ['26', 1250, returned('R73')],
      { debits: 1250 },
      '3 return -12.50 USD 091400600000077 R73 timely original return',
      'a contested dishonoured return of a debit is the return again',
    ],
    [
      ['21', 1250, returned('R75')],
      { credits: 1250 },
      '3 return 12.50 USD 091400600000077 R75 return not a duplicate',
      'and of a credit',
    ],
    [
      ['26', 1250, returned('R80')],
      { debits: 1250 },
      '3 return -12.50 USD 091400600000077 R80 cross-border coding error',
      'codes behind them are of ordinary returns',
    ],
    [
      ['26', 1250, returned('R99')],
      { debits: 1250 },
      '3 return -12.50 USD 091400600000077 R99',
      'a code outside the list',
    ],
    [
      ['21', 0, changed('C01', '1918171614')],
      {},
      '3 notification_of_change 0.00 USD 091400600000077 C01 1918171614',
      'a notification moves nothing',
    ],
    [
      ['21', 1250, changed('C01', '1918171614')],
      { credits: 1250 },
      '3 notification_of_change 0.00 USD 091400600000077 C01 1918171614',
      'not even the amount that it repeats',
    ],
  ] as [[string, number, string], Partial<Sums>, string | RegExp, string][])(
    '%j',
    ([code, cents, addenda], sums, expected) => {
      const text = file({ ...sums, entries: 1, parts: 2 }, entry(code, cents, { addenda: 1 }), addenda);
      const said = read(nacha, text, 'ourRef', 'description');
      expect(said.problems).toEqual([]);
      expect(said.rows).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
    },
  );

  it.each([
    ['27', 500, { debits: 500 }, 'direct_debit', 500n, 'we collect'],
    ['22', 500, { credits: 500 }, 'payout', -500n, 'we pay'],
    ['37', 500, { debits: 500 }, 'direct_debit', 500n, 'we collect from savings'],
    ['28', 0, {}, 'direct_debit', 0n, 'a prenote moves nothing'],
  ] as [string, number, Partial<Sums>, string, bigint, string][])(
    '%s',
    (code, cents, sums, kind, amountMinor) => {
      const text = file({ ...sums, entries: 1, parts: 1 }, entry(code, cents));
      expect(read(nacha, text).problems).toEqual([]);
      expect(rowsOf(nacha, text)[0]).toMatchObject({
        kind,
        amountMinor,
        ourRef: 'INV-1',
        valueDate: '2026-11-27',
        batchRef: '0000001',
      });
    },
  );

  it('undo others where the batch says so', () => {
    const text = file({ credits: 500, entries: 1, parts: 1 }, entry('22', 500)).replace(
      'COLLECT ',
      'REVERSAL',
    );
    expect(read(nacha, text)).toMatchObject({ problems: [], rows: ['3 reversal -5.00 USD'] });
  });

  it.each([
    [
      '81',
      'credits',
      123_456_789_012,
      '3 transfer 1234567890.12 USD',
      'a credit of our own account, 12 digits',
    ],
    ['82', 'debits', 500, '3 transfer -5.00 USD', 'a debit of our own account'],
  ] as [string, 'credits' | 'debits', number, string, string][])(
    '%s: an advice (ADV) is %s',
    (code, side, cents, row) => {
      const advice = record(
        [0, `6${code}091400606`],
        [12, 'ACCT'],
        [27, number(cents, 12)],
        [54, 'NAME'],
        [79, '011'],
      );
      const totals = `${number(side === 'debits' ? cents : 0, 20)}${number(side === 'credits' ? cents : 0, 20)}`;
      const text = lines(
        header,
        batch(1, 'ADV', '280'),
        advice,
        record([0, `8280000001${number(9_140_060, 10)}${totals}`], [79, '091000010000001']),
        record([0, `900000100000100000001${number(9_140_060, 10)}${totals}`]),
      );
      expect(read(nacha, text)).toMatchObject({ problems: [], rows: [row] });
    },
  );

  it.each([
    ['FV1', '0.9134', { currency: 'EUR', amountMinor: 45_670n, exponent: 2, rate: '0.9134' }, 'a rate'],
    ['VF2', 'FXREF-7', { currency: 'EUR', amountMinor: 45_670n, exponent: 2 }, 'a reference instead of one'],
    ['FF3', '', undefined, 'nothing is converted'],
  ] as [string, string, object | undefined, string][])(
    'says what an international entry comes to in the other currency: %s',
    (indicator, exchange, fx) => {
      const sums = { debits: 50_000, entries: 1, parts: 2 };
      const head = record(
        [0, '5200'],
        [20, indicator],
        [23, exchange],
        [38, 'DE1234567890'],
        [50, 'IATCOLLECT'],
        [63, 'USDEUR261127'],
        [78, '1091000010000001'],
      );
      const amounts = record([0, `710WEB${number(45_670, 18)}`], [46, 'JANE DOE'], [87, '0000001']);
      const text = lines(
        header,
        head,
        entry('27', 50_000, { addenda: 1 }),
        amounts,
        batchEnd(sums),
        fileEnd(sums),
      );
      expect(read(nacha, text).problems).toEqual([]);
      expect(rowsOf(nacha, text)).toMatchObject([{ amountMinor: 50_000n, currency: 'USD' }]);
      expect(rowsOf(nacha, text)[0]?.fx).toEqual(fx);
    },
  );

  it('does not take the foreign account of an international entry for our reference', () => {
    const sums = { debits: 500, entries: 1, parts: 1 };
    const text = lines(header, batch(1, 'IAT'), entry('27', 500), batchEnd(sums), fileEnd(sums));
    expect(rowsOf(nacha, text)[0]?.ourRef).toBeUndefined();
  });
});

describe('files', () => {
  const sums = { debits: 500, entries: 1, parts: 1 };
  const good = file(sums, entry('27', 500));

  it.each([
    [good, [], 1, 'right'],
    [good.replaceAll('\n', '\r\n'), [], 1, 'Windows line ends'],
    [good.replaceAll('\n', ''), [], 1, 'one block without line breaks'],
    [good.replaceAll(/ +\n/g, '\n'), [], 1, 'blanks at the end of lines removed'],
    [good.replaceAll('\n', '      \n'), [], 1, 'more blanks at the end of lines'],
    [good.replace('JANE', 'J\0NE'), ['3 nul'], 1, 'a NUL byte'],
    [`${good}\0\u001A`, [], 1, 'what fills up the end'],
    [good.replace('261127   1', '000000   1'), [], 1, 'zeros for no effective date'],
    [good.replace('261127   1', '261327   1'), ['2 bad_date'], 1, 'an effective date that is none'],
    [good.replace('181127', '181327'), ['1 bad_date'], 1, 'a day of creation that is none'],
    [
      lines(header, batch(1), entry('27', 500), batchEnd({ ...sums, debits: 9 }), fileEnd(sums)),
      ['4 total_mismatch'],
      1,
      'the debits of the batch',
    ],
    [
      lines(header, batch(1), entry('27', 500), batchEnd({ ...sums, entries: 2 }), fileEnd(sums)),
      ['4 total_mismatch'],
      1,
      'the hash of the batch',
    ],
    [
      lines(header, batch(1), entry('27', 500), batchEnd({ ...sums, parts: 7 }), fileEnd(sums)),
      ['4 total_mismatch'],
      1,
      'the count of the batch',
    ],
    [
      lines(header, batch(1), entry('27', 500), batchEnd(sums), fileEnd(sums, 3)),
      ['5 total_mismatch'],
      1,
      'the count of batches',
    ],
    [lines(header, batch(1), entry('27', 500)), ['3 truncated'], 1, 'cut off: rows before stand'],
    [lines(batch(1), entry('27', 500)), ['2 truncated'], 1, 'a batch alone, cut off'],
    [lines(batch(1), entry('27', 500), batchEnd(sums)), [], 1, 'a batch alone'],
    [
      lines(
        header,
        batch(1),
        entry('27', 500),
        batch(2),
        batchEnd({ ...sums, debits: 0, entries: 0, parts: 0 }),
      ),
      ['4 truncated', '5 truncated'],
      1,
      'no end of the first batch',
    ],
    [
      good.replace('0000000500INV', '00000005x0INV'),
      ['3 bad_amount', '4 total_mismatch', '5 total_mismatch'],
      0,
      'no amount',
    ],
    [good.replace(/^5.*\n/m, ''), ['2 no_batch'], 0, 'an entry outside a batch'],
    [
      good.slice(0, good.indexOf('INV-1') - 4),
      ['3 bad_amount', '3 truncated'],
      0,
      'cut within an amount: half of one is none',
    ],
    [
      (good + good).replaceAll('\n', '').slice(0, 94 * 8 + 40),
      ['1 bad_length', '1 truncated'],
      1,
      'a block that was cut: its whole records stand',
    ],
    [
      lines(header, batch(1), entry('21', 500), batchEnd({ ...sums, debits: 0, credits: 500 })),
      ['3 no_addenda', '4 truncated'],
      0,
      'a return without its reason could go either way',
    ],
    [
      lines(header, batch(1), entry('27', 500), fileEnd(sums)),
      ['4 truncated', '4 total_mismatch'],
      1,
      'no end of the only batch',
    ],
    [
      lines(header, returned('R01'), fileEnd({ entries: 0, parts: 1 }, 0)),
      ['2 unknown_record'],
      0,
      'an addenda record that follows no entry',
    ],
    [good.replace(/^9000.*\n/m, (end) => `Xunknown\n${end}`), ['5 unknown_record'], 1, 'a record of no type'],
    [good + good, [], 2, 'two files glued together'],
  ])('%#', (text, problems, rows) => {
    const said = read(nacha, text);
    expect(said.problems).toEqual(problems);
    expect(said.rows).toHaveLength(rows);
  });

  it('without a batch are of a day without returns, which the header names', () => {
    const text = lines(
      header.trimEnd(),
      '9000000000001000000000000000000000000000000000000000000',
      '9'.repeat(94),
    );
    expect(sniffFormat(text).id).toBe('nacha');
    expect([...nacha.parse(text)]).toEqual([
      {
        type: 'statement',
        line: 1,
        account: '091400606',
        currency: 'USD',
        from: '2018-11-27',
        to: '2018-11-27',
      },
    ]);
  });

  it('is recognised by its content', () => {
    expect(sniffFormat(lines(batch(1), entry('27', 500), batchEnd(sums))).id).toBe('nacha');
    expect(sniffFormat(good).id).toBe('nacha');
    expect(sniffFormat(good.replaceAll('\n', '')).id).toBe('nacha');
  });
});
