/**
 * Stripe's payout reconciliation and balance change reports, itemized: a row per balance transaction.
 *
 * Invariant: gross less fee is net. Source: Stripe, “Payout reconciliation report”. Deliberately absent: a row for the
 * payout itself, which the report does not have.
 */
import { currencyExponent } from '../../kernel/currency.js';
import { problem, quoted, type Problem } from '../problems.js';
import { badDates, isoDate, isoMoment } from './dates.js';
import { readAmountOfAnyMarks, sameExponent } from './decimal.js';
import type { RowKind, StatementFormat, StatementItem, StatementRow } from './format.js';
import { namedRecords, names, type NamedRecord } from './named-records.js';

const isHeader = names('balance_transaction_id', 'currency', 'gross', 'fee', 'net');

export const stripePayouts: StatementFormat = {
  id: 'stripe-payouts',
  title: 'Stripe payout reconciliation, itemized',
  recognises: (head) => /\bbalance_transaction_id\b/.test(head) && /\bgross\b/.test(head),
  *parse(text): Generator<StatementItem, void, undefined> {
    for (const record of namedRecords(text, { isHeader }))
      if (record.type === 'problem') yield record;
      else yield* rowOf(record);
  },
};

const kinds: Readonly<Record<string, RowKind>> = {
  charge: 'payment',
  charge_failure: 'reversal',
  payment: 'payment',
  refund: 'refund',
  refund_failure: 'reversal',
  partial_capture_reversal: 'reversal',
  dispute: 'chargeback',
  dispute_reversal: 'chargeback_reversal',
  fee: 'fee',
  network_cost: 'fee',
  payout: 'payout',
  payout_reversal: 'payout_reversal',
  transfer: 'transfer',
  transfer_reversal: 'reversal',
  connect_collection_transfer: 'transfer',
  risk_reserved_funds: 'reserve',
  connect_reserved_funds: 'reserve',
  other_adjustment: 'adjustment',
  topup: 'transfer',
  topup_reversal: 'reversal',
};

function* rowOf(record: NamedRecord): Generator<StatementRow | Problem, void, undefined> {
  const currency = record.get('currency').toUpperCase();
  const amounts = { gross: record.get('gross'), fee: record.get('fee') || '0', net: record.get('net') };
  // Stablecoins have longer codes.
  if (currencyExponent(currency) === undefined && !/^[A-Z]{4,10}$/.test(currency))
    return yield problem(
      record.line,
      'bad_currency',
      `${quoted(currency)} is not a currency code`,
      'currency',
    );
  const read = {
    gross: readAmountOfAnyMarks(amounts.gross, currency),
    fee: readAmountOfAnyMarks(amounts.fee, currency),
    net: readAmountOfAnyMarks(amounts.net, currency),
  };
  const { gross, fee, net } = read;
  if (!gross || !fee || !net) {
    const field = gross ? (fee ? 'net' : 'fee') : 'gross';
    return yield problem(record.line, 'bad_amount', `${quoted(amounts[field])} is not an amount`, field);
  }
  const { exponent, minor } = sameExponent({ gross, fee, net });
  const row: StatementRow = {
    type: 'row',
    line: record.line,
    kind: kinds[record.get('reporting_category')] ?? 'other',
    amountMinor: minor.gross,
    currency,
    exponent,
    feeMinor: minor.fee,
    netMinor: minor.net,
    raw: record.raw,
  };
  addFacts(row, record);
  yield row;
  yield* badDates(record.line, {
    created: record.get('created_utc', 'created'),
    available_on: record.get(...availableColumns),
  });
  if (minor.gross - minor.fee !== minor.net)
    yield problem(record.line, 'net_mismatch', 'gross less fee is not net', 'net');
}

/** When the money reaches the bank, or else our balance. */
const availableColumns = [
  'automatic_payout_effective_at',
  'automatic_payout_effective_at_utc',
  'available_on',
  'available_on_utc',
  'effective_at',
  'effective_at_utc',
];

function addFacts(row: StatementRow, record: NamedRecord): void {
  const facts = {
    account: record.get('connected_account_id', 'connected_account'),
    partnerRef: record.get('source_id', 'charge_id', 'balance_transaction_id'),
    ourRef: record.get('order_id', 'payment_metadata[order_id]', 'invoice_id'),
    batchRef: record.get('automatic_payout_id', 'payout_id'),
    description: record.get('description'),
    valueDate: isoDate(record.get(...availableColumns)) ?? '',
    bookedAt: bookedAt(record) ?? '',
  };
  for (const [name, value] of Object.entries(facts)) if (value !== '') Object.assign(row, { [name]: value });
  const foreign = record.get('customer_facing_currency').toUpperCase();
  if (foreign === '' || foreign === row.currency) return;
  const amount = readAmountOfAnyMarks(record.get('customer_facing_amount'), foreign);
  row.fx = { currency: foreign, ...(amount && { amountMinor: amount.minor, exponent: amount.exponent }) };
}

function bookedAt(record: NamedRecord): string | undefined {
  const utc = isoMoment(record.get('created_utc'));
  if (utc?.includes('T') === true) return `${utc.replace(/Z$/, '')}Z`;
  return utc ?? isoMoment(record.get('created'));
}
