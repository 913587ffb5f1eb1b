/**
 * The writes of the house, carried out by Stripe.
 *
 * Invariant: one call to the port is at most one request, and it says whether nothing was done or nobody knows.
 * Deliberately absent: preconditions, which whoever plans a write reads before and Stripe checks again; and settling an
 * unknown outcome, which is for whoever kept the key.
 */
import { secondMs } from '../../kernel/clock.js';
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type { PaymentWrites } from '../../ports/payment-writes.js';
import { amountRulesOf, smallestUnitsOf } from './amounts.js';
import { unknownOutcome } from './failures.js';
import { multipartOf } from './multipart.js';
import type { paths } from './openapi.gen.js';
import { readers, type Reader } from './readers.js';
import { createTransport, readNoun, requireId, type StripeDeps, type Transport } from './transport.js';

/** Banks take their time with captures and refunds, and giving up too early costs certainty. */
const writeTimeoutMs = 30 * secondMs;

/** Nothing is sent before the first write. */
export function createStripeWrites(deps: StripeDeps): PaymentWrites {
  const transport = createTransport({ timeoutMs: writeTimeoutMs, ...deps });
  const write = writerOf(transport);
  return {
    amountRules: amountRulesOf,
    ...moneyWritesOf(write),
    ...disputeWritesOf(write),
    uploadEvidence: uploaderOf(transport),
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

function writerOf(transport: Transport): Write {
  const send = senderOf(transport);
  return (path, { path: place, form, idempotencyKey }, reader) => {
    const body = { type: 'application/x-www-form-urlencoded', content: form };
    return send({ path, place, body, idempotencyKey }, reader);
  };
}

interface Sending {
  path: string;
  place: { id: string } | undefined;
  /** `content` is a form, or the bytes of one. */
  body: { type: string; content: unknown };
  idempotencyKey: string;
}

function senderOf({ deadline, attempt }: Transport) {
  return async <Wire, Noun>(
    { path, place, body, idempotencyKey }: Sending,
    reader: Reader<Wire, Noun>,
  ): Promise<Noun> => {
    requireId(place);
    requireKey(idempotencyKey);
    const result = await attempt('post', path, {
      signal: deadline().signal,
      params: { path: place },
      body: body.content,
      headers: { 'Content-Type': body.type, 'Idempotency-Key': idempotencyKey },
    });
    if (!result.ok) {
      const { error, refused } = result.fault;
      throw refused ? error : unknownOutcome(error, idempotencyKey);
    }
    try {
      return readNoun(path, result.value, reader);
    } catch (unreadable) {
      throw unknownOutcome(toOpsError(unreadable), idempotencyKey);
    }
  };
}

/** Stripe's limit is 255 characters; a header takes printable ones only. */
function requireKey(idempotencyKey: string): void {
  if (/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) return;
  throw new OpsError(
    'invalid',
    'This cannot be an idempotency key: 1 to 255 printable characters, no spaces.',
  );
}

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

function uploaderOf(transport: Transport): PaymentWrites['uploadEvidence'] {
  const send = senderOf(transport);
  return ({ name, mimeType, content, idempotencyKey }) => {
    const texts: Omit<UploadForm, 'file'> = { purpose: 'dispute_evidence' };
    const body = multipartOf(texts, { name, mimeType, content });
    return send({ path: '/v1/files', place: undefined, body, idempotencyKey }, readers.file);
  };
}
