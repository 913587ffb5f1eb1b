/** Customers of the world. Invariant: a customer's number gives its id, its creation time and its place in lists. */
import type { IdCodec } from '../../world/ids.js';
import type { Customer } from '../../world/people.js';
import { seconds, type ApiObject } from './api-object.js';
import { customerPlace } from './payments.js';
import { customerTemplate, noAddress } from './templates.js';

/** The customer numbered 0 is the newest; each further one came an hour earlier. */
const newestMs = Date.UTC(2026, 0, 1);

export const customerOf = (ids: IdCodec, customer: Customer): ApiObject => ({
  ...customerTemplate,
  id: ids.encode('customer', customerPlace(customer.number)),
  address: { ...noAddress, country: customer.country.code },
  created: seconds(newestMs - customer.number * 3_600_000),
  currency: customer.country.currency.toLowerCase(),
  email: customer.email,
  invoice_prefix: customer.card.fingerprint.slice(0, 8).toUpperCase(),
  name: customer.name,
});
