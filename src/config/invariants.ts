/**
 * The section `invariants` of `paydesk.yaml`: what must always hold between balances of the company's books.
 *
 * Invariant: bounds and factors are decimals in quotes, so that they are read exactly.
 */
import { z } from 'zod';
import { parseRational } from '../kernel/rational.js';
import { duration } from './values.js';

const decimal = z.string().transform((text, context) => {
  const read = parseRational(text);
  if (read.ok) return read.value;
  context.addIssue({ code: 'custom', message: `${read.fault}: write it like '1.05'` });
  return z.NEVER;
});

const sql = z
  .string()
  .min(1)
  .max(10_000)
  .refine((text) => !/;\s*\S/.test(text), { message: 'must be one statement' })
  .transform((text) => text.replace(/;\s*$/, ''));

const source = z.strictObject({ name: z.string().min(1).max(60), sql });
const exactly = (count: number) => z.array(source).length(count);
const several = z.array(source).min(2).max(10);

const common = {
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,60}$/, { message: 'must be lower-case letters, digits and hyphens' }),
  name: z.string().min(1).max(60),
  moved: sql
    .refine((text) => /\$1\b/.test(text), { message: 'must use $1, the key with the difference' })
    .optional()
    .describe('the rows of a key ($1) that moved last'),
};
const bounds = { atLeast: decimal.optional(), atMost: decimal.optional() };
const hasBound = ({ atLeast, atMost }: { atLeast?: unknown; atMost?: unknown }): boolean =>
  atLeast !== undefined || atMost !== undefined;
const noBound = { message: 'needs atLeast or atMost' };

const declared = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('equation'),
    sources: z
      .array(source.extend({ times: decimal.prefault('1') }))
      .min(1)
      .max(10),
    equals: decimal.prefault('0'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('agreement'),
    sources: several,
    within: decimal.prefault('0'),
  }),
  z
    .strictObject({ ...common, kind: z.literal('cover'), sources: exactly(2), ...bounds })
    .refine(hasBound, noBound),
  z.strictObject({ ...common, kind: z.literal('rate'), sources: exactly(2), within: decimal }),
  z
    .strictObject({ ...common, kind: z.literal('bounds'), sources: exactly(1), ...bounds })
    .refine(hasBound, noBound),
  z.strictObject({ ...common, kind: z.literal('stale'), sources: exactly(1), after: duration }),
  z.strictObject({ ...common, kind: z.literal('nothing'), sources: exactly(1) }),
]);

type Declared = z.output<typeof declared>;

/** As the rule names its terms; the rest is common to all. */
function ruleOf(one: Declared) {
  switch (one.kind) {
    case 'equation':
      return { kind: one.kind, factors: one.sources.map(({ times }) => times), equals: one.equals };
    case 'agreement':
    case 'rate':
      return { kind: one.kind, within: one.within };
    case 'cover':
    case 'bounds':
      return { kind: one.kind, atLeast: one.atLeast ?? null, atMost: one.atMost ?? null };
    case 'stale':
      return { kind: one.kind, afterMs: one.after };
    case 'nothing':
      return { kind: one.kind };
  }
}

export const invariants = z
  .array(
    declared.transform((one) => ({
      id: one.id,
      name: one.name,
      rule: ruleOf(one),
      sources: one.sources.map(({ name, sql: text }) => ({ name, sql: text })),
      movedSql: one.moved ?? null,
    })),
  )
  .max(50)
  .default([])
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, { message: 'lists an ID twice' });
