/**
 * An acquirer's settlement detail report in Adyen's shape. Source: Adyen's documentation of the settlement details
 * report. Invariant: debits and credits have columns of their own and are never negative; the batch's nets, its
 * payout included, add up to zero unless it is paid short. The order of the columns differs from partner to partner.
 */
import type { MovementKind } from '../../world/settlement.js';
import { hash, hashText } from '../../world/random.js';
import type { Batch, SettlementLine, SettlementReport } from '../settlement.js';
import { csvLine, major, plainTime } from '../text.js';

const columnNames = [
  'Company Account',
  'Merchant Account',
  'Psp Reference',
  'Merchant Reference',
  'Payment Method',
  'Creation Date',
  'TimeZone',
  'Type',
  'Modification Reference',
  'Gross Currency',
  'Gross Debit (GC)',
  'Gross Credit (GC)',
  'Exchange Rate',
  'Net Currency',
  'Net Debit (NC)',
  'Net Credit (NC)',
  'Commission (NC)',
  'Markup (NC)',
  'Scheme Fees (NC)',
  'Interchange (NC)',
  'Payment Method Variant',
  'Modification Merchant Reference',
  'Batch Number',
] as const;
type Column = (typeof columnNames)[number];
type Row = Partial<Record<Column, string | number>>;

const types: Record<MovementKind, string> = {
  capture: 'Settled',
  refund: 'Refunded',
  dispute: 'Chargeback',
  dispute_reversal: 'ChargebackReversed',
};

export function adyenSettlement(report: SettlementReport): string {
  const { partner } = report;
  const key = hashText(partner.id);
  const columns = columnNames.toSorted((a, b) => hash(key, hashText(a)) - hash(key, hashText(b)));
  const common = {
    'Company Account': 'LarkspurPay',
    'Merchant Account': `Larkspur_${partner.id}`,
    TimeZone: 'UTC',
  };
  const rows = report.batches.flatMap((batch) => [
    ...batch.lines.map((line) => lineRow(batch, line)),
    payoutRow(batch),
  ]);
  const lines = rows.map((row) => {
    const whole: Row = { ...common, ...row };
    return csvLine(columns.map((column) => whole[column] ?? ''));
  });
  return [csvLine(columns), ...lines].join('\n') + '\n';
}

function lineRow({ payout, currency }: Batch, line: SettlementLine): Row {
  const { customer, route } = line.order;
  return {
    ...sides('Gross', line.grossMinor, currency),
    ...sides('Net', line.netMinor, currency),
    'Psp Reference': line.paymentId,
    'Merchant Reference': line.orderId,
    'Payment Method': route.method === 'voucher' ? 'econtext' : customer.card.brand,
    'Creation Date': plainTime(line.atMs),
    Type: types[line.kind],
    'Modification Reference': line.reference,
    'Exchange Rate': 1,
    'Commission (NC)': major(line.feeMinor, currency),
    'Payment Method Variant': route.method === 'wallet' ? `${customer.card.brand}_applepay` : '',
    'Batch Number': payout.day,
  };
}

const payoutRow = ({ payout, currency }: Batch): Row => ({
  ...sides('Net', -payout.netMinor, currency),
  'Creation Date': plainTime(payout.createdMs),
  Type: 'MerchantPayout',
  'Modification Reference': payout.batchId,
  'Modification Merchant Reference': payout.batchId,
  'Batch Number': payout.day,
});

function sides(what: 'Gross' | 'Net', minor: number, currency: Batch['currency']): Row {
  const [unit, side] = [what === 'Gross' ? 'GC' : 'NC', minor < 0 ? 'Debit' : 'Credit'];
  return { [`${what} Currency`]: currency, [`${what} ${side} (${unit})`]: major(Math.abs(minor), currency) };
}
