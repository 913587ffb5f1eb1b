/** The parts of `paydesk.yaml` about statements: where they come from, and whose is whose. */
import { z } from 'zod';
import { parseMajor } from '../kernel/money.js';
import { duration, partnerId, privateUrl } from './values.js';

const pattern = z.string().min(1).max(200);

/** Of a partner: how its files are recognised, and by when they come. */
export const partnerStatements = z
  .strictObject({
    files: z
      .array(pattern)
      .max(20)
      .default([])
      .describe('patterns of paths or names; absent: the folder or the beginning of the name is the id'),
    accounts: z.array(z.string().min(4).max(64)).max(100).default([]),
    references: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(10)
      .default(['partnerRef', 'batchRef', 'ourRef'])
      .describe(
        'the field that holds the ledger’s reference, first choice first: canonical, or a column of the file',
      ),
    format: z.string().min(1).max(60).optional(),
    ledgerAccount: z.string().min(1).max(200).optional().describe('absent: clearing:<id>'),
    paysInto: partnerId
      .optional()
      .describe(
        'the bank whose statements show its payouts, also a partner; absent: they are not followed there',
      ),
    settles: z
      .string()
      .regex(/^T\+\d{1,2}$/, { message: 'must be T+ and a number of business days, such as T+2' })
      .default('T+0'),
    calendar: z.string().min(2).max(20).default('TARGET'),
    cutOff: z
      .string()
      .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { message: 'must be a time such as 09:30' })
      .optional()
      .describe('when the file is due, in the partner’s time zone; absent: learned from arrivals'),
    cutOffDays: z.int().min(0).max(10).default(1),
  })
  .describe('present: its statements are reconciled');

/** Where a partner's money is on its way to us; payouts pass through it, so that it comes to zero. */
export const clearingAccountOf = (partner: string): string => `${clearing}:${partner}`;
export const isClearingAccount = (account: string): boolean => account.startsWith(clearing);
const clearing = 'clearing';

const amount = z
  .string()
  .regex(/^\d{1,12}(?:\.\d{1,4})?$/, { message: 'must be an amount such as "100.00"' });

/** By currency. */
const amounts = z
  .record(z.string().regex(/^[A-Z]{3}$/), amount)
  .default({})
  .superRefine((byCurrency, context) => {
    for (const [currency, text] of Object.entries(byCurrency))
      if (!parseMajor(text, currency).ok)
        context.addIssue({
          code: 'custom',
          path: [currency],
          message: `“${text}” is not an amount in ${currency}`,
        });
  });

const s3 = z.strictObject({
  endpoint: privateUrl.describe('of the service, without the bucket'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{2,40}$/)
    .default('us-east-1'),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { message: 'is not the name of a bucket' }),
  prefix: z
    .string()
    .max(500)
    .regex(/^(?:[^/].*\/)?$/, { message: 'must end with a slash and not begin with one, such as incoming/' })
    .default(''),
});

const sftp = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, { message: 'must be a host name or an address' }),
  port: z.int().min(1).max(65_535).default(22),
  user: z.string().min(1).max(100),
  folder: z.string().min(1).max(500).default('.'),
  hostKeys: z
    .array(
      z
        .string()
        .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, {
          message: 'must be a fingerprint such as ssh-keygen -lf prints: SHA256: and 43 characters',
        }),
    )
    .max(10)
    .default([])
    .describe('fingerprints of the server’s keys; none: it is refused, and says which it has'),
});

const place = z
  .strictObject({
    id: z
      .string()
      .regex(/^(?!folder$)[a-z][a-z0-9-]{1,30}$/, {
        message: 'must be lower-case letters, digits and hyphens, 2 to 31 characters, and not “folder”',
      })
      .describe('permanent; names the variables of its secrets'),
    partner: partnerId
      .optional()
      .describe('the partner that sends all of its files; absent: recognised as in the folder'),
    every: duration.prefault('5m').describe('how often it is looked at'),
    s3: s3.optional(),
    sftp: sftp.optional(),
  })
  .refine(({ s3: one, sftp: other }) => (one === undefined) !== (other === undefined), {
    message: 'needs either s3 or sftp',
  });

const places = z
  .array(place)
  .max(50)
  .default([])
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, {
    message: 'have an id twice; ids are permanent and name one place each',
  });

export const statements = z
  .strictObject({
    places: places.describe('besides the folder'),
    folder: z.string().min(1).optional().describe('absent: inbox in PAYDESK_HOME'),
    rest: duration.prefault('10s').describe('how long a file must stay unchanged before it is read'),
    resolvedAlone: amounts.describe(
      'by currency: the largest difference that a later file or booking resolves without a person; absent: any',
    ),
    material: amounts.describe('by currency: the smallest difference that makes a break material'),
  })
  .prefault({});
