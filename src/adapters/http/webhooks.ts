/**
 * Requests that a partner sends by itself: their raw body, in full or not at all, for the check of its signature.
 *
 * Invariant: no more than the limit is ever held; what is longer is refused while it still comes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler, Mount } from './server.js';

export interface WebhookReceiver {
  /** The header that carries the signature, in small letters. */
  signatureHeader: string;
  receive(delivery: {
    signature: string | undefined;
    body: Buffer;
  }): Promise<{ status: number; text: string }>;
}

const webhookBodyMaxBytes = 1_048_576;

/** `receiver` answers null while there is none. */
export const webhookMount = (path: string, receiver: () => WebhookReceiver | null): Mount => ({
  path,
  handler: () => {
    const found = receiver();
    return found && handlerOf(found);
  },
});

const handlerOf =
  (receiver: WebhookReceiver): Handler =>
  async (request, response) => {
    if (request.method !== 'POST') return answer(response, 405, 'Only POST is accepted here.');
    const body = await bodyOf(request);
    // The rest of a body that is too long is not read: the connection ends with the answer.
    if (body === null) return answer(response.setHeader('connection', 'close'), 413, 'The body is too long.');
    const signature = request.headers[receiver.signatureHeader];
    const { status, text } = await receiver.receive({
      signature: typeof signature === 'string' ? signature : undefined,
      body,
    });
    answer(response, status, text);
  };

const answer = (response: ServerResponse, status: number, text: string): void =>
  void response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);

/** Null when it is longer than the limit. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > webhookBodyMaxBytes) return null;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > webhookBodyMaxBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
