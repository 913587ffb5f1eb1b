/**
 * HTTP for openapi-fetch over undici's `request`. People wait for four and more reads of one command, and for each of
 * them the global `fetch` takes three times the processor time.
 *
 * Invariants: a reply arrives whole or the call fails; a redirect is a reply like any other and is never followed.
 * Deliberately absent, because it is not needed: streams, compression, cookies, proxies.
 */
import { Agent, request } from 'undici';

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

/** On connections of its own, kept open. Rejects with the connection's error, or the signal's, without a whole reply. */
export function createWire(): Wire {
  const dispatcher = new Agent();
  return async ({ url, method, headers, body, signal }) => {
    const answer = await request(url, {
      dispatcher,
      method,
      headers: Object.fromEntries(headers),
      body: body ?? null,
      signal,
    });
    const text = await answer.body.text();
    return {
      ok: answer.statusCode >= 200 && answer.statusCode < 300,
      status: answer.statusCode,
      headers: { get: (name) => answer.headers[name.toLowerCase()]?.toString() ?? null },
      text: () => Promise.resolve(text),
    };
  };
}
