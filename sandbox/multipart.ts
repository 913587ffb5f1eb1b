/**
 * Reads a body with files in it (multipart/form-data, RFC 7578) into its parts.
 * Invariant: total; a malformed body reads as undefined, and a file's bytes are what stood between its boundaries, whatever
 * they look like. Deliberately absent: nested parts, transfer encodings and streaming, none of which a client of ours sends.
 */
export interface Part {
  name: string;
  /** Null for a field. */
  fileName: string | null;
  bytes: Buffer;
}

const crlf = '\r\n';

export const boundaryOf = (contentType: string | undefined): string | null =>
  /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;\s]+))/i
    .exec(contentType ?? '')
    ?.slice(1)
    .find(Boolean) ?? null;

export function readParts(contentType: string | undefined, body: Buffer): Part[] | undefined {
  const boundary = boundaryOf(contentType);
  if (boundary === null) return undefined;
  const delimiter = Buffer.from(`${crlf}--${boundary}`);
  // The first delimiter has no line break before it; with one it reads like all the others.
  const whole = Buffer.concat([Buffer.from(crlf), body]);
  const parts: Part[] = [];
  let start = whole.indexOf(delimiter);
  while (start >= 0) {
    const from = start + delimiter.length;
    if (whole.subarray(from, from + 2).toString() === '--') return parts;
    const end = whole.indexOf(delimiter, from);
    const part = end < 0 ? undefined : readPart(whole.subarray(from, end));
    if (part === undefined) return undefined;
    parts.push(part);
    start = end;
  }
  return undefined;
}

function readPart(raw: Buffer): Part | undefined {
  const headEnd = raw.indexOf(crlf + crlf);
  if (headEnd < 0) return undefined;
  const head = raw.subarray(0, headEnd).toString('utf8');
  const name = /content-disposition:[^\r\n]*[;\s]name="([^"]*)"/i.exec(head)?.[1];
  if (name === undefined) return undefined;
  const file = /[;\s]filename=(?:"([^"]*)"|([^;\s]*))/i.exec(head);
  return { name, fileName: file && (file[1] ?? file[2] ?? ''), bytes: raw.subarray(headEnd + 4) };
}
