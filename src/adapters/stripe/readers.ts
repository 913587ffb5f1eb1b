/**
 * One object out of an answer of Stripe's: the noun, or a sentence about what cannot be read.
 *
 * Invariant: the sentence names the object, the field at fault and what Stripe says of it, in words and numbers of a known
 * form only; one unreadable object says nothing about its neighbours.
 */
import { z } from 'zod';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Rows } from '../../ports/rows.js';
import { faultOf } from '../http-api/failures.js';
import * as map from './mapping.js';
import * as schemas from './schemas.js';

/** How one kind of object is read. */
export interface Reader<Wire, Noun> {
  /** “refund”, for people. */
  kind: string;
  schema: z.ZodType<Wire>;
  nounOf: (wire: Wire) => Noun;
}

export const reader = <Wire, Noun>(
  kind: string,
  schema: z.ZodType<Wire>,
  nounOf: (wire: Wire) => Noun,
): Reader<Wire, Noun> => ({ kind, schema, nounOf });

export const readers = {
  payment: reader('payment', schemas.paymentIntentSchema, map.paymentOf),
  charge: reader('charge', schemas.chargeSchema, map.chargeOf),
  refund: reader('refund', schemas.refundSchema, map.refundOf),
  dispute: reader('dispute', schemas.disputeSchema, map.disputeOf),
  payout: reader('payout', schemas.payoutSchema, map.payoutOf),
  balanceTransaction: reader(
    'balance transaction',
    schemas.balanceTransactionSchema,
    map.balanceTransactionOf,
  ),
  earlyFraudWarning: reader('early fraud warning', schemas.earlyFraudWarningSchema, map.earlyFraudWarningOf),
  event: reader('event', schemas.eventSchema, map.eventOf),
  healthEvent: reader('health event', schemas.healthEventSchema, map.healthEventOf),
  healthAlert: reader('health alert', schemas.healthAlertSchema, map.healthAlertOf),
  file: reader('file', schemas.fileSchema, ({ id }) => ({ fileId: id })),
};

/** The fault is a sentence for people. */
export function readObject<Wire, Noun>(
  wire: unknown,
  { kind, schema, nounOf }: Reader<Wire, Noun>,
): Result<Noun, string> {
  const parsed = schema.safeParse(wire);
  if (parsed.success) return ok(nounOf(parsed.data));
  const id = schemas.idOf(wire);
  const which = `${kind} ${id !== null && word.safeParse(id).success ? id : '(without id)'}`;
  return fail(`${which} cannot be read: ${faultOf(parsed.error)}${said(wire)}`);
}

export function readObjects<Wire, Noun>(wires: readonly unknown[], reader: Reader<Wire, Noun>): Rows<Noun> {
  const rows: Rows<Noun> = { rows: [], problems: [] };
  for (const wire of wires) {
    const noun = readObject(wire, reader);
    if (noun.ok) rows.rows.push(noun.value);
    else rows.problems.push(noun.fault);
  }
  return rows;
}

/** Stripe's own words and ids. Anything longer or stranger is not shown. */
const word = z.string().regex(/^\w{1,100}$/);
const seconds = z.int().min(1).max(8_640_000_000_000);
const optional = <Value>(schema: z.ZodType<Value>) => schema.nullish().catch(null);

const tellingSchema = z.object({
  amount: optional(z.number()),
  currency: optional(word),
  status: optional(word),
  type: optional(word),
  reason: optional(word),
  arrival_date: optional(seconds),
  evidence_details: optional(z.object({ due_by: optional(seconds) })),
});

/** “ (Stripe says: 1000000 usdc, paid, arrives 2026-11-12)”, as far as it reads. */
function said(wire: unknown): string {
  const telling = tellingSchema.safeParse(wire).data;
  if (!telling) return '';
  const { amount, currency, status, type, reason, arrival_date, evidence_details } = telling;
  const parts = [
    typeof amount === 'number' ? `${amount} ${currency ?? '(no currency)'}` : null,
    status?.replaceAll('_', ' '),
    type,
    reason?.replaceAll('_', ' '),
    dated('arrives', arrival_date),
    dated('response due', evidence_details?.due_by),
  ].filter((part) => typeof part === 'string');
  return parts.length === 0 ? '' : ` (Stripe says: ${parts.join(', ')})`;
}

const dated = (what: string, instant: number | null | undefined): string | null =>
  typeof instant === 'number' ? `${what} ${new Date(instant * 1000).toISOString().slice(0, 10)}` : null;
