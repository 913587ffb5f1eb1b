/**
 * Payment intents: create, confirm, capture, cancel, update, list, search.
 * Invariant: transitions follow Stripe's life of a payment intent; a wrong one is `payment_intent_unexpected_state`.
 */
import type { Api, Call } from '../api.js';
import { currencyParam } from '../currencies.js';
import type { ApiError } from '../errors.js';
import { missingResource, refused } from '../errors.js';
import { issuerAnswer } from '../issuer.js';
import { listParams, listPage } from '../lists.js';
import { numberOf, textOf, type ApiObject } from '../objects/api-object.js';
import { paymentIntentTemplate } from '../objects/templates.js';
import {
  allowOnly,
  choiceParam,
  flagParam,
  mergedMetadata,
  requiredText,
  textParam,
  wholeParam,
} from '../params.js';
import { captureCharge, chargeIntent, releaseCharge } from './charging.js';

const methodDetails = [
  'amount',
  'automatic_payment_methods',
  'capture_method',
  'currency',
  'customer',
  'description',
  'metadata',
  'payment_method',
  'payment_method_options',
  'payment_method_types',
  'receipt_email',
  'setup_future_usage',
  'shipping',
  'statement_descriptor',
  'statement_descriptor_suffix',
  'transfer_group',
] as const;
const confirming = ['confirmation_method', 'error_on_requires_action', 'off_session', 'return_url'] as const;

function findIntent(api: Api, id: string, param = 'intent'): ApiObject {
  const intent = api.store.find(id);
  if (intent?.object !== 'payment_intent') throw missingResource('payment_intent', id, param);
  return intent;
}

export function createIntent({ api, form }: Call): ApiObject {
  allowOnly(form, [...methodDetails, ...confirming, 'confirm']);
  const currency = currencyParam(form) ?? requiredText(form, 'currency');
  requiredText(form, 'amount');
  const amount = wholeParam(form, 'amount', 1);
  const id = api.newId('payment_intent');
  const intent: ApiObject = {
    ...paymentIntentTemplate,
    id,
    amount,
    client_secret: `${id}_secret_${id.slice(-10)}`,
    created: api.now(),
    currency,
    capture_method:
      choiceParam(form, 'capture_method', ['automatic', 'automatic_async', 'manual']) ?? 'automatic',
    ...details(api, form),
    metadata: mergedMetadata(form, {}),
    payment_method: textParam(form, 'payment_method') ?? null,
    status: 'payment_method' in form ? 'requires_confirmation' : 'requires_payment_method',
  };
  api.publish('payment_intent.created', intent);
  return flagParam(form, 'confirm', false) ? confirm(api, intent, form) : intent;
}

function details(api: Api, form: Call['form']): Record<string, unknown> {
  const customer = textParam(form, 'customer');
  if (customer !== undefined && !api.store.find(customer))
    throw missingResource('customer', customer, 'customer');
  const texts = [
    'description',
    'receipt_email',
    'statement_descriptor',
    'statement_descriptor_suffix',
    'transfer_group',
  ];
  const given = texts
    .filter((name) => name in form)
    .map((name) => [name, textParam(form, name) ?? null] as const);
  return { ...Object.fromEntries(given), ...(customer === undefined ? {} : { customer }) };
}

export function updateIntent({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, methodDetails);
  const intent = findIntent(api, id);
  const amount = wholeParam(form, 'amount', 1);
  const currency = currencyParam(form);
  const status = textOf(intent, 'status') ?? '';
  if ((amount !== undefined || currency !== undefined) && !status.startsWith('requires_'))
    throw unexpectedState(intent, 'updated');
  const paymentMethod = textParam(form, 'payment_method');
  const updated = {
    ...intent,
    ...details(api, form),
    ...(amount === undefined ? {} : { amount }),
    ...(currency === undefined ? {} : { currency }),
    ...(paymentMethod === undefined ? {} : { payment_method: paymentMethod }),
    ...(paymentMethod !== undefined && status === 'requires_payment_method'
      ? { status: 'requires_confirmation' }
      : {}),
    metadata: mergedMetadata(form, intent.metadata),
  };
  api.store.save(updated);
  return updated;
}

export function confirmIntent({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, [...methodDetails, ...confirming]);
  return confirm(api, findIntent(api, id), form);
}

function confirm(api: Api, intent: ApiObject, form: Call['form']): ApiObject {
  const status = textOf(intent, 'status') ?? '';
  if (!['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(status))
    throw unexpectedState(intent, 'confirmed');
  const paymentMethod = textParam(form, 'payment_method') ?? textOf(intent, 'payment_method');
  if (paymentMethod === null)
    throw refused(
      'payment_intent_unexpected_state',
      "You cannot confirm this PaymentIntent because it's missing a payment method.",
      { payment_intent: intent },
    );
  const answer = issuerAnswer(paymentMethod);
  if (!answer) throw missingResource('PaymentMethod', paymentMethod, 'payment_method');
  const chosen = { ...intent, payment_method: paymentMethod };
  if (answer.needsAction && status !== 'requires_action') {
    const waiting = {
      ...chosen,
      status: 'requires_action',
      next_action: { type: 'use_stripe_sdk', use_stripe_sdk: {} },
    };
    api.publish('payment_intent.requires_action', waiting);
    return waiting;
  }
  return chargeIntent(api, chosen, answer);
}

export function captureIntent({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, [
    'amount_to_capture',
    'metadata',
    'final_capture',
    'statement_descriptor',
    'statement_descriptor_suffix',
  ]);
  const intent = findIntent(api, id);
  if (intent.status !== 'requires_capture') throw unexpectedState(intent, 'captured');
  const capturable = numberOf(intent, 'amount_capturable');
  const amount = wholeParam(form, 'amount_to_capture', 1) ?? capturable;
  if (amount > capturable)
    throw refused(
      'amount_too_large',
      `The amount to capture (${amount}) is greater than the amount that can be captured (${capturable}).`,
      { param: 'amount_to_capture' },
    );
  return captureCharge(api, { ...intent, metadata: mergedMetadata(form, intent.metadata) }, amount);
}

export function cancelIntent({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, ['cancellation_reason']);
  const intent = findIntent(api, id);
  const reason = choiceParam(form, 'cancellation_reason', [
    'abandoned',
    'duplicate',
    'fraudulent',
    'requested_by_customer',
  ]);
  if (!(textOf(intent, 'status') ?? '').startsWith('requires_')) throw unexpectedState(intent, 'canceled');
  if (intent.status === 'requires_capture') releaseCharge(api, intent);
  const canceled = {
    ...intent,
    amount_capturable: 0,
    canceled_at: api.now(),
    cancellation_reason: reason ?? null,
    status: 'canceled',
  };
  api.publish('payment_intent.canceled', canceled);
  return canceled;
}

const verbs: Record<string, string> = {
  captured: 'capture',
  canceled: 'cancel',
  confirmed: 'confirm',
  updated: 'update',
};

function unexpectedState(intent: ApiObject, done: string): ApiError {
  const status = textOf(intent, 'status') ?? '';
  return refused(
    'payment_intent_unexpected_state',
    `This PaymentIntent could not be ${done} because it has a status of ${status}. You cannot ${verbs[done] ?? done} it now.`,
    { payment_intent: intent },
  );
}

export function retrieveIntent({ api, args: [id = ''], form }: Call): ApiObject {
  allowOnly(form, ['client_secret']);
  return findIntent(api, id);
}

export function listIntents({ api, form, path }: Call): unknown {
  allowOnly(form, [...listParams, 'customer']);
  const among = amongCustomer(api, 'payment_intent', form);
  return listPage(api.store, { type: 'payment_intent', url: path, form, among });
}

/** The objects of the customer that the parameters name; undefined when they name none. */
export function amongCustomer(
  api: Api,
  type: 'payment_intent' | 'charge',
  form: Call['form'],
): ApiObject[] | undefined {
  const customer = textParam(form, 'customer');
  if (customer === undefined) return undefined;
  const fromWorld = api.store.archive.ofCustomer(type, customer, api.nowMs());
  return api.store.overlay(type, fromWorld, (object) => textOf(object, 'customer') === customer);
}
