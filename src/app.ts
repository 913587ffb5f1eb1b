/**
 * Wires Paydesk and brings it up part by part: HTTP first, so that its state can be asked for; then the database, the
 * engine, Slack, the outbox.
 *
 * Invariants: a part that is out of reach is tried again for as long as we run, and `/readyz` says which and why; a
 * part that is misconfigured ends the start with a sentence that says what to do.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { commands, home, type CommandDesk } from '../commands/index.js';
import { jobs, type JobDesk } from '../jobs/index.js';
import { startEngine, type Engine } from './adapters/engine/engine.js';
import { startHttpServer, type HttpServer, type Readiness } from './adapters/http/server.js';
import { createMetrics, type Metrics } from './adapters/metrics/metrics.js';
import { openDatabase, type Database } from './adapters/postgres/database.js';
import { createDeliveries } from './adapters/postgres/deliveries.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './adapters/postgres/embedded/supervisor.js';
import { createOutboxQueue } from './adapters/postgres/outbox.js';
import { identityOf, slackClient } from './adapters/slack/client.js';
import { createInFlight } from './adapters/slack/in-flight.js';
import { startOutboxSender, type OutboxSender } from './adapters/slack/outbox-sender.js';
import { httpConnection, socketConnection, type Connection } from './adapters/slack/receivers.js';
import { createSlackApp } from './adapters/slack/slack-app.js';
import type { Environment } from './config/environment.js';
import type { Config } from './config/schema.js';
import {
  configuredAddresses, embeddedAddresses, migrateDatabase, type DatabaseAddresses,
} from './database-setup.js'; // prettier-ignore
import { createDesk, openBooksDatabase } from './desk.js';
import type { Clock } from './kernel/clock.js';
import { messageOf, OpsError, toOpsError } from './kernel/errors.js';
import type { Log } from './kernel/log.js';
import type { Secret } from './kernel/secret.js';
import { errorCard } from './views/error.js';
import { windowNotices } from './views/windows.js';

export interface PaydeskFacts {
  environment: Environment;
  config: Config;
  clock: Clock;
  log: Log;
}

export interface Paydesk {
  port: number;
  readiness(): Promise<Readiness>;
  /** Takes nothing new, lets what runs end (at most ten seconds), then lets go of everything. */
  stop(): Promise<void>;
}

const drainMs = 10_000;
const longestRetryMs = 15_000;
const readinessTimeoutMs = 2000;

/** What exists so far; null until it does. */
interface Parts {
  http: HttpServer | null;
  embedded: EmbeddedPostgres | null;
  database: Database | null;
  booksDatabase: Database | null;
  engine: Engine | null;
  connection: Connection | null;
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
    booksDatabase: null,
    engine: null,
    connection: null,
    sender: null,
    waitsFor: 'starting',
    stopping: new AbortController(),
  };
  const inFlight = createInFlight();
  const readiness = (): Promise<Readiness> => readinessOf(parts);
  const stop = (): Promise<void> => stopParts(parts, inFlight, facts.log);
  try {
    const metrics = metricsOf(parts, readiness, facts);
    parts.http = await startHttpServer(
      facts.environment.HOST,
      facts.environment.PORT,
      {
        readiness,
        metrics: () => metrics.render(),
        slack: () => parts.connection?.handle ?? null,
        confirmations: () => null,
      },
      facts.log,
    );
    const databaseUrl = await bringUpDatabase(parts, facts);
    const desk = await bringUpEngine(databaseUrl, parts, facts);
    await bringUpSlack(desk, parts, inFlight, metrics, facts);
    parts.waitsFor = null;
    return { port: parts.http.port, readiness, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Tries again while the part is out of reach. */
async function persist<Value>(
  what: string,
  parts: Parts,
  log: Log,
  work: () => Promise<Value>,
): Promise<Value> {
  for (let failures = 0; ; failures++) {
    try {
      return await work();
    } catch (thrown) {
      const error = toOpsError(thrown);
      if (error.code !== 'unavailable' || parts.stopping.signal.aborted) throw error;
      parts.waitsFor = `${what}: ${error.publicMessage}`;
      const waitMs = Math.min(longestRetryMs, 500 * 2 ** failures);
      log.warn(
        { err: messageOf(error.cause ?? error), reference: error.reference, waitMs },
        `${what} is out of reach, trying again`,
      );
      await pause(waitMs, undefined, { signal: parts.stopping.signal });
    }
  }
}

async function bringUpDatabase(parts: Parts, { environment, clock, log }: PaydeskFacts): Promise<Secret> {
  const addresses = configuredAddresses(environment) ?? (await startEmbedded(parts, environment, log));
  await persist('the database', parts, log, () => migrateDatabase(addresses, log));
  parts.database = openDatabase({ url: addresses.app, clock, log, setting: 'DATABASE_URL' });
  return addresses.app;
}

async function startEmbedded(parts: Parts, environment: Environment, log: Log): Promise<DatabaseAddresses> {
  parts.embedded = await startEmbeddedPostgres({ home: environment.PAYDESK_HOME, log });
  return embeddedAddresses(parts.embedded);
}

async function bringUpEngine(
  databaseUrl: Secret,
  parts: Parts,
  facts: PaydeskFacts,
): Promise<CommandDesk & JobDesk> {
  const { environment, config, clock, log } = facts;
  parts.booksDatabase = openBooksDatabase(environment, clock, log);
  const database = parts.database;
  if (!database) throw new OpsError('internal', 'The database is not open.');
  const { booksDatabase } = parts;
  const desk = createDesk({
    environment,
    config,
    database,
    booksDatabase,
    directory: null,
    clock,
    log,
    onEnqueued: () => parts.sender?.wake(),
  });
  parts.engine = await persist('the engine', parts, log, () =>
    startEngine({ databaseUrl, jobs: jobs(config.schedules), desk, clock, log, drainTimeoutMs: drainMs }),
  );
  return desk;
}

async function bringUpSlack(
  desk: CommandDesk & JobDesk,
  parts: Parts,
  inFlight: ReturnType<typeof createInFlight>,
  metrics: Metrics,
  { environment, clock, log }: PaydeskFacts,
): Promise<void> {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = environment;
  const { database } = parts;
  if (!token || !database) throw new OpsError('misconfigured', 'SLACK_BOT_TOKEN is missing.');
  const client = slackClient(token, apiUrl, log);
  const identity = await persist('Slack', parts, log, () => identityOf(client));
  const connection = connectionFrom(environment, log);
  parts.connection = connection;
  createSlackApp({
    receiver: connection.receiver,
    token,
    apiUrl,
    identity,
    commands,
    home,
    desk,
    deliveries: createDeliveries(database),
    inFlight,
    errorCard,
    notices: windowNotices,
    clock,
    log,
    observe: (what, outcome, durationMs) => metrics.observeCommand(what, outcome, durationMs),
  });
  parts.waitsFor = 'the connection to Slack';
  await connection.open();
  parts.sender = startOutboxSender({ queue: createOutboxQueue(database), client, clock, log });
  log.info({ team: identity.teamName, bot: identity.botUserId }, 'Paydesk is up');
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
  const { database, engine, connection, waitsFor } = parts;
  return {
    start: waitsFor === null ? null : `waits for ${waitsFor}`,
    database: database ? await databaseFault(database) : 'not open yet',
    engine: engine ? engine.state().reason : 'not started yet',
    slack: connection?.connected() === true ? null : 'not connected',
  };
}

async function databaseFault(database: Database): Promise<string | null> {
  const late = pause(readinessTimeoutMs, 'does not answer', { ref: false });
  const asked = database.check().then(
    () => null,
    (error: unknown) => toOpsError(error).publicMessage,
  );
  return Promise.race([asked, late]);
}

function metricsOf(parts: Parts, readiness: () => Promise<Readiness>, { clock }: PaydeskFacts): Metrics {
  return createMetrics({
    clock,
    backlog: async () =>
      parts.database
        ? createOutboxQueue(parts.database)
            .backlog()
            .catch(() => null)
        : null,
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
    () => parts.engine?.close(),
    () => parts.sender?.stop(),
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
