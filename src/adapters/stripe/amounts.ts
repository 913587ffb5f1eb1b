/**
 * Stripe's amounts as Money, and back. Stripe counts in its own smallest unit, which for a few currencies is not ISO 4217's.
 *
 * Source: docs.stripe.com/currencies, “Zero-decimal currencies” and “Special cases”. ISK and UGX are whole in life but
 * stay two-decimal on the wire (500 is 5 ISK); MGA has two decimals in ISO 4217 but none at Stripe. UGX is in both
 * lists there; its special case governs.
 * Deliberately absent: HUF and TWD. They are restricted for manual payouts only and count in hundredths everywhere.
 */
import { currencyExponent } from '../../kernel/currency.js';
import { OpsError } from '../../kernel/errors.js';
import { money, parseMajor, type Money } from '../../kernel/money.js';
import type { AmountRules } from '../../ports/payment-writes.js';

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

/** Whether Money holds it exactly. */
export function isExpressible(amount: number, currency: string): boolean {
  const excessDigits = excessDigitsOf(currency.toUpperCase());
  return excessDigits <= 0 || BigInt(amount) % 10n ** BigInt(excessDigits) === 0n;
}

/** In Stripe's smallest unit. Throws `invalid` for an amount that Stripe cannot take, such as 12.50 MGA. */
export function smallestUnitsOf({ minor, currency }: Money): bigint {
  const excessDigits = excessDigitsOf(currency);
  if (excessDigits >= 0) return minor * 10n ** BigInt(excessDigits);
  const unit = 10n ** BigInt(-excessDigits);
  if (minor % unit !== 0n) throw new OpsError('invalid', `Stripe accepts no fractions of ${currency}.`);
  return minor / unit;
}

/** In major units. Source: docs.stripe.com/currencies, “Minimum and maximum charge amounts”. */
const leastCharges: Readonly<Record<string, string>> = {
  AED: '2.00',
  AUD: '0.50',
  BGN: '1.00',
  BRL: '0.50',
  CAD: '0.50',
  CHF: '0.50',
  CZK: '15.00',
  DKK: '2.50',
  EUR: '0.50',
  GBP: '0.30',
  HKD: '4.00',
  HUF: '175.00',
  INR: '0.50',
  JPY: '50',
  MXN: '10.00',
  MYR: '2.00',
  NOK: '3.00',
  NZD: '0.50',
  PLN: '2.00',
  RON: '2.00',
  SEK: '3.00',
  SGD: '0.50',
  THB: '10.00',
  USD: '0.50',
};

/** Three-decimal amounts end in 0 there, because networks count in hundredths (docs.stripe.com/currencies). */
export function amountRulesOf(currency: string): AmountRules {
  const least = leastCharges[currency];
  const parsed = least === undefined ? null : parseMajor(least, currency);
  const finest =
    currencyExponent(currency) === 3 ? 10n : 10n ** BigInt(Math.max(0, -excessDigitsOf(currency)));
  return { step: money(finest, currency), leastCapture: parsed?.ok ? parsed.value : null };
}

/** How many decimals Stripe counts beyond ISO 4217; negative where it counts fewer. */
function excessDigitsOf(code: string): number {
  const isoExponent = currencyExponent(code) ?? 0;
  return (stripeExponents.get(code) ?? isoExponent) - isoExponent;
}
