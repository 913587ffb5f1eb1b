/**
 * The payments API of the house, answered by Stripe.
 *
 * Invariant: one question to the port has one deadline (five seconds unless told otherwise), however many requests it
 * takes. A charge comes with its balance transaction, which saves a request for a trace.
 * Deliberately absent: caching. What Stripe says now is what people act on.
 */
import type { Arrival, EventQuery, PaymentsApi, ProviderSubject } from '../../ports/payments-api.js';
import type { Rows } from '../../ports/rows.js';
import {
  createStripeClient,
  type Filter,
  type ListPath,
  type ObjectPath,
  type StripeClient,
} from './client.js';
import { linksOf } from './links.js';
import { findPayout } from './payouts.js';
import { readers, readObjects, type Reader } from './readers.js';
import type { StripeDeps } from './transport.js';

/** No payment has more attempts, refunds or disputes than this unless something loops; three pages. */
const listMax = 300;

/** Nothing is sent before the first question. */
export function createStripePayments(deps: StripeDeps): PaymentsApi {
  const client = createStripeClient(deps);
  return {
    ...objectsOf(client),
    ...listsOf(client),
    payoutOf: (transaction, named) => findPayout(client, transaction, named),
    check: () => client.check(),
  };
}

const filterOf = (subject: ProviderSubject): { charge: string } | { payment_intent: string } =>
  'paymentId' in subject ? { payment_intent: subject.paymentId } : { charge: subject.chargeId };

const secondsOf = (at: Date): number => Math.floor(at.getTime() / 1000);

function objectsOf(client: StripeClient) {
  const one =
    <Wire, Noun>(path: ObjectPath, reader: Reader<Wire, Noun>) =>
    (id: string): Promise<Noun> =>
      client.get(path, { path: { id } }, reader, client.deadline());
  return {
    payment: (id: string) => {
      const params = { path: { id }, query: { expand: ['latest_charge.balance_transaction'] } };
      return client.get('/v1/payment_intents/{id}', params, readers.payment, client.deadline());
    },
    charge: (id: string) => {
      const params = { path: { id }, query: { expand: ['balance_transaction'] } };
      return client.get('/v1/charges/{id}', params, readers.charge, client.deadline());
    },
    refund: one('/v1/refunds/{id}', readers.refund),
    dispute: one('/v1/disputes/{id}', readers.dispute),
    payout: one('/v1/payouts/{id}', readers.payout),
    balanceTransaction: one('/v1/balance_transactions/{id}', readers.balanceTransaction),
    earlyFraudWarning: one('/v1/radar/early_fraud_warnings/{id}', readers.earlyFraudWarning),
    event: one('/v1/events/{id}', readers.event),
    healthEvent: one('/v2/core/events/{id}', readers.healthEvent),
    linkOf: linksOf(client),
  };
}

function listsOf(client: StripeClient) {
  async function collect<Path extends ListPath, Wire, Noun>(
    path: Path,
    filter: Filter<Path>,
    reader: Reader<Wire, Noun>,
    { limit = listMax, until }: { limit?: number; until?: AbortSignal | undefined } = {},
  ): Promise<Rows<Noun>> {
    const wires: unknown[] = [];
    for await (const wire of client.list(path, filter, { limit, deadline: client.deadline(until) }))
      wires.push(wire);
    return readObjects(wires, reader);
  }
  return {
    chargesOf: (paymentId: string) =>
      collect(
        '/v1/charges',
        { payment_intent: paymentId, expand: ['data.balance_transaction'] },
        readers.charge,
      ),
    refundsOf: (subject: ProviderSubject) => collect('/v1/refunds', filterOf(subject), readers.refund),
    disputesOf: (subject: ProviderSubject) => collect('/v1/disputes', filterOf(subject), readers.dispute),
    earlyFraudWarningsOf: (subject: ProviderSubject) =>
      collect('/v1/radar/early_fraud_warnings', filterOf(subject), readers.earlyFraudWarning),
    paymentsOfCustomer: (customerId: string, limit: number) =>
      collect('/v1/payment_intents', { customer: customerId }, readers.payment, { limit }),
    uncapturedPayments: async (limit: number, since: Date, until?: AbortSignal) => {
      const query = `status:'requires_capture' AND created>${secondsOf(since)}`;
      const params = { query, limit, expand: ['data.latest_charge'] };
      const found = await client.search('/v1/payment_intents/search', params, client.deadline(until));
      return readObjects(found, readers.payment);
    },
    failedChargesOfCard: async (fingerprint: string, since: Date, limit: number) => {
      const card = `payment_method_details.card.fingerprint:'${fingerprint.replaceAll(/[^\w-]/g, '')}'`;
      const query = `${card} AND status:'failed' AND created>${secondsOf(since)}`;
      const found = await client.search('/v1/charges/search', { query, limit }, client.deadline());
      return readObjects(found, readers.charge);
    },
    pendingPayouts: (limit: number, { from, to }: Arrival, until?: AbortSignal) => {
      const arrival_date = { gte: secondsOf(from), lte: secondsOf(to) };
      return collect('/v1/payouts', { status: 'pending', arrival_date }, readers.payout, { limit, until });
    },
    recentDisputes: (limit: number, until?: AbortSignal) =>
      collect('/v1/disputes', {}, readers.dispute, { limit, until }),
    disputesAfter: async (id: string | null) => {
      const { data, next } = await client.page('/v1/disputes', {}, id, client.deadline());
      return { ...readObjects(data, readers.dispute), next };
    },
    eventsBetween: ({ types, from, to, limit }: EventQuery) => {
      const created = { gte: secondsOf(from), ...(to === null ? {} : { lte: secondsOf(to) }) };
      return collect('/v1/events', { types: [...types], created }, readers.event, { limit });
    },
    healthAlertsSince: async (since: Date) => {
      const query = { limit: 100, created_gte: since.toISOString() };
      return readObjects(
        await client.first('/v2/core/health/alerts', query, client.deadline()),
        readers.healthAlert,
      );
    },
  };
}
