/**
 * What a Checkout session, a subscription, an invoice, a setup intent and a payment method lead to, asked of Stripe over
 * HTTP, and our description of them against Stripe's own package.
 */
import type Stripe from 'stripe';
import { afterEach, beforeEach, expect, expectTypeOf, it } from 'vitest';
import { createStripePayments } from '../../src/adapters/stripe/payments.js';
import type { Wire } from '../../src/adapters/stripe/schemas.js';
import type { LinkingObject, ObjectLink, PaymentsApi } from '../../src/ports/payments-api.js';
import { startFakeStripe, type FakeStripe } from './fake-stripe.js';
import { faultOf, stripeDeps } from './setup.js';

let stripe: FakeStripe;
let payments: PaymentsApi;
beforeEach(async () => {
  stripe = await startFakeStripe();
  payments = createStripePayments(stripeDeps(stripe.baseUrl).deps);
});
afterEach(() => stripe.close());

const collections: Readonly<Record<LinkingObject, string>> = {
  checkout_session: 'checkout/sessions',
  subscription: 'subscriptions',
  invoice: 'invoices',
  setup_intent: 'setup_intents',
  payment_method: 'payment_methods',
};
const link = (nextId: string | null, customerId: string | null): ObjectLink => ({ nextId, customerId });
const paid = { id: 'inpay_1', status: 'paid', payment: { type: 'payment_intent', payment_intent: 'pi_1' } };
const open = { id: 'inpay_2', status: 'open', payment: { type: 'payment_intent', payment_intent: 'pi_2' } };

it.each<[string, LinkingObject, object, ObjectLink]>([
  [
    'its payment',
    'checkout_session',
    { payment_intent: 'pi_1', customer: 'cus_1', invoice: null },
    link('pi_1', 'cus_1'),
  ],
  [
    'its invoice, for a subscription',
    'checkout_session',
    { payment_intent: null, invoice: 'in_1', subscription: 'sub_1' },
    link('in_1', null),
  ],
  [
    'what it set up',
    'checkout_session',
    { payment_intent: null, setup_intent: 'seti_1' },
    link('seti_1', null),
  ],
  ['nothing yet', 'checkout_session', { payment_intent: null, customer: null }, link(null, null)],
  [
    'its latest invoice',
    'subscription',
    { latest_invoice: 'in_1', customer: 'cus_1' },
    link('in_1', 'cus_1'),
  ],
  [
    'an expanded object is its id',
    'subscription',
    { latest_invoice: { id: 'in_1', total: 100 }, customer: { id: 'cus_1' } },
    link('in_1', 'cus_1'),
  ],
  [
    'the payment that was paid',
    'invoice',
    { customer: 'cus_1', payments: { data: [open, paid] } },
    link('pi_1', 'cus_1'),
  ],
  ['else the one that was tried', 'invoice', { payments: { data: [open] } }, link('pi_2', null)],
  [
    'a charge of old',
    'invoice',
    { payments: { data: [{ ...paid, payment: { type: 'charge', charge: 'ch_1' } }] } },
    link('ch_1', null),
  ],
  ['nothing, for a draft', 'invoice', { customer: 'cus_1', payments: { data: [] } }, link(null, 'cus_1')],
  ['the e-mail address of its customer', 'setup_intent', { customer: 'cus_1' }, link(null, 'cus_1')],
  ['the e-mail address of its customer', 'payment_method', { customer: 'cus_1' }, link(null, 'cus_1')],
  ['nobody', 'payment_method', { customer: null }, link(null, null)],
])('%s: %s', async (_leadsTo, object, fields, expected) => {
  stripe.put(collections[object], { id: 'x_1234', ...fields });
  expect(await payments.linkOf(object, 'x_1234')).toEqual(expected);
  expect((await faultOf(payments.linkOf(object, 'x_missing'))).code).toBe('not_found');
});

it('the payments of an invoice are asked for, because they do not come by themselves', async () => {
  stripe.put('invoices', { id: 'in_1', payments: { data: [] } });
  await payments.linkOf('invoice', 'in_1');
  expect(decodeURIComponent(stripe.requests[0]!.url)).toBe('/v1/invoices/in_1?expand[0]=payments');
});

it('the fields that are read exist in Stripe’s own package', () => {
  expectTypeOf<keyof Wire['CheckoutSession']>().toExtend<keyof Stripe.Checkout.Session>();
  expectTypeOf<keyof Wire['Subscription']>().toExtend<keyof Stripe.Subscription>();
  expectTypeOf<keyof Wire['Invoice']>().toExtend<keyof Stripe.Invoice>();
  expectTypeOf<keyof Wire['InvoicePayment']>().toExtend<keyof Stripe.InvoicePayment>();
  expectTypeOf<keyof Wire['InvoicePayment']['payment']>().toExtend<keyof Stripe.InvoicePayment.Payment>();
  expectTypeOf<keyof Wire['SetupIntent']>().toExtend<keyof Stripe.SetupIntent>();
  expectTypeOf<keyof Wire['PaymentMethod']>().toExtend<keyof Stripe.PaymentMethod>();
});
