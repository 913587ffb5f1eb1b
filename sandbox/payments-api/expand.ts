/**
 * `expand[]`: ids replaced by the objects they name, along dotted paths, at most four deep.
 * Invariant: what cannot be expanded is refused with Stripe's error; an id that leads nowhere stays an id.
 */
import { invalidParameter } from './errors.js';
import { isApiObject, isRecord } from './objects/api-object.js';
import type { Store } from './store.js';

const maxDepth = 4;

/** Fields that hold an id of something this API serves, and `refunds`, which Stripe only sends when asked. */
const expandable = new Set([
  'balance_transaction',
  'charge',
  'customer',
  'destination',
  'failure_balance_transaction',
  'latest_charge',
  'original_payout',
  'payment_intent',
  'payment_method',
  'refunds',
  'reversed_by',
  'source',
]);

export function expand(store: Store, answer: unknown, paths: readonly string[]): unknown {
  let expanded = answer;
  for (const path of paths) {
    const parts = path.split('.');
    if (parts.length > maxDepth)
      throw invalidParameter(
        'expand',
        `You cannot expand more than ${maxDepth} levels of a property (${path}).`,
      );
    expanded = follow(store, expanded, parts, path);
  }
  return expanded;
}

function follow(store: Store, value: unknown, parts: readonly string[], path: string): unknown {
  const [head, ...rest] = parts;
  if (head === undefined || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => follow(store, item, parts, path));
  if (!isRecord(value)) return value;
  if (head === 'data' && (value.object === 'list' || value.object === 'search_result'))
    return { ...value, data: follow(store, value.data, rest, path) };
  if (!expandable.has(head) || (!(head in value) && head !== 'refunds'))
    throw invalidParameter('expand', `This property cannot be expanded (${path}).`);
  return { ...value, [head]: follow(store, resolve(store, value, head), rest, path) };
}

function resolve(store: Store, owner: Record<string, unknown>, field: string): unknown {
  const value = owner[field];
  if (field === 'refunds' && value === undefined && isApiObject(owner))
    return refundsOf(store, owner.id, owner.payment_intent);
  return typeof value === 'string' ? (store.find(value) ?? value) : value;
}

function refundsOf(store: Store, chargeId: string, paymentIntent: unknown): unknown {
  const fromWorld =
    typeof paymentIntent === 'string' ? store.archive.ofPayment('refund', paymentIntent, store.nowMs()) : [];
  const mine = fromWorld.filter((refund) => refund.charge === chargeId);
  return {
    object: 'list',
    data: store.overlay('refund', mine, (refund) => refund.charge === chargeId),
    has_more: false,
    url: `/v1/charges/${chargeId}/refunds`,
  };
}
