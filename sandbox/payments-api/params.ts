/**
 * Reading parameters with Stripe's errors. Invariant: a parameter that is not understood is refused, never ignored.
 */
import { invalidParameter, missingParameter, unknownParameter } from './errors.js';
import type { Form, FormValue } from './form.js';
import { isRecord, type Metadata } from './objects/api-object.js';

/** Refuses parameters outside the list. `expand` is always allowed. */
export function allowOnly(form: Form, allowed: readonly string[]): void {
  const unknown = Object.keys(form).find((key) => key !== 'expand' && !allowed.includes(key));
  if (unknown !== undefined) throw unknownParameter(unknown);
}

export function textParam(form: Form, name: string): string | undefined {
  const value = form[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw invalidParameter(name, `Invalid string: ${JSON.stringify(value)}`);
  return value;
}

export function requiredText(form: Form, name: string): string {
  const value = textParam(form, name);
  if (value === undefined) throw missingParameter(name);
  return value;
}

/** A whole number within bounds. */
export function wholeParam(form: Form, name: string, min = 0, max = 99_999_999): number | undefined {
  const text = textParam(form, name);
  if (text === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(text))
    throw invalidParameter(name, `Invalid integer: ${text}`, 'parameter_invalid_integer');
  const value = Number(text);
  if (value < min)
    throw invalidParameter(
      name,
      `This value must be greater than or equal to ${min}.`,
      'parameter_invalid_integer',
    );
  if (value > max)
    throw invalidParameter(
      name,
      `This value must be less than or equal to ${max}.`,
      'parameter_invalid_integer',
    );
  return value;
}

export function flagParam(form: Form, name: string, otherwise: boolean): boolean {
  const text = textParam(form, name);
  if (text === undefined) return otherwise;
  if (text !== 'true' && text !== 'false') throw invalidParameter(name, `Invalid boolean: ${text}`);
  return text === 'true';
}

export function choiceParam<T extends string>(
  form: Form,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textParam(form, name);
  const choice = choices.find((known) => known === text);
  if (text !== undefined && choice === undefined)
    throw invalidParameter(name, `Invalid ${name}: must be one of ${choices.join(', ')}`);
  return choice;
}

/** Metadata laid over what is there; an empty value removes its key. */
export function mergedMetadata(form: Form, present: unknown): Metadata {
  const given = form.metadata;
  const merged: Record<string, unknown> = isRecord(present) ? { ...present } : {};
  if (given === '') return {};
  if (given !== undefined && !isRecord(given)) throw invalidParameter('metadata', 'Invalid hash');
  for (const [key, value] of Object.entries(given ?? {})) merged[key] = value;
  return Object.fromEntries(
    Object.entries(merged).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
    ),
  );
}

export const isForm = (value: FormValue | undefined): value is Form => isRecord(value);

/** The dotted paths of `expand`. */
export function expandPaths(form: Form): string[] {
  const { expand } = form;
  if (expand === undefined) return [];
  const paths = (Array.isArray(expand) ? expand : [expand]).filter((path) => typeof path === 'string');
  return paths;
}
