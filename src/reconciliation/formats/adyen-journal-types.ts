/** What an entry of Adyen's settlement details is about, by its journal type. */
import type { RowKind } from './format.js';

/**
 * Types without their additions: an entry of another acquirer (`ExternallyWithInfo`, `Unmatched`), an instalment, a note
 * in brackets.
 */
const kinds: Readonly<Record<string, RowKind>> = {
  Settled: 'payment',
  SettledBulk: 'payment',
  SettledReversed: 'reversal',
  CaptureFailed: 'reversal',
  Refunded: 'refund',
  RefundedBulk: 'refund',
  RefundedReversed: 'reversal',
  RefundFailed: 'reversal',
  RefundNotCleared: 'reversal',
  Chargeback: 'chargeback',
  SecondChargeback: 'chargeback',
  ChargebackReversed: 'chargeback_reversal',
  MerchantPayout: 'payout',
  AcquirerPayout: 'payout',
  EpaPaid: 'payout',
  InternalCompanyPayout: 'payout',
  PaidOut: 'payout',
  PaidOutReversed: 'payout_reversal',
  BankInstructionReturned: 'payout_reversal',
  Fee: 'fee',
  PaymentCost: 'fee',
  SettleCost: 'fee',
  MiscCosts: 'fee',
  InvoiceDeduction: 'fee',
  AuthorisationSchemeFee: 'fee',
  AdvancementCommission: 'fee',
  AdvancementCommissions: 'fee',
  DepositCorrection: 'reserve',
  ReserveAdjustment: 'reserve',
  ManualCorrected: 'adjustment',
  Adjustment: 'adjustment',
  BalanceTransfer: 'transfer',
  Balancetransfer: 'transfer',
  MatchedStatement: 'transfer',
  MerchantPayin: 'transfer',
  MerchantPayinReversed: 'reversal',
  XASTransfer: 'transfer',
};

export const kindOf = (journalType: string): RowKind =>
  kinds[journalType] ??
  kinds[journalType.replace(/^Unmatched|(?:In)?Installments?(?=\b|E)|ExternallyWithInfo\b|\s*\(.*$/g, '')] ??
  'other';
