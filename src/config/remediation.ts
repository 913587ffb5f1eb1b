/**
 * The section `remediation` of `paydesk.yaml`: who may ask for guarded actions, who approves them, and within which limits.
 *
 * Invariants: amounts and rates stay the decimal text that was written, so that nothing is lost to floating point; durations
 * become milliseconds. Which actions exist, and who is in the groups, is not known here: both are checked at start.
 */
import { z } from 'zod';
import { currencyExponent, isCurrency } from '../kernel/currency.js';
import { channel, duration, timeZone, userGroup } from './values.js';

const idForm = 'must be lower-case letters, digits and hyphens, 2 to 40 characters';
const id = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, { message: idForm });

/** Zod's own word for a key that does not fit is no help. */
const keyFault = ({ code }: { code?: string | undefined }): string | undefined =>
  code === 'invalid_key' ? idForm : undefined;

const actionId = z
  .string()
  .regex(/^[a-z]+(?:-[a-z]+)+$/, { message: 'must be an action such as refund-payment' });
const actionIds = z.array(actionId).min(1, { message: 'names no action' });

const quoted = 'must be a decimal in quotes, such as "250.00", to stay exact';
const decimal = z
  .string({ message: quoted })
  .regex(/^\d{1,15}(?:\.\d{1,12})?$/, { message: quoted })
  .refine((text) => /[1-9]/.test(text), { message: 'must be above zero' });

const currency = z
  .string()
  .refine(isCurrency, { message: 'is not an ISO 4217 currency such as EUR, in capitals' });

const date = z.iso.date({ message: 'must be a date such as 2026-11-01' });

const instant = z.iso
  .datetime({
    offset: true,
    abort: true,
    message: 'must be a date and time with its zone, such as 2026-12-24T18:00:00+01:00',
  })
  .transform((text) => new Date(text));

const approvalsRange = { message: 'must be a whole number from 1 to 10' };
const groupNames = z.array(z.string()).min(1, { message: 'names no group, so no one could use it' });

const clockTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { message: 'must be a time of day such as 09:00' });

const endTime = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, {
    message: 'must be a time of day such as 18:00, at most 24:00',
  });

const hours = z
  .strictObject({
    days: z
      .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
      .min(1, { message: 'names no day, so it would never be open' })
      .describe('on which the window starts'),
    from: clockTime,
    to: endTime.describe('exclusive; before `from` it means the next day'),
    timeZone,
  })
  .refine(({ from, to }) => from !== to, {
    message: 'starts when it ends; write 00:00 to 24:00 for a whole day',
    path: ['to'],
  });

const rule = z.strictObject({
  id: id.refine((name) => name !== 'break-glass', { message: 'is reserved for break-glass' }),
  actions: z.union([z.literal('any'), actionIds], {
    error: 'must be “any” or a list of actions such as [refund-payment]',
  }),
  risks: z
    .array(z.enum(['low', 'medium', 'high']))
    .min(1, { message: 'names no risk; leave it out for all of them' })
    .optional(),
  upTo: decimal.optional(),
  channels: z.array(channel).min(1, { message: 'names no channel; leave it out for all of them' }).optional(),
  hours: hours.optional(),
  request: groupNames,
  approve: groupNames,
  approvals: z
    .number(approvalsRange)
    .int(approvalsRange)
    .min(1, { message: 'must be from 1 to 10: nothing is done without an approval' })
    .max(10, approvalsRange),
  coolingOff: duration.optional(),
  typeAmount: z.boolean().default(false),
  confirmOutside: z.boolean().default(false),
});

const cap = z.strictObject({
  id,
  per: z.enum(['action', 'requester', 'partner', 'merchant']),
  actions: actionIds.optional(),
  within: duration,
  limit: decimal,
});

const freeze = z
  .strictObject({
    id,
    from: instant,
    to: instant,
    why: z.string().min(1).max(200),
    actions: actionIds.optional(),
  })
  .refine(({ from, to }) => from < to, { message: 'ends before it begins', path: ['to'] });

export const remediation = z.strictObject({
  channels: z.strictObject({ approvals: channel, alarm: channel }),
  reportingCurrency: currency,
  rates: z.array(z.strictObject({ date, currency, rate: decimal })).default([]),
  ratesMaxAge: duration.prefault('31d'),
  groups: z.record(id, userGroup, { error: keyFault }),
  expiry: duration.prefault('1h'),
  rules: z.array(rule).min(1, { message: 'has no rule, so that everything would be refused' }),
  caps: z.array(cap).default([]),
  freezes: z.array(freeze).default([]),
  breakGlass: z
    .strictObject({
      groups: groupNames,
      reviewWithin: duration.prefault('24h'),
      actions: actionIds.optional(),
      upTo: decimal.optional(),
    })
    .optional(),
  killSwitch: z.strictObject({ freeze: groupNames, lift: groupNames }),
});

export interface RemediationFault {
  /** From the section on. */
  path: (string | number)[];
  message: string;
}

/** What must hold between the parts of the section, whatever else is wrong with it. */
export function remediationFaults(section: unknown): RemediationFault[] {
  const parts = loose.parse(section);
  return [...unknownGroups(parts), ...doubles(parts), ...excessDigits(parts), ...ownRates(parts)];
}

const text = z.string().catch('');
const texts = z.array(text).catch([]);
const listOf = <Item extends z.ZodType>(item: Item): z.ZodCatch<z.ZodArray<Item>> => z.array(item).catch([]);

/** The section with everything left out that does not read. */
const loose = z
  .object({
    reportingCurrency: text,
    groups: z.record(z.string(), z.unknown()).catch({}),
    rates: listOf(z.object({ date: text, currency: text }).catch({ date: '', currency: '' })),
    rules: listOf(
      z
        .object({ id: text, request: texts, approve: texts, upTo: text })
        .catch({ id: '', request: [], approve: [], upTo: '' }),
    ),
    caps: listOf(z.object({ id: text, limit: text }).catch({ id: '', limit: '' })),
    freezes: listOf(z.object({ id: text }).catch({ id: '' })),
    breakGlass: z.object({ groups: texts, upTo: text }).catch({ groups: [], upTo: '' }),
    killSwitch: z.object({ freeze: texts, lift: texts }).catch({ freeze: [], lift: [] }),
  })
  .catch({
    reportingCurrency: '',
    groups: {},
    rates: [],
    rules: [],
    caps: [],
    freezes: [],
    breakGlass: { groups: [], upTo: '' },
    killSwitch: { freeze: [], lift: [] },
  });

type Parts = z.output<typeof loose>;

function unknownGroups({ groups, rules, breakGlass, killSwitch }: Parts): RemediationFault[] {
  const known = Object.keys(groups);
  const uses: { path: (string | number)[]; names: readonly string[] }[] = [
    ...rules.flatMap(({ request, approve }, index) => [
      { path: ['rules', index, 'request'], names: request },
      { path: ['rules', index, 'approve'], names: approve },
    ]),
    { path: ['breakGlass', 'groups'], names: breakGlass.groups },
    { path: ['killSwitch', 'freeze'], names: killSwitch.freeze },
    { path: ['killSwitch', 'lift'], names: killSwitch.lift },
  ];
  const message = (name: string): string => `group “${name}” is not among the groups: ${known.join(', ')}`;
  return uses.flatMap(({ path, names }) =>
    names.flatMap((name, index) =>
      name === '' || known.includes(name) ? [] : [{ path: [...path, index], message: message(name) }],
    ),
  );
}

function doubles({ rules, caps, freezes, rates }: Parts): RemediationFault[] {
  const lists = { rules, caps, freezes };
  const named = Object.entries(lists).flatMap(([list, items]) =>
    repeated(items.map(({ id: name }) => name)).map(({ index, value }) => ({
      path: [list, index, 'id'],
      message: `“${value}” is listed twice`,
    })),
  );
  const dated = repeated(rates.map(({ date: day, currency: code }) => `${code} ${day}`.trim()));
  return [
    ...named,
    ...dated.map(({ index, value }) => ({
      path: ['rates', index],
      message: `the rate of ${value} is listed twice`,
    })),
  ];
}

const repeated = (values: readonly string[]): { index: number; value: string }[] =>
  values
    .map((value, index) => ({ value, index }))
    .filter(({ value, index }) => value !== '' && values.indexOf(value) < index);

/** Amounts are in the reporting currency, and no finer than its minor unit. */
function excessDigits({ reportingCurrency, rules, caps, breakGlass }: Parts): RemediationFault[] {
  const exponent = currencyExponent(reportingCurrency);
  if (exponent === undefined) return [];
  const amounts: { path: (string | number)[]; amount: string }[] = [
    ...rules.map(({ upTo }, index) => ({ path: ['rules', index, 'upTo'], amount: upTo })),
    ...caps.map(({ limit }, index) => ({ path: ['caps', index, 'limit'], amount: limit })),
    { path: ['breakGlass', 'upTo'], amount: breakGlass.upTo },
  ];
  return amounts
    .filter(({ amount }) => (amount.split('.')[1] ?? '').length > exponent)
    .map(({ path, amount }) => ({
      path,
      message: `${reportingCurrency} has ${exponent} decimals, “${amount}” has more`,
    }));
}

function ownRates({ reportingCurrency, rates }: Parts): RemediationFault[] {
  return rates.flatMap(({ currency: code }, index) =>
    code !== '' && code === reportingCurrency
      ? [
          {
            path: ['rates', index, 'currency'],
            message: `${code} is the reporting currency and needs no rate`,
          },
        ]
      : [],
  );
}
