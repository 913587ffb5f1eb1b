/**
 * PayPal's settlement report (STL) and transaction report (TRR): rows tagged RH, FH, SH, CH, SB, SF, SC, RF, RC, FF.
 *
 * Invariants: amounts are minor units, and a flag beside each says debit or credit; section and report footers state
 * sums and counts, which must agree with the rows. Source: PayPal, “Settlement report specification”.
 */
import { currencyExponent } from '../../kernel/currency.js';
import { problem, quoted, type Problem } from '../problems.js';
import { csvRecords, type CsvRecord } from './csv-records.js';
import { isoDate, isoMoment } from './dates.js';
import type { RowKind, StatementFormat, StatementItem, StatementRow } from './format.js';
import { faultProblem } from './named-records.js';
import { PaypalTotals } from './paypal-totals.js';

export const paypal: StatementFormat = {
  id: 'paypal',
  title: 'PayPal settlement or transaction report',
  recognises: (head) => /^\uFEFF?"?(?:RH|FH|SH)"?[,\t]/.test(head),
  parse: parsePaypal,
};

interface Section {
  /** Where its header stands. */
  line: number;
  account: string;
  /** The days that it reports on. */
  from: string | undefined;
  to: string | undefined;
  columns: string[];
  rows: number;
}

/** ISO 4217 for no currency at all. */
const noCurrency = 'XXX';

function* parsePaypal(text: string): Generator<StatementItem, void, undefined> {
  const section: Section = { line: 1, account: '', from: undefined, to: undefined, columns: [], rows: 0 };
  const totals = new PaypalTotals();
  const delimiter = text.slice(0, 10).includes('\t') ? '\t' : ',';
  let last = 1;
  for (const record of csvRecords(text, { delimiter })) {
    last = record.line;
    if ('fault' in record) yield faultProblem(record);
    else yield* readRecord(record, section, totals);
  }
  yield* totals.end(last);
}

function* readRecord(
  record: CsvRecord,
  section: Section,
  totals: PaypalTotals,
): Generator<StatementItem, void, undefined> {
  const [tag = '', ...fields] = record.fields.map((field) => field.trim());
  switch (tag) {
    case 'RH':
    case 'FH':
      return;
    case 'SH':
      Object.assign(section, {
        line: record.line,
        account: fields[2] ?? '',
        from: isoDate(fields[0] ?? ''),
        to: isoDate(fields[1] ?? ''),
        rows: 0,
      });
      return;
    case 'CH':
      section.columns = fields;
      return;
    case 'SB': {
      section.rows++;
      const row = readBody(record.line, fields, section);
      yield row;
      if (row.type === 'row') totals.add(row);
      return;
    }
    case 'SF':
    case 'RF':
    case 'SC':
    case 'RC':
    case 'FF':
      if (tag === 'SC' && section.rows === 0) yield* nothingIn(section);
      yield* totals.check(tag, fields, record.line);
      return;
    default:
      yield problem(record.line, 'unknown_tag', `${quoted(tag)} is no row tag of this report`);
  }
}

/** A day without movements has a section without rows, and no currency. */
function* nothingIn({ line, account, from, to }: Section): Generator<StatementItem, void, undefined> {
  if (account === '' || from === undefined || to === undefined) return;
  yield { type: 'statement', line, account, currency: noCurrency, from, to };
}

function readBody(line: number, fields: string[], { columns, account }: Section): StatementRow | Problem {
  if (columns.length === 0) return problem(line, 'no_header', 'no CH row before it names the columns');
  if (fields.length !== columns.length)
    return problem(line, 'csv_width', `${fields.length} fields where the header has ${columns.length}`);
  const raw = Object.fromEntries(columns.map((column, at) => [column, fields[at] ?? '']));
  const currency = raw['Gross Transaction Currency'] ?? '';
  const exponent = currencyExponent(currency);
  if (exponent === undefined)
    return problem(
      line,
      'bad_currency',
      `${quoted(currency)} is not a currency code`,
      'Gross Transaction Currency',
    );
  const amount = flagged(raw, 'Gross Transaction Amount', 'Transaction Debit or Credit', line);
  if (typeof amount !== 'bigint') return amount;
  const row: StatementRow = {
    type: 'row',
    line,
    account,
    kind: kindOf(raw['Transaction Event Code'] ?? ''),
    amountMinor: amount,
    currency,
    exponent,
    raw,
  };
  if ((raw['Fee Amount'] ?? '') !== '') {
    const fee = flagged(raw, 'Fee Amount', 'Fee Debit or Credit', line);
    if (typeof fee !== 'bigint') return fee;
    const feeCurrency = raw['Fee Currency'] ?? '';
    if (feeCurrency !== '' && feeCurrency !== currency && fee !== 0n)
      row.foreignFee = {
        currency: feeCurrency,
        amountMinor: -fee,
        exponent: currencyExponent(feeCurrency) ?? 2,
      };
    else {
      row.feeMinor = -fee;
      row.netMinor = amount + fee;
    }
  }
  addFacts(row, raw);
  return row;
}

function flagged(
  raw: Record<string, string>,
  column: string,
  flagColumn: string,
  line: number,
): bigint | Problem {
  const [text = '', flag = ''] = [raw[column], raw[flagColumn]];
  if (!/^-?\d{1,26}$/.test(text))
    return problem(line, 'bad_amount', `${quoted(text)} is not whole minor units`, column);
  if (flag !== 'CR' && flag !== 'DR' && BigInt(text) !== 0n)
    return problem(line, 'no_sign', `${quoted(flag)} is neither CR nor DR`, flagColumn);
  return flag === 'DR' ? -BigInt(text) : BigInt(text);
}

const firstOf = (raw: Record<string, string>, ...columns: string[]): string =>
  columns.map((column) => raw[column] ?? '').find((value) => value !== '') ?? '';

function addFacts(row: StatementRow, raw: Record<string, string>): void {
  const facts = {
    partnerRef: raw['Transaction ID'],
    ourRef: firstOf(raw, 'Invoice ID', 'Custom Field'),
    batchRef: raw['Payment Tracking ID'],
    valueDate: isoDate((raw['Transaction Completion Date'] ?? '').slice(0, 10)),
    bookedAt: isoMoment(firstOf(raw, 'Transaction Completion Date', 'Transaction Initiation Date')),
    description: raw['Transaction Event Code'],
  };
  for (const [name, value] of Object.entries(facts))
    if (value !== undefined && value !== '') Object.assign(row, { [name]: value });
  const status = unsettledStatuses[raw['Transaction Status'] ?? ''];
  if (status !== undefined) row.unsettled = status;
}

/** Source: PayPal, “Transaction status codes”. A reversed transaction (V) moved money, and its reversal moves it back. */
const unsettledStatuses: Readonly<Record<string, string>> = {
  D: 'PayPal denied the transaction (D)',
  P: 'the transaction is pending at PayPal (P)',
};

/** The event codes by group; the first two digits name it. Source: PayPal, “Transaction event codes”. */
const groups: Readonly<Record<string, RowKind>> = {
  '00': 'payment',
  '01': 'fee',
  '02': 'adjustment',
  '03': 'transfer',
  '04': 'payout',
  '05': 'payment',
  '07': 'payment',
  '11': 'refund',
  '12': 'adjustment',
  '13': 'other',
  '14': 'interest',
  '15': 'reserve',
  '18': 'other',
  '21': 'reserve',
  '22': 'reserve_release',
};

const events: Readonly<Record<string, RowKind>> = {
  T1106: 'chargeback',
  T1108: 'fee_refund',
  T1109: 'fee_refund',
  T1201: 'chargeback',
  T1202: 'chargeback_reversal',
  T1110: 'reserve',
  T1111: 'reserve_release',
  T1114: 'fee',
};

const kindOf = (event: string): RowKind => events[event] ?? groups[event.slice(1, 3)] ?? 'other';
