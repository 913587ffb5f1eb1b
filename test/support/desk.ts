/**
 * The whole desk in one process: the real Paydesk against the stand-ins for Slack, the payments API, the platform, the
 * mail server, the status pages and the books, over either transport. Nothing in between is faked.
 *
 * A smaller company than the sandbox's own: the same world with fewer payments an hour, so that its books load at once.
 */
import { parse } from 'yaml';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { companyPolicy, userGroups } from '../../sandbox/company-policy.js';
import { createMailFaults, startMailbox, type Mailbox } from '../../sandbox/mail/mailbox.js';
import { eventsOf, recentEventsOf } from '../../sandbox/operations-api/events.js';
import { createOperationsFaults } from '../../sandbox/operations-api/faults.js';
import { startOperationsApi, type OperationsApi } from '../../sandbox/operations-api/server.js';
import { createPaymentsFaults } from '../../sandbox/payments-api/faults.js';
import { startStatements } from '../../sandbox/statements/statements.js';
import { openBooks, type Books } from '../../sandbox/books/books.js';
import { startIdentity, type IdentityServer } from '../../sandbox/identity/provider.js';
import { startPaymentsApi, type PaymentsApi } from '../../sandbox/payments-api/server.js';
import { startSlack, type SlackServer } from '../../sandbox/slack/server.js';
import type {
  ActionRequest,
  CommandRequest,
  Delivery,
  FaultRequest,
  Outcome,
  ServiceFaultRequest,
  State,
} from '../../sandbox/slack/wire.js';
import { startStatusPages, type StatusPages } from '../../sandbox/status-page/status-page.js';
import { everydayChecks } from '../../sandbox/world/card-checks.js';
import { dayMs, systemClock, type Clock } from '../../sandbox/world/clock.js';
import { examples, type Examples } from '../../sandbox/world/examples.js';
import { paymentsApiPartner } from '../../sandbox/world/partners.js';
import { createScenarios } from '../../sandbox/world/scenarios.js';
import { createWorld, type World } from '../../sandbox/world/world.js';
import { startPaydesk, type Paydesk } from '../../src/wiring/app.js';
import { botEnvironmentSchema, parseEnvironment } from '../../src/config/environment.js';
import { parseConfig } from '../../src/config/load.js';
import { createLog } from '../../src/wiring/logging.js';
import { root } from '../house/source-tree.js';
import { createDatabase, createFilled, type TestDatabase } from './postgres.js';
import { createVisitor, type Visit } from './visitor.js';

export type Transport = 'socket' | 'http';

export interface TestDesk {
  paydesk: Paydesk;
  slack: SlackServer;
  paymentsApi: PaymentsApi;
  operations: OperationsApi;
  mailbox: Mailbox;
  /** Where a statement appears that was asked for again; no others are dropped. */
  inbox: string;
  statusPages: StatusPages;
  books: Books;
  identity: IdentityServer;
  world: World;
  clock: Clock;
  examples: Examples;
  /** The desk's own database and the books, as their owner reaches them. */
  urls: { database: string; books: string };
  /** Lines of the log so far. */
  log: string[];
  state(): Promise<State>;
  command(text: string, by?: Partial<CommandRequest>): Promise<Outcome>;
  action(request: ActionRequest): Promise<Outcome>;
  scenario(name: string, parameters?: object): Promise<unknown>;
  faults(request: FaultRequest | ServiceFaultRequest): Promise<unknown>;
  deliveries(): Promise<Delivery[]>;
  /** Any other request to the stand-in for Slack: `submit`, `home`, `group`… */
  control<Answer = Outcome>(path: string, body: object): Promise<Answer>;
  /** Sets the clock that everything here shares ahead; it goes on from there. */
  skip(durationMs: number): void;
  /** Follows a link of the desk's own pages, signs in there as this person (`ana`), and answers where that leads. */
  signIn(address: string, person: string): Promise<Visit>;
  close(): Promise<void>;
}

const seed = 'test-desk';
/** What the payments API signs its events with. */
export const webhookSecret = 'whsec_test_desk';
const host = '127.0.0.1';

/** As a company does with the host of its dashboard. */
function withDashboard(text: string): object {
  const manifest = parse(text) as { features: object };
  return { ...manifest, features: { ...manifest.features, unfurl_domains: ['dashboard.example.com'] } };
}

/** For a job that a test waits for: asking every partner's page each second was a third of what some desks did. */
export const everySecond = '* * * * * *';
/** For a job whose work the test does not look at. */
export const never = '0 0 29 2 *';

export interface DeskOptions {
  /** The built page, for tests in a browser. */
  pageDir?: string;
  /** What `paydesk.yaml` says besides, section by section. */
  config?: object;
  /** Those of the jobs that the test waits for, such as `everySecond`; the others run as they do in production. */
  schedules?: Record<string, string>;
  /** What alerts need to see an outage soon, and no more history than they must have: eight weeks are worked off slowly. */
  isWatched?: boolean;
  /** When it is as the desk starts, for the same traffic in every run; the machine's time where absent. */
  startsAt?: Date;
}

export async function startDesk(
  transport: Transport,
  { pageDir, config = {}, schedules = {}, isWatched = false, startsAt }: DeskOptions = {},
): Promise<TestDesk> {
  let aheadMs = startsAt === undefined ? 0 : startsAt.getTime() - systemClock.now().getTime();
  const clock = { now: () => new Date(systemClock.now().getTime() + aheadMs) };
  const createOwnWorld = (): World =>
    createWorld({
      seed,
      attemptsPerHour: 24,
      ...(isWatched && { checks: { ...everydayChecks, keptMs: (3 * dayMs) / 4 } }),
    });
  const world = createOwnWorld();
  const log: string[] = [];
  const note = (message: string): void => void log.push(message);
  const history = isWatched ? { historyHours: 18 * 24 } : {};
  const [database, booksDatabase] = await Promise.all([
    createDatabase(),
    createBooks(createOwnWorld, { ...history, startsAt }),
  ]);
  const faults = {
    'payments-api': createPaymentsFaults(),
    'operations-api': createOperationsFaults(),
    mail: createMailFaults(),
  };
  const paymentsApi = await startPaymentsApi({
    port: 0,
    host,
    world,
    clock,
    apiKey: 'sk_test_desk',
    log: note,
    faults: faults['payments-api'],
  });
  const scenarios = createScenarios({
    world,
    clock,
    putObjects: (objects) => paymentsApi.putObjects(objects),
    happen: (what) => paymentsApi.happen(what),
  });
  const slack = await startSlack({
    port: 0,
    seed,
    scenarios,
    faultSwitches: faults,
    rateLimits: false,
    // What Slack does after three seconds is tested where its adapter is; here a busy machine is no fault.
    limits: { ackMs: 10_000, triggerMs: 10_000 },
    manifest: withDashboard(readFileSync(join(root, 'manifest.yml'), 'utf8')),
    ...(pageDir !== undefined && { pageDir }),
    log: note,
  });
  const inbox = mkdtempSync(join(tmpdir(), 'paydesk-inbox-'));
  const statements = startStatements({ inbox, world, clock, log: note, tickMs: 0 });
  const operations = await startOperationsApi({
    port: 0,
    host,
    world,
    clock,
    token: 'ops_test_desk',
    findEvent: eventsOf(paymentsApi),
    recentEvents: recentEventsOf(paymentsApi),
    statements,
    log: note,
    faults: faults['operations-api'],
  });
  const mailbox = await startMailbox({ port: 0, host, clock, password: 'test', faults: faults.mail });
  const statusPages = await startStatusPages({ port: 0, host, world, clock });
  const books = await openBooks({
    url: booksDatabase.url.reveal(),
    world,
    clock,
    log: note,
    ...history,
    // A test that lets hours pass writes their traffic itself.
    ...(isWatched && { tickMs: 0 }),
  });
  paymentsApi.onChange((change) => void books.record(change));

  const call = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const init = body
      ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      : {};
    return (await (await fetch(`${slack.url}/_sandbox/${path}`, init)).json()) as Answer;
  };
  const state = (): Promise<State> => call('state');
  const identity = await startIdentityOf(await state(), clock);
  const paydesk = await startPaydesk({
    environment: parseEnvironment(
      {
        SLACK_BOT_TOKEN: slack.credentials.botToken,
        ...(transport === 'socket'
          ? { SLACK_APP_TOKEN: slack.credentials.appToken }
          : { SLACK_SIGNING_SECRET: slack.credentials.signingSecret }),
        SLACK_API_URL: slack.apiUrl,
        STRIPE_API_KEY: 'sk_test_desk',
        STRIPE_WEBHOOK_SECRETS: `whsec_retired_one, ${webhookSecret}`,
        OPERATIONS_API_TOKEN: 'ops_test_desk',
        SMTP_URL: mailbox.smtpUrl,
        DATABASE_URL: database.appUrl.reveal(),
        DATABASE_OWNER_URL: database.url.reveal(),
        BOOKS_DATABASE_URL: books.readerUrl,
        OIDC_ISSUER: identity.issuer,
        OIDC_CLIENT_ID: identity.clientId,
        OIDC_CLIENT_SECRET: identity.clientSecret,
        PORT: '0',
      },
      botEnvironmentSchema,
    ),
    config: parseConfig(
      JSON.stringify({
        ...(await configOf(
          slack,
          await state(),
          { world, now: clock.now() },
          { paymentsApi, operations },
          statusPages.urls,
        )),
        // Eight weeks of buckets, and a month of books.
        schedules: { watchMetrics: never, checkInvariants: never, ...schedules },
        ...config,
      }),
      'test',
    ),
    clock,
    log: createLog('debug', note),
    // The stand-in for Slack runs without limits here.
    paceMs: 0,
  });
  if (transport === 'http') await call('request_url', { url: `http://${host}:${paydesk.port}/slack/events` });
  const webhookUrl = `http://${host}:${paydesk.port}/webhooks/stripe`;
  paymentsApi.sendWebhooksTo({ url: webhookUrl, secret: webhookSecret });
  return {
    paydesk,
    slack,
    paymentsApi,
    operations,
    mailbox,
    inbox,
    statusPages,
    books,
    identity,
    world,
    clock,
    log,
    state,
    examples: examples(world, clock.now()),
    urls: { database: database.url.reveal(), books: booksDatabase.url.reveal() },
    command: (text, by) => call('command', { user: 'ana', channel: 'payments-ops', text, ...by }),
    action: (request) => call('action', request),
    scenario: (name, parameters = {}) => call('scenario', { name, ...parameters }),
    faults: (request) => call('faults', request),
    control: call,
    skip: (durationMs) => void (aheadMs += durationMs),
    deliveries: async () => (await call<{ deliveries: Delivery[] }>('deliveries')).deliveries,
    signIn: async (address, person) => createVisitor().signIn(address, emailOf(await state(), person)),
    close: async () => {
      await paydesk.stop();
      await Promise.all(
        [slack, paymentsApi, operations, mailbox, statements, statusPages, books, identity].map((one) =>
          one.close(),
        ),
      );
      await rm(inbox, { recursive: true });
      await Promise.all([database.drop(), booksDatabase.drop()]);
    },
  };
}

/** The books up to the desk's start: eight weeks are loaded once per run, and each desk adds what came since. */
function createBooks(
  worldOf: () => World,
  { startsAt, ...history }: { historyHours?: number; startsAt: Date | undefined },
): Promise<TestDatabase> {
  const filled = JSON.stringify([worldOf().name, history, startsAt]);
  return createFilled(filled, async (url) => {
    const clock = startsAt === undefined ? systemClock : { now: () => startsAt };
    const options = { world: worldOf(), clock, log: () => undefined, tickMs: 0 };
    const books = await openBooks({ url: url.reveal(), ...options, ...history });
    await books.close();
  });
}

function startIdentityOf({ team, users }: State, clock: Clock): Promise<IdentityServer> {
  const people = users.filter(({ is_bot }) => !is_bot).map(({ real_name: name, email }) => ({ name, email }));
  const redirectUris = ['http://localhost/confirm/callback'];
  return startIdentity({ port: 0, host, company: team.name, people, redirectUris, clock, seed });
}

const emailOf = ({ users }: State, name: string): string =>
  users.find((user) => user.name === name)?.email ?? '';

async function configOf(
  slack: SlackServer,
  state: State,
  { world, now }: { world: World; now: Date },
  { paymentsApi, operations }: Pick<TestDesk, 'paymentsApi' | 'operations'>,
  statusPages: Record<string, string>,
): Promise<object> {
  const groups = await userGroups(slack.apiUrl, slack.credentials.botToken);
  const alerts = state.channels.find(({ name }) => name === 'partner-alerts')?.id;
  return {
    company: 'Test',
    channels: {
      alerts,
      audit: state.channels.find(({ name }) => name === 'audit-log')?.id,
      disputes: state.channels.find(({ name }) => name === 'disputes')?.id,
    },
    paymentsApi: { partner: paymentsApiPartner, baseUrl: paymentsApi.baseUrl },
    operationsApi: { baseUrl: operations.baseUrl },
    mail: { from: 'Test <payments-ops@test.example>' },
    partners: world.partners.map(({ id, name, kind }) => ({
      id,
      name,
      kind,
      statusPage: statusPages[id],
      contact: `support@${id}.example`,
    })),
    links: { payment: 'https://dashboard.example.com/payments/{id}' },
    roles: { operators: [groups.get('payments-operators')], leads: [groups.get('payments-leads')] },
    lookups: { reveal: ['leads'] },
    queries: { folder: join(root, 'sandbox/queries') },
    remediation: companyPolicy({ state, groups, now }),
  };
}

/** A trace whose sources have all answered: on a busy machine the first card may still wait for one. */
export const completeTrace = (
  desk: TestDesk,
  query: string,
  by: Partial<CommandRequest> = {},
): Promise<Outcome> =>
  until(`the whole trace of ${query}`, async () => {
    const outcome = await desk.command(`/payment ${query}`, by);
    return !/Still (?:waiting for some sources|looking for)/.test(textOf(outcome)) && outcome;
  });

/** Everything a person reads in an outcome, in one string. */
export const textOf = (outcome: Outcome): string => JSON.stringify(outcome.messages);

/** Waits until something holds; fails with what was asked for. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | null | undefined | false>,
  timeoutMs = 15_000,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
