/**
 * The writes of the house, carried out by Stripe.
 *
 * Invariant: one call to the port is at most one request, and its failure says whether nothing was done or the outcome is unknown.
 * Deliberately absent: preconditions, which a plan checks first and Stripe checks again; and settling an
 * unknown outcome, which is for the holder of the key.
 */
import type { PaymentWrites } from '../../ports/payment-writes.js';
import type { HttpApi } from '../http-api/client.js';
import { amountRulesOf, smallestUnitsOf } from './amounts.js';
import { multipartOf } from './multipart.js';
import type { paths } from './openapi.gen.js';
import { readers, type Reader } from './readers.js';
import { createStripeApi, readNoun, type StripeDeps } from './transport.js';

/** Nothing is sent before the first write. */
export function createStripeWrites(deps: StripeDeps): PaymentWrites {
  const api = createStripeApi(deps);
  const write = writerOf(api);
  return {
    amountRules: amountRulesOf,
    ...moneyWritesOf(write),
    ...disputeWritesOf(write),
    uploadEvidence: uploaderOf(api),
  };
}

type WritePath = Exclude<
  { [Path in keyof paths]: paths[Path] extends { post: object } ? Path : never }[keyof paths],
  '/v1/files'
>;
/** What a write sends: as described, but with bigints for numbers, so that no fraction can reach Stripe. */
export type WriteForm<Path extends WritePath> = paths[Path]['post'] extends {
  requestBody: { content: { 'application/x-www-form-urlencoded': infer Body } };
}
  ? Exact<Body>
  : Record<string, never>;
type Exact<Value> = Value extends number
  ? bigint
  : Value extends object
    ? { [Key in keyof Value]: Exact<Value[Key]> }
    : Value;

/** What an upload sends. */
export type UploadForm = paths['/v1/files']['post']['requestBody']['content']['multipart/form-data'];

interface Order<Path extends WritePath> extends Pick<paths[Path]['post']['parameters'], 'path'> {
  form: WriteForm<Path>;
  idempotencyKey: string;
}

/**
 * Sends a form once and maps the answer. Throws `invalid`, `not_found`, `conflict`, `misconfigured` or `rate_limited` when
 * Stripe refused and nothing was done, else `unknown_outcome` with `idempotencyKey` in its details.
 */
type Write = <Path extends WritePath, Wire, Noun>(
  path: Path,
  order: Order<Path>,
  reader: Reader<Wire, Noun>,
) => Promise<Noun>;

const writerOf =
  (api: HttpApi): Write =>
  (path, { path: place, form, idempotencyKey }, reader) => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const order = { path: place, body: form, headers, idempotencyKey };
    return api.order(path, order, (answer) => readNoun(api, path, answer, reader));
  };

type MoneyWrites = Pick<PaymentWrites, 'refund' | 'capturePayment' | 'cancelPayment' | 'cancelPayout'>;
type DisputeWrites = Pick<PaymentWrites, 'updateEvidence' | 'closeDispute'>;

function moneyWritesOf(write: Write): MoneyWrites {
  return {
    refund: async ({ chargeId, amount, reason, metadata, idempotencyKey }) => {
      const form = { charge: chargeId, amount: smallestUnitsOf(amount), ...(reason && { reason }), metadata };
      return write('/v1/refunds', { form, idempotencyKey }, readers.refund);
    },
    capturePayment: async ({ paymentId, amount, idempotencyKey }) => {
      const form = { amount_to_capture: smallestUnitsOf(amount) };
      const order = { path: { id: paymentId }, form, idempotencyKey };
      return write('/v1/payment_intents/{id}/capture', order, readers.payment);
    },
    cancelPayment: ({ paymentId, reason, idempotencyKey }) => {
      const form = reason ? { cancellation_reason: reason } : {};
      const order = { path: { id: paymentId }, form, idempotencyKey };
      return write('/v1/payment_intents/{id}/cancel', order, readers.payment);
    },
    cancelPayout: ({ payoutId, idempotencyKey }) => {
      const order = { path: { id: payoutId }, form: {}, idempotencyKey };
      return write('/v1/payouts/{id}/cancel', order, readers.payout);
    },
  };
}

function disputeWritesOf(write: Write): DisputeWrites {
  return {
    updateEvidence: ({ disputeId, evidence, submit, metadata, idempotencyKey }) => {
      const order = { path: { id: disputeId }, form: { evidence, submit, metadata }, idempotencyKey };
      return write('/v1/disputes/{id}', order, readers.dispute);
    },
    closeDispute: ({ disputeId, idempotencyKey }) => {
      const order = { path: { id: disputeId }, form: {}, idempotencyKey };
      return write('/v1/disputes/{id}/close', order, readers.dispute);
    },
  };
}

const uploaderOf =
  (api: HttpApi): PaymentWrites['uploadEvidence'] =>
  ({ name, mimeType, content, idempotencyKey }) => {
    const texts: Omit<UploadForm, 'file'> = { purpose: 'dispute_evidence' };
    const { type, content: body } = multipartOf(texts, { name, mimeType, content });
    const order = { body, headers: { 'Content-Type': type }, idempotencyKey };
    return api.order('/v1/files', order, (answer) => readNoun(api, '/v1/files', answer, readers.file));
  };
