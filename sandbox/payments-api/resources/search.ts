/**
 * Search of payment intents and charges with Stripe's query language: `field:"value"`, `field>number`, `-field:…`,
 * joined by AND or by OR (not both). Invariant: a query that is not understood is refused with the place.
 * Fields: amount, created, currency, customer, status, metadata["key"], payment_method_details.card.last4 and brand.
 */
import type { Order } from '../../world/orders.js';
import type { Call } from '../api.js';
import type { ObjectType } from '../archive.js';
import { invalidParameter, missingResource } from '../errors.js';
import { isRecord, textOf, type ApiObject } from '../objects/api-object.js';
import { allowOnly, requiredText, textParam, wholeParam } from '../params.js';

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

const CLAUSE =
  /^\s*(-?)([a-z_][\w.]*)(?:\[["']([^"'\]]+)["']\])?\s*(:|~|>=|<=|>|<)\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))/i;
const FIELDS = new Set([
  'amount', 'created', 'currency', 'customer', 'status', 'metadata', 'payment_method_details.card.last4',
  'payment_method_details.card.brand', 'billing_details.address.postal_code', 'refunded', 'disputed',
]); // prettier-ignore

function parseQuery(text: string): Query {
  const clauses: Clause[] = [];
  const joins = new Set<string>();
  let rest = text;
  for (;;) {
    const match = CLAUSE.exec(rest);
    const [whole, sign, field, key, operator, double, single, bare] = match ?? [];
    if (whole === undefined || field === undefined) throw badQuery(text, rest);
    if (!FIELDS.has(field)) throw badQuery(text, field);
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
  (type: 'payment_intent' | 'charge') =>
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
  type: ObjectType;
  query: Query;
}

/** A search for our own order id names one payment; any other one walks back through the history. */
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
  return api.store.newest(type, { from: -Infinity, to: Infinity }, orderTest(api, query));
}

/** What can be told from the order alone, so that most are refused before their objects are made. */
function orderTest(api: Call['api'], query: Query): (order: Order) => boolean {
  if (!query.all) return () => true;
  const tests = query.clauses.flatMap((clause): ((order: Order) => boolean)[] => {
    const field = clause.path.join('.');
    if (field === 'amount')
      return [(order) => meets({ id: '', object: '', amount: order.amountMinor }, clause)];
    if (field === 'payment_method_details.card.last4' && !clause.negated)
      return [(order) => compare(order.customer.card.last4, clause.operator, clause.value)];
    if (field === 'customer' && !clause.negated) {
      const customer = textOf(api.store.find(clause.value) ?? { id: '', object: '' }, 'email');
      return [(order) => order.customer.email === customer];
    }
    return [];
  });
  return (order) => tests.every((test) => test(order));
}
