/**
 * How 3-D Secure ended: `payment_method_details.card.three_d_secure` of a charge.
 * Invariant: it follows from the order's key and the brand alone, so the same seed tells the same.
 * Sources: Stripe's documentation of the object; the networks' electronic commerce indicators (see docs/retries.md).
 */
import { pickWeighted } from '../../world/random.js';
import type { CardBrand } from '../../world/people.js';

type Outcome = 'challenge' | 'frictionless' | 'attempted' | 'exempted' | 'none';

const shares: readonly (readonly [Outcome, number])[] = [
  ['none', 45],
  ['frictionless', 30],
  ['challenge', 12],
  ['exempted', 9],
  ['attempted', 4],
];
const slot = 0x3d5;

const results: Record<Exclude<Outcome, 'none'>, { result: string; eci: string; mastercard: string }> = {
  challenge: { result: 'authenticated', eci: '05', mastercard: '02' },
  frictionless: { result: 'authenticated', eci: '05', mastercard: '02' },
  attempted: { result: 'attempt_acknowledged', eci: '06', mastercard: '01' },
  exempted: { result: 'exempted', eci: '07', mastercard: '06' },
};

export function authenticationOf(outcome: Outcome, brand: CardBrand): Record<string, unknown> | null {
  if (outcome === 'none') return null;
  const { result, eci, mastercard } = results[outcome];
  return {
    authentication_flow: outcome === 'challenge' || outcome === 'frictionless' ? outcome : null,
    electronic_commerce_indicator: brand === 'mastercard' ? mastercard : eci,
    exemption_indicator: outcome === 'exempted' ? 'low_risk' : null,
    result,
    result_reason: null,
    transaction_id: null,
    version: '2.2.0',
  };
}

/** Of an order's charge that was paid. */
export const drawAuthentication = (key: number, brand: CardBrand): Record<string, unknown> | null =>
  authenticationOf(pickWeighted(key, slot, shares), brand);
