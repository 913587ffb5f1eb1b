/**
 * Who made a payment, as the books and the provider know it: what is masked on the card.
 */
import { valueOf, type Findings } from '../../payments/findings.js';
import { code, escape } from '../kit/blocks.js';

export const revealIds = { button: 'payment_reveal', form: 'payment_reveal_form' } as const;

/** One line each; none where nothing is known. */
export function personalLines({ attempts, siblings, payment }: Findings): string[] {
  const made = [...(valueOf(attempts) ?? []), ...(valueOf(siblings) ?? [])];
  const addresses = [
    ...made.flatMap(({ customerEmail }) => customerEmail ?? []),
    valueOf(payment)?.receiptEmail ?? [],
  ].flat();
  const digits = made.flatMap(({ cardLast4 }) => cardLast4 ?? []);
  return [
    ...[...new Set(addresses)].map((address) => `*E-mail:* ${code(address)}`),
    ...[...new Set(digits)].map((last4) => `*Card ending:* ${escape(last4)}`),
  ];
}
