/**
 * What the provider's endpoints need of HTTP: an answer as a value and a bounded form.
 *
 * Invariant: nothing that the provider answers may be kept by a browser or a proxy.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export const json = (status: number, body: object, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'cache-control': 'no-store', ...headers }).end(body);
}

const bodyMaxLength = 16_384;

/** What is beyond the limit is not kept: the form then lacks what stood there. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    if (text.length + chunk.length <= bodyMaxLength) text += chunk;
  }
  return new URLSearchParams(text);
}
