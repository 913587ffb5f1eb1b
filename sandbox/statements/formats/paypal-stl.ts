/**
 * A wallet's settlement report in PayPal's shape: row tags, minor units, debit and credit flags apart from amounts.
 * Source: PayPal's specification of the Settlement Report (STL). Invariant: section and report footers hold the sums
 * of gross credits, gross debits and fees per currency, and the counts of the body rows.
 */
import { isoDay } from '../../world/calendar.js';
import { currencies, type Currency } from '../../world/partners.js';
import type { MovementKind } from '../../world/settlement.js';
import type { Batch, SettlementReport } from '../settlement.js';
import { plainTime, sumOf } from '../text.js';

const columns = [
  'Transaction ID',
  'Invoice ID',
  'PayPal Reference ID',
  'PayPal Reference ID Type',
  'Transaction Event Code',
  'Transaction Initiation Date',
  'Transaction Completion Date',
  'Transaction Debit or Credit',
  'Gross Transaction Amount',
  'Gross Transaction Currency',
  'Fee Debit or Credit',
  'Fee Amount',
  'Fee Currency',
  'Custom Field',
  'Consumer ID',
  'Payment Tracking ID',
  'Store ID',
  'Bank Reference ID',
] as const;

const events: Record<MovementKind | 'payout', string> = {
  capture: 'T0006',
  refund: 'T1107',
  dispute: 'T1201',
  dispute_reversal: 'T1202',
  payout: 'T0400',
};

interface BodyRow {
  reference: string;
  invoice: string;
  original: string;
  event: string;
  atMs: number;
  grossMinor: number;
  feeMinor: number;
  currency: Currency;
  tracking: string;
}

const merchant = 'LARKSPUR00001';
const zone = '+0000';

export function paypalStl({ day, batches }: SettlementReport): string {
  const body = batches.flatMap(rowsOf);
  const date = isoDay(day).replaceAll('-', '/');
  const rows = [
    ['RH', `${date} 23:59:59 ${zone}`, 'A', merchant, 9],
    ['FH', 1],
    ['SH', `${date} 00:00:00 ${zone}`, `${date} 23:59:59 ${zone}`, merchant, ''],
    ['CH', ...columns],
    ...body.map(bodyRow),
    ...footers('SF', body),
    ['SC', body.length],
    ...footers('RF', body),
    ['RC', body.length],
    ['FF', body.length],
  ];
  return rows.map((row) => row.map(field).join(',')).join('\n') + '\n';
}

const field = (value: string | number): string =>
  typeof value === 'number' ? String(value) : `"${value.replaceAll('"', '""')}"`;

const rowsOf = ({ payout, currency, lines }: Batch): BodyRow[] => [
  ...lines.map((line) => ({
    reference: line.reference,
    invoice: line.orderId,
    original: line.kind === 'capture' ? '' : line.paymentId,
    event: events[line.kind],
    atMs: line.atMs,
    grossMinor: line.grossMinor,
    feeMinor: line.feeMinor,
    currency,
    tracking: payout.batchId,
  })),
  {
    reference: payout.batchId,
    invoice: '',
    original: '',
    event: events.payout,
    atMs: payout.createdMs,
    grossMinor: -payout.netMinor,
    feeMinor: 0,
    currency,
    tracking: payout.batchId,
  },
];

const flag = (minor: number): string => (minor < 0 ? 'DR' : 'CR');

function bodyRow(row: BodyRow): (string | number)[] {
  const time = `${plainTime(row.atMs).replaceAll('-', '/')} ${zone}`;
  const fee = row.feeMinor === 0 ? ['', '', ''] : ['DR', row.feeMinor, row.currency];
  return [
    'SB',
    row.reference,
    row.invoice,
    row.original,
    row.original === '' ? '' : 'TXN',
    row.event,
    time,
    time,
    flag(row.grossMinor),
    Math.abs(row.grossMinor),
    row.currency,
    ...fee,
    row.invoice,
    '',
    row.tracking,
    '',
    '',
  ];
}

/** Currency, gross credits, gross debits, fee credits, fee debits. */
const footers = (tag: 'SF' | 'RF', body: readonly BodyRow[]): (string | number)[][] =>
  currencies
    .filter((currency) => body.some((row) => row.currency === currency))
    .map((currency) => {
      const own = body.filter((row) => row.currency === currency);
      return [
        tag,
        currency,
        sumOf(own, ({ grossMinor }) => Math.max(0, grossMinor)),
        sumOf(own, ({ grossMinor }) => Math.max(0, -grossMinor)),
        0,
        sumOf(own, ({ feeMinor }) => feeMinor),
      ];
    });
