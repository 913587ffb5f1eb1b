/** camt.052, .053 and .054: signs, batches, charges, conversions, dates, and XML that is refused. */
import { describe, expect, it } from 'vitest';
import { camt } from '../../../src/reconciliation/formats/camt.js';
import { read, rowsOf } from './support.js';
import { sniffFormat } from './sniff.js';

interface Parts {
  entries?: string;
  opening?: string;
  closing?: string;
  summary?: string;
}

const balance = (code: string, amount: string): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount.replace('-', '')}</Amt><CdtDbtInd>${amount.startsWith('-') ? 'DBIT' : 'CRDT'}</CdtDbtInd></Bal>`;

const statement = ({ entries = '', opening = '100', closing = '100', summary = '' }: Parts): string =>
  `<Stmt><Id>S1</Id><Acct><Id><IBAN>DE89</IBAN></Id><Ccy>EUR</Ccy></Acct>${balance('OPBD', opening)}${balance('CLBD', closing)}${summary}${entries}</Stmt>`;

const document = (...statements: string[]): string =>
  `<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>\n${statements.join('\n')}</BkToCstmrStmt></Document>\n`;

const entry = (amount: string, inside = '', mark = 'CRDT', currency = 'EUR'): string =>
  `<Ntry><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${mark}</CdtDbtInd><Sts>BOOK</Sts>${inside}</Ntry>`;

const details = (...transactions: string[]): string =>
  `<NtryDtls>${transactions.map((each) => `<TxDtls>${each}</TxDtls>`).join('')}</NtryDtls>`;

const one = (inside: string, amount = '10.00', mark = 'CRDT') =>
  rowsOf(camt, document(statement({ entries: entry(amount, inside, mark) })))[0];

describe('the sign of an entry', () => {
  it.each([
    ['CRDT', '', 'transfer', 1000n, 'a credit is money to us'],
    ['DBIT', '', 'transfer', -1000n, 'a debit leaves us'],
    ['DBIT', '<RvslInd>true</RvslInd>', 'reversal', -1000n, 'a reversed credit is a debit already'],
    ['CRDT', '<RvslInd>1</RvslInd>', 'reversal', 1000n, 'a reversed debit is a credit already'],
    ['CRDT', '<RvslInd>false</RvslInd>', 'transfer', 1000n, 'no reversal'],
  ])('%s %s', (mark, inside, kind, amountMinor) => {
    expect(one(inside, '10.00', mark)).toMatchObject({ kind, amountMinor });
  });
});

describe('amounts', () => {
  it.each([
    ['10', 'EUR', 1000n, 2, 'no decimals'],
    ['10.00000', 'EUR', 1000n, 2, 'five decimals, all zero'],
    ['10.12345', 'EUR', 1_012_345n, 5, 'five decimals that count'],
    ['1500', 'JPY', 1500n, 0, 'a currency without decimals'],
    ['1.234', 'KWD', 1234n, 3, 'a currency with three'],
    ['.5', 'EUR', 50n, 2, 'no digit before the point'],
    ['-0.00', 'EUR', 0n, 2, 'negative zero'],
  ])('%s %s', (amount, currency, amountMinor, exponent) => {
    const [row] = rowsOf(camt, document(statement({ entries: entry(amount, '', 'CRDT', currency) })));
    expect(row).toMatchObject({ amountMinor, exponent, currency });
    expect(Object.is(Number(row?.amountMinor), -0)).toBe(false);
  });

  it('names the exponent of balances that have more decimals than the currency', () => {
    const text = document(statement({ opening: '0.00001', closing: '0.00001' }));
    expect([...camt.parse(text)][0]).toMatchObject({ openingMinor: 1n, closingMinor: 1n, exponent: 5 });
  });
});

describe('dates', () => {
  it.each([
    [
      '<BookgDt><Dt>2026-11-27</Dt></BookgDt><ValDt><Dt>2026-11-28</Dt></ValDt>',
      '2026-11-27',
      '2026-11-28',
      'days',
    ],
    [
      '<BookgDt><DtTm>2026-11-27T10:00:00+01:00</DtTm></BookgDt><ValDt><DtTm>2026-11-28T00:00:00</DtTm></ValDt>',
      '2026-11-27T10:00:00+01:00',
      '2026-11-28',
      'times',
    ],
    [
      '<BookgDt><Dt>2026-11-27+01:00</Dt></BookgDt>',
      '2026-11-27',
      undefined,
      'a day with an offset stays a day',
    ],
    ['<ValDt><Dt>2026-02-30</Dt></ValDt>', undefined, undefined, 'no such day'],
  ] as [string, string | undefined, string | undefined, string][])('%s', (inside, bookedAt, valueDate) => {
    const row = one(inside);
    expect([row?.bookedAt, row?.valueDate]).toEqual([bookedAt, valueDate]);
  });
});

describe('references', () => {
  it.each([
    ['<AcctSvcrRef>B1</AcctSvcrRef>', 'B1', undefined, 'of the entry alone'],
    [
      details('<Refs><AcctSvcrRef>B2</AcctSvcrRef><EndToEndId>E1</EndToEndId></Refs>'),
      'B2',
      'E1',
      'of the detail',
    ],
    [
      details('<Refs><EndToEndId>NOTPROVIDED</EndToEndId><TxId>T1</TxId><InstrId>I1</InstrId></Refs>'),
      'T1',
      'I1',
      'none provided',
    ],
    [
      details(
        '<Refs><UETR>u-1</UETR></Refs><RmtInf><Strd><CdtrRefInf><Ref>210000000003139471430009017</Ref></CdtrRefInf></Strd></RmtInf>',
      ),
      'u-1',
      '210000000003139471430009017',
      'a Swiss QR reference',
    ],
    [`<NtryRef>N1</NtryRef>${details('<Refs/>')}`, 'N1', undefined, 'empty references'],
  ] as [string, string, string | undefined, string][])('%s', (inside, partnerRef, ourRef) => {
    const row = one(inside);
    expect([row?.partnerRef, row?.ourRef]).toEqual([partnerRef, ourRef]);
  });
});

describe('batches', () => {
  const part = (amount: string, id: string, currency = 'EUR'): string =>
    `<Refs><EndToEndId>${id}</EndToEndId></Refs><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>`;
  const said = (amount: string, inside: string) =>
    read(
      camt,
      document(
        statement({ entries: entry(amount, `<AcctSvcrRef>B1</AcctSvcrRef>${inside}`), closing: '130' }),
      ),
      'ourRef',
      'batchRef',
    );

  it.each([
    [
      '30',
      details(part('10', 'A'), part('20', 'B')),
      ['10.00 EUR A B1', '20.00 EUR B B1'],
      [],
      'a row per detail',
    ],
    [
      '30',
      details(
        '<AmtDtls><TxAmt><Amt Ccy="EUR">10</Amt></TxAmt></AmtDtls>',
        '<AmtDtls><TxAmt><Amt Ccy="EUR">20</Amt></TxAmt></AmtDtls>',
      ),
      ['10.00 EUR – B1', '20.00 EUR – B1'],
      [],
      'older versions',
    ],
    [
      '30',
      details(part('10', 'A'), '<Refs><EndToEndId>B</EndToEndId></Refs>'),
      ['30.00 EUR – –'],
      [],
      'a detail without an amount: one row',
    ],
    [
      '30',
      details(part('10', 'A', 'USD'), part('20', 'B', 'USD')),
      ['10.00 USD A B1', '20.00 USD B B1'],
      ['entry_mismatch'],
      'details in another currency cannot be held against the entry',
    ],
    [
      '30',
      details(
        '<AmtDtls><InstdAmt><Amt Ccy="USD">1</Amt></InstdAmt></AmtDtls>',
        '<AmtDtls><InstdAmt><Amt Ccy="USD">2</Amt></InstdAmt></AmtDtls>',
      ),
      ['30.00 EUR – –'],
      [],
      'instructed amounts in another currency: one row',
    ],
    ['30', details(part('10', 'A')), ['30.00 EUR A –'], [], 'the entry counts when there is one detail'],
    [
      '30',
      `<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch>${details(part('10', 'A')).replace('<NtryDtls>', '')}`,
      ['10.00 EUR A B1'],
      ['entry_mismatch'],
      'one detail of three: its reference does not stand for the whole',
    ],
    [
      '30',
      `<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch>${details(part('30', 'A')).replace('<NtryDtls>', '')}`,
      ['30.00 EUR A –'],
      [],
      'one detail that sums up three',
    ],
    [
      '30',
      details(part('10', 'A')) + details(part('20', 'B')),
      ['10.00 EUR A B1', '20.00 EUR B B1'],
      [],
      'two groups of details',
    ],
    [
      '30',
      details(part('10', 'A'), part('25', 'B')),
      ['10.00 EUR A B1', '25.00 EUR B B1'],
      ['entry_mismatch'],
      'details that do not add up',
    ],
  ])('%s %s', (amount, inside, rows, problems) => {
    const { rows: found, problems: codes } = said(amount, inside);
    expect(found.map((row) => row.replace(/^\d+ transfer /, ''))).toEqual(rows);
    expect(codes.map((code) => code.split(' ')[1])).toEqual(problems);
  });

  it('accepts details that come to the entry before its charges', () => {
    const charge = '<Chrgs><Rcrd><Amt Ccy="EUR">1</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>';
    const inside = charge + details(part('10', 'A'), part('20', 'B'));
    const text = document(statement({ entries: entry('29', inside), closing: '129' }));
    expect(read(camt, text).problems).toEqual([]);
    expect(rowsOf(camt, text).map(({ feeMinor }) => feeMinor)).toEqual([undefined, undefined]);
  });

  it('accepts details that come to the entry before their own charges', () => {
    const charge = '<Chrgs><Rcrd><Amt Ccy="EUR">1</Amt></Rcrd></Chrgs>';
    const inside = details(part('10', 'A') + charge, part('20', 'B') + charge);
    const text = document(statement({ entries: entry('28', inside), closing: '128' }));
    expect(read(camt, text).problems).toEqual([]);
    expect(rowsOf(camt, text).map(({ amountMinor, feeMinor }) => [amountMinor, feeMinor])).toEqual([
      [1000n, 100n],
      [2000n, 100n],
    ]);
  });

  it('gives each detail its own charges and conversion, and none those of the whole', () => {
    const ofOne = '<Chrgs><Rcrd><Amt Ccy="EUR">0.5</Amt></Rcrd></Chrgs>';
    const ofAll = `${ofOne.replace('0.5', '3')}<AmtDtls><InstdAmt><Amt Ccy="USD">35</Amt></InstdAmt></AmtDtls>`;
    const text = document(
      statement({ entries: entry('30', ofAll + details(part('10', 'A') + ofOne, part('20', 'B'))) }),
    );
    expect(rowsOf(camt, text).map(({ feeMinor, fx }) => [feeMinor, fx])).toEqual([
      [50n, undefined],
      [undefined, undefined],
    ]);
  });
});

describe('charges and conversion', () => {
  it.each([
    ['<Chrgs><Amt Ccy="EUR">0.50</Amt></Chrgs>', 50n, 'old: an amount'],
    ['<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">0.50</TtlChrgsAndTaxAmt></Chrgs>', 50n, 'a total alone'],
    [
      '<Chrgs><Rcrd><Amt Ccy="EUR">0.50</Amt></Rcrd><Rcrd><Amt Ccy="EUR">0.25</Amt><CdtDbtInd>CRDT</CdtDbtInd></Rcrd></Chrgs>',
      25n,
      'new: records, one given back',
    ],
    ['<Chrgs><Rcrd><Amt Ccy="USD">0.50</Amt></Rcrd></Chrgs>', undefined, 'in another currency'],
    [
      '<Chrgs><Rcrd><Amt Ccy="EUR">0.125</Amt></Rcrd></Chrgs>',
      125n,
      'finer than the amount: its exponent is 3',
    ],
  ] as [string, bigint | undefined, string][])('%s', (inside, feeMinor) => {
    expect(one(inside)?.feeMinor).toBe(feeMinor);
  });

  it('keeps the amount of a detail in another currency than its entry', () => {
    const fx = { currency: 'USD', amountMinor: 1200n, exponent: 2 };
    expect(one(details('<Amt Ccy="USD">12.00</Amt>'))?.fx).toEqual(fx);
  });

  it('keeps the instructed amount and its rate', () => {
    const inside =
      '<InstdAmt><Amt Ccy="USD">12.00</Amt><CcyXchg><XchgRate>1.2</XchgRate></CcyXchg></InstdAmt>';
    expect(one(`<AmtDtls>${inside}</AmtDtls>`)?.fx).toEqual({
      currency: 'USD',
      amountMinor: 1200n,
      exponent: 2,
      rate: '1.2',
    });
  });
});

describe('files', () => {
  const credit = entry('10');
  const good = document(statement({ entries: credit, closing: '110' }));

  it.each([
    [good.replaceAll(/<(\/?)(?=[A-Z])/g, '<$1n:').replace('xmlns=', 'xmlns:n='), 'a prefix'],
    [good.replace('camt.053.001.02', 'camt.053.001.13'), 'a later version'],
    [good.replace(/ xmlns="[^"]*"/, ''), 'no namespace'],
    [good.replace('<?xml version="1.0"?>\n', ''), 'no declaration'],
    [good.replaceAll('\n', '\r\n'), 'Windows line ends'],
    [`\uFEFF${good}`, 'a byte order mark'],
    [good.replace('<Id>S1</Id>', '<!-- a comment --><Id><![CDATA[S1]]></Id>'), 'comments and CDATA'],
    [good.replace('>10<', '>\n  10\n  <'), 'blanks around the amount'],
    [good.replace('<Document', '<AppHdr><MsgDefIdr>M</MsgDefIdr></AppHdr>\n<Document'), 'a header beside it'],
    [`<Message>${good.replace(/^.*\n/, '')}</Message>`, 'an envelope around it'],
  ])('%#: reads it (%s)', (text) => {
    expect(sniffFormat(text).id).toBe('camt');
    expect(read(camt, text)).toMatchObject({ problems: [], rows: [expect.stringContaining('10.00 EUR')] });
  });

  it.each([
    ['052', 'BkToCstmrAcctRpt', 'Rpt'],
    ['054', 'BkToCstmrDbtCdtNtfctn', 'Ntfctn'],
  ])('reads camt.%s', (version, message, report) => {
    const text = good
      .replace('camt.053', `camt.${version}`)
      .replaceAll('BkToCstmrStmt', message)
      .replaceAll(/(<\/?)Stmt>/g, `$1${report}>`);
    expect(read(camt, text)).toMatchObject({ problems: [], statements: ['DE89 EUR 10000 → 11000'] });
  });

  it('reads the first version, which has its details in the entry itself', () => {
    const part = (reference: string, amount: string): string =>
      `<TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">${amount}</Amt></TxAmt></AmtDtls></TxDtls>`;
    const first = entry('5', `<AcctSvcrRef>B1</AcctSvcrRef>${part('E1', '2')}${part('E2', '3')}`);
    const text = `<Document><BkToCstmrAcctRptV01><Rpt><Acct><Id><PrtryAcct><Id>A1</Id></PrtryAcct></Id></Acct>${first}</Rpt></BkToCstmrAcctRptV01></Document>`;
    expect(sniffFormat(text).id).toBe('camt');
    expect(read(camt, text, 'ourRef', 'batchRef')).toEqual({
      problems: [],
      rows: ['1 transfer 2.00 EUR E1 B1', '1 transfer 3.00 EUR E2 B1'],
      statements: ['A1 EUR ? → ?'],
    });
  });

  it.each([
    ['<CreDtTm>2026-11-28T05:00:00</CreDtTm>', 'EUR', 'a day without entries says when it was made'],
    ['', 'XXX', 'only the message says it'],
  ])('%s', (inside, currency) => {
    const account = `<Acct><Id><IBAN>DE1</IBAN></Id>${currency === 'EUR' ? '<Ccy>EUR</Ccy>' : ''}</Acct>`;
    const text = `<Document><BkToCstmrAcctRpt><GrpHdr><CreDtTm>2026-11-28T05:00:00</CreDtTm></GrpHdr><Rpt>${inside}${account}</Rpt></BkToCstmrAcctRpt></Document>`;
    expect([...camt.parse(text)]).toMatchObject([{ account: 'DE1', currency, to: '2026-11-28' }]);
  });

  it('takes the first opening and the last closing of several days, in any order, of its own currency', () => {
    const dated = (code: string, amount: string, day: string, currency = 'EUR'): string =>
      balance(code, amount)
        .replace('"EUR"', `"${currency}"`)
        .replace('</Bal>', `<Dt><Dt>${day}</Dt></Dt></Bal>`);
    const text = document(
      `<Stmt><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct>${dated('CLBD', '20', '2026-11-27')}${dated('OPBD', '10', '2026-11-27')}${dated('CLBD', '10', '2026-11-26')}${dated('OPBD', '10', '2026-11-26')}${dated('CLBD', '9', '2026-11-27', 'USD')}${credit}</Stmt>`,
    );
    expect([...camt.parse(text)]).toMatchObject([
      { type: 'statement', openingMinor: 1000n, closingMinor: 2000n, from: '2026-11-26', to: '2026-11-27' },
      { code: 'balance_currency' },
      { type: 'row' },
    ]);
  });

  it('holds the pages of a statement together by the balance between them', () => {
    const page = (from: string, to: string, entries: string): string =>
      `<Stmt><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct>${from}${to}${entries}</Stmt>`;
    const between = balance('ITBD', '110');
    const last = page(between, balance('CLBD', '115'), entry('5'));
    const text = (end: string): string => document(page(balance('OPBD', '100'), end, credit), last);
    expect(read(camt, text(between))).toMatchObject({
      problems: [],
      statements: ['DE1 EUR 10000 → 11000', 'DE1 EUR 11000 → 11500'],
    });
    expect(read(camt, text(balance('ITBD', '111'))).problems.map((each) => each.split(' ')[1])).toEqual([
      'balance_mismatch',
      'balance_gap',
    ]);
    const intraday = text(balance('ITBD', '117')).replaceAll(/(<\/?)Stmt>/g, '$1Rpt>');
    expect(read(camt, intraday).problems).toEqual([]);
  });

  it('names the currency of a notification by its first entry', () => {
    const text = `<Document><BkToCstmrDbtCdtNtfctn><Ntfctn><Acct><Id><Othr><Id>A1</Id></Othr></Id></Acct>${credit}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>`;
    expect(read(camt, text)).toMatchObject({ problems: [], statements: ['A1 EUR ? → ?'] });
  });

  it('does not count entries that are only expected', () => {
    const pending = credit.replace('BOOK', 'PDNG');
    const coded = credit.replace('BOOK', '<Cd>PDNG</Cd>');
    expect(read(camt, document(statement({ entries: pending + coded }))).problems).toEqual([]);
  });

  it('reads several statements, and files that were glued together', () => {
    const next = statement({ entries: entry('10', '', 'DBIT'), opening: '110', closing: '100' });
    const first = statement({ entries: credit, closing: '110' });
    expect(read(camt, document(first, next))).toMatchObject({ problems: [], rows: { length: 2 } });
    expect(read(camt, document(first) + document(next))).toMatchObject({ problems: [], rows: { length: 2 } });
    const envelope = `<All>${[first, next].map((each) => document(each).replace(/^.*\n/, '')).join('')}</All>`;
    expect(read(camt, envelope)).toMatchObject({ problems: [], rows: { length: 2 } });
    expect(read(camt, document(first, first)).problems).toEqual([expect.stringContaining('balance_gap')]);
    const dated = first.replace(
      '<Acct>',
      '<FrToDt><FrDtTm>2026-11-27T00:00:00</FrDtTm><ToDtTm>2026-11-27T23:59:59</ToDtTm></FrToDt><Acct>',
    );
    expect(read(camt, document(dated, next)).problems).toEqual([]);
  });

  it.each([
    [
      good.replace('<?xml version="1.0"?>', '<!DOCTYPE d [<!ENTITY a "b">]>'),
      ['doctype'],
      0,
      'entities are refused',
    ],
    [good.replace('S1', '&unknown;'), ['bad_xml'], 1, 'an unknown entity stays as it is written'],
    [good.replace('S1', 'A & B'), ['bad_xml'], 1, 'an ampersand alone'],
    [
      good.replace('S1', 'A\0\u0001B'),
      ['bad_xml'],
      1,
      'control characters cost their line a problem, no row',
    ],
    [
      good.replace('</Ntry>', `</Ntry>${'<a>'.repeat(100)}${'</a>'.repeat(100)}`),
      ['too_deep'],
      1,
      '100 levels',
    ],
    [good.slice(0, good.indexOf('</Stmt>')), ['truncated'], 1, 'cut off: rows before stand'],
    [good.slice(0, good.indexOf('<Sts>')), ['truncated'], 0, 'cut off within an entry'],
    [document(), ['no_statement'], 0, 'a message without a statement'],
    [
      good.replaceAll('Stmt>', 'Stmnt>').replaceAll('BkToCstmrStmnt', 'BkToCstmrStmt'),
      ['no_statement'],
      0,
      'a misspelt one',
    ],
    [`${good}and more`, ['bad_xml'], 1, 'a text behind the message'],
    [
      document(statement({ entries: entry('10', '<ValDt><Dt>27/11/2026</Dt></ValDt>'), closing: '110' })),
      ['bad_date'],
      1,
      'a date that is none',
    ],
    [good.replace('</Ntry>', '</Nrty>'), ['bad_xml'], 1, 'a wrong end tag: what it ends is whole'],
    [
      document(statement({ entries: credit.replace('"EUR"', '"EUX"'), closing: '110' })),
      ['entry_currency'],
      1,
      'an entry in another currency than its account',
    ],
    [
      document(statement({ entries: credit.replace('"EUR"', '"EU R"') + credit, closing: '110' })),
      ['bad_amount'],
      1,
      'no currency',
    ],
    [
      good.replace(/(<Ntry>.*<\/Ntry>)(.*<\/Stmt>)/s, '$2$1').replace('110', '100'),
      ['no_statement'],
      0,
      'an entry behind its statement',
    ],
    [
      good.replace('</Ntry>', '<Ntry><Amt Ccy="EUR">3</Amt></Ntry></Ntry>'),
      ['no_statement'],
      1,
      'an entry within an entry',
    ],
    [document(statement({ entries: entry('abc') + credit, closing: '110' })), ['bad_amount'], 1, 'no number'],
    [
      document(statement({ entries: entry('1', '', 'XXXX') + credit, closing: '110' })),
      ['no_sign'],
      1,
      'no sign',
    ],
    [
      document(statement({ entries: credit, closing: '111' })),
      ['balance_mismatch'],
      1,
      'a wrong closing balance',
    ],
    [
      document(
        statement({
          entries: credit,
          closing: '110',
          summary: '<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>',
        }),
      ),
      ['total_mismatch'],
      1,
      'an entry is missing',
    ],
    [
      document(
        statement({
          entries: credit,
          closing: '110',
          summary:
            '<TxsSummry><TtlCdtNtries><Sum>10.00</Sum></TtlCdtNtries><TtlDbtNtries><Sum>0</Sum></TtlDbtNtries></TxsSummry>',
        }),
      ),
      [],
      1,
      'sums of both sides',
    ],
    [
      document(
        statement({
          entries: credit,
          closing: '110',
          summary: '<TxsSummry><TtlCdtNtries><Sum>10.01</Sum></TtlCdtNtries></TxsSummry>',
        }),
      ),
      ['total_mismatch'],
      1,
      'a wrong sum of credits',
    ],
    [
      document(
        statement({
          entries: entry('10', '', 'DBIT'),
          closing: '90',
          summary: '<TxsSummry><TtlDbtNtries><Sum>9</Sum></TtlDbtNtries></TxsSummry>',
        }),
      ),
      ['total_mismatch'],
      1,
      'a wrong sum of debits',
    ],
  ])('%#: says what is wrong (%#)', (text, codes, rows) => {
    const said = read(camt, text);
    expect(said.problems.map((each) => each.split(' ')[1])).toEqual(codes);
    expect(said.rows).toHaveLength(rows);
  });
});
