/**
 * Adyen's settlement details report: a row per movement of a batch, in gross (the shopper's) and net currency.
 *
 * Invariants: amount, fee and net are in the net currency, which is the money that comes to us; a gross amount in another
 * currency is the amount before conversion; where the gross column contradicts the net one, the net one is right.
 * Source: Adyen, “Settlement details report” and “Journal types”.
 */
import { currencyExponent } from '../../kernel/currency.js';
import { problem, quoted, type Problem } from '../problems.js';
import { kindOf } from './adyen-journal-types.js';
import { badDates, isoMoment, namedOffset } from './dates.js';
import { readAmountOfAnyMarks, sameExponent, usesDecimalComma, type ExactAmount } from './decimal.js';
import type { ForeignAmount, StatementFormat, StatementItem, StatementRow } from './format.js';
import { hasColumn, namedRecords, names, type NamedRecord } from './named-records.js';

const isHeader = names('Psp Reference', 'Type', 'Net Currency');

export const adyenSettlement: StatementFormat = {
  id: 'adyen-settlement',
  title: 'Adyen settlement details',
  recognises: (head) => /psp reference/i.test(head) && /net currency/i.test(head),
  *parse(text): Generator<StatementItem, void, undefined> {
    const hasDecimalComma = usesDecimalComma(amountsIn(text));
    const read = (amount: string, currency: string): ExactAmount | null =>
      readAmountOfAnyMarks(amount, currency, hasDecimalComma);
    for (const record of namedRecords(text, { isHeader }))
      if (record.type === 'problem') yield record;
      else {
        yield* rowOf(record, read);
        yield* badDates(record.line, { 'Creation Date': record.get(...dateColumns) });
      }
  },
};

/** Of the beginning of the file, which says how the rest is written. */
function* amountsIn(text: string): Generator<string, void, undefined> {
  const columns = [...amountColumns('Gross', 'GC'), ...amountColumns('Net', 'NC'), ...feeColumns];
  for (const record of namedRecords(text.slice(0, headCharacters), { isHeader }))
    if (record.type === 'record') yield* columns.map((column) => record.get(column));
}

const headCharacters = 65_536;

type ReadAmount = (text: string, currency: string) => ExactAmount | null;

interface Side extends ExactAmount {
  currency: string;
}

const feeColumns = ['Commission (NC)', 'Markup (NC)', 'Scheme Fees (NC)', 'Interchange (NC)'];
const furtherFeeColumns = ['Payment Fees (NC)', 'DCC Markup (NC)'];

function* rowOf(record: NamedRecord, read: ReadAmount): Generator<StatementRow | Problem, void, undefined> {
  const gross = readSide(record, read, 'Gross', 'GC');
  const net = readSide(record, read, 'Net', 'NC');
  if (gross && 'code' in gross) return yield gross;
  if (net && 'code' in net) return yield net;
  const main = net ?? gross;
  if (!main)
    return yield problem(record.line, 'missing_value', 'the row has neither a gross nor a net amount', 'Net');
  const fee = readFees(record, read, feeColumns, main.currency);
  if ('code' in fee) return yield fee;
  const row: StatementRow = {
    type: 'row',
    line: record.line,
    kind: kindOf(record.get('Type')),
    amountMinor: main.minor,
    currency: main.currency,
    exponent: main.exponent,
    raw: record.raw,
  };
  addFacts(row, record);
  if (!gross || !net) return yield row;
  if (gross.currency === net.currency) return yield* withNet(row, { gross, net, fee }, record, read);
  const { exponent, minor } = sameExponent({ net, fee });
  const fx = foreignSide(gross, record.get('Exchange Rate'));
  yield {
    ...row,
    exponent,
    amountMinor: minor.net + minor.fee,
    feeMinor: minor.fee,
    netMinor: minor.net,
    fx,
  };
}

/** Gross, fees and net of one currency, which must agree; newer reports have further columns of fees. */
function* withNet(
  row: StatementRow,
  amounts: { gross: Side; net: Side; fee: ExactAmount },
  record: NamedRecord,
  read: ReadAmount,
): Generator<StatementRow | Problem, void, undefined> {
  const further = readFees(record, read, furtherFeeColumns, amounts.net.currency);
  if ('code' in further) return yield further;
  const { exponent, minor } = sameExponent({ ...amounts, further });
  const fees = [minor.fee, minor.fee + minor.further];
  const isNet = (gross: bigint): boolean => fees.includes(gross - minor.net);
  const isTurned = !isNet(minor.gross) && isNet(-minor.gross);
  const gross = isTurned ? -minor.gross : minor.gross;
  const isRight = isNet(gross);
  yield {
    ...row,
    exponent,
    amountMinor: gross,
    feeMinor: isRight ? gross - minor.net : minor.fee,
    netMinor: minor.net,
  };
  if (!isRight) yield problem(row.line, 'net_mismatch', 'gross less fees is not net', 'Net Credit (NC)');
}

const foreignSide = ({ currency, minor, exponent }: Side, rate: string): ForeignAmount => ({
  currency,
  amountMinor: minor,
  exponent,
  ...(rate === '' ? {} : { rate }),
});

const amountColumns = (name: string, unit: string): [credit: string, debit: string] => [
  `${name} Credit (${unit})`,
  `${name} Debit (${unit})`,
];

/** Credit less debit; null where the row has neither, or no currency for them. */
function readSide(
  record: NamedRecord,
  read: ReadAmount,
  name: 'Gross' | 'Net',
  unit: 'GC' | 'NC',
): Side | Problem | null {
  const currency = record.get(`${name} Currency`).toUpperCase();
  const [creditName, debitName] = amountColumns(name, unit);
  const [creditText, debitText] = [record.get(creditName), record.get(debitName)];
  if (creditText === '' && debitText === '') return withoutAmount(record, [creditName, debitName]);
  if (currencyExponent(currency) === undefined)
    return problem(
      record.line,
      'bad_currency',
      `${quoted(currency)} is not a currency code`,
      `${name} Currency`,
    );
  const credit = read(creditText || '0', currency);
  const debit = read(debitText || '0', currency);
  if (!credit || !debit) {
    const [column, text] = credit ? [debitName, debitText] : [creditName, creditText];
    return problem(record.line, 'bad_amount', `${quoted(text)} is not an amount`, column);
  }
  const { exponent, minor } = sameExponent({ credit, debit });
  return { currency, exponent, minor: minor.credit - minor.debit };
}

/** Neither side of a row may have an amount; a column that is not there may have had one. */
function withoutAmount({ line, raw }: NamedRecord, columns: string[]): Problem | null {
  const missing = columns.find((column) => !hasColumn(Object.keys(raw), column));
  return missing === undefined
    ? null
    : problem(line, 'missing_column', `the report has no column ${missing}`, missing);
}

function readFees(
  record: NamedRecord,
  read: ReadAmount,
  columns: readonly string[],
  currency: string,
): ExactAmount | Problem {
  let total: ExactAmount = { minor: 0n, exponent: 0 };
  for (const column of columns) {
    const fee = read(record.get(column) || '0', currency);
    if (!fee)
      return problem(record.line, 'bad_amount', `${quoted(record.get(column))} is not an amount`, column);
    const { exponent, minor } = sameExponent({ total, fee });
    total = { exponent, minor: minor.total + minor.fee };
  }
  return total;
}

function addFacts(row: StatementRow, record: NamedRecord): void {
  const batch = record.get('Batch Number');
  const facts = {
    account: record.get('Merchant Account'),
    partnerRef: record.get('Psp Reference', 'Modification Reference'),
    ourRef: record.get('Merchant Reference', 'Modification Merchant Reference'),
    batchRef: batch,
    bookedAt: momentOf(record),
    description: record.get('Type'),
  };
  for (const [name, value] of Object.entries(facts)) if (value !== '') Object.assign(row, { [name]: value });
}

const dateColumns = ['Creation Date', 'Booking Date'];

/** The zone is in a column of its own. */
function momentOf(record: NamedRecord): string {
  const zone = record.get(record.get('Creation Date') === '' ? 'Booking Date TimeZone' : 'TimeZone');
  const moment = isoMoment(record.get(...dateColumns)) ?? '';
  return /T[\d:]+$/.test(moment) ? moment + (namedOffset(zone) ?? '') : moment;
}
