/**
 * A ruling as the text that is stored with its request, and back.
 *
 * Invariant: what is read back is what was written, amounts included; a text that is not a ruling is refused, so that a
 * request never goes on under terms that were not set.
 */
import { z } from 'zod';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { OpsError } from '../../kernel/errors.js';
import { money, type Money } from '../../kernel/money.js';
import type { RefusalReason, Ruling } from './policy.js';

const reasons: Readonly<Record<RefusalReason, true>> = {
  no_rate: true,
  no_rule: true,
  not_requester: true,
  wrong_channel: true,
  outside_hours: true,
  no_break_glass: true,
  above_break_glass: true,
};

const reason = z.string().refine((text): text is RefusalReason => Object.hasOwn(reasons, text));

const reporting = z
  .strictObject({ minor: z.string().regex(/^\d+$/), currency: z.string() })
  .transform(({ minor, currency }): Money => money(BigInt(minor), currency));

const count = z.number().int().min(0);

const schema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('allowed'),
    rule: z.string(),
    approvals: count,
    approverGroups: z.array(z.string()),
    coolingOffMs: count,
    typeAmount: z.boolean(),
    confirmOutside: z.boolean(),
    reporting: reporting.nullable(),
    trail: z.array(z.string()),
  }),
  z.strictObject({
    kind: z.literal('refused'),
    reason,
    message: z.string(),
    rule: z.string().nullable(),
    trail: z.array(z.string()),
  }),
]);

/** Canonical JSON; minor units as decimal text. */
export function rulingText(ruling: Ruling): string {
  if (ruling.kind === 'refused') return canonicalJson({ ...ruling });
  const amount = ruling.reporting;
  const written = amount && { minor: amount.minor.toString(), currency: amount.currency };
  return canonicalJson({ ...ruling, reporting: written });
}

/** Throws `internal` for a text that `rulingText` did not write. */
export function readRuling(text: string): Ruling {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new OpsError('internal', 'A stored ruling cannot be read.', { cause });
  }
}
