/**
 * How the company reads the CSV of partners without a format of their own kind, as it would write it in `paydesk.yaml`.
 * Invariant: one profile per dialect of `statements/formats/plain-csv.ts`, column by column.
 */
export const statementProfiles = [
  {
    id: 'plain',
    title: 'Plain settlement CSV',
    dates: ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd'],
    columns: {
      amount: 'amount',
      currency: 'currency',
      fee: 'fee',
      net: 'net',
      kind: 'type',
      partnerRef: 'reference',
      ourRef: 'order_id',
      batchRef: 'batch_id',
      valueDate: 'settlement_date',
      bookedAt: 'transaction_time_utc',
    },
    kinds: {
      payment: 'payment',
      refund: 'refund',
      chargeback: 'chargeback',
      chargeback_reversal: 'chargeback_reversal',
      payout: 'payout',
    },
    trailer: { column: 'settlement_date', values: ['TOTAL'], leavesOut: ['payout'] },
  },
  {
    id: 'plain-german',
    title: 'Settlement CSV with decimal commas',
    delimiter: ';',
    decimal: ',',
    thousands: '.',
    dates: ['dd.MM.yyyy HH:mm:ss', 'dd.MM.yyyy'],
    columns: {
      amount: 'Betrag',
      currency: 'Währung',
      fee: 'Gebühr',
      net: 'Netto',
      kind: 'Art',
      partnerRef: 'Referenz',
      ourRef: 'Bestellnummer',
      batchRef: 'Auszahlung',
      valueDate: 'Buchungstag',
      bookedAt: 'Zeitpunkt (UTC)',
    },
    kinds: {
      Zahlung: 'payment',
      Erstattung: 'refund',
      Rücklastschrift: 'chargeback',
      'Rücklastschrift storniert': 'chargeback_reversal',
      Auszahlung: 'payout',
    },
    trailer: { column: 'Buchungstag', values: ['Summe'], leavesOut: ['payout'] },
  },
];
