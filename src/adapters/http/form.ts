/**
 * Reads a small HTML form, and tells whether it was sent from a page of our own.
 *
 * Invariant: a body over the limit is never kept in memory.
 */
import type { IncomingMessage } from 'node:http';

/** Our forms hold three short fields. */
const bodyMaxBytes = 4096;

/** Null when it is too long. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped: an answer sent over a request that is cut off does not arrive.
    if (size > bodyMaxBytes) chunks.length = 0;
    else chunks.push(chunk);
  }
  return size > bodyMaxBytes ? null : new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

/**
 * Whether a page of this origin sent it. A browser says `Origin: null` for a form of a page that gives no referrer, as
 * ours do; what it says of the site then counts, and no script can make that up.
 * Source: Fetch, “append a request Origin header”; Fetch Metadata, `Sec-Fetch-Site`.
 */
export function isFromOrigin({ headers }: IncomingMessage, origin: string): boolean {
  if (headers.origin === origin) return true;
  const isSilent = headers.origin === undefined || headers.origin === 'null';
  return isSilent && headers['sec-fetch-site'] === 'same-origin';
}
