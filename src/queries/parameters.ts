/**
 * Typed parameters of a query: what a person typed becomes a value, or a sentence that says what is expected.
 *
 * Invariant: a value is bound to the statement and never becomes part of its text.
 */
import { parseDay } from '../kernel/calendar-day.js';
import type { Result } from '../kernel/result.js';

export const parameterTypes = ['text', 'integer', 'decimal', 'date', 'boolean'] as const;
export type ParameterType = (typeof parameterTypes)[number];

export interface Parameter {
  name: string;
  type: ParameterType;
  /** What is taken where nothing is given, as typed; null where a value is required. */
  standard: string | null;
  about: string;
}

const longestText = 500;

interface Kind {
  /** Continues “must be”. */
  expected: string;
  /** Undefined for a value of another type. */
  read: (text: string) => string | boolean | undefined;
}

/** Numbers stay text: the books read them in the column's own type, without rounding. */
const kinds: Readonly<Record<ParameterType, Kind>> = {
  text: {
    expected: `a text of at most ${longestText} characters`,
    read: (text) => (text.length <= longestText && !text.includes('\u0000') ? text : undefined),
  },
  integer: {
    expected: 'a whole number, such as 50',
    read: (text) => (/^-?\d{1,15}$/.test(text) ? text : undefined),
  },
  decimal: {
    expected: 'a number, such as 12.50',
    read: (text) => (/^-?\d{1,15}(?:\.\d{1,10})?$/.test(text) ? text : undefined),
  },
  date: {
    expected: 'a day, such as 2026-11-27, yesterday or "27 Nov"',
    read: (text) => (parseDay(text) === null ? undefined : text),
  },
  boolean: {
    expected: 'yes or no',
    read: (text) => ({ yes: true, true: true, no: false, false: false })[text.toLowerCase()],
  },
};

/** The value to bind, or what is wrong with the text. */
export function readValue(
  { name, type }: Pick<Parameter, 'name' | 'type'>,
  text: string,
): Result<string | boolean, string> {
  const value = kinds[type].read(text.trim());
  return value === undefined
    ? { ok: false, fault: `${name} must be ${kinds[type].expected}` }
    : { ok: true, value };
}
