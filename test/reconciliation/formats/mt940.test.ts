/** MT940 and MT942 as banks write them: signs, dates, references, envelopes, and what is broken. */
import { describe, expect, it } from 'vitest';
import { sniffFormat } from './sniff.js';
import { mt940 } from '../../../src/reconciliation/formats/mt940.js';
import { statementLines } from '../../../src/reconciliation/statement-lines.js';
import { lines, read, rowsOf } from './support.js';

/** One message around entries, which closes where they lead. */
const message = (entries: string[], closing: string, opening = 'C261126EUR100,00'): string =>
  lines(
    ':20:STMT1',
    ':25:DE89370400440532013000',
    ':28C:231/1',
    `:60F:${opening}`,
    ...entries,
    `:62F:${closing}`,
    '-',
  );

describe('the sign of an entry', () => {
  it.each([
    ['C', '10,00', 'C261127EUR110,00', '5 transfer 10.00 EUR', 'a credit is money to us'],
    ['D', '10,00', 'C261127EUR90,00', '5 transfer -10.00 EUR', 'a debit leaves us'],
    ['RC', '10,00', 'C261127EUR90,00', '5 reversal -10.00 EUR', 'a reversed credit takes money away'],
    ['RD', '10,00', 'C261127EUR110,00', '5 reversal 10.00 EUR', 'a reversed debit gives it back'],
    ['EC', '10,00', 'C261127EUR100,00', '5 transfer 10.00 EUR', 'an expected credit (MT942) is not booked'],
    ['ED', '10,00', 'C261127EUR100,00', '5 transfer -10.00 EUR', 'an expected debit (MT942) is not booked'],
    [
      'CR',
      '10,00',
      'C261127EUR110,00',
      '5 transfer 10.00 EUR',
      'R behind C is the third letter of EUR, no reversal',
    ],
    ['DR', '10,00', 'C261127EUR90,00', '5 transfer -10.00 EUR', 'R behind D is the third letter of EUR'],
    ['RCR', '10,00', 'C261127EUR90,00', '5 reversal -10.00 EUR', 'a reversed credit with the letter of EUR'],
    ['DD', '10,00', 'C261127EUR90,00', '5 transfer -10.00 EUR', 'a currency that ends in D'],
    ['C ', '10,00', 'C261127EUR110,00', '5 transfer 10.00 EUR', 'a blank before the amount'],
    [
      'C\n',
      '10,00',
      'C261127EUR110,00',
      '5 transfer 10.00 EUR',
      'a line break before the amount (Sparkasse)',
    ],
  ])('%s%s', (mark, amount, closing, row) => {
    const said = read(mt940, message([`:61:2611271127${mark}${amount}NTRFINV-1//B1`], closing));
    expect(said).toMatchObject({ rows: [row], problems: [] });
  });
});

it('tells expected entries (MT942) apart from booked ones, which alone are compared with the ledger', () => {
  const text = message(
    [':61:2611271127EC10,00NTRFINV-1//B1', ':61:2611271127C10,00NTRFINV-2//B2'],
    'C261127EUR110,00',
  );
  const compared = statementLines(mt940.parse(text));
  expect(compared.rows.map(({ reference }) => reference)).toEqual(['B2']);
  expect(compared.problems).toMatchObject([{ line: 5, code: 'not_settled' }]);
});

describe('amounts', () => {
  it.each([
    ['EUR', '10,', '5 transfer 10.00 EUR', 'the comma stands where nothing follows it'],
    ['EUR', '10,5', '5 transfer 10.50 EUR', 'one decimal'],
    ['EUR', '000000000010,00', '5 transfer 10.00 EUR', 'leading zeros (Rabobank)'],
    ['EUR', '10.00', '5 transfer 10.00 EUR', 'a point instead of the comma'],
    ['EUR', '1.234,50', '5 transfer 1234.50 EUR', 'points between thousands'],
    ['EUR', '1,234.50', '5 transfer 1234.50 EUR', 'commas between thousands'],
    ['EUR', '1,234,567.50', '5 transfer 1234567.50 EUR', 'commas between millions'],
    ['EUR', ',50', '5 transfer 0.50 EUR', 'no digit before the comma'],
    ['EUR', '0,00', '5 transfer 0.00 EUR', 'nothing'],
    ['JPY', '1500,', '5 transfer 1500 JPY', 'a currency without decimals'],
    ['KWD', '1,234', '5 transfer 1.234 KWD', 'a currency with three'],
    ['EUR', '1,23456', '5 transfer 1.23456 EUR', 'more decimals than the currency has are kept'],
  ])('%s %s', (currency, amount, row) => {
    const text = lines(
      ':20:S',
      ':25:NL01',
      ':28C:1',
      `:60F:C261126${currency}0,`,
      `:61:261127C${amount}NTRFX`,
    );
    expect(read(mt940, text).rows).toEqual([row]);
  });
});

describe('dates', () => {
  it.each([
    ['261127C1,00', '2026-11-27', undefined, 'no entry date'],
    ['2611271128C1,00', '2026-11-27', '2026-11-28', 'an entry date'],
    ['2612310102C1,00', '2026-12-31', '2027-01-02', 'an entry date in the next year'],
    ['2701021231C1,00', '2027-01-02', '2026-12-31', 'an entry date in the last year'],
    ['2402290229C1,00', '2024-02-29', '2024-02-29', 'a leap day'],
    ['261127    C1,00', '2026-11-27', undefined, 'blanks for the entry date (ASN)'],
    ['2602300302C1,00', '2026-02-28', '2026-03-02', 'a 30th of February, where months have 30 days'],
    ['240230C1,00', '2024-02-29', undefined, 'the same in a leap year'],
    ['2602280230C1,00', '2026-02-28', '2026-02-28', 'a 30th of February as entry date'],
  ] as [string, string, string | undefined, string][])('%s', (entry, valueDate, bookedAt) => {
    const [row] = rowsOf(mt940, message([`:61:${entry}NTRFX`], 'C261127EUR101,00'));
    expect(row?.valueDate).toBe(valueDate);
    expect(row?.bookedAt).toBe(bookedAt);
  });
});

describe('references and details', () => {
  it.each([
    ['NTRFINV-9//BANK-1', [':86:free text'], 'BANK-1 INV-9 free text', 'customer and bank reference'],
    ['NTRFNONREF//B2', [':86:more', 'of it'], 'B2 – more of it', 'no reference of ours, two lines'],
    ['NTRFEREF//B3', [':86:/EREF/E2E-7//MARF/M1//CSID/C1//REMI/USTD//INV 7/'], 'B3 E2E-7 INV 7', 'ING'],
    ['N102EREF', [':86:/EREF/E-1/BENM//NAME/A B/REMI//ISDT/2026-11-27'], '– E-1 ', 'Rabobank: an empty REMI'],
    [
      'NTRFNONREF',
      [':86:/TRTP/SEPA OVERBOEKING/IBAN/NL01/BIC/AB/NAME/X/REMI/FACT 1 /EREF/NOTPROVIDED'],
      '– – FACT 1',
      'ABN AMRO',
    ],
    [
      'NMSCNONREF',
      [':86:166?00GUTSCHRIFT?109310?20EREF+E2E-', '8?21KREF+K1?22SVWZ+Rechnung 8?32Meier'],
      '– E2E-8 Rechnung 8',
      'Sparkasse: wrapped within a word',
    ],
    ['NTRFKREF+', [':86:166?20SVWZ+Danke'], '– – Danke', 'a code word is no reference'],
    ['NTRFNONREF//B4', [':86:020~00B2~20Faktura 12~21/2026~32Jan'], 'B4 – Faktura 12/2026', 'Poland: tildes'],
    ['NTRFNONREF//B5', [':86:020<00X<20Faktura 5'], 'B5 – Faktura 5', 'Poland: angle brackets'],
    ['NTRFREF/1/X//B6', [], 'B6 REF/1/X –', 'a slash within the reference'],
    [
      'NTRFA-LONG-REFERENCE',
      ['//B9', 'more'],
      'B9 A-LONG-REFERENCE more',
      'the bank’s reference in a line of its own',
    ],
    ['NTRFNONREF//', ['/ABC/MISC'], '– – /ABC/MISC', 'no bank reference behind its mark (Citi)'],
    ['S   R7', [], '– R7 –', 'blanks in the kind of booking (Sberbank)'],
    [
      'N0440121470966      W.P. Jansen',
      [':86:Terug', ':86:NIET AKKOORD'],
      '– 0121470966 Terug NIET AKKOORD',
      'a name behind the 16 characters of the reference, and details in two tags (Rabobank)',
    ],
    ['N030NONREF          TOMTE', [], '– – TOMTE', 'a name behind no reference'],
    ['S051', [':NS:01Zweck 1', '02Zweck 2'], '– – Zweck 1 Zweck 2', 'fields of the bank’s own (:NS:)'],
    [
      'NMSC',
      [':86:166?00GUTSCHRIFT?20Wie geht es? Gu?21t?32M'],
      '– – Wie geht es? Gut',
      'the mark in a text',
    ],
    ['NMSC', [':86:116?00UEBERW/STORNO?100399'], '– – UEBERW/STORNO', 'no purpose: the name of the booking'],
    ['NMSC', [':86:000>10098>20HUUR>21 KANTOOR>3103'], '– – HUUR KANTOOR', 'Triodos: angle brackets'],
    [
      'NMSC',
      [':86:>20Fee for May >21and June>32Bank'],
      '– – Fee for May and June',
      'fields behind no booking key',
    ],
    ['NMSC', [':86:<10 items'], '– – <10 items', 'a text that begins like a field'],
    [' NTRFNONREF//B7', [':86:free'], 'B7 – free', 'a blank before the kind of booking'],
    ['NONREF', [':86:free'], '– – free', 'no kind of booking'],
    ['//B8', [':86:free'], 'B8 – free', 'neither a kind of booking nor a reference of ours'],
    ['NMSC', [':86:Betaald om', ':12:30 uur'], '– – Betaald om :12:30 uur', 'a time is no tag'],
    [
      'NMSC',
      [':86:Karte um 12', ':20:44 in Bonn'],
      '– – Karte um 12 :20:44 in Bonn',
      'not even in two lines',
    ],
    ['NMSC', [':86:Schoenen', '-XXXL', '--'], '– – Schoenen -XXXL --', 'a dash that ends no message'],
  ])('%s %j', (entry, details, expected) => {
    const said = read(
      mt940,
      message([`:61:261127C1,00${entry}`, ...details], 'C261127EUR101,00'),
      'partnerRef',
      'ourRef',
      'description',
    );
    expect(said.problems).toEqual([]);
    expect(said.rows[0]?.replace('5 transfer 1.00 EUR ', '').trim()).toContain(expected.trim());
  });

  it.each([
    [[':61:261127C90,00NTRFX', '/OCMT/USD100,//CHGS/EUR2,5/'], 'in the supplementary details'],
    [
      [':61:261127C90,00NTRFX', ':86:/OCMT/USD100,/', '/CHGS/EUR2,5/', 'INVOICE 7'],
      'in the free text (HSBC)',
    ],
  ])('keeps what was converted and what the bank kept of it: %j', (entries) => {
    const [row] = rowsOf(mt940, message(entries, 'C261127EUR190,00'));
    expect(row).toMatchObject({ fx: { currency: 'USD', amountMinor: 10_000n, exponent: 2 }, feeMinor: 250n });
  });

  it.each([
    ['NCHG', 'fee'],
    ['NCOM', 'fee'],
    ['NINT', 'interest'],
    ['NDDT', 'direct_debit'],
    ['NRTI', 'return'],
    ['N123', 'transfer'],
  ])('%s is a %s', (code, kind) => {
    expect(rowsOf(mt940, message([`:61:261127C1,00${code}X`], 'C261127EUR101,00'))[0]?.kind).toBe(kind);
  });
});

describe('the account', () => {
  it.each([
    ['DE89370400440532013000', 'DE89370400440532013000', 'IBAN'],
    ['NL69INGB0123456789EUR', 'NL69INGB0123456789', 'with its currency (ING)'],
    ['37040044/532013000', '37040044/532013000', 'bank code and number'],
    ['NL01ABNA0123456789 EUR', 'NL01ABNA0123456789', 'a blank before the currency'],
    ['UBRTHUHB/123456789002/EUR', 'UBRTHUHB/123456789002', 'a slash before the currency (Raiffeisen)'],
  ])('%s', (field, account) => {
    const text = lines(':20:S', `:25:${field}`, ':28C:1', ':60F:C261126EUR0,', ':62F:C261126EUR0,');
    expect(read(mt940, text).statements).toEqual([`${account} EUR 0 → 0`]);
  });
});

describe('text around messages', () => {
  const body = message([':61:261127C1,00NTRFX'], 'C261127EUR101,00');
  it.each([
    ['{1:F01INGBNL2ABXXX0000000000}{2:I940INGBNL2AXXXN}{4:\n', '-}', 'SWIFT blocks'],
    ['\u0001{1:F01AAAABBCC0}{2:O940}{4:\n', '-}\u0003', 'control characters'],
    ['ABNANL2A\n940\nABNANL2A\n', '-', 'ABN AMRO'],
    ['0000 01INGBNL2AXXXX00001\n0000 01INGBNL2AXXXX00001\n940 00\n', '-XXX', 'file transfer (ING)'],
    [':940:\n', '-', 'Rabobank'],
    ['GIBACZPX 0800\n940 N2\n0012345\n', '-', 'Česká spořitelna'],
    ['F01KNABNL2HXXX0000000000\n940XKNABNL2HXXX\n', '-', 'Knab'],
    ['{1:F01A}{2:O940A}{3:{108:X}}{4:\n', '-}{5:{CHK:12}{TNG:}}', 'blocks within blocks'],
    ['', '-   ', 'blanks behind the dash'],
    ['{1:F01A}{2:O940A}{4:\n', '-}\n$', 'the mark between messages of a file (RJE)'],
    ['', '', 'nothing at all'],
    ['\uFEFF', '-', 'a byte order mark'],
  ])('%j', (before, after) => {
    const text = before + body.replace(/-\n$/, `${after}\n`);
    expect(sniffFormat(text).id).toBe('mt940');
    expect(read(mt940, text)).toMatchObject({ problems: [], rows: [expect.stringContaining('1.00 EUR')] });
  });

  it.each(['\r\n', '\r', '@@', '@@\r\n'])('reads lines that end with %j', (end) => {
    const text = body.replaceAll('\n', end);
    expect(sniffFormat(text).id).toBe('mt940');
    expect(read(mt940, text)).toEqual(read(mt940, body));
  });

  it('reads a message with its last dash in the wrong place', () => {
    const text = body.replace(/^:(25|61):/gm, '-:$1:').replace(':62F:', '-\n:62F:');
    expect(read(mt940, text)).toEqual(read(mt940, body));
  });

  it('keeps two at signs within a text', () => {
    const text = body.replace(':62F:', ':86:mail a@@b\n:62F:');
    expect(rowsOf(mt940, text)[0]?.description).toBe('mail a@@b');
  });

  it('reads several messages of one file, with their own balances', () => {
    const next = message([':61:261128D1,00NTRFY'], 'C261128EUR100,00', 'C261127EUR101,00');
    expect(read(mt940, body + next)).toMatchObject({
      problems: [],
      statements: ['DE89370400440532013000 EUR 10000 → 10100', 'DE89370400440532013000 EUR 10100 → 10000'],
    });
  });
});

describe('statements of one message', () => {
  it('are told apart by their accounts, balances and pages', () => {
    const text = lines(
      ':20:FILE',
      ':25:A1',
      ':28C:1/1',
      ':60F:C261126EUR10,',
      ':61:261127C1,00NTRFX',
      ':62F:C261127EUR11,',
      ':25:A2',
      ':28C:1/1',
      ':60F:C261126EUR0,',
      ':61:261127C2,00NTRFX',
      ':62M:C261127EUR2,',
      ':28C:1/2',
      ':60M:C261127EUR2,',
      ':61:261127RD3,00NTRFX',
      ':62F:C261127EUR5,',
      '-',
    );
    expect(read(mt940, text, 'account')).toEqual({
      problems: [],
      rows: ['5 transfer 1.00 EUR A1', '10 transfer 2.00 EUR A2', '14 reversal 3.00 EUR A2'],
      statements: ['A1 EUR 1000 → 1100', 'A2 EUR 0 → 200', 'A2 EUR 200 → 500'],
    });
  });

  it('may have a balance without a currency, and none in another one', () => {
    const good = message([':61:261127C1,00NTRFX'], 'C261127101,00');
    expect(read(mt940, good)).toMatchObject({ problems: [], rows: { length: 1 } });
    expect(read(mt940, good.replace('127101', '127USD101')).problems).toEqual(['6 balance_currency']);
  });

  it('of a day without entries say the day', () => {
    const text = lines(':20:S', ':25:PL1', ':28C:1/1', ':34F:PLN0', ':13D:2611271815+0100', ':90D:0PLN0,00');
    expect([...mt940.parse(text)]).toEqual([
      { type: 'statement', line: 1, account: 'PL1', currency: 'PLN', id: '1/1', to: '2026-11-27' },
    ]);
  });
});

describe('what does not add up or cannot be read', () => {
  const good = ':61:261127C1,00NTRFX';
  it.each([
    [[good], 'C261127EUR999,00', [], 1, ['6 balance_mismatch'], 'a wrong closing balance'],
    [
      [good, ':61:nonsense', good],
      'C261127EUR102,00',
      [],
      2,
      ['6 bad_entry'],
      'an entry that is none: neighbours stand',
    ],
    [[':61:269927C1,00NTRFX', good], 'C261127EUR101,00', [], 1, ['5 bad_date'], 'no such day'],
    [[':61:2611271399C1,00NTRFX'], 'C261127EUR101,00', [], 1, ['5 bad_date'], 'no such day as entry date'],
    [[":61:261127C1'234,56NTRFX"], 'C261127EUR100,00', [], 0, ['5 bad_entry'], 'half of an amount is none'],
    [[':61:261127C12 345,56NTRFX'], 'C261127EUR100,00', [], 0, ['5 bad_entry'], 'the same with blanks'],
    [[':61:261127C1,234,56NTRFX'], 'C261127EUR100,00', [], 0, ['5 bad_amount'], 'the same with commas'],
    [[':61:261127C25O,00NTRFX'], 'C261127EUR100,00', [], 0, ['5 bad_entry'], 'a letter within an amount'],
    [[':61:261127C25;00NTRFX'], 'C261127EUR100,00', [], 0, ['5 bad_entry'], 'another mark for decimals'],
    [[`${good}\0`], 'C261127EUR101,00', [], 1, ['5 nul'], 'a NUL byte'],
    [[good], 'C269927EUR101,00', [], 1, ['6 bad_date'], 'no such day as date of a balance'],
    [[good], 'rubbish', [], 1, ['6 bad_balance'], 'no balance'],
    [[good], 'C261127EUR101,00', [':62F:'], 1, ['5 truncated'], 'the end is cut off'],
    [
      [good, `:61:261127C${'9'.repeat(40)},00NTRFX`],
      'C261127EUR101,00',
      [],
      1,
      ['6 bad_amount'],
      'longer than money gets',
    ],
  ] as [string[], string, string[], number, string[], string][])(
    '%j',
    (entries, closing, without, rows, problems) => {
      const text = message(entries, closing)
        .split('\n')
        .filter((line) => !without.some((tag) => line.startsWith(tag)))
        .filter((line) => without.length === 0 || line !== '-')
        .join('\n');
      const said = read(mt940, text.trimEnd());
      expect(said.rows).toHaveLength(rows);
      expect(said.problems).toEqual(problems);
    },
  );

  it('reports every entry of a message without a currency, so that none is lost', () => {
    const text = lines(':20:S', ':25:X1', ':28C:1', good, good);
    expect(read(mt940, text)).toMatchObject({
      rows: [],
      problems: ['1 no_currency', '4 no_currency', '5 no_currency'],
    });
  });

  it('takes details of a length that no bank sends for free text', () => {
    const details = `:86:/EREF/E1/REMI/${'/'.repeat(2_000_000)}`;
    const startedAt = performance.now();
    const [row] = rowsOf(mt940, message([good, details], 'C261127EUR101,00'));
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(row?.description).toHaveLength(details.length - ':86:'.length);
  });

  it('holds the sums of an MT942 against its entries', () => {
    const text = (sum: string): string =>
      lines(
        ':20:S',
        ':25:X1',
        ':28C:1',
        ':34F:EUR0,',
        ':61:261127C1,00NTRFX',
        ':61:261127D2,00NTRFX',
        ':90D:1EUR2,00',
        `:90C:${sum}`,
        '-',
      );
    expect(read(mt940, text('1EUR1,00')).problems).toEqual([]);
    expect(read(mt940, text('EUR1,00')).problems, 'without a number').toEqual([]);
    expect(read(mt940, text('2EUR1,00')).problems).toEqual(['8 total_mismatch']);
  });

  it('finds a gap between the closing of one statement and the opening of the next', () => {
    const first = message([good], 'C261127EUR101,00');
    const gap = message([':61:261128D1,00NTRFY'], 'C261128EUR104,00', 'C261127EUR105,00');
    expect(read(mt940, first + gap).problems).toEqual(['8 balance_gap']);
    expect(read(mt940, gap + first).problems).toEqual(['8 balance_gap']);
    expect(read(mt940, first + first).problems).toEqual(['8 balance_gap']);
  });
});
