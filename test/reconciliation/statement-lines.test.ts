/** Which rows of a report count as money that matching compares, and under which reference. */
import { expect, it } from 'vitest';
import type { StatementRow } from '../../src/reconciliation/formats/format.js';
import { camt } from '../../src/reconciliation/formats/camt.js';
import { paypal } from '../../src/reconciliation/formats/paypal.js';
import { itemLine } from '../../src/reconciliation/formats/item-json.js';
import { statementLines } from '../../src/reconciliation/statement-lines.js';

const entry = (status: string): string =>
  `<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>${status}</Cd></Sts><AcctSvcrRef>B1</AcctSvcrRef></Ntry>`;
const report = (...entries: string[]): string =>
  `<Document><BkToCstmrAcctRpt><Rpt><Id>1</Id><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct>${entries.join('')}</Rpt></BkToCstmrAcctRpt></Document>`;

it.each(['PDNG', 'INFO', 'FUTR'])('an entry that the bank has not booked (%s) is no money yet', (status) => {
  const { rows, problems } = statementLines(camt.parse(report(entry('BOOK'), entry(status))));
  expect(rows).toHaveLength(1);
  expect(problems).toMatchObject([{ code: 'not_settled' }]);
});

it('parse prints such an entry as a row like any other', () => {
  const items = [...camt.parse(report(entry('PDNG')))].filter(({ type }) => type === 'row');
  expect(items.map(itemLine).join()).toContain('"PDNG"');
  expect(items.map(itemLine).join()).not.toContain('unsettled');
});

const payPalRow = (status: string): string =>
  [
    '"RH","2026/11/27 00:00:00 +0000","A","ACC","011"',
    '"SH","2026/11/26 00:00:00 +0000","2026/11/26 23:59:59 +0000","ACC",""',
    '"CH","Transaction ID","Transaction Event Code","Transaction Debit or Credit","Gross Transaction Amount","Gross Transaction Currency","Transaction Status"',
    `"SB","T1","T0006","CR","500","EUR","${status}"`,
  ].join('\n');

it.each([
  ['S', 1],
  ['V', 1],
  ['D', 0],
  ['P', 0],
])('a PayPal transaction of status %s is %i row of money', (status, rows) => {
  expect(statementLines(paypal.parse(payPalRow(status))).rows).toHaveLength(rows);
});

const row = (more: Partial<StatementRow>): StatementRow => ({
  type: 'row',
  line: 1,
  kind: 'payment',
  amountMinor: 500n,
  currency: 'EUR',
  exponent: 2,
  raw: {},
  ...more,
});

it('parts of an entry that share the bank’s reference go by ours', () => {
  const parts = ['E1', 'E2'].map((ourRef) => row({ partnerRef: 'B1', batchRef: 'B1', ourRef }));
  expect(statementLines(parts).rows.map(({ reference }) => reference)).toEqual(['E1', 'E2']);
  expect(statementLines([row({ partnerRef: 'B1', batchRef: 'B1' })]).rows[0]?.reference).toBe('B1');
});

it.each([
  [{ partnerRef: 'B1', ourRef: 'INV-1' }, 'INV-1', 'ours, where the ledger does not know the bank’s'],
  [{ partnerRef: 'P1', ourRef: 'INV-1' }, 'P1', 'the partner’s, where the ledger knows both'],
  [{ partnerRef: 'B1', ourRef: 'X' }, 'B1', 'the first, where it knows neither'],
  [{ partnerRef: 'PO1', ourRef: 'X' }, 'PO1', 'a batch that is paid as one'],
  [
    { partnerRef: 'B1', batchRef: 'PO1' },
    'B1',
    'no batch of which this is a part: those are compared together',
  ],
] as [Partial<StatementRow>, string, string][])('%j goes by %s: %s', (more, reference) => {
  const isKnown = (text: string): boolean => ['P1', 'INV-1', 'PO1'].includes(text);
  expect(statementLines([row(more)], undefined, isKnown).rows[0]?.reference).toBe(reference);
});
