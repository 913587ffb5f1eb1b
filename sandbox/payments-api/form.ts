/**
 * Form encoding with brackets, as Stripe's API takes it: `metadata[order_id]=7`, `expand[]=charge`, `created[gte]=1`.
 * Invariant: the result has no prototype to pollute; a list given by number keeps its order.
 */

export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type Form = Record<string, FormValue>;

const maxDepth = 6;

/** Parses a query string or a form body. Keys deeper than six levels are cut there. */
export function parseForm(text: string): Form {
  const form = Object.create(null) as Form;
  for (const [key, value] of new URLSearchParams(text)) put(form, pathOf(key), value);
  return mapLists(form) as Form;
}

function pathOf(key: string): string[] {
  const [, head, rest] = /^([^[]*)(.*)$/s.exec(key) ?? [];
  const inner = [...(rest ?? '').matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '');
  return [head ?? key, ...inner].slice(0, maxDepth);
}

function put(into: Form, [head = '', ...rest]: string[], value: string): void {
  const key = head === '' ? String(Object.keys(into).length) : head;
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const known = into[key];
  const child = typeof known === 'object' && !Array.isArray(known) ? known : (Object.create(null) as Form);
  into[key] = child;
  put(child, rest, value);
}

/** Objects whose keys are all numbers are lists. */
function mapLists(value: FormValue): FormValue {
  if (typeof value === 'string' || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, mapLists(inner)] as const);
  if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key)))
    return entries.map(([, inner]) => inner);
  return Object.assign(Object.create(null) as Form, Object.fromEntries(entries));
}
