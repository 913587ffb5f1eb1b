/**
 * Search of payment intents and charges with Stripe's query language: `field:"value"`, `field>number`, `-field:…`,
 * joined by AND or by OR (not both). Invariant: a query that is not understood is refused with the place.
 * Fields: amount, created, currency, customer, status, metadata["key"], payment_method_details.card.last4,
 * brand and fingerprint.
 */
import type { Call } from '../api.js';
import type { SearchedType, Wanted } from '../archive.js';
import { invalidParameter, missingResource } from '../errors.js';
import { isRecord, type ApiObject } from '../objects/api-object.js';
import { customerNumber } from '../objects/payments.js';
import { allowOnly, requiredText, textParam, wholeParam } from '../params.js';
import type { Window } from '../store.js';

interface Clause {
  negated: boolean;
  path: string[];
  operator: ':' | '~' | '>' | '<' | '>=' | '<=';
  value: string;
}

interface Query {
  all: boolean;
  clauses: Clause[];
}

const clausePattern =
  /^\s*(-?)([a-z_][\w.]*)(?:\[["']([^"'\]]+)["']\])?\s*(:|~|>=|<=|>|<)\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))/i;
const fields = new Set([
  'amount',
  'created',
  'currency',
  'customer',
  'status',
  'metadata',
  'payment_method_details.card.last4',
  'payment_method_details.card.brand',
  'payment_method_details.card.fingerprint',
  'billing_details.address.postal_code',
  'refunded',
  'disputed',
]);

function parseQuery(text: string): Query {
  const clauses: Clause[] = [];
  const joins = new Set<string>();
  let rest = text;
  for (;;) {
    const match = clausePattern.exec(rest);
    const [whole, sign, field, key, operator, double, single, bare] = match ?? [];
    if (whole === undefined || field === undefined) throw badQuery(text, rest);
    if (!fields.has(field)) throw badQuery(text, field);
    clauses.push({
      negated: sign === '-',
      path: [...field.split('.'), ...(key === undefined ? [] : [key])],
      operator: operator as Clause['operator'],
      value: double ?? single ?? bare ?? '',
    });
    rest = rest.slice(whole.length);
    if (rest.trim() === '') break;
    const join = /^\s+(AND|OR)\s+/i.exec(rest);
    if (!join?.[1]) throw badQuery(text, rest);
    joins.add(join[1].toUpperCase());
    rest = rest.slice(join[0].length);
  }
  if (joins.size > 1) throw badQuery(text, 'AND and OR');
  return { all: !joins.has('OR'), clauses };
}

const badQuery = (query: string, place: string): Error =>
  invalidParameter(
    'query',
    `We were unable to parse your search query: ${query}. Near: ${place.trim().slice(0, 40)}`,
  );

function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const part of path) value = isRecord(value) ? value[part] : undefined;
  return value;
}

function meets(object: ApiObject, { negated, path, operator, value }: Clause): boolean {
  const found = valueAt(object, path);
  return compare(found, operator, value) !== negated;
}

function compare(found: unknown, operator: Clause['operator'], value: string): boolean {
  if (typeof found === 'number' && operator !== '~') {
    const wanted = Number(value);
    if (operator === '>') return found > wanted;
    if (operator === '<') return found < wanted;
    if (operator === '>=') return found >= wanted;
    return operator === '<=' ? found <= wanted : found === wanted;
  }
  if (typeof found === 'boolean') return String(found) === value;
  if (value === 'null') return found === null || found === undefined;
  if (typeof found !== 'string') return false;
  return operator === '~'
    ? found.toLowerCase().includes(value.toLowerCase())
    : found.toLowerCase() === value.toLowerCase();
}

/** A handler that searches objects of a type. The page cursor is the last object's id. */
export const search =
  (type: SearchedType) =>
  async ({ api, form, path }: Call): Promise<unknown> => {
    allowOnly(form, ['query', 'limit', 'page']);
    const query = parseQuery(requiredText(form, 'query'));
    const limit = wholeParam(form, 'limit', 1, 100) ?? 10;
    const page = textParam(form, 'page');
    if (page !== undefined && !api.store.find(page)) throw missingResource('page', page, 'page');
    const test = (object: ApiObject): boolean =>
      query.all
        ? query.clauses.every((clause) => meets(object, clause))
        : query.clauses.some((clause) => meets(object, clause));
    const found: ApiObject[] = [];
    let passed = page === undefined;
    for await (const object of candidates({ api, type, query })) {
      if (passed && test(object)) found.push(object);
      if (object.id === page) passed = true;
      if (found.length > limit) break;
    }
    const data = found.slice(0, limit);
    const more = found.length > limit;
    return {
      object: 'search_result',
      data,
      has_more: more,
      next_page: more ? (data.at(-1)?.id ?? null) : null,
      url: path,
    };
  };

interface Scope {
  api: Call['api'];
  type: SearchedType;
  query: Query;
}

/** A search for our own order id names one payment; any other one goes by the first draws of all orders. */
function candidates({ api, type, query }: Scope): AsyncIterable<ApiObject> | ApiObject[] {
  const named = query.all
    ? query.clauses.find((clause) => clause.path[1] === 'order_id' && !clause.negated)
    : undefined;
  if (named) {
    const intent = api.store.archive.paymentOfOrderId(named.value, api.nowMs());
    const fromWorld = intent ? api.store.archive.ofPayment(type, intent.id, api.nowMs()) : [];
    return api.store.overlay(
      type,
      fromWorld,
      (object) => valueAt(object, ['metadata', 'order_id']) === named.value,
    );
  }
  return api.store.like(type, windowOf(query), drawTest(api, query));
}

/** The seconds in which all that is asked for was created. */
function windowOf({ all, clauses }: Query): Window {
  const window = { from: -Infinity, to: Infinity };
  for (const { path, operator, value, negated } of all ? clauses : []) {
    if (path[0] !== 'created' || negated || !/^\d+$/.test(value)) continue;
    if (operator !== '<' && operator !== '<=') window.from = Math.max(window.from, Number(value));
    if (operator !== '>' && operator !== '>=') window.to = Math.min(window.to, Number(value));
  }
  return window;
}

/** What an order's first draws tell, so that nearly all are refused before they are made. */
function drawTest(api: Call['api'], { all, clauses }: Query): Wanted {
  const tests = clauses.map((clause) => clauseTest(api, clause));
  const known = tests.filter((test) => test !== null);
  if (all) return (draw) => known.every((test) => test(draw));
  return known.length < tests.length ? () => true : (draw) => known.some((test) => test(draw));
}

/** Null for a clause that only the finished object can answer. */
function clauseTest(api: Call['api'], clause: Clause): Wanted | null {
  const { path, operator, value, negated } = clause;
  const { people, ids } = api.world;
  const told = (object: object): boolean => meets({ id: '', object: '', ...object }, clause);
  switch (path.join('.')) {
    case 'amount':
      return ({ amountMinor: amount }) => told({ amount });
    case 'currency':
      return ({ route }) => told({ currency: route.country.currency.toLowerCase() });
    case 'payment_method_details.card.last4':
    case 'payment_method_details.card.brand':
    case 'payment_method_details.card.fingerprint':
      if (negated || value === 'null') return null;
      return ({ customerNumber }) =>
        told({ payment_method_details: { card: people.get(customerNumber).card } });
    case 'status':
      return negated || operator !== ':' || value.toLowerCase() !== 'requires_capture'
        ? null
        : ({ captureLag }) => captureLag !== null;
    case 'customer': {
      const place = ids.decode(value);
      const wanted = place?.kind === 'customer' ? customerNumber(place) : null;
      return negated || operator !== ':' || value === 'null'
        ? null
        : (draw) => draw.customerNumber === wanted;
    }
    default:
      // The world's own payments carry an order id, and nothing else.
      return path[0] === 'metadata' && path[1] !== 'order_id' ? () => told({}) : null;
  }
}
