/**
 * The section `reconciliation` of `paydesk.yaml`: when partners settle, which differences do not matter, and rules for what
 * a partner does differently. The desk and `paydesk reconcile --partner` go by it.
 *
 * Invariant: a rule that is let through names what both sides share; that they have one currency is not for it to say.
 */
import { z } from 'zod';
import { parseDay } from '../kernel/calendar-day.js';
import { isCurrency } from '../kernel/currency.js';
import { parseMajor } from '../kernel/money.js';
import { partnerId } from './values.js';

const currency = z
  .string()
  .refine(isCurrency, { message: 'is not an ISO 4217 currency such as EUR, in capitals' });

const settles = z
  .string()
  .regex(/^(?:T\+\d{1,2}|weekly (?:mon|tues|wednes|thurs|fri|satur|sun)day)$/, {
    message: 'must be T+ and business days (T+2) or a weekday (weekly friday)',
  });

const day = z.string().refine((text) => parseDay(text) !== null, { message: 'must be a day: 2026-12-24' });

/** In major units, as people write amounts; the currency is the key. */
const tolerances = z
  .record(
    currency,
    z.strictObject({
      short: z.string().default('0').describe('how much less the partner may pay'),
      over: z.string().default('0').describe('how much more'),
    }),
  )
  .default({})
  .transform((byCurrency, context) => {
    const minor = (code: string, side: 'short' | 'over', text: string): bigint => {
      const read = parseMajor(text, code);
      if (read.ok && read.value.minor >= 0n) return read.value.minor;
      const message = `“${text}” is not an amount in ${code}`;
      context.addIssue({ code: 'custom', path: [code, side], message });
      return 0n;
    };
    return Object.fromEntries(
      Object.entries(byCurrency).map(([code, { short, over }]) => [
        code,
        { shortMinor: minor(code, 'short', short), overMinor: minor(code, 'over', over) },
      ]),
    );
  });

const rule = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, { message: 'must be lower-case letters, digits, - and _' }),
  partners: z.array(partnerId).default([]).describe('absent: all'),
  by: z
    .array(
      z.enum(['reference', 'plain_reference', 'batch', 'date'], {
        error: 'must be reference, plain_reference, batch or date',
      }),
    )
    .min(1, {
      message: 'must name what both sides share: a rule without a criterion would match everything',
    }),
  ledgerTypes: z.array(z.string().min(1)).default([]),
  statementTypes: z.array(z.string().min(1)).default([]),
  many: z.boolean().default(false).describe('several entries may answer several lines when their sums agree'),
  windowDays: z.int().min(0).max(60).default(2),
  tolerances,
});

export const reconciliation = z
  .strictObject({
    windowDays: z.int().min(0).max(60).default(7),
    closingDays: z.array(day).max(400).default([]).describe('besides those of the calendar'),
    settlement: z
      .array(
        z.strictObject({
          partner: partnerId,
          types: z.array(z.string().min(1)).default([]).describe('of ledger entries; absent: all others'),
          settles,
          graceDays: z.int().min(0).max(30).default(0),
        }),
      )
      .max(500)
      .default([]),
    tolerances,
    rules: z
      .array(rule)
      .max(100)
      .superRefine((rules, context) => {
        rules.forEach(({ id }, index) => {
          if (rules.findIndex((other) => other.id === id) < index)
            context.addIssue({ code: 'custom', path: [index, 'id'], message: `“${id}” is listed twice` });
        });
      })
      .default([]),
  })
  .prefault({});
