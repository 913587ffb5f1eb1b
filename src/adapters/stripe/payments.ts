/**
 * The payments API of the house, answered by Stripe.
 *
 * Invariant: one question to the port has one deadline (five seconds unless told otherwise), however many requests it
 * takes. A charge comes with its balance transaction, which saves whoever follows the money a request.
 * Deliberately absent: caching. What Stripe says now is what people act on.
 */
import type { z } from 'zod';
import type { PaymentsApi, ProviderSubject } from '../../ports/payments-api.js';
import {
  createStripeClient,
  type Filter,
  type ListPath,
  type ObjectPath,
  type StripeClient,
} from './client.js';
import { linksOf } from './links.js';
import * as map from './mapping.js';
import { findPayout } from './payouts.js';
import * as schemas from './schemas.js';
import type { StripeDeps } from './transport.js';

/** No payment has more attempts, refunds or disputes than this unless something loops; three pages. */
const listMax = 300;

/** Nothing is sent before the first question. */
export function createStripePayments(deps: StripeDeps): PaymentsApi {
  const client = createStripeClient(deps);
  return {
    ...objectsOf(client),
    ...listsOf(client),
    payoutOf: (transaction) => findPayout(client, transaction),
    check: async () => {
      await client.get('/v1/balance', {}, schemas.balanceSchema, client.deadline());
    },
  };
}

const filterOf = (subject: ProviderSubject): { charge: string } | { payment_intent: string } =>
  'paymentId' in subject ? { payment_intent: subject.paymentId } : { charge: subject.chargeId };

function objectsOf(client: StripeClient) {
  const reader =
    <Wire, Noun>(path: ObjectPath, schema: z.ZodType<Wire>, nounOf: (wire: Wire) => Noun) =>
    async (id: string): Promise<Noun> =>
      nounOf(await client.get(path, { path: { id } }, schema, client.deadline()));
  return {
    payment: async (id: string) => {
      const params = { path: { id }, query: { expand: ['latest_charge.balance_transaction'] } };
      return map.paymentOf(
        await client.get('/v1/payment_intents/{id}', params, schemas.paymentIntentSchema, client.deadline()),
      );
    },
    charge: async (id: string) => {
      const params = { path: { id }, query: { expand: ['balance_transaction'] } };
      return map.chargeOf(
        await client.get('/v1/charges/{id}', params, schemas.chargeSchema, client.deadline()),
      );
    },
    refund: reader('/v1/refunds/{id}', schemas.refundSchema, map.refundOf),
    dispute: reader('/v1/disputes/{id}', schemas.disputeSchema, map.disputeOf),
    payout: reader('/v1/payouts/{id}', schemas.payoutSchema, map.payoutOf),
    balanceTransaction: reader(
      '/v1/balance_transactions/{id}',
      schemas.balanceTransactionSchema,
      map.balanceTransactionOf,
    ),
    earlyFraudWarning: reader(
      '/v1/radar/early_fraud_warnings/{id}',
      schemas.earlyFraudWarningSchema,
      map.earlyFraudWarningOf,
    ),
    event: reader('/v1/events/{id}', schemas.eventSchema, map.eventOf),
    linkOf: linksOf(client),
  };
}

function listsOf(client: StripeClient) {
  async function collect<Path extends ListPath, Wire extends { id: string }, Noun>(
    path: Path,
    filter: Filter<Path>,
    page: z.ZodType<schemas.Page<Wire>>,
    nounOf: (wire: Wire) => Noun,
    limit = listMax,
  ): Promise<Noun[]> {
    const nouns: Noun[] = [];
    for await (const wire of client.list(path, filter, page, { limit, deadline: client.deadline() })) {
      nouns.push(nounOf(wire));
    }
    return nouns;
  }
  const { pages } = schemas;
  return {
    chargesOf: (paymentId: string) =>
      collect(
        '/v1/charges',
        { payment_intent: paymentId, expand: ['data.balance_transaction'] },
        pages.charges,
        map.chargeOf,
      ),
    refundsOf: (subject: ProviderSubject) =>
      collect('/v1/refunds', filterOf(subject), pages.refunds, map.refundOf),
    disputesOf: (subject: ProviderSubject) =>
      collect('/v1/disputes', filterOf(subject), pages.disputes, map.disputeOf),
    earlyFraudWarningsOf: (subject: ProviderSubject) =>
      collect(
        '/v1/radar/early_fraud_warnings',
        filterOf(subject),
        pages.earlyFraudWarnings,
        map.earlyFraudWarningOf,
      ),
    paymentsOfCustomer: (customerId: string, limit: number) =>
      collect('/v1/payment_intents', { customer: customerId }, pages.paymentIntents, map.paymentOf, limit),
    recentDisputes: (limit: number) => collect('/v1/disputes', {}, pages.disputes, map.disputeOf, limit),
  };
}
