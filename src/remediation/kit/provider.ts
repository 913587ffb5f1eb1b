/**
 * What the actions on a payment provider share: the connection, and words for what they tell of.
 *
 * Invariant: an action that reads and writes at the provider is planned only where both are connected.
 */
import { OpsError } from '../../kernel/errors.js';
import { utcText } from '../../kernel/instants.js';
import type { Money } from '../../kernel/money.js';
import { maskEmail } from '../../kernel/sensitive.js';
import type { PaymentWrites } from '../../ports/payment-writes.js';
import type { Charge, Payment, PaymentsApi } from '../../ports/payments-api.js';
import type { World } from './action.js';
import { moneyFact, moneyOfFact } from './fields.js';

export interface Provider {
  payments: PaymentsApi;
  writes: PaymentWrites;
}

/** Throws `misconfigured` where nothing is connected. */
export function providerOf({ payments, writes }: World): Provider {
  if (payments && writes) return { payments, writes };
  throw new OpsError('misconfigured', 'No payments provider with write access is connected.', {
    hint: 'Ask your Paydesk admin to set STRIPE_API_KEY to a key with write access.',
  });
}

/** What a plan keeps of the rules for amounts. A type and not an interface, because only that is a JsonObject. */
export type AmountRuleFacts = { amountStep: string; leastCapture: string | null };

export function amountRuleFacts({ writes }: Pick<Provider, 'writes'>, currency: string): AmountRuleFacts {
  const { step, leastCapture } = writes.amountRules(currency);
  return { amountStep: moneyFact(step), leastCapture: leastCapture && moneyFact(leastCapture) };
}

/** What the provider would refuse for its form alone. */
export function stepFaults(amount: Money, { amountStep }: AmountRuleFacts): string[] {
  const step = moneyOfFact(amountStep).minor;
  const excess = amount.minor % step;
  if (excess === 0n) return [];
  const below = { ...amount, minor: amount.minor - excess };
  const instead = below.minor > 0n ? `: enter ${moneyFact(below)} or less` : '';
  return [
    `${moneyFact(amount)} is too precise, because the provider accepts ${amount.currency} only in steps of ${amountStep}${instead}.`,
  ];
}

/** “2026-11-18 12:00 UTC”, of a Date or of the ISO text that facts keep; cards show it in the reader's zone. */
export const timeText = utcText;

/** “Visa •• 4242”, or the kind of method where it was no card. */
export function methodText({ card, methodType }: Charge): string {
  if (!card?.brand) return methodType?.replaceAll('_', ' ') ?? 'an unknown payment method';
  const brand = card.brand.charAt(0).toUpperCase() + card.brand.slice(1);
  return card.last4 === null ? brand : `${brand} •• ${card.last4}`;
}

/** Whose money it is, where the company says so in the payment's metadata. */
export function merchantOf({ merchant = '' }: Readonly<Record<string, string>>): string | null {
  return merchant.trim() === '' ? null : merchant.trim();
}

/** Facts by which people know the customer; they never make a plan another one. */
export const customerFacts = (
  payment: Payment | null,
): { customer: string | null; customerEmail: string | null } => ({
  customer: payment?.customerId ?? null,
  customerEmail: payment?.receiptEmail === undefined ? null : maskEmail(payment.receiptEmail),
});

/** “Customer: j•••@example.com (cus_1)”; none where the provider has no address: an id alone says nothing to people. */
export const customerLines = ({ customer, customerEmail }: ReturnType<typeof customerFacts>): string[] =>
  customerEmail === null ? [] : [`Customer: ${customerEmail}${customer === null ? '' : ` (${customer})`}`];

/** “ of cus_1”, or nothing where the provider names no customer. */
export const ofCustomer = (customer: string | null): string => (customer === null ? '' : ` of ${customer}`);
