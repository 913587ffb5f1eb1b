/**
 * Builds guarded remediation: the world that actions work on, the policy's checks, and how people are told.
 *
 * Invariant: a policy that cannot work, or that locks people out, ends the start with all of its faults.
 */
import { randomUUID } from 'node:crypto';
import { createRemediations } from './adapters/postgres/remediations.js';
import { createTasks } from './adapters/postgres/tasks.js';
import type { Database } from './adapters/postgres/database.js';
import { createStripeWrites } from './adapters/stripe/writes.js';
import type { Environment } from './config/environment.js';
import type { Config } from './config/schema.js';
import { hourMs, type Clock } from './kernel/clock.js';
import { OpsError, toOpsError } from './kernel/errors.js';
import type { Log } from './kernel/log.js';
import { linksFrom } from './links.js';
import type { Attachments } from './ports/attachments.js';
import type { AuditTrail } from './ports/audit.js';
import type { Books } from './ports/books.js';
import type { Directory } from './ports/directory.js';
import type { Mail } from './ports/mail.js';
import type { Operations } from './ports/operations.js';
import type { Outbox } from './ports/outbox.js';
import type { PaymentWrites } from './ports/payment-writes.js';
import type { PaymentsApi } from './ports/payments-api.js';
import type { World } from './remediation/action.js';
import { actions } from './remediation/actions/index.js';
import type { Policy } from './remediation/policy.js';
import { policyFaults } from './remediation/policy/faults.js';
import { lockOuts } from './remediation/policy/lock-outs.js';
import { staleRates } from './remediation/policy/rates.js';
import { createRemediationDesk, type RemediationDesk } from './remediation/remediation.js';
import { alarmMessage, remediationMessages } from './views/remediation-messages.js';

export interface RemediationFacts {
  environment: Environment;
  config: Config;
  database: Database;
  directory: Directory;
  attachments: Attachments;
  audit: AuditTrail;
  outbox: Outbox;
  sources: { payments: PaymentsApi | null; operations: Operations | null; mail: Mail | null; books: Books | null };
  clock: Clock;
  log: Log;
} // prettier-ignore

/** Null where the configuration has no section for it. Throws `misconfigured` with every fault of the policy. */
export function remediationFrom(facts: RemediationFacts): RemediationDesk | null {
  const { config, environment, database, directory, audit, outbox, clock, log } = facts;
  const policy = config.remediation;
  if (!policy) return null;
  requirePolicy(policy, environment);
  for (const problem of staleRates(policy, clock.now()))
    log.warn({ problem }, 'a rate of the policy is too old');
  const links = linksFrom(config.links);
  return createRemediationDesk({
    actions,
    policy,
    world: worldOf(facts),
    remediations: createRemediations(database),
    directory,
    transactions: database,
    audit,
    tasks: createTasks(),
    tell: async (tx, snapshot, news) => {
      for (const message of remediationMessages(snapshot, news, policy.channels, links))
        await outbox.enqueue(tx, message);
    },
    alarm: (tx, personId, text, snapshot) =>
      outbox.enqueue(tx, alarmMessage(personId, text, snapshot, policy.channels)),
    newKey: () => `paydesk-${randomUUID()}`,
    clock,
    log,
  });
}

function worldOf({ config, environment, attachments, sources, clock, log }: RemediationFacts): World {
  return {
    ...sources,
    writes: writesFrom(config, environment, clock, log),
    attachments,
    partners: config.partners.map(({ id, name, contact }) => ({ id, name, contact: contact ?? null })),
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
  const unconfirmable = policy.rules.filter(({ confirmOutside }) => confirmOutside && !environment.OIDC_ISSUER);
  requireNone([
    ...policyFaults(policy, actions.map(({ id }) => id)),
    ...unconfirmable.map(({ id }) => `Rule “${id}” wants votes confirmed outside the chat, and OIDC_ISSUER is not set.`),
  ]);
} // prettier-ignore

/** Slack takes about a hundred questions about people in a minute, and fewer at one moment. */
const askedAtOnce = 5;
/** Whoever tries again goes on where an earlier attempt was stopped: a large group is never done within a minute. */
const fresh = { maxAgeMs: hourMs };

/**
 * Asks who is in the policy's groups, and refuses a policy that nobody could work with.
 * Throws `misconfigured` with every fault, and what the directory throws when it cannot be asked.
 */
export async function requireNoLockOut(policy: Policy, directory: Directory): Promise<void> {
  const groups = new Map<string, ReadonlySet<string>>();
  const faults: string[] = [];
  for (const [name, id] of Object.entries(policy.groups)) {
    try {
      groups.set(name, await decidersIn(id, directory));
    } catch (thrown) {
      const error = toOpsError(thrown);
      if (error.code !== 'not_found') throw error;
      faults.push(`Group “${name}” (${id}): ${error.publicMessage}`);
    }
  }
  requireNone(faults);
  requireNone(lockOuts(policy, groups));
}

/** Those of a group who may decide at all. */
async function decidersIn(groupId: string, directory: Directory): Promise<ReadonlySet<string>> {
  const people = [...(await directory.membersOf(groupId, fresh))];
  const deciders = new Set<string>();
  for (let from = 0; from < people.length; from += askedAtOnce) {
    const few = people.slice(from, from + askedAtOnce);
    const known = await Promise.all(few.map((userId) => directory.person(userId, fresh)));
    for (const { kind, userId } of known) if (kind === 'member') deciders.add(userId);
  }
  return deciders;
}

function requireNone(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new OpsError(
    'misconfigured',
    `The policy of guarded actions cannot work:\n  ${faults.join('\n  ')}`,
    {
      hint: 'Change `remediation` in the configuration, or the user groups in Slack.',
    },
  );
}
