/**
 * Disputes and early fraud warnings of the world at a given time.
 * Invariant: stages follow the clock (needs response → under review → won or lost); an inquiry takes no money.
 */
import type { IdCodec } from '../../world/ids.js';
import type { DisputeReason } from '../../world/dispute-reasons.js';
import type { DisputeFact, Order } from '../../world/orders.js';
import { unit } from '../../world/random.js';
import { movementsOf } from '../../world/settlement.js';
import { seconds, type ApiObject } from './api-object.js';
import { balanceTransactionOf } from './balance.js';
import { chargeIdOf } from './payments.js';
import { disputeTemplate, disputeEvidenceTemplate } from './templates.js';

/** Network reason codes by Stripe's reason: Visa, then Mastercard; American Express has letters. */
const reasonCodes: Record<DisputeReason, [visa: string, mastercard: string, amex: string]> = {
  fraudulent: ['10.4', '4837', 'F29'],
  product_not_received: ['13.1', '4853', 'C08'],
  product_unacceptable: ['13.3', '4853', 'C31'],
  duplicate: ['12.6.1', '4834', 'P08'],
  subscription_canceled: ['13.2', '4841', 'C28'],
  credit_not_processed: ['13.6', '4853', 'C02'],
  unrecognized: ['10.4', '4863', 'F24'],
};

export function networkReasonCode(reason: DisputeReason, brand: string): string {
  const [visa, mastercard, amex] = reasonCodes[reason];
  if (brand === 'mastercard') return mastercard;
  return brand === 'amex' ? amex : visa;
}

/** The account has Smart Disputes for the two large networks; the provider's default is to let people go first. */
const hasSmartDisputes = (brand: string): boolean => brand === 'visa' || brand === 'mastercard';

export const intendedMethod = (brand: string): string | null =>
  hasSmartDisputes(brand) ? 'prefer_manual' : null;

/** The dispute's status at a time (ms). */
function disputeStatus(dispute: DisputeFact, nowMs: number): string {
  const prefix = dispute.inquiry ? 'warning_' : '';
  if (nowMs >= dispute.decidedMs) return dispute.inquiry ? 'warning_closed' : dispute.won ? 'won' : 'lost';
  if (dispute.repliedMs !== null && nowMs >= dispute.repliedMs) return `${prefix}under_review`;
  return `${prefix}needs_response`;
}

export function disputeOf(ids: IdCodec, order: Order, dispute: DisputeFact, nowMs: number): ApiObject {
  const { brand } = order.customer.card;
  const replied = dispute.repliedMs !== null && nowMs >= dispute.repliedMs;
  const code = networkReasonCode(dispute.reason, brand);
  const eligible = brand === 'visa' && code === '10.4';
  return {
    ...disputeTemplate,
    id: ids.encode('dispute', { hour: order.hour, index: order.index, sub: 0 }),
    amount: dispute.amountMinor,
    balance_transactions: movementsOf(order)
      .filter((movement) => movement.kind.startsWith('dispute') && movement.atMs <= nowMs)
      .map((movement) => balanceTransactionOf(ids, movement, nowMs)),
    charge: chargeIdOf(ids, order, order.attempts.length - 1),
    created: seconds(dispute.openedMs),
    currency: order.route.country.currency.toLowerCase(),
    enhanced_eligibility_types: eligible ? ['visa_compelling_evidence_3'] : [],
    evidence: {
      ...disputeEvidenceTemplate,
      customer_email_address: order.customer.email,
      customer_name: order.customer.name,
      customer_purchase_ip: order.customer.ip,
      ...(replied ? { uncategorized_text: 'The order was delivered to the address the customer gave.' } : {}),
    },
    evidence_details: {
      due_by: seconds(dispute.dueMs),
      enhanced_eligibility: eligible
        ? { visa_compelling_evidence_3: { required_actions: [], status: 'not_qualified' } }
        : {},
      has_evidence: replied,
      past_due: !replied && nowMs > dispute.dueMs,
      submission_count: replied ? 1 : 0,
      submission_method: replied ? 'manual' : 'not_submitted',
    },
    intended_submission_method: intendedMethod(brand),
    is_charge_refundable: dispute.inquiry,
    network_reason_code: code,
    payment_intent: order.paymentId,
    payment_method_details: {
      card: {
        brand,
        case_type: dispute.inquiry ? 'inquiry' : 'chargeback',
        network: brand,
        network_reason_code: code,
      },
      type: 'card',
    },
    reason: dispute.reason,
    status: disputeStatus(dispute, nowMs),
  };
}

const fraudTypes = [
  'made_with_stolen_card',
  'made_with_lost_card',
  'card_never_received',
  'unauthorized_use_of_card',
  'misc',
];

/** Actionable until the payment is given back in full or disputed. */
export function earlyFraudWarningOf(ids: IdCodec, order: Order, warningMs: number, nowMs: number): ApiObject {
  const refunded = order.refunds
    .filter((refund) => refund.atMs <= nowMs)
    .reduce((sum, refund) => sum + refund.amountMinor, 0);
  const disputed = order.dispute !== null && order.dispute.openedMs <= nowMs;
  return {
    object: 'radar.early_fraud_warning',
    id: ids.encode('early_fraud_warning', { hour: order.hour, index: order.index, sub: 0 }),
    actionable: !disputed && refunded < order.amountMinor,
    charge: chargeIdOf(ids, order, order.attempts.length - 1),
    created: seconds(warningMs),
    fraud_type: fraudTypes[Math.floor(unit(order.key, 24) * fraudTypes.length)] ?? 'misc',
    livemode: false,
    payment_intent: order.paymentId,
  };
}
