/**
 * HTTP for openapi-fetch over node:http, on connections that are kept open. People wait for five and more reads of one
 * command, and for each of them the global `fetch` takes two to three times the processor time.
 *
 * Invariants: a reply arrives whole or the call fails; a redirect is a reply like any other and is never followed.
 * Deliberately absent: what nobody here asks for: streams, compression, cookies, proxies.
 */
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

/** Servers close what idles for five seconds and more; a request must not meet that moment. */
const idleMs = 4000;

/** What openapi-fetch makes of a question, in place of the global class of this name. */
export class WireRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | Uint8Array | undefined;
  readonly signal: AbortSignal;

  constructor(
    readonly url: string,
    init: { method: string; headers: Headers; body: string | Uint8Array | undefined; signal: AbortSignal },
  ) {
    this.method = init.method;
    this.headers = init.headers;
    this.body = init.body;
    this.signal = init.signal;
  }
}

/** What anybody reads of a `Response`. */
export interface Reply {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

export type Wire = (request: WireRequest) => Promise<Reply>;

/** Rejects with the error of the connection, or of the signal, when there is no whole reply. */
export function createWire(): Wire {
  const http = { request: requestHttp, agent: new HttpAgent({ keepAlive: true, timeout: idleMs }) };
  const https = { request: requestHttps, agent: new HttpsAgent({ keepAlive: true, timeout: idleMs }) };
  return ({ url, method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const { request, agent } = url.startsWith('https:') ? https : http;
      const options = { agent, method, headers: Object.fromEntries(headers), signal };
      const sent = request(url, options, (message) => readReply(message, resolve, reject));
      sent.on('error', reject);
      sent.end(body);
    });
}

function readReply(
  message: IncomingMessage,
  resolve: (reply: Reply) => void,
  reject: (error: Error) => void,
): void {
  let body = '';
  message.setEncoding('utf8');
  message.on('data', (chunk: string) => (body += chunk));
  message.on('error', reject);
  message.on('end', () => resolve(replyOf(message, body)));
}

function replyOf({ statusCode: status = 0, headers }: IncomingMessage, body: string): Reply {
  return {
    ok: status >= 200 && status < 300,
    status,
    headers: { get: (name) => headers[name.toLowerCase()]?.toString() ?? null },
    text: () => Promise.resolve(body),
  };
}
