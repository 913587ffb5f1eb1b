/**
 * Two plain CSV reports of partners without a format of their own kind: one as most are, one with semicolons, decimal
 * commas, thousands points and day-first dates. Both end with a totals line per currency.
 * Invariant: amounts are signed; net is amount less fee; a totals line counts and adds up the lines before it, the
 * payout left out.
 */
import { isoDay } from '../../world/calendar.js';
import type { Batch, SettlementReport } from '../settlement.js';
import { csvLine, grouped, major, plainTime, sumOf } from '../text.js';

interface Dialect {
  delimiter: string;
  header: readonly string[];
  total: string;
  amount: (minor: number, currency: Batch['currency']) => string;
  date: (isoDate: string) => string;
  kinds: Record<string, string>;
}

const plain: Dialect = {
  delimiter: ',',
  header: [
    'settlement_date',
    'batch_id',
    'reference',
    'original_reference',
    'order_id',
    'type',
    'transaction_time_utc',
    'currency',
    'amount',
    'fee',
    'net',
  ],
  total: 'TOTAL',
  amount: major,
  date: (isoDate) => isoDate,
  kinds: {
    capture: 'payment',
    refund: 'refund',
    dispute: 'chargeback',
    dispute_reversal: 'chargeback_reversal',
    payout: 'payout',
  },
};

const decimalComma: Dialect = {
  delimiter: ';',
  header: [
    'Buchungstag',
    'Auszahlung',
    'Referenz',
    'Ursprungsreferenz',
    'Bestellnummer',
    'Art',
    'Zeitpunkt (UTC)',
    'Währung',
    'Betrag',
    'Gebühr',
    'Netto',
  ],
  total: 'Summe',
  amount: (minor, currency) => grouped(major(minor, currency, ',')),
  date: (isoDate) => isoDate.split('-').toReversed().join('.'),
  kinds: {
    capture: 'Zahlung',
    refund: 'Erstattung',
    dispute: 'Rücklastschrift',
    dispute_reversal: 'Rücklastschrift storniert',
    payout: 'Auszahlung',
  },
};

export const genericCsv = (report: SettlementReport): string => write(report, plain);
export const decimalCommaCsv = (report: SettlementReport): string => write(report, decimalComma);

function write({ day, batches }: SettlementReport, dialect: Dialect): string {
  const date = dialect.date(isoDay(day));
  const lines = batches.flatMap((batch) => [...rowsOf(batch, date, dialect), totalsOf(batch, dialect)]);
  return [dialect.header, ...lines].map((row) => csvLine(row, dialect.delimiter)).join('\r\n') + '\r\n';
}

function rowsOf({ payout, currency, lines }: Batch, date: string, dialect: Dialect): string[][] {
  const amount = (minor: number): string => dialect.amount(minor, currency);
  const time = (atMs: number): string => {
    const [day = '', clock = ''] = plainTime(atMs).split(' ');
    return `${dialect.date(day)} ${clock}`;
  };
  return [
    ...lines.map((line) => [
      date,
      payout.batchId,
      line.reference,
      line.paymentId,
      line.orderId,
      dialect.kinds[line.kind] ?? '',
      time(line.atMs),
      currency,
      amount(line.grossMinor),
      amount(line.feeMinor),
      amount(line.netMinor),
    ]),
    [
      date,
      payout.batchId,
      payout.batchId,
      '',
      '',
      dialect.kinds.payout ?? '',
      time(payout.createdMs),
      currency,
      amount(-payout.netMinor),
      amount(0),
      amount(-payout.netMinor),
    ],
  ];
}

function totalsOf({ currency, lines }: Batch, { total, amount }: Dialect): (string | number)[] {
  const [gross, fee, net] = [
    sumOf(lines, ({ grossMinor }) => grossMinor),
    sumOf(lines, ({ feeMinor }) => feeMinor),
    sumOf(lines, ({ netMinor }) => netMinor),
  ];
  return [
    total,
    '',
    '',
    '',
    '',
    lines.length,
    '',
    currency,
    amount(gross, currency),
    amount(fee, currency),
    amount(net, currency),
  ];
}
