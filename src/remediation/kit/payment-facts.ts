/**
 * What actions on a payment that is not settled yet rest on: the payment, and the authorisation behind it.
 *
 * Invariant: amounts are exact text with their currency, instants are ISO text, so that a difference reads as it is.
 */
import { dayMs } from '../../kernel/clock.js';
import { isCapturedInParts } from '../../nouns/payment.js';
import type { Charge, Payment } from '../../ports/payments-api.js';
import type { ActionFault, Field, World } from './action.js';
import { idField, moneyFact } from './fields.js';
import {
  amountRuleFacts,
  customerFacts,
  merchantOf,
  methodText,
  providerOf,
  timeText,
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

/** One page of what the provider finds. */
const mostFound = 100;
/** No card network keeps an authorisation for longer. */
const authorisedMs = 31 * dayMs;

/** An authorised payment, to be chosen from those that are not captured, the one whose authorisation ends next first. */
export const uncapturedPaymentField = (hint: string): Field<string> => ({
  ...idField('Payment', ['pi_'], hint),
  suggest: async (world, _hints, signal) => {
    const since = new Date(world.clock.now().getTime() - authorisedMs);
    const { rows } = await providerOf(world).payments.uncapturedPayments(mostFound, since, signal);
    return rows
      .filter((payment) => !isCapturedInParts(payment))
      .sort((a, b) => endOf(a) - endOf(b))
      .map((payment) => ({ value: payment.id, label: choiceText(payment), description: payment.id }));
  },
});

const chargeOf = ({ latestCharge }: Payment): Charge | null =>
  typeof latestCharge === 'string' ? null : latestCharge;

const endOf = (payment: Payment): number => chargeOf(payment)?.captureBefore?.getTime() ?? Infinity;

/** “49.00 EUR, Visa •• 4242, expires 2026-11-25 23:59 UTC”. */
function choiceText(payment: Payment): string {
  const charge = chargeOf(payment);
  const ends = charge?.captureBefore;
  return [
    moneyFact(payment.amountCapturable),
    charge && methodText(charge),
    ends ? `expires ${timeText(ends)}` : null,
  ]
    .filter((part) => part !== null)
    .join(', ');
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
