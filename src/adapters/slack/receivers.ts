/**
 * The two ways in which Slack reaches the desk: a WebSocket that we open, or signed HTTP requests.
 *
 * Invariants: a token that Slack refuses before the first socket stood ends the start; nothing else that Slack or the
 * network does ends the process, and a socket that stood once is opened again for as long as we run, whatever Slack
 * says; a body that is not an object never reaches Bolt, which would die of it.
 * Why the reconnecting is ours: the client's own ends the process on a permanent error and waits five seconds on
 * every other.
 */
import { HTTPReceiver, SocketModeReceiver, type Receiver } from '@slack/bolt';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseForm } from 'node:querystring';
import { setTimeout as pause } from 'node:timers/promises';
import { minuteMs, secondMs, systemClock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import { appTokenError, callTimeoutMs } from './client.js';
import { createInFlight } from './in-flight.js';
import { slackLogger } from './logger.js';

export interface Connection {
  receiver: Receiver;
  /** Whether Slack can reach us now. Over HTTP nobody can know, so it is true while we listen. */
  connected(): boolean;
  /** Returns when the first connection stands. Throws `misconfigured` when Slack refuses the token before that. */
  open(): Promise<void>;
  /** Takes nothing new; resolves when what was taken has been answered, at the latest after a few seconds. */
  close(): Promise<void>;
  /** For the HTTP server: takes a Slack request, or is null over Socket Mode. */
  handle: ((request: IncomingMessage, response: ServerResponse) => void) | null;
}

/** `hello` follows the handshake at once; a socket that stays silent so long is none. */
const helloTimeoutMs = 15_000;
const longestWaitMs = 30_000;
/** Bolt answers a request that nobody acknowledges after three seconds. */
const answeringMs = 4000;

export function socketConnection(appToken: Secret, apiUrl: string, log: Log): Connection {
  const receiver = new SocketModeReceiver({
    appToken: appToken.reveal(),
    autoReconnectEnabled: false,
    logger: slackLogger(log),
    installerOptions: {
      clientOptions: { slackApiUrl: apiUrl, retryConfig: { retries: 0 }, timeout: callTimeoutMs },
    },
  });
  const { client } = receiver;
  const closing = new AbortController();
  const isClosing = (): boolean => closing.signal.aborted;
  let connected = false;
  let hasConnected = false;

  const connect = async (): Promise<void> => {
    for (let failures = 0; !isClosing(); failures++) {
      try {
        await hello(client);
        connected = !isClosing();
        // Whoever closed us meanwhile could not close a socket that was not there yet.
        if (!connected) await client.disconnect();
        else log.info({}, 'connected to Slack');
        hasConnected = true;
        return;
      } catch (error) {
        if (isClosing()) return;
        const refusal = hasConnected ? null : appTokenError(error);
        if (refusal) throw refusal;
        const waitMs = Math.min(longestWaitMs, 250 * 2 ** failures);
        log.warn({ err: messageOf(error), waitMs }, 'no connection to Slack, trying again');
        await pause(waitMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };
  let connecting: Promise<void> = Promise.resolve();
  const open = (): Promise<void> => (connecting = connect());
  client.on('disconnected', () => {
    if (!connected) return;
    connected = false;
    void open();
  });
  return {
    receiver,
    connected: () => connected,
    open,
    close: async () => {
      closing.abort();
      connected = false;
      // Whoever opened us knows already when that failed.
      const gone = Promise.all([client.disconnect(), connecting.catch(() => undefined)]);
      await Promise.race([gone, pause(answeringMs, undefined, { ref: false })]);
    },
    handle: null,
  };
}

/** Resolves when Slack said hello; rejects, with the socket closed, when it did not. */
async function hello(client: SocketModeReceiver['client']): Promise<void> {
  const waiting = new AbortController();
  const silence = pause(helloTimeoutMs, 'silence', { signal: waiting.signal });
  silence.catch(() => undefined);
  // The client rejects with nothing at all when the socket closes before hello.
  const started = client.start().catch((error: unknown) => {
    throw error instanceof Error ? error : new Error('the socket closed before Slack said hello');
  });
  try {
    if ((await Promise.race([started, silence])) !== 'silence') return;
    started.catch(() => undefined);
    await client.disconnect();
    throw new Error('Slack did not say hello');
  } finally {
    waiting.abort();
  }
}

/** Slack's own limit is far below; anything larger is not Slack. */
const largestBodyBytes = 1024 * 1024;

export function httpConnection(signingSecret: Secret, log: Log): Connection {
  const receiver = new HTTPReceiver({
    signingSecret: signingSecret.reveal(),
    logger: slackLogger(log),
    // Called three seconds after a request that nobody acknowledged, also when Bolt has refused it long ago.
    unhandledRequestHandler: ({ response }) => {
      if (!response.headersSent) response.writeHead(404).end();
    },
  });
  const requests = createInFlight();
  let open = false;
  return {
    receiver,
    connected: () => open,
    open: () => Promise.resolve(void (open = true)),
    close: async () => {
      open = false;
      await requests.drain(answeringMs);
    },
    handle: (request, response) => {
      if (!open) {
        response.writeHead(503).end();
        return;
      }
      void requests.run(() => take(request, response, receiver, log));
    },
  };
}

/** Source: Slack's guide to verifying requests. */
const signatureLifeMs = 5 * minuteMs;

/** By the wall clock, as Bolt, which refuses old ones but takes those from the future and those whose time is no number. */
function isRecent(headers: IncomingMessage['headers']): boolean {
  const stamp = headers['x-slack-request-timestamp'];
  if (typeof stamp !== 'string' || !/^\d{1,12}$/.test(stamp)) return false;
  return Math.abs(systemClock.now().getTime() - Number(stamp) * secondMs) <= signatureLifeMs;
}

/** Resolves when the request was answered, or its caller left. */
async function take(
  request: IncomingMessage,
  response: ServerResponse,
  receiver: HTTPReceiver,
  log: Log,
): Promise<void> {
  const answered = new Promise<void>((resolve) => response.once('close', resolve));
  try {
    const body = await buffered(request);
    const status = statusBeforeBolt(request, body);
    if (status !== null) response.writeHead(status, { connection: 'close' }).end();
    // Bolt takes a body that was read before it from `rawBody`.
    else receiver.requestListener(Object.assign(request, { rawBody: body }), response);
  } catch (error) {
    log.warn({ err: messageOf(error) }, 'a request of Slack broke off');
    if (!response.headersSent) response.writeHead(400).end();
  }
  await answered;
}

/** Null when Bolt may have it. */
function statusBeforeBolt({ method, headers }: IncomingMessage, body: Buffer | null): number | null {
  if (method !== 'POST') return 405;
  if (body === null) return 413;
  if (!isRecent(headers)) return 401;
  return holdsAnObject(body, headers['content-type']) ? null : 400;
}

/** The whole body, or null as soon as it is too large; the rest then flows by unread. */
function buffered(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= largestBodyBytes) chunks.push(chunk);
      else {
        chunks = [];
        resolve(null);
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the request ended before its body')));
  });
}

/**
 * Bolt reads properties of the parsed body unguarded: `null`, numbers and lists would be unhandled errors. This parses
 * exactly as Bolt does, down to the form's content type without parameters, so that nothing slips past.
 */
function holdsAnObject(body: Buffer, contentType: string | undefined): boolean {
  const text = body.toString('utf8');
  const form = contentType === 'application/x-www-form-urlencoded' ? parseForm(text) : null;
  if (form && typeof form.payload !== 'string') return true;
  try {
    const parsed: unknown = JSON.parse(form ? String(form.payload) : text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
