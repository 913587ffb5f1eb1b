/**
 * The shape of `paydesk.yaml`: what a company tells Paydesk about itself. Secrets are not here; they come from the
 * environment.
 *
 * Invariant: a key that is not described here is a fault, so that a misspelt key never goes unnoticed.
 * `paydesk.example.yaml` documents every key, and a test holds it to this schema.
 */
import { z } from 'zod';
import { disputes } from './disputes.js';
import { retries } from './retries.js';
import { reconciliation } from './reconciliation.js';
import { remediation, remediationFaults } from './remediation.js';
import { invariants } from './invariants.js';
import { metrics } from './metrics.js';
import { clearingAccountOf, isClearingAccount, partnerStatements, statements } from './statements.js';
import { statementProfiles } from './statement-profiles.js';
import { channel, cron, duration, httpUrl, partnerId, privateUrl, timeZone, userGroup } from './values.js';

const address = String.raw`[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+`;
const emailAddress = z.string().regex(new RegExp(`^${address}$`), { message: 'must be one e-mail address' });
const sender = z
  .string()
  .regex(new RegExp(`^(?:${address}|[^<>@\\r\\n]+ <${address}>)$`), {
    message: 'must be an e-mail address, or a name and an address: Payments <payments@example.com>',
  });

const urlTemplate = z
  .string()
  .refine(isUrlTemplate, { message: 'must be an http or https address that contains {id}' });

function isUrlTemplate(template: string): boolean {
  const example = template.replaceAll('{id}', 'x');
  return template.includes('{id}') && URL.canParse(example) && /^https?:$/.test(new URL(example).protocol);
}

const expectations = z
  .strictObject({
    capture: duration
      .prefault('7d')
      .describe('from authorisation to capture, where the provider names no limit'),
    payout: duration.prefault('3d').describe('from the balance being available to the payout'),
    ledger: duration.prefault('24h').describe('from capture to the ledger entry'),
  })
  .prefault({});

/** Of a partner that says nothing else. */
export const usualExpectations = expectations.parse(undefined);

const partner = z.strictObject({
  id: partnerId,
  name: z.string().min(1).max(60),
  kind: z.enum(['psp', 'acquirer', 'card_network', 'bank', 'open_banking', 'wallet', 'lender']),
  timeZone: timeZone.default('UTC'),
  statusPage: httpUrl.optional(),
  alertsChannel: channel.optional(),
  contact: emailAddress.optional(),
  escalation: z
    .array(z.strictObject({ who: z.string().min(1).max(60), reach: z.string().min(1).max(120) }))
    .max(6)
    .default([])
    .describe('escalation contacts after the contact, in order'),
  runbooks: z
    .array(z.strictObject({ title: z.string().min(1).max(60), url: httpUrl }))
    .max(10)
    .default([]),
  expectations,
  statements: partnerStatements.optional(),
});

const linkObjects = [
  'payment',
  'charge',
  'refund',
  'dispute',
  'payout',
  'balance_transaction',
  'early_fraud_warning',
  'order',
  'ledger_entry',
] as const;

export const configSchema = z.strictObject({
  company: z.string().min(1).max(60),
  channels: z
    .strictObject({
      alerts: channel.optional(),
      audit: channel.optional(),
      disputes: channel.optional(),
      reconciliation: channel.optional(),
    })
    .prefault({}),
  paymentsApi: z
    .strictObject({ partner: partnerId, baseUrl: privateUrl.default('https://api.stripe.com') })
    .optional(),
  // Often a neighbour in a mesh that encrypts by itself: the company's own network is its own business.
  operationsApi: z.strictObject({ baseUrl: httpUrl }).optional(),
  mail: z.strictObject({ from: sender }).optional(),
  partners: z.array(partner).min(1).max(200),
  lookups: z
    .strictObject({
      guestGroups: z
        .array(userGroup)
        .max(20)
        .default([])
        .describe(
          'ids of user groups whose guests may look up payments, disputes and partners, as members may',
        ),
      reveal: z
        .array(z.string())
        .max(20)
        .default([])
        .describe('roles that may see personal data unmasked, with a reason; absent: no one'),
    })
    .prefault({}),
  roles: z
    .record(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,39}$/, { message: 'must be lower-case letters, digits and hyphens' }),
      z.array(userGroup).min(1).max(20),
    )
    .default({})
    .describe('names for user groups, for lookups.reveal and for who may run a query'),
  queries: z
    .strictObject({
      folder: z.string().min(1).optional().describe('absent: queries in PAYDESK_HOME'),
      timeout: duration.prefault('15s').describe('how long a query may take'),
    })
    .prefault({}),
  links: z.partialRecord(z.enum(linkObjects), urlTemplate).default({}),
  schedules: z
    .record(z.string(), cron)
    .default({})
    .describe('by job; a job without one keeps its own schedule'),
  statements,
  reconciliation,
  statementProfiles,
  metrics,
  invariants,
  disputes,
  retries,
  remediation: remediation.optional().describe('absent: no guarded actions'),
});

/**
 * What must hold between parts of the file. Apart from the shape, and tolerant of faults in it, so that both kinds are
 * told at once.
 */
export const consistencySchema = z
  .object({
    partners: z
      .array(
        z
          .object({
            id: z.string(),
            statements: z
              .object({ paysInto: z.string().optional(), ledgerAccount: z.string().optional() })
              .optional(),
          })
          .catch({ id: '' }),
      )
      .catch([]),
    paymentsApi: z.object({ partner: z.string() }).optional().catch(undefined),
    remediation: z.unknown().optional(),
    roles: z.record(z.string(), z.unknown()).catch({}),
    lookups: z.object({ reveal: z.array(z.string()).catch([]) }).catch({ reveal: [] }),
  })
  .catch({ partners: [], roles: {}, lookups: { reveal: [] } })
  .superRefine(({ partners, paymentsApi, remediation: section, roles, lookups }, context) => {
    lookups.reveal.forEach((role, index) => {
      if (Object.hasOwn(roles, role)) return;
      const message = `role “${role}” is not among roles: ${Object.keys(roles).join(', ') || 'there are none'}`;
      context.addIssue({ code: 'custom', path: ['lookups', 'reveal', index], message });
    });
    for (const { path, message } of remediationFaults(section))
      context.addIssue({ code: 'custom', path: ['remediation', ...path], message });
    const ids = partners.map(({ id }) => id).filter((id) => id !== '');
    partners.forEach(({ id }, index) => {
      if (id === '' || partners.findIndex((partner) => partner.id === id) === index) return;
      context.addIssue({
        code: 'custom',
        path: ['partners', index, 'id'],
        message: `partner “${id}” is listed twice`,
      });
    });
    const banks = partners.filter(({ statements: own }) => own !== undefined).map(({ id }) => id);
    partners.forEach(({ id, statements: own }, index) => {
      const bank = own?.paysInto;
      if (bank === undefined) return;
      const path = ['partners', index, 'statements'];
      if (bank === id || !banks.includes(bank)) {
        const message = `“${bank}” is not another partner with statements`;
        context.addIssue({ code: 'custom', path: [...path, 'paysInto'], message });
      }
      if (isClearingAccount(own?.ledgerAccount ?? clearingAccountOf(id))) return;
      const message =
        'must begin with “clearing”, because only what passes through such an account is paid out';
      context.addIssue({ code: 'custom', path: [...path, 'ledgerAccount'], message });
    });
    if (!paymentsApi || ids.includes(paymentsApi.partner)) return;
    const message = `partner “${paymentsApi.partner}” is not configured; partners: ${ids.join(', ')}`;
    context.addIssue({ code: 'custom', path: ['paymentsApi', 'partner'], message });
  });

export type Config = z.output<typeof configSchema>;
export type LinkObject = (typeof linkObjects)[number];
