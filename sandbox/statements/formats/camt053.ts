/**
 * ISO 20022 camt.053.001.08: one message, one statement per account, one entry per booking.
 * Source: the message definition of ISO 20022. Invariant: OPBD plus the entries is CLBD, and the transaction summary
 * counts and adds up the entries.
 */
import { isoDay, isoTime } from '../../world/calendar.js';
import type { AccountEntry, AccountStatement } from '../accounts.js';
import { major, sumOf } from '../text.js';

/** Domain, family and sub-family of each kind, by whether it is a credit. */
const codes: Record<AccountEntry['kind'], [domain: string, family: string, subFamily: string]> = {
  capture: ['PMNT', 'RDDT', 'ESDD'],
  refund: ['PMNT', 'ICDT', 'ESCT'],
  dispute: ['PMNT', 'RDDT', 'UPDD'],
  dispute_reversal: ['PMNT', 'RDDT', 'RRTN'],
  fee: ['ACMT', 'MDOP', 'CHRG'],
  payout: ['PMNT', 'RCDT', 'ESCT'],
};

export function camt053(statements: readonly AccountStatement[]): string {
  const [first] = statements;
  const created = first ? isoTime((first.day + 1) * 86_400_000).slice(0, 19) : '';
  const id = first ? `${first.owner.id.toUpperCase()}${isoDay(first.day).replaceAll('-', '')}` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>${id}</MsgId><CreDtTm>${created}</CreDtTm></GrpHdr>
${statements.map((statement) => statementXml(statement, id, created)).join('\n')}
  </BkToCstmrStmt>
</Document>
`;
}

function statementXml(statement: AccountStatement, id: string, created: string): string {
  const { owner, account, currency, day, entries } = statement;
  return `    <Stmt>
      <Id>${id}-${currency}</Id>
      <ElctrncSeqNb>${day % 1_000}</ElctrncSeqNb>
      <CreDtTm>${created}</CreDtTm>
      <FrToDt><FrDtTm>${isoDay(day)}T00:00:00</FrDtTm><ToDtTm>${isoDay(day)}T23:59:59</ToDtTm></FrToDt>
      <Acct><Id><Othr><Id>${account}</Id></Othr></Id><Ccy>${currency}</Ccy><Svcr><FinInstnId><BICFI>${owner.bic}</BICFI><Nm>${xml(owner.name)}</Nm></FinInstnId></Svcr></Acct>
${balanceXml('OPBD', statement, statement.openingMinor)}
${balanceXml('CLBD', statement, statement.closingMinor)}
${summaryXml(statement)}
${entries.map((entry) => entryXml(statement, entry)).join('\n')}
    </Stmt>`;
}

const side = (minor: number): string => (minor < 0 ? 'DBIT' : 'CRDT');
const amountXml = (minor: number, currency: AccountStatement['currency']): string =>
  `<Amt Ccy="${currency}">${major(Math.abs(minor), currency)}</Amt>`;

const balanceXml = (code: string, { currency, day }: AccountStatement, minor: number): string =>
  `      <Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amountXml(minor, currency)}<CdtDbtInd>${side(minor)}</CdtDbtInd><Dt><Dt>${isoDay(day)}</Dt></Dt></Bal>`;

function summaryXml({ entries, currency }: AccountStatement): string {
  const part = (tag: string, own: readonly AccountEntry[]): string =>
    `<${tag}><NbOfNtries>${own.length}</NbOfNtries><Sum>${major(Math.abs(sumOf(own, ({ amountMinor }) => amountMinor)), currency)}</Sum></${tag}>`;
  const credits = entries.filter(({ amountMinor }) => amountMinor >= 0);
  const debits = entries.filter(({ amountMinor }) => amountMinor < 0);
  return `      <TxsSummry><TtlNtries><NbOfNtries>${entries.length}</NbOfNtries></TtlNtries>${part('TtlCdtNtries', credits)}${part('TtlDbtNtries', debits)}</TxsSummry>`;
}

function entryXml({ currency, day }: AccountStatement, entry: AccountEntry): string {
  const [domain, family, subFamily] = codes[entry.kind];
  const txId = entry.paymentId === null ? '' : `<TxId>${xml(entry.paymentId)}</TxId>`;
  return `      <Ntry>
        <NtryRef>${xml(entry.reference)}</NtryRef>${amountXml(entry.amountMinor, currency)}<CdtDbtInd>${side(entry.amountMinor)}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
        <BookgDt><DtTm>${isoTime(entry.bookedMs)}</DtTm></BookgDt><ValDt><Dt>${isoDay(day)}</Dt></ValDt><AcctSvcrRef>${xml(entry.reference)}</AcctSvcrRef>
        <BkTxCd><Domn><Cd>${domain}</Cd><Fmly><Cd>${family}</Cd><SubFmlyCd>${subFamily}</SubFmlyCd></Fmly></Domn></BkTxCd>
        <NtryDtls><TxDtls><Refs><AcctSvcrRef>${xml(entry.reference)}</AcctSvcrRef><EndToEndId>${xml(entry.endToEndId)}</EndToEndId>${txId}</Refs>${amountXml(entry.amountMinor, currency)}<CdtDbtInd>${side(entry.amountMinor)}</CdtDbtInd><RmtInf><Ustrd>${xml(entry.text)}</Ustrd></RmtInf></TxDtls></NtryDtls>
      </Ntry>`;
}

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
