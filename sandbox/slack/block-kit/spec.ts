/**
 * The words in which the Block Kit tables are written: what a value may be, as plain data.
 * Invariant: a spec says everything about a value's shape; what spans several values is a rule next to it. Tables refer
 * to each other through functions, because rich text and containers are recursive.
 */
import type { JsonObject } from '../json.js';

export interface BlockError {
  /** RFC 6901, for instance `/blocks/0/text/text`. */
  pointer: string;
  code:
    | 'missing_required_field'
    | 'invalid_additional_property'
    | 'invalid_type'
    | 'unsupported_type'
    | 'failed_constraint';
  message: string;
}

export type Surface = 'message' | 'modal' | 'home';

/** What a rule found; `at` is the member of the object that is to blame, or none for the object itself. */
interface Finding {
  at?: string;
  message: string;
}

export type Rule = (value: JsonObject) => Finding | undefined;

export interface StringSpec {
  kind: 'string';
  min: number;
  max: number;
  oneOf?: readonly string[];
  pattern?: { matches: RegExp; says: string };
}

export interface NumberSpec {
  kind: 'number' | 'integer';
  min: number;
  max: number;
}

export interface ArraySpec {
  kind: 'array';
  of: Spec;
  min: number;
  max: number;
}

export interface ObjectSpec {
  kind: 'object';
  required: Readonly<Record<string, Spec>>;
  optional: Readonly<Record<string, Spec>>;
  rules: readonly Rule[];
  /** Where it may appear; everywhere when absent. */
  surfaces?: readonly Surface[];
}

/** Told apart by their `type`. */
export interface VariantSpec {
  kind: 'variant';
  variants: () => Readonly<Record<string, ObjectSpec>>;
}

export type Spec =
  StringSpec | NumberSpec | ArraySpec | ObjectSpec | VariantSpec | { kind: 'boolean' } | { kind: 'any' };

export const boolean: Spec = { kind: 'boolean' };
/** Taken as it is. */
export const anything: Spec = { kind: 'any' };

/** 1 to `max` characters. */
export const string = (max = Infinity, min = 1): StringSpec => ({ kind: 'string', min, max });

export const choice = (...oneOf: string[]): StringSpec => ({ kind: 'string', min: 1, max: Infinity, oneOf });

export const matching = (matches: RegExp, says: string, max = Infinity): StringSpec => ({
  kind: 'string',
  min: 1,
  max,
  pattern: { matches, says },
});

export const url = matching(/^https?:\/\/\S+$/i, 'invalid url', 3000);
export const httpsUrl = matching(/^https:\/\/\S+$/i, 'must be an https url', 3000);

export const integer = (min = -Infinity, max = Infinity): NumberSpec => ({ kind: 'integer', min, max });
export const number = (min = -Infinity, max = Infinity): NumberSpec => ({ kind: 'number', min, max });

export const list = (of: Spec, max = Infinity, min = 1): ArraySpec => ({ kind: 'array', of, min, max });

export const object = (
  required: Record<string, Spec>,
  optional: Record<string, Spec> = {},
  rules: readonly Rule[] = [],
  surfaces?: readonly Surface[],
): ObjectSpec => ({ kind: 'object', required, optional, rules, ...(surfaces && { surfaces }) });

export const variant = (variants: () => Readonly<Record<string, ObjectSpec>>): VariantSpec => ({
  kind: 'variant',
  variants,
});

/** Those entries of a table that are named. */
export const pick = (
  table: Readonly<Record<string, ObjectSpec>>,
  names: readonly string[],
): Record<string, ObjectSpec> =>
  Object.fromEntries(
    names.map((name) => {
      const spec = table[name];
      if (spec === undefined) throw new Error(`no spec for ${name}`);
      return [name, spec];
    }),
  );

/** Exactly one of these members. */
export const exactlyOne =
  (...names: string[]): Rule =>
  (value) =>
    names.filter((name) => name in value).length === 1
      ? undefined
      : { message: `must define either ${names.map((name) => `\`${name}\``).join(' or ')}` };

/** At least one of these members. */
export const atLeastOne =
  (...names: string[]): Rule =>
  (value) =>
    names.some((name) => name in value)
      ? undefined
      : { message: `must define either ${names.map((name) => `\`${name}\``).join(' or ')}` };
