/**
 * What the actions on a payment provider share: the connection, and words for what they tell of.
 *
 * Invariant: an action that reads and writes at the provider is planned only where both are connected.
 */
import { OpsError } from '../kernel/errors.js';
import type { PaymentWrites } from '../ports/payment-writes.js';
import type { Charge, PaymentsApi } from '../ports/payments-api.js';
import type { World } from './action.js';

/** Throws `misconfigured` where nothing is connected. */
export function providerOf({ payments, writes }: World): { payments: PaymentsApi; writes: PaymentWrites } {
  if (payments && writes) return { payments, writes };
  throw new OpsError('misconfigured', 'No payment provider is connected that can be written to.', {
    hint: 'Whoever runs Paydesk has to give it a key of the payments API that may write.',
  });
}

/** “2026-11-18 12:00 UTC”, of a Date or of the ISO text that facts keep. */
export const timeText = (instant: Date | string): string =>
  `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

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

/** “ of cus_1”, or nothing where the provider names no customer. */
export const ofCustomer = (customer: string | null): string => (customer === null ? '' : ` of ${customer}`);
