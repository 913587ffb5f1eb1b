/**
 * Profiles of partners whose settlement reports are plain CSV.
 *
 * Invariant: columns are the partner's published ones. Sources: Checkout.com, “Financial actions by payout ID report”,
 * “Settlement breakdown report” and “Breakdown types”; dLocal, “Reporting: Settlement, cross-border payins model”; Trustly, “Settlement report”
 * (ViewAutomaticSettlementDetailsCSV).
 */
import type { CsvProfile } from './csv-profile.js';

const usual = { delimiter: ',', decimal: '.', minorUnits: false, negativeFees: false } as const;

/**
 * In the currency of the balance, with up to eight decimals: a row per breakdown of an action, where fees are negative
 * rows, or in the settlement breakdown a row per movement with its deductions.
 */
const checkout: CsvProfile = {
  ...usual,
  id: 'checkout',
  title: 'Checkout.com financial actions or settlement breakdown',
  outgoing: [],
  negativeFees: true,
  dates: ['yyyy-MM-ddTHH:mm:ss', 'yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd'],
  columns: {
    account: ['Currency Account ID', 'Sub-Account ID', 'Client Entity ID'],
    kind: ['Breakdown Type', 'Type'],
    partnerRef: ['Payment ID', 'Action ID'],
    ourRef: ['Reference'],
    batchRef: ['Payout ID'],
    amount: ['Holding Currency Amount', 'Gross In Holding Currency'],
    fee: ['Deduction In Holding Currency'],
    net: ['Net In Holding Currency'],
    currency: ['Holding Currency'],
    foreignAmount: ['Processing Currency Amount', 'Gross In Processing Currency'],
    foreignCurrency: ['Processing Currency'],
    foreignRate: ['FX Rate Applied'],
    valueDate: ['Available On'],
    bookedAt: ['Processed On'],
    description: ['Breakdown Type', 'Type'],
  },
  kinds: {
    Capture: 'payment',
    'Partial Capture': 'payment',
    Charge: 'payment',
    'Partial Charge': 'payment',
    Refund: 'refund',
    'Partial Refund': 'refund',
    'Chargeback (*': 'chargeback',
    Chargeback: 'chargeback',
    '*Fee': 'fee',
    '*Tax': 'fee',
    // Movements of the settlement breakdown that have deductions alone.
    Void: 'fee',
    'Account Updater': 'fee',
    'Network Token*': 'fee',
    'Merchant Payout': 'fee',
    Payout: 'payout',
    'Rolling Reserve Release': 'reserve_release',
    'Rolling Reserve*': 'reserve',
    'Security Deposit Release': 'reserve_release',
    'Security Deposit Reservation': 'reserve',
    'Operational Funding Release': 'reserve_release',
    'Operational Funding Reservation': 'reserve',
    'Top Up': 'transfer',
    '*Adjustment': 'adjustment',
    'Cover Negative Position': 'adjustment',
  },
};

/** Two headers: one of the transfer, whose line says the currency and the day, and one of the rows, with six decimals. */
const dlocal: CsvProfile = {
  ...usual,
  id: 'dlocal',
  title: 'dLocal settlement, cross-border payins',
  outgoing: [],
  negativeFees: true,
  dates: ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd', 'yyyy/MM/dd'],
  summary: {
    column: 'ROW_TYPE',
    values: ['HEADER'],
    totals: { rows: 'NUMBER_OF_ITEMS', net: 'NET_TOTAL_AMOUNT' },
  },
  columns: {
    kind: ['ROW_TYPE'],
    partnerRef: ['DLOCAL_TRANSACTION_ID'],
    ourRef: ['TRANSACTION_ID'],
    batchRef: ['TRANSFER_ID'],
    // An adjustment has a net amount alone.
    amount: ['GROSS_AMOUNT', 'NET_AMOUNT'],
    currency: ['SETTLEMENT_CURRENCY'],
    fee: ['FEE_AMOUNT'],
    net: ['NET_AMOUNT'],
    foreignAmount: ['LOCAL_AMOUNT'],
    foreignCurrency: ['LOCAL_CURRENCY'],
    foreignRate: ['FX_RATE'],
    valueDate: ['TRANSFER_DATE'],
    bookedAt: ['APPROVED_DATE', 'CREATION_DATE'],
    description: ['ROW_TYPE'],
  },
  kinds: {
    TRANSACTION: 'payment',
    PAYMENT: 'payment',
    CAPTURE: 'payment',
    REFUND: 'refund',
    CHARGEBACK: 'chargeback',
    CHARGEBACK_REVERSAL: 'chargeback_reversal',
    SETTLEMENT_FEE: 'fee',
    '*FEE': 'fee',
    ADJUSTMENT: 'adjustment',
  },
};

/** A row per movement, fees included, signed; every row of a settlement has the reference of its bank transfer. */
const trustly: CsvProfile = {
  ...usual,
  id: 'trustly',
  title: 'Trustly settlement report',
  outgoing: [],
  dates: ['yyyy-MM-dd HH:mm:ss'],
  columns: {
    account: ['username'],
    kind: ['ordertype'],
    partnerRef: ['orderid'],
    ourRef: ['externalreference', 'extraref', 'messageid'],
    batchRef: ['settlementbankwithdrawalid'],
    amount: ['amount'],
    currency: ['currency'],
    foreignAmount: ['fxpaymentamount'],
    foreignCurrency: ['fxpaymentcurrency'],
    bookedAt: ['datestamp'],
    description: ['accountname'],
    total: ['total'],
  },
  kinds: {
    Deposit: 'payment',
    Charge: 'payment',
    Refund: 'refund',
    AccountPayout: 'payout',
    Withdraw: 'payout',
    Settlement: 'payout',
    '*Fee': 'fee',
    FX: 'adjustment',
  },
};

export const shippedProfiles: readonly CsvProfile[] = [checkout, dlocal, trustly];
