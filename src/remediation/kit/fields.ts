/**
 * The kinds of parameters that actions share: how each is asked for and read.
 *
 * Invariant: what is not plainly what was asked for is refused with a reason, never mended: an amount that was guessed
 * is a wrong amount.
 */
import { currencyExponent } from '../../kernel/currency.js';
import { OpsError } from '../../kernel/errors.js';
import { formatMoney, parseMajor, type Money } from '../../kernel/money.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { hasVisibleText } from '../../kernel/visible-text.js';
import type { Field } from './action.js';

/** Null where nothing was typed. */
export const optionalField = <Value>(field: Field<Value>): Field<Value | null> => ({
  ...field,
  optional: true,
  parse: (typed) => (typed === '' ? ok(null) : field.parse(typed)),
});

/** An id of the provider's, by its prefix: `pi_…`. */
export function idField(label: string, prefixes: readonly string[], hint?: string): Field<string> {
  const pattern = new RegExp(`^(?:${prefixes.join('|')})[A-Za-z0-9_]{3,250}$`);
  const wanted = prefixes.map((prefix) => `${prefix}…`).join(' or ');
  return {
    label,
    ...(hint === undefined ? {} : { hint }),
    input: { kind: 'text', placeholder: wanted },
    parse: (typed) =>
      pattern.test(typed) ? ok(typed) : fail(`Enter an ID that starts with ${wanted.replaceAll('…', '')}.`),
  };
}

/** An amount as people type it; its currency is known once the object is. */
export interface TypedAmount {
  decimal: string;
  /** Null where none was typed. */
  currency: string | null;
}

const amountForm = /^(\d{1,15}(?:\.\d{1,6})?)(?: ?([A-Za-z]{3}))?$/;

/** With what is in the way, where it is how many people write amounts: `5,40`, `1 000.00`. */
const notPlain = (typed: string): string =>
  /^[\d.,'’ ]+(?: ?[A-Za-z]{3})?$/.test(typed)
    ? 'Enter an amount above zero with a decimal point and no thousands separators, such as 12.50 or 1250.00 EUR.'
    : 'Enter an amount above zero, such as 12.50 or 12.50 EUR.';

/** `12.50` or `12.50 EUR`. Refuses signs, exponents, grouping, other scripts' digits and zero. */
export const amountField = (label: string, hint?: string): Field<TypedAmount> => ({
  label,
  ...(hint === undefined ? {} : { hint }),
  input: { kind: 'text', placeholder: '12.50' },
  parse: (typed) => {
    const [, decimal, currency] = amountForm.exec(typed) ?? [];
    if (decimal === undefined) return fail(notPlain(typed));
    if (/^[0.]+$/.test(decimal)) return fail('The amount must be above zero.');
    const code = currency?.toUpperCase() ?? null;
    if (code !== null && currencyExponent(code) === undefined) return fail(`${code} is not a currency.`);
    return ok({ decimal, currency: code });
  },
});

/** What was typed as money of the object's own currency. */
export function amountIn({ decimal, currency }: TypedAmount, own: string): Result<Money, string> {
  if (currency !== null && currency !== own) return fail(`The currency is ${own}, not ${currency}.`);
  const parsed = parseMajor(decimal, own);
  return parsed.ok ? parsed : fail(`${parsed.fault}.`);
}

/** A whole number within bounds, both included. */
export const wholeField = (label: string, [least, most]: [number, number], hint?: string): Field<number> => ({
  label,
  ...(hint === undefined ? {} : { hint }),
  input: { kind: 'text', placeholder: `${least} to ${most}` },
  parse: (typed) => {
    const value = /^\d{1,9}$/.test(typed) ? Number(typed) : Number.NaN;
    return value >= least && value <= most
      ? ok(value)
      : fail(`Enter a whole number from ${least} to ${most}.`);
  },
});

export const textField = (label: string, most: number, hint?: string): Field<string> => ({
  label,
  ...(hint === undefined ? {} : { hint }),
  input: { kind: 'text', multiline: most > 300 },
  parse: (typed) => {
    if (typed !== '' && !hasVisibleText(typed)) return fail('This text has no visible characters.');
    return typed.length <= most
      ? ok(typed)
      : fail(`At most ${most} characters; this text has ${typed.length}.`);
  },
});

export function choiceField<Choice extends string>(
  label: string,
  options: readonly { value: Choice; label: string }[],
): Field<Choice> {
  return {
    label,
    input: { kind: 'choice', options },
    parse: (typed) => {
      const chosen = options.find(({ value }) => value === typed);
      return chosen ? ok(chosen.value) : fail('Choose one of the options.');
    },
  };
}

export const partnerField = (label: string): Field<string> => ({
  label,
  input: { kind: 'partner' },
  parse: (typed) => (/^[a-z][a-z0-9-]{1,30}$/.test(typed) ? ok(typed) : fail('Choose one of the partners.')),
});

export const instantField = (label: string, hint?: string): Field<Date> => ({
  label,
  ...(hint === undefined ? {} : { hint }),
  input: { kind: 'instant' },
  parse: (typed) =>
    /^\d{1,12}$/.test(typed) ? ok(new Date(Number(typed) * 1000)) : fail('Choose a date and time.'),
});

export const dateField = (label: string, hint?: string): Field<string> => ({
  label,
  ...(hint === undefined ? {} : { hint }),
  input: { kind: 'date' },
  parse: (typed) => (isDate(typed) ? ok(typed) : fail('Choose a date, or write it like 2026-11-03.')),
});

function isDate(typed: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(typed)) return false;
  const day = new Date(`${typed}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(typed);
}

export const filesField = (label: string, most: number): Field<readonly string[]> => ({
  label,
  optional: true,
  input: { kind: 'files', most },
  parse: (typed) => {
    const ids = typed
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== '');
    if (ids.length > most) return fail(`At most ${most} files.`);
    return ids.every((id) => /^F[A-Z0-9]{2,30}$/.test(id)) ? ok(ids) : fail('Attach files, not text.');
  },
});

/** Money in a fact or a difference: exact, and readable as it is. */
export const moneyFact = (amount: Money): string => formatMoney(amount);

/** What `moneyFact` wrote. Throws `internal` for anything else. */
export function moneyOfFact(fact: string): Money {
  const [decimal = '', currency = ''] = fact.replaceAll(',', '').split(' ');
  const parsed = parseMajor(decimal, currency);
  if (!parsed.ok) throw new OpsError('internal', 'A fact of a plan is not the amount that it should be.');
  return parsed.value;
}
