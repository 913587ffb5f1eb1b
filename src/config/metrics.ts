/**
 * The section `metrics` of `paydesk.yaml`: what is watched beside what ships, how many false alerts people accept, and who is
 * on call.
 */
import { z } from 'zod';
import { parseDay } from '../kernel/calendar-day.js';
import { minuteMs } from '../kernel/clock.js';
import { duration, timeZone, userGroup } from './values.js';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,40}$/, { message: 'must be the name of a column: partner, method' });

const metric = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,60}$/, { message: 'must be lower-case letters, digits and hyphens' }),
  name: z.string().min(1).max(60),
  kind: z.enum(['rate', 'volume', 'latency', 'level', 'amount', 'lateness']),
  sql: z
    .string()
    .max(10_000)
    .refine((sql) => /\$1\b/.test(sql) && /\$2\b/.test(sql), {
      message: 'must use $1 and $2, the start and the end of the span',
    })
    .refine((sql) => !/;\s*\S/.test(sql), { message: 'must be one statement' })
    .transform((sql) => sql.replace(/;\s*$/, '')),
  dimensions: z.array(name).max(4).default([]),
  bucket: duration.prefault('5m').describe('width of a bucket'),
  lag: duration.prefault('1m').describe('how long a bucket may still change after its end'),
  falseAlertsPerWeek: z.number().min(0.01).max(50).default(1),
  unit: z.string().min(1).max(20).optional().describe('what a level counts, such as payments'),
  direction: z
    .enum(['up', 'down', 'both'])
    .optional()
    .describe('of a level or an amount: which side of usual is a change'),
  floor: z.number().min(0).optional().describe('smaller changes raise no alert'),
  calendar: z
    .string()
    .regex(/^(?:TARGET|WEEKDAYS|[A-Za-z]{2})$/, {
      message: 'must be TARGET, WEEKDAYS or a country, such as DE',
    })
    .optional()
    .describe('of arrivals: on its bank holidays nothing is overdue'),
});

type Declared = z.output<typeof metric>;

/** Keys that mean something for some kinds alone, and what the others do instead. */
const keysOfKinds: { key: keyof Declared; kinds: readonly Declared['kind'][]; instead: string }[] = [
  { key: 'unit', kinds: ['level'], instead: 'the other kinds have units of their own' },
  {
    key: 'direction',
    kinds: ['level', 'amount'],
    instead: 'failures and late answers count when they rise, attempts when they fall',
  },
  { key: 'calendar', kinds: ['lateness'], instead: 'the other kinds learn what a quiet day is like' },
  {
    key: 'floor',
    kinds: ['rate', 'volume', 'latency', 'level', 'amount'],
    instead: 'what comes within 90 minutes of its usual time is never late',
  },
];

function kindFault(declared: Declared): { path: string[]; message: string } | null {
  const misplaced = keysOfKinds.find(
    ({ key, kinds }) => declared[key] !== undefined && !kinds.includes(declared.kind),
  );
  if (misplaced) {
    const { key, kinds, instead } = misplaced;
    return { path: [key], message: `is for the kinds ${kinds.join(', ')}; ${instead}` };
  }
  if (declared.kind === 'amount' && !declared.dimensions.includes('currency'))
    return {
      path: ['dimensions'],
      message: 'must contain currency: amounts in different currencies can’t be added up',
    };
  return null;
}

/** “2026-11-27”; becomes its number. */
const day = z.string().transform((text, context) => {
  const found = parseDay(text);
  if (found !== null) return found;
  context.addIssue({ code: 'custom', message: `“${text}” is not a day; write for instance 2026-11-27` });
  return z.NEVER;
});

const announced = z
  .strictObject({
    name: z.string().min(1).max(60),
    from: day,
    to: day.describe('its last day'),
    timeZone: timeZone.default('UTC'),
    metrics: z.array(z.string().min(1)).max(50).default([]).describe('IDs; left out: all'),
    where: z.record(name, z.string().min(1).max(200)).default({}).describe('left out: every slice'),
  })
  .refine(({ from, to }) => from <= to && to - from <= 31, {
    path: ['to'],
    message: 'must not lie before from, and at most a month after it',
  });

const unique = (ids: readonly { id: string }[]): boolean =>
  new Set(ids.map(({ id }) => id)).size === ids.length;

export const metrics = z
  .strictObject({
    falseAlertsPerWeek: z.number().min(0.01).max(50).optional().describe('of each metric that ships'),
    onCall: z.array(userGroup).max(10).default([]).describe('user groups that are mentioned on escalation'),
    runbooks: z.string().min(1).default('runbooks').describe('folder of Markdown files'),
    incidentFailures: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe(
        'number of unusual failures that opens an incident automatically; left out: people open incidents',
      ),
    announced: z
      .array(announced)
      .max(200)
      .default([])
      .describe('days on which volumes, amounts, levels and arrivals are expected to be unusual'),
    own: z
      .array(
        metric
          .refine(({ bucket }) => bucket >= minuteMs && bucket <= 60 * minuteMs, {
            path: ['bucket'],
            message: 'must be between 1m and 60m',
          })
          .superRefine((declared, context) => {
            const fault = kindFault(declared);
            if (fault) context.addIssue({ code: 'custom', ...fault });
          })
          .transform(({ bucket, lag, ...rest }) => ({ ...rest, bucketMs: bucket, lagMs: lag })),
      )
      .max(50)
      .default([])
      .refine(unique, { message: 'lists an ID twice' }),
  })
  .prefault({});
