/**
 * What Stripe's answers must look like before anything reads them.
 *
 * Invariant: every schema yields the type that openapi.yaml gives its object; the compiler holds them together.
 * Fields that nothing reads are dropped, so an object may grow without notice; a field of a wrong type is refused, and so
 * is an amount that Money cannot hold. An object inside another that cannot be read leaves its id: the outer one stands.
 */
import { z } from 'zod';
import { currencyExponent } from '../../kernel/currency.js';
import { evidenceDocumentKinds, evidenceTextKinds } from '../../ports/evidence.js';
import { isExpressible } from './amounts.js';
import type { components } from './openapi.gen.js';

export type Wire = components['schemas'];
export type Reference = Wire['Reference'];

export const optional = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().exactOptional();

// The latest instant that a Date can hold, in seconds (ECMAScript: 8.64e15 ms).
const seconds = z.int().min(0).max(8_640_000_000_000);
const amount = z.int();
const currency = z
  .string()
  .refine((code) => currencyExponent(code.toUpperCase()) !== undefined, 'is not an ISO 4217 currency');
const text = z.string();
export const reference: z.ZodType<Reference> = z.union([text, z.object({ id: text })]);

/** What came along, or the id of what cannot be read. */
const expanded = <Wire>(schema: z.ZodType<Wire>) =>
  z.union([text, schema, z.object({ id: text }).transform(({ id }) => id)]);

/** Refuses an object one of whose amounts Money cannot hold. */
const counted = <Name extends string, Wire extends Record<Name | 'currency', unknown>>(
  schema: z.ZodType<Wire>,
  names: readonly Name[],
): z.ZodType<Wire> =>
  schema.superRefine((wire, context) => {
    for (const name of names)
      if (!isExpressible(Number(wire[name]), String(wire.currency)))
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `is not a whole amount of ${String(wire.currency).toUpperCase()}`,
        });
  });

export const balanceSchema: z.ZodType<Wire['Balance']> = z.object({ object: z.literal('balance') });

export const balanceTransactionSchema: z.ZodType<Wire['BalanceTransaction']> = counted(
  z.object({
    id: text,
    source: optional(reference),
    type: text,
    reporting_category: text,
    amount,
    fee: amount,
    net: amount,
    currency,
    status: text,
    created: seconds,
    available_on: seconds,
  }),
  ['amount', 'fee', 'net'],
);

const outcomeSchema = z.object({
  type: text,
  network_status: optional(text),
  reason: optional(text),
  seller_message: optional(text),
  advice_code: optional(text),
  network_advice_code: optional(text),
  network_decline_code: optional(text),
});

const threeDSecureSchema = z.object({
  authentication_flow: optional(text),
  electronic_commerce_indicator: optional(text),
  exemption_indicator: optional(text),
  result: optional(text),
  result_reason: optional(text),
  version: optional(text),
});

const chargeCardSchema = z.object({
  brand: optional(text),
  network: optional(text),
  last4: optional(text),
  country: optional(text),
  authorization_code: optional(text),
  network_transaction_id: optional(text),
  fingerprint: optional(text),
  three_d_secure: optional(threeDSecureSchema),
  capture_before: optional(seconds),
});

export const chargeSchema: z.ZodType<Wire['Charge']> = counted(
  z.object({
    id: text,
    payment_intent: optional(reference),
    status: text,
    amount,
    amount_captured: amount,
    amount_refunded: amount,
    currency,
    captured: z.boolean(),
    created: seconds,
    outcome: optional(outcomeSchema),
    failure_code: optional(text),
    failure_message: optional(text),
    payment_method_details: optional(z.object({ type: text, card: optional(chargeCardSchema) })),
    disputed: z.boolean(),
    balance_transaction: optional(expanded(balanceTransactionSchema)),
    description: optional(text),
  }),
  ['amount', 'amount_captured', 'amount_refunded'],
);

export const paymentIntentSchema: z.ZodType<Wire['PaymentIntent']> = counted(
  z.object({
    id: text,
    status: text,
    amount,
    amount_capturable: amount,
    amount_received: amount,
    currency,
    capture_method: text,
    created: seconds,
    canceled_at: optional(seconds),
    cancellation_reason: optional(text),
    latest_charge: optional(expanded(chargeSchema)),
    last_payment_error: optional(
      z.object({ code: optional(text), decline_code: optional(text), message: optional(text) }),
    ),
    customer: optional(reference),
    receipt_email: optional(text),
    description: optional(text),
    metadata: z.record(text, text),
  }),
  ['amount', 'amount_capturable', 'amount_received'],
);

export const refundReferenceSchema: z.ZodType<Wire['RefundReference']> = z.object({
  reference: optional(text),
});

export const refundSchema: z.ZodType<Wire['Refund']> = counted(
  z.object({
    id: text,
    charge: optional(reference),
    payment_intent: optional(reference),
    amount,
    currency,
    status: optional(text),
    reason: optional(text),
    failure_reason: optional(text),
    created: seconds,
    destination_details: optional(z.looseObject({ type: text, card: optional(refundReferenceSchema) })),
    metadata: optional(z.record(text, text)),
    balance_transaction: optional(reference),
  }),
  ['amount'],
);

const complianceSchema = z.object({ status: text });

/** An absent part counts as none: it must not hide a dispute that waits for an answer. */
const orEmpty = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((wire) => withoutNulls(wire ?? {}), schema);

const withoutNulls = (wire: unknown): unknown =>
  isRecord(wire) ? Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== null)) : wire;

const isRecord = (wire: unknown): wire is Record<string, unknown> =>
  typeof wire === 'object' && wire !== null && !Array.isArray(wire);

/** The schema of one piece of evidence for each kind: documents are files, whose ids may come expanded. */
const presentEvidenceSchema: z.ZodType<Wire['PresentEvidence']> = z.object({
  ...Object.fromEntries(evidenceTextKinds.map((kind) => [kind, optional(text)])),
  ...Object.fromEntries(evidenceDocumentKinds.map((kind) => [kind, optional(reference)])),
});

export const fileSchema: z.ZodType<Wire['File']> = z.object({ id: text, purpose: text });

export const disputeSchema: z.ZodType<Wire['Dispute']> = counted(
  z.object({
    id: text,
    charge: optional(reference),
    payment_intent: optional(reference),
    amount,
    currency,
    status: text,
    reason: text,
    created: seconds,
    // Each kind of evidence may itself be null.
    evidence: z.preprocess((wire) => wire ?? {}, presentEvidenceSchema),
    evidence_details: z.object({
      due_by: optional(seconds),
      enhanced_eligibility: orEmpty(
        z.object({
          mastercard_compliance: complianceSchema.exactOptional(),
          visa_compliance: complianceSchema.exactOptional(),
          visa_compelling_evidence_3: orEmpty(
            z.object({ status: text, required_actions: z.array(text).exactOptional() }),
          ).exactOptional(),
        }),
      ),
      has_evidence: z.boolean(),
      past_due: z.boolean(),
      submission_count: z.int(),
      submission_method: optional(text),
    }),
    is_charge_refundable: z.boolean(),
    intended_submission_method: optional(text),
    // A movement that cannot be read does not hide its dispute.
    balance_transactions: z.array(balanceTransactionSchema).nullable().exactOptional().catch(null),
    metadata: orEmpty(z.record(text, text)),
    payment_method_details: optional(
      z.object({
        card: optional(
          z.object({ brand: optional(text), case_type: optional(text), network_reason_code: optional(text) }),
        ),
      }),
    ),
  }),
  ['amount'],
);

export const payoutSchema: z.ZodType<Wire['Payout']> = counted(
  z.object({
    id: text,
    amount,
    currency,
    status: text,
    automatic: z.boolean(),
    created: seconds,
    arrival_date: seconds,
    reconciliation_status: optional(text),
    reversed_by: optional(reference),
    trace_id: optional(z.object({ status: text, value: optional(text) })),
    failure_code: optional(text),
    failure_message: optional(text),
  }),
  ['amount'],
);

export const earlyFraudWarningSchema: z.ZodType<Wire['EarlyFraudWarning']> = z.object({
  id: text,
  charge: reference,
  payment_intent: optional(reference),
  fraud_type: text,
  actionable: z.boolean(),
  created: seconds,
});

export const eventSchema: z.ZodType<Wire['Event']> = z.object({
  id: text,
  type: text,
  created: seconds,
  data: z.object({ object: z.object({ object: text, id: optional(text) }) }),
});

const dateTime = z.iso.datetime({ offset: true });

export const healthEventSchema: z.ZodType<Wire['HealthEvent']> = z.object({
  id: text,
  type: text,
  data: z.object({
    alert_id: optional(text),
    grouping_key: text,
    summary: text,
    severity: optional(text),
    started_at: optional(dateTime),
    resolved_at: optional(dateTime),
  }),
});

export const healthAlertSchema: z.ZodType<Wire['HealthAlert']> = z.object({
  id: text,
  type: text,
  summary: text,
  severity: optional(text),
  started_at: dateTime,
  resolved_at: optional(dateTime),
});

/** Of any list. What is in it is read one by one. A page that promises more has to say where to go on from. */
export const pageSchema = z
  .object({ data: z.array(z.unknown()), has_more: z.boolean() })
  .transform(({ data, has_more }) => ({ data, last: idOf(data.at(-1)), has_more }))
  .refine(
    ({ last, has_more }) => !has_more || last !== null,
    'promises more without saying after which object',
  );

/** Of a list of the second version. */
export const firstPageSchema = z.object({ data: z.array(z.unknown()) });

const withId = z.object({ id: text });

/** The id of anything that has one. */
export const idOf = (wire: unknown): string | null => withId.safeParse(wire).data?.id ?? null;

/** The body of a refusal; anything else behind an error status did not come from Stripe. */
export const refusalSchema = z.object({
  error: z.object({ type: text, code: text.optional(), param: text.optional(), message: text.optional() }),
});
export type Refusal = z.infer<typeof refusalSchema>['error'];
