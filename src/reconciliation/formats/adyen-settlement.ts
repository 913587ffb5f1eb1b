/**
 * Adyen's settlement details report: a row per movement of a batch, in gross (the shopper's) and net currency.
 *
 * Invariant: amount, fee and net are in the net currency, which is the money that comes to us; a gross amount in another
 * currency is the amount before conversion. Source: Adyen, “Settlement details report”.
 */
import { problem, quoted, type Problem } from '../problems.js';
import { isoMoment } from './dates.js';
import { readAmountOfAnyMarks, sameExponent, type ExactAmount } from './decimal.js';
import type { ForeignAmount, RowKind, StatementFormat, StatementItem, StatementRow } from './format.js';
import { namedRecords, names, type NamedRecord } from './named-records.js';

const isHeader = names('Psp Reference', 'Type', 'Net Currency');

export const adyenSettlement: StatementFormat = {
  id: 'adyen-settlement',
  title: 'Adyen settlement details',
  recognises: (head) => head.includes('Psp Reference') && head.includes('Net Currency'),
  *parse(text): Generator<StatementItem, void, undefined> {
    for (const record of namedRecords(text, { isHeader }))
      if (record.type === 'problem') yield record;
      else yield* rowOf(record);
  },
};

const kinds: Readonly<Record<string, RowKind>> = {
  Settled: 'payment',
  SettledExternallyWithInfo: 'payment',
  SettledReversed: 'reversal',
  Refunded: 'refund',
  RefundedExternallyWithInfo: 'refund',
  RefundedReversed: 'reversal',
  Chargeback: 'chargeback',
  SecondChargeback: 'chargeback',
  ChargebackExternallyWithInfo: 'chargeback',
  ChargebackReversed: 'chargeback_reversal',
  MerchantPayout: 'payout',
  PaidOut: 'payout',
  PaidOutReversed: 'payout_reversal',
  Fee: 'fee',
  PaymentCost: 'fee',
  InvoiceDeduction: 'fee',
  MiscCosts: 'fee',
  DepositCorrection: 'reserve',
  ReserveAdjustment: 'reserve',
  Balancetransfer: 'transfer',
  BalanceTransfer: 'transfer',
  MerchantPayin: 'transfer',
  AdvancementCommissions: 'fee',
};

interface Side extends ExactAmount {
  currency: string;
}

const feeColumns = ['Commission (NC)', 'Markup (NC)', 'Scheme Fees (NC)', 'Interchange (NC)'];
const furtherFeeColumns = ['Payment Fees (NC)', 'DCC Markup (NC)'];

function* rowOf(record: NamedRecord): Generator<StatementRow | Problem, void, undefined> {
  const gross = readSide(record, 'Gross', 'GC');
  const net = readSide(record, 'Net', 'NC');
  if (gross && 'code' in gross) return yield gross;
  if (net && 'code' in net) return yield net;
  const main = net ?? gross;
  if (!main)
    return yield problem(record.line, 'missing_value', 'the row has neither a gross nor a net amount', 'Net');
  const fee = readFees(record, feeColumns, main.currency);
  if ('code' in fee) return yield fee;
  const row: StatementRow = {
    type: 'row',
    line: record.line,
    kind: kinds[record.get('Type')] ?? 'other',
    amountMinor: main.minor,
    currency: main.currency,
    exponent: main.exponent,
    raw: record.raw,
  };
  addFacts(row, record);
  if (!gross || !net) return yield row;
  if (gross.currency === net.currency) return yield* withNet(row, gross, net, fee, record);
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
  gross: Side,
  net: Side,
  fee: ExactAmount,
  record: NamedRecord,
): Generator<StatementRow | Problem, void, undefined> {
  const further = readFees(record, furtherFeeColumns, net.currency);
  if ('code' in further) return yield further;
  const { exponent, minor } = sameExponent({ gross, net, fee, further });
  const kept = minor.gross - minor.net;
  const isRight = kept === minor.fee || kept === minor.fee + minor.further;
  yield {
    ...row,
    exponent,
    amountMinor: minor.gross,
    feeMinor: isRight ? kept : minor.fee,
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

/** Credit less debit; null where the row has neither, or no currency for them. */
function readSide(record: NamedRecord, name: 'Gross' | 'Net', unit: 'GC' | 'NC'): Side | Problem | null {
  const currency = record.get(`${name} Currency`).toUpperCase();
  const [creditName, debitName] = [`${name} Credit (${unit})`, `${name} Debit (${unit})`];
  const [creditText, debitText] = [record.get(creditName), record.get(debitName)];
  if (creditText === '' && debitText === '') return null;
  if (!/^[A-Z]{3}$/.test(currency))
    return problem(
      record.line,
      'bad_currency',
      `${quoted(currency)} is not a currency code`,
      `${name} Currency`,
    );
  const credit = readAmountOfAnyMarks(creditText || '0', currency);
  const debit = readAmountOfAnyMarks(debitText || '0', currency);
  if (!credit || !debit) {
    const [column, text] = credit ? [debitName, debitText] : [creditName, creditText];
    return problem(record.line, 'bad_amount', `${quoted(text)} is not an amount`, column);
  }
  const { exponent, minor } = sameExponent({ credit, debit });
  return { currency, exponent, minor: minor.credit - minor.debit };
}

function readFees(record: NamedRecord, columns: readonly string[], currency: string): ExactAmount | Problem {
  let total: ExactAmount = { minor: 0n, exponent: 0 };
  for (const column of columns) {
    const fee = readAmountOfAnyMarks(record.get(column) || '0', currency);
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
    bookedAt: isoMoment(record.get('Creation Date', 'Booking Date')) ?? '',
    description: record.get('Type'),
  };
  for (const [name, value] of Object.entries(facts)) if (value !== '') Object.assign(row, { [name]: value });
}
