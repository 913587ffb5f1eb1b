/**
 * Refunds: create, retrieve, update, list.
 * Invariant: never more is given back than was captured; a disputed charge is refused, as Stripe does.
 */
import type { Api, Call } from '../api.js';
import { invalidParameter, missingParameter, missingResource, refused } from '../errors.js';
import { listParams, listPage } from '../lists.js';
import { numberOf, textOf, type ApiObject } from '../objects/api-object.js';
import { refundTemplate } from '../objects/templates.js';
import { allowOnly, choiceParam, mergedMetadata, textParam, wholeParam } from '../params.js';
import { addTransaction, refundable } from './ledger.js';

const reasons = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;

export function createRefund({ api, form }: Call): ApiObject {
  allowOnly(form, [
    'amount',
    'charge',
    'instructions_email',
    'metadata',
    'payment_intent',
    'reason',
    'refund_application_fee',
    'reverse_transfer',
  ]);
  const charge = chargeToRefund(api, form);
  const amount = wholeParam(form, 'amount', 1);
  const left = refundable(charge);
  if (charge.refunded === true || (left === 0 && charge.captured === true))
    throw refused('charge_already_refunded', `Charge ${charge.id} has already been refunded.`);
  if (charge.captured !== true)
    throw refused(
      'charge_not_captured',
      `Charge ${charge.id} has not been captured. Cancel the payment instead.`,
    );
  if (charge.disputed === true && !isRefundable(api, charge))
    throw refused('charge_disputed', `Charge ${charge.id} has been charged back; cannot issue a refund.`);
  if (amount !== undefined && amount > left)
    throw invalidParameter(
      'amount',
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      'amount_too_large',
    );
  return refund(api, charge, amount ?? left, {
    metadata: mergedMetadata(form, {}),
    reason: choiceParam(form, 'reason', reasons) ?? null,
  });
}

function chargeToRefund(api: Api, form: Call['form']): ApiObject {
  const intentId = textParam(form, 'payment_intent');
  const chargeId = textParam(form, 'charge');
  if (intentId === undefined && chargeId === undefined) throw missingParameter('charge');
  if (intentId === undefined) return findCharge(api, chargeId ?? '');
  const intent = api.store.find(intentId);
  if (intent?.object !== 'payment_intent')
    throw missingResource('payment_intent', intentId, 'payment_intent');
  if (chargeId !== undefined && chargeId !== textOf(intent, 'latest_charge'))
    throw invalidParameter('charge', 'The charge does not belong to the payment intent.');
  if (intent.status !== 'succeeded')
    throw refused(
      'charge_not_captured',
      `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
    );
  return findCharge(api, textOf(intent, 'latest_charge') ?? '');
}

function findCharge(api: Api, id: string, param = 'charge'): ApiObject {
  const charge = api.store.find(id);
  if (charge?.object !== 'charge') throw missingResource('charge', id, param);
  return charge;
}

/** An inquiry leaves the charge refundable. */
const isRefundable = (api: Api, charge: ApiObject): boolean =>
  relatedTo(api, 'dispute', charge).every((dispute) => dispute.is_charge_refundable === true);

function refund(api: Api, charge: ApiObject, amount: number, fields: Record<string, unknown>): ApiObject {
  const id = api.newId('refund');
  const created: ApiObject = {
    ...refundTemplate,
    id,
    amount,
    balance_transaction: addTransaction(api, {
      source: { ...charge, id },
      type: 'refund',
      category: 'refund',
      amountMinor: -amount,
      description: 'REFUND FOR CHARGE',
    }),
    charge: charge.id,
    created: api.now(),
    currency: charge.currency,
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
    payment_intent: charge.payment_intent,
    status: 'succeeded',
    ...fields,
  };
  const given = numberOf(charge, 'amount_refunded') + amount;
  api.publish('refund.created', created);
  api.publish('charge.refunded', {
    ...charge,
    amount_refunded: given,
    refunded: given >= numberOf(charge, 'amount'),
  });
  return created;
}

export function retrieveRefund({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, []);
  const found = api.store.find(id);
  if (found?.object !== 'refund') throw missingResource('refund', id);
  return found;
}

export function updateRefund(call: Call): ApiObject {
  allowOnly(call.form, ['metadata']);
  const found = retrieveRefund({ ...call, form: {} });
  const updated = { ...found, metadata: mergedMetadata(call.form, found.metadata) };
  call.api.store.save(updated);
  return updated;
}

export function listRefunds({ api, form, path }: Call): unknown {
  allowOnly(form, [...listParams, 'charge', 'payment_intent']);
  return listPage(api.store, { type: 'refund', url: path, form, among: amongRelated(api, 'refund', form) });
}

type Child = 'charge' | 'refund' | 'dispute' | 'radar.early_fraud_warning';

/** The objects of a type that belong to the payment that the parameters name; undefined when they name none. */
export function amongRelated(api: Api, type: Child, form: Call['form']): ApiObject[] | undefined {
  const chargeId = type === 'charge' ? undefined : textParam(form, 'charge');
  const intentId = textParam(form, 'payment_intent');
  if (chargeId !== undefined) {
    const related = relatedTo(api, type, api.store.find(chargeId) ?? { id: chargeId, object: 'charge' });
    return related.filter(
      (object) => intentId === undefined || textOf(object, 'payment_intent') === intentId,
    );
  }
  if (intentId === undefined) return undefined;
  const fromWorld = api.store.archive.ofPayment(type, intentId, api.nowMs());
  return api.store.overlay(type, fromWorld, (object) => textOf(object, 'payment_intent') === intentId);
}

/** What of a type belongs to a charge. */
function relatedTo(api: Api, type: Child, charge: ApiObject): ApiObject[] {
  const ofCharge = (object: ApiObject): boolean => textOf(object, 'charge') === charge.id;
  const fromWorld = api.store.archive.ofPayment(type, textOf(charge, 'payment_intent') ?? '', api.nowMs());
  return api.store.overlay(type, fromWorld.filter(ofCharge), ofCharge);
}
