/**
 * Stripe's form encoding, for queries and bodies alike: `arrival_date[gte]=1&expand[0]=customer`.
 *
 * Invariants: null goes out as an empty text, which is how Stripe unsets a field; items of a list are numbered, so
 * that the fields of one object stay together; an empty list or object says nothing. Same text as Stripe's own package.
 * Deliberately absent: dates and undefined. What is sent is spelled out by who sends it.
 */
export type FormValue =
  string | number | bigint | boolean | null | readonly FormValue[] | { readonly [name: string]: FormValue };
export type Form = Readonly<Record<string, FormValue>>;

export function formOf(form: Form): string {
  const fields = Object.entries(form).flatMap(([name, value]) => fieldsOf(name, value));
  return new URLSearchParams(fields).toString();
}

function fieldsOf(name: string, value: FormValue): [name: string, text: string][] {
  if (value === null) return [[name, '']];
  if (typeof value !== 'object') return [[name, String(value)]];
  return Object.entries<FormValue>(value).flatMap(([key, inner]) => fieldsOf(`${name}[${key}]`, inner));
}
