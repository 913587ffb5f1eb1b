/**
 * What the desk changes at a payment provider, one write per method, in the desk's own nouns.
 *
 * Invariants: every write has a key of the caller's, kept before it is sent; the same key with the same order again gives
 * the first answer and no second effect; nothing is left to a provider's default: amounts and `submit` are always told.
 * Errors of every write. Nothing was done: `invalid` (the order or the object's state does not allow it), `not_found`,
 * `conflict` (with something else that is done to the object, or the key was used for another order), `misconfigured` (the
 * key of the API is refused or too narrow), `rate_limited`. It may have been done: `unknown_outcome`, whose `details` has
 * `idempotencyKey`. It is settled by reading the object, or by the same order under the same key while the provider
 * remembers it (Stripe: 24 hours at least).
 */
import type { Money } from '../kernel/money.js';
import type { EvidenceKind, EvidenceMimeType } from './evidence.js';
import type { Dispute, Payment, Payout, Refund } from './payments-api.js';

/** What every write has. */
interface Order {
  /** 1 to 255 printable characters without spaces, random enough that no other write ever has it. */
  idempotencyKey: string;
}

export interface RefundOrder extends Order {
  chargeId: string;
  /** In the charge's currency. The provider does not check that: it takes the number for the charge's currency. */
  amount: Money;
  /** `fraudulent` also puts card and e-mail address on the provider's block list. Null gives none. */
  reason: 'duplicate' | 'fraudulent' | 'requested_by_customer' | null;
  /** Comes back with the refund, so that it can be told from another of the same amount. */
  metadata: Readonly<Record<string, string>>;
}

interface CaptureOrder extends Order {
  paymentId: string;
  /** In the payment's currency, as for a refund. What is authorised beyond it is released. */
  amount: Money;
}

interface CancelPaymentOrder extends Order {
  paymentId: string;
  reason: 'abandoned' | 'duplicate' | 'fraudulent' | 'requested_by_customer' | null;
}

interface CancelPayoutOrder extends Order {
  /** Pending, and not automatic. */
  payoutId: string;
}

interface EvidenceOrder extends Order {
  disputeId: string;
  /** Null takes a piece back; what is not named stays. At most 150,000 characters together with what is there. */
  evidence: Readonly<Partial<Record<EvidenceKind, string | null>>>;
  /** True hands everything staged to the bank, once and for all. False stages it. */
  submit: boolean;
  /** Laid over the dispute's in the same write, so that one who reads the dispute can tell whether it took effect. */
  metadata: Readonly<Record<string, string>>;
}

interface EvidenceFileOrder extends Order {
  name: string;
  /** The content's own, not what its name promises. */
  mimeType: EvidenceMimeType;
  /** At most `evidenceFileMaxBytes`. */
  content: Uint8Array;
}

interface CloseDisputeOrder extends Order {
  disputeId: string;
}

/** What the provider takes of a currency, known without asking. */
export interface AmountRules {
  /** Every amount is a multiple of it. */
  step: Money;
  /** Less is not captured; null where no least amount is known. */
  leastCapture: Money | null;
}

export interface PaymentWrites {
  /** Throws `invalid` for an unknown currency. */
  amountRules(currency: string): AmountRules;
  refund(order: RefundOrder): Promise<Refund>;
  capturePayment(order: CaptureOrder): Promise<Payment>;
  cancelPayment(order: CancelPaymentOrder): Promise<Payment>;
  cancelPayout(order: CancelPayoutOrder): Promise<Payout>;
  /** Hands over a file that evidence may name afterwards. By itself it changes nothing. */
  uploadEvidence(order: EvidenceFileOrder): Promise<{ fileId: string }>;
  updateEvidence(order: EvidenceOrder): Promise<Dispute>;
  /** Accepts the dispute as lost. There is no way back. */
  closeDispute(order: CloseDisputeOrder): Promise<Dispute>;
}
