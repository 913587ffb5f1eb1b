/**
 * PayPal's settlement report (STL) and transaction report (TRR): rows tagged RH, FH, SH, CH, SB, SF, SC, RF, RC, FF.
 *
 * Invariants: amounts are minor units, and a flag beside each says debit or credit; section and report footers state
 * sums and counts, which must agree with the rows; a column is found by the letters of its name, because versions of the
 * report write blanks in it or none. Source: PayPal, “Settlement report specification” and “Transaction detail report
 * specification”.
 */
import { currencyExponent } from '../../kernel/currency.js';
import { problem, quoted, type Problem } from '../problems.js';
import { csvRecords, type CsvRecord } from './csv-records.js';
import { badDates, isoDate, isoMoment } from './dates.js';
import type { StatementFormat, StatementItem, StatementRow } from './format.js';
import { faultProblem } from './named-records.js';
import { kindOf, unsettledStatus } from './paypal-codes.js';
import { PaypalTotals } from './paypal-totals.js';

export const paypal: StatementFormat = {
  id: 'paypal',
  title: 'PayPal settlement or transaction report',
  recognises: (head) => firstTag.test(head),
  parse: parsePaypal,
};

/** A report may have lost its headers but the names of the columns. */
const firstTag = /^\s*"?(?:RH|FH|SH|CH(?="?[,\t]\s*"?Transaction\s+ID\b))"?([,\t])/;

interface Section {
  /** Where its header stands. */
  line: number;
  account: string;
  /** The days that it reports on. */
  from: string | undefined;
  to: string | undefined;
  /** Whether a footer gave its balances, and so the facts about it. */
  hasFacts: boolean;
  columns: string[];
  /** The places of the columns by the letters of their names, and by names that were looked for; -1 for none. */
  places: Map<string, number>;
  rows: number;
}

/** ISO 4217 for no currency at all. */
const noCurrency = 'XXX';

function* parsePaypal(text: string): Generator<StatementItem, void, undefined> {
  const section: Section = {
    line: 1,
    account: '',
    from: undefined,
    to: undefined,
    hasFacts: false,
    columns: [],
    places: new Map(),
    rows: 0,
  };
  const totals = new PaypalTotals();
  const delimiter = firstTag.exec(text)?.[1] ?? ',';
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
  const [first = '', ...fields] = record.fields.map((field) => field.trim());
  // Each of several files that were glued together may begin with a byte order mark, which hides a quote behind it.
  const tag = first.replaceAll('"', '');
  switch (tag) {
    case 'RH':
    case 'FH':
      return;
    case 'SH':
      Object.assign(section, {
        line: record.line,
        // The report of a partner has no account of its own, but the partner's.
        account: fields.slice(2, 4).find((field) => field !== '') ?? '',
        from: isoDate(fields[0] ?? ''),
        to: isoDate(fields[1] ?? ''),
        hasFacts: false,
        rows: 0,
      });
      return;
    case 'CH':
      section.columns = fields;
      section.places = new Map(fields.map((column, at) => [lettersOf(column), at]));
      return;
    case 'SB': {
      section.rows++;
      const row = readBody(record.line, fields, section);
      yield row;
      if (row.type === 'problem') return;
      totals.add(row);
      const get = reader(fields, section);
      yield* badDates(record.line, {
        'Transaction Completion Date': get('Transaction Completion Date'),
        'Transaction Initiation Date': get('Transaction Initiation Date'),
      });
      return;
    }
    case 'SF':
    case 'RF':
    case 'SC':
    case 'RC':
    case 'FF':
      if (tag === 'SC' && section.rows === 0 && !section.hasFacts) yield* nothingIn(section);
      if (tag === 'SF') yield* balancesIn(fields, section, totals);
      yield* totals.check(tag, fields, record.line);
      return;
    default:
      yield problem(record.line, 'unknown_tag', `${quoted(tag)} is not a row tag of this report`);
  }
}

/** Of a currency whose balances its rows explain. */
function* balancesIn(
  fields: string[],
  section: Section,
  totals: PaypalTotals,
): Generator<StatementItem, void, undefined> {
  const [currency = ''] = fields;
  const balances = totals.balances(fields);
  if (balances === null || currencyExponent(currency) === undefined) return;
  const { line, account, from, to } = section;
  section.hasFacts = true;
  const days = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  yield { type: 'statement', line, account, currency, ...balances, ...days };
}

/** A day without movements has a section without rows, and no currency. */
function* nothingIn({ line, account, from, to }: Section): Generator<StatementItem, void, undefined> {
  if (account === '' || from === undefined || to === undefined) return;
  yield { type: 'statement', line, account, currency: noCurrency, from, to };
}

const lettersOf = (column: string): string => column.replace(/[^a-z]/gi, '').toLowerCase();

/** The text of the first of these columns that has any; empty where none has. */
type Get = (...columns: string[]) => string;

const reader =
  (fields: string[], { places }: Section): Get =>
  (...columns) => {
    for (const column of columns) {
      const place = places.get(column) ?? places.get(lettersOf(column)) ?? -1;
      places.set(column, place);
      const value = fields[place];
      if (value !== undefined && value !== '') return value;
    }
    return '';
  };

function readBody(line: number, fields: string[], section: Section): StatementRow | Problem {
  const { columns, account } = section;
  if (columns.length === 0)
    return problem(line, 'no_header', 'no CH row with the column names comes before it');
  if (fields.length !== columns.length)
    return problem(line, 'csv_width', `${fields.length} fields, but the header has ${columns.length}`);
  const get = reader(fields, section);
  const currency = get('Gross Transaction Currency');
  const exponent = currencyExponent(currency);
  if (exponent === undefined)
    return problem(
      line,
      'bad_currency',
      `${quoted(currency)} is not a currency code`,
      'Gross Transaction Currency',
    );
  const amount = flagged(get, 'Gross Transaction Amount', 'Transaction Debit or Credit', line);
  if (typeof amount !== 'bigint') return amount;
  const row: StatementRow = {
    type: 'row',
    line,
    account,
    kind: kindOf(get('Transaction Event Code')),
    amountMinor: amount,
    currency,
    exponent,
    raw: Object.fromEntries(columns.map((column, at) => [column, fields[at] ?? ''])),
  };
  if (get('Fee Amount') !== '') {
    const fee = flagged(get, 'Fee Amount', 'Fee Debit or Credit', line);
    if (typeof fee !== 'bigint') return fee;
    const feeCurrency = get('Fee Currency');
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
  addFacts(row, get);
  return row;
}

function flagged(get: Get, column: string, flagColumn: string, line: number): bigint | Problem {
  const [text, flag] = [get(column), get(flagColumn)];
  if (!/^-?\d{1,26}$/.test(text))
    return problem(line, 'bad_amount', `${quoted(text)} is not whole minor units`, column);
  if (flag !== 'CR' && flag !== 'DR' && BigInt(text) !== 0n)
    return problem(line, 'no_sign', `${quoted(flag)} is neither CR nor DR`, flagColumn);
  // Some reports have both the flag and the minus.
  return flag === 'DR' ? -BigInt(text.replace('-', '')) : BigInt(text);
}

function addFacts(row: StatementRow, get: Get): void {
  const facts = {
    partnerRef: get('Transaction ID'),
    ourRef: get('Invoice ID', 'Custom Field'),
    batchRef: get('Payment Tracking ID'),
    valueDate: isoDate(get('Transaction Completion Date').slice(0, 10)),
    bookedAt: isoMoment(get('Transaction Completion Date', 'Transaction Initiation Date')),
    description: get('Transaction Event Code'),
  };
  for (const [name, value] of Object.entries(facts))
    if (value !== undefined && value !== '') Object.assign(row, { [name]: value });
  const status = unsettledStatus(get('Transactional Status', 'Transaction Status'));
  if (status !== undefined) row.unsettled = status;
}
