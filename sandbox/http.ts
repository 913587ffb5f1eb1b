/**
 * The few things every stand-in needs of HTTP: reading a bounded body and a part of a path.
 * Invariant: a body over its limit is never kept in memory.
 */
import type { IncomingMessage } from 'node:http';

/** Larger than any body that is not an upload. */
const bodyMaxBytes = 4_000_000;

/** The whole body, or undefined when it is larger than `maxBytes`. */
export async function readBody(
  request: IncomingMessage,
  maxBytes = bodyMaxBytes,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= maxBytes ? Buffer.concat(chunks) : undefined;
}

/** A part of a path; one that is badly encoded stays as it is and is then found nowhere. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
