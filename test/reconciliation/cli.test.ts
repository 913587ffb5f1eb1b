/** `paydesk parse`, `reconcile` and `calendar` as a person or a program runs them: exit codes, lines of JSON, tables. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFile } from '../../src/cli/parse.js';
import { samples } from './formats/samples.js';
import { script } from '../support/built.js';
import { zipOf } from '../statements/zip.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paydesk-reconcile-'));
  await Promise.all(
    Object.entries({
      'clean.sta': samples.mt940 ?? '',
      'broken.sta': (samples.mt940 ?? '').replace('C5,00', 'Cx'),
      'settlement.csv': samples.trustly ?? '',
      'own.csv': 'ref;betrag\nR1;1,50\n',
      'garbage.bin': 'nothing that anybody sends\u0000',
      'empty.csv': '',
      'ledger.csv': ledger,
      'statement.csv': statement,
      'bank-ledger.csv':
        'id,partner_ref,amount_minor,currency,value_date,type,batch_id\nL1,B1,500,EUR,2026-11-27,payment,\nL2,B2,-300,EUR,2026-11-27,refund,\n',
      'paydesk.yaml': `company: L\npartners: [{ id: aa, name: A, kind: psp }]\nstatementProfiles:\n  - { id: own, delimiter: ';', decimal: ',', currency: EUR, columns: { amount: betrag, partnerRef: ref } }
  - { id: czech, encoding: windows-1250, currency: CZK, columns: { amount: Částka, description: Popis } }
  - { id: dos, encoding: cp852, currency: PLN, columns: { amount: Wpływ, description: Treść } }
reconciliation:
  settlement: [{ partner: aa, settles: T+2 }]
  tolerances: { EUR: { short: '1.20' } }
  rules: [{ id: x-is-p5, partners: [aa], by: [plain_reference], tolerances: { EUR: { short: '43' } } }]
`,
    }).map(([name, text]) => writeFile(join(folder, name), text)),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const ledger = `id,partner_ref,amount_minor,currency,value_date,type,batch_id
L1,P1,1000,EUR,2026-11-20,payment,
L2,P2,2000,EUR,2026-11-20,payment,
L3,P3,3000,EUR,2026-11-20,payment,PO1
L4,P4,4000,EUR,2026-11-20,payment,PO1
L5,P5,5000,EUR,2026-11-26,payment,
`;
const statement = `line_no,partner_ref,amount_minor,currency,value_date,type,fee_minor
1,P1,1000,EUR,2026-11-20,payment,0
2,P2,1880,EUR,2026-11-20,payment,0
3,PO1,6900,EUR,2026-11-20,payout,100
4,X9,700,EUR,2026-11-20,payment,0
`;

interface Ran {
  code: number;
  out: string;
  err: string;
}

function paydesk(...args: string[]): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script('src/cli.ts'), ...args],
      { cwd: folder, env: { PATH, HOME }, timeout: 60_000 },
      (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

const linesOf = ({ out }: Ran): Record<string, unknown>[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('parse', () => {
  it('prints a line per item and a closing line, and ends with 0 for a clean file', async () => {
    const ran = await paydesk('parse', 'clean.sta', '--json');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(linesOf(ran)).toEqual([
      {
        type: 'statement',
        account: 'DE89370400440532013000',
        id: '1/1',
        currency: 'EUR',
        openingMinor: '1000',
        closingMinor: '1250',
        from: '2026-11-26',
        to: '2026-11-27',
      },
      {
        type: 'row',
        line: 5,
        account: 'DE89370400440532013000',
        kind: 'transfer',
        amountMinor: '500',
        currency: 'EUR',
        exponent: 2,
        valueDate: '2026-11-27',
        bookedAt: '2026-11-27',
        partnerRef: 'B1',
        ourRef: 'ord-1',
        description: 'Müller',
        raw: { ':61:': '2611271127C5,00NTRFord-1//B1', ':86:': '/EREF/ord-1/REMI/Müller' },
      },
      {
        type: 'row',
        line: 7,
        account: 'DE89370400440532013000',
        kind: 'transfer',
        amountMinor: '-250',
        currency: 'EUR',
        exponent: 2,
        valueDate: '2026-11-27',
        bookedAt: '2026-11-27',
        partnerRef: 'B2',
        ourRef: 'ord-2',
        description: 'Refund',
        raw: { ':61:': '2611271127D2,50NTRFord-2//B2', ':86:': '/EREF/ord-2/REMI/Refund' },
      },
      {
        type: 'summary',
        rows: 2,
        statements: 1,
        problems: 0,
        totals: [{ currency: 'EUR', exponent: 2, amountMinor: '250' }],
      },
    ]);
  });

  it('ends with 1 where something cannot be read, and prints what can', async () => {
    const ran = await paydesk('parse', 'broken.sta', '--json');
    expect(ran.code).toBe(1);
    const lines = linesOf(ran);
    expect(lines.map(({ type }) => type)).toEqual(['statement', 'problem', 'row', 'problem', 'summary']);
    expect(lines[1]).toEqual({
      type: 'problem',
      line: 5,
      field: ':61:',
      code: 'bad_entry',
      message: expect.stringContaining('is not an entry') as string,
    });
    expect(lines.at(-1)).toMatchObject({ rows: 1, statements: 1, problems: 2 });
  });

  it.each([
    ['garbage.bin', 'no format'],
    ['empty.csv', 'nothing in it'],
  ])('reports a file that nothing recognises: %s', async (file) => {
    const ran = await paydesk('parse', file, '--json');
    expect(ran.code).toBe(1);
    expect(linesOf(ran)[0]).toMatchObject({ type: 'problem', line: 1, code: 'unknown_format' });
  });

  it.each([
    ['clean.sta.gz', gzipSync(samples.mt940 ?? ''), [], 'gzip'],
    ['clean.zip', zipOf({ 'a.sta': samples.mt940 ?? '' }), [], 'zip'],
    ['cut.gz', gzipSync(samples.mt940 ?? '').subarray(0, 40), ['bad_archive'], 'cut off'],
    [
      'two.zip',
      zipOf({ 'a.sta': 'x', 'b.sta': 'y' }),
      ['bad_archive'],
      'which of two is meant cannot be known',
    ],
    ['empty.zip', zipOf({}), ['bad_archive'], 'nothing in it'],
  ])('unpacks %s', async (name, bytes, problems) => {
    await writeFile(join(folder, name), bytes);
    const ran = await paydesk('parse', name, '--json');
    const codes = linesOf(ran).filter(({ type }) => type === 'problem');
    expect(codes.map(({ code }) => code)).toEqual(problems);
    expect(ran.code).toBe(problems.length > 0 ? 1 : 0);
    expect(linesOf(ran).at(-1)).toMatchObject({ type: 'summary', rows: problems.length > 0 ? 0 : 2 });
  });

  it.each([
    [['parse', 'missing.csv'], /missing\.csv cannot be read/, 'no such file'],
    [
      ['parse', 'clean.sta', '--format', 'mt999'],
      /“mt999” is not a statement format[^]*mt940/,
      'no such format',
    ],
    [
      ['parse', 'own.csv', '--profile', 'mine'],
      /“mine” is not a CSV profile[^]*trustly, own/,
      'no such profile',
    ],
    [
      ['parse', 'own.csv', '--profile', 'own', '--format', 'mt940'],
      /a format or a profile, not both/,
      'both',
    ],
    [['parse'], /missing required argument/, 'no file'],
    [['parse', 'clean.sta', '--jsno'], /unknown option/, 'a misspelt option'],
    [
      ['reconcile', '--ledger', 'ledger.csv', '--statement', 'garbage.bin'],
      /format is unknown to Paydesk/,
      'no statement',
    ],
    [
      ['reconcile', '--ledger', 'own.csv', '--statement', 'statement.csv'],
      /first line of the ledger lacks/,
      'no ledger',
    ],
    [['calendar', 'TARGET', '26'], /“26” is not a year/, 'no year'],
  ])('ends with 2 for a call that cannot be served: %j', async (args, words) => {
    const ran = await paydesk(...args);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(words);
  });

  it.each([
    [['settlement.csv'], 'a shipped profile by its header'],
    [['settlement.csv', '--profile', 'trustly'], 'a shipped profile by its name'],
    [['settlement.csv', '--format', 'trustly'], 'a shipped profile as a format'],
    [['own.csv'], 'a profile of paydesk.yaml by its header'],
    [['own.csv', '--profile', 'own'], 'a profile of paydesk.yaml by its name'],
  ])('reads CSV by a profile: %j', async (args) => {
    const ran = await paydesk('parse', ...args, '--json');
    expect(ran.code).toBe(0);
    expect(linesOf(ran).at(-1)).toMatchObject({ type: 'summary', problems: 0 });
  });

  it.each([
    ['czech', '\u00c8\u00e1stka,Popis\n1.50,\u00f8', 'ř', 'windows-1250'],
    ['dos', 'Wp\u0088yw,Tre\u0098\u0086\n1.50,\u00be', 'ż', 'the code page 852'],
  ])('finds the columns of a profile by names in its encoding: %s', async (id, latin, letter) => {
    const path = join(folder, `${id}.csv`);
    await writeFile(path, latin, 'latin1');
    const [row] = linesOf(await paydesk('parse', path, '--json'));
    expect(row).toMatchObject({ type: 'row', amountMinor: '150', description: letter });
    await writeFile(path, `\uFEFF${id === 'czech' ? 'Částka,Popis' : 'Wpływ,Treść'}\n2.50,x\n`);
    expect(linesOf(await paydesk('parse', path, '--json'))[0]).toMatchObject({ amountMinor: '250' });
  });

  it('shows a person a table with totals and problems', async () => {
    expect((await paydesk('parse', 'clean.sta')).out).toBe(
      [
        '  Line  Date        Kind                                Amount  References',
        '     5  2026-11-27  transfer                          5.00 EUR  B1 · ord-1',
        '     7  2026-11-27  transfer                         -2.50 EUR  B2 · ord-2',
        '2 rows, 1 statements, 0 problems',
        'Total 2.50 EUR',
        '',
      ].join('\n'),
    );
    expect((await paydesk('parse', 'broken.sta')).out).toMatch(/Line 5: .* is not an entry \(bad_entry\)/);
  });

  it('draws progress in a terminal for a large file, and nowhere else', async () => {
    const path = join(folder, 'large.csv');
    const row = (samples.trustly ?? '').split('\n')[1] ?? '';
    await writeFile(path, `${(samples.trustly ?? '').split('\n')[0] ?? ''}\n${`${row}\n`.repeat(60_000)}`);
    const drawn: string[] = [];
    const screen = (isTTY: boolean) => ({ isTTY, write: (text: string) => drawn.push(text) });
    await parseFile(path, { json: true }, () => undefined, screen(false));
    expect(drawn).toEqual([]);
    await parseFile(path, { json: true }, () => undefined, screen(true));
    expect(drawn[0]).toContain('Reading');
    expect(drawn.length).toBeLessThan(250);
    expect(drawn.at(-1)).toBe('\r\u001b[2K');
  });
});

it('adds up a currency once, with the decimals of the row that has most', async () => {
  const path = join(folder, 'fine.csv');
  await writeFile(path, 'ref;betrag\na;1,00\nb;0,001\nc;-2,5\n');
  const ran = await paydesk('parse', path, '--profile', 'own', '--json');
  expect(linesOf(ran).at(-1)?.totals).toEqual([{ currency: 'EUR', exponent: 3, amountMinor: '-1499' }]);
});

it('ends without a word when its reader has seen enough', async () => {
  const path = join(folder, 'many.csv');
  const [header = '', row = ''] = (samples.trustly ?? '').split('\n');
  await writeFile(path, `${header}\n${`${row}\n`.repeat(20_000)}`);
  const child = spawn(process.execPath, [script('src/cli.ts'), 'parse', path, '--json'], { cwd: folder });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  child.stdout.once('data', () => child.stdout.destroy());
  await once(child, 'close');
  expect([child.signalCode, said]).toEqual([null, '']);
});

describe('reconcile', () => {
  const files = ['reconcile', '--ledger', 'ledger.csv', '--statement', 'statement.csv', '--json'];
  const missing = (id: string, amount: string) => ({
    type: 'break',
    kind: 'missing_at_partner',
    ledgerIds: [id],
    statementLines: [],
    currency: 'EUR',
    differenceMinor: amount,
  });

  it('prints every break, every match that was not exact, and a summary', async () => {
    const ran = await paydesk(...files);
    expect(ran).toMatchObject({ code: 0, err: '' });
    const lines = linesOf(ran);
    expect(lines.slice(0, -1)).toEqual(
      expect.arrayContaining([
        {
          type: 'break',
          kind: 'amount',
          ledgerIds: ['L2'],
          statementLines: [2],
          currency: 'EUR',
          differenceMinor: '-120',
        },
        { type: 'match', rule: 'batch', ledgerIds: ['L3', 'L4'], statementLines: [3] },
        {
          type: 'break',
          kind: 'missing_in_ledger',
          ledgerIds: [],
          statementLines: [4],
          currency: 'EUR',
          differenceMinor: '700',
        },
        missing('L5', '-5000'),
      ]),
    );
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toEqual({
      type: 'summary',
      ledgerRows: 5,
      statementRows: 4,
      matched: { exact: 1, batch: 1 },
      breaks: { amount: 1, missing_in_ledger: 1, missing_at_partner: 1 },
      pending: 0,
      quarantined: 0,
      totals: {
        EUR: {
          ledgerMinor: '15000',
          statementMinor: '10480',
          explainedMinor: expect.any(String) as string,
          pendingMinor: '0',
        },
      },
      seconds: expect.any(Number) as number,
    });
  });

  it('reads packed tables, and lines that begin as a packed file does', async () => {
    const odd = ledger.replace('L1,', 'PK,');
    await writeFile(join(folder, 'ledger.csv.gz'), gzipSync(odd));
    await writeFile(join(folder, 'odd.csv'), odd);
    await writeFile(join(folder, 'statement.csv.zip'), zipOf({ 's.csv': statement }));
    const [, , , , plain = ''] = files;
    for (const [ours, theirs] of [
      ['ledger.csv.gz', 'statement.csv.zip'],
      ['odd.csv', plain],
    ] as const) {
      const ran = await paydesk('reconcile', '--ledger', ours, '--statement', theirs, '--json');
      expect(linesOf(ran).at(-1)).toMatchObject({
        ledgerRows: 5,
        statementRows: 4,
        matched: { exact: 1, batch: 1 },
      });
    }
  });

  it('reads a table in UTF-16, also one that is a header alone', async () => {
    const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');
    await writeFile(join(folder, 'utf-16.csv'), utf16(statement));
    await writeFile(join(folder, 'header.csv'), utf16('partner_ref,amount_minor,currency\n'));
    for (const [file, statementRows] of [
      ['utf-16.csv', 4],
      ['header.csv', 0],
    ] as const) {
      const ran = await paydesk('reconcile', '--ledger', 'ledger.csv', '--statement', file, '--json');
      expect(linesOf(ran).at(-1)).toMatchObject({ ledgerRows: 5, statementRows, quarantined: 0 });
    }
  });

  it('tells what is not due yet apart from what is missing', async () => {
    const lines = linesOf(
      await paydesk(...files, '--settle', 'T+2', '--calendar', 'TARGET', '--as-of', '2026-11-27'),
    );
    expect(lines).toContainEqual({ type: 'pending', ledgerIds: ['L5'], dueOn: '2026-11-30' });
    expect(lines).not.toContainEqual(missing('L5', '-5000'));
    expect(lines.at(-1)).toMatchObject({ pending: 1 });
    const later = linesOf(await paydesk(...files, '--settle', 'T+2', '--as-of', '2026-11-30'));
    expect(later).toContainEqual(missing('L5', '-5000'));
  });

  it('applies a partner’s settings in paydesk.yaml', async () => {
    const asked = [...files, '--partner', 'aa', '--as-of', '2026-11-27'];
    const lines = linesOf(await paydesk(...asked));
    expect(lines).toContainEqual({
      type: 'match',
      rule: 'tolerance',
      ledgerIds: ['L2'],
      statementLines: [2],
    });
    expect(lines).toContainEqual({ type: 'pending', ledgerIds: ['L5'], dueOn: '2026-11-30' });
    const now = linesOf(await paydesk(...asked, '--settle', 'T+0'));
    expect(now).toContainEqual(missing('L5', '-5000'));
  });

  it.each([
    [['--partner', 'aa'], '--partner needs the day'],
    [['--partner', 'zz', '--as-of', '2026-11-27'], '“zz” is not a partner in paydesk.yaml.'],
  ])('says what is wrong with %j', async (more, words) => {
    const ran = await paydesk(...files, ...more);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err.replace(/\s+/g, ' ')).toContain(words);
  });

  it('reads the statement in any format', async () => {
    const args = ['reconcile', '--ledger', 'bank-ledger.csv', '--statement', 'clean.sta', '--json'];
    const lines = linesOf(await paydesk(...args));
    expect(lines.slice(0, -1)).toEqual([
      {
        type: 'break',
        kind: 'amount',
        ledgerIds: ['L2'],
        statementLines: [7],
        currency: 'EUR',
        differenceMinor: '50',
      },
    ]);
    expect(lines.at(-1)).toMatchObject({ matched: { exact: 1 }, quarantined: 0 });
    const ours = 'id,partner_ref,amount_minor,currency,value_date\nL1,ord-1,500,EUR,2026-11-27\n';
    await writeFile(join(folder, 'our-ledger.csv'), ours);
    const byOurs = linesOf(
      await paydesk('reconcile', '--ledger', 'our-ledger.csv', '--statement', 'clean.sta', '--json'),
    );
    expect(byOurs.at(-1)).toMatchObject({ matched: { exact: 1 }, breaks: { missing_in_ledger: 1 } });
    const named = linesOf(
      await paydesk(
        'reconcile',
        '--ledger',
        'bank-ledger.csv',
        '--statement',
        'own.csv',
        '--profile',
        'own',
        '--json',
      ),
    );
    expect(named.at(-1)).toMatchObject({ statementRows: 1 });
  });

  it('shows a person the sums, counts and breaks', async () => {
    const { out } = await paydesk(...files.slice(0, -1));
    expect(out).toContain('5 ledger rows, 4 statement rows');
    expect(out).toMatch(/Breaks: .*amount 1/);
    expect(out).toMatch(/^ {2}Break +Difference +Ledger ids +Statement lines$/m);
    expect(out).toMatch(/^ {2}amount +-1\.20 EUR +L2 +2$/m);
  });
});

describe('calendar', () => {
  it('prints the closing days of a year', async () => {
    const days = (await paydesk('calendar', 'TARGET', '2026')).out;
    expect(days).toContain('2026-04-03');
    const [line] = linesOf(await paydesk('calendar', 'TARGET', '2026', '--json'));
    expect(line).toMatchObject({ calendar: 'TARGET', year: 2026 });
    expect(JSON.stringify(line?.closingDays)).toContain('2026-12-25');
    expect(line).not.toHaveProperty('uncertain');
  });

  it('says what cannot be known of a country’s closing days', async () => {
    const ran = await paydesk('calendar', 'IN', '2026');
    expect(ran.err).toMatch(/only national holidays are known.*closingDays/);
    expect(linesOf(await paydesk('calendar', 'IN', '2026', '--json'))[0]?.uncertain).toMatch(/each state/);
  });
});
