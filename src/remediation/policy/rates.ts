/**
 * Amounts in the reporting currency, by the dated rates of the policy.
 *
 * Invariant: exact arithmetic, rounded up at the end: the parts of an amount never come to less than the whole, so that a
 * cap is not slipped under by rounding. What a rate does not cover is refused, never guessed.
 */
import { currencyExponent } from '../../kernel/currency.js';
import { formatDuration } from '../../kernel/duration.js';
import { OpsError } from '../../kernel/errors.js';
import { formatMoney, parseMajor, type Money } from '../../kernel/money.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Policy, Rate } from './policy.js';

export interface Conversion {
  reporting: Money;
  /** How it came about. */
  note: string;
}

/**
 * The size of an amount in the reporting currency. A negative amount counts like a positive one: money moves either way,
 * and it must not make room under a cap. The fault is a sentence for people.
 */
export function reportingOf(policy: Policy, value: Money, at: Date): Result<Conversion, string> {
  const size = { minor: value.minor < 0n ? -value.minor : value.minor, currency: value.currency };
  const { reportingCurrency } = policy;
  if (size.currency === reportingCurrency)
    return ok({ reporting: size, note: `At stake: ${formatMoney(size)}.` });
  const rated = usableRate(policy, size.currency, at);
  if (!rated.ok) return rated;
  const { currency, date, rate } = rated.value;
  const reporting = { minor: converted(size, rate, reportingCurrency), currency: reportingCurrency };
  const quote = `1 ${currency} = ${rate} ${reportingCurrency} as of ${date}`;
  return ok({ reporting, note: `At stake: ${formatMoney(size)} = ${formatMoney(reporting)} (${quote}).` });
}

function usableRate(policy: Policy, currency: string, at: Date): Result<Rate, string> {
  const pair = `from ${currency} to ${policy.reportingCurrency}`;
  const remedy = 'Ask your Paydesk admin to add one under “remediation.rates”.';
  const rate = newestRate(policy.rates, currency, at);
  if (rate === null) return fail(`No exchange rate ${pair} is configured. ${remedy}`);
  const ageMs = at.getTime() - startOf(rate);
  if (ageMs <= policy.ratesMaxAge) return ok(rate);
  const allowed = formatDuration(policy.ratesMaxAge);
  return fail(`The exchange rate ${pair} is stale: dated ${rate.date}, maximum age ${allowed}. ${remedy}`);
}

/** A sentence per currency whose newest rate no longer counts: amounts in it are refused. */
export function staleRates({ rates, ratesMaxAge, reportingCurrency }: Policy, at: Date): string[] {
  return [...new Set(rates.map(({ currency }) => currency))].flatMap((currency) => {
    const rate = newestRate(rates, currency, at);
    if (rate && at.getTime() - startOf(rate) <= ratesMaxAge) return [];
    const why = rate
      ? `is stale: dated ${rate.date}, maximum age ${formatDuration(ratesMaxAge)}`
      : 'is dated in the future';
    return [
      `The exchange rate from ${currency} to ${reportingCurrency} ${why}. Guarded actions in ${currency} are refused.`,
    ];
  });
}

function newestRate(rates: readonly Rate[], currency: string, at: Date): Rate | null {
  return rates
    .filter((rate) => rate.currency === currency && startOf(rate) <= at.getTime())
    .reduce<Rate | null>((best, rate) => (best === null || rate.date > best.date ? rate : best), null);
}

/** The start of a rate's day, in UTC. */
const startOf = ({ date }: Rate): number => Date.parse(`${date}T00:00:00Z`);

/** minor ÷ 10^(own exponent) × rate × 10^(reporting exponent), rounded up. */
function converted({ minor, currency }: Money, rate: string, reportingCurrency: string): bigint {
  const [whole = '', fraction = ''] = rate.split('.');
  const numerator = minor * BigInt(whole + fraction) * tenToThe(exponentOf(reportingCurrency));
  const denominator = tenToThe(exponentOf(currency) + fraction.length);
  return (numerator + denominator - 1n) / denominator;
}

const tenToThe = (exponent: number): bigint => 10n ** BigInt(exponent);

function exponentOf(currency: string): number {
  const exponent = currencyExponent(currency);
  if (exponent === undefined)
    throw new OpsError('misconfigured', `“${currency}” is not an ISO 4217 currency.`);
  return exponent;
}

/** An amount of the policy itself, such as a limit. Throws `misconfigured` when it does not read. */
export function policyAmount({ reportingCurrency }: Policy, decimal: string): Money {
  const parsed = parseMajor(decimal, reportingCurrency);
  if (parsed.ok) return parsed.value;
  throw new OpsError('misconfigured', `In the remediation policy: ${parsed.fault}.`);
}
