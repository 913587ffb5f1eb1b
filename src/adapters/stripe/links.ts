/**
 * What objects of Stripe that are no payments lead to: the payment, or the next object on the way, and the customer.
 *
 * Invariant: every schema yields the type that openapi.yaml gives its object; the compiler holds them together.
 * Deliberately absent: what these objects are themselves (lines, prices, periods). A trace starts from a payment.
 */
import { z } from 'zod';
import type { LinkingObject, ObjectLink } from '../../ports/payments-api.js';
import type { StripeClient } from './client.js';
import { reader } from './readers.js';
import { optional, reference, type Reference, type Wire } from './schemas.js';

const link = optional(reference);
const id = z.string();

const checkoutSessionSchema: z.ZodType<Wire['CheckoutSession']> = z.object({
  id,
  payment_intent: link,
  subscription: link,
  invoice: link,
  setup_intent: link,
  customer: link,
});

const subscriptionSchema: z.ZodType<Wire['Subscription']> = z.object({
  id,
  latest_invoice: link,
  customer: link,
});

const invoiceSchema: z.ZodType<Wire['Invoice']> = z.object({
  id,
  customer: link,
  payments: z
    .object({
      data: z.array(
        z.object({
          id,
          status: z.string(),
          payment: z.object({ payment_intent: reference.exactOptional(), charge: reference.exactOptional() }),
        }),
      ),
    })
    .exactOptional(),
});

const customersObjectSchema: z.ZodType<Wire['SetupIntent'] & Wire['PaymentMethod']> = z.object({
  id,
  customer: link,
});

const idOf = (found: Reference | null | undefined): string | null =>
  typeof found === 'object' && found ? found.id : (found ?? null);

const linkOf = (
  customer: Reference | null | undefined,
  ...next: (Reference | null | undefined)[]
): ObjectLink => ({
  nextId: next.map(idOf).find((found) => found !== null) ?? null,
  customerId: idOf(customer),
});

/** The payment that was paid, else the one that was tried last. */
function linkOfInvoice({ customer, payments }: Wire['Invoice']): ObjectLink {
  const tried = payments?.data ?? [];
  const { payment } = tried.find(({ status }) => status === 'paid') ?? tried.at(-1) ?? {};
  return linkOf(customer, payment?.payment_intent, payment?.charge);
}

const checkoutSession = reader(
  'checkout session',
  checkoutSessionSchema,
  ({ customer, payment_intent, invoice, subscription, setup_intent }) =>
    linkOf(customer, payment_intent, invoice, subscription, setup_intent),
);
const subscription = reader('subscription', subscriptionSchema, ({ customer, latest_invoice }) =>
  linkOf(customer, latest_invoice),
);
const invoice = reader('invoice', invoiceSchema, linkOfInvoice);
const setupIntent = reader('setup intent', customersObjectSchema, ({ customer }) => linkOf(customer));
const paymentMethod = reader('payment method', customersObjectSchema, ({ customer }) => linkOf(customer));

/** Throws as `PaymentsApi` does. */
export const linksOf =
  (client: StripeClient) =>
  async (object: LinkingObject, id: string): Promise<ObjectLink> => {
    const deadline = client.deadline();
    const path = { path: { id } };
    switch (object) {
      case 'checkout_session':
        return client.get('/v1/checkout/sessions/{id}', path, checkoutSession, deadline);
      case 'subscription':
        return client.get('/v1/subscriptions/{id}', path, subscription, deadline);
      case 'invoice': {
        const expanded = { ...path, query: { expand: ['payments'] } };
        return client.get('/v1/invoices/{id}', expanded, invoice, deadline);
      }
      case 'setup_intent':
        return client.get('/v1/setup_intents/{id}', path, setupIntent, deadline);
      case 'payment_method':
        return client.get('/v1/payment_methods/{id}', path, paymentMethod, deadline);
    }
  };
