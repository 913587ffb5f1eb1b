/** The parts of `paydesk.yaml` about statements: where they come from, and whose is whose. */
import { z } from 'zod';
import { duration } from './values.js';

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

const amount = z
  .string()
  .regex(/^\d{1,12}(?:\.\d{1,4})?$/, { message: 'must be an amount such as "100.00"' });

export const statements = z
  .strictObject({
    folder: z.string().min(1).optional().describe('absent: inbox in PAYDESK_HOME'),
    rest: duration.prefault('10s').describe('how long a file must stay unchanged before it is read'),
    material: z
      .record(z.string().regex(/^[A-Z]{3}$/), amount)
      .default({})
      .describe('by currency: the smallest difference that makes a break material'),
  })
  .prefault({});
