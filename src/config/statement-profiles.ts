/**
 * The section `statementProfiles` of `paydesk.yaml`: how the CSV of a partner is read.
 *
 * Invariant: a profile that is let through says where amount, currency and dates of a row are. Whether its id collides with
 * a format that ships with Paydesk is not known here.
 */
import { z } from 'zod';
import { isCurrency } from '../kernel/currency.js';

const text = z.string().min(1, { message: 'must not be empty' });

/** One column or several, of which the first that has a value counts. */
const columns = z.union([text.transform((name) => [name]), z.array(text).min(1)], {
  error: 'must be the name of a column, or a list of names',
});

/** A literal on its own, or a list. */
const values = z.array(text).min(1, { message: 'names no value' });

const kinds = [
  'payment',
  'refund',
  'chargeback',
  'chargeback_reversal',
  'fee',
  'fee_refund',
  'payout',
  'payout_reversal',
  'transfer',
  'direct_debit',
  'return',
  'notification_of_change',
  'reserve',
  'reserve_release',
  'interest',
  'adjustment',
  'reversal',
  'balance',
  'other',
] as const;
const kind = z.enum(kinds, { error: `must be one of ${kinds.join(', ')}` });

const datePattern = z
  .string()
  .regex(/^(?=.*yy)(?=.*M)(?=.*d)(?:yyyy|yy|MMM|MM|M|dd|d|HH|mm|ss|T|[^A-Za-z])+$/, {
    message: 'must be a pattern of yyyy, MM, dd, HH, mm and ss, such as dd.MM.yyyy',
  });

/** Those that say nothing of themselves; UTF-8 and UTF-16 are told from the file. */
const encodings = [
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1257',
  'iso-8859-2',
  'iso-8859-15',
  'cp850',
  'cp852',
  'shift_jis',
  'gb18030',
  'big5',
  'euc-kr',
] as const;

const columnNames = z.strictObject({
  amount: columns.optional(),
  credit: columns.optional(),
  debit: columns.optional(),
  currency: columns.optional(),
  fee: columns.optional(),
  net: columns.optional(),
  kind: columns.optional(),
  partnerRef: columns.optional(),
  ourRef: columns.optional(),
  batchRef: columns.optional(),
  account: columns.optional(),
  valueDate: columns.optional(),
  bookedAt: columns.optional(),
  description: columns.optional(),
  foreignAmount: columns.optional(),
  foreignCurrency: columns.optional(),
  foreignRate: columns.optional(),
});

const shape = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,39}$/, {
      message: 'must be lower-case letters, digits and hyphens, 2 to 40 characters',
    }),
  title: text.optional(),
  encoding: z.enum(encodings, { error: `must be one of ${encodings.join(', ')}` }).optional(),
  delimiter: z.string().length(1, { message: 'must be one character' }).default(','),
  decimal: z.enum(['.', ','], { error: 'must be "." or ","' }).default('.'),
  thousands: z.string().length(1, { message: 'must be one character' }).optional(),
  minorUnits: z.boolean().default(false),
  dates: z.array(datePattern).min(1, { message: 'names no pattern' }).default(['yyyy-MM-dd']),
  columns: columnNames,
  currency: z
    .string()
    .refine(isCurrency, { message: 'is not an ISO 4217 currency such as EUR, in capitals' })
    .optional(),
  sign: z.strictObject({ column: text, negative: values }).optional(),
  negativeFees: z.boolean().default(false),
  kinds: z.record(z.string(), kind).default({}),
  outgoing: z.array(kind).default([]),
  trailer: z.strictObject({ column: text, values, leavesOut: z.array(kind).default([]) }).optional(),
  summary: z.strictObject({ column: text, values }).optional(),
});

type Shape = z.output<typeof shape>;

/** What must hold between parts of a profile, each fault with its path. */
const rules: readonly { path: string[]; message: string; isBroken: (profile: Shape) => boolean }[] = [
  {
    path: ['columns'],
    message: 'needs amount, or both credit and debit',
    isBroken: ({ columns: { amount, credit, debit } }) =>
      amount === undefined && (credit === undefined || debit === undefined),
  },
  {
    path: ['columns'],
    message: 'has amount as well as credit or debit: one of the two',
    isBroken: ({ columns: { amount, credit, debit } }) =>
      amount !== undefined && (credit !== undefined || debit !== undefined),
  },
  {
    path: ['currency'],
    message: 'is needed where columns.currency is left out, and only there',
    isBroken: ({ currency, columns }) => (currency === undefined) === (columns.currency === undefined),
  },
  {
    path: ['thousands'],
    message: 'is the decimal mark as well',
    isBroken: ({ thousands, decimal }) => thousands === decimal,
  },
];

const profile = shape
  .superRefine((each, context) => {
    for (const { path, message, isBroken } of rules)
      if (isBroken(each)) context.addIssue({ code: 'custom', path: [...path], message });
  })
  .transform((each) => ({ ...each, title: each.title ?? each.id }));

export const statementProfiles = z
  .array(profile)
  .max(100)
  .superRefine((profiles, context) => {
    profiles.forEach(({ id }, index) => {
      if (profiles.findIndex((other) => other.id === id) < index)
        context.addIssue({ code: 'custom', path: [index, 'id'], message: `“${id}” is listed twice` });
    });
  })
  .default([])
  .describe('partners whose statements are plain CSV');
