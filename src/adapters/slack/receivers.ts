/**
 * How Slack reaches the desk over signed HTTP requests; over a WebSocket that we open see `socket-connection.ts`.
 *
 * Invariant: a body that is not an object never reaches Bolt, which would die of it.
 */
import { HTTPReceiver, type Receiver } from '@slack/bolt';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseForm } from 'node:querystring';
import { minuteMs, secondMs, systemClock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import { createInFlight } from './in-flight.js';
import { slackLogger } from './logger.js';

export interface Connection {
  receiver: Receiver;
  /** Whether Slack can reach us now. Over HTTP this cannot be known, so it is true while we listen. */
  connected(): boolean;
  /** Returns when the first connection stands, or when it was closed meanwhile. Throws `misconfigured` when Slack refuses the token before that. */
  open(): Promise<void>;
  /** Takes nothing new; resolves when what was taken has been answered, at the latest after a few seconds. */
  close(): Promise<void>;
  /** For the HTTP server: takes a Slack request, or is null over Socket Mode. */
  handle: ((request: IncomingMessage, response: ServerResponse) => void) | null;
}

/** Bolt answers an unacknowledged request after three seconds. */
const answeringMs = 4000;

/** Slack's own limit is far below; anything larger is not Slack. */
const largestBodyBytes = 1024 * 1024;

export function httpConnection(signingSecret: Secret, log: Log): Connection {
  const receiver = new HTTPReceiver({
    signingSecret: signingSecret.reveal(),
    logger: slackLogger(log),
    // Called three seconds after an unacknowledged request, also when Bolt has refused it long ago.
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
    log.warn({ err: messageOf(error) }, 'a request from Slack broke off');
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
