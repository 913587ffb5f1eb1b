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
import { httpConnection, type Connection } from '../../src/adapters/slack/receivers.js';
import { createSlackApp, type SlackApp } from '../../src/adapters/slack/slack-app.js';
import { socketConnection } from '../../src/adapters/slack/socket-connection.js';
import { systemClock } from '../../src/kernel/clock.js';
import { Secret } from '../../src/kernel/secret.js';
import type { CardBlock } from '../../src/ports/card.js';
import type {
  ActionRequest,
  Command,
  CommandRequest,
  Modal,
  Person,
  SubmissionAnswer,
  SubmissionRequest,
} from '../../src/ports/command.js';
import type { Deliveries } from '../../src/ports/deliveries.js';
import { errorCard } from '../../src/views/desk/error.js';
import { windowNotices } from '../../src/views/kit/windows.js';
import { recordingLog, type Line } from '../engine/recording-log.js';
import type { Limits } from '../../sandbox/slack/limits.js';
import { short, startBench, type Bench } from '../sandbox/slack/support.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

export type Transport = 'socket' | 'http';

export interface Replica {
  connection: Connection;
  app: SlackApp;
  inFlight: InFlight;
  http: HttpServer | null;
  close(): Promise<void>;
}

export interface SlackDesk {
  slack: Bench;
  db: Database;
  database: TestDatabase;
  lines: Line[];
  /** What each observed command was, and how it ended. */
  observed: string[];
  /** Runs for `/payment`; a test replaces it. */
  run: (request: CommandRequest) => Promise<void>;
  /** Groups and people that Slack reported as changed, on any replica. */
  changed: string[];
  /** The texts for which `/payment` ran, on any replica. */
  ran: string[];
  /** Runs for a click on `open`. Opens the form. */
  click: (request: ActionRequest) => Promise<void>;
  /** Runs for the form. Closes it. */
  submit: (request: SubmissionRequest) => Promise<SubmissionAnswer>;
  /** What reached `submit`, on any replica. */
  submitted: SubmissionRequest[];
  /** Renders Home, with a button `open`. */
  home: (person: Person) => Promise<readonly CardBlock[]>;
  token: Secret;
  /** `reads`: its `/payment` is a command that only reads. */
  startReplica(
    transport: Transport,
    deliveries?: Deliveries,
    kind?: { reads?: () => true },
  ): Promise<Replica>;
  /** Types `/payment`, and waits for the window that it opens: its id. */
  opened(user?: string): Promise<string>;
  /** Types `/payment <text>`. */
  type(text: string): Promise<{ ok: boolean; error?: string; texts: string[]; ackMs: number | undefined }>;
  close(): Promise<void>;
}

/** Slack is as impatient here as in all tests; `limits` give it its own patience back. */
export async function startDesk(limits: Partial<Limits> = {}): Promise<SlackDesk> {
  const slack = await startBench({ rateLimits: false, limits: { ...short, ...limits } });
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
  const changed: string[] = [];
  const submitted: SubmissionRequest[] = [];
  const payment: Command<SlackDesk> = {
    name: '/payment',
    summary: 'for tests',
    usageHint: '',
    examples: [],
    run: async (request, desk) => {
      ran.push(request.text);
      await desk.run(request);
    },
    actions: { open: (request, desk) => desk.click(request) },
    submissions: {
      form: (request, desk) => {
        submitted.push(request);
        return desk.submit(request);
      },
    },
  };
  const startReplica: SlackDesk['startReplica'] = async (
    transport,
    deliveries = createDeliveries(db),
    kind = {},
  ) => {
    const connection =
      transport === 'socket'
        ? socketConnection(new Secret(appToken), apiUrl, log)
        : httpConnection(new Secret(signingSecret), log);
    const inFlight = createInFlight();
    const app = createSlackApp({
      receiver: connection.receiver,
      observe: (what, outcome) => void observed.push(`${what} ${outcome}`),
      commands: [{ ...payment, ...kind }],
      clock: systemClock,
      notices: windowNotices,
      home: (person, theDesk) => theDesk.home(person),
      unfurl: null,
      directory: {
        groupChanged: (id) => Promise.resolve(void changed.push(id)),
        personChanged: (id) => Promise.resolve(void changed.push(id)),
      },
      desk,
      token,
      apiUrl,
      identity,
      deliveries,
      inFlight,
      errorCard,
      log,
    });
    await connection.open();
    const http =
      transport === 'http'
        ? await startHttpServer(
            '127.0.0.1',
            0,
            [{ path: '/slack/events', handler: () => connection.handle }],
            log,
          )
        : null;
    const replica: Replica = {
      app,
      connection,
      inFlight,
      http,
      close: async () => {
        await connection.close();
        await http?.close();
      },
    };
    replicas.push(replica);
    if (http) await slack.control.post('request_url', { url: `http://127.0.0.1:${http.port}/slack/events` });
    return replica;
  };
  const desk: SlackDesk = {
    slack,
    db,
    database,
    lines,
    observed,
    ran,
    changed,
    submitted,
    token,
    startReplica,
    click: ({ windows }) => windows.open(form()),
    submit: () => Promise.resolve({ kind: 'close' }),
    home: () => Promise.resolve([words('Nothing waits for you.'), clickable()]),
    run: ({ answer, text }) => answer.privately({ text: `ran ${text}`, blocks: [] }),
    type: async (text) => {
      const command = { user: 'ana', channel: 'payments-ops', text: `/payment ${text}` };
      const { ok, error, messages, ack_ms: ackMs } = await slack.control.post('command', command);
      return {
        ok,
        ...(error === undefined ? {} : { error }),
        texts: messages.map((each) => each.text),
        ackMs,
      };
    },
    opened: async (user = 'ana') => {
      const { control } = slack;
      const { users } = await control.state();
      await control.post('command', { user, channel: 'payments-ops', text: '/payment x' });
      const mine = async () => {
        const { views } = await control.state();
        return views.find((view) => users.some(({ id, name }) => id === view.user && name === user));
      };
      await until(async () => (await mine()) !== undefined);
      return (await mine())!.id;
    },
    close: async () => {
      await Promise.all(replicas.map((replica) => replica.close()));
      await slack.close();
      await db.close();
      await database.drop();
    },
  };
  return desk;
}

/** Waits until it holds. */
export const until = (condition: () => boolean | Promise<boolean>): Promise<void> =>
  expect.poll(condition, { interval: 10, timeout: 15_000 }).toBe(true);

export const words = (text: string): CardBlock & { text: object } => ({
  type: 'section',
  text: { type: 'mrkdwn', text },
});

/** A button `open`. */
export const clickable = (value = 'pi_1'): CardBlock & { elements: object[] } => ({
  type: 'actions',
  elements: [{ type: 'button', action_id: 'open', text: { type: 'plain_text', text: 'Open' }, value }],
});

const input = (block: string, optional: boolean): CardBlock & { element: object } => ({
  type: 'input',
  ...{ block_id: block, optional, label: { type: 'plain_text', text: `The ${block}` } },
  element: { type: 'plain_text_input', action_id: 'text' },
});

/** Two inputs, `amount` and `reason`. */
export const form = (changes: Partial<Modal> = {}): Modal => ({
  callbackId: 'form',
  title: 'Refund',
  submit: 'Go on',
  close: 'Cancel',
  blocks: [input('amount', false), input('reason', true)],
  memo: 'pi_1',
  ...changes,
});
