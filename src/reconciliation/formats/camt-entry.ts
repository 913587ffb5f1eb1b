/** An entry (`Ntry`) of an ISO 20022 report as rows: one, or one per detail. */
import { parseDay } from '../../kernel/calendar-day.js';
import { problem, quoted, type Problem } from '../problems.js';
import { movementOf } from './balances.js';
import {
  isSameAmount,
  raiseExponent,
  readAmount,
  totalOf,
  withExponent,
  type ExactAmount,
} from './decimal.js';
import type { ForeignAmount, RowKind, StatementRow } from './format.js';
import { childrenNamed, nodeAt, textAt, type XmlNode } from './xml.js';

/** Entries of these statuses have not changed the balance. */
export const notBooked: ReadonlySet<string> = new Set(['PDNG', 'INFO', 'FUTR']);

export interface CamtMoney extends ExactAmount {
  currency: string;
}

/** What an `Amt` element says; null where there is none or it cannot be read. */
export function readMoney(node: XmlNode | undefined): CamtMoney | null {
  const currency = node?.attributes.Ccy;
  if (!node || currency === undefined || !/^[A-Z]{3}$/.test(currency)) return null;
  const amount = readAmount(node.text, currency);
  return amount && { ...amount, currency };
}

export function* readEntry(
  entry: XmlNode,
  account: string,
): Generator<StatementRow | Problem, void, undefined> {
  const money = readMoney(nodeAt(entry, 'Amt'));
  const mark = textAt(entry, 'CdtDbtInd');
  if (!money) {
    const text = nodeAt(entry, 'Amt')?.text ?? '';
    yield problem(entry.line, 'bad_amount', `${quoted(text)} is not an amount with a currency`, 'Amt');
    return;
  }
  if (mark !== 'CRDT' && mark !== 'DBIT') {
    yield problem(entry.line, 'no_sign', `${quoted(mark ?? '')} is neither CRDT nor DBIT`, 'CdtDbtInd');
    return;
  }
  const details = detailsOf(entry);
  const amounts = details.map((detail) => detailMoney(detail, money.currency));
  const each = amounts.filter((amount) => amount !== null);
  const isBatch = details.length > 1 || isPartOfBatch(entry, each, money);
  // Details without amounts cannot be told apart.
  if (isBatch && each.length === details.length) {
    const rows = details.map((detail, at) => detailRow(entry, detail, each[at] ?? money, mark, account));
    yield* rows;
    yield* checkEntrySum(entry, signed(money, mark), rows);
  } else yield singleRow(entry, details, money, mark, account);
  yield* badDates(entry);
}

/** The first version has them in the entry itself. */
const detailsOf = (entry: XmlNode): XmlNode[] =>
  [entry, ...childrenNamed(entry, 'NtryDtls')].flatMap((each) => childrenNamed(each, 'TxDtls'));

/** One detail of an entry that states several, and does not come to the whole. */
const isPartOfBatch = (entry: XmlNode, [only]: CamtMoney[], money: CamtMoney): boolean =>
  only?.currency === money.currency && !isSameAmount(only, money) && statedDetails(entry) > 1;

const statedDetails = (entry: XmlNode): number =>
  Number(textAt(entry, 'NtryDtls/Btch/NbOfTxs', 'Btch/NbOfTxs') ?? 0);

/** What an entry moves, signed; null where it cannot be read. */
export function entryMoney(entry: XmlNode): CamtMoney | null {
  const money = readMoney(nodeAt(entry, 'Amt'));
  const mark = textAt(entry, 'CdtDbtInd') ?? '';
  return money && /^(?:CRDT|DBIT)$/.test(mark) ? signed(money, mark) : null;
}

const signed = (money: CamtMoney, mark: string): CamtMoney =>
  mark === 'DBIT' ? { ...money, minor: -money.minor } : money;

/**
 * What a detail comes to: in the currency of its entry where any amount is, else as its own amount says. An instructed
 * amount in another currency is the one before conversion and does not count.
 */
function detailMoney(detail: XmlNode, currency: string): CamtMoney | null {
  const own = ['Amt', 'AmtDtls/TxAmt/Amt'].map((path) => readMoney(nodeAt(detail, path)));
  const further = ['AmtDtls/CntrValAmt/Amt', 'AmtDtls/InstdAmt/Amt'].map((path) =>
    readMoney(nodeAt(detail, path)),
  );
  const inCurrency = [...own, ...further].find((money) => money?.currency === currency);
  return inCurrency ?? own.find((money) => money !== null) ?? null;
}

function detailRow(
  entry: XmlNode,
  detail: XmlNode,
  money: CamtMoney,
  mark: string,
  account: string,
): StatementRow {
  const amount = signed(money, textAt(detail, 'CdtDbtInd') ?? mark);
  const row = baseRow(entry, detail, amount, account);
  addConversion(row, [detail]);
  row.line = detail.line;
  row.batchRef = entryIdentity(entry);
  return row;
}

const batchPaths = ['NtryDtls/Btch/PmtInfId', 'NtryDtls/Btch/MsgId', 'Btch/PmtInfId', 'Btch/MsgId'];

/** The name of an entry: the bank's, or the place where it stands. */
const entryIdentity = (entry: XmlNode): string =>
  textAt(entry, 'AcctSvcrRef', 'NtryRef', ...batchPaths) ?? `line ${entry.line}`;

function singleRow(
  entry: XmlNode,
  details: XmlNode[],
  money: CamtMoney,
  mark: string,
  account: string,
): StatementRow {
  const detail = details.length === 1 ? details[0] : undefined;
  const row = baseRow(entry, detail, signed(money, mark), account);
  addConversion(row, [detail, entry]);
  const batch = textAt(entry, ...batchPaths);
  if (batch !== undefined) row.batchRef = batch;
  return row;
}

function baseRow(
  entry: XmlNode,
  detail: XmlNode | undefined,
  money: CamtMoney,
  account: string,
): StatementRow {
  const row: StatementRow = {
    type: 'row',
    line: entry.line,
    account,
    kind: kindOf(entry, detail),
    amountMinor: money.minor,
    currency: money.currency,
    exponent: money.exponent,
    raw: rawOf(entry, detail),
  };
  const status = textAt(entry, 'Sts/Cd', 'Sts') ?? '';
  if (notBooked.has(status)) row.unsettled = `the bank has not booked the entry (${status})`;
  addReferences(row, entry, detail);
  addDates(row, entry);
  const description = descriptionOf(entry, detail);
  if (description !== '') row.description = description;
  return row;
}

const isReference = (text: string | undefined): text is string =>
  text !== undefined && !/^(?:NOTPROVIDED|NONREF|NOT PROVIDED)$/i.test(text);

function addReferences(row: StatementRow, entry: XmlNode, detail: XmlNode | undefined): void {
  const partner = [
    textAt(detail, 'Refs/AcctSvcrRef'),
    detail ? undefined : textAt(entry, 'AcctSvcrRef'),
    textAt(detail, 'Refs/TxId'),
    textAt(detail, 'Refs/UETR'),
    textAt(entry, 'AcctSvcrRef', 'NtryRef'),
  ].find(isReference);
  const ours = [
    textAt(detail, 'Refs/EndToEndId'),
    textAt(detail, 'RmtInf/Strd/CdtrRefInf/Ref', 'RmtInf/Strd/CdtrRefInf/CdtrRef'),
    textAt(detail, 'Refs/InstrId'),
    textAt(detail, 'Refs/PmtInfId', 'Refs/MsgId'),
  ].find(isReference);
  if (partner !== undefined) row.partnerRef = partner;
  if (ours !== undefined) row.ourRef = ours;
}

function addDates(row: StatementRow, entry: XmlNode): void {
  const value = textAt(entry, 'ValDt/Dt', 'ValDt/DtTm')?.slice(0, 10);
  const booked = textAt(entry, 'BookgDt/DtTm', 'BookgDt/Dt');
  if (value !== undefined && parseDay(value) !== null) row.valueDate = value;
  // A day may carry an offset (`2026-11-27+01:00`): it stays a day.
  if (booked !== undefined && parseDay(booked.slice(0, 10)) !== null)
    row.bookedAt = booked.includes('T') ? booked : booked.slice(0, 10);
}

/** Text in the place of a date that is not a date: the rows leave it out. */
function* badDates(entry: XmlNode): Generator<Problem, void, undefined> {
  for (const name of ['ValDt', 'BookgDt']) {
    const text = textAt(entry, `${name}/Dt`, `${name}/DtTm`);
    if (text !== undefined && parseDay(text.slice(0, 10)) === null)
      yield problem(entry.line, 'bad_date', `${quoted(text)} is not a date`, name);
  }
}

/** Charges of one currency, added up; a charge that is credited is given back. */
function feeOf(node: XmlNode, currency: string): ExactAmount | null {
  const records = childrenNamed(node, 'Chrgs').flatMap((each) => {
    const rows = childrenNamed(each, 'Rcrd');
    return rows.length > 0 ? rows : [each];
  });
  const fees = records.flatMap((record) => {
    const amount = readMoney(nodeAt(record, 'Amt') ?? nodeAt(record, 'TtlChrgsAndTaxAmt'));
    if (amount?.currency !== currency) return [];
    return [signed(amount, textAt(record, 'CdtDbtInd') === 'CRDT' ? 'DBIT' : 'CRDT')];
  });
  return fees.length === 0 ? null : totalOf(fees);
}

/**
 * What was converted and what was charged, as the first of some elements that knows says. What an entry as a whole was
 * charged is in none of its parts.
 */
function addConversion(row: StatementRow, nodes: (XmlNode | undefined)[]): void {
  const fee = firstOf(nodes, (node) => feeOf(node, row.currency));
  if (fee) {
    raiseExponent(row, fee.exponent);
    row.feeMinor = withExponent(fee, row.exponent);
  }
  const fx = firstOf(nodes, (node) => foreignAmount(node, row.currency));
  if (fx) row.fx = fx;
}

function firstOf<Found>(nodes: (XmlNode | undefined)[], find: (node: XmlNode) => Found | null): Found | null {
  for (const node of nodes) {
    const found = node === undefined ? null : find(node);
    if (found !== null) return found;
  }
  return null;
}

function foreignAmount(node: XmlNode, currency: string): ForeignAmount | null {
  for (const path of ['AmtDtls/InstdAmt/', 'AmtDtls/TxAmt/', 'AmtDtls/CntrValAmt/', '']) {
    const money = readMoney(nodeAt(node, `${path}Amt`));
    if (!money || money.currency === currency) continue;
    const rate = textAt(
      node,
      `${path}CcyXchg/XchgRate`,
      'AmtDtls/TxAmt/CcyXchg/XchgRate',
      'AmtDtls/CntrValAmt/CcyXchg/XchgRate',
    );
    return {
      currency: money.currency,
      amountMinor: money.minor,
      exponent: money.exponent,
      ...(rate === undefined ? {} : { rate }),
    };
  }
  return null;
}

function descriptionOf(entry: XmlNode, detail: XmlNode | undefined): string {
  const unstructured = childrenNamed(nodeAt(detail, 'RmtInf'), 'Ustrd').map(({ text }) => text);
  const parts =
    unstructured.length > 0
      ? unstructured
      : [textAt(detail, 'AddtlTxInf') ?? textAt(entry, 'AddtlNtryInf') ?? ''];
  return parts.join(' ').replace(/\s+/g, ' ').trim();
}

const familyKinds: Readonly<Record<string, RowKind>> = {
  IDDT: 'direct_debit',
  RDDT: 'direct_debit',
  CCRD: 'payment',
  MCRD: 'payment',
};

/** The code of the bank transaction: domain, family, sub-family. */
function kindOf(entry: XmlNode, detail: XmlNode | undefined): RowKind {
  if (/^(?:true|1)$/.test(textAt(entry, 'RvslInd') ?? '')) return 'reversal';
  if (nodeAt(detail, 'RtrInf')) return 'return';
  const code = nodeAt(detail, 'BkTxCd/Domn') ?? nodeAt(entry, 'BkTxCd/Domn');
  const family = textAt(code, 'Fmly/Cd') ?? '';
  const sub = textAt(code, 'Fmly/SubFmlyCd') ?? '';
  if (/^(?:RRTN|UPDD|UPCT|RRCT|PRDD)$/.test(sub)) return 'return';
  if (/^(?:CHRG|FEES|COMM)$/.test(sub) || family === 'CHRG') return 'fee';
  if (sub === 'INTR' || family === 'INTR') return 'interest';
  return familyKinds[family] ?? 'transfer';
}

/** What is not interpreted, by its path. */
function rawOf(entry: XmlNode, detail: XmlNode | undefined): Record<string, string> {
  const raw: Record<string, string> = {};
  const add = (node: XmlNode, path: string): void => {
    if (node.text !== '') raw[path] = raw[path] === undefined ? node.text : `${raw[path]} ${node.text}`;
    for (const child of node.children) {
      if ((child.name !== 'NtryDtls' && child.name !== 'TxDtls') || detail === undefined)
        add(child, path === '' ? child.name : `${path}/${child.name}`);
    }
  };
  add({ ...entry, text: '' }, '');
  if (detail) add({ ...detail, text: '' }, 'TxDtls');
  const status = textAt(entry, 'Sts/Cd', 'Sts');
  if (status !== undefined) raw.Sts = status;
  return raw;
}

/** The details come to their entry, or do so less the charges that the bank took from the whole or from them. */
function* checkEntrySum(
  entry: XmlNode,
  money: CamtMoney,
  rows: StatementRow[],
): Generator<Problem, void, undefined> {
  const isForeign = rows.some((row) => row.currency !== money.currency);
  const sum = totalOf(rows.map(movementOf));
  const ofWhole = feeOf(entry, money.currency);
  const ofEach = rows.flatMap(({ feeMinor, exponent }) =>
    feeMinor === undefined ? [] : [{ minor: feeMinor, exponent }],
  );
  const isWhole = [[], ofWhole ? [ofWhole] : [], ofEach].some((charges) =>
    isSameAmount(sum, totalOf([money, ...charges])),
  );
  if (!isForeign && isWhole) return;
  const reason = isForeign ? 'have a different currency from their entry' : 'do not add up to their entry';
  const message = `the details (${rows.length}) ${reason}`;
  yield problem(entry.line, 'entry_mismatch', message, 'NtryDtls');
}
