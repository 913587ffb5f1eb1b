/**
 * What actions on a payment that is not settled yet rest on: the payment, and the authorisation behind it.
 *
 * Invariant: amounts are exact text with their currency, instants are ISO text, so that a difference reads as it is.
 */
import { isCapturedInParts } from '../../nouns/payment.js';
import type { Charge, Payment } from '../../ports/payments-api.js';
import type { ActionFault, World } from './action.js';
import { moneyFact } from './fields.js';
import {
  amountRuleFacts,
  customerFacts,
  merchantOf,
  methodText,
  providerOf,
  type AmountRuleFacts,
} from './provider.js';

/** A type and not an interface, because only that is a JsonObject. */
export type PaymentFacts = AmountRuleFacts & {
  partner: string | null;
  payment: string;
  status: string;
  amount: string;
  amountCapturable: string;
  amountReceived: string;
  /** “Visa •• 4242”; null before anything was tried. */
  method: string | null;
  captureBefore: string | null;
  /** A part is captured, and further captures may follow. */
  inParts: boolean;
  customer: string | null;
  /** Masked. */
  customerEmail: string | null;
  merchant: string | null;
};

/** Throws as `PaymentsApi` does, and `misconfigured` where no provider is connected. */
export async function readPaymentFacts(id: string, world: World): Promise<PaymentFacts> {
  const provider = providerOf(world);
  const { payments } = provider;
  const payment = await payments.payment(id);
  const latest = payment.latestCharge;
  const charge = typeof latest === 'string' ? await payments.charge(latest) : latest;
  return {
    ...amountRuleFacts(provider, payment.amount.currency),
    ...paymentFactsOf(payment, charge, world.paymentsPartner),
  };
}

function paymentFactsOf(payment: Payment, charge: Charge | null, partner: string | null) {
  return {
    partner,
    payment: payment.id,
    status: payment.status,
    amount: moneyFact(payment.amount),
    amountCapturable: moneyFact(payment.amountCapturable),
    amountReceived: moneyFact(payment.amountReceived),
    method: charge && methodText(charge),
    captureBefore: charge?.captureBefore?.toISOString() ?? null,
    inParts: isCapturedInParts(payment),
    ...customerFacts(payment),
    merchant: merchantOf(payment.metadata),
  };
}

/** Several captures of one payment add up in ways that no plan of one capture can tell. */
export function inPartsFaults({
  payment,
  inParts,
  amount,
  amountReceived,
  amountCapturable,
}: PaymentFacts): ActionFault[] {
  if (!inParts) return [];
  const message = `${payment} is captured in several parts: ${amountReceived} of ${amount} captured so far, ${amountCapturable} still authorised. Paydesk supports single captures only: finish this one in the provider’s dashboard.`;
  return [{ field: 'payment', message }];
}
