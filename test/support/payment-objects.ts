/**
 * A payment of 20.00 EUR that went all the way, as each source tells of it; tests change what they are about.
 */
import { money, type Money } from '../../src/kernel/money.js';
import type { KnownDispute } from '../../src/ports/dispute-register.js';
import type { LedgerEntry, PaymentAttempt } from '../../src/ports/books.js';
import type {
  BalanceTransaction,
  Charge,
  Dispute,
  EarlyFraudWarning,
  Payment,
  Payout,
  Refund,
} from '../../src/ports/payments-api.js';

export const now = new Date('2026-11-20T12:00:00Z');
export const at = (text: string): Date => new Date(`2026-${text}:00Z`);
export const eur = (minor: number): Money => money(minor, 'EUR');

export const aPayment = (changed: Partial<Payment> = {}): Payment => ({
  id: 'pi_1paid',
  status: 'succeeded',
  amount: eur(2000),
  amountCapturable: eur(changed.status === 'requires_capture' ? 2000 : 0),
  amountReceived: eur(changed.status === 'requires_capture' ? 0 : 2000),
  captureMethod: 'automatic',
  createdAt: at('11-10T10:00'),
  canceledAt: null,
  cancellationReason: null,
  latestCharge: 'ch_1paid',
  lastError: null,
  customerId: 'cus_1ana',
  description: null,
  metadata: {},
  ...changed,
});

export const aCharge = (changed: Partial<Charge> = {}): Charge => ({
  id: 'ch_1paid',
  paymentId: 'pi_1paid',
  status: 'succeeded',
  amount: eur(2000),
  amountCaptured: eur(2000),
  amountRefunded: eur(0),
  captured: true,
  captureBefore: null,
  createdAt: at('11-10T10:01'),
  outcome: null,
  failure: null,
  methodType: 'card',
  card: {
    brand: 'visa',
    network: null,
    last4: '4242',
    country: 'DE',
    authorizationCode: '004321',
    networkTransactionId: null,
    fingerprint: null,
    threeDSecure: null,
  },
  disputed: false,
  balanceTransaction: 'txn_1paid',
  description: null,
  ...changed,
});

export const aBalanceTransaction = (changed: Partial<BalanceTransaction> = {}): BalanceTransaction => ({
  id: 'txn_1paid',
  sourceId: 'ch_1paid',
  type: 'charge',
  reportingCategory: 'charge',
  amount: eur(2000),
  fee: eur(60),
  net: eur(1940),
  status: 'available',
  createdAt: at('11-10T10:02'),
  availableOn: at('11-12T00:00'),
  ...changed,
});

export const aPayout = (changed: Partial<Payout> = {}): Payout => ({
  id: 'po_1paid',
  amount: eur(900000),
  status: 'paid',
  automatic: true,
  createdAt: at('11-12T02:00'),
  arrivalDate: at('11-13T00:00'),
  reconciliationStatus: 'completed',
  reversedBy: null,
  traceId: null,
  failure: null,
  ...changed,
});

export const aRefund = (changed: Partial<Refund> = {}): Refund => ({
  id: 're_1',
  chargeId: 'ch_1paid',
  paymentId: 'pi_1paid',
  amount: eur(2000),
  status: 'succeeded',
  reason: 'requested_by_customer',
  failureReason: null,
  createdAt: at('11-15T09:00'),
  reference: null,
  balanceTransactionId: 'txn_1refund',
  metadata: {},
  ...changed,
});

export const aDispute = (changed: Partial<Dispute> = {}): Dispute => ({
  id: 'du_1',
  chargeId: 'ch_1paid',
  paymentId: 'pi_1paid',
  amount: eur(2000),
  status: 'needs_response',
  reason: 'fraudulent',
  networkReasonCode: '10.4',
  brand: 'visa',
  caseType: 'chargeback',
  createdAt: at('11-16T09:00'),
  answerAllowed: true,
  respondBy: at('11-22T12:00'),
  hasEvidence: false,
  pastDue: false,
  submissionCount: 0,
  submissionMethod: 'not_submitted',
  intendedSubmission: null,
  compellingEvidence: null,
  movements: [],
  evidence: {},
  feeUnacknowledged: false,
  isChargeRefundable: false,
  metadata: {},
  ...changed,
});

/** A dispute as the register has it. */
export const aKnownDispute = (changed: Partial<KnownDispute> = {}): KnownDispute => ({
  ...aDispute(),
  partner: 'northpay',
  ownerId: null,
  takenAt: null,
  announced: true,
  toldAt: null,
  draft: null,
  dueAt: null,
  version: 1,
  ...changed,
});

export const aWarning = (changed: Partial<EarlyFraudWarning> = {}): EarlyFraudWarning => ({
  id: 'issfr_1',
  chargeId: 'ch_1paid',
  paymentId: 'pi_1paid',
  fraudType: 'unauthorized_use_of_card',
  actionable: true,
  createdAt: at('11-14T09:00'),
  ...changed,
});

export const anAttempt = (changed: Partial<PaymentAttempt> = {}): PaymentAttempt => ({
  id: 'att_1',
  orderId: 'ORD-1',
  paymentId: 'pi_1paid',
  chargeId: 'ch_1paid',
  partner: 'northpay',
  method: 'card',
  country: 'DE',
  amount: eur(2000),
  status: 'succeeded',
  declineCode: null,
  errorOrigin: null,
  customerEmail: 'ana@example.com',
  cardLast4: '4242',
  createdAt: at('11-10T10:00'),
  completedAt: at('11-10T10:01'),
  ...changed,
});

export const anEntry = (changed: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id: 'bk_1-d',
  account: 'clearing:northpay',
  direction: 'debit',
  amount: eur(2000),
  kind: 'capture',
  partner: 'northpay',
  paymentId: 'pi_1paid',
  reference: 'pi_1paid',
  batchId: null,
  businessDay: '2026-11-10',
  bookedAt: at('11-10T11:00'),
  ...changed,
});
