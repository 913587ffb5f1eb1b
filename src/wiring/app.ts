/**
 * Wires Paydesk and brings it up part by part: HTTP first, so that its state can be asked for; then the database, the
 * engine, Slack, the outbox.
 *
 * Invariants: a part that is out of reach is tried again for as long as we run, and `/readyz` says which and why; a
 * part that is misconfigured ends the start with a sentence that says what to do.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { commands, home } from '../../commands/index.js';
import { jobs } from '../../jobs/index.js';
import { startEngine, type Engine } from '../adapters/engine/engine.js';
import type { Readiness } from '../adapters/http/server.js';
import { createMetrics, type Metrics } from '../adapters/metrics/metrics.js';
import { openDatabase, type Database } from '../adapters/postgres/database.js';
import { createDeliveries } from '../adapters/postgres/deliveries.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../adapters/postgres/embedded/supervisor.js';
import { createOutboxQueue } from '../adapters/postgres/outbox.js';
import { createDatabaseProbe, type DatabaseFaults } from '../adapters/postgres/readiness.js';
import { followDatabaseTime, type SharedTime } from '../adapters/postgres/shared-time.js';
import type { OutboxNotices } from '../adapters/postgres/outbox-news.js';
import { createSharedAnswers } from '../adapters/postgres/shared-answers.js';
import { createAttachments } from '../adapters/slack/attachments.js';
import { identityOf, slackClient } from '../adapters/slack/client.js';
import { createDirectory } from '../adapters/slack/directory.js';
import { createIncidentRooms } from '../adapters/slack/incident-rooms.js';
import { createInFlight } from '../adapters/slack/in-flight.js';
import { startOutboxSender, type OutboxSender } from '../adapters/slack/outbox-sender.js';
import { httpConnection, type Connection } from '../adapters/slack/receivers.js';
import { createSlackApp } from '../adapters/slack/slack-app.js';
import { socketConnection } from '../adapters/slack/socket-connection.js';
import type { ConfirmationPages } from '../adapters/http/confirmations.js';
import type { Environment } from '../config/environment.js';
import type { Config } from '../config/schema.js';
import {
  configuredAddresses,
  embeddedAddresses,
  migrateDatabase,
  type DatabaseAddresses,
} from './database.js';
import { confirmationAddressFrom, confirmationPagesFrom } from './confirmations.js';
import { createDesk, openBooksDatabase, type Desk } from './desk.js';
import { canFollow, type Clock } from '../kernel/clock.js';
import { messageOf, OpsError, toOpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { Secret } from '../kernel/secret.js';
import type { OutboxBacklog } from '../ports/outbox.js';
import { remarksOn } from './held-messages.js';
import { livingAlerts, livingIncidents } from './alerts.js';
import { changesFrom, openHttp, type HttpServers } from './http.js';
import { startHomeRedraws, type HomeRedraws } from './home-redraws.js';
import { livingPartners } from './partners.js';
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
const readinessTimeoutMs = 2000;

/** What exists so far; null until it does. */
interface Parts {
  http: HttpServers | null;
  embedded: EmbeddedPostgres | null;
  database: Database | null;
  /** What of the database works. */
  probe: (() => Promise<DatabaseFaults>) | null;
  time: SharedTime | null;
  booksDatabase: Database | null;
  engine: Engine | null;
  redraws: HomeRedraws | null;
  connection: Connection | null;
  confirmations: ConfirmationPages | null;
  sender: OutboxSender | null;
  /** Why the start has not got further yet. */
  waitsFor: string | null;
  stopping: AbortController;
}

/** Resolves when everything is up. Throws `misconfigured` when a person has to change something first. */
export async function startPaydesk(facts: PaydeskFacts): Promise<Paydesk> {
  const parts: Parts = {
    http: null,
    embedded: null,
    database: null,
    probe: null,
    time: null,
    booksDatabase: null,
    engine: null,
    redraws: null,
    connection: null,
    confirmations: null,
    sender: null,
    waitsFor: 'starting',
    stopping: new AbortController(),
  };
  const inFlight = createInFlight();
  const readiness = (): Promise<Readiness> => readinessOf(parts);
  const stop = (): Promise<void> => stopParts(parts, inFlight, facts.log);
  const giveUp = (): void => parts.stopping.abort(facts.signal?.reason);
  facts.signal?.addEventListener('abort', giveUp, { once: true });
  try {
    facts.signal?.throwIfAborted();
    const metrics = metricsOf(parts, readiness, facts);
    parts.http = await openHttp(
      facts.environment,
      { readiness, remarks: async () => remarksOn(await backlogOf(parts)), metrics: () => metrics.render() },
      {
        slack: () => parts.connection?.handle ?? null,
        confirmations: () => parts.confirmations,
        changes: () => changesFrom(parts.database, facts),
      },
      facts.log,
    );
    const databaseUrl = await bringUpDatabase(parts, facts);
    const desk = await bringUpEngine(databaseUrl, parts, facts);
    await bringUpSlack(desk, parts, inFlight, metrics, facts);
    parts.waitsFor = null;
    return { port: parts.http.port, operationsPort: parts.http.operationsPort, readiness, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    facts.signal?.removeEventListener('abort', giveUp);
  }
}

const passing = ['unavailable', 'rate_limited'];

/** Tries again while the part is out of reach or wants us to wait. Throws the signal's reason when we are to stop. */
async function persist<Value>(
  what: string,
  parts: Parts,
  log: Log,
  work: () => Promise<Value>,
): Promise<Value> {
  const { signal } = parts.stopping;
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (thrown) {
      const error = toOpsError(thrown);
      if (!passing.includes(error.code)) throw error;
      parts.waitsFor = `${what}: ${error.publicMessage}`;
      const waitMs = Math.max(askedToWaitMs(error), Math.min(longestRetryMs, 500 * 2 ** failures));
      log.warn(
        { err: messageOf(error.cause ?? error), reference: error.reference, waitMs },
        `${what}: ${error.code === 'rate_limited' ? 'asked too often' : 'out of reach'}, trying again`,
      );
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** What Slack's `Retry-After` says: retrying earlier wastes a request. */
const askedToWaitMs = ({ details }: OpsError): number => Number(details.retryAfterMs ?? 0);

async function bringUpDatabase(parts: Parts, { environment, clock, log }: PaydeskFacts): Promise<Secret> {
  const addresses = configuredAddresses(environment) ?? (await startEmbedded(parts, environment, log));
  await persist('the database', parts, log, () => migrateDatabase(addresses, log));
  parts.database = openDatabase({ url: addresses.app, clock, log, setting: 'DATABASE_URL' });
  parts.probe = createDatabaseProbe(parts.database);
  if (canFollow(clock)) parts.time = await followDatabaseTime(clock, parts.database, log);
  return addresses.app;
}

async function startEmbedded(parts: Parts, environment: Environment, log: Log): Promise<DatabaseAddresses> {
  const embedded = await startEmbeddedPostgres({ home: environment.PAYDESK_HOME, log });
  parts.embedded = embedded;
  return persist('the embedded database', parts, log, () => embeddedAddresses(embedded));
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

async function bringUpEngine(databaseUrl: Secret, parts: Parts, facts: PaydeskFacts): Promise<Desk> {
  const { environment, config, clock, log } = facts;
  parts.booksDatabase = openBooksDatabase(environment, clock, log);
  const { database, http, booksDatabase } = parts;
  if (!database || !http) throw new OpsError('internal', 'The database is not open.');
  const { token, client } = clientFrom(facts);
  const desk = createDesk({
    environment,
    config,
    database,
    booksDatabase,
    directory: createDirectory({
      client,
      answers: createSharedAnswers(database, log),
      groups: groupsOf(config),
    }),
    attachments: createAttachments({ client, token, log }),
    rooms: createIncidentRooms(client),
    confirmationAddress: confirmationAddressFrom(environment, http.port),
    clock,
    log,
    onEnqueued: () => parts.sender?.wake(),
  });
  const { remediation, alerts } = desk;
  const living = [
    livingPartners(desk.partnerWatch),
    ...(remediation ? [livingRequests(remediation)] : []),
    ...(alerts ? [livingAlerts(alerts), livingIncidents(alerts)] : []),
  ];
  parts.engine = await persist('the engine', parts, log, () =>
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
  const pages = { company: config.company, clock, log };
  if (remediation)
    parts.confirmations = confirmationPagesFrom(environment, http.port, {
      votes: remediation.confirmations,
      ...pages,
    });
  return desk;
}

async function bringUpSlack(
  desk: Desk,
  parts: Parts,
  inFlight: ReturnType<typeof createInFlight>,
  metrics: Metrics,
  facts: PaydeskFacts,
): Promise<void> {
  const { environment, clock, log } = facts;
  const { database } = parts;
  if (!database) throw new OpsError('internal', 'The database is not open.');
  const { token, client } = clientFrom(facts);
  const identity = await persist('Slack', parts, log, () => identityOf(client));
  const connection = connectionFrom(environment, log);
  parts.connection = connection;
  await persist('the cards of partners', parts, log, () => desk.partnerWatch.repairCards());
  await persist('the cards of alerts', parts, log, () => desk.alerts?.repairCards() ?? Promise.resolve(0));
  await bringUpRemediation(desk, parts, log);
  const slackApp = createSlackApp({
    receiver: connection.receiver,
    token,
    apiUrl: environment.SLACK_API_URL,
    identity,
    commands,
    home,
    desk,
    directory: desk.directory,
    deliveries: createDeliveries(database),
    inFlight,
    errorCard,
    notices: windowNotices,
    clock,
    log,
    observe: (what, outcome, durationMs) => metrics.observeCommand(what, outcome, durationMs),
  });
  if (desk.remediation) parts.redraws = startHomeRedraws(desk.remediation, slackApp, log);
  parts.waitsFor = 'the connection to Slack';
  await unlessStopped(parts.stopping.signal, () => connection.open());
  const pace = facts.paceMs === undefined ? {} : { paceMs: facts.paceMs };
  const queue = createOutboxQueue(database, noticesFrom(facts.config));
  parts.sender = startOutboxSender({ queue, client, clock, log, moved: movedCard, ...pace });
  log.info({ team: identity.teamName, bot: identity.botUserId }, 'Paydesk is up');
}

/** Operators learn of refused messages in the first of these channels that is open. */
function noticesFrom({ channels, remediation, partners }: Config): OutboxNotices {
  const own = [channels.alerts, remediation?.channels.alarm, channels.audit, remediation?.channels.approvals];
  const all = [...own, ...partners.map(({ alertsChannel }) => alertsChannel)];
  return { channels: all.filter((channel) => channel !== undefined), card: outboxNoticeCard };
}

/** Gives up waiting when we are to stop: closing the part then ends the work. Throws the signal's reason. */
async function unlessStopped(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  signal.throwIfAborted();
  await Promise.race([work(), once(signal, 'abort')]);
  signal.throwIfAborted();
}

/** A policy that nobody could work with is refused before anybody can click; then stale cards are put right. */
async function bringUpRemediation({ remediation, directory }: Desk, parts: Parts, log: Log): Promise<void> {
  if (!remediation) return;
  await persist('the user groups', parts, log, () => requireNoLockOut(remediation.policy, directory));
  const repaired = await persist('the cards of guarded actions', parts, log, () => remediation.repairCards());
  log.info({ repaired }, 'the cards of guarded actions are up to date');
}

function connectionFrom(
  { SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL }: Environment,
  log: Log,
): Connection {
  if (SLACK_APP_TOKEN) return socketConnection(SLACK_APP_TOKEN, SLACK_API_URL, log);
  if (SLACK_SIGNING_SECRET) return httpConnection(SLACK_SIGNING_SECRET, log);
  throw new OpsError('misconfigured', 'SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing.');
}

async function readinessOf(parts: Parts): Promise<Readiness> {
  const { engine, connection, time, waitsFor } = parts;
  return {
    start: waitsFor === null ? null : `waits for ${waitsFor}`,
    ...(await databaseFaults(parts)),
    engine: engine ? engine.state().reason : 'not started yet',
    slack: connection?.connected() === true ? null : 'not connected',
    clock: time?.fault() ?? null,
  };
}

/** What a database that does not answer can do is not asked. */
async function databaseFaults({ database, probe }: Parts): Promise<Readiness> {
  if (!database || !probe) return { database: 'not open yet' };
  const reached = await inTime(database.check().then(() => null));
  if (reached !== null) return { database: reached };
  const faults = await inTime(probe());
  return typeof faults === 'string' ? { database: null, writing: faults } : { database: null, ...faults };
}

/** What the work finds, or why it does not. */
function inTime<Value>(work: Promise<Value>): Promise<Value | string> {
  const late = pause(readinessTimeoutMs, 'does not answer', { ref: false });
  return Promise.race([work.catch((error: unknown) => toOpsError(error).publicMessage), late]);
}

/** Null while the database does not answer. */
async function backlogOf({ database }: Parts): Promise<OutboxBacklog | null> {
  if (!database) return null;
  const read = await inTime(createOutboxQueue(database).backlog());
  return typeof read === 'string' ? null : read;
}

function metricsOf(parts: Parts, readiness: () => Promise<Readiness>, { clock }: PaydeskFacts): Metrics {
  return createMetrics({
    clock,
    backlog: () => backlogOf(parts),
    clockAheadMs: () => parts.time?.aheadMs() ?? null,
    parts: async () =>
      Object.fromEntries(Object.entries(await readiness()).map(([part, fault]) => [part, fault === null])),
  });
}

/** In the order in which nothing is pulled away from under something that still runs. */
async function stopParts(parts: Parts, inFlight: ReturnType<typeof createInFlight>, log: Log): Promise<void> {
  parts.stopping.abort();
  parts.waitsFor = 'nothing, it stops';
  const steps: (() => Promise<unknown> | undefined)[] = [
    () => parts.connection?.close(),
    () => inFlight.drain(drainMs),
    () => parts.redraws?.stop(),
    () => parts.engine?.close(),
    () => parts.sender?.stop(),
    () => Promise.resolve(parts.time?.stop()),
    () => parts.booksDatabase?.close(),
    () => parts.database?.close(),
    () => parts.embedded?.stop(),
    () => parts.http?.close(),
  ];
  for (const step of steps) {
    await Promise.resolve(step()).catch((error: unknown) =>
      log.warn({ err: messageOf(error) }, 'a part did not stop well'),
    );
  }
}
