/**
 * Wires Paydesk and brings it up part by part: HTTP first, so that its state can be asked for; then the database, the
 * engine, Slack, the outbox.
 *
 * Invariants: a part that is out of reach is tried again for as long as we run, and `/readyz` says which and why; a
 * part that is misconfigured ends the start with a sentence that says what to do.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { commands, home, unfurl } from '../../commands/index.js';
import { jobs } from '../../jobs/index.js';
import { startEngine } from '../adapters/engine/engine.js';
import type { Readiness } from '../adapters/http/server.js';
import type { Metrics } from '../adapters/metrics/metrics.js';
import { openDatabase, type Database } from '../adapters/postgres/database.js';
import { createDeliveries } from '../adapters/postgres/deliveries.js';
import { startEmbeddedPostgres } from '../adapters/postgres/embedded/supervisor.js';
import { createOutboxQueue } from '../adapters/postgres/outbox.js';
import { createDatabaseProbe } from '../adapters/postgres/readiness.js';
import { followDatabaseTime } from '../adapters/postgres/shared-time.js';
import type { OutboxNotices } from '../adapters/postgres/outbox-news.js';
import { createSharedAnswers } from '../adapters/postgres/shared-answers.js';
import { createAttachments } from '../adapters/slack/attachments.js';
import { identityOf, slackClient } from '../adapters/slack/client.js';
import { createChannels } from '../adapters/slack/channels.js';
import { createDirectory } from '../adapters/slack/directory.js';
import { createIncidentRooms } from '../adapters/slack/incident-rooms.js';
import { createInFlight } from '../adapters/slack/in-flight.js';
import { startOutboxSender } from '../adapters/slack/outbox-sender.js';
import { httpConnection, type Connection } from '../adapters/slack/receivers.js';
import { createSlackApp } from '../adapters/slack/slack-app.js';
import { socketConnection } from '../adapters/slack/socket-connection.js';
import type { Environment } from '../config/environment.js';
import type { Config } from '../config/schema.js';
import {
  configuredAddresses,
  embeddedAddresses,
  migrateDatabase,
  type DatabaseAddresses,
} from './database.js';
import { confirmationAddressFrom, confirmationPagesFrom } from './confirmations.js';
import { openBooksDatabase, openQueriesDatabase } from './books.js';
import { createDesk, type Desk } from './desk.js';
import { canFollow, type Clock } from '../kernel/clock.js';
import { createClosers, type Closers } from '../kernel/closers.js';
import { messageOf, OpsError, toOpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { Secret } from '../kernel/secret.js';
import type { Directory } from '../ports/directory.js';
import { remarksOn } from './held-messages.js';
import { livingAlerts, livingIncidents } from './alerts.js';
import { changesFrom, openHttp } from './http.js';
import { startHomeRedraws } from './home-redraws.js';
import { stripeWebhookFrom } from './disputes.js';
import { livingWatches } from './watches.js';
import { livingPartners } from './partners.js';

import { backlogsIn, metricsOf, readinessOf, type Up } from './readiness.js';
import { groupsOf, livingRequests, requireNoLockOut } from './remediation.js';
import { errorCard } from '../views/desk/error.js';
import { movedCard, outboxNoticeCard } from '../views/desk/outbox-notices.js';
import { windowNotices } from '../views/kit/windows.js';

export interface PaydeskFacts {
  environment: Environment;
  config: Config;
  /** One that can follow is put on the database's time. */
  clock: Clock;
  log: Log;
  /** Between two messages to one channel. Slack's pace where absent; a stand-in for Slack may take more. */
  paceMs?: number;
  /** Aborted while we start, the start gives up: it stops what it started, and throws the signal's reason. */
  signal?: AbortSignal;
}

export interface Paydesk {
  port: number;
  /** Where `/healthz`, `/readyz` and `/metrics` answer. */
  operationsPort: number;
  readiness(): Promise<Readiness>;
  /**
   * Takes nothing new, lets what runs end, then lets go of everything, part after part: ten seconds for commands, twelve
   * for the engine's jobs, and whatever a message that is being sent and the database take.
   */
  stop(): Promise<void>;
}

const drainMs = 10_000;
const longestRetryMs = 15_000;

/** One start: what came with it, what is up, and what has to be closed. */
interface Run extends PaydeskFacts {
  up: Up;
  closers: Closers;
  /** Aborted when the start is given up or Paydesk stops. */
  stopping: AbortController;
}

/** Resolves when everything is up. Throws `misconfigured` when a person has to change something first. */
export async function startPaydesk(facts: PaydeskFacts): Promise<Paydesk> {
  const run = createRun(facts);
  const { up, stopping, closers } = run;
  const readiness = (): Promise<Readiness> => readinessOf(up);
  const giveUp = (): void => stopping.abort(facts.signal?.reason);
  const stop = (): Promise<void> => {
    stopping.abort();
    up.waitsFor = 'nothing, it is stopping';
    return closers.close();
  };
  facts.signal?.addEventListener('abort', giveUp, { once: true });
  try {
    facts.signal?.throwIfAborted();
    const metrics = metricsOf(up, readiness, facts.clock);
    const http = await openHttp(
      facts.environment,
      {
        readiness,
        remarks: async () =>
          remarksOn((await up.backlogs?.outbox()) ?? null, (await up.backlogs?.places()) ?? null),
        metrics: () => metrics.render(),
      },
      {
        slack: () => up.connection?.handle ?? null,
        confirmations: () => up.confirmations,
        changes: () => changesFrom(up.database, facts),
        stripe: () => up.stripe,
      },
      facts.log,
    );
    closers.add(() => http.close());
    const databases = await bringUpDatabase(run);
    const desk = await bringUpEngine(databases, http.port, run);
    await bringUpSlack(desk, databases, metrics, run);
    up.waitsFor = null;
    return { port: http.port, operationsPort: http.operationsPort, readiness, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    facts.signal?.removeEventListener('abort', giveUp);
  }
}

function createRun(facts: PaydeskFacts): Run {
  const nothing = {
    database: null,
    probe: null,
    backlogs: null,
    time: null,
    engine: null,
    connection: null,
    confirmations: null,
    stripe: null,
    sender: null,
  };
  return {
    ...facts,
    up: { ...nothing, waitsFor: 'starting' },
    closers: createClosers((error) => facts.log.warn({ err: messageOf(error) }, 'a part did not stop well')),
    stopping: new AbortController(),
  };
}

const passing = ['unavailable', 'rate_limited'];

/** Tries again while the part is out of reach or wants us to wait. Throws the signal's reason when we are to stop. */
async function persist<Value>(
  what: string,
  { up, log, stopping: { signal } }: Run,
  work: () => Promise<Value>,
): Promise<Value> {
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (thrown) {
      const error = toOpsError(thrown);
      if (!passing.includes(error.code)) throw error;
      up.waitsFor = `${what}: ${error.publicMessage}`;
      const waitMs = Math.max(askedToWaitMs(error), Math.min(longestRetryMs, 500 * 2 ** failures));
      log.warn(
        { err: messageOf(error.cause ?? error), errorId: error.errorId, waitMs },
        `${what}: ${error.code === 'rate_limited' ? 'rate limited' : 'unreachable'}, retrying`,
      );
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** What Slack's `Retry-After` says: retrying earlier wastes a request. */
const askedToWaitMs = ({ details }: OpsError): number => Number(details.retryAfterMs ?? 0);

interface Databases {
  database: Database;
  /** Connections that only deliveries and a freeze take, so that neither waits behind a crowd. */
  urgent: Database;
  url: Secret;
}

const urgentConnections = 2;

async function bringUpDatabase(run: Run): Promise<Databases> {
  const { environment, clock, log, up, closers } = run;
  const addresses = configuredAddresses(environment) ?? (await startEmbedded(run));
  await persist('the database', run, () => migrateDatabase(addresses, log));
  // A pooler that breaks sessions was refused above.
  const hasOwnSessions = (): Promise<boolean> => Promise.resolve(true);
  const options = { url: addresses.app, clock, log, setting: 'DATABASE_URL', hasOwnSessions };
  const database = openDatabase(options);
  closers.add(() => database.close());
  const urgent = openDatabase({ ...options, maxConnections: urgentConnections });
  closers.add(() => urgent.close());
  up.database = database;
  up.probe = createDatabaseProbe(database);
  up.backlogs = backlogsIn(database);
  if (canFollow(clock)) {
    const time = await followDatabaseTime(clock, database, log);
    closers.add(() => {
      time.stop();
      return undefined;
    });
    up.time = time;
  }
  return { database, urgent, url: addresses.app };
}

async function startEmbedded(run: Run): Promise<DatabaseAddresses> {
  const embedded = await startEmbeddedPostgres({ home: run.environment.PAYDESK_HOME, log: run.log });
  run.closers.add(() => embedded.stop());
  return persist('the embedded database', run, () => embeddedAddresses(embedded));
}

/** Slack is only asked once somebody clicks or something is due; nothing is sent here. */
function clientFrom({ environment, log }: PaydeskFacts): {
  token: Secret;
  client: ReturnType<typeof slackClient>;
} {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = environment;
  if (!token) throw new OpsError('misconfigured', 'SLACK_BOT_TOKEN is missing.');
  return { token, client: slackClient(token, apiUrl, log) };
}

async function bringUpEngine(
  { database, urgent, url: databaseUrl }: Databases,
  httpPort: number,
  run: Run,
): Promise<Desk> {
  const { environment, config, clock, log, up, closers } = run;
  const booksDatabase = openBooksDatabase(environment, clock, log);
  closers.add(() => booksDatabase?.close());
  const queriesDatabase = openQueriesDatabase({ environment, timeoutMs: config.queries.timeout }, clock, log);
  closers.add(() => queriesDatabase?.close());
  const { token, client } = clientFrom(run);
  const groups = groupsOf(config);
  const directoryOver = (shared: Database): Directory =>
    createDirectory({ client, answers: createSharedAnswers(shared, log), groups });
  const desk = createDesk({
    environment,
    config,
    database,
    databaseUrl,
    booksDatabase,
    queriesDatabase,
    channels: createChannels(client),
    directory: directoryOver(database),
    urgent: { database: urgent, directory: directoryOver(urgent) },
    attachments: createAttachments({ client, token, log }),
    rooms: createIncidentRooms(client),
    confirmationAddress: confirmationAddressFrom(environment, httpPort),
    clock,
    log,
    onEnqueued: () => up.sender?.wake(),
  });
  closers.add(() => desk.close());
  const { remediation, alerts } = desk;
  const living = [
    livingPartners(desk.partnerWatch),
    ...(remediation ? [livingRequests(remediation)] : []),
    ...(alerts ? [livingAlerts(alerts), livingIncidents(alerts)] : []),
    ...(desk.livingEvents ? [desk.livingEvents] : []),
    livingWatches(desk.watches),
    ...(desk.livingDisputes ? [desk.livingDisputes] : []),
  ];
  // Stops after the engine, whose last moves still leave messages.
  closers.add(() => up.sender?.stop());
  const engine = await persist('the engine', run, () =>
    startEngine({
      databaseUrl,
      jobs: jobs(config.schedules),
      living,
      desk,
      clock,
      log,
      drainTimeoutMs: drainMs,
    }),
  );
  closers.add(() => engine.close());
  up.engine = engine;
  up.stripe = stripeWebhookFrom(environment, desk, clock, log);
  const pages = { company: config.company, clock, log };
  if (remediation)
    up.confirmations = confirmationPagesFrom(environment, httpPort, {
      votes: remediation.confirmations,
      ...pages,
    });
  return desk;
}

async function bringUpSlack(
  desk: Desk,
  { database, urgent }: Databases,
  metrics: Metrics,
  run: Run,
): Promise<void> {
  const { environment, clock, log, up, closers } = run;
  const { token, client } = clientFrom(run);
  const identity = await persist('Slack', run, () => identityOf(client));
  const inFlight = createInFlight();
  const connection = connectionFrom(environment, log);
  closers.add(() => inFlight.drain(drainMs));
  closers.add(() => connection.close());
  up.connection = connection;
  await persist('the cards of partners', run, () => desk.partnerWatch.repairCards());
  await persist('the cards of alerts', run, () => desk.alerts?.repairCards() ?? Promise.resolve(0));
  await persist('the cards of disputes', run, async () => desk.disputes?.repairCards());
  await bringUpRemediation(desk, run);
  const slackApp = createSlackApp({
    receiver: connection.receiver,
    token,
    apiUrl: environment.SLACK_API_URL,
    identity,
    commands,
    home,
    unfurl,
    desk,
    directory: desk.directory,
    deliveries: createDeliveries(urgent),
    inFlight,
    errorCard,
    notices: windowNotices,
    clock,
    log,
    observe: (what, outcome, durationMs) => metrics.observeCommand(what, outcome, durationMs),
  });
  if (desk.remediation) {
    const redraws = startHomeRedraws(desk.remediation, slackApp, log);
    closers.add(() => redraws.stop());
  }
  up.waitsFor = 'the connection to Slack';
  await unlessStopped(run.stopping.signal, () => connection.open());
  const pace = run.paceMs === undefined ? {} : { paceMs: run.paceMs };
  const queue = createOutboxQueue(database, noticesFrom(run.config));
  up.sender = startOutboxSender({ queue, client, clock, log, moved: movedCard, ...pace });
  log.info({ team: identity.teamName, bot: identity.botUserId }, 'Paydesk is up');
}

/** Operators learn of refused messages in the first of these channels that is open. */
function noticesFrom({ channels, remediation, partners }: Config): OutboxNotices {
  const own = [
    channels.alerts,
    remediation?.channels.alarm,
    channels.disputes,
    channels.audit,
    remediation?.channels.approvals,
  ];
  const all = [...own, ...partners.map(({ alertsChannel }) => alertsChannel)];
  return { channels: all.filter((channel) => channel !== undefined), card: outboxNoticeCard };
}

/** Gives up waiting when we are to stop: closing the part then ends the work. Throws the signal's reason. */
async function unlessStopped(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  signal.throwIfAborted();
  await Promise.race([work(), once(signal, 'abort')]);
  signal.throwIfAborted();
}

/** A policy that locks everyone out is refused before people can click; then stale cards are repaired. */
async function bringUpRemediation({ remediation, directory }: Desk, run: Run): Promise<void> {
  if (!remediation) return;
  await persist('the user groups', run, () => requireNoLockOut(remediation.policy, directory));
  const repaired = await persist('the cards of guarded actions', run, () => remediation.repairCards());
  run.log.info({ repaired }, 'the cards of guarded actions are up to date');
}

function connectionFrom(
  { SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL }: Environment,
  log: Log,
): Connection {
  if (SLACK_APP_TOKEN) return socketConnection(SLACK_APP_TOKEN, SLACK_API_URL, log);
  if (SLACK_SIGNING_SECRET) return httpConnection(SLACK_SIGNING_SECRET, log);
  throw new OpsError('misconfigured', 'SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing.');
}
