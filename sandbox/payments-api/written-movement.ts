/**
 * What was done through the payments API, as a movement of money for the world.
 * Invariant: told from the event and its objects alone, so a restart tells the same again.
 */
import { secondMs } from '../world/clock.js';
import { currencies } from '../world/partners.js';
import type { MovementKind } from '../world/settlement.js';
import type { WrittenMovement } from '../world/written.js';
import { isApiObject, isRecord, numberOf, textOf, type ApiObject } from './objects/api-object.js';

const kinds: Record<string, MovementKind> = {
  'charge.captured': 'capture',
  'refund.created': 'refund',
  'charge.dispute.created': 'dispute',
};

/** Null for an event that moves no money, or in a currency that the company does not trade in. */
export function writtenMovement(
  type: string,
  object: ApiObject,
  find: (id: string) => ApiObject | null,
): WrittenMovement | null {
  const kind = kinds[type];
  const transaction = find(transactionOf(object) ?? '');
  const currency = currencies.find((known) => known === (textOf(object, 'currency') ?? '').toUpperCase());
  if (!kind || !transaction || !currency) return null;
  const chargeId = kind === 'capture' ? object.id : (textOf(object, 'charge') ?? '');
  const charge = find(chargeId) ?? object;
  const metadata = isRecord(charge.metadata) ? charge.metadata : {};
  return {
    kind,
    reference: transaction.id,
    atMs: numberOf(transaction, 'created') * secondMs,
    currency,
    amountMinor: numberOf(transaction, 'amount'),
    feeMinor: numberOf(transaction, 'fee'),
    sourceId: object.id,
    chargeId,
    chargeCreatedMs: numberOf(charge, 'created') * secondMs,
    paymentId: textOf(object, 'payment_intent') ?? '',
    orderId: typeof metadata.order_id === 'string' ? metadata.order_id : '',
    customerId: textOf(charge, 'customer') ?? '',
    email: textOf(charge, 'receipt_email') ?? '',
    description: textOf(transaction, 'description') ?? '',
  };
}

/** The balance transaction that an object names, the first one where it has several. */
export function transactionOf(object: ApiObject): string | null {
  const [first] = Array.isArray(object.balance_transactions)
    ? (object.balance_transactions as unknown[])
    : [];
  return textOf(object, 'balance_transaction') ?? (isApiObject(first) ? first.id : null);
}

/** The movements among what was written before a restart. */
export function writtenMovements(written: readonly { object: ApiObject }[]): WrittenMovement[] {
  const objects = new Map(written.map(({ object }) => [object.id, object]));
  return written.flatMap(({ object: event }) => {
    const object = isRecord(event.data) ? event.data.object : null;
    if (event.object !== 'event' || !isApiObject(object)) return [];
    const movement = writtenMovement(textOf(event, 'type') ?? '', object, (id) => objects.get(id) ?? null);
    return movement ? [movement] : [];
  });
}
