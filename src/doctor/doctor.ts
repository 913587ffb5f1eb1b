/**
 * `paydesk doctor`: looks at everything a running Paydesk depends on, and says what to do about each fault.
 *
 * Invariants: one fault does not hide another; nothing is changed anywhere; no secret is printed.
 */
import { callbackAddress } from '../adapters/http/confirmations.js';
import { readMigrationState } from '../adapters/postgres/migrate.js';
import { readAuditGuard } from '../adapters/postgres/roles.js';
import { requireOwnSessions } from '../adapters/postgres/sessions.js';
import { createBooks } from '../adapters/postgres/books.js';
import { appTokenError, callError, callFault, identityOf, slackClient } from '../adapters/slack/client.js';
import { createDirectory } from '../adapters/slack/directory.js';
import { createRunAnswers } from '../adapters/slack/run-answers.js';
import { parseEnvironment, type Environment } from '../config/environment.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { identityProviderFrom, publicUrlOf } from '../wiring/confirmations.js';
import { isPortPublic } from '../wiring/http.js';
import { mailFrom, openBooksDatabase, operationsFrom, paymentsApiFrom } from '../wiring/desk.js';
import type { Clock } from '../kernel/clock.js';
import { OpsError, toOpsError } from '../kernel/errors.js';
import { silentLog } from '../kernel/log.js';
import type { Secret } from '../kernel/secret.js';
import { botScopes } from '../wiring/manifest.js';
import { staleRates } from '../remediation/policy/rates.js';
import { outboxState } from './outbox.js';
import { groupsOf, requireNoLockOut, requirePolicy } from '../wiring/remediation.js';

export interface Finding {
  what: string;
  /** A warning is true of a Paydesk that works. */
  state: 'ok' | 'warning' | 'fault' | 'absent';
  /** What was found, or what is wrong. */
  says: string;
  /** What to do about it. */
  hint: string | null;
}

type Check = () => Promise<string | Pick<Finding, 'state' | 'says' | 'hint'>>;

export async function examine(
  variables: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<Finding[]> {
  const environment = await attempt(() => Promise.resolve(parseEnvironment(variables)));
  if ('fault' in environment) return [faultOf('environment', environment.fault)];
  const { value } = environment;
  const config = await attempt(() => Promise.resolve(loadConfig(value.PAYDESK_CONFIG)));
  const configFinding: Finding =
    'fault' in config
      ? faultOf('configuration', config.fault)
      : {
          what: 'configuration',
          state: 'ok',
          says: `${value.PAYDESK_CONFIG}, ${config.value.partners.length} partners`,
          hint: null,
        };
  const checks = 'fault' in config ? [] : checksOfConfig(value, config.value, clock);
  const channels = 'fault' in config ? [] : checksOfChannels(value, config.value);
  const [findings, channelFindings] = await Promise.all([
    findingsOf([
      ...checksOfEnvironment(value, clock),
      operationsRow(value),
      identityRow(value, clock),
      ...checks,
    ]),
    findingsOf(channels),
  ]);
  return [configFinding, ...findings, ...alikeOnce(channelFindings)];
}

/** Name, check, and instead of the check why there is nothing to check. */
type Row = readonly [what: string, check: Check | null, absent: string];

function checksOfEnvironment(environment: Environment, clock: Clock): Row[] {
  const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL } = environment;
  return [
    ...checksOfDatabase(environment, clock),
    [
      'slack bot token',
      SLACK_BOT_TOKEN ? () => botToken(SLACK_BOT_TOKEN, SLACK_API_URL) : missing('SLACK_BOT_TOKEN'),
      '',
    ],
    [
      'slack connection',
      SLACK_APP_TOKEN
        ? () => appToken(SLACK_APP_TOKEN, SLACK_API_URL)
        : SLACK_SIGNING_SECRET
          ? null
          : missing('SLACK_APP_TOKEN or SLACK_SIGNING_SECRET'),
      'signed HTTP; Slack must be able to reach /slack/events',
    ],
  ];
}

function checksOfDatabase(
  { DATABASE_URL: url, DATABASE_OWNER_URL: owner, PAYDESK_HOME }: Environment,
  clock: Clock,
): Row[] {
  return [
    [
      'database',
      url ? () => databaseState(url, 'DATABASE_URL') : null,
      `no DATABASE_URL: the embedded database in ${PAYDESK_HOME} is used`,
    ],
    [
      'database owner',
      url && owner ? () => databaseState(owner, 'DATABASE_OWNER_URL') : null,
      owner
        ? 'DATABASE_OWNER_URL is not used without DATABASE_URL'
        : 'DATABASE_OWNER_URL is not set: DATABASE_URL migrates the database at start',
    ],
    [
      'audit log',
      url ? () => auditState(url) : null,
      'guarded: Paydesk uses a separate role in the embedded database',
    ],
    [
      'messages',
      url ? () => outboxState(url, clock) : null,
      'no DATABASE_URL: `/readyz` of the running Paydesk says which messages are held',
    ],
  ];
}

function operationsRow(environment: Environment): Row {
  const { PORT, OPERATIONS_PORT } = environment;
  const isShared = OPERATIONS_PORT === undefined;
  const check: Check = () =>
    Promise.resolve({
      state: isShared && isPortPublic(environment) ? 'warning' : 'ok',
      says: `/healthz, /readyz and /metrics answer on port ${OPERATIONS_PORT ?? PORT}${isShared ? ', as everything else' : ''}`,
      hint: isShared && isPortPublic(environment) ? 'Others must reach PORT: set OPERATIONS_PORT.' : null,
    });
  return ['operations', check, ''];
}

function identityRow(environment: Environment, clock: Clock): Row {
  const provider = identityProviderFrom(environment, clock, silentLog);
  const callback = callbackAddress(publicUrlOf(environment, environment.PORT));
  const check: Check | null = provider
    ? () => provider.check().then(() => `reachable; it must allow redirects to ${callback}`)
    : null;
  return ['identity provider', check, 'OIDC_ISSUER is not set: votes cannot be confirmed outside Slack'];
}

const missing =
  (variable: string): Check =>
  () =>
    Promise.reject(
      new OpsError('misconfigured', `${variable} is missing.`, {
        hint: 'See “Connecting a real workspace” in README.md.',
      }),
    );

function checksOfConfig(environment: Environment, config: Config, clock: Clock): Row[] {
  const facts = { environment, config, clock, log: silentLog };
  const api = paymentsApiFrom(facts);
  const operations = operationsFrom(facts);
  const mail = mailFrom(facts);
  const token = environment.SLACK_BOT_TOKEN;
  const checkApi: Check | null = api ? () => api.check().then(() => 'the key is accepted') : null;
  return [
    [
      'payments API',
      checkApi,
      'STRIPE_API_KEY or paymentsApi is not set: payments are looked up in the books only',
    ],
    [
      'operations API',
      operations ? () => operations.check().then(() => 'the token is accepted') : null,
      'OPERATIONS_API_TOKEN or operationsApi is not set: no actions on routes, events or statements',
    ],
    [
      'mail',
      mail ? () => mail.check().then(() => 'the server accepts the connection') : null,
      'SMTP_URL or mail is not set: no e-mail to partners',
    ],
    [
      'books',
      environment.BOOKS_DATABASE_URL ? () => booksState(environment, clock) : null,
      'BOOKS_DATABASE_URL is not set: order ids, ARNs and e-mail addresses cannot be looked up',
    ],
    [
      'guarded actions',
      config.remediation && token ? () => policyState(config, environment, token, clock) : null,
      config.remediation
        ? 'not checked without SLACK_BOT_TOKEN'
        : '`remediation` is not configured: guarded actions are off',
    ],
  ];
}

function checksOfChannels({ SLACK_BOT_TOKEN: token, SLACK_API_URL }: Environment, config: Config): Row[] {
  return channelsOf(config).map((channel) => [
    `channel ${channel}`,
    token ? () => channelState(channel, token, SLACK_API_URL) : null,
    'not checked without SLACK_BOT_TOKEN',
  ]);
}

const channelsOf = ({ channels, partners, remediation }: Config): string[] => [
  ...new Set(
    [
      channels.alerts,
      channels.audit,
      remediation?.channels.approvals,
      remediation?.channels.alarm,
      ...partners.map(({ alertsChannel }) => alertsChannel),
    ].filter((channel) => channel !== undefined),
  ),
];

/** What is said of several channels alike, such as that Slack cannot be reached, is said once. */
function alikeOnce(findings: readonly Finding[]): Finding[] {
  const first = (says: string): Finding | undefined => findings.find((other) => other.says === says);
  return findings
    .filter((finding) => first(finding.says) === finding)
    .map((finding) => {
      const others = findings.filter((other) => other !== finding && other.says === finding.says);
      const names = others.map(({ what }) => what.replace('channel ', ', '));
      return { ...finding, what: finding.what + names.join('') };
    });
}

const findingsOf = (rows: readonly Row[]): Promise<Finding[]> => Promise.all(rows.map(findingOf));

async function findingOf([what, check, absent]: Row): Promise<Finding> {
  if (!check) return { what, state: 'absent', says: absent, hint: null };
  const result = await attempt(check);
  if ('fault' in result) return faultOf(what, result.fault);
  const { value } = result;
  return { what, ...(typeof value === 'string' ? { state: 'ok', says: value, hint: null } : value) };
}

async function attempt<Value>(work: () => Promise<Value>): Promise<{ value: Value } | { fault: OpsError }> {
  try {
    return { value: await work() };
  } catch (thrown) {
    return { fault: toOpsError(thrown) };
  }
}

const faultOf = (what: string, error: OpsError): Finding => ({
  what,
  state: 'fault',
  says: error.code === 'internal' && error.cause instanceof Error ? error.cause.message : error.publicMessage,
  hint: error.hint ?? null,
});

async function databaseState(url: Secret, setting: string): Promise<string> {
  const { applied, waiting } = await readMigrationState(url, setting);
  await requireOwnSessions(url, setting);
  return waiting === 0
    ? `reachable, ${applied} migrations applied`
    : `reachable, ${waiting} migrations will be applied at start`;
}

async function auditState(url: Secret): ReturnType<Check> {
  const guard = await readAuditGuard(url);
  if (!guard) return 'will be created at start';
  if (!guard.couldRemove) return `guarded: the role ${guard.role} can only add to it`;
  return {
    state: 'warning',
    says: `the role ${guard.role} owns the audit table and could drop the trigger that guards it`,
    hint: 'Set DATABASE_OWNER_URL to that role and DATABASE_URL to another one: see docs/audit.md.',
  };
}

async function botToken(token: Secret, apiUrl: string): Promise<string> {
  const { teamName, scopes } = await identityOf(slackClient(token, apiUrl, silentLog));
  const lacking = Object.entries(botScopes).filter(([scope]) => scopes.length > 0 && !scopes.includes(scope));
  if (lacking.length === 0) return `accepted, workspace ${teamName}`;
  throw new OpsError(
    'misconfigured',
    `The bot token lacks ${lacking.map(([scope, why]) => `${scope} (${why})`).join(', ')}.`,
    { hint: 'Update the app from manifest.yml, then install it to the workspace again.' },
  );
}

async function appToken(token: Secret, apiUrl: string): Promise<string> {
  try {
    await slackClient(token, apiUrl, silentLog).apps.connections.open();
    return 'Socket Mode, the app-level token is accepted';
  } catch (error) {
    throw appTokenError(error) ?? slackTrouble(error);
  }
}

/** Slack did not answer what was asked: that says nothing about the configuration. */
const slackTrouble = (error: unknown): OpsError =>
  callError(
    error,
    callFault(error).kind === 'rate_limited' ? 'Slack limits our rate.' : 'Slack cannot be reached.',
  );

async function channelState(channel: string, token: Secret, apiUrl: string): Promise<string> {
  try {
    const { channel: found } = await slackClient(token, apiUrl, silentLog).conversations.info({ channel });
    if (found?.is_archived === true) {
      throw new OpsError('misconfigured', `#${found.name ?? channel} is archived.`, {
        hint: 'Name another channel in paydesk.yaml.',
      });
    }
    return `#${found?.name ?? channel}${found?.is_member === true ? '' : ', the bot is not a member'}`;
  } catch (error) {
    if (error instanceof OpsError) throw error;
    const fault = callFault(error);
    if (fault.kind !== 'refused') throw slackTrouble(error);
    throw new OpsError('misconfigured', `Slack says ${fault.error}.`, {
      hint: 'Use the channel’s ID and, for a private channel, invite the bot.',
      cause: error,
    });
  }
}

async function policyState(
  config: Config,
  environment: Environment,
  token: Secret,
  clock: Clock,
): ReturnType<Check> {
  const { remediation } = config;
  if (!remediation) return 'off';
  requirePolicy(remediation, environment);
  const client = slackClient(token, environment.SLACK_API_URL, silentLog);
  await requireNoLockOut(
    remediation,
    createDirectory({ client, answers: createRunAnswers(), groups: groupsOf(config) }),
  );
  const stale = staleRates(remediation, clock.now());
  if (stale.length > 0)
    return { state: 'warning', says: stale.join(' '), hint: 'Update “remediation.rates” in paydesk.yaml.' };
  return `${remediation.rules.length} rules, all of them satisfiable`;
}

async function booksState(environment: Environment, clock: Clock): Promise<string> {
  const database = openBooksDatabase(environment, clock, silentLog);
  if (!database) throw new OpsError('internal', 'no books');
  try {
    await createBooks(database).check();
    return 'the views payment_attempts and ledger_entries are readable';
  } finally {
    await database.close();
  }
}
