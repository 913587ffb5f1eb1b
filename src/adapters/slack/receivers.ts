/**
 * The two ways in which Slack reaches the desk: a WebSocket that we open, or signed HTTP requests.
 *
 * Invariants: nothing Slack or the network does ends the process; a lost socket is opened again for as long as we
 * run; a body that is not an object never reaches Bolt, which would die of it.
 * Why the reconnecting is ours: the client's own ends the process on a permanent error and waits five seconds on
 * every other.
 */
import { HTTPReceiver, SocketModeReceiver, type Receiver } from '@slack/bolt';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import { slackLogger } from './logger.js';

export interface Connection {
  receiver: Receiver;
  /** Whether Slack can reach us now. Over HTTP nobody can know, so it is true while we listen. */
  connected(): boolean;
  /** Returns when the first connection stands. */
  open(): Promise<void>;
  close(): Promise<void>;
  /** For the HTTP server: takes a Slack request, or is null over Socket Mode. */
  handle: ((request: IncomingMessage, response: ServerResponse) => void) | null;
}

/** `hello` follows the handshake at once; a socket that stays silent so long is none. */
const helloTimeoutMs = 15_000;
const longestWaitMs = 30_000;

export function socketConnection(appToken: Secret, apiUrl: string, log: Log): Connection {
  const receiver = new SocketModeReceiver({
    appToken: appToken.reveal(),
    autoReconnectEnabled: false,
    logger: slackLogger(log),
    installerOptions: {
      clientOptions: { slackApiUrl: apiUrl, retryConfig: { retries: 0 }, timeout: 10_000 },
    },
  });
  const { client } = receiver;
  const closing = new AbortController();
  let connected = false;

  const connect = async (): Promise<void> => {
    for (let failures = 0; !closing.signal.aborted; failures++) {
      try {
        await Promise.race([client.start(), helloTimeout(closing.signal)]);
        connected = true;
        log.info({}, 'connected to Slack');
        return;
      } catch (error) {
        const waitMs = Math.min(longestWaitMs, 250 * 2 ** failures);
        log.warn({ err: messageOf(error), waitMs }, 'no connection to Slack, trying again');
        if (error instanceof SilentSocket) await client.disconnect();
        await pause(waitMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };
  client.on('disconnected', () => {
    if (!connected) return;
    connected = false;
    void connect();
  });
  return {
    receiver,
    connected: () => connected,
    open: connect,
    close: async () => {
      closing.abort();
      connected = false;
      await receiver.stop();
    },
    handle: null,
  };
}

async function helloTimeout(signal: AbortSignal): Promise<never> {
  await pause(helloTimeoutMs, undefined, { signal, ref: false });
  throw new SilentSocket('Slack did not say hello');
}

class SilentSocket extends Error {}

/** Slack's own limit is far below; anything larger is not Slack. */
const largestBodyBytes = 1024 * 1024;

export function httpConnection(signingSecret: Secret, log: Log): Connection {
  const receiver = new HTTPReceiver({
    signingSecret: signingSecret.reveal(),
    logger: slackLogger(log),
    unhandledRequestHandler: ({ response }) => void response.writeHead(404).end(),
  });
  let open = false;
  return {
    receiver,
    connected: () => open,
    open: () => Promise.resolve(void (open = true)),
    close: () => Promise.resolve(void (open = false)),
    handle: (request, response) => {
      buffered(request)
        .then((body) => {
          if (body === null) response.writeHead(413).end();
          else if (!holdsAnObject(body, request.headers['content-type'])) response.writeHead(400).end();
          // Bolt takes a body that was read before it from `rawBody`.
          else receiver.requestListener(Object.assign(request, { rawBody: body }), response);
        })
        .catch((error: unknown) => log.warn({ err: messageOf(error) }, 'a request of Slack broke off'));
    },
  };
}

/** The whole body, or null when it is too large. */
async function buffered(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Bolt reads properties of the parsed body unguarded: `null`, numbers and lists would be unhandled errors. */
function holdsAnObject(body: Buffer, contentType: string | undefined): boolean {
  const text = body.toString('utf8');
  const isForm = contentType?.startsWith('application/x-www-form-urlencoded') ?? false;
  const json = isForm ? new URLSearchParams(text).get('payload') : text;
  if (json === null) return true;
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
