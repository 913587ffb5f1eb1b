/**
 * Stripe's amounts as Money, and back. Stripe counts in its own smallest unit, which for a few currencies is not ISO 4217's.
 *
 * Source: docs.stripe.com/currencies, “Zero-decimal currencies” and “Special cases”. ISK and UGX are whole in life but
 * stay two-decimal on the wire (500 is 5 ISK); MGA has two decimals in ISO 4217 but none at Stripe. UGX stands in both
 * lists there; its special case governs.
 * Deliberately absent: HUF and TWD. They are restricted for manual payouts only and count in hundredths everywhere.
 */
import { currencyExponent } from '../../kernel/currency.js';
import { OpsError } from '../../kernel/errors.js';
import { money, type Money } from '../../kernel/money.js';

const stripeExponents: ReadonlyMap<string, number> = new Map([
  ['ISK', 2],
  ['UGX', 2],
  ['MGA', 0],
]);

/**
 * `amount` in Stripe's smallest unit, `currency` as Stripe writes it (lower case). Throws `unavailable` for an amount
 * that ISO 4217 cannot express, such as 4010 ISK: some cards were charged fractions of a króna until April 2023.
 */
export function amountOf(amount: number, currency: string): Money {
  const code = currency.toUpperCase();
  const excessDigits = excessDigitsOf(code);
  if (excessDigits <= 0) return money(BigInt(amount) * 10n ** BigInt(-excessDigits), code);
  const unit = 10n ** BigInt(excessDigits);
  if (BigInt(amount) % unit !== 0n) {
    throw new OpsError('unavailable', `Stripe gives an amount that ${code} cannot express.`, {
      details: { amount, currency },
    });
  }
  return money(BigInt(amount) / unit, code);
}

/** In Stripe's smallest unit. Throws `invalid` for an amount that Stripe cannot take, such as 12.50 MGA. */
export function smallestUnitsOf({ minor, currency }: Money): bigint {
  const excessDigits = excessDigitsOf(currency);
  if (excessDigits >= 0) return minor * 10n ** BigInt(excessDigits);
  const unit = 10n ** BigInt(-excessDigits);
  if (minor % unit !== 0n) throw new OpsError('invalid', `Stripe takes no fractions of ${currency}.`);
  return minor / unit;
}

/** How many decimals Stripe counts beyond ISO 4217; negative where it counts fewer. */
function excessDigitsOf(code: string): number {
  const isoExponent = currencyExponent(code) ?? 0;
  return (stripeExponents.get(code) ?? isoExponent) - isoExponent;
}
