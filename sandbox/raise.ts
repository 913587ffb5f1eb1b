/**
 * Raises the stand-in world: Slack, payments API, the company's platform, its mail server, identity provider and books,
 * status pages and statements, and writes the configuration with which a bot finds its way in it.
 *
 * Invariant: what was started is stopped when something later fails. Everything listens on loopback only.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openBooks } from './books/books.js';
import { claim } from './claim.js';
import { companyPolicy, userGroups } from './company-policy.js';
import { startIdentity, type IdentityServer } from './identity/provider.js';
import { createMailFaults, startMailbox } from './mail/mailbox.js';
import { eventsOf, recentEventsOf } from './operations-api/events.js';
import { readManifestFile, withUnfurlDomain } from './manifest-file.js';
import { packageRoot } from './package-root.js';
import { createOperationsFaults } from './operations-api/faults.js';
import { startOperationsApi, type OperationsApiOptions } from './operations-api/server.js';
import { createPaymentsFaults } from './payments-api/faults.js';
import { startPaymentsApi, type PaymentsApi } from './payments-api/server.js';
import { run, type Program } from './programs.js';
import { startSlack, type SlackOptions, type SlackServer } from './slack/server.js';
import type { State } from './slack/wire.js';
import { bankSide, settlementSide } from './statement-sides.js';
import { statementProfiles } from './statement-profiles.js';
import { startStatements, type Statements } from './statements/statements.js';
import { startStatusPages } from './status-page/status-page.js';
import { welcome } from './welcome.js';
import { systemClock } from './world/clock.js';
import { banks } from './world/banks.js';
import { everydayChecks } from './world/card-checks.js';
import { paymentsApiPartner } from './world/partners.js';
import { createScenarios, type Happening } from './world/scenarios.js';
import { createWorld, type World } from './world/world.js';

interface RaiseOptions {
  root: string;
  home: string;
  port: number;
  requestUrl: string | undefined;
  /** Manifest file of another app; Paydesk's own when absent. */
  manifest?: string | undefined;
  /** Resolves when the world is to stop. */
  stopped: Promise<void>;
}

export interface RaisedWorld {
  /** The page. */
  url: string;
  /** What a bot needs to live in this world. */
  environment: Record<string, string>;
  /** From now on the payments API sends its events to the bot at this address. */
  botIsAt(url: string): void;
  close(): Promise<void>;
}

/** The same seed gives the same company, ids and secrets on every machine. */
const seed = process.env.SANDBOX_SEED ?? 'larkspur';
const host = '127.0.0.1';

const log = (message: string): void => void process.stderr.write(`${message}\n`);

/** Objects whose deep links lead to a page that the sandbox serves. */
const linked = [
  'payment',
  'charge',
  'refund',
  'dispute',
  'payout',
  'balance_transaction',
  'early_fraud_warning',
] as const;

type Closer = () => Promise<unknown>;

/** Null when it was stopped before it was there. */
export async function raiseWorld(options: RaiseOptions): Promise<RaisedWorld | null> {
  const closers: Closer[] = [];
  let isOver = false;
  const onClose = (closer: Closer): void => {
    closers.push(closer);
    if (isOver) throw new Error('The sandbox was stopped.');
  };
  const close = async (): Promise<void> => {
    isOver = true;
    for (const closer of closers.splice(0).reverse()) await closer().catch(() => undefined);
  };
  const raising = raise(options, onClose, close);
  try {
    const world = await Promise.race([raising, options.stopped]);
    if (world) return world;
  } catch (error) {
    await close();
    throw error;
  }
  // What is being made now fails without what it stands on, or is the last to be made; then it is closed as well.
  await close();
  await raising.catch(() => undefined);
  await close();
  return null;
}

async function raise(
  { root, home, port, requestUrl, manifest }: RaiseOptions,
  onClose: (closer: Closer) => void,
  close: () => Promise<void>,
): Promise<RaisedWorld> {
  const clock = systemClock;
  const world = createWorld({ seed, checks: everydayChecks });
  const faults = createFaultSwitches();
  const keep = <Part extends { close(): Promise<unknown> }>(part: Part): Part => {
    onClose(() => part.close());
    return part;
  };
  // Slack first: a taken port is reported before anything is loaded.
  let paymentsApi: PaymentsApi | null = null;
  const putObjects = (objects: readonly unknown[]): void => paymentsApi?.putObjects(objects);
  const found = { faultSwitches: faults, findObject: (id: string) => paymentsApi?.find(id) ?? null, log };
  const happen = (what: Happening): Promise<unknown> =>
    paymentsApi?.happen(what) ?? Promise.reject(new Error('The payments API is not there yet.'));
  const scenarios = createScenarios({ world, clock, putObjects, happen });
  const slack = keep(await startPage({ root, port, requestUrl, manifest }, { ...found, scenarios }));
  const postgres = startPostgres(root, home);
  onClose(() => postgres.stop());
  const { url } = keep(await claim(home, await postgres.line(/^postgres/)));
  const books = keep(await openBooks({ url, world, clock, log }));
  const apiKey = `sk_test_${seed}`;
  const webhookSecret = `whsec_${seed}`;
  const common = { port: 0, host, world, clock, log };
  const { memory } = books;
  const api = keep(await startPaymentsApi({ ...common, apiKey, memory, faults: faults['payments-api'] }));
  paymentsApi = api;
  onClose(bookChanges(api, books));
  const statusPages = keep(await startStatusPages(common));
  const inbox = join(home, 'inbox');
  const statements = keep(startStatements({ inbox, world, clock, log, careless: true }));
  const { operationsApi, mail } = await startPlatform({ ...common, keep, api, statements, faults });
  const identity = keep(await raiseIdentity(slack));
  const configFile = join(home, 'paydesk.yaml');
  const addresses = { paymentsApi: api.baseUrl, operationsApi: operationsApi.baseUrl };
  writeFileSync(configFile, await configOf(slack, world, addresses, statusPages.urls, root));
  slack.setServices({
    paymentsApi: { baseUrl: api.baseUrl, apiKey },
    booksUrl: books.readerUrl,
    statusPages: statusPages.urls,
    operationsApi,
    mail,
    inbox,
    identity: { issuer: identity.issuer },
  });
  await addUpPayouts(api.baseUrl, apiKey);
  const { text, blocks } = welcome(world, clock.now());
  slack.postAs('payments-ops', text, blocks);
  return {
    url: slack.url,
    environment: {
      ...slackAccess(slack, requestUrl),
      STRIPE_API_KEY: apiKey,
      BOOKS_DATABASE_URL: books.readerUrl,
      OPERATIONS_API_TOKEN: operationsApi.token,
      SMTP_URL: mail.smtpUrl,
      PAYDESK_CONFIG: configFile,
      STRIPE_WEBHOOK_SECRETS: webhookSecret,
      OIDC_ISSUER: identity.issuer,
      OIDC_CLIENT_ID: identity.clientId,
      OIDC_CLIENT_SECRET: identity.clientSecret,
    },
    botIsAt: (address) =>
      api.sendWebhooksTo({ url: new URL('/webhooks/stripe', address).href, secret: webhookSecret }),
    close,
  };
}

/** What is done through the API is in the company's books as well, like everything else it does. */
function bookChanges(api: PaymentsApi, books: Awaited<ReturnType<typeof openBooks>>): Closer {
  const unfollow = api.onChange((change) => void books.record(change));
  return () => {
    unfollow();
    return Promise.resolve();
  };
}

/** With a request URL Slack calls the bot, which then checks a signature; else the bot opens the connection. */
const slackAccess = (
  { apiUrl, credentials: { botToken, appToken, signingSecret } }: SlackServer,
  requestUrl: string | undefined,
): Record<string, string> => ({
  SLACK_BOT_TOKEN: botToken,
  ...(requestUrl === undefined ? { SLACK_APP_TOKEN: appToken } : { SLACK_SIGNING_SECRET: signingSecret }),
  SLACK_API_URL: apiUrl,
});

function startPage(
  { root, port, requestUrl, manifest }: Pick<RaiseOptions, 'root' | 'port' | 'requestUrl' | 'manifest'>,
  handedIn: Pick<SlackOptions, 'scenarios' | 'faultSwitches' | 'findObject' | 'log'>,
): Promise<SlackServer> {
  return startSlack({
    port,
    seed,
    // As a company does with the hosts of its own dashboards: ours are at this address.
    manifest: withUnfurlDomain(readManifestFile(manifest ?? join(root, 'manifest.yml')), '127.0.0.1'),
    pageDir: join(root, 'dist/sandbox/slack/page'),
    ...(requestUrl === undefined ? {} : { requestUrl }),
    ...handedIn,
  });
}

interface PlatformDeps extends Pick<OperationsApiOptions, 'port' | 'host' | 'world' | 'clock' | 'log'> {
  keep: <Part extends { close(): Promise<unknown> }>(part: Part) => Part;
  api: PaymentsApi;
  statements: Statements;
  faults: ReturnType<typeof createFaultSwitches>;
}

/** What the company itself runs beside its books: the platform and the mail server. */
async function startPlatform({
  keep,
  api,
  statements,
  faults,
  ...common
}: PlatformDeps): Promise<{
  operationsApi: { baseUrl: string; token: string };
  mail: { smtpUrl: string; listUrl: string };
}> {
  const token = `ops_${seed}`;
  const findEvent = eventsOf(api);
  const recentEvents = recentEventsOf(api);
  const { baseUrl } = keep(
    await startOperationsApi({
      ...common,
      token,
      findEvent,
      recentEvents,
      statements,
      faults: faults['operations-api'],
    }),
  );
  const { smtpUrl, listUrl } = keep(
    await startMailbox({ ...common, password: `mail_${seed}`, faults: faults.mail }),
  );
  return { operationsApi: { baseUrl, token }, mail: { smtpUrl, listUrl } };
}

const createFaultSwitches = () => ({
  'payments-api': createPaymentsFaults(),
  'operations-api': createOperationsFaults(),
  mail: createMailFaults(),
});

/** The first look at the payouts of a month adds up all that they carry: better now than while somebody waits. */
async function addUpPayouts(baseUrl: string, apiKey: string): Promise<void> {
  const headers = { authorization: `Bearer ${apiKey}` };
  await (await fetch(`${baseUrl}/v1/payouts?limit=100`, { headers })).text();
}

function startPostgres(root: string, home: string): Program {
  const { PATH, HOME, TMPDIR } = process.env;
  const environment = { PATH, HOME, TMPDIR, PAYDESK_HOME: home };
  return run({
    root,
    args: ['postgres', '--database', 'books'],
    environment,
    logFile: join(home, 'logs/postgres.log'),
  });
}

/** The people of the workspace, under the addresses that it has of them. */
async function raiseIdentity(slack: SlackServer): Promise<IdentityServer> {
  const { team, users } = await stateOf(slack);
  const own = users.filter(({ is_bot, team_id }) => !is_bot && team_id === undefined);
  const people = own.map(({ real_name: name, email }) => ({ name, email }));
  // The bot takes any free port: loopback needs none to be named.
  const redirectUris = ['http://localhost/confirm/callback'];
  return startIdentity({ port: 0, host, company: team.name, people, redirectUris, clock: systemClock, seed });
}

const stateOf = async ({ url }: SlackServer): Promise<State> =>
  (await (await fetch(`${url}/_sandbox/state`)).json()) as State;

/** The company's `paydesk.yaml`, as a person would write it. Channel ids are looked up as a person would. */
async function configOf(
  slack: SlackServer,
  world: World,
  addresses: { paymentsApi: string; operationsApi: string },
  statusPages: Record<string, string>,
  root: string,
): Promise<string> {
  const state = await stateOf(slack);
  const groups = await userGroups(slack.apiUrl, slack.credentials.botToken);
  const group = (handle: string): string => groups.get(handle) ?? '';
  const channelId = (name: string): string =>
    state.channels.find((channel) => channel.name === name)?.id ?? '';
  return stringify({
    company: state.team.name,
    channels: {
      alerts: channelId('partner-alerts'),
      audit: channelId('audit-log'),
      reconciliation: channelId('reconciliation'),
      disputes: channelId('disputes'),
    },
    paymentsApi: { partner: paymentsApiPartner, baseUrl: addresses.paymentsApi },
    operationsApi: { baseUrl: addresses.operationsApi },
    mail: { from: `${state.team.name} <payments-ops@${state.team.domain}.example>` },
    partners: [
      ...world.partners.map((partner) => ({
        ...settlementSide(partner),
        statusPage: statusPages[partner.id],
        contact: `support@${partner.id}.example`,
        escalation: [{ who: 'Account manager', reach: `accounts@${partner.id}.example` }],
        runbooks: [
          {
            title: `${partner.name} is down`,
            url: `https://wiki.${state.team.domain}.example/${partner.id}`,
          },
        ],
      })),
      ...banks.map(bankSide),
    ],
    links: Object.fromEntries(linked.map((object) => [object, `${slack.url}/dashboard/{id}`])),
    // Often enough that a scenario is seen while somebody still looks.
    schedules: {
      partnerStatus: '*/5 * * * * *',
      reconcile: '*/5 * * * * *',
      disputeRegister: '*/5 * * * * *',
      disputeReminders: '*/15 * * * * *',
      providerEvents: '*/30 * * * * *',
      watchMetrics: '*/10 * * * * *',
    },
    disputes: {
      digests: [{ channel: channelId('disputes'), at: '00:01', within: '7d', calendar: 'WEEKDAYS' }],
    },
    statements: { rest: '3s' },
    roles: { operators: [group('payments-operators')], leads: [group('payments-leads')] },
    lookups: { reveal: ['leads'] },
    queries: { folder: join(packageRoot, 'sandbox/queries') },
    statementProfiles: statementProfiles,
    metrics: { onCall: [group('on-call')].filter(Boolean), runbooks: join(root, 'runbooks') },
    remediation: companyPolicy({ state, groups, now: systemClock.now() }),
  });
}
