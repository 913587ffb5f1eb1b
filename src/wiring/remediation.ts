/**
 * Builds guarded remediation: the world that actions work on, the policy's checks, and how people are notified.
 *
 * Invariant: a policy that cannot work, or that locks people out, ends the start with all of its faults.
 */
import { randomUUID } from 'node:crypto';
import { createRemediations, remediationLives } from '../adapters/postgres/remediations.js';
import type { Database } from '../adapters/postgres/database.js';
import { createStripeWrites } from '../adapters/stripe/writes.js';
import type { Environment } from '../config/environment.js';
import type { Config } from '../config/schema.js';
import { hourMs, minuteMs, secondMs, type Clock } from '../kernel/clock.js';
import { OpsError, toOpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import { alertThreadsOf, metricsOf } from './alerts.js';
import { linksFrom } from './links.js';
import type { Attachments } from '../ports/attachments.js';
import type { AuditTrail } from '../ports/audit.js';
import type { Books } from '../ports/books.js';
import type { WriteOffs } from '../ports/breaks.js';
import type { Living } from '../ports/lives.js';
import type { Directory, DirectoryPerson } from '../ports/directory.js';
import type { Mail } from '../ports/mail.js';
import type { Operations } from '../ports/operations.js';
import type { Outbox } from '../ports/outbox.js';
import type { PaymentWrites } from '../ports/payment-writes.js';
import type { PaymentsApi } from '../ports/payments-api.js';
import type { World } from '../remediation/kit/action.js';
import { actions } from '../remediation/actions/index.js';
import type { Policy } from '../remediation/policy/policy.js';
import { policyFaults } from '../remediation/policy/faults.js';
import { lockOuts } from '../remediation/policy/lock-outs.js';
import { staleRates } from '../remediation/policy/rates.js';
import { createRemediationDesk, type RemediationService } from '../remediation/remediation.js';
import { alarmMessages, alertThreadMessage, remediationMessages } from '../views/remediation/messages.js';

/** What must not wait for the rest, over connections of its own. */
export interface Urgent {
  database: Database;
  directory: Directory;
}

export interface RemediationFacts {
  environment: Environment;
  config: Config;
  database: Database;
  directory: Directory;
  urgent: Urgent;
  attachments: Attachments;
  audit: AuditTrail;
  outbox: Outbox;
  sources: {
    payments: PaymentsApi | null;
    operations: Operations | null;
    mail: Mail | null;
    books: Books | null;
    writeOffs: WriteOffs | null;
  };
  clock: Clock;
  log: Log;
}

/** Null where the configuration has no section for it. Throws `misconfigured` with every fault of the policy. */
export function remediationFrom(facts: RemediationFacts): RemediationService | null {
  const { config, environment, database, directory, audit, outbox, clock, log } = facts;
  const policy = config.remediation;
  if (!policy) return null;
  requirePolicy(policy, environment);
  for (const problem of staleRates(policy, clock.now()))
    log.warn({ problem }, 'an exchange rate of the policy is stale');
  const links = linksFrom(config.links);
  const threadOf = alertThreadsOf(config, database);
  return createRemediationDesk({
    actions,
    policy,
    world: worldOf(facts),
    remediations: createRemediations(database),
    directory,
    transactions: database,
    urgent: { transactions: facts.urgent.database, directory: facts.urgent.directory },
    audit,
    tell: async (tx, snapshot, news) => {
      for (const message of remediationMessages(snapshot, news, policy.channels, links))
        await outbox.enqueue(tx, message);
      const { alertId } = snapshot.remediation;
      const thread = alertId && news && (await threadOf(alertId));
      if (thread) await outbox.enqueue(tx, alertThreadMessage(snapshot, news, thread));
    },
    alarm: async (tx, alarm) => {
      for (const message of alarmMessages(alarm, policy)) await outbox.enqueue(tx, message);
    },
    newKey: () => `paydesk-${randomUUID()}`,
    clock,
    log,
  });
}

/** Of one replica at a time; the rest waits its turn or goes to another replica. */
const requestsAtOnce = 10;

export const livingRequests = ({ advance }: Pick<RemediationService, 'advance'>): Living => ({
  ...remediationLives,
  atOnce: requestsAtOnce,
  advance,
});

function worldOf({ config, environment, attachments, sources, clock, log }: RemediationFacts): World {
  return {
    ...sources,
    writes: writesFrom(config, environment, clock, log),
    attachments,
    partners: config.partners.map(({ id, name, contact }) => ({ id, name, contact: contact ?? null })),
    metrics: metricsOf(config),
    paymentsPartner: config.paymentsApi?.partner ?? null,
    clock,
  };
}

function writesFrom(
  { paymentsApi }: Config,
  { STRIPE_API_KEY: apiKey }: Environment,
  clock: Clock,
  log: Log,
): PaymentWrites | null {
  if (!paymentsApi || !apiKey) return null;
  return createStripeWrites({ baseUrl: paymentsApi.baseUrl, apiKey, clock, log });
}

/** Throws `misconfigured` with every fault that can be told without asking anybody. */
export function requirePolicy(policy: Policy, environment: Environment): void {
  const unconfirmable = policy.rules.filter(
    ({ confirmOutside }) => confirmOutside && !environment.OIDC_ISSUER,
  );
  requireNone([
    ...policyFaults(
      policy,
      actions.map(({ id }) => id),
    ),
    ...unconfirmable.map(
      ({ id }) => `Rule “${id}” requires votes confirmed outside Slack, but OIDC_ISSUER is not set.`,
    ),
  ]);
}

/** Ids of the user groups whose members are asked for: those of the policy, of roles, and whose guests may look things up. */
export const groupsOf = ({
  remediation,
  lookups,
  roles,
}: Pick<Config, 'remediation' | 'lookups' | 'roles'>): string[] => [
  ...Object.values(remediation?.groups ?? {}),
  ...lookups.guestGroups,
  ...Object.values(roles).flat(),
];

/** Slack takes about a hundred questions about people in a minute, and fewer at one moment. */
const askedAtOnce = 5;
/** A repeated check continues where Slack stopped the last one: a large group takes longer than a minute. */
const recent = { maxAgeMs: hourMs, atWorstMs: hourMs, patienceMs: 5 * secondMs };

/**
 * Asks who is in the policy's groups, and refuses a policy that locks everyone out.
 * Throws `misconfigured` with every fault, and what the directory throws when it cannot be asked.
 */
export async function requireNoLockOut(policy: Policy, directory: Directory): Promise<void> {
  const membership = await directory.membership({ ...recent, maxAgeMs: minuteMs });
  const named = Object.entries(policy.groups);
  const missing = named.filter(([, id]) => !membership.groups.has(id));
  requireNone(
    missing.map(([name, id]) => `Group “${name}” (${id}): This user group is not in the workspace.`),
  );
  const groups = new Map<string, ReadonlySet<string>>();
  for (const [name, id] of named)
    groups.set(name, await decidersIn(membership.groups.get(id) ?? [], directory));
  requireNone(lockOuts(policy, groups));
}

/** Those of a group who may decide at all. */
async function decidersIn(group: Iterable<string>, directory: Directory): Promise<ReadonlySet<string>> {
  const people = [...group];
  const deciders = new Set<string>();
  for (let from = 0; from < people.length; from += askedAtOnce) {
    const few = people.slice(from, from + askedAtOnce);
    const known = await Promise.all(few.map((userId) => personOrNull(userId, directory)));
    for (const person of known) if (person?.kind === 'member') deciders.add(person.userId);
  }
  return deciders;
}

/** A group may list people whom the directory does not show: they decide nothing, and the others do. */
async function personOrNull(userId: string, directory: Directory): Promise<DirectoryPerson | null> {
  try {
    return await directory.person(userId, recent);
  } catch (thrown) {
    if (toOpsError(thrown).code === 'not_found') return null;
    throw thrown;
  }
}

function requireNone(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new OpsError(
    'misconfigured',
    `The policy for guarded actions cannot work:\n  ${faults.join('\n  ')}`,
    { hint: 'Change `remediation` in the configuration, or the user groups in Slack.' },
  );
}
