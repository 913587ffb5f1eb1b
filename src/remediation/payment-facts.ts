/**
 * What actions on a payment that is not settled yet rest on: the payment, and the authorisation behind it.
 *
 * Invariant: amounts are exact text with their currency, instants are ISO text, so that a difference reads as it is.
 */
import type { Charge, Payment } from '../ports/payments-api.js';
import type { World } from './action.js';
import { moneyFact } from './fields.js';
import { customerFacts, merchantOf, methodText, providerOf } from './provider.js';

/** A type and not an interface, because only that is a JsonObject. */
export type PaymentFacts = {
  partner: string | null;
  payment: string;
  status: string;
  amount: string;
  amountCapturable: string;
  amountReceived: string;
  /** “Visa •• 4242”; null before anything was tried. */
  method: string | null;
  captureBefore: string | null;
  customer: string | null;
  /** Masked. */
  customerEmail: string | null;
  merchant: string | null;
};

/** Throws as `PaymentsApi` does, and `misconfigured` where no provider is connected. */
export async function readPaymentFacts(id: string, world: World): Promise<PaymentFacts> {
  const { payments } = providerOf(world);
  const payment = await payments.payment(id);
  const latest = payment.latestCharge;
  const charge = typeof latest === 'string' ? await payments.charge(latest) : latest;
  return paymentFactsOf(payment, charge, world.paymentsPartner);
}

function paymentFactsOf(payment: Payment, charge: Charge | null, partner: string | null): PaymentFacts {
  return {
    partner,
    payment: payment.id,
    status: payment.status,
    amount: moneyFact(payment.amount),
    amountCapturable: moneyFact(payment.amountCapturable),
    amountReceived: moneyFact(payment.amountReceived),
    method: charge && methodText(charge),
    captureBefore: charge?.captureBefore?.toISOString() ?? null,
    ...customerFacts(payment),
    merchant: merchantOf(payment.metadata),
  };
}
