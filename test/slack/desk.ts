/**
 * The real Bolt app against the stand-in for Slack, with commands made for tests, over either transport.
 * Invariant: whatever was started here is stopped by `close`.
 */
import { expect } from 'vitest';
import { startHttpServer, type HttpServer } from '../../src/adapters/http/server.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createDeliveries } from '../../src/adapters/postgres/deliveries.js';
import { identityOf, slackClient } from '../../src/adapters/slack/client.js';
import { createInFlight, type InFlight } from '../../src/adapters/slack/in-flight.js';
import { httpConnection, socketConnection, type Connection } from '../../src/adapters/slack/receivers.js';
import { createSlackApp } from '../../src/adapters/slack/slack-app.js';
import { systemClock } from '../../src/kernel/clock.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Command, CommandRequest } from '../../src/ports/command.js';
import type { Deliveries } from '../../src/ports/deliveries.js';
import { errorCard } from '../../src/views/error.js';
import { recordingLog, type Line } from '../engine/recording-log.js';
import { startBench, type Bench } from '../sandbox/slack/support.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

export type Transport = 'socket' | 'http';

export interface Replica {
  connection: Connection;
  inFlight: InFlight;
  http: HttpServer | null;
  close(): Promise<void>;
}

export interface Desk {
  slack: Bench;
  db: Database;
  database: TestDatabase;
  lines: Line[];
  /** What each observed command was, and how it ended. */
  observed: string[];
  /** Runs for `/payment`; a test replaces it. */
  run: (request: CommandRequest) => Promise<void>;
  /** The texts for which `/payment` ran, on any replica. */
  ran: string[];
  /** `reads`: its `/payment` is a command that only reads. */
  startReplica(transport: Transport, deliveries?: Deliveries, kind?: { reads?: true }): Promise<Replica>;
  /** Types `/payment <text>`. */
  type(text: string): Promise<{ ok: boolean; error?: string; texts: string[]; ackMs: number | undefined }>;
  close(): Promise<void>;
}

export async function startDesk(): Promise<Desk> {
  const slack = await startBench({ rateLimits: false });
  const database = await createDatabase();
  const lines: Line[] = [];
  const log = recordingLog(lines);
  const db = openDatabase({ url: database.url, clock: systemClock, log });
  const { apiUrl, botToken, appToken, signingSecret } = slack.slack.credentials;
  const token = new Secret(botToken);
  const identity = await identityOf(slackClient(token, apiUrl, log));
  const replicas: Replica[] = [];
  const observed: string[] = [];
  const ran: string[] = [];
  const payment: Command<Desk> = {
    name: '/payment',
    summary: 'for tests',
    usageHint: '',
    examples: [],
    run: async (request, desk) => {
      ran.push(request.text);
      await desk.run(request);
    },
    actions: {},
  };
  const startReplica: Desk['startReplica'] = async (
    transport,
    deliveries = createDeliveries(db),
    kind = {},
  ) => {
    const connection =
      transport === 'socket'
        ? socketConnection(new Secret(appToken), apiUrl, log)
        : httpConnection(new Secret(signingSecret), log);
    const inFlight = createInFlight();
    createSlackApp({
      receiver: connection.receiver,
      observe: (what, outcome) => void observed.push(`${what} ${outcome}`),
      commands: [{ ...payment, ...kind }], clock: systemClock,
      desk, token, apiUrl, identity, deliveries, inFlight, errorCard, log,
    }); // prettier-ignore
    await connection.open();
    const http =
      transport === 'http'
        ? await startHttpServer('127.0.0.1', 0, { ...noRoutes, slack: () => connection.handle }, log)
        : null;
    const replica: Replica = {
      connection, inFlight, http,
      close: async () => {
        await connection.close();
        await http?.close();
      },
    }; // prettier-ignore
    replicas.push(replica);
    if (http) await slack.control.post('request_url', { url: `http://127.0.0.1:${http.port}/slack/events` });
    return replica;
  };
  const desk: Desk = {
    slack, db, database, lines, observed, ran, startReplica,
    run: ({ answer, text }) => answer.privately({ text: `ran ${text}`, blocks: [] }),
    type: async (text) => {
      const command = { user: 'ana', channel: 'payments-ops', text: `/payment ${text}` };
      const { ok, error, messages, ack_ms: ackMs } = await slack.control.post('command', command);
      return { ok, ...(error === undefined ? {} : { error }), texts: messages.map((each) => each.text), ackMs };
    },
    close: async () => {
      await Promise.all(replicas.map((replica) => replica.close()));
      await slack.close();
      await db.close();
      await database.drop();
    },
  }; // prettier-ignore
  return desk;
}

const noRoutes = {
  readiness: () => Promise.resolve({}),
  metrics: () => Promise.resolve({ contentType: 'text/plain', body: '' }),
};

/** Waits until it holds. */
export const until = (condition: () => boolean | Promise<boolean>): Promise<void> =>
  expect.poll(condition, { interval: 10, timeout: 15_000 }).toBe(true);
